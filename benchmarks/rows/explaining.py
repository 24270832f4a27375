"""Rows of ``explain``, which walks over all rules: requests that no rule of many matches, which is when people ask.

A configuration is read from a file, an explanation is made and worded.  CPU time, as for reading.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

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
    return [
        _row("explaining-ip-far", "by source, no rule is near", "identifies", STRANGER, FAR),
        _row("explaining-ip-near", "by source, some rules are near", "identifies", STRANGER, NEAR),
        _row("explaining-header", "by header literal, another value", "headers", STRANGER, FAR),
        _row("explaining-no-header", "by header literal, no such header", "headers", WITHOUT_HEADER, FAR),
        _first(),
        _nearest(),
    ]


def _row(id: str, title: str, kind: str, message: bytes, source: str) -> Row:
    def ours() -> Work:
        engine = Engine(Configuration.from_path(files.written(kind, COUNT)))
        assert engine.identify_message(message, source, PORT) is None
        gc.collect()
        return Work(loop=lambda: str(engine.explain_message(message, source, PORT)), cpu=True)

    return Row(
        id=id,
        title=f"explain, {COUNT:,} identifies {title}",
        group="explaining",
        sides={OURS: ours},
        targets=(_most(),),
        unit="ms",
        heavy=True,
    )


def _most() -> Target:
    return Target(text=f"at most {EXPLAIN_MOST:g} s", over=(OURS,), most=EXPLAIN_MOST)


def _first() -> Row:
    def side(number: int) -> Callable[[], Work]:
        def work() -> Work:
            return Work(value=statistics.median(_spent(number) for _ in range(READINGS)))

        return work

    return Row(
        id="explaining-first",
        title=f"the first explain after reading, {COUNT:,} identifies by source",
        group="explaining",
        sides={OURS: side(0), AGAIN: side(1)},
        bounds=(AGAIN,),
        targets=(_most(),),
        unit="ms",
        heavy=True,
        rounds=ROUNDS,
    )


def _spent(number: int) -> float:
    """Return the CPU time of one of the first explanations after a configuration was read."""
    engine = Engine(Configuration.from_path(files.written("identifies", COUNT)))
    gc.collect()
    for _ in range(number):
        str(engine.explain_message(STRANGER, FAR, PORT))
    begun = time.process_time()
    str(engine.explain_message(STRANGER, FAR, PORT))
    return time.process_time() - begun


def _nearest() -> Row:
    def ours() -> Work:
        result = unidentified(Configuration.from_path(files.written("identifies", COUNT)), SOURCES)
        gc.collect()
        return Work(loop=lambda: result.source_entries(SOURCES, explained=SOURCES), items=SOURCES, cpu=True)

    return Row(
        id="explaining-nearest",
        title=f"the nearest miss of an unidentified source of a simulation, {COUNT:,} identifies",
        group="explaining",
        sides={OURS: ours},
        targets=(_most(),),
        unit="ms",
        heavy=True,
    )


def unidentified(configuration: Configuration, count: int) -> Result:
    """Return the simulation of requests from so many sources, each of which is near a few rules."""
    batch = Batch()
    for number in range(count):
        message = invite(user="stranger", seed=number)
        batch.append(message, frame=number + 1, source=files.address((COUNT | 0xFF) - number), port=PORT)
    return simulate(configuration, [batch])
