"""Time the address index: building, memory, and look-ups by size and kind of table.

    python benchmarks/addresses.py [--quick]

Tables are drawn with a fixed seed.  More specific prefixes get smaller ranks, so that every prefix has
addresses that it decides, as with the longest match that tries give.  Each figure is the median of
several rounds, all tables and ways interleaved within a round; "loop" is the bare look-up without
Python, "text" one call for each address from a Python loop.  If pytricia is installed, its frozen trie
is measured beside ours on the same addresses as text.
"""

from __future__ import annotations

import argparse
import array
import random
import socket
import statistics
import time
from collections.abc import Callable
from functools import partial

from identify._addresses import IPV6, AddressIndex

try:
    import pytricia
except ImportError:
    pytricia = None

ENDPOINTS = 1000
QUESTIONS = 100_000

# Prefix lengths as in routing tables and allow-lists: many /24, a few short ones, some hosts.
LENGTHS_V4 = {8: 0.05, 12: 0.2, 16: 5, 18: 2, 19: 4, 20: 6, 21: 5, 22: 11, 23: 10, 24: 45, 26: 1, 28: 2}
LENGTHS_V4 |= {29: 3, 30: 1, 32: 5}
LENGTHS_V6 = {20: 0.1, 29: 8, 32: 22, 36: 4, 40: 8, 44: 8, 48: 45, 56: 2, 64: 2, 128: 1}

Prefix = tuple[int, int]


def mixed(generator: random.Random, count: int, lengths: dict[int, float], width: int) -> list[Prefix]:
    """Draw distinct prefixes; IPv6 ones within 2000::/3."""
    found: set[Prefix] = set()
    while len(found) < count:
        for length in generator.choices(list(lengths), list(lengths.values()), k=count - len(found)):
            address = generator.getrandbits(width)
            if width == 128:
                address = address >> 3 | 1 << 125
            found.add((address >> (width - length) << (width - length), length))
    return sorted(found)


def clustered(generator: random.Random, count: int, width: int) -> list[Prefix]:
    """Draw IPv6 prefixes as registries give them out: a few hundred blocks, thousands in each."""
    blocks = [0x2001 << 112, 0x2A00 << 112, 0x2A02 << 112, 0x2400 << 112, 0x2600 << 112, 0x2804 << 112]
    found: set[Prefix] = set()
    while len(found) < count:
        length = generator.choice((32, 40, 44, 48, 48, 48, 56, 64))
        address = generator.choice(blocks) | generator.getrandbits(14) << 96 | generator.getrandbits(12) << 80
        address |= generator.getrandbits(80)
        found.add((address >> (width - length) << (width - length), length))
    return sorted(found)


def hosts(generator: random.Random, count: int, width: int) -> list[Prefix]:
    """Draw distinct single addresses."""
    return [(address, width) for address in sorted({generator.getrandbits(width) for _ in range(count)})]


def columns(prefixes: list[Prefix], width: int, identifies: int) -> tuple[object, ...]:
    """Make the constructor's buffers, the more specific prefixes first."""
    ordered = sorted(prefixes, key=lambda prefix: -prefix[1])
    largest = (1 << width) - 1
    return (
        array.array("I", [number * identifies // len(ordered) for number in range(len(ordered))]),
        bytes([IPV6 if width == 128 else 0]) * len(ordered),
        b"".join(address.to_bytes(16, "big") for address, _ in ordered),
        b"".join((largest ^ (largest >> length)).to_bytes(16, "big") for _, length in ordered),
        bytes(2 * len(ordered)),
    )


def questions(generator: random.Random, prefixes: list[Prefix], width: int, *, hit: bool) -> list[int]:
    """Draw addresses inside the prefixes, or anywhere (mostly outside them where the table is small)."""
    if not hit:
        return [generator.getrandbits(width) for _ in range(QUESTIONS)]
    chosen = generator.choices(prefixes, k=QUESTIONS)
    return [address | generator.getrandbits(width) >> length for address, length in chosen]


def packed(addresses: list[int], width: int) -> array.array[int]:
    """Return addresses as the bare loop reads them."""
    if width == 32:
        return array.array("I", addresses)
    return array.array(
        "Q", [half for address in addresses for half in (address >> 64, address & (1 << 64) - 1)]
    )


def printed(addresses: list[int], width: int) -> list[str]:
    """Return addresses as text."""
    family = socket.AF_INET if width == 32 else socket.AF_INET6
    return [socket.inet_ntop(family, address.to_bytes(width // 8, "big")) for address in addresses]


def seconds(work: Callable[[], object]) -> float:
    """Time one run."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def ask_index(index: AddressIndex, texts: list[str]) -> Callable[[], None]:
    """Return a loop of one call for each address."""

    def work() -> None:
        lookup = index.lookup_text
        for text in texts:
            lookup(text, 5060)

    return work


def ask_trie(trie: pytricia.PyTricia, texts: list[str]) -> Callable[[], None]:
    """Return the same loop over pytricia."""

    def work() -> None:
        get = trie.get
        for text in texts:
            get(text)

    return work


def freeze(prefixes: list[Prefix], width: int) -> pytricia.PyTricia:
    """Build pytricia's trie with as many distinct values."""
    family = socket.AF_INET if width == 32 else socket.AF_INET6
    values = [object() for _ in range(ENDPOINTS)]
    trie = pytricia.PyTricia(width, family)
    for number, (address, length) in enumerate(prefixes):
        text = socket.inet_ntop(family, address.to_bytes(width // 8, "big"))
        trie.insert(f"{text}/{length}", values[number % ENDPOINTS])
    trie.freeze()
    return trie


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="leave out the tables of a million")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    generator = random.Random(20261122)
    tables: list[tuple[str, list[Prefix], int]] = [
        ("v4 mixed 10", mixed(generator, 10, LENGTHS_V4, 32), 32),
        ("v4 mixed 1k", mixed(generator, 1000, LENGTHS_V4, 32), 32),
        ("v4 mixed 100k", mixed(generator, 100_000, LENGTHS_V4, 32), 32),
        ("v4 hosts 10", hosts(generator, 10, 32), 32),
        ("v4 hosts 100k", hosts(generator, 100_000, 32), 32),
        ("v6 mixed 1k", mixed(generator, 1000, LENGTHS_V6, 128), 128),
        ("v6 mixed 100k", mixed(generator, 100_000, LENGTHS_V6, 128), 128),
        ("v6 clustered 100k", clustered(generator, 100_000, 128), 128),
        ("v6 hosts 100k", hosts(generator, 100_000, 128), 128),
    ]
    if not arguments.quick:
        tables += [
            ("v4 mixed 1M", mixed(generator, 1_000_000, LENGTHS_V4, 32), 32),
            ("v4 hosts 1M", hosts(generator, 1_000_000, 32), 32),
        ]
    columns_of_times = "loop hit/any, text hit/any, pytricia hit/any"
    print(f"{'table':18} {'build':>9} {'size':>9} {'a rule':>8}  ns/look-up: {columns_of_times}")
    work: dict[str, list[Callable[[], object]]] = {}
    heads: dict[str, str] = {}
    for name, prefixes, width in tables:
        identifies = len(prefixes) if "hosts" in name else min(ENDPOINTS, len(prefixes))
        buffers = columns(prefixes, width, identifies)
        build = statistics.median(seconds(partial(AddressIndex, *buffers)) for _ in range(3))
        index = AddressIndex(*buffers)
        size = f"{index.size / 1e6:6.2f} MB {index.size / len(prefixes):6.1f} B"
        heads[name] = f"{name:18} {build * 1e3:6.1f} ms {size} "
        asked = [questions(generator, prefixes, width, hit=hit) for hit in (True, False)]
        family = 4 if width == 32 else 6
        loops: list[Callable[[], object]] = [
            partial(index.checksum, family, packed(addresses, width), 5060) for addresses in asked
        ]
        texts = [printed(addresses, width) for addresses in asked]
        loops += [ask_index(index, given) for given in texts]
        if pytricia is not None:
            trie = freeze(prefixes, width)
            loops += [ask_trie(trie, given) for given in texts]
        work[name] = loops
    taken: dict[str, list[list[float]]] = {name: [[] for _ in loops] for name, loops in work.items()}
    for _ in range(arguments.rounds):
        for name, loops in work.items():
            for place, loop in enumerate(loops):
                taken[name][place].append(seconds(loop) / QUESTIONS * 1e9)
    for name, rounds in taken.items():
        medians = [statistics.median(figures) for figures in rounds]
        print(heads[name], " ".join(f"{median:8.1f}" for median in medians), flush=True)


if __name__ == "__main__":
    main()
