"""Throughput and latency of an engine, by path and by the identifier that answers, next to those of a baseline.

Strategy

1. A *path* is a way of asking: ``source`` (the address alone), ``message`` (bytes from the wire), ``request`` (already
   parsed), ``sources`` and ``messages`` (many in one call).
2. Throughput: whole rounds over a group's requests, until the time is up; the best round counts, since interruptions
   come from the machine.
3. Latency: every call is timed separately, and the shortest empty interval of the clock is subtracted.  Batch calls
   have no latency.
4. The baseline gets the same requests, for as long a time, and at least one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import attrs

from identify.engine import Engine
from identify.measuring.baseline import LinearBaseline
from identify.measuring.samples import NOT_IDENTIFIED, Sample

__all__ = ["PATHS", "Figure", "measure"]

PATHS = ("source", "sources", "message", "request", "messages")
BATCH_PATHS = ("sources", "messages")
#: The minimum number of calls in a round, so that reading the clock doesn't matter.
LEAST_CALLS = 1000
#: The minimum number of rows in a batch call, so that the call itself doesn't matter.
BATCH_ROWS = 10_000
CLOCK_READINGS = 1000

Call = Callable[[int], object]


@attrs.frozen(kw_only=True)
class Figure:
    """The cost of one path for the requests that one identifier answers; times in seconds per request."""

    path: str
    identifier: str
    requests: int
    per_second: float
    #: None for batch calls.
    median: float | None
    percentile_99: float | None
    #: The time of one scan over the rules, see ``identify.measuring.baseline``.
    scan: float


def measure(engine: Engine, groups: dict[str, list[Sample]], seconds: float) -> list[Figure]:
    """Measure every path for every group; each figure takes about ``seconds``, and its scan as long again."""
    baseline = LinearBaseline(engine)
    by_source = {
        "ip": groups.get("ip", []),
        # Whatever else answers them: the source alone has no answer.
        NOT_IDENTIFIED: [sample for name, samples in groups.items() if name != "ip" for sample in samples],
    }
    figures = []
    for paths, asked, first in (
        (("source", "sources"), by_source, baseline.first_by_address),
        (("message", "request", "messages"), groups, baseline.first),
    ):
        for identifier, samples in asked.items():
            if samples:
                scanned = _scan_seconds(first, samples, seconds)
                figures += [_figure(engine, path, identifier, samples, seconds, scanned) for path in paths]
    return sorted(figures, key=lambda figure: PATHS.index(figure.path))


def _figure(
    engine: Engine, path: str, identifier: str, samples: list[Sample], seconds: float, scanned: float
) -> Figure:
    """Measure one path for one group."""
    if path in BATCH_PATHS:
        per_second = _rounds(*_batch(engine, path, samples), seconds)
        latencies: list[float] = []
    else:
        call = _single(engine, path, samples)
        per_second = _rounds(*_whole(call, len(samples)), seconds / 2)
        latencies = _latencies(call, len(samples), seconds / 2)
    return Figure(
        path=path,
        identifier=identifier,
        requests=len(samples),
        per_second=per_second,
        median=_at(latencies, 0.5) if latencies else None,
        percentile_99=_at(latencies, 0.99) if latencies else None,
        scan=scanned,
    )


def _single(engine: Engine, path: str, samples: Sequence[Sample]) -> Call:
    """Return a function that asks about one request, given its number."""
    if path == "source":
        sources = [(sample.source, sample.port) for sample in samples]
        by_source = engine.identify_source
        return lambda number: by_source(*sources[number])
    if path == "request":
        requests = [sample.request().as_read_by(engine.configuration.release) for sample in samples]
        by_request = engine.identify
        return lambda number: by_request(requests[number])
    messages = [
        (sample.data, sample.source, sample.port, sample.transport, sample.local) for sample in samples
    ]
    by_message = engine.identify_message
    return lambda number: by_message(*messages[number])


def _whole(call: Call, count: int) -> tuple[Callable[[], object], int]:
    """Return a round over all requests, repeated to have enough calls, and the number of calls."""
    numbers = list(range(count)) * -(-LEAST_CALLS // count)

    def work() -> None:
        for number in numbers:
            call(number)

    return work, len(numbers)


def _batch(engine: Engine, path: str, samples: Sequence[Sample]) -> tuple[Callable[[], object], int]:
    """Return one batch call, with the requests repeated to have enough rows, and the number of rows."""
    rows = list(samples) * -(-BATCH_ROWS // len(samples))
    sources = [row.source for row in rows]
    ports = [row.port for row in rows]
    # The batch calls accept more kinds of columns than a signature can express.
    many: Any = engine
    if path == "sources":
        return lambda: many.identify_sources(sources, ports), len(rows)
    messages = [row.data for row in rows]
    return lambda: many.identify_messages(messages, sources, ports), len(rows)


def _rounds(call: Callable[[], object], count: int, seconds: float) -> float:
    """Return the best rate over several rounds, in calls per second."""
    best = float("inf")
    end = time.perf_counter() + seconds
    while True:
        begun = time.perf_counter()
        call()
        now = time.perf_counter()
        best = min(best, now - begun)
        if now >= end:
            return count / max(best, 1e-9)


def _latencies(call: Call, count: int, seconds: float) -> list[float]:
    """Return the times of single calls, sorted."""
    clock = time.perf_counter_ns
    empty = min(-clock() + clock() for _ in range(CLOCK_READINGS))
    taken: list[int] = []
    end = clock() + int(seconds * 1e9)
    while not taken or clock() < end:
        for number in range(count):
            begun = clock()
            call(number)
            taken.append(clock() - begun - empty)
    return [max(nanoseconds, 0) * 1e-9 for nanoseconds in sorted(taken)]


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _scan_seconds(first: Callable[[Any], object], samples: Sequence[Sample], seconds: float) -> float:
    """Return the mean time of a scan, excluding parsing."""
    begun = time.perf_counter()
    done = 0
    taken = 0.0
    for sample in cycle(samples):
        request = sample.request()
        before = time.perf_counter()
        first(request)
        now = time.perf_counter()
        taken += now - before
        done += 1
        if now - begun >= seconds:
            break
    return taken / done
