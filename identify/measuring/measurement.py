"""Throughput and latency of an engine, by path and by the identifier that answers; and of the scan beside it.

*Strategy*

1. A *path* is a way of asking: ``source`` (the address alone), ``message`` (bytes from the wire), ``request`` (parsed
   before), ``sources`` and ``messages`` (many in one call).
2. Throughput: whole rounds over a group's requests, until a figure's time is up; the best round counts, for what
   interrupts a round is the machine's.
3. Latency: every call is timed by itself; the least time of an empty interval of the clock is taken off.  Batch calls
   have none.
4. The scan is asked the same requests, as long as the same time lasts, and at least one.
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
#: A round of single calls has at least so many, or the clock would count.
LEAST_CALLS = 1000
#: Batch calls are measured over at least so many rows, so that the call itself doesn't count.
BATCH_ROWS = 10_000
CLOCK_READINGS = 1000

Call = Callable[[int], object]


@attrs.frozen(kw_only=True)
class Figure:
    """What one path costs for the requests that one identifier answers; times in seconds for one request."""

    path: str
    identifier: str
    requests: int
    per_second: float
    #: None for batch calls.
    median: float | None
    percentile_99: float | None
    #: One scan over the rules in Python, see ``identify.measuring.baseline``.
    scan: float


def measure(engine: Engine, groups: dict[str, list[Sample]], seconds: float) -> list[Figure]:
    """Measure every path for every group; each figure takes about ``seconds``, its scan as long again."""
    scan = LinearBaseline(engine)
    by_source = {
        "ip": groups.get("ip", []),
        # Whatever else answers: the source alone has no answer.
        NOT_IDENTIFIED: [one for name, samples in groups.items() if name != "ip" for one in samples],
    }
    figures = []
    for paths, asked, first in (
        (("source", "sources"), by_source, scan.first_by_address),
        (("message", "request", "messages"), groups, scan.first),
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
    """Return a function that asks for one request by its number."""
    if path == "source":
        sources = [(one.source, one.port) for one in samples]
        by_source = engine.identify_source
        return lambda number: by_source(*sources[number])
    if path == "request":
        requests = [one.request() for one in samples]
        by_request = engine.identify
        return lambda number: by_request(requests[number])
    messages = [(one.data, one.source, one.port, one.transport, one.local) for one in samples]
    by_message = engine.identify_message
    return lambda number: by_message(*messages[number])


def _whole(call: Call, count: int) -> tuple[Callable[[], object], int]:
    """Return rounds over all requests, as often as it takes to have many calls, and how many."""
    numbers = list(range(count)) * -(-LEAST_CALLS // count)

    def work() -> None:
        for number in numbers:
            call(number)

    return work, len(numbers)


def _batch(engine: Engine, path: str, samples: Sequence[Sample]) -> tuple[Callable[[], object], int]:
    """Return one batch call, over the requests as often as it takes to have many rows, and how many rows."""
    rows = list(samples) * -(-BATCH_ROWS // len(samples))
    sources = [one.source for one in rows]
    ports = [one.port for one in rows]
    # The batch calls take more kinds of columns than a signature can say.
    many: Any = engine
    if path == "sources":
        return lambda: many.identify_sources(sources, ports), len(rows)
    messages = [one.data for one in rows]
    return lambda: many.identify_messages(messages, sources, ports), len(rows)


def _rounds(call: Callable[[], object], count: int, seconds: float) -> float:
    """Return how many a second the best of several rounds had."""
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
    """Return the sorted times of single calls."""
    clock = time.perf_counter_ns
    empty = min(-clock() + clock() for _ in range(CLOCK_READINGS))
    taken: list[int] = []
    end = clock() + int(seconds * 1e9)
    while not taken or clock() < end:
        for number in range(count):
            begun = clock()
            call(number)
            taken.append(clock() - begun - empty)
    return [max(one, 0) * 1e-9 for one in sorted(taken)]


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _scan_seconds(first: Callable[[Any], object], samples: Sequence[Sample], seconds: float) -> float:
    """Return the mean time of a scan, parsing apart."""
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
