"""Compare the reader of the language with a second model of it over generated files.

    python tests/long/language.py --count 200000 [--seed 0]

File n of a seed is always the same; the first differences are printed.  Interrupted, it says how far it came.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from language_files import difference, generated

#: Differences that are printed.
SHOWN = 5


def main() -> int:
    """Run, and return 1 if anything differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started, done, differing = time.monotonic(), 0, 0
    with suppress(KeyboardInterrupt):
        for number in range(options.count):
            # Seeds are far apart, so that runs with different ones have no files in common.
            found = difference(generated(options.seed * 1_000_000_000 + number))
            done += 1
            if found is not None:
                differing += 1
                if differing <= SHOWN:
                    print(f"file {number}: {found}\n")
    print(f"{done} files, {differing} differences, {time.monotonic() - started:.0f} s")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
