"""Tables of address rules and the addresses that are looked up in them; nothing of who looks them up.

Facts

1. Everything is drawn with a seed of its own table, so a table is the same in every process and every run.
2. The prefixes of a table point to at most a thousand endpoints.  The more specific ones stand first, so that with
   "the first identify wins" they decide as the longest match does in a trie, and all peers have the same answers.
3. Addresses are asked in random order.  *Hits* lie inside of prefixes drawn evenly; *misses* lie in no prefix.
"""

from __future__ import annotations

import pickle
import random
import socket
from array import array
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import attrs

__all__ = ["ENDPOINTS", "TABLES", "Table", "cached", "printed", "table"]

ROOT = Path(__file__).parent.parent.parent
#: Where drawn material and what peers need built is kept between processes.
CACHE = ROOT / "build" / "benchmarks"

ENDPOINTS = 1000
QUESTIONS = 100_000
#: Raised when what is drawn changes, so that nothing of before is read from the cache.
EDITION = 1

# Prefix lengths as in routing tables and allow-lists: many /24, a few short ones, some hosts.
LENGTHS_V4 = {8: 0.05, 12: 0.2, 16: 5, 18: 2, 19: 4, 20: 6, 21: 5, 22: 11, 23: 10, 24: 45, 26: 1, 28: 2}
LENGTHS_V4 |= {29: 3, 30: 1, 32: 5}
LENGTHS_V6 = {20: 0.1, 29: 8, 32: 22, 36: 4, 40: 8, 44: 8, 48: 45, 56: 2, 64: 2, 128: 1}

Prefix = tuple[int, int]
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Table:
    """Prefixes as (address, length), the more specific first; ``width`` is 32 or 128."""

    name: str
    width: int
    prefixes: list[Prefix] = attrs.field(repr=False)

    @property
    def identifies(self) -> int:
        """How many identifies the prefixes are dealt out to."""
        return min(ENDPOINTS, len(self.prefixes))

    def identify_of(self, number: int) -> int:
        """Return which identify has a prefix: neighbours in the order of the table share one."""
        return number * self.identifies // len(self.prefixes)

    def text(self, number: int) -> str:
        """Return a prefix as it is written."""
        address, length = self.prefixes[number]
        return f"{printed([address], self.width)[0]}/{length}"

    def hits(self, count: int = QUESTIONS) -> list[int]:
        """Draw addresses inside of the prefixes."""
        return cached(f"{self.name}-hits-{count}", lambda: self._hits(count))

    def misses(self, count: int = QUESTIONS) -> list[int]:
        """Draw addresses that no prefix covers; IPv6 ones in 2000::/3 as the prefixes are."""
        return cached(f"{self.name}-misses-{count}", lambda: self._misses(count))

    def _hits(self, count: int) -> list[int]:
        generator = random.Random(f"{self.name} hits")
        chosen = generator.choices(self.prefixes, k=count)
        return [address | generator.getrandbits(self.width) >> length for address, length in chosen]

    def _misses(self, count: int) -> list[int]:
        generator = random.Random(f"{self.name} misses")
        starts, ends = self._covered()
        found: list[int] = []
        while len(found) < count:
            address = _within(generator.getrandbits(self.width), self.width)
            place = bisect_right(starts, address) - 1
            if place < 0 or ends[place] <= address:
                found.append(address)
        return found

    def _covered(self) -> tuple[list[int], list[int]]:
        """Return the union of the prefixes as begins and ends of intervals."""
        starts: list[int] = []
        ends: list[int] = []
        for address, length in sorted(self.prefixes):
            end = address + (1 << (self.width - length))
            if ends and address <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(address)
                ends.append(end)
        return starts, ends


def _mixed(generator: random.Random, count: int, lengths: dict[int, float], width: int) -> list[Prefix]:
    """Draw distinct prefixes; IPv6 ones within 2000::/3."""
    found: set[Prefix] = set()
    while len(found) < count:
        for length in generator.choices(list(lengths), list(lengths.values()), k=count - len(found)):
            address = _within(generator.getrandbits(width), width)
            found.add((address >> (width - length) << (width - length), length))
    return list(found)


def _hosts(generator: random.Random, count: int, width: int) -> list[Prefix]:
    """Draw distinct single addresses."""
    found: set[int] = set()
    while len(found) < count:
        found.add(generator.getrandbits(width))
    return [(address, width) for address in found]


def _within(address: int, width: int) -> int:
    return address >> 3 | 1 << 125 if width == 128 else address


def _drawers() -> dict[str, tuple[int, Callable[[random.Random], list[Prefix]]]]:
    def mixed(count: int, width: int = 32) -> tuple[int, Callable[[random.Random], list[Prefix]]]:
        lengths = LENGTHS_V4 if width == 32 else LENGTHS_V6
        return width, lambda generator: _mixed(generator, count, lengths, width)

    def hosts(count: int) -> tuple[int, Callable[[random.Random], list[Prefix]]]:
        return 32, lambda generator: _hosts(generator, count, 32)

    return {
        "v4-10": mixed(10),
        "v4-1k": mixed(1000),
        "v4-10k": mixed(10_000),
        "v4-100k": mixed(100_000),
        "v4-1M": mixed(1_000_000),
        "hosts-100k": hosts(100_000),
        "hosts-1M": hosts(1_000_000),
        "v6-1k": mixed(1000, 128),
        "v6-100k": mixed(100_000, 128),
    }


#: The names that :func:`table` knows.
TABLES = tuple(_drawers())


def table(name: str) -> Table:
    """Return a table by its name."""
    width, draw = _drawers()[name]

    def drawn() -> list[Prefix]:
        generator = random.Random(name)
        prefixes = sorted(draw(generator))
        # Random among those of one length: no peer profits from an order that addresses give.
        generator.shuffle(prefixes)
        return sorted(prefixes, key=lambda prefix: -prefix[1])

    return Table(name=name, width=width, prefixes=cached(f"{name}-prefixes", drawn))


def cached(name: str, make: Callable[[], T]) -> T:
    """Return what was made before under a name, or make it now."""
    path = CACHE / f"{name}.{EDITION}.pickle"
    if path.exists():
        made: T = pickle.loads(path.read_bytes())
        return made
    made = make()
    CACHE.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{random.SystemRandom().getrandbits(32):x}")
    temporary.write_bytes(pickle.dumps(made))
    temporary.replace(path)
    return made


def printed(addresses: list[int], width: int) -> list[str]:
    """Return addresses as text."""
    family = socket.AF_INET if width == 32 else socket.AF_INET6
    return [socket.inet_ntop(family, address.to_bytes(width // 8, "big")) for address in addresses]


def packed(addresses: list[int]) -> array[int]:
    """Return IPv4 addresses as unsigned numbers of 32 bits."""
    return array("I", addresses)
