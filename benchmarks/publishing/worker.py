"""One process that measures one side of one row with pyperf, between two canaries, and writes what it found.

python -m benchmarks.publishing.worker ROW SIDE OUTPUT [--values N] [--seconds S]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyperf

from benchmarks.against.loops import canary, canary_twice
from benchmarks.rows import ROWS
from benchmarks.rows.row import Work

CANARIES = 5
#: What pyperf knows of the machine and is published; its other metadata name the host or change all the time.
METADATA = (
    "cpu_model_name",
    "cpu_count",
    "platform",
    "python_version",
    "python_compiler",
    "python_implementation",
)
#: Nothing is repeated more often than this, however short.
MOST_LOOPS = 1_000_000


def main() -> None:
    """Measure, and write the JSON of one side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("row")
    parser.add_argument("side")
    parser.add_argument("output", type=Path)
    parser.add_argument("--values", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.05, help="least time of one value")
    arguments = parser.parse_args()
    work = ROWS[arguments.row].sides[arguments.side]()
    answers = list(work.answers()) if work.answers else None
    found: dict[str, Any] = {
        "answers": zlib.crc32(json.dumps(answers).encode()) if answers is not None else None,
        "canaries": [_seconds(canary)],
    }
    if work.value is not None:
        found |= {"values": [work.value], "metadata": {}}
    else:
        loops = _calibrated(work, arguments.seconds)
        found |= _measured(work, loops, arguments.values)
    found["canaries"].append(_seconds(canary))
    found["two"] = _seconds(canary_twice) / found["canaries"][-1]
    arguments.output.write_text(json.dumps(found), encoding="utf-8")


def _seconds(work: Callable[[], object]) -> float:
    """Return the least of a few times: what the machine does now when nothing interrupts."""
    taken = []
    for _ in range(CANARIES):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def _calibrated(work: Work, seconds: float) -> int:
    """Run until caches are warm and return how many loops one value takes."""
    loops = 1
    while True:
        taken = _timed(loops, work)
        if taken >= seconds or loops >= MOST_LOOPS:
            return loops
        loops = min(MOST_LOOPS, max(loops + 1, int(loops * min(10, 1.2 * seconds / max(taken, 1e-9)))))


def _timed(loops: int, work: Work) -> float:
    turns, loop, clock = range(loops), work.loop, work.clock
    begun = clock()
    for _ in turns:
        loop()
    return float(clock() - begun)


def _measured(work: Work, loops: int, values: int) -> dict[str, Any]:
    """Let pyperf's own worker take the values."""
    runner = pyperf.Runner(add_cmdline_args=None)
    runner.parse_args(["--worker", "--loops", str(loops), "--warmups", "1", "--values", str(values)])
    # pyperf prints what it found; only the values are wanted.
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        benchmark = runner.bench_time_func("side", _timed, work, inner_loops=work.items)
    metadata = benchmark.get_metadata()
    return {
        "values": list(benchmark.get_values()),
        "metadata": {name: metadata[name] for name in METADATA if name in metadata},
    }


if __name__ == "__main__":
    main()
