r"""Expressions that mean something else where one release works on bytes and the other on characters.

Facts

- A character beyond ASCII is one character in the one and two to four bytes in the other; classes such as
  ``[[:alpha:]]`` and ``\w`` have letters beyond ASCII only in the one; bytes that aren't UTF-8 are no character, so
  ``.`` matches them only in the other.
- PJSIP takes no request URI with anything beyond ASCII and prints none, so only headers matter.

Strategy

1. Where no position that decides can be at a character beyond ASCII, nothing changes.
2. Else members of the expression with such characters are spelt in UTF-8, as bytes that aren't, and with two positions
   for the two bytes of one; both engines are asked about each.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from identify.questions.changes.rules import Rule
from identify.questions.changes.single_rules import common_rules, first_difference, look_at_each
from identify.questions.findings import Finding, Undecided
from identify.questions.values.automata import BEYOND, members
from identify.questions.values.reading import UnknownExpressionError, automaton
from identify.questions.values.spelling import CHARACTERS_BEYOND, shape_of, spelt
from identify.questions.witnesses import Sides
from identify.strings import encoded

__all__ = ["expression_changes"]

MOST_EXPRESSIONS = 5_000
MOST_STATES = 4_000
#: Members of an expression that are spelt and asked about.
MOST_MEMBERS = 12

#: Values for expressions that aren't understood.
PLAIN = ("é", "éé", "aé", "éa", "aéa", "é1", "1é")

ADVICE = "write the characters that you mean into the expression, instead of a dot or a class that may match others"


def expression_changes(sides: Sides) -> tuple[list[Finding], list[Undecided]]:
    """Return a finding for each expression that gives a value another answer, and those that couldn't be decided."""
    rules = [rule for rule in common_rules(sides) if rule.pattern.regex is not None and _minds(rule)]
    return look_at_each(
        rules,
        lambda rule: first_difference(sides, rule, dict.fromkeys(_values(rule)), ADVICE),
        concerned=lambda rule: True,
        most=MOST_EXPRESSIONS,
        further="expressions",
        reason="it can match characters beyond ASCII, and no value was found that shows a difference",
    )


def _minds(rule: Rule) -> bool:
    """Say whether a character beyond ASCII may make a difference."""
    try:
        return automaton(rule.pattern.regex or "").meets_beyond
    except UnknownExpressionError:
        return True


def _values(rule: Rule) -> Iterator[bytes]:
    """Yield values that the two meanings may tell apart."""
    pattern = rule.pattern.regex or ""
    try:
        known = automaton(pattern)
    except UnknownExpressionError:
        yield from map(encoded, PLAIN)
        for character in dict.fromkeys(character for character in pattern if not character.isascii()):
            data = encoded(character)
            yield from (data, data * 2, data[:1], b"a" + data, data + b"a")
        return
    shape = shape_of(rule.name)
    for matching in ([known, shape], [known]) if shape is not None else ([known],):
        for path in islice(members(matching, most_states=MOST_STATES, beyond=True), MOST_MEMBERS):
            if path is None:
                break
            for beyond in CHARACTERS_BEYOND:
                yield spelt(path, beyond)
            yield _paired(path)


def _paired(path: list[int]) -> bytes:
    """Spell two characters beyond ASCII, one behind the other, as the two bytes of one."""
    data = bytearray()
    first = True
    for code in path:
        if code != BEYOND:
            data.append(code)
            first = True
            continue
        data.append(0xC3 if first else 0xA9)
        first = not first
    return bytes(data)
