"""What is counted: fixed workloads, each made once and then run in two lengths.

A workload is a function from how often to a run; making it isn't counted.  Everything is seeded and every table is
drawn here and now, so that nothing depends on what other processes left in a cache.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

from benchmarks.material import configurations, files
from benchmarks.material.address_tables import packed, printed, table
from benchmarks.material.messages import invites
from benchmarks.material.patterns import with_literals
from benchmarks.rows.explaining import FAR, STRANGER
from benchmarks.rows.message import engine_for
from identify.configuration import Configuration
from identify.engine import Engine

__all__ = ["WORKLOADS"]

Run = Callable[[int], object]

IDENTIFIES = 10_000
VARIANTS = 200
EXPRESSIONS = 200
ADDRESSES = 10_000
ENDPOINTS = 1000
EXPLAINED = 2000


def _source_hot() -> Run:
    identify = Engine(configurations.of_table(table("v4-1k"))).identify_source
    address = printed(table("v4-1k").hits(VARIANTS), 32)[0]

    def run(times: int) -> None:
        for _ in range(times):
            identify(address, 5060)

    return run


def _source(name: str) -> Callable[[], Run]:
    def make() -> Run:
        given = table(name)
        identify = Engine(configurations.of_table(given)).identify_source
        texts = printed(given.hits(ADDRESSES // 2) + given.misses(ADDRESSES // 2), given.width)

        def run(times: int) -> None:
            for text in islice(cycle(texts), times):
                identify(text, 5060)

        return run

    return make


def _message(way: str) -> Callable[[], Run]:
    def make() -> Run:
        engine, users, trunks, lines, source = engine_for(way, IDENTIFIES)
        messages = invites(VARIANTS, users, trunks, lines)
        identify = engine.identify_message

        def run(times: int) -> None:
            for message in islice(cycle(messages), times):
                identify(message, source, 5060)

        return run

    return make


def _expressions() -> Run:
    """Ask for a header that one of many expressions finds, or none."""
    engine = Engine(configurations.by_expression(with_literals(EXPRESSIONS)))
    trunks = [f"trunk-{number:05};" for number in range(0, EXPRESSIONS, 3)]
    messages = invites(VARIANTS, [], trunks, [])
    identify = engine.identify_message

    def run(times: int) -> None:
        for message in islice(cycle(messages), times):
            identify(message, "198.51.100.7", 5060)

    return run


def _sources() -> Run:
    """Ask for many in one call; one time is one address."""
    engine: Any = Engine(configurations.of_table(table("v4-10k")))
    identify = engine.identify_sources
    asked = packed(table("v4-10k").hits(ADDRESSES))

    def run(times: int) -> None:
        for _ in range(times // ADDRESSES):
            identify(asked)

    return run


def _messages() -> Run:
    engine: Any = Engine(configurations.by_address(IDENTIFIES))
    identify = engine.identify_messages
    messages = invites(VARIANTS, [], [], [])
    offsets = array("q", [0])
    for message in messages:
        offsets.append(offsets[-1] + len(message))
    data, ports = b"".join(messages), array("H", [5060]) * VARIANTS
    sources = array("I", [0x0A000000 + 37 * number for number in range(VARIANTS)])

    def run(times: int) -> None:
        for _ in range(times // VARIANTS):
            identify((data, offsets), sources, ports)

    return run


def _compile() -> Run:
    """Compile a plan; one time is a whole engine of 10,000 rules."""
    configuration = configurations.of_table(table("v4-10k"))

    def run(times: int) -> None:
        for _ in range(times):
            Engine(configuration)

    return run


def _read(kind: str) -> Callable[[], Run]:
    """Read a text; one time is a whole configuration of 1,000 endpoints."""

    def make() -> Run:
        text = files.text(kind, ENDPOINTS)

        def run(times: int) -> None:
            for _ in range(times):
                Configuration.from_text(text)

        return run

    return make


def _explain(kind: str) -> Callable[[], Run]:
    """Explain and word a request that no rule matches; one time is a walk over 2,000 identifies that were read."""

    def make() -> Run:
        explain = Engine(Configuration.from_text(files.text(kind, EXPLAINED))).explain_message

        def run(times: int) -> None:
            for _ in range(times):
                str(explain(STRANGER, FAR, 5060))

        return run

    return make


#: By name: how it is made, how many times the shorter of its two lengths has.
WORKLOADS: dict[str, tuple[Callable[[], Run], int]] = {
    "identify_source, one address": (_source_hot, 2000),
    "identify_source, 10,000 rules": (_source("v4-10k"), ADDRESSES),
    "identify_source, 1,000 IPv6 rules": (_source("v6-1k"), ADDRESSES),
    "identify_message, found by ip": (_message("ip"), 5 * VARIANTS),
    "identify_message, found by line": (_message("line"), 5 * VARIANTS),
    "identify_message, found by header": (_message("header"), 5 * VARIANTS),
    "identify_message, found by username": (_message("username"), 5 * VARIANTS),
    "identify_message, nothing found": (_message("none"), 5 * VARIANTS),
    "identify_message, 200 expressions": (_expressions, VARIANTS),
    "identify_sources, 10,000 rules": (_sources, 2 * ADDRESSES),
    "identify_messages, found by ip": (_messages, 5 * VARIANTS),
    "Engine, 10,000 rules": (_compile, 1),
    "Configuration, 1,000 endpoints": (_read("endpoints"), 1),
    "Configuration, 1,000 with templates": (_read("templates"), 1),
    "explain, 2,000 identifies by source": (_explain("identifies"), 1),
    "explain, 2,000 identifies by header": (_explain("headers"), 1),
}
