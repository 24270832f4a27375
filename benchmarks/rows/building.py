"""Rows of compiling, opening and memory: how long an engine or its expressions take to make, and what they hold."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable
from typing import Any

from benchmarks.against import peers
from benchmarks.against.loops import compiling
from benchmarks.material import configurations
from benchmarks.material.address_tables import CACHE, table
from benchmarks.material.patterns import with_literals, without_literals
from benchmarks.rows.automata import WITHOUT, without_automata
from benchmarks.rows.row import OURS, Row, Target, Work
from identify._compiled._regex_set import RegexSet
from identify.configuration import Configuration
from identify.engine import Engine

__all__ = ["rows"]

BYTES_A_RULE = 40
BYTES_APART = 2_000_000
OPEN_MOST = 0.010

COMPILED = (
    ("v4-100k", "100,000 rules", 0.3),
    ("v6-100k", "100,000 IPv6 rules", 0.3),
    ("v4-1M", "1,000,000 rules", 3),
)
HELD = (
    ("v4-100k", "100,000 rules"),
    ("v6-100k", "100,000 IPv6 rules"),
    ("hosts-100k", "100,000 single addresses"),
    ("v4-1M", "1,000,000 rules"),
    ("hosts-1M", "1,000,000 single addresses"),
)
NASTY: tuple[tuple[str, str, Callable[[int], Configuration]], ...] = (
    ("same", "identifies of the same /8", configurations.all_same),
    ("nested", "identifies nested in each other", configurations.nested),
    ("negated", "negated identifies, all addresses but one", configurations.all_negated),
    ("ports", "identifies with ports", configurations.all_with_ports),
    ("headers", "identifies by header literal", configurations.by_header),
    ("usernames", "endpoints by name", configurations.by_username),
    (
        "expressions",
        "identifies by expression",
        lambda count: configurations.by_expression(with_literals(count)),
    ),
)
#: How many expressions, and whether they have a literal part.
EXPRESSIONS = ((10, True), (100, True), (2000, True), (10_000, True), (2000, False))
RE2 = "google-re2 Set"
REGCOMP = "regcomp of the same, in C"
ENGINE = "an engine of them"
EXPRESSION_ROUNDS = 3
SMALL, LARGE = 2500, 10_000
#: Beyond n log n, for caches that what is larger no longer fits into, and for the collector of cycles, which looks
#: at more; a quotient that grows as the square would be far above it.
SLACK = 1.5


def rows() -> list[Row]:
    """Return the rows."""
    return [
        *[_compile(name, title, most) for name, title, most in COMPILED],
        _growth("large", "rules of mixed lengths", _large, 100_000, 1_000_000),
        *[_growth(name, title, make, SMALL, LARGE) for name, title, make in NASTY],
        *[_expressions(count, literals=literals) for count, literals in EXPRESSIONS],
        _open(),
        *[_held(name, title) for name, title in HELD],
    ]


def _of_table(name: str) -> Configuration:
    return configurations.of_table(table(name))


def _large(count: int) -> Configuration:
    return _of_table("v4-1M" if count == 1_000_000 else "v4-100k")


def _compiling(configuration: Configuration) -> Work:
    # What was just made is looked at by the collector of cycles once, now and not while it is compiled.
    gc.collect()
    return Work(loop=lambda: Engine(configuration))


def _compile(name: str, title: str, most: float) -> Row:
    return Row(
        id=f"compile-{name}",
        title=f"compile {title} from a model",
        group="building",
        sides={OURS: lambda: _compiling(_of_table(name))},
        targets=(Target(text=f"at most {most:g} s", over=(OURS,), most=most),),
        unit="ms",
        heavy=name.endswith("1M"),
        short=name == "v4-1M",
    )


def _growth(name: str, title: str, make: Callable[[int], Configuration], small: int, large: int) -> Row:
    most = SLACK * large * math.log(large) / (small * math.log(small))
    return Row(
        id=f"growth-{name}",
        title=f"compile {large:,} {title}",
        group="building",
        sides={OURS: lambda: _compiling(make(large)), f"{small:,}": lambda: _compiling(make(small))},
        bounds=(f"{small:,}",),
        targets=(
            Target(
                text=f"at most {most:.1f} × {small:,}, which is {SLACK:g} n log n",
                over=(OURS,),
                under=f"{small:,}",
                most=most,
            ),
        ),
        unit="ms",
        heavy=large >= 1_000_000,
    )


def _expressions(count: int, *, literals: bool) -> Row:
    """Describe making a set, whose expressions are compiled to see that they do and read for what they require."""

    def side(make: Callable[[list[str]], Callable[[], object]]) -> Callable[[], Work]:
        def work() -> Work:
            loop = make(with_literals(count) if literals else without_literals(count))
            gc.collect()
            return Work(loop=loop)

        return work

    def ours(patterns: list[str]) -> Callable[[], object]:
        given: Any = [pattern.encode() for pattern in patterns]
        return lambda: RegexSet(range(count), given)

    def engine(patterns: list[str]) -> Callable[[], object]:
        configuration = configurations.by_expression(patterns)
        return lambda: Engine(configuration)

    return Row(
        id=f"compile-expressions-{count}" + ("" if literals else "-bare"),
        title=f"compile a set of {count:,} expressions {'with a literal part' if literals else 'of classes alone'}",
        group="building",
        sides={
            OURS: side(ours),
            WITHOUT: without_automata(side(ours)),
            ENGINE: side(engine),
            REGCOMP: side(compiling),
            RE2: side(lambda patterns: lambda: peers.re2_first(patterns)),
        },
        bounds=(WITHOUT, ENGINE, REGCOMP),
        unit="ms",
        rounds=EXPRESSION_ROUNDS,
    )


def _open() -> Row:
    def ours() -> Work:
        path = CACHE / "open.engine"
        Engine(_of_table("v4-1M")).save(path)
        return Work(loop=lambda: Engine.open(path))

    return Row(
        id="open-v4-1M",
        title="open a saved engine of 1,000,000 rules",
        group="building",
        sides={OURS: ours},
        targets=(Target(text="at most 10 ms", over=(OURS,), most=OPEN_MOST),),
        unit="ms",
        heavy=True,
    )


def _held(name: str, title: str) -> Row:
    def ours() -> Work:
        given = table(name)
        size = Engine(configurations.of_table(given)).size
        return Work(value=max(0, size - BYTES_APART) / len(given.prefixes))

    return Row(
        id=f"memory-{name}",
        title=f"tables of {title}, bytes a rule beyond 2 MB",
        group="building",
        sides={OURS: ours},
        targets=(Target(text=f"at most {BYTES_A_RULE} bytes", over=(OURS,), most=BYTES_A_RULE),),
        unit="bytes",
        heavy=name.endswith("1M"),
        rounds=1,
    )
