"""What a simulation counts by source and by rule, bounded, and so that parts add up.

It knows batches' addresses and answers; nothing of how they came to be.

Strategy

Of too many rows those with the most requests are kept by the Space-Saving algorithm (Metwally, Agrawal, El Abbadi,
2005): a new row takes the place of the one with the fewest requests, and as nobody knows whether it had one before, it
counts from there.  So a row stays if it has more requests than all of them by the number of rows, whatever came first;
what a row may have missed is known, and what it counted itself is a lower bound.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Generic, Protocol, TypeVar

import attrs

from identify.addresses import unpacked
from identify.simulation.example import Example

__all__ = [
    "MOST_EXAMPLES",
    "MOST_SOURCES",
    "MOST_UNIDENTIFIED",
    "Examples",
    "LargestRows",
    "SourceRow",
    "Sources",
    "UnidentifiedSource",
    "UnidentifiedSources",
    "earliest",
    "latest",
]

#: Distinct sources that are counted for one answer; from here on the count is a lower bound.
MOST_SOURCES = 10_000
#: Rows of a table of sources: those with the most requests; the requests of further ones are only summed up.
MOST_UNIDENTIFIED = 100_000
#: Rows that keep a message, for its explanation: those with the most requests, as messages may be large.
MOST_EXAMPLES = 1_000
#: How many more may have one until all but those are taken away, so that this is rare.
SLACK = 4


def earliest(time: int, other: int) -> int:
    """Return the earlier of two times, -1 being unknown."""
    return max(time, other) if min(time, other) < 0 else min(time, other)


def latest(time: int, other: int) -> int:
    """Return the later of two times, -1 being unknown."""
    return max(time, other)


@attrs.define
class Sources:
    """The distinct source addresses of an answer, as 16 bytes."""

    seen: set[bytes] = attrs.field(factory=set)

    def add(self, address: bytes) -> None:
        """Count an address."""
        if len(self.seen) < MOST_SOURCES:
            self.seen.add(address)

    def merge(self, other: Sources) -> None:
        """Add another part's; the smallest are kept, so that the order of the parts doesn't matter."""
        self.seen = self.seen | other.seen
        if len(self.seen) > MOST_SOURCES:
            self.seen = set(sorted(self.seen)[:MOST_SOURCES])

    @property
    def count(self) -> int:
        """How many there are, at least if not ``exact``."""
        return len(self.seen)

    @property
    def exact(self) -> bool:
        """Whether the limit wasn't reached."""
        return len(self.seen) < MOST_SOURCES


class Counted(Protocol):
    """A row that may keep an example."""

    example: Example | None
    missed: int

    @property
    def requests(self) -> int:
        """How many requests it counts."""

    @property
    def rank(self) -> tuple[int | bytes | str, ...]:
        """Its place among the rows of its table, those with the most requests first."""

    def merge(self, other: Any) -> None:
        """Add another part's row."""


CountedRow = TypeVar("CountedRow", bound=Counted)
Key = TypeVar("Key", bound=Hashable)


@attrs.define(kw_only=True)
class SourceRow:
    """A source, when its requests came, and one of them; times are in nanoseconds, -1 unknown.

    It may have had ``missed`` more requests, while others had the rows.
    """

    address: bytes
    first: int = -1
    last: int = -1
    missed: int = 0
    example: Example | None = None

    @property
    def exact(self) -> bool:
        """Whether all of its requests are counted here."""
        return not self.missed

    @property
    def source(self) -> str:
        """The address as text."""
        return unpacked(self.address)

    @property
    def frame(self) -> int | None:
        """The frame of the example."""
        return self.example.frame if self.example is not None else None

    @property
    def traffic(self) -> str | None:
        """The file of the example."""
        return self.example.traffic if self.example is not None else None

    def take_time(self, time: int) -> None:
        """Extend the span to the time of a request."""
        if time >= 0:
            self.first = earliest(self.first, time)
            self.last = latest(self.last, time)

    def take_span(self, other: SourceRow) -> None:
        """Extend the span to another part's; of two examples the earlier one is kept."""
        self.first = earliest(self.first, other.first)
        self.last = latest(self.last, other.last)
        mine, its = self.example, other.example
        if its is not None and (mine is None or (its.time, its.frame) < (mine.time, mine.frame)):
            self.example = its


@attrs.define(eq=False)
class Examples(Generic[CountedRow]):
    """Which rows of a table keep an example: those with the most requests, whatever came first.

    Every row gets one until there are too many.  Then the rows with the fewest requests lose theirs, and from there on
    a row gets one with the request by which it has more than any row that lost its example had.  So no row without an
    example has more requests than one that has one; only where parts are added up a row may have grown without one.
    """

    rows: list[CountedRow] = attrs.field(factory=list)
    #: A row needs more requests than this for an example, or as many in the place of one that was dropped with its own.
    least: int = 0
    places: int = 0

    def wanted(self, row: CountedRow) -> bool:
        """Say whether a row, its request counted, gets that as its example."""
        return row.example is None and row.requests + (self.places > 0) > self.least

    def give(self, row: CountedRow, example: Example) -> None:
        """Give a row an example."""
        if row.requests <= self.least:
            self.places -= 1
        row.example = example
        self.rows.append(row)
        if len(self.rows) > MOST_EXAMPLES + MOST_EXAMPLES // SLACK:
            self.prune()

    def prune(self) -> None:
        """Take the examples away from all but the rows with the most requests."""
        self.rows = sorted((row for row in self.rows if row.example is not None), key=lambda row: row.rank)
        for row in self.rows[MOST_EXAMPLES:]:
            row.example = None
            self.least = max(self.least, row.requests)
        del self.rows[MOST_EXAMPLES:]

    def take_from(self, row: CountedRow) -> None:
        """Take the example away from a row that is dropped."""
        if row.example is not None:
            row.example = None
            self.places += 1

    def gather(self, rows: Iterable[CountedRow]) -> None:
        """Take the rows of a merged table."""
        self.rows = list(rows)
        self.prune()


@attrs.define
class LargestRows(Generic[Key, CountedRow]):
    """Rows by key: those with the most requests, where there are too many; ``other`` sums up the requests of the rest.

    ``least`` is the most that a source without a row may have had.
    """

    other: CountedRow
    rows: dict[Key, CountedRow] = attrs.field(factory=dict)
    examples: Examples[CountedRow] = attrs.field(factory=Examples, eq=False, repr=False)
    least: int = 0
    # The keys of the rows by what their rows had, missed included, when they were last looked at; each stands once.
    _by_count: dict[int, list[Key]] | None = attrs.field(default=None, eq=False, repr=False)

    def put(self, key: Key, row: CountedRow) -> None:
        """Put a new row, whose first request is counted next, in the place of the smallest one if there is no room."""
        if len(self.rows) >= MOST_UNIDENTIFIED:
            self._take_smallest()
        row.missed = self.least
        self.rows[key] = row
        if self._by_count is not None:
            self._by_count.setdefault(self.least + 1, []).append(key)

    def close(self) -> None:
        """Leave the examples to the largest rows, and forget what is only needed for more rows."""
        self.examples.prune()
        self._by_count = None

    def most(self, limit: int | None = None) -> list[CountedRow]:
        """Return the rows with the most requests first, of two with as many one with an example, or smaller address."""
        return sorted(self.rows.values(), key=lambda row: (row.rank[0], row.example is None, row.rank))[
            :limit
        ]

    def add_rows(self, other: LargestRows[Key, CountedRow]) -> None:
        """Add another part's rows."""
        for key, row in self.rows.items():
            if key not in other.rows:
                row.missed += other.least
        for key, row in other.rows.items():
            mine = self.rows.get(key)
            if mine is not None:
                mine.merge(row)
                mine.missed += row.missed
            else:
                self.rows[key] = attrs.evolve(row, missed=row.missed + self.least)  # type: ignore[misc]  # Rows are attrs.
        self.other.merge(other.other)
        self.least += other.least
        for key, row in sorted(
            self.rows.items(), key=lambda item: (-item[1].requests - item[1].missed, item[1].rank)
        )[MOST_UNIDENTIFIED:]:
            self.least = max(self.least, row.requests + row.missed)
            self._drop(key, row)
        self.other.example = None
        self._by_count = None
        self.examples.gather(self.rows.values())

    def _take_smallest(self) -> None:
        """Drop a row with the fewest requests; that the search goes on where it ended keeps it short."""
        if self._by_count is None:
            self._by_count = {}
            for key, row in self.rows.items():
                self._by_count.setdefault(max(self.least, row.requests + row.missed), []).append(key)
        while True:
            keys = self._by_count.get(self.least)
            while keys:
                key = keys.pop()
                row = self.rows[key]
                count = row.requests + row.missed
                if count <= self.least:
                    self._drop(key, row)
                    return
                self._by_count.setdefault(count, []).append(key)
            self._by_count.pop(self.least, None)
            self.least += 1

    def _drop(self, key: Key, row: CountedRow) -> None:
        del self.rows[key]
        self.examples.take_from(row)
        self.other.merge(row)


@attrs.define(kw_only=True)
class UnidentifiedSource(SourceRow):
    """A source of requests that nothing identified, or that an endpoint's access list denied.

    ``events`` counts the security events that Asterisk would have reported, which is what fail2ban counts.
    """

    unidentified: int = 0
    denied: int = 0
    events: int = 0

    @property
    def requests(self) -> int:
        """All of its requests, unidentified and denied."""
        return self.unidentified + self.denied

    @property
    def rank(self) -> tuple[int, bytes]:
        """Its place among the rows: those with the most requests first, of two with as many the smaller address."""
        return -self.requests, self.address

    def add(self, *, time: int, denied: bool, event: bool) -> None:
        """Count a request."""
        if denied:
            self.denied += 1
        else:
            self.unidentified += 1
        self.events += event
        self.take_time(time)

    def merge(self, other: UnidentifiedSource) -> None:
        """Add another part's."""
        self.unidentified += other.unidentified
        self.denied += other.denied
        self.events += other.events
        self.take_span(other)


@attrs.define
class UnidentifiedSources(LargestRows[bytes, UnidentifiedSource]):
    """The rows by address."""

    other: UnidentifiedSource = attrs.field(factory=lambda: UnidentifiedSource(address=bytes(16)))

    def row(self, address: bytes) -> UnidentifiedSource:
        """Return the row of a source."""
        row = self.rows.get(address)
        if row is None:
            row = UnidentifiedSource(address=address)
            self.put(address, row)
        return row
