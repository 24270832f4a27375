"""Rows of sets of regular expressions over one header value: which is the first that matches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.against import peers
from benchmarks.against.loops import one_by_one
from benchmarks.material.configurations import HEADER, by_expression
from benchmarks.material.messages import invite
from benchmarks.material.patterns import slow, slow_values, values, with_literals, without_literals
from benchmarks.rows.row import OURS, Row, Target, Work, calls
from identify._compiled._regex_set import RegexSet
from identify.engine import Engine

__all__ = ["rows"]

PATTERNS = 10_000
VALUES = 2000
MANY_VALUES = 20_000
#: One expression after the other takes milliseconds a value.
FEW_VALUES = 40
#: How many expressions that are slow in the C library, and the bytes of a value that they can be asked with there.
SLOW_SIZES = ((10, 4000), (1000, 500))
#: Headers of a message of 64 KiB, and the bytes of each.
HEADERS, HEADER_SIZE = 16, 4000
SLOW_ROUNDS = 3
MESSAGE_MOST = {10: 0.005, 1000: 0.1}
SOURCE = "198.51.100.7"

RE2 = "google-re2 Set"
HYPERSCAN = "Hyperscan"
ONE_BY_ONE = "regexec one by one, in C"


def rows() -> list[Row]:
    """Return the rows."""
    return [
        *[_with_literals(count, VALUES) for count in (10, 1000, PATTERNS)],
        _with_literals(PATTERNS, MANY_VALUES),
        _without_literals(),
        *[_slow(count, size, words=words) for words in (False, True) for count, size in SLOW_SIZES],
        *[_message(count, words=words) for words in (False, True) for count, _ in SLOW_SIZES],
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


def _slow(count: int, size: int, *, words: bool) -> Row:
    """Return the row of one long value, with and without automata."""

    def ours() -> Work:
        search = _search(slow(count, words=words))
        given = slow_values(1, size, words=words)
        return Work(loop=calls(search, given), items=1, answers=lambda: [_number(search(given[0]))])

    def in_turn() -> Work:
        loop = one_by_one(slow(count, words=words), slow_values(1, size, words=words))
        return Work(loop=loop, items=1, answers=lambda: [number - 1 for number in loop()])

    kind = "with word boundaries" if words else "and UTF-8"
    return Row(
        id=f"expressions-slow-{count}" + ("-words" if words else ""),
        title=f"{count:,} {kind}, a value of {size:,} bytes",
        group="expressions",
        sides={OURS: ours, ONE_BY_ONE: in_turn},
        rounds=SLOW_ROUNDS,
    )


def _message(count: int, *, words: bool) -> Row:
    """Return the row of a message of 64 KiB; the C library would take minutes."""

    def ours() -> Work:
        identify = Engine(by_expression(slow(count, words=words))).identify_message
        headers = [
            HEADER.encode() + b": " + value + b"\r\n"
            for value in slow_values(HEADERS, HEADER_SIZE, words=words)
        ]
        begin, line, rest = invite(user="+12025550100", trunk="x", seed=1).partition(b"\r\n")
        message = begin + line + b"".join(headers) + rest

        def loop() -> None:
            identify(message, SOURCE, 5060)

        return Work(loop=loop, items=1, answers=lambda: [0 if identify(message, SOURCE, 5060) else -1])

    kind = "with word boundaries" if words else "and UTF-8"
    most = MESSAGE_MOST[count]
    return Row(
        id=f"expressions-message-{count}" + ("-words" if words else ""),
        title=f"a message of 64 KiB, {count:,} {kind}",
        group="expressions",
        sides={OURS: ours},
        targets=(Target(text=f"at most {most * 1000:g} ms", over=(OURS,), most=most),),
        rounds=SLOW_ROUNDS,
    )


def _number(answer: Any) -> int:
    return -1 if answer is None else int(answer)
