"""How a printed value is compared with a pattern of ``match_header`` or ``match_request_uri``.

Facts

- A literal is compared byte by byte with the whole value.  An expression is POSIX extended, as the C library
  implements it, over UTF-8 characters or, in releases that say so, over bytes (``_ext/expressions/_regex.pyx``), and
  may match anywhere in the value.  Both are C strings: they end at a NUL, and blanks at either end of what is left
  aren't part of the value.
"""

from __future__ import annotations

from functools import lru_cache

from identify._compiled._regex import Regex
from identify.config.releases import BYTES, Release
from identify.model import TextPattern
from identify.strings import encoded, quoted, shown

__all__ = ["accepts", "compared", "difference", "negated", "only", "wanted"]

#: Bytes up to this one are blanks to Asterisk.
LAST_BLANK = 0x20

BLANKS = bytes(range(LAST_BLANK + 1))

#: Differences whose verb is plural.
PLURALS = ("parameters", "quotes")

#: Expressions kept compiled; more than most configurations have.
KEPT_EXPRESSIONS = 4096


def accepts(pattern: TextPattern, value: str, release: Release, blanks: bytes = BLANKS) -> bool:
    """Return whether the value satisfies the pattern, as the release compares them.

    ``blanks`` are the bytes that are stripped at both ends of the value.
    """
    text = compared(value, blanks)
    if pattern.regex is not None:
        return _compiled(encoded(pattern.regex), bool(release.dialect & BYTES)).search(text)
    return pattern.literal is not None and text == encoded(pattern.literal)


def compared(value: str, blanks: bytes = BLANKS) -> bytes:
    """Return what patterns are compared with; ``blanks`` are the bytes that are stripped at both ends."""
    return encoded(value).partition(b"\0")[0].strip(blanks)


def wanted(pattern: TextPattern) -> str:
    """Return the pattern's predicate, for "neither value ...": ``equals '1'``, ``matches /^1/``."""
    if pattern.regex is not None:
        return f"matches /{shown(pattern.regex)}/"
    return f"equals {quoted(pattern.literal or '')}"


def negated(predicate: str) -> str:
    """Return the opposite of a predicate: of "equals 'x'" it is "doesn't equal 'x'"."""
    verb, _, value = predicate.partition(" ")
    return f"doesn't {verb.removesuffix('es') if verb == 'matches' else verb.removesuffix('s')} {value}"


def difference(pattern: TextPattern, value: str) -> str | None:
    """Return the only difference between a literal and a value, None if there are more, or for an expression."""
    literal = pattern.literal
    if literal is None or literal == value:
        return None
    if literal.lower() == value.lower():
        return "letter case"
    if "".join(literal.split()) == "".join(value.split()):
        return "whitespace"
    if literal.strip("\"'") == value.strip("\"'"):
        return "quotes"
    return None


def only(difference: str) -> str:
    """Return the clause for a value's only difference: ``only the port differs``, ``only quotes differ``."""
    return f"only {difference} differ{'' if difference in PLURALS else 's'}"


@lru_cache(maxsize=KEPT_EXPRESSIONS)
def _compiled(pattern: bytes, bytewise: bool) -> Regex:
    """Compile an expression; those of a loaded configuration always compile."""
    return Regex(pattern, bytewise)
