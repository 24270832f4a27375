r"""Text of a configuration or a message: its bytes, its ASCII case, and how it is shown to people.

Everything that is read is text whose bytes can be had back (PEP 383): a byte that isn't UTF-8 is a lone surrogate.
Whoever prints such text shows it by :func:`shown` or :func:`quoted`, so that nothing in it steers a terminal.

>>> quoted("a\x1b[2J"), encoded("caf\udce9"), folded_bytes("Max-Forwards")
("'a\\x1b[2J'", b'caf\xe9', b'max-forwards')
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = [
    "ascii_lower",
    "bucket",
    "decoded",
    "encoded",
    "escaped",
    "folded_bytes",
    "quoted",
    "quoted_list",
    "shown",
]

#: Characters of a value that are shown: more than any sane account number or URI, less than a screen.
SHOWN_CHARACTERS = 120

BUCKETS = 53
FIRST_HASH = 5381

#: Values, items or names that one sentence lists before it says "...".
SHOWN_VALUES = 4


def encoded(text: str) -> bytes:
    """Return the bytes that the text was read from."""
    return text.encode("utf-8", "surrogateescape")


def decoded(data: bytes | bytearray | memoryview) -> str:
    """Return the text of bytes of any kind; :func:`encoded` gives them back."""
    return str(data, "utf-8", "surrogateescape")


def ascii_lower(text: str) -> str:
    """Return the text for comparing in any case, as C does it: only ASCII letters have two cases."""
    return text.lower() if text.isascii() else re.sub("[A-Z]+", lambda match: match[0].lower(), text)


def folded_bytes(text: str) -> bytes:
    """Return the bytes with ASCII letters in lower case, as Asterisk compares without regard to case."""
    return encoded(text).lower()


def bucket(text: str) -> tuple[int, bytes]:
    """Return the place of a text in Asterisk's hash containers of 53 buckets: the bucket, then the bytes.

    For "a" the hash is 5381 * 33 ^ 97 = 177573 ^ 97 = 177604, the bucket 177604 mod 53 = 1.

    >>> bucket("a")
    (1, b'a')
    """
    data = encoded(text)
    value = FIRST_HASH
    for byte in data:
        value = (value * 33 & 0xFFFFFFFF) ^ byte
    return (value & 0x7FFFFFFF) % BUCKETS, data


def escaped(text: str) -> str:
    r"""Return the whole text, safe for a terminal.

    Control characters, undecodable bytes and the like are written as escapes: ``a\x1b[2J``.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def shown(text: str) -> str:
    """Return the value safe for a terminal, and clipped where it is long."""
    return escaped(text[:SHOWN_CHARACTERS]) + "..." if len(text) > SHOWN_CHARACTERS else escaped(text)


def quoted(text: str) -> str:
    """Return the value as it is shown, in single quotes."""
    return f"'{shown(text)}'"


def quoted_list(values: Sequence[str]) -> str:
    """Return the first few values in quotes, and dots if there are more."""
    first = [quoted(value) for value in values[:SHOWN_VALUES]]
    return ", ".join([*first, "..."] if len(values) > SHOWN_VALUES else first)


def _escape(character: str) -> str:
    """Return a character that must not reach a terminal as an escape."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that wasn't UTF-8, see PEP 383
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
