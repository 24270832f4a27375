"""Sets of regular expressions as identifies have them, and header values that meet them; no set is matched here."""

from __future__ import annotations

import random

__all__ = ["hits", "misses", "slow", "slow_values", "values", "with_literals", "without_literals"]

DIGITS = 5
#: Bytes of a value, about those of a header that providers identify themselves by.
VALUE_LENGTH = 60

#: Of expressions that are slow in the C library; N is a number.
SLOW = (
    "bN.*a[0-9]x",
    "bN[[:alpha:]]+[0-9]x",
    "bN.*[0-9]x",
    "bN.*a.{20}[0-9]x",
    "(a|bN|é)*[0-9]x",
)
SLOW_WORDS = (
    r"\<bN.*[0-9]x\>",
    r"\w+bN@\w+\b.*[0-9]x",
    r"bN.*[0-9]x\b",
    r"\ba.*bN.*[0-9]x",
    r"bN.*\B[0-9]x",
)


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
        found.append(_filled(value if met else _altered(value), generator))
    return found


def hits(count: int, patterns: int, *, literals: bool) -> list[bytes]:
    """Return header values that each are matched by an expression of a set of so many."""
    generator = random.Random(f"{count} hits {literals}")
    numbers = [generator.randrange(patterns) for _ in range(count)]
    if literals:
        return [_filled(_met_by_literal(number, generator), generator) for number in numbers]
    return [_filled(_met_without(number, generator), generator) for number in numbers]


def misses(count: int, patterns: int, *, literals: bool) -> list[bytes]:
    """Return header values that no expression of the set matches, but for a little they would be hits."""
    generator = random.Random(f"{count} misses {literals}")
    numbers = [generator.randrange(patterns) for _ in range(count)]
    if literals:
        return [_filled(_altered(_met_by_literal(number, generator)), generator) for number in numbers]
    # The last of the characters that an expression asks for is in none of its classes.
    wrong = [f"{_met_without(number, generator)[: DIGITS - 1]}k" for number in numbers]
    return [_filled(value, generator) for value in wrong]


def slow(count: int, *, words: bool) -> list[str]:
    """Return expressions that `regexec` takes quadratic time for, with word boundaries or characters beyond ASCII."""
    forms = SLOW_WORDS if words else SLOW
    return [forms[number % len(forms)].replace("N", str(number // len(forms))) for number in range(count)]


def slow_values(count: int, size: int, *, words: bool) -> list[bytes]:
    """Return values of so many bytes that have every literal of the first thousand of these, and match none."""
    generator = random.Random(f"{count} {size} {words}")
    head = " ".join(f"xb{number}@x" for number in range(min(size // 20, 1000 // len(SLOW)))).encode()
    units = [b"a", b"a", b"b", b" ", b"@"] if words else [b"a", "é".encode(), "漢".encode(), b"b"]
    found = []
    for _ in range(count):
        value = head + b" " + b"".join(generator.choices(units, k=size))
        found.append(value[:size].decode(errors="ignore").encode())
    return found


def _filled(value: str, generator: random.Random) -> bytes:
    """Return a value at its length."""
    filler = "".join(generator.choices("qrstuvwxyz", k=VALUE_LENGTH))
    return f"{value} {filler}"[:VALUE_LENGTH].encode()


def _altered(value: str) -> str:
    """Return a value with characters that its expression doesn't have: it fails late, as a neighbour's would."""
    value = value.translate(str.maketrans("0123456789", "9876543210")).replace("-", "_")
    return value.replace("trunk", "trnuk").replace("site", "stie").replace("cust", "csut")


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
