r"""Text of a configuration or a message: its bytes, its ASCII case, and how it is shown to people.

Everything that is read is text that can be turned back into its bytes (PEP 383): a byte that isn't UTF-8 is a lone
surrogate.  Such text is printed through :func:`shown` or :func:`quoted`, so that nothing in it controls a terminal.

>>> quoted("a\x1b[2J"), encoded("caf\udce9"), folded_bytes("Max-Forwards")
("'a\\x1b[2J'", b'caf\xe9', b'max-forwards')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

__all__ = [
    "ascii_lower",
    "bucket",
    "decoded",
    "encoded",
    "encoded_anyhow",
    "escaped",
    "folded_bytes",
    "hashed",
    "quoted",
    "quoted_list",
    "shown",
]

#: Characters shown of a value: more than any sane account number or URI has, fewer than fill a screen.
SHOWN_CHARACTERS = 120

BUCKETS = 53
FIRST_HASH = 5381

#: Values, items or names that one sentence lists before "...".
SHOWN_VALUES = 4


def encoded(text: str) -> bytes:
    """Return the bytes from which the text was read."""
    return text.encode("utf-8", "surrogateescape")


def encoded_anyhow(text: str) -> bytes:
    r"""Return the bytes of any text: a surrogate that stands for no byte is written as CESU-8 would write it.

    Such text comes from programs only, for example from JSON.  It may stand where it is compared with what came from
    the wire, and matches nothing there; in what is put on the wire it is an error.

    >>> encoded_anyhow("caf\udce9"), encoded_anyhow("\ud800")
    (b'caf\xe9', b'\xed\xa0\x80')
    """
    try:
        return encoded(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes | bytearray | memoryview) -> str:
    """Return the text of bytes of any kind; :func:`encoded` is the inverse."""
    return str(data, "utf-8", "surrogateescape")


def ascii_lower(text: str) -> str:
    """Return the text for case-insensitive comparison as in C: only ASCII letters have two cases."""
    return text.lower() if text.isascii() else re.sub("[A-Z]+", lambda match: match[0].lower(), text)


def folded_bytes(text: str) -> bytes:
    """Return the bytes with ASCII letters in lower case, for comparing without regard to case as Asterisk does."""
    return encoded(text).lower()


@lru_cache(maxsize=256)
def bucket(text: str) -> tuple[int, bytes]:
    """Return a sort key for Asterisk's hash containers of 53 buckets: the bucket, then the bytes.

    For "a" the hash is 5381 * 33 ^ 97 = 177573 ^ 97 = 177604, the bucket 177604 mod 53 = 1.

    >>> bucket("a")
    (1, b'a')
    """
    data = encoded(text)
    return hashed(data) % BUCKETS, data


def hashed(data: bytes) -> int:
    """Return the hash of 31 bits by which Asterisk distributes ids to the buckets of its containers.

    >>> hashed(b"a")
    177604
    """
    value = FIRST_HASH
    for byte in data:
        value = (value * 33 & 0xFFFFFFFF) ^ byte
    return value & 0x7FFFFFFF


def escaped(text: str) -> str:
    r"""Return the whole text, safe for a terminal.

    Control characters, undecodable bytes and other unprintable characters become escapes: ``a\x1b[2J``.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def shown(text: str) -> str:
    """Return the value safe for a terminal, and clipped if it is long."""
    return escaped(text[:SHOWN_CHARACTERS]) + "..." if len(text) > SHOWN_CHARACTERS else escaped(text)


def quoted(text: str) -> str:
    """Return the value as by :func:`shown`, in single quotes."""
    return f"'{shown(text)}'"


def quoted_list(values: Sequence[str]) -> str:
    """Return the first few values in quotes, followed by dots if there are more."""
    first = [quoted(value) for value in values[:SHOWN_VALUES]]
    return ", ".join([*first, "..."] if len(values) > SHOWN_VALUES else first)


def _escape(character: str) -> str:
    """Return the escape of a character that must not reach a terminal."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that wasn't UTF-8, see PEP 383
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
