"""The long run: large messages full of one thing cost work in proportion to their size, counted in instructions.

    python tests/long/linear.py                     every filling of ``tests/support/filled.py``
    python tests/long/linear.py --every 20 --first 3    each twentieth, from the third

Each message is read, printed, screened and identified in two sizes under callgrind, whose counts no other load of the
machine changes.  The exit status is 1 if a larger message costs out of proportion; the costliest are printed.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parents[2]))

import filled
import walking

from benchmarks.counting.__main__ import marks
from identify.engine import Engine
from identify.errors import MessageError
from identify.request import Request

#: Bytes of the filling; both more than what the fast path has an index of, behind which a byte costs more.
SMALL, LARGE = 4_500, 18_000
#: A linear reader takes LARGE / SMALL times as much; a quadratic one as much again.
MOST_GROWTH = 1.5 * LARGE / SMALL
#: Instructions that don't depend on the size, and steps such as arrays that grow.
ALLOWANCE = 100_000
MOST_SHOWN = 10

DUMPED = re.compile(r"^desc: Trigger: Client Request: (?P<name>.*)\|(?P<size>\d+)$", re.MULTILINE)
TOTAL = re.compile(r"^(?:totals|summary): (?P<count>\d+)", re.MULTILINE)


def chosen(every: int, first: int) -> list[filled.Filling]:
    """Return each so manieth filling."""
    return list(itertools.islice(filled.fillings(), first, None, every))


def work(engine: Engine, data: bytes) -> None:
    """Read, print, screen and identify a message in all ways that have loops of their own."""
    for transport in ("udp", "tcp"):
        try:
            engine.identify_message(data, *walking.PLACE, transport)
            request = Request.from_message(data, *walking.PLACE, transport)
        except MessageError:
            continue
        walking.printed(request)
        engine.identify(request)


def inside(library: str, every: int, first: int) -> None:
    """Do the work of each filling in both sizes; valgrind runs this."""
    count = ctypes.CDLL(library)
    messages = [(one, size) for one in chosen(every, first) for size in (SMALL, LARGE)]
    # What is done at first use is done before anything is counted.
    for one in {one.sample: one for one, _ in messages}.values():
        work(walking.engines(one.sample.place)[0], one.message(10))
    count.count_begin()
    for one, size in messages:
        data, engine, name = (
            one.message(size),
            walking.engines(one.sample.place)[0],
            f"{one.name}|{size}".encode(),
        )
        count.count_next(b"between")
        work(engine, data)
        count.count_next(name)


def counted(every: int, first: int) -> dict[str, dict[int, int]]:
    """Return the instructions of each filling by its size."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", "--dump-line=no"]
        command += [f"--callgrind-out-file={folder}/out", sys.executable, __file__, "--inside", str(marks())]
        subprocess.run([*command, "--every", str(every), "--first", str(first)], check=True)
        for path in Path(folder).iterdir():
            text = path.read_text(encoding="utf-8")
            named, total = DUMPED.search(text), TOTAL.search(text)
            if named and total:
                found[named["name"]][int(named["size"])] = int(total["count"])
    return found


def out_of_proportion(counts: Mapping[str, Mapping[int, int]]) -> list[str]:
    """Return the fillings whose larger message costs more than in proportion."""
    return [name for name, cost in counts.items() if cost[LARGE] > MOST_GROWTH * cost[SMALL] + ALLOWANCE]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--every", type=int, default=1, help="count each so manieth filling (default: all)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--inside", metavar="LIBRARY", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.every < 1 or options.first < 0:
        parser.error("--every must be at least 1, --first at least 0")
    if options.inside:
        inside(options.inside, options.every, options.first)
        return 0
    counts = counted(options.every, options.first)
    costliest = sorted(counts, key=lambda name: -counts[name][LARGE])
    for name in costliest[:MOST_SHOWN]:
        print(f"{counts[name][SMALL]:>12} {counts[name][LARGE]:>12}  {name}")
    steep = out_of_proportion(counts)
    for name in steep:
        print(
            f"not linear: {name}: {counts[name][SMALL]} instructions, {counts[name][LARGE]} for four times the size"
        )
    print(
        f"{len(counts)} fillings of {len(chosen(options.every, options.first))}, {len(steep)} out of proportion"
    )
    return 1 if steep or len(counts) < len(chosen(options.every, options.first)) else 0


if __name__ == "__main__":
    sys.exit(main())
