"""Both engines asked about values of headers and of request URIs: what they answer, which rules decide, what is kept.

It knows how a value is hunted that the right rules decide; which rules are worth it, ``texts`` and ``combinations``
know.

Strategy

A hunt begins with the shortest value that all of some expressions match.  Where another rule decides about it, the next
value is searched outside of that rule, until the right rules decide, or there is no value left, or a bound is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from identify.identifiers import IdentifierName
from identify.model import Identify, Match
from identify.questions.changes.rules import Key, Rule, automaton_of, places_of, rule_of, rules_of
from identify.questions.findings import Finding, Undecided, Witness, advised
from identify.questions.values.automata import Automaton, Budget, members
from identify.questions.values.reading import UnknownExpressionError
from identify.questions.values.spelling import shape_of, spelt
from identify.questions.witnesses import SIP_PORT, Sides
from identify.strings import folded_bytes, shown

__all__ = ["MOST_STATES", "MOST_STATES_TOGETHER", "Asker", "Deciders", "HuntError"]

#: States of automata for a search, and for all searches of an identifier.
MOST_STATES = 4_000
MOST_STATES_TOGETHER = 200_000
#: Values of a search that are asked about, and searches of a hunt, each outside of one more rule.
MOST_ASKED = 6
MOST_ROUNDS = 8

#: The rules that decide before and after.
Deciders = tuple[Rule | None, Rule | None]


class HuntError(Exception):
    """It isn't known whether there is a value; the text is the reason."""


class Asker:
    """Asks about the values of one identifier, and keeps each difference by its pair of answers."""

    def __init__(self, sides: Sides, identifier: IdentifierName) -> None:
        self.sides = sides
        self.identifier = identifier
        self.source = sides.quiet
        self.rules = tuple(rules_of(configuration, identifier) for configuration in sides.configurations)
        self.places = tuple(places_of(rules) for rules in self.rules)
        self.found: dict[tuple[Match | None, Match | None], list[tuple[Witness, str]]] = {}
        #: Identifiers that answered instead.
        self.shadows: set[str] = set()
        self.undecided: list[Undecided] = []
        self.budget = Budget(MOST_STATES_TOGETHER)

    @property
    def same_rules(self) -> bool:
        """Whether both sides ask the same rules in the same order, for the same endpoints."""
        first, second = (
            [(rule.key, rule.identify.endpoint in configuration.endpoints) for rule in rules]
            for rules, configuration in zip(self.rules, self.sides.configurations, strict=True)
        )
        return first == second

    @property
    def groups(self) -> list[list[Rule]]:
        """The rules of both sides, each once, by header."""
        groups: dict[bytes, list[Rule]] = {}
        for rule in {rule.key: rule for rules in self.rules for rule in rules}.values():
            groups.setdefault(folded_bytes(rule.name), []).append(rule)
        return list(groups.values())

    def ask(self, rule: Rule, value: bytes) -> Deciders:
        """Ask both engines about a value in the place that a rule is about, and return which rules decide."""
        if self.source is None:
            return None, None
        build = self.sides.message
        data = build([(rule.name, value)]) if rule.name else build(request_uri=value)
        answers = self.sides.answers(data, self.source, SIP_PORT)
        if answers is None:
            return None, None
        by = {match.identifier for match in answers if match is not None}
        if self.identifier not in by:
            self.shadows |= by
        witness = self.sides.ask(data, self.source)
        if witness is not None and self.is_ours(witness):
            text = shown(value.decode("utf-8", "surrogateescape"))
            self.found.setdefault(answers, []).append((witness, text))
        deciders = self.sides.deciders(data, self.source, SIP_PORT, self.identifier)
        before, after = deciders if deciders is not None else (None, None)
        return self._rule_of(before), self._rule_of(after)

    def hunt(
        self,
        matching: Sequence[Automaton],
        place: Rule,
        fits: Callable[[Deciders], bool],
        blocking: Callable[[Deciders], Iterable[Rule]],
    ) -> bytes | None:
        """Return a value that all of ``matching`` match and whose deciders fit, None if there is none.

        ``place`` is a rule that is about the place of the value, ``blocking`` says which deciders keep others from
        fitting.  Raises HuntError.
        """
        avoided: dict[Key, Automaton] = {}
        for _ in range(MOST_ROUNDS):
            blockers: list[Rule] = []
            values = False
            for path in self.members(matching, list(avoided.values()), place):
                if path is None:
                    raise HuntError("the expressions are too large together")
                values = True
                deciders = self.ask(place, spelt(path))
                if fits(deciders):
                    return spelt(path)
                blockers = [rule for rule in blocking(deciders) if rule.key not in avoided]
                if blockers:
                    break
            if not values and not (self.sides.mixed and all(one.meets_beyond for one in matching)):
                return None
            if not blockers:
                raise HuntError("no request was found that prints such a value and is left to these rules")
            try:
                avoided.update((rule.key, automaton_of(rule)) for rule in blockers)
            except UnknownExpressionError as error:
                raise HuntError(f"{blockers[0]} comes before, and {error}") from error
        raise HuntError(f"the search ended after {MOST_ROUNDS} values that other rules get")

    def members(
        self, matching: Sequence[Automaton], avoided: Sequence[Automaton], place: Rule
    ) -> Iterator[list[int] | None]:
        """Yield values for the place that a rule is about: those of its usual shape, then others."""
        search = partial(members, most_states=MOST_STATES, budget=self.budget, mixed=self.sides.mixed)
        shape = shape_of(place.name)
        if shape is not None:
            shaped = search([*matching, shape], avoided)
            yield from (path for path in islice(shaped, MOST_ASKED) if path is not None)
        yield from islice(search(matching, avoided), MOST_ASKED)

    def expected(self, side: int, rule: Rule | None) -> Match | None:
        """Return the answer of a rule on a side."""
        if rule is None or rule.identify.endpoint not in self.sides.configurations[side].endpoints:
            return None
        return Match(rule.identify.endpoint, self.identifier, rule.identify.id)

    def is_ours(self, witness: Witness) -> bool:
        """Say whether the answers are those of this identifier, on one side at least."""
        answers = (witness.before, witness.after)
        return any(match is not None and match.identifier == self.identifier for match in answers)

    def finding(
        self, witness: Witness, *, what: str, advice: str, details: tuple[str, ...], count: int = 1
    ) -> Finding:
        """Return the finding of a witness."""
        before, after = witness.before, witness.after
        same = before is not None and after is not None and before.endpoint == after.endpoint
        return Finding(
            kind="same-endpoint" if same else "winner",
            what=what,
            advice=advised(before, after, advice),
            origins=self.sides.origins(before, after),
            witness=witness,
            count=count,
            details=details,
            depends_on=self.sides.depends_on(witness),
        )

    def give_up(self, what: str, reason: str, rules: Iterable[Rule] = ()) -> None:
        """Note what couldn't be decided."""
        origins = tuple(rule.identify.origin for rule in rules)
        self.undecided.append(Undecided(what=what, reason=reason, origins=origins))

    def _rule_of(self, identify: Identify | None) -> Rule | None:
        return None if identify is None else rule_of(identify, self.identifier)
