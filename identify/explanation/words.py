"""How things are named in reasons: values clipped and escaped, places, counts; no deciding."""

from __future__ import annotations

from collections.abc import Sequence

from identify.model import Origin

__all__ = ["encoded", "lowered", "named", "place", "quoted", "quoted_list", "shown", "times"]

#: Characters of a value that a reason shows: more than any sane account number or URI, less than a screen.
SHOWN_CHARACTERS = 120

#: Values, items or names that one sentence lists before it says "...".
SHOWN_VALUES = 4


def encoded(text: str) -> bytes:
    """Return the bytes that the text was read from."""
    return text.encode("utf-8", "surrogateescape")


def lowered(text: str) -> bytes:
    """Return the bytes with ASCII letters in lower case, as Asterisk compares without regard to case."""
    return encoded(text).lower()


def shown(text: str) -> str:
    r"""Return the value clipped and safe for a terminal.

    Control characters, undecodable bytes and the like are written as escapes: ``a\x1b[2J``.
    """
    clipped = text[:SHOWN_CHARACTERS]
    safe = "".join(character if character.isprintable() else _escape(character) for character in clipped)
    return safe + "..." if len(text) > SHOWN_CHARACTERS else safe


def quoted(text: str) -> str:
    """Return the value as it is shown, in single quotes."""
    return f"'{shown(text)}'"


def quoted_list(values: Sequence[str]) -> str:
    """Return the first few values in quotes, and dots if there are more."""
    first = [quoted(value) for value in values[:SHOWN_VALUES]]
    return ", ".join([*first, "..."] if len(values) > SHOWN_VALUES else first)


def place(origin: Origin) -> str:
    """Return where a line stands: ``pjsip.conf:14``, with the template it came through."""
    via = f", from [{shown(origin.template)}]" if origin.template is not None else ""
    return f"{shown(origin.file)}:{origin.line}{via}"


def named(kind: str, id: str, origin: Origin) -> str:
    """Return an object's name and place: ``identify 'a' (pjsip.conf:14)``."""
    return f"{kind} {quoted(id)} ({place(origin)})"


def times(count: int) -> str:
    """Return how often something is there: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _escape(character: str) -> str:
    """Return a character that must not reach a terminal as an escape."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that wasn't UTF-8, see PEP 383
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
