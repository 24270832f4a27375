"""Sources whose ``ip`` answer differs between two releases: which address and port to ask about, and the ranges.

Both engines answer; this module only knows at which addresses an answer can change.

Strategy

1. An answer depends on the rules for any port and on those for the source's port, so each port that is named is looked
   at inside the networks named with it, and one port that isn't named for all others.
2. With plain masks, an answer can only change at the first address of a network and at the one after its last.
3. With a mask that has holes, all addresses are split bit by bit until every rule covers a part or misses it.  That is
   as exact, and bounded: beyond the bound the rest is undecided.
4. Both engines are asked about all of these in batches.  Neighbours with the same pair of answers are one range, ranges
   with the same pair of answers one finding; its witness is a message, about which both engines are asked again.
5. IPv4-mapped IPv6 is IPv4, so these addresses are left out of IPv6.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import attrs

from identify.addresses import ADDRESS_BYTES, ALL_ONES, MAPPED, format_address
from identify.engine import NO_MATCH
from identify.model import Match
from identify.questions.findings import Finding, Undecided, advised, counted
from identify.questions.witnesses import SIP_PORT, Sides, named

__all__ = ["MOST_POINTS", "source_changes"]

#: Addresses that are asked about, and parts that addresses are split into.
MOST_POINTS = 2_000_000
MOST_PARTS = 200_000
#: Ranges that a finding lists.
MOST_RANGES = 10
#: Ranges of a pair of answers that are tried as its witness, where an identifier that comes earlier answers.
MOST_TRIED = 20

#: IPv4-mapped addresses, as a network of IPv6.
MAPPED_FIRST = int.from_bytes(MAPPED + bytes(4), "big")
MAPPED_MASK = ALL_ONES[6] ^ 0xFFFFFFFF

#: (address, mask), and (first address, last address)
Cube = tuple[int, int]
Range = tuple[int, int]
#: The answers before and after.
_Pair = tuple[Match | None, Match | None]

SHADOWED = "an identifier that comes before ip answers the requests that were tried"
ADVICE = (
    "make the networks of these identify objects disjoint, or join them, so that their order doesn't matter; "
    "else the ids decide"
)


@attrs.frozen
class _Part:
    """Addresses with one answer on each side; ``last`` is the last of them, or the first where they are scattered."""

    family: int
    first: int
    last: int
    port: int
    #: Whether the port stands for all that aren't named.
    any_port: bool

    def __str__(self) -> str:
        first, last = format_address(self.family, self.first), format_address(self.family, self.last)
        text = first if first == last else f"{first} to {last}"
        return text if self.any_port else f"{text} (port {self.port})"


def source_changes(
    sides: Sides, *, most_points: int = MOST_POINTS, most_parts: int = MOST_PARTS
) -> tuple[list[Finding], list[Undecided]]:
    """Return a finding for each pair of answers that sources get, and what wasn't looked at."""
    finder = _Finder(sides, most_points, most_parts)
    if not finder.same_rules:
        for family in (4, 6):
            finder.look(family)
    return finder.findings(), finder.undecided


class _Finder:
    """Collects the parts whose answers differ, by pair of answers."""

    def __init__(self, sides: Sides, most_points: int, most_parts: int) -> None:
        self._sides = sides
        self._left = most_points
        self._parts_left = most_parts
        self._found: dict[_Pair, list[_Part]] = {}
        self._counts: dict[_Pair, int] = {}
        self.undecided: list[Undecided] = []
        self._rules = tuple(
            [rule for identify in configuration.tried_identifies for rule in identify.addresses]
            for configuration in sides.configurations
        )

    @property
    def same_rules(self) -> bool:
        """Whether both sides ask the same rules in the same order, for the same endpoints."""
        first, second = (
            [
                (
                    identify.id,
                    identify.endpoint,
                    identify.endpoint in configuration.endpoints,
                    identify.addresses,
                )
                for identify in configuration.tried_identifies
                if identify.addresses
            ]
            for configuration in self._sides.configurations
        )
        return first == second

    def look(self, family: int) -> None:
        """Ask about all addresses of a family."""
        rules = {
            (rule.address, rule.mask, rule.port)
            for rules in self._rules
            for rule in rules
            if rule.family == family
        }
        if not rules:
            return
        ports = sorted({port for _, _, port in rules if port})
        for port, any_port in [(_unnamed(ports), True), *((port, False) for port in ports)]:
            plain = [(address, mask) for address, mask, of in rules if of == 0]
            own = [(address, mask) for address, mask, of in rules if of == port] if not any_port else []
            cubes = [*plain, *own]
            if family == 6:
                cubes.append((MAPPED_FIRST, MAPPED_MASK))
            inside = own if not any_port else [(0, 0)]
            if any(_holes(family, mask) for _, mask in cubes):
                self._split(family, inside, cubes, port, any_port)
            else:
                self._sweep(family, inside, cubes, port, any_port)

    def _sweep(self, family: int, inside: list[Cube], cubes: list[Cube], port: int, any_port: bool) -> None:
        """Ask about the boundaries of networks without holes."""
        full = ALL_ONES[family]
        bounds = {0}
        for first, last in (_range(family, cube) for cube in cubes):
            bounds.update((first, last + 1))
        starts = sorted(bounds)
        spans = _joined(_range(family, cube) for cube in inside)
        for first, last in spans:
            points = [*starts[bisect_left(starts, first) : bisect_left(starts, last + 1)]]
            if not points or points[0] != first:
                points.insert(0, first)
            ends = [*(point - 1 for point in points[1:]), min(last, full)]
            self._ask(family, list(zip(points, ends, strict=True)), port, any_port)

    def _split(self, family: int, inside: list[Cube], cubes: list[Cube], port: int, any_port: bool) -> None:
        """Ask about an address of each part that no rule divides."""
        parts = []
        waiting = [(address, mask, cubes) for address, mask in inside]
        while waiting:
            if self._parts_left <= 0:
                self._give_up("addresses of match items whose masks have holes", len(waiting))
                break
            self._parts_left -= 1
            address, fixed, touching = waiting.pop()
            touching = [
                (value, mask)
                for value, mask in touching
                if (value ^ address) & mask & fixed == 0 and mask & ~fixed
            ]
            if not touching:
                parts.append((address, address))
                continue
            bit = 1 << (max(mask & ~fixed for _, mask in touching).bit_length() - 1)
            waiting += [(address, fixed | bit, touching), (address | bit, fixed | bit, touching)]
        self._ask(family, sorted(set(parts)), port, any_port)

    def _ask(self, family: int, parts: Sequence[Range], port: int, any_port: bool) -> None:
        """Ask both engines about the first address of each part, and keep those with two answers."""
        if family == 6:
            parts = [part for part in parts if part[0] & MAPPED_MASK != MAPPED_FIRST]
        asked = parts[: self._left]
        self._left -= len(asked)
        if len(asked) < len(parts):
            self._give_up("addresses", len(parts) - len(asked))
        packed = b"".join(
            MAPPED + first.to_bytes(4, "big") if family == 4 else first.to_bytes(ADDRESS_BYTES, "big")
            for first, _ in asked
        )
        before, after = (self._answers(number, packed, port) for number, _ in enumerate(self._sides.engines))
        previous: tuple[_Pair, int] | None = None
        for (first, last), *pair in zip(asked, before, after, strict=True):
            answers = (pair[0], pair[1])
            if answers[0] != answers[1]:
                self._keep(
                    answers, _Part(family, first, last, port, any_port), previous == (answers, first - 1)
                )
            previous = (answers, last)

    def _answers(self, side: int, packed: bytes, port: int) -> Iterator[Match | None]:
        engine = self._sides.engines[side]
        matches = engine.matches
        for index in engine.identify_sources(packed, port):
            yield None if index == NO_MATCH else matches[index]

    def _keep(self, answers: _Pair, part: _Part, goes_on: bool) -> None:
        parts = self._found.setdefault(answers, [])
        if not goes_on:
            self._counts[answers] = self._counts.get(answers, 0) + 1
            if len(parts) < MOST_TRIED:
                parts.append(part)
        elif parts[-1].last + 1 == part.first:
            parts[-1] = attrs.evolve(parts[-1], last=part.last)

    def findings(self) -> list[Finding]:
        """Return a finding for each pair of answers, the witness asked about as a message."""
        found = []
        for (before, after), parts in self._found.items():
            ranges = counted(self._counts[before, after], "address range", "address ranges")
            what = f"{named(before)} becomes {named(after)} for {ranges}"
            for part in parts:
                witness = self._sides.ask(
                    self._sides.message(), format_address(part.family, part.first), part.port
                )
                if witness is not None and (witness.before, witness.after) == (before, after):
                    break
            else:
                origins = self._sides.origins(before, after)
                self.undecided.append(Undecided(what=what, reason=SHADOWED, origins=origins))
                continue
            same = before is not None and after is not None and before.endpoint == after.endpoint
            found.append(
                Finding(
                    kind="same-endpoint" if same else "winner",
                    what=what,
                    advice=advised(before, after, ADVICE),
                    origins=self._sides.origins(before, after),
                    witness=witness,
                    count=self._counts[before, after],
                    details=tuple(map(str, parts[:MOST_RANGES])),
                    depends_on=self._sides.depends_on(witness),
                )
            )
        return found

    def _give_up(self, what: str, count: int) -> None:
        self.undecided.append(
            Undecided(
                what=f"which identify has the sources of {what}",
                reason=f"the bound was reached with {counted(count, 'part', 'parts')} left",
            )
        )


def _unnamed(ports: Sequence[int]) -> int:
    """Return a port that isn't among the given ones, SIP's own if possible."""
    taken = set(ports)
    tried: tuple[int, ...] = (SIP_PORT, *range(SIP_PORT + 1, 1 << 16), *range(1, SIP_PORT), 0)
    return next(number for number in tried if number not in taken)


def _holes(family: int, mask: int) -> bool:
    rest: int = ALL_ONES[family] ^ mask
    return rest & (rest + 1) != 0


def _range(family: int, cube: Cube) -> Range:
    address, mask = cube
    return address, address | (ALL_ONES[family] ^ mask)


def _joined(ranges: Iterable[Range]) -> list[Range]:
    """Return ranges that don't overlap, in order."""
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
