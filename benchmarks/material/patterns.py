"""Sets of regular expressions as identifies have them, and header values that meet them; no set is matched here."""

from __future__ import annotations

import random

__all__ = ["values", "with_literals", "without_literals"]

DIGITS = 5
#: Bytes of a value, about those of a header that providers identify themselves by.
VALUE_LENGTH = 60


def with_literals(count: int) -> list[str]:
    """Return expressions of five shapes that all have a literal part, which holds a number of their own."""
    return [_with_literal(number) for number in range(count)]


def without_literals(count: int) -> list[str]:
    """Return expressions of classes alone: every character may be one of two."""
    return [_without_literal(number) for number in range(count)]


def values(count: int, patterns: int, *, literals: bool) -> list[bytes]:
    """Return header values; the expressions of a set of so many find something in every second."""
    generator = random.Random(f"{count} values {literals}")
    found = []
    for _ in range(count):
        number = generator.randrange(patterns)
        met = generator.random() < 0.5
        value = _met_by_literal(number, generator) if literals else _met_without(number, generator)
        if not met:
            # Characters that no expression has: it fails late, as a neighbour's identifier does.
            value = value.translate(str.maketrans("0123456789", "9876543210")).replace("-", "_")
            value = value.replace("trunk", "trnuk").replace("site", "stie").replace("cust", "csut")
        filler = "".join(generator.choices("qrstuvwxyz", k=VALUE_LENGTH))
        found.append(f"{value} {filler}"[:VALUE_LENGTH].encode())
    return found


def _with_literal(number: int) -> str:
    place, shape = f"{number:0{DIGITS}}", number % 5
    return (
        rf"^<?sip:(\+|00)?4930{place}[0-9]*@",
        rf"trunk-{place}[ ;]",
        rf"cust(omer)?=({place}|x{place})",
        rf"^(gw|sbc)[0-9]+\.site{place}\.example\.(com|net)",
        rf"account: ?[0-9]+-{place};",
    )[shape]


def _met_by_literal(number: int, generator: random.Random) -> str:
    place, shape, drawn = f"{number:0{DIGITS}}", number % 5, generator.randrange(1000)
    return (
        f"<sip:+4930{place}{drawn}@proxy.example>",
        f"id {drawn} trunk-{place};",
        f"{drawn} customer=x{place}",
        f"sbc{drawn}.site{place}.example.net",
        f"account: {drawn}-{place};",
    )[shape]


def _without_literal(number: int) -> str:
    pairs = "".join(f"[{digit}{chr(ord('a') + int(digit))}]" for digit in f"{number:0{DIGITS}}")
    return f"^{pairs}" if number % 2 else f"[^ ]+ {pairs}$|^{pairs}[+]"


def _met_without(number: int, generator: random.Random) -> str:
    place = "".join(
        digit if generator.random() < 0.5 else chr(ord("a") + int(digit)) for digit in f"{number:0{DIGITS}}"
    )
    return place if number % 2 else f"{place}+"
