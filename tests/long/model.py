"""The long run: the model of PJSIP against the compiled parser over generated messages.

    python tests/long/model.py --count 1000000 --seed 1 --jobs 2
    python tests/long/model.py --walk --jobs 2

Message n of a seed is always the same.  ``--walk`` takes every byte at every place of some messages instead.
What is compared: dropped or not, screening, the printed request URI and headers, and what identification reads.
Differences are printed by kind, most frequent first, each kind with some messages made as small as they still differ
in the same way; those that met a place where nothing was observed are counted apart.  The exit status is 1 if
anything differs.
"""

import argparse
import collections
import multiprocessing
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from pjsip.comparing import compare, smallest
from pjsip.generating import message
from pjsip.walking import LINES, walk

#: Messages that a process takes at a time, and seconds between two reports of the progress.
PORTION, REPORT_EVERY = 2000, 30


class Counts:
    """What a run or a portion of it led to."""

    def __init__(self):
        self.messages = self.dropped = 0
        self.noted = collections.Counter()
        #: Differences by kind, outside unobserved places and inside.
        self.kinds = collections.Counter(), collections.Counter()
        #: Messages by kind.
        self.examples = {}

    def add(self, other, most):
        """Add a portion's counts to these."""
        self.messages += other.messages
        self.dropped += other.dropped
        self.noted += other.noted
        for mine, theirs in zip(self.kinds, other.kinds, strict=True):
            mine.update(theirs)
        for kind, found in other.examples.items():
            kept = self.examples.setdefault(kind, [])
            kept.extend(found[: most - len(kept)])


def generated(seed, numbers):
    """Yield the generated messages of these numbers: a name, the bytes, the transport."""
    for number in numbers:
        yield number, *message(seed, number)


def walked(line):
    """Yield the walk along a line: a name, the bytes, the transport."""
    for number, data in enumerate(walk(lines=(LINES[line],))):
        yield f"{number} of line {line}", data, "udp"


def portion(most, work):
    """Return the counts of this work's messages."""
    make, *arguments = work
    counts = Counts()
    for number, data, transport in make(*arguments):
        compared = compare(data, transport)
        counts.messages += 1
        counts.dropped += compared.dropped
        counts.noted.update(compared.noted)
        if compared.difference is not None:
            kind = compared.difference.kind
            counts.kinds[bool(compared.noted)][kind] += 1
            examples = counts.examples.setdefault(kind, [])
            if len(examples) < most:
                examples.append((number, data, transport, bool(compared.noted)))
    return counts


def report(counts, seconds):
    """Print the counts of a run."""
    differing = sum(counts.kinds[0].values()), sum(counts.kinds[1].values())
    print(
        f"{counts.messages} messages in {seconds:.0f} s: {counts.messages - counts.dropped} taken and {counts.dropped} "
        f"dropped by the model, {differing[0]} differ, and {differing[1]} that met an unobserved place"
    )
    for name, count in counts.noted.most_common():
        print(f"  {count:8} unobserved: {name}")


def show(counts):
    """Print the differences by kind with small messages."""
    for kind, count in (counts.kinds[0] + counts.kinds[1]).most_common():
        print(f"\n{count} x {kind} ({counts.kinds[1][kind]} met an unobserved place)")
        seen = set()
        for number, data, transport, noted in counts.examples[kind]:
            small, difference = smallest(data, transport)
            if small not in seen:
                seen.add(small)
                print(f"  message {number}, {transport}{', unobserved' if noted else ''}: {small!r}")
                print(f"    model:  {difference.model}\n    parser: {difference.parser}")


def run(arguments):
    """Run, and return whether anything differed."""
    begin = reported = time.monotonic()
    counts = Counts()
    if arguments.walk:
        works = [(walked, line) for line in range(len(LINES))]
    else:
        end = arguments.first + arguments.count
        starts = range(arguments.first, end, PORTION)
        works = [(generated, arguments.seed, range(start, min(start + PORTION, end))) for start in starts]
    with multiprocessing.Pool(arguments.jobs) as pool:
        for part in pool.imap_unordered(partial(portion, arguments.examples), works):
            counts.add(part, arguments.examples)
            if time.monotonic() - reported > REPORT_EVERY:
                reported = time.monotonic()
                report(counts, reported - begin)
    report(counts, time.monotonic() - begin)
    show(counts)
    return bool(counts.kinds[0] or counts.kinds[1])


def main():
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000, help="messages")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first message")
    parser.add_argument(
        "--walk", action="store_true", help="every byte at every place instead of generated messages"
    )
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--examples", type=int, default=5, help="messages shown for each kind")
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
