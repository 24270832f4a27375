"""What became of each message of a batch, as columns of numbers and, on demand, as rows of text.

It decides nothing.  A row in Python costs some microseconds, in Arrow less.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

import attrs

from identify._compiled._arrow_columns import addresses, named, numbers
from identify._compiled._record_batch import RecordBatch
from identify._compiled._replay import METHOD_NAMES
from identify.addresses import unpacked
from identify.model import Match, Unknown
from identify.simulation.outcomes import Outcome
from identify.simulation.refusals import Refusals
from identify.strings import decoded
from identify.traffic.batch import NO_METHOD, TRANSPORTS, Batch, Direction

__all__ = ["EVENT", "OUTCOMES", "SOURCE", "AnswerColumns", "Row", "Rows"]

#: Outcomes by their code in columns.
OUTCOMES = tuple(Outcome)
#: Codes of the outcomes of requests that an access list denies.
DENIED = (OUTCOMES.index(Outcome.ACL), OUTCOMES.index(Outcome.ENDPOINT_ACL))
#: Bits of ``AnswerColumns.flags``, see ``Flag`` in ``_ext/replay/_stages.pxd``.
EVENT = 1
SOURCE = 8
#: Bytes of a method without a code, which is taken from its message.
LONGEST_METHOD = 32


@attrs.define
class AnswerColumns:
    """What one configuration says of a batch, a number for each message.

    ``outcomes``: codes of :data:`OUTCOMES`; ``answers``: indices into the engine's matches, or -1; ``flags``: bits, 1
    for a security event, 2 where credentials are asked for, 4 for a Contact with a host name, 8 for a source that may
    be new.  ``unknowns``: indices into what isn't known, or -1; None where everything is known.
    """

    outcomes: bytearray
    answers: array[int]
    flags: bytearray
    unknowns: array[int] | None = None

    @classmethod
    def for_messages(cls, count: int, *, unknowns: bool = False) -> AnswerColumns:
        """Return empty columns for this many messages, with ``unknowns`` one for these too."""
        numbers = bytes(4 * count)
        return cls(
            bytearray(count),
            array("i", numbers),
            bytearray(count),
            array("i", numbers) if unknowns else None,
        )

    def unknown(self, number: int) -> int:
        """Return the index of the unknown that a message's outcome depends on, -1 for none."""
        return self.unknowns[number] if self.unknowns is not None else -1


class Row(NamedTuple):
    """A message; ``time`` is in nanoseconds, -1 unknown, ``endpoint`` and what follows None where nothing is.

    Of a request of which a log has only a notice, ``transport`` and ``local`` are None, since it doesn't say them.

    ``unknown`` names what the outcome of an undetermined request depends on, ``refused_by`` the access list that denies
    a request, with its rule and their places.
    """

    frame: int
    time: int
    source: str
    port: int
    transport: str | None
    local: str | None
    local_port: int
    method: str
    outcome: Outcome
    endpoint: str | None
    identifier: str | None
    section: str | None
    unknown: str | None = None
    refused_by: str | None = None


@attrs.define
class Rows:
    """The messages of a batch with what became of them: a sequence of :class:`Row`, and an Arrow record batch.

    Columns are those of ``batch``, with ``methods`` (codes of ``METHOD_NAMES``), ``columns.outcomes`` and
    ``columns.answers``, which are indices into ``matches``, and ``columns.unknowns``, indices into ``unknowns``.  An
    endpoint whose access list denied the request is there too; the outcome says so.
    """

    batch: Batch
    columns: AnswerColumns
    methods: bytearray
    matches: tuple[Match, ...]
    unknowns: tuple[Unknown, ...] = ()
    refusals: Refusals | None = None

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.batch)

    def __iter__(self) -> Iterator[Row]:
        """Yield a row for each message."""
        return map(self.row, range(len(self)))

    def row(self, number: int) -> Row:
        """Return the row of one message."""
        batch = self.batch
        answer = self.columns.answers[number]
        match = self.matches[answer] if answer >= 0 else None
        unknown = self.columns.unknown(number)
        return Row(
            frame=batch.frames[number],
            time=batch.times[number],
            source=batch.source(number),
            port=batch.ports[number],
            transport=self._transport(number),
            local=batch.local(number),
            local_port=batch.local_ports[number],
            method=self.method(number),
            outcome=OUTCOMES[self.columns.outcomes[number]],
            endpoint=match.endpoint if match is not None else None,
            identifier=match.identifier if match is not None else None,
            section=match.section if match is not None else None,
            unknown=self.unknowns[unknown].what if unknown >= 0 else None,
            refused_by=self._refused_by(number),
        )

    def record_batch(self) -> RecordBatch:
        """Return the rows as Arrow, with the columns of files of rows but ``traffic``.

        ``frame`` is uint64, ``time`` timestamp[ns, UTC], ``port`` uint16, the others are strings; ``local`` is
        ``address:port``.  Unknown values are null.
        """
        batch, answers, unknowns = self.batch, self.columns.answers, self.columns.unknowns
        methods, names = self._methods()
        return RecordBatch(
            {
                "frame": numbers("L", batch.frames),
                "time": numbers("tsn:UTC", batch.times, -1),
                "source": addresses(batch.sources, unpacked),
                "port": numbers("S", batch.ports),
                "transport": named(self._transports(), TRANSPORTS),
                "local": addresses(batch.locals, unpacked, batch.local_ports),
                "method": named(methods, names),
                "outcome": named(self.columns.outcomes, OUTCOMES, "value"),
                "endpoint": named(answers, self.matches, "endpoint"),
                "identifier": named(answers, self.matches, "identifier"),
                "section": named(answers, self.matches, "section"),
                "unknown": named(
                    unknowns if unknowns is not None else array("i", b"\xff" * 4 * len(self)),
                    self.unknowns,
                    "what",
                ),
                "refused_by": named(*self._named_refusals()),
            }
        )

    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]:
        """Return the capsules of :meth:`record_batch`."""
        return self.record_batch().__arrow_c_array__()

    def _transport(self, number: int) -> str | None:
        if self.batch.directions[number] == Direction.NOTICE:
            return None
        return TRANSPORTS[self.batch.transports[number]]

    def _transports(self) -> array[int] | bytearray:
        """Return the codes of transports, -1 where it isn't known."""
        batch = self.batch
        if not batch.has_notices:
            return batch.transports
        pairs = zip(batch.transports, batch.directions, strict=True)
        return array("i", [-1 if direction == Direction.NOTICE else code for code, direction in pairs])

    def _refused_by(self, number: int) -> str | None:
        """Return which access list denies a message, None if none does."""
        if self.refusals is None or self.columns.outcomes[number] not in DENIED:
            return None
        answer = self.columns.answers[number]
        return self.refusals.name(self.batch, number, self.matches[answer] if answer >= 0 else None)

    def _named_refusals(self) -> tuple[array[int], list[str]]:
        """Return a code for each message and the texts of these codes, -1 where no list denies it."""
        codes = array("i", b"\xff" * 4 * len(self))
        if not any(denied in self.columns.outcomes for denied in DENIED):
            return codes, []
        numbers: dict[str, int] = {}
        for number in range(len(self)):
            text = self._refused_by(number)
            if text is not None:
                codes[number] = numbers.setdefault(text, len(numbers))
        return codes, list(numbers)

    def _methods(self) -> tuple[array[int] | bytearray, list[str | None]]:
        """Return codes of methods and their names, with further codes for unknown methods."""
        names: list[str | None] = [None, *METHOD_NAMES[1:]]
        if 0 not in self.methods:
            return self.methods, names
        codes = array("i", list(self.methods))
        further: dict[str, int] = {}
        for number, code in enumerate(codes):
            if not code and (method := self.method(number)):
                codes[number] = further.setdefault(method, len(names) + len(further))
        return codes, names + list(further)

    def method(self, number: int) -> str:
        """Return the method of a message, of a response that of its CSeq; empty where it has none."""
        code = self.methods[number]
        outcome = OUTCOMES[self.columns.outcomes[number]]
        if code:
            return METHOD_NAMES[code]
        if outcome in (Outcome.RESPONSE, Outcome.NOT_SIP, Outcome.FOREIGN, Outcome.DROPPED):
            return ""
        start = self.batch.offsets[number]
        words = bytes(self.batch.data[start : min(start + 128, self.batch.offsets[number + 1])]).split(
            None, 1
        )
        if words == [] or (words[0] == NO_METHOD and self.batch.directions[number] == Direction.NOTICE):
            return ""
        return decoded(words[0][:LONGEST_METHOD])
