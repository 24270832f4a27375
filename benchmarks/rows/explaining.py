"""Rows of ``explain``, which walks over all rules: requests that no rule of many matches, which is when people ask.

A configuration is read from a file, an explanation is made and worded.  CPU time, as for reading.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

from benchmarks.material import files
from benchmarks.material.messages import invite
from benchmarks.rows.row import OURS, Row, Target, Work
from identify.configuration import Configuration
from identify.engine import Engine
from identify.simulation import simulate
from identify.simulation.results.result import Result
from identify.traffic.batch import Batch

__all__ = ["FAR", "NEAR", "rows", "unidentified"]

COUNT = 50_000
EXPLAIN_MOST = 0.1

#: In no network of the configuration.
FAR = "203.0.113.9"
#: In the /24 of the last addresses, which isn't full.
NEAR = files.address(COUNT | 0xFF)
PORT = 5060

#: No user is an endpoint; this literal is none of the configuration's.
STRANGER = invite(user="stranger", trunk="none00000")
WITHOUT_HEADER = STRANGER.replace(files.HEADER.encode(), b"X-Others")

AGAIN = "the next one"
#: How often a configuration is read for a first explanation.
READINGS = 3
#: The sources of a simulation that get their nearest miss.
SOURCES = 10
ROUNDS = 3


def rows() -> list[Row]:
    """Return the rows."""
    of_sources = f"{COUNT:,} identifies by source"
    of_headers = f"{COUNT:,} identifies by header literal"
    return [
        _row("far", f"explain, {of_sources}, no rule is near", _explaining("identifies", STRANGER, FAR)),
        _row(
            "near", f"explain, {of_sources}, some rules are near", _explaining("identifies", STRANGER, NEAR)
        ),
        _row("header", f"explain, {of_headers}, another value", _explaining("headers", STRANGER, FAR)),
        _row(
            "no-header", f"explain, {of_headers}, no such header", _explaining("headers", WITHOUT_HEADER, FAR)
        ),
        _row(
            "first",
            f"the first explain after reading, {of_sources}",
            _after(0),
            # A configuration is read for each value.
            {AGAIN: _after(1)},
            rounds=ROUNDS,
        ),
        _row(
            "nearest", f"the nearest miss of an unidentified source of a simulation, {of_sources}", _nearest
        ),
    ]


def unidentified(configuration: Configuration, count: int) -> Result:
    """Return the simulation of requests from so many sources, each of which is near a few rules."""
    batch = Batch()
    for number in range(count):
        message = invite(user="stranger", seed=number)
        batch.append(message, frame=number + 1, source=files.address((COUNT | 0xFF) - number), port=PORT)
    return simulate(configuration, [batch])


def _row(
    id: str,
    title: str,
    ours: Callable[[], Work],
    bounds: Mapping[str, Callable[[], Work]] | None = None,
    rounds: int | None = None,
) -> Row:
    return Row(
        id=f"explaining-{id}",
        title=title,
        group="explaining",
        sides={OURS: ours, **(bounds or {})},
        bounds=tuple(bounds or ()),
        targets=(Target(text=f"at most {EXPLAIN_MOST:g} s", over=(OURS,), most=EXPLAIN_MOST),),
        unit="ms",
        heavy=True,
        rounds=rounds,
    )


def _explaining(kind: str, message: bytes, source: str) -> Callable[[], Work]:
    def work() -> Work:
        engine = Engine(Configuration.from_path(files.written(kind, COUNT)))
        assert engine.identify_message(message, source, PORT) is None
        gc.collect()
        return Work(loop=lambda: str(engine.explain_message(message, source, PORT)), cpu=True)

    return work


def _nearest() -> Work:
    result = unidentified(Configuration.from_path(files.written("identifies", COUNT)), SOURCES)
    gc.collect()
    return Work(loop=lambda: result.source_entries(SOURCES, explained=SOURCES), items=SOURCES, cpu=True)


def _after(number: int) -> Callable[[], Work]:
    """Return a side: an explanation after so many others of a configuration that was read for it."""
    return lambda: Work(value=statistics.median(_spent(number) for _ in range(READINGS)))


def _spent(number: int) -> float:
    """Return the CPU time of one of the first explanations after a configuration was read."""
    engine = Engine(Configuration.from_path(files.written("identifies", COUNT)))
    gc.collect()
    for _ in range(number):
        str(engine.explain_message(STRANGER, FAR, PORT))
    begun = time.process_time()
    str(engine.explain_message(STRANGER, FAR, PORT))
    return time.process_time() - begun
