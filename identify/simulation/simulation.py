"""The simulation: batches of traffic through one configuration, counted.

It gives the replay what it needs to know (sockets, line tokens, access lists) and counts the answers; the stages
themselves are compiled.  Nothing is read or printed here.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy

from identify._compiled._record_batch import RecordStream
from identify.configuration import Configuration
from identify.engine import Engine
from identify.explain import Explanation
from identify.simulation.example import example_of
from identify.simulation.outcomes import Outcome
from identify.simulation.replay_setup import REMEMBERED
from identify.simulation.results.entries import Reading
from identify.simulation.results.expectations import Expectations, Mismatch
from identify.simulation.results.own_sockets import OwnSockets
from identify.simulation.results.result import Result
from identify.simulation.results.sources import Sources, UnidentifiedSources, earliest, latest
from identify.simulation.results.unknowns import UndeterminedRequests
from identify.simulation.rows import EVENT, OUTCOMES, SOURCE, AnswerColumns, Rows
from identify.simulation.simulated import SharedReplay, SimulatedAsterisk
from identify.traffic.batch import NOT_GIVEN, Batch, Reader

__all__ = ["Simulation", "simulate"]

ENDPOINT_ACL = OUTCOMES.index(Outcome.ENDPOINT_ACL)
UNDETERMINED = OUTCOMES.index(Outcome.UNDETERMINED)

_ABSENT = object()


def simulate(
    configuration: Configuration,
    traffic: Iterable[Batch],
    *,
    engine: Engine | None = None,
    line_tokens: Mapping[str, str] | None = None,
    local: Iterable[str] = (),
    assume_dialogs: bool = False,
    remembered: int = REMEMBERED,
    expected: Mapping[int, str | None] | None = None,
) -> Result:
    """Return what an Asterisk with this configuration would do with all of the traffic.

    ``traffic`` is a reader or any other iterable of batches, whose order is that of time; the arguments are those of
    :class:`Simulation`.
    """
    simulation = Simulation(
        configuration,
        engine=engine,
        line_tokens=line_tokens,
        local=local,
        assume_dialogs=assume_dialogs,
        remembered=remembered,
        expected=expected,
    )
    for batch in traffic:
        simulation.feed(batch)
    if isinstance(traffic, Reader):
        simulation.note_reader(traffic)
    return simulation.result


class Simulation:
    """An Asterisk that is fed with traffic, batch by batch.

    ``engine`` is the configuration's, compiled here if it isn't given.  ``line_tokens`` are the known tokens of
    registrations; others are learned from REGISTERs that Asterisk sends.  ``local`` are Asterisk's addresses, with or
    without port, for traffic that doesn't say what Asterisk received; without them the transports decide (see
    ``identify.simulation.sockets``).  ``assume_dialogs`` treats a request with the To tag of an unseen dialog as part
    of a live one, for captures that start mid-call; otherwise it counts as :attr:`Outcome.UNKNOWN_DIALOG`.
    ``remembered`` is the minimum number of dialogs, transactions and counted sources that are remembered.  ``expected``
    maps frames to the expected endpoint, or None for no endpoint; batches may have expectations of their own.

    A request whose answer depends on something that isn't known of the configuration is :attr:`Outcome.UNDETERMINED`.

    Thread safety: one thread at a time may feed it.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        engine: Engine | None = None,
        line_tokens: Mapping[str, str] | None = None,
        local: Iterable[str] = (),
        assume_dialogs: bool = False,
        remembered: int = REMEMBERED,
        expected: Mapping[int, str | None] | None = None,
    ) -> None:
        self._asterisk = SimulatedAsterisk(configuration, engine, line_tokens, assume_dialogs, remembered)
        self._matches = self._asterisk.matches
        self._shared = SharedReplay((self._asterisk,), local)
        self._expected = expected
        self._messages = 0
        self._first = self._last = -1
        self._sources: dict[int, Sources] = {}
        self._unidentified = UnidentifiedSources()
        self._undetermined = UndeterminedRequests()
        self._events: Counter[Outcome] = Counter()
        self._expectations = Expectations()
        self._readings: list[Reading] = []

    def look_at(self, batch: Batch) -> None:
        """Find Asterisk's addresses in a batch, unless they are known; nothing is simulated."""
        self._shared.look_at(batch)

    def feed(self, batch: Batch) -> Rows:
        """Take the next batch, and return what becomes of its messages."""
        count = len(batch)
        columns = self._asterisk.columns(batch)
        methods = bytearray(count)
        rows = self._asterisk.rows(batch, columns, methods)
        if not count:
            return rows
        notable = array("I", bytes(4 * count))
        listed = self._shared.run(batch, (columns,), methods, notable)
        self._messages += count
        self._last = latest(self._last, max(batch.times))
        start = min(batch.times)
        if start < 0:
            start = min((time for time in batch.times if time >= 0), default=-1)
        self._first = earliest(self._first, start)
        self._count(batch, columns, notable[:listed])
        if self._expected is not None or batch.expected is not None:
            self._compare(rows)
        return rows

    def rows(self, traffic: Iterable[Batch]) -> Iterator[Rows]:
        """Feed it all of the traffic and yield what becomes of each batch."""
        for batch in traffic:
            yield self.feed(batch)
        if isinstance(traffic, Reader):
            self.note_reader(traffic)

    def record_batches(self, traffic: Iterable[Batch]) -> RecordStream:
        """Return what becomes of all of the traffic as a stream of Arrow record batches, to be read once.

        It is simulated while a consumer reads (``__arrow_c_stream__``), a record batch for each batch of traffic, so
        that no more than these is in memory; ``result`` is complete at the end.
        """
        nothing = self._asterisk.rows(Batch(), AnswerColumns.for_messages(0), bytearray())
        return RecordStream(nothing.record_batch(), (rows.record_batch() for rows in self.rows(traffic)))

    def explain(self, batch: Batch, number: int, *, everything: bool = False) -> Explanation:
        """Return the explanation of a message, with the line tokens that are known by now."""
        asterisk = self._asterisk
        example = example_of(batch, number)
        return example.explain(asterisk.configuration, asterisk.tokens.known, everything=everything)

    def note_reader(self, reader: Reader) -> None:
        """Take down what a reader skipped, once it has come to its end."""
        self._readings.append(Reading.of(reader))

    @property
    def own_sockets(self) -> OwnSockets:
        """Which addresses were taken for Asterisk's so far."""
        return self._shared.own_sockets

    @property
    def result(self) -> Result:
        """The result of all traffic so far."""
        replay = self._asterisk.replay
        forgotten = dict(zip(("dialogs", "transactions", "counted sources"), replay.forgotten, strict=True))
        unidentified, undetermined = deepcopy((self._unidentified, self._undetermined))
        unidentified.examples.prune()
        undetermined.examples.prune()
        return Result(
            configuration=self._asterisk.configuration,
            messages=self._messages,
            first=self._first,
            last=self._last,
            outcomes=Counter(
                {outcome: n for outcome, n in zip(OUTCOMES, self._asterisk.outcomes, strict=True) if n}
            ),
            dropped=Counter(self._shared.reasons),
            hits=Counter(
                {match: n for match, n in zip(self._matches, self._asterisk.hits, strict=True) if n}
            ),
            sources={
                self._matches[number]: Sources(set(found.seen)) for number, found in self._sources.items()
            },
            strangers=unidentified,
            events=Counter(self._events),
            challenged=replay.challenged,
            contact_names=replay.contact_names,
            forgotten=Counter({kind: n for kind, n in forgotten.items() if n}),
            line_tokens=dict(self._asterisk.tokens.known),
            unclear_registers=self._asterisk.tokens.unclear,
            undetermined=deepcopy(self._undetermined),
            unlooked=self._asterisk.unlooked,
            readings=list(self._readings),
            own_sockets=self.own_sockets,
            expectations=deepcopy(self._expectations),
        )

    def _count(self, batch: Batch, columns: AnswerColumns, notable: array[int]) -> None:
        """Count what was listed: unidentified and undetermined requests, sources that may be new for their answer."""
        answers, flags, outcomes = columns.answers, columns.flags, columns.outcomes
        addresses = batch.sources
        for i in notable:
            address = bytes(addresses[16 * i : 16 * i + 16])
            answer, flag = answers[i], flags[i]
            if answer >= 0 and flag & SOURCE:
                sources = self._sources.get(answer)
                if sources is None:
                    sources = self._sources[answer] = Sources()
                sources.add(address)
            if outcomes[i] == UNDETERMINED:
                unknown = self._asterisk.notices.unknowns[columns.unknown(i)]
                row = self._undetermined.row(address, unknown)
                row.add(batch.times[i])
                if self._undetermined.wants_example(row):
                    self._undetermined.examples.give(row, example_of(batch, i))
                self._undetermined.requests[unknown] += 1
                continue
            denied = outcomes[i] == ENDPOINT_ACL
            if answer >= 0 and not denied:
                continue
            source = self._unidentified.row(address)
            event = bool(flag & EVENT)
            source.add(time=batch.times[i], denied=denied, event=event)
            if self._unidentified.wants_example(source):
                self._unidentified.examples.give(source, example_of(batch, i))
            if event:
                self._events[Outcome.ENDPOINT_ACL if denied else Outcome.UNIDENTIFIED] += 1

    def _compare(self, rows: Rows) -> None:
        """Hold the answers against the expected ones."""
        batch, answers = rows.batch, rows.columns.answers
        given = self._expected if self._expected is not None else {}
        for i in range(len(batch)):
            wanted: object = given.get(batch.frames[i], _ABSENT)
            if wanted is _ABSENT:
                wanted = batch.expected[i] if batch.expected is not None else NOT_GIVEN
            if wanted is NOT_GIVEN:
                continue
            answer = answers[i]
            found = self._matches[answer].endpoint if answer >= 0 else None
            self._expectations.checked += 1
            undetermined = rows.columns.outcomes[i] == UNDETERMINED
            if found == wanted and not undetermined:
                continue
            self._expectations.undetermined += undetermined
            self._expectations.failed += 1
            if self._expectations.wants_mismatch:
                self._expectations.mismatches.append(
                    Mismatch(
                        example=example_of(batch, i),
                        expected=wanted if isinstance(wanted, str) else None,
                        found=found,
                        outcome=OUTCOMES[rows.columns.outcomes[i]],
                    )
                )
