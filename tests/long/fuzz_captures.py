"""Read damaged captures as long as asked: none may raise, crash, or deliver what is beyond the bounds.

    python tests/long/fuzz_captures.py --seconds 60 [--seed 1]

Prints the seed of each round that fails.  Most is found under the sanitizers, see ``_ext/README.md``.
"""

import argparse
import gzip
import itertools
import random
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import captures
import damaging

from identify.traffic.captures.capture import CaptureReader
from identify.traffic.captures.hep import HepReader

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
LARGEST = 60_000


def corpus():
    """Return files of every kind: begins of the samples."""
    files = [
        gzip.decompress(path.read_bytes())
        for path in sorted([*SAMPLES.glob("*/*.pcap*.gz"), *SAMPLES.glob("*/*.bin.gz")])
    ]
    return [file[:LARGEST] for file in files]


def shuffled(file, chance):
    """Return a capture with its packets in another order, some twice, cut or gone, on another kind of link."""
    packets = []
    place = 24
    while place + 16 <= len(file):
        size = int.from_bytes(file[place + 8 : place + 12], "little")
        packets.append(file[place + 16 : place + 16 + size])
        place += 16 + size
    chosen = [chance.choice(packets) for _ in range(len(packets))]
    if chance.randrange(2):
        chosen = [damaging.damage(packet, chance)[0] for packet in chosen]
    link = chance.choice([file[20], 0, 1, 101, 108, 113])
    return captures.pcap(
        chosen,
        link,
        step=chance.choice([1000, 10**6, 10**9]),
        snaplen=chance.choice([262144, 262144, 300, 60]),
    )


def read(file, chance):
    """Read a file by the reader that its beginning asks for, in pieces of any size."""
    stream = captures.Trickle(file, chance.choice([1 << 20, 4096, 100]))
    hep = HepReader.recognises(file[:18])
    if hep:
        reader = HepReader(stream, "fuzz", hep)
    else:
        choices = {
            "duplicates": bool(chance.randrange(2)),
            "hep": chance.choice(["auto", "any", "none", "9060"]),
        }
        reader = CaptureReader(stream, "fuzz", **choices)
    for batch in reader:
        assert len(batch.offsets) == len(batch) + 1
        assert batch.offsets[-1] == len(batch.data)
        assert all(0 < b - a <= 65_536 for a, b in itertools.pairwise(batch.offsets))
        assert len(batch.sources) == 16 * len(batch)
    return len(reader.problems)


def main():
    """Run for the time asked, and return how many rounds failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    files = corpus()
    seed = arguments.seed if arguments.seed is not None else random.randrange(1 << 30)
    end = time.monotonic() + arguments.seconds
    rounds = failed = problems = 0
    while time.monotonic() < end:
        chance = random.Random(seed + rounds)
        file = chance.choice(files)
        if chance.randrange(2) and file[:4] == b"\xd4\xc3\xb2\xa1":
            file = shuffled(file, chance)
        else:
            file = damaging.damaged(file, seed + rounds)
        try:
            problems += read(file, chance)
        except Exception:  # noqa: BLE001 (any is what is looked for)
            print(f"--seed {seed + rounds}")
            traceback.print_exc(limit=3)
            failed += 1
        rounds += 1
    print(f"{rounds} files from seed {seed}, {problems} with problems, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
