"""What a simulation counts by source and by rule, bounded, and so that parts add up.

It knows batches' addresses and answers; nothing of how they came to be.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

import attrs

from identify.addresses import unpacked
from identify.simulation.example import Example

__all__ = [
    "MOST_EXAMPLES",
    "MOST_SOURCES",
    "MOST_UNIDENTIFIED",
    "Examples",
    "SourceRow",
    "Sources",
    "UnidentifiedSource",
    "UnidentifiedSources",
    "earliest",
    "latest",
]

#: Distinct sources that are counted for one answer; from here on the count is a lower bound.
MOST_SOURCES = 10_000
#: Sources of unidentified requests that get a row; the requests of further ones are only summed up.
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

    @property
    def requests(self) -> int:
        """How many requests it counts."""

    @property
    def rank(self) -> tuple[int | bytes | str, ...]:
        """Its place among the rows of its table, those with the most requests first."""


CountedRow = TypeVar("CountedRow", bound=Counted)


@attrs.define(kw_only=True)
class SourceRow:
    """A source, when its requests came, and one of them; times are in nanoseconds, -1 unknown."""

    address: bytes
    first: int = -1
    last: int = -1
    example: Example | None = None

    @property
    def source(self) -> str:
        """The address as text."""
        return unpacked(self.address)

    @property
    def frame(self) -> int | None:
        """The frame of the example."""
        return self.example.frame if self.example is not None else None

    def take_time(self, time: int) -> None:
        """Extend the span to the time of a request."""
        if time >= 0:
            self.first = earliest(self.first, time)
            self.last = latest(self.last, time)

    def take_span(self, other: SourceRow) -> None:
        """Extend the span to another part's; of two examples the earlier one is kept."""
        self.first = earliest(self.first, other.first)
        self.last = latest(self.last, other.last)
        examples = [example for example in (self.example, other.example) if example is not None]
        self.example = min(examples, key=lambda example: (example.time, example.frame), default=None)


@attrs.define(eq=False)
class Examples(Generic[CountedRow]):
    """Which rows of a table keep an example: those with the most requests, whatever came first.

    Every row gets one until there are too many.  Then the rows with the fewest requests lose theirs, and from there on
    a row gets one with the request by which it has more than any row that lost its example had.  So no row without an
    example has more requests than one that has one; only where parts are added up a row may have grown without one.
    """

    rows: list[CountedRow] = attrs.field(factory=list)
    #: A row needs more requests than this for an example.
    least: int = 0

    def wanted(self, row: CountedRow) -> bool:
        """Say whether a row, its request counted, gets that as its example."""
        return row.example is None and row.requests > self.least

    def give(self, row: CountedRow, example: Example) -> None:
        """Give a row an example."""
        row.example = example
        self.rows.append(row)
        if len(self.rows) > MOST_EXAMPLES + MOST_EXAMPLES // SLACK:
            self.prune()

    def prune(self) -> None:
        """Take the examples away from all but the rows with the most requests."""
        self.rows.sort(key=lambda row: row.rank)
        for row in self.rows[MOST_EXAMPLES:]:
            row.example = None
            self.least = max(self.least, row.requests)
        del self.rows[MOST_EXAMPLES:]

    def gather(self, rows: Iterable[CountedRow]) -> None:
        """Take the rows of a merged table."""
        self.rows = [row for row in rows if row.example is not None]
        self.prune()


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
class UnidentifiedSources:
    """The rows by address; ``other`` sums up the requests of sources beyond the limit."""

    rows: dict[bytes, UnidentifiedSource] = attrs.field(factory=dict)
    other: UnidentifiedSource = attrs.field(factory=lambda: UnidentifiedSource(address=bytes(16)))
    examples: Examples[UnidentifiedSource] = attrs.field(factory=Examples, eq=False, repr=False)

    def row(self, address: bytes) -> UnidentifiedSource:
        """Return the row of a source."""
        row = self.rows.get(address)
        if row is not None:
            return row
        if len(self.rows) >= MOST_UNIDENTIFIED:
            return self.other
        row = self.rows[address] = UnidentifiedSource(address=address)
        return row

    def wants_example(self, row: UnidentifiedSource) -> bool:
        """Say whether a row, its request counted, gets that as its example."""
        return self.examples.wanted(row) and row is not self.other

    def merge(self, other: UnidentifiedSources) -> None:
        """Add another part's rows."""
        for address, row in other.rows.items():
            self.row(address).merge(row)
        self.other.merge(other.other)
        self.other.example = None
        self.examples.gather(self.rows.values())

    def most(self, limit: int | None = None) -> list[UnidentifiedSource]:
        """Return the rows with the most requests first; of two with as many the smaller address."""
        return sorted(self.rows.values(), key=lambda row: row.rank)[:limit]
