"""What was measured, as it is kept in JSON, and what follows from it: medians, quotients, spreads, targets met.

Facts

1. A row has rounds; a round has one value for each side, the median of its worker's values, and the canaries of all
   workers.  It is *steady* where they are alike within ``CANARY_TOLERANCE``; the others are kept and left out.
2. A quotient is taken within each round, so that what slows a whole round down cancels; median and extremes are
   shown.
3. Where no round was steady all of them count, and the row says so.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import attrs

from benchmarks.rows.row import Row, Target

__all__ = ["RESULTS", "Quotient", "Result", "load", "save"]

RESULTS = Path(__file__).parent.parent / "results" / "published.json"

#: How much the slowest canary of a round may exceed its fastest.
CANARY_TOLERANCE = 1.15
#: Two threads do twice the work in at most so much more time where there are two cores to be had.
TWO_CORES = 1.15


@attrs.frozen
class Quotient:
    """A median with the extremes of the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> Quotient | None:
        """Return the quotient of some rounds, None of none."""
        return cls(statistics.median(values), min(values), max(values)) if values else None


@attrs.define(kw_only=True)
class Result:
    """The measured side of a row: ``rounds`` are as the runner made them, see :func:`Result.from_dict`."""

    rounds: list[dict[str, Any]] = attrs.field(factory=list)
    #: Why a side has no values.
    missing: dict[str, str] = attrs.field(factory=dict)
    #: Sides that answered otherwise than ours.
    disagreeing: list[str] = attrs.field(factory=list)
    date: str = ""

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Result:
        """Read what :meth:`as_dict` wrote."""
        return cls(**kept)

    def as_dict(self) -> dict[str, Any]:
        """Return values that JSON knows."""
        return attrs.asdict(self)

    @property
    def steady(self) -> list[dict[str, Any]]:
        """The rounds that count."""
        steady = [round_ for round_ in self.rounds if is_steady(round_)]
        return steady or self.rounds

    @property
    def unsteady(self) -> bool:
        """Whether no round was steady."""
        return bool(self.rounds) and not any(map(is_steady, self.rounds))

    def median(self, side: str) -> float | None:
        """Return a side's seconds for one item, or its figure; None if it has none."""
        values = [round_["sides"][side] for round_ in self.steady if side in round_["sides"]]
        return statistics.median(values) if values else None

    def quotient(self, over: tuple[str, ...], under: str | None) -> Quotient | None:
        """Return how often ``under`` goes into the fastest of ``over``; a figure as it is where it is None."""
        values = []
        for round_ in self.steady:
            sides = round_["sides"]
            above = [sides[side] for side in over if side in sides]
            if above and (under is None or under in sides):
                values.append(min(above) / (1 if under is None else sides[under]))
        return Quotient.of(values)

    def judged(self, target: Target) -> bool | None:
        """Return whether a target is met, None where that can't be told."""
        if target.two_cores and not self.two_cores:
            return None
        quotient = self.quotient(target.over, target.under)
        return None if quotient is None else target.met(quotient.median)

    @property
    def two_cores(self) -> bool:
        """Whether two threads really ran at once, by the canary of the better rounds."""
        found = [round_["two"] for round_ in self.steady]
        return bool(found) and min(found) <= TWO_CORES


def is_steady(round_: dict[str, Any]) -> bool:
    """Return whether the machine was as fast for all workers of a round."""
    canaries = round_["canaries"]
    return bool(max(canaries) <= CANARY_TOLERANCE * min(canaries))


def load(path: Path = RESULTS) -> dict[str, Any]:
    """Return the kept results: ``machine``, ``versions``, ``command``, ``date``, ``finished`` and ``rows`` by id."""
    if not path.exists():
        return {"machine": {}, "versions": {}, "command": "", "date": "", "finished": False, "rows": {}}
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    kept["rows"] = {id: Result.from_dict(result) for id, result in kept["rows"].items()}
    return kept


def save(kept: dict[str, Any], path: Path = RESULTS) -> None:
    """Write results, all or nothing."""
    rows = {id: result.as_dict() for id, result in kept["rows"].items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps({**kept, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def missed(row: Row, result: Result) -> list[Target]:
    """Return the targets of a row that were judged and not met."""
    return [target for target in row.targets if result.judged(target) is False]
