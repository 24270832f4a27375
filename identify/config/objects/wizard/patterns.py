"""The language of patterns in pjsip_wizard.conf: that of the dialplan, as far as it means the same on every machine.

It knows variables, parts of them and whole numbers.  It calls no functions and knows nothing of a running Asterisk:
what depends on these is reported, not guessed.

Facts

- ``${NAME}`` is the variable's value, which isn't expanded again; an unknown variable is empty, and names are compared
  exactly.  Without its ``}`` it ends at the end of the pattern.
- ``${NAME:offset:length}`` is a part of the value: a negative offset counts from the end, a negative length leaves that
  many characters away at the end, no length is all of the rest.
- A name may be made of other variables: ``${A${B}}``.
- ``$[...]`` is the value of an expression, after the variables in it.
- Every other ``$`` is a character like others: ``$REMOTE_HOST``.

Judgements

- Expressions of whole numbers, ``+ - * / %`` and brackets are known, if no division leaves a remainder and each number
  has at most 15 digits.  Comparisons, regular expressions and fractions are left to Asterisk.
- Variables that Asterisk itself sets, such as ``EPOCH``, aren't known; others of the dialplan's ``[globals]`` are taken
  to be unset.
- The offset and the length are split off after the variables inside the braces are expanded.
- An expression without its ``]`` ends at the end of the pattern, as a variable does.

Strategy

One pass over the pattern, recursive only for what is nested, and that at most :data:`MAX_DEPTH` deep.  The text that
is made is counted, so that neither time nor memory exceed :data:`MAX_TEXT` for a pattern.

Nearly all patterns are text with names of variables in it.  These are taken apart once, not for each of the many hosts
that one wizard may have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from identify.config.language.sections import words
from identify.strings import decoded, encoded, quoted

__all__ = ["MAX_TEXT", "TooLongError", "UnknownValueError", "expand", "has_names_only"]

#: The maximum length of what a pattern says: no URI may have more than 511 bytes, but an aor may have many contacts.
MAX_TEXT = 65_536
#: How deeply ``${...}`` and ``$[...]`` may be nested.
MAX_DEPTH = 16
#: How deeply brackets may be nested in an expression.
MAX_BRACKETS = 16
#: Larger numbers are Asterisk's floating-point numbers, of which not every digit is exact.
MAX_NUMBER = 10**15 - 1

#: Global variables of which each Asterisk has its own values.
OF_THE_MACHINE = words(
    "ASTAGIDIR ASTCACHEDIR ASTCONFIGDIR ASTDATADIR ASTDBDIR ASTETCDIR ASTKEYDIR ASTLOGDIR ASTMODDIR ASTRUNDIR"
    " ASTSBINDIR ASTSPOOLDIR ASTVARLIBDIR ENTITYID EPOCH SYSTEMNAME"
)

Text = TypeVar("Text", str, bytes)

#: Text without a reference, by the character that ends it.
_PLAIN = {
    closing: re.compile(rf"(?:[^${closing and re.escape(closing)}]|\$(?![{{\[]))+")
    for closing in ("", "}", "]")
}
_PART = re.compile(r"[ \t]*([+-]?[0-9]{1,9})(?::[ \t]*([+-]?[0-9]{1,9}))?", re.ASCII)
_WHOLE_VARIABLE = re.compile(r"\$\{(\w+)\}", re.ASCII)
_TOKEN = re.compile(r"[ \t]*([0-9]{1,15}|[-+*/%()])[ \t]*", re.ASCII)


class UnknownValueError(ValueError):
    """A pattern's value depends on the machine; the text says on what."""


class TooLongError(ValueError):
    """A pattern says more than :data:`MAX_TEXT` characters."""


def expand(pattern: str, variables: Mapping[str, str]) -> str:
    """Return what a pattern says; raises :class:`UnknownValueError` or :class:`TooLongError`.

    >>> expand("sip:${REMOTE_HOST:0:3}$[1+1]", {"REMOTE_HOST": "192.0.2.1"})
    'sip:1922'
    """
    pieces = _pieces(pattern)
    if pieces is not None:
        made = "".join(
            [variables.get(piece, "") if index & 1 else piece for index, piece in enumerate(pieces)]
        )
        if len(pattern) + len(made) <= MAX_TEXT:
            return made
    return _Expansion(pattern, variables).text("", 0)


def has_names_only(pattern: str) -> bool:
    """Return whether a pattern refers to whole variables only, so that it is taken apart once for all hosts."""
    return _pieces(pattern) is not None


@lru_cache(maxsize=64)
def _pieces(pattern: str) -> tuple[str, ...] | None:
    """Return text and names of variables by turns, None if there are other references than to a whole variable."""
    pieces = tuple(_WHOLE_VARIABLE.split(pattern))
    plain, names = pieces[::2], pieces[1::2]
    if any("${" in text or "$[" in text for text in plain) or not OF_THE_MACHINE.isdisjoint(names):
        return None
    return pieces


class _Expansion:
    """The reading of one pattern; every part of it is read once."""

    def __init__(self, pattern: str, variables: Mapping[str, str]) -> None:
        self._pattern = pattern
        self._variables = variables
        self._pos = 0
        self._made = 0

    def text(self, closing: str, depth: int) -> str:
        """Read up to ``closing`` and over it, or to the end, and return what it says."""
        if depth > MAX_DEPTH:
            raise UnknownValueError(f"what is nested more than {MAX_DEPTH} deep")
        pattern, parts = self._pattern, list[str]()
        while self._pos < len(pattern):
            plain = _PLAIN[closing].match(pattern, self._pos)
            if plain is not None:
                self._pos = plain.end()
                parts.append(self._counted(plain[0]))
                continue
            start = pattern[self._pos : self._pos + 2]
            if not start.startswith("$"):
                self._pos += 1
                break
            self._pos += 2
            if start == "${":
                parts.append(self._counted(self._variable(self.text("}", depth + 1))))
            else:
                parts.append(self._counted(_evaluated(self.text("]", depth + 1))))
        return "".join(parts)

    def _counted(self, text: str) -> str:
        self._made += len(text)
        if self._made > MAX_TEXT:
            raise TooLongError(f"more than {MAX_TEXT} characters")
        return text

    def _variable(self, reference: str) -> str:
        """Return the value of what stands in the braces."""
        if "(" in reference:
            raise UnknownValueError(f"the value of {quoted('${' + reference + '}')}")
        name, colon, part = reference.partition(":")
        if name in OF_THE_MACHINE:
            raise UnknownValueError(f"the value of {quoted('${' + name + '}')}")
        value = self._variables.get(name, "")
        place = _PART.match(part) if colon else None
        return (
            value
            if place is None
            else _part(value, int(place[1]), None if place[2] is None else int(place[2]))
        )


def _part(value: str, offset: int, length: int | None) -> str:
    """Return the part of a value; what lies outside of it is left away.

    >>> _part("192.0.2.1", -3, 2), _part("192.0.2.1", 2, -3)
    ('2.', '2.0.')
    """
    if not value.isascii():
        # Characters of several bytes are cut in the middle: Asterisk counts bytes.
        return decoded(_slice(encoded(value), offset, length))
    return _slice(value, offset, length)


def _slice(value: Text, offset: int, length: int | None) -> Text:
    start = offset if offset >= 0 else max(len(value) + offset, 0)
    if length is None:
        return value[start:]
    return value[start : start + length] if length >= 0 else value[start : max(len(value) + length, start)]


def _evaluated(expression: str) -> str:
    """Return the value of an expression as text."""
    tokens: list[str] = []
    pos = 0
    while pos < len(expression):
        token = _TOKEN.match(expression, pos)
        if token is None or (token[1].isdigit() and tokens and tokens[-1].isdigit()):
            raise _not_evaluated(expression)
        tokens.append(token[1])
        pos = token.end()
    calculation = _Calculation(tokens)
    try:
        return str(calculation.value())
    except ArithmeticError:
        raise _not_evaluated(expression) from None


def _not_evaluated(expression: str) -> UnknownValueError:
    return UnknownValueError(f"the value of {quoted('$[' + expression + ']')}")


class _Calculation:
    """The reading of ``sum = product *(("+" / "-") product)``; raises ArithmeticError where Asterisk must do it."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._next = 0
        self._brackets = 0

    def value(self) -> int:
        """Return the value of all tokens."""
        value = self._sum()
        if self._tokens[self._next]:
            raise ArithmeticError("no operator")
        return value

    def _take(self, expected: str) -> str:
        token = self._tokens[self._next]
        if token and token in expected:
            self._next += 1
            return token
        return ""

    def _sum(self) -> int:
        value = self._product()
        while operator := self._take("+-"):
            other = self._product()
            value = _bounded(value + other if operator == "+" else value - other)
        return value

    def _product(self) -> int:
        value = self._factor()
        while operator := self._take("*/%"):
            other = self._factor()
            if operator == "*":
                value = _bounded(value * other)
            elif operator == "/" and not value % other:
                value //= other
            elif operator == "%" and value >= 0 < other:
                value %= other
            else:
                raise ArithmeticError("a fraction, or the remainder of a negative number")
        return value

    def _factor(self) -> int:
        token = self._tokens[self._next]
        self._next += bool(token)
        if token.isdigit():
            return int(token)
        if token == "-" and self._tokens[self._next].isdigit():
            return -self._factor()
        if token != "(" or self._brackets == MAX_BRACKETS:
            raise ArithmeticError("no number")
        self._brackets += 1
        value = self._sum()
        if not self._take(")"):
            raise ArithmeticError("an open bracket")
        self._brackets -= 1
        return value


def _bounded(value: int) -> int:
    if abs(value) > MAX_NUMBER:
        raise ArithmeticError("a number that isn't exact")
    return value
