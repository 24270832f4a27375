"""Expected endpoints held against the answers: how many were checked, how many failed, the first of these.

An undetermined request meets no expectation, not even that of no endpoint.
"""

from __future__ import annotations

import attrs

from identify.simulation.example import Example
from identify.simulation.outcomes import Outcome

__all__ = ["MOST_MISMATCHES", "Expectations", "Mismatch"]

#: Mismatches that are kept, each with its message; all are counted.
MOST_MISMATCHES = 100


@attrs.frozen(kw_only=True)
class Mismatch:
    """A message with another endpoint than the expected one; None stands for no endpoint.

    That of an undetermined request isn't known: ``found`` is None, and the outcome says so.
    """

    example: Example
    expected: str | None
    found: str | None
    outcome: Outcome

    @property
    def is_known(self) -> bool:
        """Whether the answer is known."""
        return self.outcome is not Outcome.UNDETERMINED


@attrs.define
class Expectations:
    """How often an endpoint was expected, how often another one came, and the first of these.

    ``undetermined`` counts those of the failed ones whose endpoint isn't known.
    """

    checked: int = 0
    failed: int = 0
    undetermined: int = 0
    mismatches: list[Mismatch] = attrs.field(factory=list)

    @property
    def wants_mismatch(self) -> bool:
        """Whether a further mismatch would be kept."""
        return len(self.mismatches) < MOST_MISMATCHES

    def merge(self, other: Expectations) -> None:
        """Add another part's; the earlier mismatches are kept."""
        self.checked += other.checked
        self.failed += other.failed
        self.undetermined += other.undetermined
        both = self.mismatches + other.mismatches
        both.sort(key=lambda mismatch: (mismatch.example.time, mismatch.example.frame))
        self.mismatches = both[:MOST_MISMATCHES]
