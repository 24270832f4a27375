"""Rows of sets of regular expressions over one header value: which is the first that matches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.against import peers
from benchmarks.against.loops import one_by_one
from benchmarks.material.patterns import values, with_literals, without_literals
from benchmarks.rows.row import OURS, Row, Target, Work, calls
from identify._compiled._regex_set import RegexSet

__all__ = ["rows"]

PATTERNS = 10_000
VALUES = 2000
MANY_VALUES = 20_000
#: One expression after the other takes milliseconds a value.
FEW_VALUES = 40

RE2 = "google-re2 Set"
HYPERSCAN = "Hyperscan"
ONE_BY_ONE = "regexec one by one, in C"


def rows() -> list[Row]:
    """Return the rows."""
    return [
        *[_with_literals(count, VALUES) for count in (10, 1000, PATTERNS)],
        _with_literals(PATTERNS, MANY_VALUES),
        _without_literals(),
    ]


def _search(patterns: Sequence[str]) -> Callable[[bytes], Any]:
    many: Any = RegexSet(range(len(patterns)), [pattern.encode() for pattern in patterns])
    search: Callable[[bytes], Any] = many.search
    return search


def _with_literals(count: int, asked: int) -> Row:
    def side(make: Callable[[list[str]], Callable[[bytes], Any]]) -> Callable[[], Work]:
        def work() -> Work:
            function = make(with_literals(count))
            given = values(asked, count, literals=True)
            return Work(
                loop=calls(function, given),
                items=asked,
                answers=lambda: [_number(function(value)) for value in given[:VALUES]],
            )

        return work

    judged = count == PATTERNS
    return Row(
        id=f"expressions-{count}" + ("" if asked == VALUES else "-many"),
        title=f"{count:,} with a literal part, {asked:,} values",
        group="expressions",
        sides={
            OURS: side(_search),
            RE2: side(peers.re2_first),
            HYPERSCAN: side(lambda patterns: peers.hyperscan_first(patterns, f"literals-{count}")),
        },
        targets=tuple(
            Target(text=f"faster than {peer}", over=(peer,), under=OURS, least=1)
            for peer in ((RE2, HYPERSCAN) if judged else ())
        ),
        short=judged and asked == VALUES,
    )


def _without_literals() -> Row:
    def ours() -> Work:
        search = _search(without_literals(PATTERNS))
        given = values(FEW_VALUES, PATTERNS, literals=False)
        return Work(
            loop=calls(search, given),
            items=FEW_VALUES,
            answers=lambda: [_number(search(value)) for value in given],
        )

    def in_turn() -> Work:
        given = values(FEW_VALUES, PATTERNS, literals=False)
        loop = one_by_one(without_literals(PATTERNS), given)
        return Work(loop=loop, items=FEW_VALUES, answers=lambda: [number - 1 for number in loop()])

    def re2() -> Work:
        first = peers.re2_first(without_literals(PATTERNS))
        given = values(FEW_VALUES, PATTERNS, literals=False)
        return Work(
            loop=calls(first, given),
            items=FEW_VALUES,
            answers=lambda: [_number(first(value)) for value in given],
        )

    return Row(
        id="expressions-bare",
        title=f"{PATTERNS:,} of classes alone, {FEW_VALUES} values",
        group="expressions",
        sides={OURS: ours, ONE_BY_ONE: in_turn, RE2: re2},
        targets=(Target(text=f"no slower than {ONE_BY_ONE}", over=(ONE_BY_ONE,), under=OURS, least=1),),
    )


def _number(answer: Any) -> int:
    return -1 if answer is None else int(answer)
