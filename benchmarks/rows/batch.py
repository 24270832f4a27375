"""Rows of the batch calls: against the best loop in C for each table, against bare random reads, and in two threads."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from random import Random
from typing import Any

from benchmarks.against.loops import loop_over
from benchmarks.material.address_tables import Table, packed, table
from benchmarks.material.configurations import by_address, of_table
from benchmarks.material.messages import invites
from benchmarks.rows.row import OURS, Row, Target, Work
from identify.engine import Engine

__all__ = ["rows"]

#: 8 MB of addresses: beyond the caches of one core.
ADDRESSES = 2_000_000
COMPARED = 2000
LIMIT = "bare random reads"
TWO = "two threads"
LOOP_LEAST = 0.9
LIMIT_LEAST = 0.5
THREADS_LEAST = 1.7

MESSAGES = 20_000
IDENTIFIES = 10_000
MESSAGES_MOST = 1 / 3e6

#: Structures that hold each kind of table; the fastest of them counts.
MIXED = ("dir24", "dir24-prefetched", "dir24-16bit", "bucket16", "poptrie")
HOSTS = ("dir24-prefetched", "hash", "hash-prefetched")
TABLES = (
    ("v4-1k", "1,000 rules", MIXED),
    ("v4-100k", "100,000 rules", MIXED),
    ("v4-1M", "1,000,000 rules", tuple(structure for structure in MIXED if structure != "dir24-16bit")),
    ("hosts-100k", "100,000 single addresses", HOSTS),
    ("hosts-1M", "1,000,000 single addresses", ("hash", "hash-prefetched")),
)
#: Those that hold their tables in at most 40 bytes a rule and 2 MB, as ours must; tests hold them against that.
COMPACT = frozenset({"bucket16", "poptrie", "hash", "hash-prefetched"})


def rows() -> list[Row]:
    """Return the rows."""
    return [*[_sources(name, title, structures) for name, title, structures in TABLES], _messages()]


def _asked(given: Table) -> array[int]:
    return packed(given.hits(ADDRESSES))


def _sources(name: str, title: str, structures: tuple[str, ...]) -> Row:
    return Row(
        id=f"batch-{name}",
        title=f"{title}, {ADDRESSES:,} addresses as uint32",
        group="batch",
        sides={
            OURS: _ours(name, 1),
            TWO: _ours(name, 2),
            **{_in_c(structure): _loop(name, structure) for structure in structures},
            LIMIT: _loop(name, "limit"),
        },
        targets=_targets(name, structures),
        bounds=(TWO, LIMIT),
        unit="M/s",
        heavy=name.endswith("1M"),
        short=name == "v4-1M",
    )


def _in_c(structure: str) -> str:
    return f"{structure} in C"


def _ours(name: str, threads: int) -> Callable[[], Work]:
    def work() -> Work:
        engine: Any = Engine(of_table(table(name)))
        asked = _asked(table(name))
        return Work(
            loop=lambda: engine.identify_sources(asked, threads=threads),
            items=ADDRESSES,
            # Answers of ip are numbered as the identifies are.
            answers=lambda: list(memoryview(engine.identify_sources(asked, threads=threads))[:COMPARED]),
        )

    return work


def _loop(name: str, structure: str) -> Callable[[], Work]:
    def work() -> Work:
        run = loop_over(structure, table(name), _asked(table(name)))
        if structure == "limit":
            return Work(loop=run, items=ADDRESSES)
        return Work(loop=run, items=ADDRESSES, answers=lambda: [value - 1 for value in run()[:COMPARED]])

    return work


def _targets(name: str, structures: tuple[str, ...]) -> tuple[Target, ...]:
    targets = [
        Target(
            text="at least 0.9 of the fastest loop in C of any size",
            over=tuple(map(_in_c, structures)),
            under=OURS,
            least=LOOP_LEAST,
        ),
        Target(
            text="at least 0.9 of the fastest loop in C within 40 bytes a rule and 2 MB",
            over=tuple(_in_c(structure) for structure in structures if structure in COMPACT),
            under=OURS,
            least=LOOP_LEAST,
        ),
        _two_threads(),
    ]
    if name == "v4-1M":
        targets.append(
            Target(text="at least half of bare random reads", over=(LIMIT,), under=OURS, least=LIMIT_LEAST)
        )
    return tuple(targets)


def _two_threads() -> Target:
    return Target(
        text="two threads at least 1.7 × one", over=(OURS,), under=TWO, least=THREADS_LEAST, two_cores=True
    )


def _messages() -> Row:
    def ours(threads: int) -> Callable[[], Work]:
        def work() -> Work:
            engine: Any = Engine(by_address(IDENTIFIES))
            messages = invites(MESSAGES, [], [], [])
            offsets = array("q", [0])
            for message in messages:
                offsets.append(offsets[-1] + len(message))
            random = Random(MESSAGES)
            sources = array("I", [0x0A000000 + random.randrange(IDENTIFIES) for _ in messages])
            ports = array("H", [5060]) * MESSAGES
            data = b"".join(messages)
            return Work(
                loop=lambda: engine.identify_messages((data, offsets), sources, ports, threads=threads),
                items=MESSAGES,
            )

        return work

    return Row(
        id="batch-messages",
        title=f"{MESSAGES:,} packed INVITEs of 909 bytes, {IDENTIFIES:,} endpoints, by ip",
        group="batch",
        sides={OURS: ours(1), TWO: ours(2)},
        bounds=(TWO,),
        targets=(
            Target(text="at least 3 million a second", over=(OURS,), most=MESSAGES_MOST),
            _two_threads(),
        ),
        unit="M/s",
        short=True,
    )
