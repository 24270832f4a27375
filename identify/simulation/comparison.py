"""Two configurations over the same traffic: what changes for which request.

Every message is scanned once and held against both.  Which messages Asterisk received is told by the first
configuration, or by the given addresses.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from identify._compiled._replay import Replayer
from identify.configuration import Configuration
from identify.engine import Engine
from identify.model import Match
from identify.simulation.example import Example, example_of
from identify.simulation.outcomes import Outcome
from identify.simulation.replay_setup import REMEMBERED
from identify.simulation.rows import OUTCOMES, AnswerColumns, Rows
from identify.simulation.simulated import SimulatedAsterisk, make_replayer
from identify.traffic.batch import Batch

__all__ = ["Change", "Comparison", "Standing", "compare"]

#: Examples of each change, and changes that have some.
MOST_EXAMPLES = 3
MOST_CHANGES_WITH_EXAMPLES = 1_000
#: Changes whose first example is explained in ``as_dict``.
MOST_EXPLAINED = 20

#: Codes of both outcomes with both answers.
Codes = tuple[int, int, int, int]


@attrs.frozen(order=True)
class Standing:
    """How a request stands with a configuration; ``endpoint`` is empty where none was identified."""

    outcome: Outcome
    endpoint: str

    def __str__(self) -> str:
        """Return the endpoint, or what happens instead."""
        if self.outcome is Outcome.IDENTIFIED:
            return self.endpoint
        return f"{self.outcome} ({self.endpoint})" if self.endpoint else str(self.outcome)


@attrs.frozen(order=True)
class Change:
    """What changes for a request."""

    before: Standing
    after: Standing


class Comparison:
    """Two configurations that are fed with the same traffic; the arguments are those of ``Simulation``, for both.

    ``messages`` is what was fed, ``changed`` how many requests have another outcome or endpoint afterwards, ``changes``
    counts them by change, ``examples`` has the first of each.
    """

    def __init__(
        self,
        before: Configuration,
        after: Configuration,
        *,
        engines: tuple[Engine | None, Engine | None] = (None, None),
        line_tokens: Mapping[str, str] | None = None,
        local: Iterable[str] = (),
        assume_dialogs: bool = False,
        remembered: int = REMEMBERED,
    ) -> None:
        self._before = SimulatedAsterisk(before, engines[0], line_tokens, assume_dialogs, remembered)
        self._after = SimulatedAsterisk(after, engines[1], line_tokens, assume_dialogs, remembered)
        self._local = tuple(local)
        self._replayer: Replayer | None = None
        self.messages = 0
        self.changes: Counter[Change] = Counter()
        self.examples: dict[Change, list[Example]] = {}

    @property
    def changed(self) -> int:
        """How many requests change."""
        return sum(self.changes.values())

    @property
    def line_tokens(self) -> dict[str, str]:
        """The tokens of registrations that are known by now, given or learned."""
        return {**self._after.tokens.known, **self._before.tokens.known}

    def look_at(self, batch: Batch) -> None:
        """Find out from a batch which addresses are Asterisk's, unless that is known; nothing is compared."""
        if self._replayer is None:
            self._replayer = make_replayer((self._before, self._after), self._local, batch)

    def feed(self, batch: Batch) -> tuple[Rows, Rows]:
        """Take the next batch, and return what becomes of its messages before and after."""
        count = len(batch)
        methods = bytearray(count)
        first, second = AnswerColumns.for_messages(count), AnswerColumns.for_messages(count)
        rows = (
            Rows(batch, first, methods, self._before.matches),
            Rows(batch, second, methods, self._after.matches),
        )
        if not count:
            return rows
        sides = (self._before, self._after)
        if self._replayer is None:
            self._replayer = make_replayer(sides, self._local, batch)
        replays = (self._before.replay, self._after.replay)
        self._replayer.run(batch, replays, (first, second), methods, array("I", bytes(4 * count)))
        self.messages += count
        codes = list(zip(first.outcomes, first.answers, second.outcomes, second.answers, strict=True))
        wanted: dict[Codes, Change] = {}
        for one, number in Counter(codes).items():
            change = Change(
                _standing(one[0], one[1], self._before.matches),
                _standing(one[2], one[3], self._after.matches),
            )
            if change.before == change.after:
                continue
            self.changes[change] += number
            if change not in self.examples and len(self.examples) < MOST_CHANGES_WITH_EXAMPLES:
                self.examples[change] = []
            if len(self.examples.get(change, ())) < MOST_EXAMPLES and change in self.examples:
                wanted[one] = change
        self._take_examples(batch, codes, wanted)
        return rows

    def _take_examples(self, batch: Batch, codes: list[Codes], wanted: dict[Codes, Change]) -> None:
        for number, one in enumerate(codes):
            if not wanted:
                return
            change = wanted.get(one)
            if change is None:
                continue
            self.examples[change].append(example_of(batch, number))
            if len(self.examples[change]) == MOST_EXAMPLES:
                wanted = {other: its for other, its in wanted.items() if its != change}

    def explain(self, example: Example) -> tuple[str, str]:
        """Return both traces of a message, before and after."""
        return (
            str(example.explain(self._before.configuration, self._before.tokens.known)),
            str(example.explain(self._after.configuration, self._after.tokens.known)),
        )

    def most(self) -> list[tuple[Change, int]]:
        """Return the most frequent changes first."""
        return sorted(self.changes.items(), key=lambda one: (-one[1], one[0]))

    def as_dict(self, *, explained: int = MOST_EXPLAINED) -> dict[str, Any]:
        """Return all of it in values that JSON knows."""
        shown = []
        for place, (change, number) in enumerate(self.most()):
            examples = self.examples.get(change, [])
            entry: dict[str, Any] = {
                "before": {
                    "outcome": change.before.outcome.value,
                    "endpoint": change.before.endpoint or None,
                },
                "after": {"outcome": change.after.outcome.value, "endpoint": change.after.endpoint or None},
                "requests": number,
                "frames": [one.frame for one in examples],
            }
            if place < explained and examples:
                entry["trace_before"], entry["trace_after"] = self.explain(examples[0])
            shown.append(entry)
        return {"messages": self.messages, "changed": self.changed, "changes": shown}


def compare(
    before: Configuration,
    after: Configuration,
    traffic: Iterable[Batch],
    *,
    engines: tuple[Engine | None, Engine | None] = (None, None),
    line_tokens: Mapping[str, str] | None = None,
    local: Iterable[str] = (),
    assume_dialogs: bool = False,
    remembered: int = REMEMBERED,
) -> Comparison:
    """Feed two configurations with all of the traffic, and return what changes."""
    comparison = Comparison(
        before,
        after,
        engines=engines,
        line_tokens=line_tokens,
        local=local,
        assume_dialogs=assume_dialogs,
        remembered=remembered,
    )
    for batch in traffic:
        comparison.feed(batch)
    return comparison


def _standing(outcome: int, answer: int, matches: tuple[Match, ...]) -> Standing:
    return Standing(OUTCOMES[outcome], matches[answer].endpoint if answer >= 0 else "")
