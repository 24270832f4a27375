"""Rows of expressions with and without the automata that decide instead of the C library: what they alone give.

Asked are a set of expressions by itself, with one header value, and an engine with a whole message; values that are
matched and values that none matches apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.material.configurations import by_expression
from benchmarks.material.messages import invite
from benchmarks.material.patterns import hits, misses, with_literals, without_literals
from benchmarks.rows.row import OURS, Row, Work, calls
from identify._compiled import _regex_set
from identify.engine import Engine

__all__ = ["WITHOUT", "rows", "without_automata"]

WITHOUT = "without automata"
SOURCE = "198.51.100.7"
ROUNDS = 3
COMPARED = 2000

#: How many expressions there are, and how many values they are asked with where they have a literal part, and where
#: they are of classes alone: those are searched one after the other.
SIZES = ((10, 2000, 2000), (100, 2000, 200), (10_000, 2000, 10))


def rows() -> list[Row]:
    """Return the rows."""
    return [
        _row(count, values if literals else few, literals=literals, hit=hit, engine=engine)
        for engine in (False, True)
        for literals in (True, False)
        for count, values, few in SIZES
        for hit in (True, False)
    ]


def without_automata(work: Callable[[], Work]) -> Callable[[], Work]:
    """Return a side whose sets of expressions have no automata: it has its process to itself."""

    def made() -> Work:
        _regex_set.AUTOMATA = False
        return work()

    return made


def _row(count: int, asked: int, *, literals: bool, hit: bool, engine: bool) -> Row:
    def work() -> Work:
        patterns = with_literals(count) if literals else without_literals(count)
        values = (hits if hit else misses)(asked, count, literals=literals)
        make = _in_messages if engine else _alone
        return make(patterns, values)

    kind = "with a literal part" if literals else "of classes alone"
    return Row(
        id=f"automata-{'message' if engine else 'set'}-{'literals' if literals else 'bare'}-{count}"
        + ("-hits" if hit else "-misses"),
        title=f"{'a message, ' if engine else ''}{count:,} {kind}, {'hits' if hit else 'misses'}",
        group="automata",
        sides={OURS: work, WITHOUT: without_automata(work)},
        bounds=(WITHOUT,),
        rounds=ROUNDS,
        note=f"{asked} values" if not literals and asked < COMPARED else "",
    )


def _alone(patterns: list[str], values: list[bytes]) -> Work:
    many: Any = _regex_set.RegexSet(range(len(patterns)), [pattern.encode() for pattern in patterns])
    return Work(
        loop=calls(many.search, values),
        items=len(values),
        answers=lambda: [_number(many.search(value)) for value in values],
    )


def _in_messages(patterns: list[str], values: list[bytes]) -> Work:
    identify = Engine(by_expression(patterns)).identify_message
    messages = [
        invite(user=f"+1202555{number:04}", trunk=value.decode(), seed=number)
        for number, value in enumerate(values)
    ]

    def loop() -> None:
        for message in messages:
            identify(message, SOURCE, 5060)

    def answers() -> list[int]:
        found = [identify(message, SOURCE, 5060) for message in messages]
        return [
            _number(match.section.removeprefix("identify") if match and match.section else None)
            for match in found
        ]

    return Work(loop=loop, items=len(messages), answers=answers)


def _number(answer: Any) -> int:
    return -1 if answer is None else int(answer)
