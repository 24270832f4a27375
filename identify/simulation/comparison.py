"""Two configurations over the same traffic: what changes for which request.

Every message is scanned once and asked about in both.  The first configuration, or the given addresses, decide which
messages Asterisk received.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError
from identify.model import Match
from identify.simulation.example import Example, example_of
from identify.simulation.outcomes import Outcome
from identify.simulation.replay_setup import REMEMBERED
from identify.simulation.results.changes import Change, ChangeEntry, Standing
from identify.simulation.results.columns import share
from identify.simulation.results.entries import Reading
from identify.simulation.results.own_sockets import OwnSockets
from identify.simulation.results.tables import CHANGES
from identify.simulation.rows import OUTCOMES, Rows
from identify.simulation.simulated import SharedReplay, SimulatedAsterisk
from identify.strings import escaped
from identify.traffic.batch import Batch, Reader

__all__ = ["Comparison", "compare"]

#: Examples of each change: enough to find it in the traffic.
MOST_EXAMPLES = 3
#: Changes with examples, each of which keeps its message; all changes are counted.
MOST_CHANGES_WITH_EXAMPLES = 1_000
#: Changes with both traces in ``as_dict``: each is a page of text.
MOST_TRACED = 20

#: Outcome and answer of a message before, then after; in numbers.
Codes = tuple[int, int, int, int]


class Comparison:
    """Two configurations that are fed with the same traffic; the arguments are those of ``Simulation``, for both.

    ``messages`` counts all messages, ``changed`` the requests with another outcome or endpoint afterwards; ``changes``
    counts them by change, ``examples`` has the first of each.  ``undetermined`` counts the requests that are
    undetermined before and afterwards: whether they change isn't known.  ``outcomes`` counts all messages by their
    outcome before, ``own_sockets`` are the addresses taken for Asterisk's, ``readings`` is what was skipped of the
    traffic, as far as readers were noted.
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
        self._shared = SharedReplay((self._before, self._after), local)
        self.messages = 0
        self.outcomes: Counter[Outcome] = Counter()
        self.own_sockets = OwnSockets()
        self.undetermined = 0
        self.changes: Counter[Change] = Counter()
        self.examples: dict[Change, list[Example]] = {}
        self.readings: list[Reading] = []

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
        self._shared.look_at(batch)

    def feed(self, batch: Batch) -> tuple[Rows, Rows]:
        """Take the next batch, and return what becomes of its messages before and after."""
        size = len(batch)
        methods = bytearray(size)
        first, second = self._before.columns(batch), self._after.columns(batch)
        rows = (self._before.rows(batch, first, methods), self._after.rows(batch, second, methods))
        if not size:
            return rows
        self._shared.run(batch, (first, second), methods, array("I", bytes(4 * size)))
        self.own_sockets = self._shared.own_sockets
        self.messages += size
        codes = list(zip(first.outcomes, first.answers, second.outcomes, second.answers, strict=True))
        wanted: dict[Codes, Change] = {}
        for code, count in Counter(codes).items():
            self.outcomes[OUTCOMES[code[0]]] += count
            change = Change(
                _standing(code[0], code[1], self._before.matches),
                _standing(code[2], code[3], self._after.matches),
            )
            if change.before == change.after:
                if change.before.outcome is Outcome.UNDETERMINED:
                    self.undetermined += count
                continue
            self.changes[change] += count
            if change not in self.examples and len(self.examples) < MOST_CHANGES_WITH_EXAMPLES:
                self.examples[change] = []
            if len(self.examples.get(change, ())) < MOST_EXAMPLES and change in self.examples:
                wanted[code] = change
        self._take_examples(batch, codes, wanted)
        return rows

    @property
    def configurations(self) -> tuple[Configuration, Configuration]:
        """The configuration before and the one after."""
        return self._before.configuration, self._after.configuration

    def note_reader(self, reader: Reader) -> None:
        """Take down what a reader skipped, once it has come to its end."""
        self.readings.append(Reading.of(reader))

    @property
    def remarks(self) -> list[str]:
        """What a reader of the counts should know about them, in sentences."""
        doubt = self.own_sockets.remark(self.outcomes)
        return [doubt] if doubt is not None else []

    def explain(self, example: Example) -> tuple[str, str]:
        """Return both traces of a message, before and after."""
        return (
            str(example.explain(self._before.configuration, self._before.tokens.known)),
            str(example.explain(self._after.configuration, self._after.tokens.known)),
        )

    def most(self) -> list[tuple[Change, int]]:
        """Return the most frequent changes first."""
        return sorted(self.changes.items(), key=lambda counted: (-counted[1], counted[0]))

    def entries(self, *, traced: int = 0) -> list[ChangeEntry]:
        """Return the rows of ``tables.CHANGES``, the most frequent first; the first ``traced`` with their traces."""
        return [
            self._entry(change, count, place < traced) for place, (change, count) in enumerate(self.most())
        ]

    def as_dict(self, *, explained: int = MOST_TRACED) -> dict[str, Any]:
        """Return all of it as values for JSON; the first ``explained`` changes have both traces of an example."""
        traces = ("trace_before", "trace_after")
        return {
            "messages": self.messages,
            "changed": self.changed,
            "undetermined": self.undetermined,
            "changes": [
                changed
                for entry in self.entries(traced=explained)
                for changed in CHANGES.objects(
                    [entry], without=() if entry.trace_before is not None else traces
                )
            ],
            "sockets": self.own_sockets.as_dict(self.outcomes),
            "readings": [attrs.asdict(reading) for reading in self.readings],
        }

    def _entry(self, change: Change, count: int, traced: bool) -> ChangeEntry:
        examples = self.examples.get(change, [])
        before, after = self._traces(examples[0]) if traced and examples else (None, None)
        return ChangeEntry(
            change=change,
            requests=count,
            share=share(count, self.messages),
            examples=examples,
            trace_before=before,
            trace_after=after,
        )

    def _traces(self, example: Example) -> tuple[str, str]:
        return _trace(example, self._before), _trace(example, self._after)

    def _take_examples(self, batch: Batch, codes: list[Codes], wanted: dict[Codes, Change]) -> None:
        """Keep the first messages whose codes are wanted, as many of each change as it still needs."""
        for number, code in enumerate(codes):
            if not wanted:
                return
            change = wanted.get(code)
            if change is None:
                continue
            self.examples[change].append(example_of(batch, number))
            if len(self.examples[change]) == MOST_EXAMPLES:
                wanted = {other: kept for other, kept in wanted.items() if kept != change}


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
    if isinstance(traffic, Reader):
        comparison.note_reader(traffic)
    return comparison


def _trace(example: Example, asterisk: SimulatedAsterisk) -> str:
    """Return the trace of a message; of two releases one may drop it."""
    try:
        return str(example.explain(asterisk.configuration, asterisk.tokens.known))
    except MessageError as error:
        return f"dropped: {escaped(error.reason)}"


def _standing(outcome: int, answer: int, matches: tuple[Match, ...]) -> Standing:
    return Standing(OUTCOMES[outcome], matches[answer].endpoint if answer >= 0 else "")
