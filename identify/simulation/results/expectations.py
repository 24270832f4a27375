"""Expected endpoints held against the answers: how many were checked, how many failed, the first of these."""

from __future__ import annotations

import attrs

from identify.simulation.example import Example
from identify.simulation.outcomes import Outcome

__all__ = ["MOST_MISMATCHES", "Expectations", "Mismatch"]

#: Mismatches that are kept, each with its message; all are counted.
MOST_MISMATCHES = 100


@attrs.frozen(kw_only=True)
class Mismatch:
    """A message with another endpoint than the expected one; None stands for no endpoint."""

    example: Example
    expected: str | None
    found: str | None
    outcome: Outcome


@attrs.define
class Expectations:
    """How often an endpoint was expected, how often another one came, and the first of these."""

    checked: int = 0
    failed: int = 0
    mismatches: list[Mismatch] = attrs.field(factory=list)

    @property
    def wants_mismatch(self) -> bool:
        """Whether a further mismatch would be kept."""
        return len(self.mismatches) < MOST_MISMATCHES

    def merge(self, other: Expectations) -> None:
        """Add another part's; the earlier mismatches are kept."""
        self.checked += other.checked
        self.failed += other.failed
        both = self.mismatches + other.mismatches
        both.sort(key=lambda mismatch: (mismatch.example.time, mismatch.example.frame))
        self.mismatches = both[:MOST_MISMATCHES]
