r"""What keeps a printed value from satisfying a pattern, if it is only one thing.

Each change of the pattern that a hint proposes is tried first: "as /.../ it would match" is said of an expression that
does.  The number of tries per question is bounded; a configuration may have 100,000 patterns.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote

import attrs

from identify.config.hints.characters import odd_character
from identify.config.hints.expressions import header_oddity, oddities, repairs
from identify.config.hints.headers import LONG_NAMES, SHORT_NAMES
from identify.config.hints.literals import (
    REPRINTED,
    as_expression,
    literal_reprint,
    matches,
    meant_by,
    uri_reprint,
    written,
)
from identify.config.hints.nearest import Names
from identify.config.releases import BYTES, Release
from identify.explanation.hints.glance import SHORTEST_PART
from identify.explanation.patterns import difference, only
from identify.model import TextPattern
from identify.strings import ascii_lower, folded_bytes, quoted

__all__ = ["Hint", "Names", "PatternHints", "similar_name"]

#: Expressions that are tried for one identifier of one question, and names that are compared with the request's.
MOST_TRIES = 400
MOST_NAMES = 200
#: Longer patterns aren't looked at closely, nor longer values: no printed header that is compared is.
LONGEST = 512
PRINTED = 4096
#: A header's name with fewer characters isn't said to be the beginning of another one.
SHORTEST_NAME = 4
#: Headers whose URI is printed without its port.
PORTLESS = ("from", "to")

_PORT = re.compile(
    r"(?P<host>@(?:\[[^]]*\]|[^@:>;\s\[]+)|\bsips?:[A-Za-z0-9.-]*[A-Za-z.][A-Za-z0-9.-]*):[0-9]+(?=[>;]|$)"
)
_LEADING = re.compile(r"(?P<before>^|[:<\"\s])(?:\+|00)(?=[0-9])")
_TAG = re.compile(r";tag=[^;]*")


@attrs.frozen
class Hint:
    """A clause on what differs; ``near`` says that nothing else does."""

    text: str
    near: bool


class PatternHints:
    """Hints for the patterns that values are compared with by one identifier; it counts what it tries."""

    def __init__(self, release: Release) -> None:
        self._bytewise = bool(release.dialect & BYTES)
        self._left = MOST_TRIES
        #: Whether enough was tried.
        self.tried = False

    def find(self, pattern: TextPattern, value: str, header: str = "") -> Hint | None:
        """Return what differs between a pattern and a value that doesn't satisfy it; ``header`` has the value."""
        odd = odd_character(pattern.literal or "")
        if odd:
            plain = "".join(character for character in pattern.text if not odd_character(character))
            same = value in (plain, pattern.text.replace("\xa0", " "))
            return Hint(f"the value {odd}" + ("; without it, it would match" if same else ""), near=same)
        apart = difference(pattern, value)
        if apart is not None:
            return Hint(only(apart), near=True)
        if self.tried or len(value) > PRINTED or len(pattern.text) > LONGEST:
            return None
        if pattern.literal is not None:
            return self._literal(pattern.literal, value, header) if pattern.literal else None
        return self._expression(pattern.regex or "", value, header)

    def _literal(self, literal: str, value: str, header: str) -> Hint | None:
        meant = meant_by(literal)
        if meant is not None:
            why = f"the value isn't an expression, as {meant.why}"
            return self._tried(why, meant.regex, value) or self._repaired(why, meant.regex, value)
        if folded := _equal(literal, value):
            return Hint(folded, near=True)
        other = literal_reprint(header, literal) if ascii_lower(header) in REPRINTED else None
        if other is not None:
            self._count()
            lower = ascii_lower(header)
            tag = _TAG.search(value) if lower == "from" else None
            if _is_part(literal, value) and "<" not in literal:
                why = f"a literal must equal all of {header} as it is printed"
            elif tag is not None and not _TAG.search(literal):
                why = f"the printed {header} ends in {quoted(value[tag.start() :])}, so a literal never equals it"
            else:
                why = f"the literal {other.why}"
            return self._tried(why, other.regex, value) or Hint(why, near=False)
        if not header and not _is_part(literal, value) and (other := uri_reprint(literal)) is not None:
            self._count()
            why = f"the literal {other.why}"
            return self._tried(why, other.regex, value) or Hint(why, near=False)
        if ascii_lower(header) in PORTLESS and _PORT.search(literal):
            return Hint(f"PJSIP prints the URI of {header} without its port", near=False)
        if _is_part(literal, value):
            why = "a literal must equal the whole value"
            if value.startswith(f"{literal};"):
                why += r", and in a file ';' begins a comment unless it is written \;"
            return self._tried(why, as_expression(literal), value)
        return None

    def _expression(self, regex: str, value: str, header: str) -> Hint | None:
        for why, repaired in repairs(regex):
            hint = self._tried(why, repaired, value)
            if hint is not None:
                return hint
        if not re.search(r"\\[A-Za-z]|\[", regex) and self._matches(regex.lower(), value.lower()):
            return Hint("only letter case differs", near=True)
        oddity = header_oddity(header, regex) or next(iter(oddities(regex)), "")
        return Hint(oddity, near=False) if oddity else None

    def _count(self) -> None:
        self._left -= 1
        self.tried = self._left <= 0

    def _matches(self, regex: str, value: str) -> bool:
        if self.tried:
            return False
        self._count()
        return matches(regex, value.strip(" \t\r\n"), bytewise=self._bytewise)

    def _tried(self, why: str, regex: str, value: str) -> Hint | None:
        """Return the hint that an expression would match, None if it doesn't or wasn't tried."""
        line = written(regex)
        return (
            Hint(f"{why}; as {line} it would match", near=True)
            if line and self._matches(regex, value)
            else None
        )

    def _repaired(self, why: str, regex: str, value: str) -> Hint:
        """Return the hint on what was meant as an expression and doesn't match as it is."""
        for clause, repaired in repairs(regex):
            hint = self._tried(why, repaired, value)
            if hint is not None:
                return Hint(f"{hint.text} ({clause})", near=True)
        line = written(regex)
        return Hint(
            f"{why}; as {line} it wouldn't match either" if line and not self.tried else why, near=False
        )


def similar_name(name: str, present: Names, folded: Collection[bytes]) -> str:
    """Return what a header that isn't in the request may be called there, as a clause; "" if none is similar."""
    mine = folded_bytes(name)
    for compact, long in LONG_NAMES.items():
        other = compact if mine == long else long if mine == compact else None
        if other is not None and other in folded:
            sent = other.decode()
            return f"the request has it as {quoted(sent)}, and PJSIP compares this header by the name that is sent"
    usual = SHORT_NAMES.get(ascii_lower(name), "")
    if usual and folded_bytes(usual) in folded:
        return f"the request has {quoted(usual)}"
    longer = next(
        (other for other in folded if other.startswith(mine + b"-") or mine.startswith(other + b"-")), b""
    )
    near = present.near(name) or (longer.decode(errors="replace") if len(longer) >= SHORTEST_NAME else "")
    return f"the request has {quoted(near)}" if near and folded_bytes(near) != mine else ""


def _is_part(literal: str, value: str) -> bool:
    return len(literal) >= SHORTEST_PART and literal in value


def _equal(literal: str, value: str) -> str:
    """Return the only difference between a literal and a value among those that telephone numbers and URIs have."""
    # They differ at their beginning, or in escapes; of all others this is found out quickly.
    if literal[-2:] == value[-2:] and _unsigned(literal) == _unsigned(value):
        return "only the leading + or 00 of the number differs"
    if ("%" in literal or "%" in value) and unquote(literal, "latin-1") == unquote(value, "latin-1"):
        return "only what is escaped by % differs"
    return ""


def _unsigned(text: str) -> str:
    return _LEADING.sub(r"\g<before>", text)
