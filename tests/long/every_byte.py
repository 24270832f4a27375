"""The long run: every byte at every syntactic position of a request, through all ways of reading.

    python tests/long/every_byte.py --jobs 2
    python tests/long/every_byte.py --special 8 --others 4 --seed 7     some bytes at each position
    python tests/long/every_byte.py --model module:function             also compare with a model

Each of the bytes is inserted at each offset of each sample (``tests/support/positions.py``) and put in place of the
one there; ``tests/support/walking.py`` says what all ways are.  A model is a function of a message and its transport
that returns what PJSIP prints, ``DROPPED`` of ``identify.engine``, or None where it doesn't know.  The exit status is 1
if anything differs.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import attrs
import positions
import walking

#: Positions of a sample that a process takes at a time; those of one place come one after the other, for its engines.
PORTION = 40
#: Seconds between two reports of a run's progress.
REPORT_EVERY = 30

Task = tuple[walking.Plan, "str | None", positions.Sample, range]


def model_of(name: str | None) -> walking.Model | None:
    """Return the function that is named ``module:function``."""
    if name is None:
        return None
    module, _, function = name.partition(":")
    found: walking.Model = getattr(importlib.import_module(module), function)
    return found


def portions(plan: walking.Plan, model: str | None, places: Sequence[str] | None) -> Iterator[Task]:
    """Yield the tasks of a run."""
    for sample in positions.samples():
        if places and (sample.place or "request-line") not in places:
            continue
        offsets = positions.positions(sample)
        for start in range(0, len(offsets), PORTION):
            yield plan, model, sample, offsets[start : start + PORTION]


def run_portion(task: Task) -> walking.Counts:
    """Walk some positions of a sample."""
    plan, model, sample, offsets = task
    # A function can't be sent to another process, unless it is one of an importable module.
    walk = walking.Walk(attrs.evolve(plan, model=model_of(model)))
    for position in offsets:
        walk.at(sample, position)
    return walk.counts


def run(tasks: Sequence[Task], jobs: int, say) -> walking.Counts:
    """Walk all positions; return the counts."""
    counts = walking.Counts()
    begun = reported = time.monotonic()
    pool = multiprocessing.get_context("spawn").Pool(jobs) if jobs > 1 else None
    try:
        for found in pool.imap_unordered(run_portion, tasks) if pool else map(run_portion, tasks):
            for text in found.shown[: max(0, walking.MOST_SHOWN - len(counts.shown))]:
                say(text)
            counts.add(found)
            if time.monotonic() - reported > REPORT_EVERY:
                reported = time.monotonic()
                say(f"{counts.messages} messages, {counts.differences} differences, {reported - begun:.0f} s")
    finally:
        if pool:
            pool.terminate()
            pool.join()
    seconds = time.monotonic() - begun
    for name, count in sorted(counts.answers.items()):
        say(f"{count:>10}  answer: {name}")
    say(
        f"{counts.positions} positions, {counts.messages} messages ({counts.messages / max(seconds, 0.001):.0f}/s): "
        f"{counts.parsed} parsed, {counts.dropped} dropped, {counts.apart} also made of parts, {counts.explained} "
        f"explained, {counts.modelled} compared with a model, {counts.differences} differences"
    )
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--special", type=int, default=0, help="special bytes at each position")
    parser.add_argument("--others", type=int, default=256, help="other bytes at each position (default: all)")
    parser.add_argument("--explained", type=float, default=0.1, help="share of requests that are explained")
    parser.add_argument("--seed", type=int, default=1, help="which bytes, and which requests are explained")
    parser.add_argument(
        "--place", action="append", help="a header's long name, or request-line (default: all)"
    )
    parser.add_argument("--model", help="module:function that says what PJSIP makes of a message")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    options = parser.parse_args(arguments)
    if (
        not 0 <= options.special <= len(positions.SPECIAL)
        or not 1 <= options.others <= 256
        or options.jobs < 1
    ):
        parser.error(f"--special must be 0..{len(positions.SPECIAL)}, --others 1..256, --jobs at least 1")
    plan = walking.Plan(
        special=options.special, others=options.others, explained=options.explained, seed=options.seed
    )
    tasks = list(portions(plan, options.model, options.place))
    if not tasks:
        parser.error("no place has any of these names")
    counts = run(tasks, options.jobs, lambda text: print(text, flush=True))
    return 1 if counts.differences else 0


if __name__ == "__main__":
    sys.exit(main())
