"""Load hostile configurations, each in a process of its own, and see that none takes more than it may.

    python tests/long/hostile.py                            every construct that multiplies, for each release
    python tests/long/hostile.py --mixtures 2000 --seed 1   and mixtures of them

Exit status 1 says that one exceeded ``--seconds`` of CPU time or ``--megabytes`` of memory, or raised an error.  CPU
time is what finds a hang; it isn't a measure of speed.  Interrupted, it says how far it came.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

# What each process needs is imported once, before the first fork.
import hostile

import identify.compiler
import identify.config.loading
import identify.configuration
import identify.engine  # noqa: F401

#: Configurations that are shown at the end.
SHOWN = 5


def cases(options: argparse.Namespace) -> Iterator[tuple[str, str, hostile.Files]]:
    """Yield the names of configurations, the releases that read them, and their files."""
    if not options.only_mixtures:
        pairs = itertools.product(hostile.constructs(), hostile.RELEASES)
        for (name, construct), release in itertools.islice(pairs, options.first, None, options.every):
            if options.name in name:
                yield name, release, construct(options.size)
    for number in range(options.mixtures):
        release = hostile.RELEASES[number % len(hostile.RELEASES)]
        yield f"mixture {number}", release, hostile.mixture(options.seed * 1_000_000 + number, options.size)


def main() -> int:
    """Run, and return 1 if anything takes too much."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=hostile.SIZE, help="bytes of text")
    parser.add_argument("--name", default="", help="only constructs with this in their names")
    parser.add_argument("--every", type=int, default=1, help="only each so manieth construct and release")
    parser.add_argument("--first", type=int, default=0, help="the number of the first of these")
    parser.add_argument("--mixtures", type=int, default=0)
    parser.add_argument("--only-mixtures", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--megabytes", type=int, default=400)
    options = parser.parse_args()
    results: list[tuple[float, float, str]] = []
    bad = 0
    with suppress(KeyboardInterrupt):
        for name, release, files in cases(options):
            took = hostile.measured(
                files, release=release, seconds=options.seconds, megabytes=options.megabytes
            )
            name = f"{name} ({release})"
            results.append((took.seconds, took.megabytes, name))
            if took.ended or took.megabytes > options.megabytes:
                bad += 1
                print(f"{name}: {took.seconds:.1f} s, {took.megabytes:.0f} MB {took.ended}", flush=True)
    total = sum(seconds for seconds, _, _ in results)
    print(f"{len(results)} configurations in {total:.0f} s of CPU time, {bad} too much")
    for column, unit in ((0, "s"), (1, "MB")):
        worst = sorted(results, key=lambda result: -result[column])[:SHOWN]
        print(f"most {unit}: " + "; ".join(f"{name} {values[column]:.1f}" for *values, name in worst))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
