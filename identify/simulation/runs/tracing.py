"""Single messages of files explained: what became of each, and why.

Knows how a message is found by its frame and told in text and JSON; the reasons are ``explain``'s.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from identify.addresses import host_port
from identify.errors import MessageError, TrafficError
from identify.explain import Explanation
from identify.simulation.files.rows import COLUMNS, local_text, row_values
from identify.simulation.files.selection import Selection
from identify.simulation.outcomes import Outcome
from identify.simulation.rows import Row, Rows
from identify.simulation.runs.work import RunPlan, Watcher
from identify.simulation.simulation import Simulation
from identify.strings import escaped, shown
from identify.traffic.batch import Direction, Reader

__all__ = ["OF_OTHERS", "Frame", "Trace", "trace_frames", "trace_of"]

#: Messages of one frame that are explained: a stream's segment may hold more than anybody reads.
MOST_OF_A_FRAME = 100

#: What isn't known of a request of which a log has only a notice.
NOT_TOLD = (
    "Known are method, From, Call-ID and source; not told are To, the request URI, all other headers, "
    "the transport and the local address"
)

#: Outcomes of requests that aren't identified because of what came before them.
OF_OTHERS = (Outcome.IN_DIALOG, Outcome.RETRANSMISSION, Outcome.TRANSACTION_ACK, Outcome.CANCEL)


@attrs.frozen
class Frame:
    """A packet of a capture, or a line of a log; of every file, or of the one with this path or name."""

    number: int
    traffic: str | None = None

    def is_in(self, path: str) -> bool:
        """Say whether it may be in a file."""
        return self.traffic is None or self.traffic in (path, os.path.basename(path))

    def __str__(self) -> str:
        """Return how it is written: ``FRAME`` or ``FILE:FRAME``."""
        return f"{self.number}" if self.traffic is None else f"{self.traffic}:{self.number}"


@attrs.frozen(kw_only=True)
class Trace:
    """A message with what became of it.

    ``explanation`` is None for what isn't a request that Asterisk received, and for what it dropped; ``dropped`` says
    why it did.  ``note`` says what it depends on that a message was sent or is foreign, None where the traffic says so.
    """

    traffic: str
    row: Row
    explanation: Explanation | None = None
    dropped: MessageError | None = None
    note: str | None = None

    @property
    def heading(self) -> str:
        """The message and what became of it in one line."""
        row = self.row
        source = host_port(row.source, row.port)
        to = f" to {local_text(row)}" if row.local is not None else ""
        method = row.method or ("message" if row.transport is not None else "request")
        over = f" over {row.transport}" if row.transport is not None else ", which only a notice tells of"
        return escaped(f"frame {row.frame}: {method} from {source}{to}{over}: {row.outcome}")

    def __str__(self) -> str:
        """Return what became of the message in one line, and below it why."""
        head = self.heading
        if self.dropped is not None:
            return f"{head}\ndropped: {shown(self.dropped.reason)} (at byte {self.dropped.offset})"
        if self.note is not None:
            head += f"\n{escaped(self.note)}"
        if self.explanation is None:
            return head
        if self.row.transport is None:
            head += f"\n{NOT_TOLD}"
        if self.row.outcome in OF_OTHERS:
            head += "\nIt belongs to a dialog or transaction, so it isn't identified; without that:"
        return f"{head}\n{self.explanation}"

    def as_dict(self) -> dict[str, Any]:
        """Return it in values that JSON knows: the fields of a row, and ``dropped`` and ``explanation`` or null."""
        dropped, explanation = self.dropped, self.explanation
        return {
            **dict(zip(COLUMNS, row_values(self.row, self.traffic), strict=True)),
            "dropped": {"reason": dropped.reason, "offset": dropped.offset} if dropped is not None else None,
            "explanation": explanation.as_dict() if explanation is not None else None,
        }


def trace_frames(
    plan: RunPlan,
    paths: Sequence[str],
    frames: Iterable[Frame],
    *,
    watch: Watcher | None = None,
    done: Callable[[Reader], None] | None = None,
) -> list[Trace]:
    """Return the traces of the messages of some frames, in the order of the files and then of the frames.

    ``done`` is called with the reader of each file at its end, which knows what was skipped.
    The files are taken as the traffic of one Asterisk and simulated whole, so that each message meets the dialogs and
    line tokens that it meets in a run.  The plan's selection chooses among the messages of the frames; where it names
    no outcomes, all are meant.  Raises :class:`~identify.errors.TrafficError` for frames without a message.
    """
    simulation = plan.simulation()
    frames = tuple(dict.fromkeys(frames))
    missing = set(frames)
    traces: list[Trace] = []
    for path in paths:
        wanted = dict.fromkeys(frame.number for frame in frames if frame.is_in(path))
        found: dict[int, list[Trace]] = {number: [] for number in wanted}
        with plan.open(path) as reader:
            for rows in simulation.rows(reader):
                here = [number for number, frame in enumerate(rows.batch.frames) if frame in wanted]
                seen = {rows.batch.frames[number] for number in here}
                missing -= {frame for frame in missing if frame.number in seen and frame.is_in(path)}
                for trace in _traces(simulation, rows, here, plan.selection, path, found):
                    found[trace.row.frame].append(trace)
                if watch is not None:
                    watch(rows, reader)
            if done is not None:
                done(reader)
        for number in wanted:
            traces += found[number]
    if missing:
        listed = " or ".join(str(frame) for frame in frames if frame in missing)
        raise TrafficError(f"no SIP message in frame {listed} of {', '.join(paths)}")
    return traces[: plan.selection.limit]


def _traces(
    simulation: Simulation,
    rows: Rows,
    numbers: Iterable[int],
    selection: Selection,
    path: str,
    found: Mapping[int, Sequence[Trace]],
) -> Iterator[Trace]:
    """Yield the traces of the selected ones of some messages of a batch; ``found`` has those of each frame so far."""
    for number in numbers:
        row = rows.row(number)
        if len(found[row.frame]) >= MOST_OF_A_FRAME:
            continue
        if (selection.only and row.outcome not in selection.only) or not selection.holds(row):
            continue
        yield trace_of(simulation, rows, number, path)


def trace_of(
    simulation: Simulation, rows: Rows, number: int, path: str, *, everything: bool = False
) -> Trace:
    """Return the trace of one message of the batch that was simulated last; ``everything`` as for ``explain``."""
    row = rows.row(number)
    explanation = dropped = None
    if row.outcome.is_request:
        try:
            explanation = simulation.explain(rows.batch, number, everything=everything)
        except MessageError as error:
            dropped = error
    known = rows.batch.directions[number] != Direction.UNKNOWN
    note = simulation.own_sockets.note(row.outcome) if not known else None
    return Trace(traffic=path, row=row, explanation=explanation, dropped=dropped, note=note)
