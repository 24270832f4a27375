"""What a simulation counts of undetermined requests: by unknown, and by source, bounded, and so that parts add up.

It knows unknowns and batches' addresses; nothing of why a request depends on an unknown.
"""

from __future__ import annotations

from collections import Counter

import attrs

from identify.model import Unknown
from identify.simulation.results.sources import MOST_UNIDENTIFIED, Examples, SourceRow

__all__ = ["UndeterminedRequests", "UndeterminedSource", "UnknownEntry"]


@attrs.define(kw_only=True)
class UndeterminedSource(SourceRow):
    """The requests of a source that depend on one unknown."""

    unknown: Unknown | None
    requests: int = 0

    @property
    def what(self) -> str:
        """What the requests depend on."""
        return self.unknown.what if self.unknown is not None else ""

    @property
    def rank(self) -> tuple[int, bytes, str]:
        """Its place among the rows: those with the most requests first, of two with as many the smaller address."""
        return -self.requests, self.address, self.what

    def add(self, time: int) -> None:
        """Count a request."""
        self.requests += 1
        self.take_time(time)

    def merge(self, other: UndeterminedSource) -> None:
        """Add another part's."""
        self.requests += other.requests
        self.take_span(other)


@attrs.frozen(kw_only=True)
class UnknownEntry:
    """Something that isn't known, and how many requests depend on it; the share is of those that were asked about."""

    unknown: Unknown
    requests: int
    share: float

    @property
    def place(self) -> str | None:
        """The line that it stands on."""
        return str(self.unknown.origin) if self.unknown.origin is not None else None


@attrs.define
class UndeterminedRequests:
    """How many requests depend on each unknown, and a row for each source and unknown; ``other`` sums up the rest."""

    requests: Counter[Unknown] = attrs.field(factory=Counter)
    rows: dict[tuple[bytes, Unknown], UndeterminedSource] = attrs.field(factory=dict)
    other: UndeterminedSource = attrs.field(
        factory=lambda: UndeterminedSource(address=bytes(16), unknown=None)
    )
    examples: Examples[UndeterminedSource] = attrs.field(factory=Examples, eq=False, repr=False)

    def row(self, address: bytes, unknown: Unknown) -> UndeterminedSource:
        """Return the row of a source's requests that depend on an unknown."""
        row = self.rows.get((address, unknown))
        if row is not None:
            return row
        if len(self.rows) >= MOST_UNIDENTIFIED:
            return self.other
        row = self.rows[address, unknown] = UndeterminedSource(address=address, unknown=unknown)
        return row

    def wants_example(self, row: UndeterminedSource) -> bool:
        """Say whether a row, its request counted, gets that as its example."""
        return self.examples.wanted(row) and row is not self.other

    def merge(self, other: UndeterminedRequests) -> None:
        """Add another part's."""
        self.requests.update(other.requests)
        for (address, unknown), row in other.rows.items():
            self.row(address, unknown).merge(row)
        self.other.merge(other.other)
        self.other.example = None
        self.examples.gather(self.rows.values())

    def most(self, limit: int | None = None) -> list[UndeterminedSource]:
        """Return the rows with the most requests first; of two with as many the smaller address."""
        return sorted(self.rows.values(), key=lambda row: row.rank)[:limit]

    def unknowns(self) -> list[tuple[Unknown, int]]:
        """Return the unknowns that requests depend on, those with the most first."""
        return sorted(self.requests.items(), key=lambda counted: (-counted[1], counted[0].what))
