"""Rows of reading a configuration: from a file to what is asked, beside readers of files in sections that do less.

Times are CPU time of the whole process, so no thread is hidden; freeing what was read is part of them, ours and the
others'.  What is only made when it is asked for isn't in the rows of reading alone, so other rows ask for all of it:
every object, and an engine.
"""

from __future__ import annotations

import gc
import os
import statistics
import threading
import time
from collections.abc import Callable
from ipaddress import IPv4Address
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.against.readers import CONFIGPARSER, GLIB, READERS
from benchmarks.material import files
from benchmarks.rows.row import OURS, Row, Target, Work
from identify.configuration import Configuration
from identify.engine import Engine

__all__ = ["read_everything", "rows", "waiting"]

ALONE = "reading alone"
WITH_OBJECTS = "with every object made"
WHILE_READING = "most while reading"

SMALL, LARGE = 10_000, 50_000
MANY = 1_000_000
#: Each twice the one before.
GROWING = (10_000, 20_000, 40_000)
#: So many addresses are compared between the sides.
COMPARED = 200
#: What is imported when it is first needed has been, after a file of so many endpoints.
FEW = 10

CONFIGPARSER_LEAST = 12
MANY_MOST = 3
GROWTH_MOST = 2.2
#: A third of what a Python object for each line takes.
HELD_MOST = 129e6

#: How long the other thread sleeps between two ticks, and what a reading is repeated for.
TICK = 0.001
IDLE = 0.3
READINGS = 3

ROUNDS = 3
LESS = "the others do far less: no templates, no checks"


def rows() -> list[Row]:
    """Return the rows."""
    return [
        _beside("reading-10k", SMALL, tuple(READERS)),
        _beside("reading-50k", LARGE, (CONFIGPARSER, GLIB)),
        _templates(),
        _further("reading-everything", "look at every object", read_everything, SMALL),
        _further("reading-engine-10k", "make their engine", _read_and_compile, SMALL),
        _further("reading-engine-50k", "make their engine", _read_and_compile, LARGE),
        _many(),
        _growth(),
        _memory(),
        _waiting("reading-waiting", "the longest that another thread waits", longest=True),
        _waiting("reading-ticks", "what another thread loses of its ticks", longest=False),
    ]


def _beside(id: str, count: int, peers: tuple[str, ...]) -> Row:
    return Row(
        id=id,
        title=f"read {count:,} endpoints, {count * files.SECTIONS:,} sections",
        group="reading",
        sides={
            OURS: lambda: _ours("endpoints", count),
            **{name: _peer(name, "endpoints", count) for name in peers},
        },
        targets=(_faster_than_configparser(),),
        unit="ms",
        heavy=count > SMALL,
        note=LESS,
    )


def _templates() -> Row:
    return Row(
        id="reading-templates",
        title=f"read {SMALL:,} endpoints that inherit from templates",
        group="reading",
        sides={
            OURS: lambda: _ours("templates", SMALL),
            CONFIGPARSER: _peer(CONFIGPARSER, "templates", SMALL, answers=False),
        },
        targets=(_faster_than_configparser(),),
        unit="ms",
        note="configparser reads the lines and inherits nothing",
    )


def _faster_than_configparser() -> Target:
    return Target(
        text=f"at least {CONFIGPARSER_LEAST} × {CONFIGPARSER}",
        over=(CONFIGPARSER,),
        under=OURS,
        least=CONFIGPARSER_LEAST,
    )


def _further(id: str, what: str, function: Callable[[Path], object], count: int) -> Row:
    """Describe reading and something after it, beside reading alone: nothing is only put off."""
    return Row(
        id=id,
        title=f"read {count:,} endpoints and {what}",
        group="reading",
        sides={
            OURS: lambda: _cpu(function, files.written("endpoints", count)),
            ALONE: lambda: _cpu(Configuration.from_path, files.written("endpoints", count)),
        },
        bounds=(ALONE,),
        unit="ms",
        heavy=count > SMALL,
    )


def _many() -> Row:
    return Row(
        id="reading-identifies-1M",
        title=f"read {MANY:,} identify sections",
        group="reading",
        sides={OURS: lambda: _cpu(Configuration.from_path, files.written("identifies", MANY))},
        targets=(Target(text=f"at most {MANY_MOST} s", over=(OURS,), most=MANY_MOST),),
        unit="ms",
        heavy=True,
    )


def _growth() -> Row:
    def side(count: int) -> Callable[[], Work]:
        return lambda: _cpu(Configuration.from_path, files.written("endpoints", count))

    first, second, third = (f"{count:,}" for count in GROWING)

    def target(text: str, over: str, under: str) -> Target:
        return Target(text=text, over=(over,), under=under, most=GROWTH_MOST)

    return Row(
        id="reading-growth",
        title=f"read {third} endpoints",
        group="reading",
        sides={OURS: side(GROWING[2]), second: side(GROWING[1]), first: side(GROWING[0])},
        bounds=(second, first),
        targets=(
            target(f"{second} at most {GROWTH_MOST} × {first}", second, first),
            target(f"{third} at most {GROWTH_MOST} × {second}", OURS, second),
        ),
        unit="ms",
        heavy=True,
    )


def _memory() -> Row:
    return Row(
        id="reading-memory",
        title=f"memory that a configuration of {LARGE:,} endpoints holds",
        group="reading",
        sides={
            OURS: lambda: _held(Configuration.from_path),
            WITH_OBJECTS: lambda: _held(read_everything),
            WHILE_READING: lambda: _held(Configuration.from_path, peak=True),
            CONFIGPARSER: lambda: _held(READERS[CONFIGPARSER]().read),
        },
        bounds=(WITH_OBJECTS, WHILE_READING),
        targets=(Target(text=f"at most {HELD_MOST / 1e6:.0f} MB", over=(OURS,), most=HELD_MOST),),
        unit="MB",
        heavy=True,
        rounds=ROUNDS,
        note="resident memory after reading minus before, in a process of its own",
    )


def _waiting(id: str, title: str, *, longest: bool) -> Row:
    def ours() -> Work:
        found = [waiting(files.written("endpoints", LARGE)) for _ in range(READINGS)]
        return Work(value=statistics.median(pair[0 if longest else 1] for pair in found))

    return Row(
        id=id,
        title=f"{title}, reading {LARGE:,} endpoints",
        group="reading",
        sides={OURS: ours},
        unit="ms" if longest else "%",
        heavy=True,
        rounds=ROUNDS,
        note="" if longest else "one every millisecond",
    )


def read_everything(path: Path) -> object:
    """Read a configuration and have all that it has made, every object with its place and its options."""
    configuration = Configuration.from_path(path)
    kept: list[object] = [configuration, configuration.problems, configuration.settings]
    for objects in (
        configuration.endpoints,
        configuration.identifies,
        configuration.registrations,
        configuration.transports,
        configuration.domain_aliases,
        configuration.aors,
        configuration.auths,
        configuration.acls,
    ):
        for one in objects.values():
            kept += (one, one.origin, getattr(one, "options", None))
    kept += configuration.tried_identifies
    return kept


def waiting(path: Path) -> tuple[float, float]:
    """Return how long another thread waited at most while a configuration was read, and its share of ticks lost."""
    moments: list[float] = []
    ended = threading.Event()

    def ticking() -> None:
        while not ended.is_set():
            time.sleep(TICK)
            moments.append(time.perf_counter())

    thread = threading.Thread(target=ticking)
    thread.start()
    time.sleep(IDLE)
    begun = time.perf_counter()
    kept = Configuration.from_path(path)
    done = time.perf_counter()
    time.sleep(10 * TICK)
    ended.set()
    thread.join()
    del kept
    gaps = [(later, later - earlier) for earlier, later in pairwise(moments)]
    # How long a tick takes when nothing else runs: a sleep is always a little longer than asked for.
    usual = statistics.median(gap for later, gap in gaps if later <= begun)
    during = [gap for later, gap in gaps if begun < later and later - gap < done]
    return max(during) - usual, max(0.0, 1 - len(during) * usual / sum(during))


def _ours(kind: str, count: int) -> Work:
    path = files.written(kind, count)

    def answers() -> list[int]:
        identifies = Configuration.from_path(path).identifies
        return [identifies[files.endpoint(number)].addresses[0].address for number in range(COMPARED)]

    return _cpu(Configuration.from_path, path, answers if kind == "endpoints" else None)


def _peer(name: str, kind: str, count: int, *, answers: bool = True) -> Callable[[], Work]:
    def work() -> Work:
        reader = READERS[name]()
        path = files.written(kind, count)

        def found() -> list[int]:
            made = reader.read(path)
            texts = [reader.option(made, files.endpoint(number), "match") for number in range(COMPARED)]
            return [int(IPv4Address(text)) for text in texts]

        return _cpu(reader.read, path, found if answers else None)

    return work


def _cpu(function: Callable[[Path], Any], path: Path, answers: Callable[[], list[int]] | None = None) -> Work:
    gc.collect()
    return Work(loop=lambda: function(path), cpu=True, answers=answers)


def _read_and_compile(path: Path) -> Engine:
    return Engine(Configuration.from_path(path))


def _held(read: Callable[[Path], object], *, peak: bool = False) -> Work:
    """Return the bytes that what is read holds, or took at most until it was read."""
    path = files.written("endpoints", LARGE)
    read(files.written("endpoints", FEW))
    gc.collect()
    before = _resident()
    # From here on the kernel keeps the most.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    kept = read(path)
    gc.collect()
    value = _most() if peak else _resident()
    del kept
    return Work(value=value - before)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _most() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").split("\n")
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
