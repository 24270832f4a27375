"""Literals that surely come near no value: of nearly all of 100,000 this is found out at a glance.

It knows what has to be so of a literal of which :mod:`identify.explanation.hints.values` has something to say, and
nothing of what that is.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from identify.config.hints.literals import CANONICAL_URI, REPRINTED, is_canonical
from identify.strings import ascii_lower

__all__ = ["SHORTEST_PART", "Glance"]

#: A literal of fewer characters isn't said to be a part of a value.
SHORTEST_PART = 3

#: Characters of ASCII without blanks, quotes, escapes, and what only expressions have.
_ORDINARY = re.compile(r"[!#&),.:;<=>@`}~0-9A-Za-z+_-]+")


class Glance:
    """A value that literals are compared with, as one of a header, or as the request URI if that is empty."""

    def __init__(self, value: str, header: str) -> None:
        self._value = value
        self._header = header
        self._reprinted = not header or ascii_lower(header) in REPRINTED
        self._lower = value.lower()
        self._without = {"".join(value.split()), value.strip("\"'"), unquote(value, "latin-1")}
        self._end, self._unsigned = value[-2:], _unsigned(value)

    def passes(self, literal: str, tried: bool) -> bool:
        """Return whether nothing is to be said of a literal.

        With ``tried`` enough was tried, so that only what differs in case, blanks or quotes, or has an odd character
        is said.
        """
        if literal.lower() == self._lower or literal in self._without or _ORDINARY.fullmatch(literal) is None:
            return False
        return tried or not (
            (literal in self._value and len(literal) >= SHORTEST_PART)
            or (literal[-2:] == self._end and _unsigned(literal) == self._unsigned)
            # What is left of the signs of an expression, or of a pattern of the dialplan.
            or ".+" in literal
            or literal[0] == "_"
            or ":_" in literal
            or (self._reprinted and not self._is_canonical(literal))
        )

    def _is_canonical(self, literal: str) -> bool:
        if not self._header:
            return CANONICAL_URI.fullmatch(literal) is not None
        return is_canonical(self._header, literal)


def _unsigned(text: str) -> str:
    """Return a text without what a sign before a number consists of: if these differ, the numbers do."""
    return text.replace("+", "").replace("0", "")
