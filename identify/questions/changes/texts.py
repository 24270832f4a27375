"""Headers and request URIs whose ``match_header`` or ``match_request_uri`` rule changes from one release to another.

Both engines answer; this module knows which values and which pairs of rules to ask about.

Strategy

1. What PJSIP prints, it reads and prints again as it is.  So a literal can only be met by a value that is spelt like
   it, and asking about that one value decides everything about the literal.
2. Two expressions matter if the first of them in one release comes behind the other in the other release, or one of
   them isn't there.  A value is hunted that the first decides before and the second after.
3. A request can satisfy rules with two headers, see ``combinations``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from identify.identifiers import IdentifierName
from identify.questions.changes.asking import Asker, HuntError
from identify.questions.changes.combinations import combined_changes
from identify.questions.changes.rules import Key, Rule
from identify.questions.findings import Finding, Undecided, counted
from identify.questions.values.reading import UnknownExpressionError, automaton
from identify.questions.values.spelling import spelt
from identify.questions.witnesses import Sides, named
from identify.strings import encoded, folded_bytes, shown

__all__ = ["text_changes"]

#: Bounds: values of literals, pairs of expressions that are compared, and those that are searched.
MOST_VALUES = 200_000
MOST_PAIRS = 200_000
MOST_SEARCHED = 20_000
#: Values that a finding lists.
MOST_LISTED = 10

ADVICE = "make the values of these identify objects different, or rename them into the order you want"


def text_changes(sides: Sides, identifier: IdentifierName) -> tuple[list[Finding], list[Undecided]]:
    """Return a finding for each pair of answers that values get, and the pairs of rules that couldn't be decided."""
    asker = Asker(sides, identifier)
    findings: list[Finding] = []
    if asker.same_rules:
        return findings, asker.undecided
    if asker.source is None:
        asker.shadows.add("ip")
    else:
        _try_literals(asker)
        searches = _Searches(asker)
        for group in asker.groups:
            searches.look(group)
        combined = list(combined_changes(asker)) if identifier == "header" else []
        # What was found on the way counts too.
        findings += [*_findings(asker), *combined]
    for shadow in sorted(asker.shadows):
        asker.give_up(
            f"the answers of {identifier}", f"{shadow} comes before it and answers requests that were tried"
        )
    return findings, asker.undecided


def _try_literals(asker: Asker) -> None:
    """Ask about the value of each literal."""
    values = {
        (folded_bytes(rule.name), rule.pattern.literal): rule
        for group in asker.groups
        for rule in group
        if rule.pattern.regex is None
    }
    for rule in islice(values.values(), MOST_VALUES):
        asker.ask(rule, encoded(rule.pattern.literal or ""))
    if len(values) > MOST_VALUES:
        asker.give_up("further literals", f"only {MOST_VALUES:,} are tried")


def _findings(asker: Asker) -> Iterator[Finding]:
    where = "the request URI" if asker.identifier == "request_uri" else "headers"
    for (before, after), witnesses in asker.found.items():
        values = counted(len(witnesses), "value", "values")
        yield asker.finding(
            witnesses[0][0],
            what=f"{named(before)} becomes {named(after)} for {values} of {where}",
            advice=ADVICE,
            details=tuple(value for _, value in witnesses[:MOST_LISTED]),
            count=len(witnesses),
        )


class _Searches:
    """The searches for values of two expressions."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._searched = 0

    def look(self, group: Sequence[Rule]) -> None:
        """Search values for all expressions of a header that are in another order."""
        unsearched = 0
        for first, second in self._crossing([rule for rule in group if rule.pattern.regex is not None]):
            expected = (self._asker.expected(0, first), self._asker.expected(1, second))
            if expected[0] == expected[1] or expected in self._asker.found:
                continue
            self._searched += 1
            if self._searched > MOST_SEARCHED or self._asker.budget.left <= 0:
                unsearched += 1
            else:
                self._search([rule for rule in (first, second) if rule is not None], _keys((first, second)))
        if unsearched:
            pairs = counted(unsearched, "pair", "pairs")
            self._asker.give_up(f"{pairs} of expressions", "the bound of all searches was reached before")

    def _crossing(self, rules: Sequence[Rule]) -> Iterator[tuple[Rule | None, Rule | None]]:
        """Yield pairs of expressions of which the first may decide before and the second after; None is no rule."""
        before, after = self._asker.places
        compared = 0
        for first in rules:
            if first.key in before and first.key not in after:
                yield first, None
            if first.key in after and first.key not in before:
                yield None, first
            for second in rules:
                compared += 1
                if compared > MOST_PAIRS:
                    reason = f"only {MOST_PAIRS:,} are compared"
                    self._asker.give_up("further pairs of expressions", reason, rules[-1:])
                    return
                if first is second or first.key not in before or second.key not in after:
                    continue
                if second.key in before and before[second.key] < before[first.key]:
                    continue
                if first.key in after and after[first.key] < after[second.key]:
                    continue
                yield first, second

    def _search(self, rules: list[Rule], wanted: tuple[Key | None, Key | None]) -> None:
        """Search a value that the first rule decides before and the second after."""
        try:
            matching = [automaton(rule.pattern.regex or "") for rule in rules]
        except UnknownExpressionError as error:
            if not self._guessed(rules, wanted):
                self._undecide(rules, f"one of the expressions isn't understood: {error}")
            return
        try:
            self._asker.hunt(
                matching,
                rules[0],
                lambda deciders: _keys(deciders) == wanted,
                lambda deciders: (rule for rule in deciders if rule and rule.key not in wanted),
            )
        except HuntError as error:
            self._undecide(rules, str(error))

    def _guessed(self, rules: list[Rule], wanted: tuple[Key | None, Key | None]) -> bool:
        """Try values of the rules that are understood, where one isn't."""
        for rule in rules:
            try:
                known = automaton(rule.pattern.regex or "")
            except UnknownExpressionError:
                continue
            for path in self._asker.members([known], [], rule):
                if path is not None and _keys(self._asker.ask(rule, spelt(path))) == wanted:
                    return True
        return False

    def _undecide(self, rules: list[Rule], reason: str) -> None:
        where = shown(rules[0].name) or "the request URI"
        subject = " and ".join(map(str, rules))
        self._asker.give_up(f"whether a value of {where} gets another answer by {subject}", reason, rules)


def _keys(rules: tuple[Rule | None, Rule | None]) -> tuple[Key | None, Key | None]:
    before, after = (rule.key if rule is not None else None for rule in rules)
    return before, after
