"""Rows of single look-ups by source address: against tries of others and against an empty call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.against import peers
from benchmarks.against.floor import floor
from benchmarks.material.address_tables import printed, table
from benchmarks.material.configurations import of_table
from benchmarks.rows.row import OURS, Row, Target, Work, calls, hot_calls
from identify.engine import Engine

__all__ = ["rows"]

EMPTY = "empty compiled method"
PYTRICIA = "pytricia, frozen"
MAXMINDDB = "maxminddb"
RADIX = "py-radix"
SUBNETTREE = "pysubnettree"

#: So many answers are compared between the sides.
COMPARED = 2000
HOT_CALLS = 200_000

#: Title, table, target of hits over pytricia, other peers.
HITS: tuple[tuple[str, str, float, tuple[str, ...]], ...] = (
    ("10 rules", "v4-10", 3, (RADIX, SUBNETTREE)),
    ("1,000 rules", "v4-1k", 3, (RADIX, SUBNETTREE)),
    ("100,000 rules", "v4-100k", 3.5, (MAXMINDDB, RADIX, SUBNETTREE)),
    ("100,000 single addresses", "hosts-100k", 5, (MAXMINDDB,)),
    ("100,000 IPv6 rules", "v6-100k", 4, ()),
    ("1,000,000 rules", "v4-1M", 3, (MAXMINDDB,)),
    ("1,000,000 single addresses", "hosts-1M", 3, ()),
)
MISSES_LEAST = 3


def rows() -> list[Row]:
    """Return the rows."""
    found = [_hot("v4-10", "10 rules"), _hot("v4-1k", "1,000 rules")]
    for title, name, least, others in HITS:
        targets = [_faster(PYTRICIA, least)]
        if name == "v4-1M":
            targets.append(_faster(MAXMINDDB, 1))
        found.append(_random(name, f"{title}, random hits", (PYTRICIA, *others), tuple(targets), hit=True))
    for title, name, _, others in HITS:
        shown = tuple(other for other in others if other == MAXMINDDB)
        targets = [_faster(PYTRICIA, MISSES_LEAST)]
        found.append(_random(name, f"{title}, random misses", (PYTRICIA, *shown), tuple(targets), hit=False))
    return found


def _faster(peer: str, least: float) -> Target:
    text = f"at least {least:g} × {peer}" if least != 1 else f"faster than {peer}"
    return Target(text=text, over=(peer,), under=OURS, least=least)


def _hot(name: str, title: str) -> Row:
    """Describe one address asked again and again, which leaves the call itself."""

    def ours() -> Work:
        engine = Engine(of_table(table(name)))
        address = printed(table(name).hits(), table(name).width)[0]
        assert engine.identify_source(address, 5060) is not None
        return Work(loop=hot_calls(engine.identify_source, address, 5060, count=HOT_CALLS), items=HOT_CALLS)

    def empty() -> Work:
        method = floor(object()).identify_source
        return Work(loop=hot_calls(method, "192.0.2.1", 5060, count=HOT_CALLS), items=HOT_CALLS)

    return Row(
        id=f"source-hot-{name}",
        title=f"{title}, one address again and again",
        group="source",
        sides={OURS: ours, EMPTY: empty},
        bounds=(EMPTY,),
        targets=(Target(text=f"at most 2.5 × {EMPTY}", over=(OURS,), under=EMPTY, most=2.5),),
    )


def _random(name: str, title: str, others: tuple[str, ...], targets: tuple[Target, ...], *, hit: bool) -> Row:
    makers: dict[str, Callable[[], Callable[[str], Any]]] = {
        PYTRICIA: lambda: peers.pytricia_get(table(name)),
        MAXMINDDB: lambda: peers.maxminddb_get(table(name)),
        RADIX: lambda: peers.radix_search(table(name)),
        SUBNETTREE: lambda: peers.subnettree_get(table(name)),
    }
    return Row(
        id=f"source-{'hit' if hit else 'miss'}-{name}",
        title=title,
        group="source",
        sides={
            OURS: lambda: _work(name, Engine(of_table(table(name))).identify_source, hit=hit),
            **{other: _peer(name, makers[other], hit=hit) for other in others},
        },
        targets=targets,
        heavy=name.endswith("1M"),
        short=hit and name in ("v4-1k", "v4-1M"),
    )


def _peer(name: str, make: Callable[[], Callable[[str], Any]], *, hit: bool) -> Callable[[], Work]:
    return lambda: _work(name, make(), hit=hit)


def _work(name: str, function: Callable[[str], Any], *, hit: bool) -> Work:
    given = table(name)
    texts = printed(given.hits() if hit else given.misses(), given.width)
    return Work(
        loop=calls(function, texts),
        items=len(texts),
        answers=lambda: [_number(function(text)) for text in texts[:COMPARED]],
    )


def _number(answer: Any) -> int:
    """Return the number of the identify that any of the sides answers with, -1 for none."""
    if answer is None:
        return -1
    if hasattr(answer, "section"):
        return int(answer.section.removeprefix("identify"))
    return int(answer.data["identify"] if hasattr(answer, "data") else answer)
