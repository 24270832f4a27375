"""Asterisk's own verdicts in a log held against ours, request by request.

Knows how both are read in step and when two verdicts agree; reading a log is ``traffic``'s, the answer the
simulation's.  What a log doesn't say is counted as undetermined, never as agreement.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from identify.addresses import host_port
from identify.configuration import Configuration
from identify.simulation.outcomes import Outcome
from identify.simulation.rows import Row
from identify.simulation.simulation import Simulation
from identify.traffic.logs.verdicts.reading import LoggedVerdict, read_verdicts
from identify.traffic.opening import open_traffic

__all__ = ["Difference", "Verification", "verify"]

#: Differences that are kept, each some hundred bytes; all are counted.
MOST_DIFFERENCES = 1_000

#: Outcomes of requests that never reach the identifiers, whatever the log says.
NOT_ASKED = (
    Outcome.DROPPED,
    Outcome.ACL,
    Outcome.BAD_SCHEME,
    Outcome.MISSING_CONTACT,
    Outcome.OUTSIDE_DIALOG,
)


@attrs.frozen(kw_only=True)
class Difference:
    """A request on which the log and the simulation disagree; ``line`` is that of its record in the log."""

    line: int
    source: str
    method: str
    theirs: str
    ours: str

    def __str__(self) -> str:
        """Return one line."""
        return f"line {self.line}: {self.method} from {self.source}: the log says {self.theirs}, we say {self.ours}"


@attrs.define
class Verification:
    """How many verdicts of a log agree, differ or are undetermined, and those that differ."""

    requests: int = 0
    agreed: Counter[str] = attrs.field(factory=Counter)
    undetermined: int = 0
    differing: int = 0
    differences: list[Difference] = attrs.field(factory=list)

    @property
    def compared(self) -> int:
        """The requests about which the log says something."""
        return self.agreed.total() + self.differing

    def as_dict(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "requests": self.requests,
            "compared": self.compared,
            "agreed": dict(sorted(self.agreed.items())),
            "undetermined": self.undetermined,
            "differing": self.differing,
            "differences": [attrs.asdict(difference) for difference in self.differences],
        }


def verify(
    configuration: Configuration,
    path: str | os.PathLike[str],
    *,
    line_tokens: Mapping[str, str] | None = None,
    local: Iterable[str] = (),
    **reading: Any,
) -> Verification:
    """Compare the verdicts of an Asterisk log with those that this configuration gives to the requests in it.

    The log is read twice, so it can't be standard input; ``reading`` are further arguments of ``open_traffic``.
    Raises TrafficError where the file is not a log.
    """
    found = Verification()
    rows: dict[int, Row] = {}
    with open_traffic(path, **reading) as reader:
        simulation = Simulation(configuration, line_tokens=line_tokens, local=local)
        ahead = _rows(simulation, reader)
        for verdict in read_verdicts(path):
            # Verdicts come nearly in the order of the lines: few rows wait.
            while verdict.line not in rows:
                row = next(ahead, None)
                if row is None:
                    break
                rows[row.frame] = row
            row = rows.pop(verdict.line, None)
            found.requests += 1
            _compare(found, verdict, row)
    return found


def _rows(simulation: Simulation, batches: Iterable[Any]) -> Iterator[Row]:
    for rows in simulation.rows(batches):
        yield from rows


def _compare(found: Verification, verdict: LoggedVerdict, row: Row | None) -> None:
    if row is None or verdict.identified is None:
        found.undetermined += 1
        return
    theirs = _theirs(verdict)
    if _agrees(verdict, row):
        found.agreed[row.identifier or "none"] += 1
        return
    found.differing += 1
    if len(found.differences) < MOST_DIFFERENCES:
        found.differences.append(
            Difference(
                line=verdict.line,
                source=host_port(row.source, row.port),
                method=row.method,
                theirs=theirs,
                ours=_ours(row),
            )
        )


def _agrees(verdict: LoggedVerdict, row: Row) -> bool:
    """Say whether a verdict, as far as the log has it, is that of a row."""
    if row.outcome in NOT_ASKED:
        return False
    if not verdict.identified:
        return row.endpoint is None
    if row.endpoint is None or row.identifier is None:
        return False
    if verdict.endpoint is not None and verdict.endpoint != row.endpoint:
        return False
    if verdict.methods and row.identifier not in verdict.methods:
        return False
    if verdict.section is not None and row.section is not None and verdict.section != row.section:
        return False
    if bool(verdict.refused) != (row.outcome is Outcome.ENDPOINT_ACL):
        return False
    # The line has the user that was looked for; the endpoint found is it, or it with @ and some domain.
    return verdict.user is None or row.endpoint == verdict.user or row.endpoint.startswith(f"{verdict.user}@")


def _theirs(verdict: LoggedVerdict) -> str:
    if not verdict.identified:
        return "not identified"
    by = " or ".join(verdict.methods)
    who = verdict.endpoint or (
        f"the endpoint of {verdict.user!r}" if verdict.user is not None else "an endpoint"
    )
    denied = ", refused by its ACL" if verdict.refused else ""
    return (
        who
        + (f" by {by}" if by else "")
        + (f", section {verdict.section}" if verdict.section else "")
        + denied
    )


def _ours(row: Row) -> str:
    if row.endpoint is None:
        return "not identified" if row.outcome is Outcome.UNIDENTIFIED else str(row.outcome)
    denied = ", refused by its ACL" if row.outcome is Outcome.ENDPOINT_ACL else ""
    return (
        f"{row.endpoint} by {row.identifier}" + (f", section {row.section}" if row.section else "") + denied
    )
