"""The long run: the possible answers of undetermined requests against those of every content.

    python tests/long/undetermined.py --pairs 100000 --seed 1

A pair is a configuration in which something isn't known and a request to it.  Each content of the configuration is
compiled and asked.  A difference ends the run with an error that has the case.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import generate
import universes

#: Requests to one configuration: compiling its contents takes much longer than asking them.
REQUESTS = 40

#: Cases of names to one of further objects, whose contents are many.
NAMES_PER_OBJECTS = 12

#: Seconds between two reports of a run's progress.
REPORT_EVERY = 30


def cases(choice):
    """Yield cases for ever: mostly names and tokens, in between further objects of each type."""
    while True:
        for types in universes.TYPES:
            for _ in range(NAMES_PER_OBJECTS):
                yield universes.names_case(choice)
            yield universes.objects_case(choice, types)


def run(pairs, seed):
    """Compare so many pairs; return their number, and how many requests were undetermined."""
    choice = generate.RandomChoice(random.Random(seed))
    compared = undetermined = 0
    reported = time.monotonic()
    made = cases(choice)
    while compared < pairs:
        requests = [universes.request(choice) for _ in range(REQUESTS)]
        undetermined += universes.compare(next(made), requests)
        compared += len(requests)
        if time.monotonic() - reported > REPORT_EVERY:
            reported = time.monotonic()
            print(f"{compared} pairs, {undetermined} undetermined", flush=True)
    return compared, undetermined


def main():
    """Run, and say what was compared."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    arguments = parser.parse_args()
    compared, undetermined = run(arguments.pairs, arguments.seed)
    print(f"{compared} pairs, {undetermined} undetermined, no difference")


if __name__ == "__main__":
    main()
