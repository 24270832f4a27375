"""Time sets of regular expressions: building, memory, and searches by number and kind of expression.

    python benchmarks/expressions.py [--quick]

Expressions and values are drawn with a fixed seed; values have about sixty characters, as header fields have.  "last"
asks values that the last expression matches, "hit" values that any may match, "miss" values that none does; each
set of values has two thousand different ones.  A figure is the median of several rounds, all ways interleaved within
a round, in nanoseconds for one call from a Python loop; the loop and the call alone take some 40.  "one by one"
runs the expressions in order through the C library (at most a few seconds of it).  google-re2 and Hyperscan are
measured on the same expressions and values where they are installed; they report all expressions that match.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from identify._compiled._regex import Regex
from identify._compiled._regex_set import RegexSet

try:
    import re2
except ImportError:
    re2 = None
try:
    import hyperscan
except ImportError:
    hyperscan = None  # type: ignore[assignment, unused-ignore]

SEED = 20261122
VALUES = 2000
SIZES = (10, 100, 1000, 10_000)
#: Building Hyperscan's database of ten thousand takes minutes; --patient does.
MOST_HYPERSCAN = 1000

Pair = tuple[bytes, Callable[[random.Random], bytes]]


def _digits(generator: random.Random, count: int) -> str:
    return "".join(generator.choices("0123456789", k=count))


def _word(generator: random.Random, count: int) -> str:
    return "".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=count))


def _trunk(number: int) -> Pair:
    def value(generator: random.Random) -> bytes:
        words = _word(generator, 20), _word(generator, 10)
        return f"trunk-{number:05}-{words[0]};line={_digits(generator, 10)};x={words[1]}".encode()

    return f"^trunk-{number:05}-.*$".encode(), value


def _gateway(number: int) -> Pair:
    def value(generator: random.Random) -> bytes:
        return f"<sip:+1{_digits(generator, 10)}@gw{number}.itsp.example.com>;tag={_word(generator, 12)}".encode()

    return rf"^<sip:[^@]*@gw{number}\.itsp\.example\.(com|net)>".encode(), value


def _prefix(number: int) -> Pair:
    def value(generator: random.Random) -> bytes:
        return f"sip:+49{number:05}{_digits(generator, 4)}@{_word(generator, 20)}.example.org;user=phone".encode()

    return rf"^sip:\+49{number:05}[0-9]{{4}}@".encode(), value


def _identity(number: int) -> Pair:
    def value(generator: random.Random) -> bytes:
        name, user = _word(generator, 8), _word(generator, 12)
        return f'"{name}" <sip:{user}@example.com>;id={number:05};x={_word(generator, 9)}'.encode()

    return f";id={number:05}(;|$)".encode(), value


def _plain(number: int) -> Pair:
    def value(generator: random.Random) -> bytes:
        return (
            f"{_word(generator, 20)} customer{number} {_digits(generator, 20)} {_word(generator, 8)}".encode()
        )

    return f"customer{number} ".encode(), value


def _bare(number: int) -> Pair:
    """Say nothing that a value must contain literally, but a length."""

    def value(generator: random.Random) -> bytes:
        return (_word(generator, 1) + _digits(generator, number % 50 + 1)).encode()

    return rf"^[a-z]?[0-9]{{{number % 50 + 1}}}[a-f{number}]*$".encode(), value


#: Kinds of expressions by name: from a number to the expression and to values that it matches.
KINDS: dict[str, Callable[[int], Pair]] = {
    "trunk": _trunk,
    "gateway": _gateway,
    "prefix": _prefix,
    "identity": _identity,
    "plain": _plain,
}


def patterns(kind: str, count: int) -> list[bytes]:
    """Return expressions of one kind, or of all in turn ("mixed")."""
    return [pair[0] for pair in _pairs(kind, count)]


def traffic(kind: str, count: int, which: str, values: int = VALUES) -> list[bytes]:
    """Return values for ``count`` expressions: "last", "hit" or "miss"."""
    generator = random.Random(f"{SEED} {kind} {count} {which}")
    pairs = _pairs(kind, count)
    if which == "last":
        return [pairs[-1][1](generator) for _ in range(values)]
    if which == "hit":
        return [generator.choice(pairs)[1](generator) for _ in range(values)]
    absent = _pairs(kind, 40_000)[30_000:] if kind != "bare" else []
    if absent:
        return [generator.choice(absent)[1](generator) for _ in range(values)]
    return [(_word(generator, 2) + _digits(generator, 58)).encode() for _ in range(values)]


def _pairs(kind: str, count: int) -> list[Pair]:
    if kind == "mixed":
        kinds = list(KINDS.values())
        return [kinds[number % len(kinds)](number) for number in range(count)]
    if kind == "bare":
        return [_bare(number) for number in range(count)]
    return [KINDS[kind](number) for number in range(count)]


def ask(search: Callable[[bytes], object], values: list[bytes]) -> Callable[[], None]:
    """Return a loop of one call for each value."""

    def work() -> None:
        for value in values:
            search(value)

    return work


def one_by_one(expressions: list[Regex]) -> Callable[[bytes], object]:
    """Return a search that runs all in order until one matches."""

    def search(value: bytes) -> object:
        for number, expression in enumerate(expressions):
            if expression.search(value):
                return number
        return None

    return search


def re2_search(given: list[bytes]) -> Callable[[bytes], object]:
    """Compile google-re2's set."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 30
    found = re2.Set.SearchSet(options)
    for pattern in given:
        found.Add(pattern.decode())
    found.Compile()
    match: Callable[[bytes], object] = found.Match
    return match


def hyperscan_search(given: list[bytes]) -> Callable[[bytes], object]:
    """Compile Hyperscan's database; what matches goes to a list."""
    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_ALLOWEMPTY
    database.compile(
        expressions=given, ids=list(range(len(given))), elements=len(given), flags=[flags] * len(given)
    )
    found: list[int] = []

    def note(number: int, *_: object) -> None:
        found.append(number)

    scan = database.scan

    def search(value: bytes) -> object:
        found.clear()
        scan(value, match_event_handler=note)
        return found

    return search


def timed(work: Callable[[], object]) -> float:
    """Time one run in seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def resident() -> float:
    """Return the MB of memory that the process has now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def built(make: Callable[[], Callable[[bytes], object]]) -> tuple[Callable[[bytes], object], float, float]:
    """Return a search, and the seconds and MB of the process that making it took."""
    before = resident()
    begin = time.perf_counter()
    search = make()
    seconds = time.perf_counter() - begin
    return search, seconds, resident() - before


def ours(given: list[bytes]) -> Callable[[bytes], object]:
    """Make the set that engines use."""
    search: Callable[[bytes], object] = RegexSet(range(len(given)), given).search
    return search


def compare(kind: str, count: int, rounds: int, rivals: bool, patient: bool) -> None:
    """Print the figures of one set."""
    given = patterns(kind, count)
    makers: dict[str, Callable[[], Callable[[bytes], object]]] = {"set": partial(ours, given)}
    if rivals and re2 is not None:
        makers["re2.Set"] = partial(re2_search, given)
    if rivals and hyperscan is not None and (patient or count <= MOST_HYPERSCAN):
        makers["hyperscan"] = partial(hyperscan_search, given)
    makers["one by one"] = lambda: one_by_one([Regex(pattern) for pattern in given])
    searches = {name: built(make) for name, make in makers.items()}
    kinds = ("last", "hit", "miss")
    loops: dict[tuple[str, str], tuple[Callable[[], None], int]] = {}
    for which in kinds:
        values = traffic(kind, count, which)
        for name, (search, _, _) in searches.items():
            few = values[: max(5, VALUES * 10 // count)] if name == "one by one" else values
            loops[name, which] = (ask(search, few), len(few))
    for work, _ in loops.values():
        work()
    taken: dict[tuple[str, str], list[float]] = {key: [] for key in loops}
    for _ in range(rounds):
        for key, (work, asked) in loops.items():
            taken[key].append(timed(work) / asked * 1e9)
    for name, (_, seconds, grown) in searches.items():
        figures = " ".join(f"{statistics.median(taken[name, which]):11.0f}" for which in kinds)
        print(f"{kind:9} {count:6} {name:11} {seconds * 1e3:9.1f} ms {grown:7.1f} MB {figures}", flush=True)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="leave out the sets of ten thousand")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kinds", nargs="*", default=[*KINDS, "mixed", "bare"])
    parser.add_argument("--sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--alone", action="store_true", help="leave out google-re2 and Hyperscan")
    parser.add_argument("--patient", action="store_true", help="build the largest databases of Hyperscan too")
    arguments = parser.parse_args()
    print(f"{'kind':9} {'count':>6} {'way':11} {'build':>12} {'grown':>10}  ns: last, hit, miss")
    for kind in arguments.kinds:
        for count in arguments.sizes:
            if not (arguments.quick and count >= 10_000):
                compare(kind, count, arguments.rounds, not arguments.alone, arguments.patient)


if __name__ == "__main__":
    main()
