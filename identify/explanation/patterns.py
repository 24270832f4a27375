"""How a printed value is compared with a pattern of ``match_header`` or ``match_request_uri``.

Facts:

- A literal is compared byte by byte with the whole value.  An expression is POSIX extended, as the C
  library has it, and may match anywhere in the value.  Both are C strings: they end at a NUL, and the
  blanks that are outermost then aren't part of the value.
"""

from __future__ import annotations

from functools import lru_cache

from identify._compiled._regex import Regex
from identify.model import TextPattern
from identify.strings import encoded, quoted, shown

__all__ = ["accepts", "difference", "wanted"]

#: Bytes up to this one are blanks to Asterisk.
LAST_BLANK = 0x20

BLANKS = bytes(range(LAST_BLANK + 1))

#: Expressions kept compiled; more than the rules of most configurations.
KEPT_EXPRESSIONS = 4096


def accepts(pattern: TextPattern, value: str) -> bool:
    """Tell whether the value is what the pattern wants."""
    compared = encoded(value).partition(b"\0")[0].strip(BLANKS)
    if pattern.regex is not None:
        return _compiled(encoded(pattern.regex)).search(compared)
    return pattern.literal is not None and compared == encoded(pattern.literal)


def wanted(pattern: TextPattern) -> str:
    """Return the pattern's predicate, for "neither value ...": ``equals '1'``, ``matches /^1/``."""
    if pattern.regex is not None:
        return f"matches /{shown(pattern.regex)}/"
    return f"equals {quoted(pattern.literal or '')}"


def difference(pattern: TextPattern, value: str) -> str | None:
    """Return in words what alone keeps a literal and a value apart, None if it's more, or an expression."""
    literal = pattern.literal
    if literal is None or literal == value:
        return None
    if literal.lower() == value.lower():
        return "upper and lower case"
    if "".join(literal.split()) == "".join(value.split()):
        return "blanks"
    if literal.strip("\"'") == value.strip("\"'"):
        return "quotes"
    return None


@lru_cache(maxsize=KEPT_EXPRESSIONS)
def _compiled(pattern: bytes) -> Regex:
    """Compile an expression; those of a loaded configuration do compile."""
    return Regex(pattern)
