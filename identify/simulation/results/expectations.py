"""Expected endpoints held against the answers: how many were checked, how many failed, the first of these.

An undetermined request meets no expectation, not even that of no endpoint.  An expectation whose message isn't in the
traffic is a mismatch too: nobody knows whether it would hold.
"""

from __future__ import annotations

import attrs

from identify.simulation.example import Example
from identify.simulation.outcomes import Outcome

__all__ = ["MOST_MISMATCHES", "Expectations", "Mismatch", "Unmet"]

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


@attrs.frozen(kw_only=True)
class Unmet:
    """An expectation from a file that no message met: there is none in this place of the traffic.

    ``known_file`` says whether there was a file of that name at all.
    """

    traffic: str
    frame: int
    message: int
    expected: str | None
    known_file: bool


@attrs.define
class Expectations:
    """How often an endpoint was expected, how often another one came, and the first of these.

    ``undetermined`` counts those of the failed ones whose endpoint isn't known.  ``unmet_in_all`` counts the
    expectations that met no message, ``unmet`` has the first of them; they aren't among those checked.  ``met`` says,
    while a run goes on, which expectations of each file were met, by their numbers.
    """

    checked: int = 0
    failed: int = 0
    undetermined: int = 0
    mismatches: list[Mismatch] = attrs.field(factory=list)
    unmet_in_all: int = 0
    unmet: list[Unmet] = attrs.field(factory=list)
    met: dict[str, bytearray] = attrs.field(factory=dict, repr=False)

    @property
    def hold(self) -> bool:
        """Whether everything was as expected."""
        return not (self.failed or self.unmet_in_all)

    @property
    def given(self) -> int:
        """How many expectations there were."""
        return self.checked + self.unmet_in_all

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
        self.unmet_in_all += other.unmet_in_all
        self.unmet = (self.unmet + other.unmet)[:MOST_MISMATCHES]
        for traffic, met in other.met.items():
            mine = self.met.setdefault(traffic, bytearray(len(met)))
            both_met = int.from_bytes(mine, "little") | int.from_bytes(met, "little")
            self.met[traffic] = bytearray(both_met.to_bytes(max(len(mine), len(met)), "little"))
