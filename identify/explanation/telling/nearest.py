"""Which reasons come nearest to what was expected of a request that isn't identified, the nearest first.

The command, the simulation and its page all take them from here.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from identify.explanation.telling.reasons import LOST, MISSING, NEAR, Reason, Step

__all__ = ["ALMOST", "MOST_NEAREST", "NearestMiss", "nearest_of"]

#: The maximum number of nearest misses, and how many of them may come from one identifier with one verdict.
MOST_NEAREST = 5
MOST_ALIKE = 3

#: The distance from which on a lost object would only almost match.
ALMOST = 1000

#: Identifiers that compare a text of the request with one of the configuration.
TEXTUAL = ("header", "request_uri")


@attrs.frozen
class NearestMiss:
    """A reason that comes near, and the identifier that has it."""

    identifier: str
    reason: Reason

    def __str__(self) -> str:
        """Return one line: the verdict, the identifier, what was compared, and what to do."""
        advice = f" -> {self.reason.advice}" if self.reason.advice else ""
        return f"[{self.reason.verdict}] {self.identifier}: {self.reason}{advice}"


def nearest_of(steps: Iterable[Step]) -> tuple[NearestMiss, ...]:
    """Return the nearest misses of all identifiers, the nearest first; of several equally near ones the first asked."""
    found: list[tuple[tuple[int, int], int, NearestMiss]] = []
    for step in steps:
        for reason in step.reasons:
            if reason.verdict in (LOST, MISSING, NEAR):
                rank = _rank(step.identifier, reason), reason.distance
                found.append((rank, len(found), NearestMiss(step.identifier, reason)))
    found.sort(key=lambda each: each[:2])
    chosen: list[NearestMiss] = []
    alike: dict[tuple[str, str], int] = {}
    told: set[str] = set()
    for _, _, miss in found:
        kind = miss.identifier, miss.reason.verdict
        alike[kind] = alike.get(kind, 0) + 1
        if alike[kind] <= MOST_ALIKE and miss.reason.text not in told and len(chosen) < MOST_NEAREST:
            told.add(miss.reason.text)
            chosen.append(miss)
    return tuple(chosen)


def _rank(identifier: str, reason: Reason) -> int:
    """Return how near a reason is, before its distance counts.

    An object that would match if it existed, a rule that matches and points to nothing, a text with one difference, an
    address from another port or near by, a lost object that almost matches, other values of the header that is
    compared, and names in another case or domain.
    """
    if reason.verdict == LOST:
        return 0 if reason.distance < ALMOST else 4
    if reason.verdict == MISSING:
        return 1
    if identifier in TEXTUAL:
        return 2 if reason.distance == 0 else 5
    return 3 if identifier == "ip" else 6
