"""POSIX extended expressions as automata: the way from the text of an expression to its positions.

It knows the syntax whose meaning is certain, and refuses everything else; ``automata`` says what positions are.
Expressions that are read have been compiled by the C library, so there are no errors to report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import attrs

from identify.questions.values.automata import ASCII, BEGIN, BEYOND, CODES, END, SURROGATE, Automaton

__all__ = ["UnknownExpressionError", "automaton", "literal"]

#: Positions of an expression, once its repetitions are written out.
MOST_POSITIONS = 600
MOST_COPIES = 2_000
MOST_DEPTH = 40

CLASSES: dict[str, Callable[[str], bool]] = {
    "alpha": str.isalpha, "digit": str.isdigit, "alnum": str.isalnum, "upper": str.isupper, "lower": str.islower,
    "space": lambda one: one in " \t\n\v\f\r", "blank": lambda one: one in " \t",
    "cntrl": lambda one: one < " " or one == "\x7f", "print": lambda one: " " <= one <= "~",
    "graph": lambda one: "!" <= one <= "~", "punct": lambda one: "!" <= one <= "~" and not one.isalnum(),
    "xdigit": lambda one: one in "0123456789abcdefABCDEF",
}  # fmt: skip
#: Classes that have no characters beyond ASCII in any locale (C11 7.30.2.1).
ONLY_ASCII = ("digit", "xdigit")
WORD = frozenset(code for code in ASCII if chr(code).isalnum() or code == ord("_"))
SPACE = frozenset(b" \t\n\v\f\r")
#: GNU's escapes that stand for characters, and those that aren't known here; every other escaped character is itself.
ESCAPES = {"w": WORD, "W": ASCII - WORD, "s": SPACE, "S": ASCII - SPACE}
UNKNOWN_ESCAPES = "bB<>`'0123456789"

COUNTS = re.compile(r"\{([0-9]{0,5})(?:(,)([0-9]{0,5}))?\}", re.ASCII)
SPECIAL = ".[]()*+?{}|^$\\"


class UnknownExpressionError(Exception):
    """The meaning of an expression, or its size, is beyond what is known here."""


@attrs.frozen
class _Part:
    """A part of an expression: whether it may be empty, and the positions that it begins and ends with."""

    nullable: bool
    first: int
    last: int


@attrs.frozen
class _Beyond:
    """The characters beyond ASCII that can be at a position, and those of which all can."""

    possible: tuple[int, ...]
    certain: tuple[int, ...]


NONE = _Beyond((), ())
#: Those of a dot, of a bracket that names what it doesn't match, and of classes.
ANY = _Beyond((BEYOND, SURROGATE), (BEYOND, SURROGATE))
OTHERS = _Beyond((BEYOND,), (BEYOND,))
SOME = _Beyond((BEYOND, SURROGATE), ())

EMPTY = _Part(True, 0, 0)


@lru_cache(maxsize=4096)
def automaton(pattern: str) -> Automaton:
    """Return the automaton of an expression that compiles; raises UnknownExpressionError."""
    if not pattern.isascii():
        raise UnknownExpressionError("it has characters beyond ASCII")
    return _Reader(pattern).read()


def literal(text: str) -> Automaton:
    """Return the automaton that matches only a text."""
    if not text.isascii():
        raise UnknownExpressionError("it has characters beyond ASCII")
    escaped = "".join("\\" + one if one in SPECIAL else one for one in text)
    return automaton(f"^{escaped}$")


class _Reader:
    """The descent over one expression."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0
        self._copies = 0
        self._follow: list[int] = []
        self._fits: list[tuple[frozenset[int], _Beyond]] = []
        self._anchors: dict[int, int] = {}

    def read(self) -> Automaton:
        part = self._alternatives()
        self._check_anchors()
        over, under, ascii_only = ([0] * CODES for _ in range(3))
        for position, (fits, beyond) in enumerate(self._fits):
            bit = 1 << position
            for code in fits:
                for table in (over, under, ascii_only):
                    table[code] |= bit
            for code in beyond.possible:
                over[code] |= bit
            for code in beyond.certain:
                under[code] |= bit
        return Automaton(
            nullable=part.nullable,
            first=part.first,
            last=part.last,
            follow=tuple(self._follow),
            over=tuple(over),
            under=tuple(under),
            ascii_only=tuple(ascii_only),
            telling=self._telling(part),
        )

    def _telling(self, part: _Part) -> int:
        """Return the positions on a way from a first to a last one without another first or last one on it."""
        if part.nullable:
            return 0
        preceding = [0] * len(self._follow)
        for position, follow in enumerate(self._follow):
            for other in _bits(follow):
                preceding[other] |= 1 << position
        return _reached(part.first, part.last, self._follow) & _reached(part.last, part.first, preceding)

    def _check_anchors(self) -> None:
        """Refuse anchors that could follow one another: they are empty, and here they would each take a place."""
        anchors = sum(1 << position for position in self._anchors)
        for position, code in self._anchors.items():
            for other in _bits(self._follow[position] & anchors):
                if (code, self._anchors[other]) != (BEGIN, END):
                    raise UnknownExpressionError("it has anchors next to each other")

    def _alternatives(self) -> _Part:
        part = self._branch()
        while self._sees("|"):
            self._at += 1
            other = self._branch()
            part = _Part(part.nullable or other.nullable, part.first | other.first, part.last | other.last)
        return part

    def _branch(self) -> _Part:
        part = EMPTY
        # A closing parenthesis without an opening one is itself.
        ends = "|)" if self._depth else "|"
        while self._at < len(self._pattern) and self._pattern[self._at] not in ends:
            part = self._joined(part, self._repeated())
        return part

    def _joined(self, one: _Part, other: _Part) -> _Part:
        for position in _bits(one.last):
            self._follow[position] |= other.first
        return _Part(
            one.nullable and other.nullable,
            one.first | (other.first if one.nullable else 0),
            other.last | (one.last if other.nullable else 0),
        )

    def _repeated(self) -> _Part:
        begin = self._at
        part = self._element()
        while self._at < len(self._pattern) and self._pattern[self._at] in "*+?{":
            if self._pattern[begin] in "^$":
                raise UnknownExpressionError("it repeats an anchor")
            sign = self._pattern[self._at]
            end = self._at
            if sign != "{":
                self._at += 1
                if sign in "*+":
                    self._joined(part, part)
                part = _Part(part.nullable or sign != "+", part.first, part.last)
                continue
            found = COUNTS.match(self._pattern, self._at)
            if found is None or found[0] in ("{}", "{,}") or self._pattern[end - 1] in "*+?}":
                raise UnknownExpressionError("it has a repetition that isn't usual")
            least = int(found[1] or "0")
            most = least if found[2] is None else int(found[3]) if found[3] else None
            part = self._counted(begin, end, part, least, most)
            self._at = found.end()
        return part

    def _counted(self, begin: int, end: int, part: _Part, least: int, most: int | None) -> _Part:
        """Write out a repetition: the element is read again for each copy."""
        if most == 0:
            return EMPTY
        copies = [part]
        for _ in range(1, max(least, most or 0, 1)):
            self._copies += 1
            if self._copies > MOST_COPIES:
                raise UnknownExpressionError("it is too large")
            self._at = begin
            copies.append(self._element())
            if self._at != end:
                raise UnknownExpressionError("it repeats a repetition")
        if most is None:
            self._joined(copies[-1], copies[-1])
        whole = EMPTY
        for number, copy in enumerate(copies):
            optional = number >= least
            whole = self._joined(whole, _Part(True, copy.first, copy.last) if optional else copy)
        return whole

    def _element(self) -> _Part:
        character = self._pattern[self._at]
        self._at += 1
        if character == "(":
            return self._group()
        if character == "[":
            return self._bracket()
        if character == ".":
            return self._position(ASCII, ANY)
        if character in "^$":
            return self._anchor(BEGIN if character == "^" else END)
        if character == "\\":
            return self._escape()
        if character in "*+?{":
            raise UnknownExpressionError("it repeats nothing")
        return self._position(frozenset([ord(character)]))

    def _group(self) -> _Part:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise UnknownExpressionError("its groups are nested too deeply")
        part = self._alternatives()
        self._depth -= 1
        if not self._sees(")"):
            raise UnknownExpressionError("it has an unmatched parenthesis")
        self._at += 1
        return part

    def _escape(self) -> _Part:
        character = self._pattern[self._at : self._at + 1]
        self._at += 1
        if character in ESCAPES:
            return self._position(ESCAPES[character], SOME)
        if not character or character in UNKNOWN_ESCAPES:
            raise UnknownExpressionError(f"it has the escape \\{character}")
        return self._position(frozenset([ord(character)]))

    def _bracket(self) -> _Part:
        negated = self._sees("^")
        self._at += negated
        found: set[int] = set()
        maybe = False
        begin = self._at
        while not (self._sees("]") and self._at > begin):
            inside = self._pattern[self._at : self._at + 2]
            if not inside:
                raise UnknownExpressionError("it has an open bracket")
            if inside == "[:":
                name, end, _ = self._pattern[self._at + 2 :].partition(":]")
                if not end or name not in CLASSES:
                    raise UnknownExpressionError("it has an unknown class of characters")
                found.update(code for code in ASCII if CLASSES[name](chr(code)))
                maybe = maybe or name not in ONLY_ASCII
                self._at += len(name) + 4
                continue
            if inside in ("[.", "[="):
                raise UnknownExpressionError("it names a character in a bracket")
            low = ord(inside[0])
            self._at += 1
            if self._sees("-") and self._pattern[self._at + 1 : self._at + 2] not in ("]", ""):
                high = self._pattern[self._at + 1]
                if high == "[" or ord(high) < low:
                    raise UnknownExpressionError("it has an unusual range in a bracket")
                found.update(range(low, ord(high) + 1))
                self._at += 2
                continue
            found.add(low)
        self._at += 1
        if negated:
            return self._position(ASCII - found, SOME if maybe else OTHERS)
        return self._position(frozenset(found), SOME if maybe else NONE)

    def _anchor(self, code: int) -> _Part:
        part = self._position(frozenset([code]))
        self._anchors[len(self._follow) - 1] = code
        return part

    def _position(self, fits: frozenset[int], beyond: _Beyond = NONE) -> _Part:
        position = len(self._follow)
        if position >= MOST_POSITIONS:
            raise UnknownExpressionError("it is too large")
        self._follow.append(0)
        self._fits.append((fits, beyond))
        return _Part(False, 1 << position, 1 << position)

    def _sees(self, character: str) -> bool:
        return self._pattern[self._at : self._at + 1] == character


def _reached(starts: int, ends: int, following: Sequence[int]) -> int:
    """Return the positions on ways that begin at ``starts`` and go on until one of ``ends``."""
    reached = 0
    waiting = list(_bits(starts))
    while waiting:
        position = waiting.pop()
        if reached >> position & 1:
            continue
        reached |= 1 << position
        if not ends >> position & 1:
            waiting += _bits(following[position])
    return reached


def _bits(number: int) -> Iterator[int]:
    """Yield the places of the bits that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
