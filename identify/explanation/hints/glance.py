"""Literals that surely come near no value: of nearly all of 100,000 this is found out at a glance.

It knows what has to be so of a literal of which :mod:`identify.explanation.hints.values` has something to say, and
nothing of what that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from identify.config.hints.literals import canonical
from identify.strings import decoded

__all__ = ["SHORTEST_PART", "Glance"]

#: A literal of fewer characters isn't said to be a part of a value.
SHORTEST_PART = 3

#: Characters of ASCII without blanks, quotes, escapes, and what only expressions have.
_ORDINARY = re.compile(r"[!#&),.:;<=>@`}~0-9A-Za-z+_-]+")


class Glance:
    """Values that literals are compared with: some of a header, or the request URI if that is empty.

    ``accepted`` are the literals that match.
    """

    def __init__(self, values: Sequence[str], header: str, accepted: Iterable[bytes] = ()) -> None:
        # No ordinary literal has a line break.
        self._values = "\n".join(values)
        self._lower = {value.lower() for value in values}
        self._near = set(map(decoded, accepted))
        for value in values:
            self._near |= {"".join(value.split()), value.strip("\"'"), unquote(value, "latin-1")}
        self._ends = {value[-2:] for value in values}
        self._unsigned = set(map(_unsigned, values))
        printed = canonical(header)
        self._printed = (
            _ORDINARY
            if printed is None
            else re.compile(rf"(?=(?:{printed.pattern})\Z){_ORDINARY.pattern}", re.ASCII)
        )

    def passes(self, literal: str, tried: bool) -> bool:
        """Return whether a literal doesn't match, and surely nothing is to be said of it.

        With ``tried`` enough was tried, so that only what differs in case, blanks or quotes, or has an odd character
        is said.
        """
        expected = _ORDINARY if tried else self._printed
        if expected.fullmatch(literal) is None or literal.lower() in self._lower or literal in self._near:
            return False
        return tried or not (
            (literal in self._values and len(literal) >= SHORTEST_PART)
            or (literal[-2:] in self._ends and _unsigned(literal) in self._unsigned)
            # What is left of the signs of an expression, or of a pattern of the dialplan.
            or ".+" in literal
            or literal[0] == "_"
            or ":_" in literal
        )


def _unsigned(text: str) -> str:
    """Return a text without what a sign before a number consists of: if these differ, the numbers do."""
    return text.replace("+", "").replace("0", "")
