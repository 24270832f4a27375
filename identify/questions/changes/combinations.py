"""Requests with two headers, each of which satisfies a rule: which of the rules decides changes with their order.

Strategy

1. A pair of rules shows in a request with both headers, or with one header twice, if each rule has a value that no rule
   gets which comes before the pair: before the first of them in one release, before the other one in the other.
2. Such values are hunted for each pair; for two header names, or one, the first pair that shows is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from identify.questions.changes.asking import Asker, Deciders, HuntError
from identify.questions.changes.rules import Rule, inverted
from identify.questions.findings import Finding
from identify.questions.values.reading import UnknownExpressionError, automaton
from identify.questions.witnesses import SINGLE, named
from identify.strings import encoded, folded_bytes, shown

__all__ = ["MOST_COMBINED", "MOST_PAIRS", "combined_changes"]

#: Pairs of rules that are compared, and those that are tried for two header names.
MOST_PAIRS = 200_000
MOST_COMBINED = 20
#: Pairs of header names with a finding.
MOST_FOUND = 1_000

ADVICE = "let the proxy before Asterisk remove the header that isn't meant, or rename the identify objects"


def combined_changes(asker: Asker) -> Iterator[Finding]:
    """Yield a finding for each two header names with a request that changes; the asker notes what is undecided."""
    groups = asker.groups
    compared = found = 0
    for place, one in enumerate(groups):
        for other in groups[place:]:
            if one is other and folded_bytes(one[0].name) in SINGLE:
                continue
            pairs = []
            for first, second in ((first, second) for first in one for second in other):
                compared += 1
                if compared > MOST_PAIRS:
                    asker.give_up(
                        "requests with two of the headers", f"only {MOST_PAIRS:,} pairs are compared"
                    )
                    return
                pair = _ordered(asker, first, second)
                if pair is not None and pair not in pairs:
                    pairs.append(pair)
                if len(pairs) > MOST_COMBINED:
                    break
            for finding in _shown_by(asker, pairs):
                found += 1
                yield finding
            if found >= MOST_FOUND:
                asker.give_up("further requests with two headers", f"{MOST_FOUND:,} are enough")
                return


def _ordered(asker: Asker, first: Rule, second: Rule) -> tuple[Rule, Rule] | None:
    """Return two rules in their first order, None if it stays, doesn't show, or is among what was found."""
    before, after = asker.places
    if not inverted(before, after, first.key, second.key):
        return None
    leading, following = (first, second) if before[first.key] < before[second.key] else (second, first)
    expected = (asker.expected(0, leading), asker.expected(1, following))
    return None if expected[0] == expected[1] or expected in asker.found else (leading, following)


def _shown_by(asker: Asker, pairs: Sequence[tuple[Rule, Rule]]) -> Iterator[Finding]:
    """Yield the finding of the first pair that shows; else note which one is undecided."""
    open_pair: tuple[tuple[Rule, Rule], str] | None = None
    for pair in pairs[:MOST_COMBINED]:
        try:
            finding = _finding(asker, *pair)
        except HuntError as error:
            open_pair = open_pair or (pair, str(error))
            continue
        if finding is not None:
            yield finding
            return
    if open_pair is None and len(pairs) > MOST_COMBINED:
        open_pair = (pairs[-1], f"only {MOST_COMBINED} pairs are tried")
    if open_pair is not None:
        rules, reason = open_pair
        origins = {rule.identify.origin for rule in rules}
        if any(set(undecided.origins) == origins for undecided in asker.undecided):
            return
        subject = " and ".join(map(str, rules))
        asker.give_up(f"whether requests with {_both(*rules)} get another answer by {subject}", reason, rules)


def _finding(asker: Asker, leading: Rule, following: Rule) -> Finding | None:
    """Return what a request with both headers shows, None if there is no such request; raises HuntError."""
    values = []
    for rule in (leading, following):
        value = _value(asker, rule, leading, following)
        if value is None:
            return None
        values.append((rule.name, value))
    witness = asker.sides.ask(asker.sides.message(values), asker.source or "")
    expected = (asker.expected(0, leading), asker.expected(1, following))
    if witness is None or (witness.before, witness.after) != expected:
        raise HuntError("no request was found that satisfies both")
    return asker.finding(
        witness,
        what=f"requests with {_both(leading, following)} change from {named(witness.before)} to {named(witness.after)}",
        advice=ADVICE,
        details=tuple(f"{shown(rule.name)}: {shown(rule.pattern.text)}" for rule in (leading, following)),
    )


def _value(asker: Asker, rule: Rule, leading: Rule, following: Rule) -> bytes | None:
    """Return a value of a rule that no rule before the pair gets, None if there is none; raises HuntError."""
    first, last = asker.places[0][leading.key], asker.places[1][following.key]

    def blocking(deciders: Deciders) -> list[Rule]:
        before, after = deciders
        found = [before] if before is not None and asker.places[0][before.key] < first else []
        return found + ([after] if after is not None and asker.places[1][after.key] < last else [])

    def fits(deciders: Deciders) -> bool:
        return None not in deciders and not blocking(deciders)

    if rule.pattern.regex is None:
        value = encoded(rule.pattern.literal or "")
        deciders = asker.ask(rule, value)
        if fits(deciders):
            return value
        if blocking(deciders):
            return None
        raise HuntError("no request was found that prints the literal and is left to the rule")
    try:
        matching = [automaton(rule.pattern.regex)]
    except UnknownExpressionError as error:
        raise HuntError(f"one of the expressions isn't understood: {error}") from error
    return asker.hunt(matching, rule, fits, blocking)


def _both(first: Rule, second: Rule) -> str:
    if folded_bytes(first.name) == folded_bytes(second.name):
        return f"{shown(first.name)} twice"
    return f"both {shown(first.name)} and {shown(second.name)}"
