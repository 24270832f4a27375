"""One request of traffic chosen, and what became of it and why.

Knows which requests fit a choice, and what a list of them shows; what is explained is ``tracing``'s.

Strategy

The traffic is simulated once and whole, whatever its length: of the requests that fit, the last few are kept as lines
of a list, and one trace, of the first or of the last.  A trace costs as much as some hundred requests, so of a batch
only the last one that fits gets one where the last is asked for.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from identify.addresses import ADDRESS_BYTES, packed
from identify.simulation.example import Example, example_of
from identify.simulation.outcomes import Outcome
from identify.simulation.results.columns import time_text
from identify.simulation.rows import OUTCOMES, Row, Rows
from identify.simulation.runs.tracing import Frame, Trace, trace_of
from identify.simulation.runs.work import RunPlan, Watcher
from identify.simulation.simulation import Simulation
from identify.strings import decoded, encoded
from identify.traffic.batch import TRANSPORTS, Reader

__all__ = ["MOST_LISTED", "Choice", "Found", "ListedRequest", "find_request"]

#: Requests of a list, about a screen.
MOST_LISTED = 20
#: Characters of a value in a list; the rest stands in the message.
LONGEST_VALUE = 256
#: Codes of the outcomes of requests that Asterisk received.
REQUESTS = frozenset(code for code, outcome in enumerate(OUTCOMES) if outcome.is_request)
#: The value of a header in its long or its compact form, at most a line of it.
CALL_ID = re.compile(rb"^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
FROM = re.compile(rb"^(?:from|f)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
REQUEST_LINE = re.compile(rb"[\r\n]*\S{1,64}[ \t]+(\S{1,4096})")
HEADERS_END = re.compile(rb"\r?\n\r?\n")


@attrs.frozen(kw_only=True)
class Choice:
    """Which request is meant; every field that isn't None must fit.

    Without ``frame`` only requests that Asterisk received are meant, with it any message of this frame.
    """

    frame: Frame | None = None
    call_id: str | None = None
    source: str | None = None
    port: int | None = None
    transport: str | None = None
    #: Whether the last of several is meant, not the first.
    last: bool = False
    #: Whether its explanation has a reason for every rule.
    everything: bool = False

    @property
    def is_of_one(self) -> bool:
        """Whether one of several requests that fit is meant, not only a single one."""
        return self.last or self.frame is not None or self.call_id is not None

    def numbers(self, rows: Rows, path: str) -> list[int]:
        """Return the numbers of those messages of a batch that fit."""
        batch = rows.batch
        if self.frame is not None:
            if not self.frame.is_in(path):
                return []
            wanted = self.frame.number
            found = [number for number, frame in enumerate(batch.frames) if frame == wanted]
        else:
            found = [number for number, code in enumerate(rows.columns.outcomes) if code in REQUESTS]
        if self.source is not None:
            address = packed(self.source)
            found = [
                number
                for number in found
                if batch.sources[ADDRESS_BYTES * number : ADDRESS_BYTES * (number + 1)] == address
            ]
        if self.port is not None:
            found = [number for number in found if batch.ports[number] == self.port]
        if self.transport is not None:
            code = TRANSPORTS.index(self.transport)
            found = [number for number in found if batch.transports[number] == code]
        if self.call_id is not None:
            call_id = encoded(self.call_id)
            found = [number for number in found if _value(CALL_ID, batch.message(number)) == call_id]
        return found


@attrs.frozen(kw_only=True)
class ListedRequest:
    """A request as a list shows it: what it is, where it came from, what became of it."""

    traffic: str
    row: Row
    request_uri: str
    sender: str
    call_id: str

    def as_dict(self) -> dict[str, Any]:
        """Return it in values that JSON knows."""
        row = self.row
        return {
            "traffic": self.traffic,
            "frame": row.frame,
            "time": time_text(row.time) if row.time >= 0 else None,
            "method": row.method,
            "request_uri": self.request_uri,
            "from": self.sender,
            "source": row.source,
            "port": row.port,
            "transport": row.transport,
            "call_id": self.call_id,
            "outcome": row.outcome.value,
            "endpoint": row.endpoint,
        }


@attrs.define
class Found:
    """What fits a choice: how many messages, the last of them as a list, and the trace of the chosen one."""

    fitting: int = 0
    listed: deque[ListedRequest] = attrs.field(factory=lambda: deque(maxlen=MOST_LISTED))
    trace: Trace | None = None
    #: The message of the trace.
    example: Example | None = None
    #: How many requests there are that Asterisk received, and the first one.
    requests: int = 0
    first: Example | None = None
    #: What else there is, by outcome.
    others: Counter[Outcome] = attrs.field(factory=Counter)

    def take(self, simulation: Simulation, rows: Rows, choice: Choice, path: str) -> None:
        """Take what fits of the batch that was simulated last."""
        outcomes = rows.columns.outcomes
        for code, outcome in enumerate(OUTCOMES):
            count = outcomes.count(code)
            if code not in REQUESTS:
                self.others[outcome] += count
                continue
            self.requests += count
        if self.first is None:
            number = next((number for number, code in enumerate(outcomes) if code in REQUESTS), None)
            self.first = example_of(rows.batch, number) if number is not None else None
        found = choice.numbers(rows, path)
        if not found:
            return
        if choice.last or not self.fitting:
            number = found[-1] if choice.last else found[0]
            self.trace = trace_of(simulation, rows, number, path, everything=choice.everything)
            self.example = example_of(rows.batch, number)
        self.fitting += len(found)
        self.listed.extend(_listed(rows, number, path) for number in found[-MOST_LISTED:])


def find_request(
    plan: RunPlan,
    paths: Sequence[str],
    choice: Choice,
    *,
    open: Callable[[str], Reader] | None = None,
    watch: Watcher | None = None,
    done: Callable[[Reader], None] | None = None,
) -> Found:
    """Return what fits a choice in files that are the traffic of one Asterisk, in constant memory.

    As for ``trace_frames``, each message meets the dialogs and line tokens that it meets in a run; ``open`` is in place
    of the plan's.
    """
    simulation = plan.simulation()
    found = Found()
    for path in paths:
        with (open or plan.open)(path) as reader:
            for rows in simulation.rows(reader):
                found.take(simulation, rows, choice, path)
                if watch is not None:
                    watch(rows, reader)
            if done is not None:
                done(reader)
    return found


def _listed(rows: Rows, number: int, path: str) -> ListedRequest:
    data = rows.batch.message(number)
    line = REQUEST_LINE.match(data)
    return ListedRequest(
        traffic=path,
        row=rows.row(number),
        request_uri=decoded(line[1][:LONGEST_VALUE]) if line else "",
        sender=decoded(_value(FROM, data)[:LONGEST_VALUE]),
        call_id=decoded(_value(CALL_ID, data)[:LONGEST_VALUE]),
    )


def _value(header: re.Pattern[bytes], data: bytes) -> bytes:
    """Return the value of the first such header, empty if there is none."""
    end = HEADERS_END.search(data)
    found = header.search(data, 0, end.start() if end else len(data))
    return found[1].rstrip() if found else b""
