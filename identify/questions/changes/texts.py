"""Headers and request URIs whose ``match_header`` or ``match_request_uri`` rule changes from one release to another.

Both engines answer; this module finds values that are worth asking about, and knows when there is none.

Strategy

1. What PJSIP prints, it reads and prints again as it is.  So a literal can only be met by a value that is spelt like
   it, and asking about that one value decides everything about the literal.
2. Two expressions matter if the first of them in one release comes behind the other in the other release, or one of
   them isn't there.  A value that both match is searched with their automata.  Where the engines say that another rule
   gets it, the next value is searched outside of that rule, until the pair shows, or there is no value left, or the
   bound is reached: then it is undecided.
3. A request can satisfy rules with two headers; these are tried for each pair of header names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from identify.model import Identify, Match
from identify.questions.changes.rules import Key, Rule, automaton_of, inverted, places_of, rule_of, rules_of
from identify.questions.findings import Finding, Undecided, Witness, counted
from identify.questions.values.automata import Automaton, Budget, members
from identify.questions.values.reading import UnknownExpressionError, automaton
from identify.questions.values.spelling import shape_of, spelt
from identify.questions.witnesses import SIP_PORT, Sides, message, named
from identify.strings import encoded, folded_bytes, shown

__all__ = ["text_changes"]

#: Bounds: values of literals, pairs of rules that are compared, states of automata for a search, and for all.
MOST_VALUES = 200_000
MOST_PAIRS = 200_000
MOST_SEARCHED = 20_000
MOST_STATES = 4_000
MOST_STATES_TOGETHER = 200_000
#: Values of a search that are asked about, and searches of a pair, each outside of one more rule.
MOST_ASKED = 6
MOST_ROUNDS = 8
#: Pairs that are asked about for two header names.
MOST_COMBINED = 20
#: Values that a finding lists.
MOST_LISTED = 10

ADVICE = "make the values of these identify objects different, or rename them into the order you want"
COMBINED = "let the proxy before Asterisk remove the header that isn't meant, or rename the identify objects"


def text_changes(sides: Sides, identifier: str) -> tuple[list[Finding], list[Undecided]]:
    """Return a finding for each pair of answers that values get, and the pairs of rules that couldn't be decided."""
    finder = _Finder(sides, identifier)
    if not finder.same_rules:
        finder.look()
    return finder.findings(), finder.undecided


class _Finder:
    """Collects witnesses by pair of answers."""

    def __init__(self, sides: Sides, identifier: str) -> None:
        self._sides = sides
        self._identifier = identifier
        self._source = sides.quiet
        self._rules = tuple(rules_of(configuration, identifier) for configuration in sides.configurations)
        self._places = tuple(places_of(rules) for rules in self._rules)
        self._found: dict[tuple[Match | None, Match | None], list[tuple[Witness, str]]] = {}
        self._combined: list[Finding] = []
        self._shadows: set[str] = set()
        self._searched = 0
        self._unsearched = 0
        self._mixed = sides.mixed
        self._budget = Budget(MOST_STATES_TOGETHER)
        self.undecided: list[Undecided] = []

    @property
    def same_rules(self) -> bool:
        """Whether both sides ask the same rules in the same order, for the same endpoints."""
        first, second = (
            [(rule.key, rule.identify.endpoint in configuration.endpoints) for rule in rules]
            for rules, configuration in zip(self._rules, self._sides.configurations, strict=True)
        )
        return first == second

    def look(self) -> None:
        """Ask about everything."""
        if self._source is None:
            self._shadows.add("ip")
            return
        groups: dict[bytes, list[Rule]] = {}
        for rule in {rule.key: rule for rules in self._rules for rule in rules}.values():
            groups.setdefault(folded_bytes(rule.name), []).append(rule)
        values = {
            (name, rule.pattern.literal): rule
            for name, group in groups.items()
            for rule in group
            if rule.pattern.regex is None
        }
        for rule in islice(values.values(), MOST_VALUES):
            self._answers(rule, encoded(rule.pattern.literal or ""))
        if len(values) > MOST_VALUES:
            self._give_up("further literals", f"only {MOST_VALUES:,} are tried", [])
        for group in groups.values():
            for first, second in self._crossing([rule for rule in group if rule.pattern.regex is not None]):
                self._search(first, second)
        if self._identifier == "header":
            self._combine(list(groups.values()))

    def _crossing(self, rules: Sequence[Rule]) -> Iterator[tuple[Rule | None, Rule | None]]:
        """Yield pairs of expressions of which the first may decide before and the second after; None is no rule."""
        before, after = self._places
        compared = 0
        for first in rules:
            if first.key in before and first.key not in after:
                yield first, None
            if first.key in after and first.key not in before:
                yield None, first
            for second in rules:
                compared += 1
                if compared > MOST_PAIRS:
                    self._give_up(
                        "further pairs of expressions", f"only {MOST_PAIRS:,} are compared", rules[-1:]
                    )
                    return
                if first is second or first.key not in before or second.key not in after:
                    continue
                if second.key in before and before[second.key] < before[first.key]:
                    continue
                if first.key in after and after[first.key] < after[second.key]:
                    continue
                yield first, second

    def _search(self, first: Rule | None, second: Rule | None) -> None:
        """Search a value that the first rule gets before and the second after."""
        expected = (self._expected(0, first), self._expected(1, second))
        rules = [rule for rule in (first, second) if rule is not None]
        wanted = _keys((first, second))
        if expected[0] == expected[1] or expected in self._found:
            return
        self._searched += 1
        if self._searched > MOST_SEARCHED or self._budget.left <= 0:
            self._unsearched += 1
            return
        try:
            matching = [automaton(rule.pattern.regex or "") for rule in rules]
        except UnknownExpressionError as error:
            self._guess(rules, wanted, str(error))
            return
        avoided: dict[Key, Automaton] = {}
        shape = shape_of(rules[0].name)
        reason = f"the search ended after {MOST_ROUNDS} values that other rules get"
        for _ in range(MOST_ROUNDS):
            blockers: list[Rule] = []
            values = False
            for path in self._members(matching, list(avoided.values()), shape):
                if path is None:
                    reason = "the expressions are too large together"
                    break
                values = True
                deciders = self._answers(rules[0], spelt(path))
                if _keys(deciders) == wanted:
                    return
                blockers = [
                    rule for rule in deciders if rule and rule.key not in avoided and rule.key not in wanted
                ]
                if blockers:
                    break
            else:
                if not values and not (self._mixed and all(one.meets_beyond for one in matching)):
                    return
                reason = "no request was found that prints such a value and is left to these rules"
            if not blockers:
                break
            try:
                avoided.update((rule.key, automaton_of(rule)) for rule in blockers)
            except UnknownExpressionError as error:
                reason = f"{blockers[0]} comes before, and {error}"
                break
        self._undecide(rules, reason)

    def _members(
        self, matching: list[Automaton], avoided: list[Automaton], shape: Automaton | None
    ) -> Iterator[list[int] | None]:
        """Yield values for the place that the rules are about: those of its usual shape, then others."""
        search = partial(members, most_states=MOST_STATES, budget=self._budget, mixed=self._mixed)
        if shape is not None:
            shaped = search([*matching, shape], avoided)
            yield from (path for path in islice(shaped, MOST_ASKED) if path is not None)
        rest = search(matching, avoided)
        yield from islice(rest, MOST_ASKED)

    def _guess(self, rules: list[Rule], wanted: tuple[Key | None, Key | None], reason: str) -> None:
        """Try values of the rules that are known, where one isn't."""
        for rule in rules:
            try:
                known = automaton(rule.pattern.regex or "")
            except UnknownExpressionError:
                continue
            for path in self._members([known], [], shape_of(rule.name)):
                if path is not None and _keys(self._answers(rule, spelt(path))) == wanted:
                    return
        self._undecide(rules, f"one of the expressions isn't understood: {reason}")

    def _combine(self, groups: list[list[Rule]]) -> None:
        """Try requests with two headers, each of which satisfies a rule whose order changes."""
        before, after = self._places
        compared = 0
        for place, one in enumerate(groups):
            for other in groups[place:]:
                asked = 0
                for first, second in ((first, second) for first in one for second in other):
                    compared += 1
                    if compared > MOST_PAIRS:
                        self._give_up(
                            "requests with two of the headers", f"only {MOST_PAIRS:,} are compared", []
                        )
                        return
                    if not inverted(before, after, first.key, second.key):
                        continue
                    asked += 1
                    if asked > MOST_COMBINED or self._ask_both(first, second):
                        break

    def _ask_both(self, first: Rule, second: Rule) -> bool:
        """Ask about a request with both headers; say whether it shows something new, which is then kept."""
        values = [self._value(rule) for rule in (first, second)]
        if values[0] is None or values[1] is None or self._source is None:
            return False
        data = message([(first.name, values[0]), (second.name, values[1])])
        witness = self._sides.ask(data, self._source)
        if witness is None or not self._is_ours(witness) or (witness.before, witness.after) in self._found:
            return False
        twice = folded_bytes(first.name) == folded_bytes(second.name)
        which = (
            f"{shown(first.name)} twice" if twice else f"both {shown(first.name)} and {shown(second.name)}"
        )
        self._combined.append(
            self._finding(
                witness,
                what=f"requests with {which} change from {named(witness.before)} to {named(witness.after)}",
                advice=COMBINED,
                details=tuple(f"{shown(rule.name)}: {shown(rule.pattern.text)}" for rule in (first, second)),
            )
        )
        return True

    def _value(self, rule: Rule) -> bytes | None:
        """Return a value that satisfies a rule, None if none is known."""
        if rule.pattern.regex is None:
            return encoded(rule.pattern.literal or "")
        try:
            paths = self._members([automaton(rule.pattern.regex)], [], shape_of(rule.name))
        except UnknownExpressionError:
            return None
        return next((spelt(path) for path in paths if path is not None), None)

    def _answers(self, rule: Rule, value: bytes) -> tuple[Rule | None, Rule | None]:
        """Ask both engines about a value, keep a difference, and return which rules decide."""
        if self._source is None:
            return None, None
        data = message([(rule.name, value)]) if rule.name else message(request_uri=value)
        answers = self._sides.answers(data, self._source, SIP_PORT)
        if answers is None:
            return None, None
        by = {match.identifier for match in answers if match is not None}
        if self._identifier not in by:
            self._shadows |= by
        witness = self._sides.ask(data, self._source)
        if witness is not None and self._is_ours(witness):
            text = shown(value.decode("utf-8", "surrogateescape"))
            self._found.setdefault(answers, []).append((witness, text))
        deciders = self._sides.deciders(data, self._source, SIP_PORT, self._identifier)
        before, after = deciders if deciders is not None else (None, None)
        return self._rule_of(before), self._rule_of(after)

    def _rule_of(self, identify: Identify | None) -> Rule | None:
        return None if identify is None else rule_of(identify, self._identifier)

    def _is_ours(self, witness: Witness) -> bool:
        """Say whether the answers are those of this identifier, on one side at least."""
        return any(
            match is not None and match.identifier == self._identifier
            for match in (witness.before, witness.after)
        )

    def _expected(self, side: int, rule: Rule | None) -> Match | None:
        """Return the answer of a rule on a side."""
        if rule is None or rule.identify.endpoint not in self._sides.configurations[side].endpoints:
            return None
        return Match(rule.identify.endpoint, self._identifier, rule.identify.id)

    def findings(self) -> list[Finding]:
        """Return what was found, and note what answered instead."""
        found = []
        for (before, after), witnesses in self._found.items():
            values = counted(len(witnesses), "value", "values")
            where = "the request URI" if self._identifier == "request_uri" else "headers"
            found.append(
                self._finding(
                    witnesses[0][0],
                    what=f"{named(before)} becomes {named(after)} for {values} of {where}",
                    advice=ADVICE,
                    details=tuple(value for _, value in witnesses[:MOST_LISTED]),
                    count=len(witnesses),
                )
            )
        if self._unsearched:
            pairs = counted(self._unsearched, "pair", "pairs")
            self._give_up(f"{pairs} of expressions", "the bound of all searches was reached before", [])
        for identifier in sorted(self._shadows):
            self._give_up(
                f"the answers of {self._identifier}",
                f"{identifier} comes before it and answers requests that were tried",
                [],
            )
        return [*found, *self._combined]

    def _finding(
        self, witness: Witness, *, what: str, advice: str, details: tuple[str, ...], count: int = 1
    ) -> Finding:
        before, after = witness.before, witness.after
        same = before is not None and after is not None and before.endpoint == after.endpoint
        return Finding(
            kind="same-endpoint" if same else "winner",
            what=what,
            advice="nothing: the endpoint stays the same" if same else advice,
            origins=self._sides.origins(before, after),
            witness=witness,
            count=count,
            details=details,
            depends_on=self._sides.depends_on(witness),
        )

    def _undecide(self, rules: list[Rule], reason: str) -> None:
        where = shown(rules[0].name) or "the request URI"
        subject = " and ".join(map(str, rules))
        self._give_up(f"whether a value of {where} gets another answer by {subject}", reason, rules)

    def _give_up(self, what: str, reason: str, rules: Iterable[Rule]) -> None:
        origins = tuple(rule.identify.origin for rule in rules)
        self.undecided.append(Undecided(what=what, reason=reason, origins=origins))


def _keys(rules: tuple[Rule | None, Rule | None]) -> tuple[Key | None, Key | None]:
    before, after = (rule.key if rule is not None else None for rule in rules)
    return before, after
