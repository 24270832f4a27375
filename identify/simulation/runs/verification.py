"""Asterisk's own verdicts in a log held against ours, request by request.

Knows how both are read in step and when two verdicts agree; reading a log is ``traffic``'s, the answer the
simulation's.  What a log doesn't say is counted as undetermined, never as agreement.

Where something of the configuration isn't known, a request may have several answers.  If the log has one of those, it
tells what Asterisk's content is, and neither agrees nor differs; if it has none of those, it differs whatever the
content is.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import attrs

from identify.addresses import host_port
from identify.configuration import Configuration
from identify.explanation.result import Possibility
from identify.model import Unknown
from identify.simulation.outcomes import Outcome
from identify.simulation.results.entries import Reading
from identify.simulation.rows import OUTCOMES, Row, Rows
from identify.simulation.simulation import Simulation
from identify.simulation.undetermined import OF_ACCESS
from identify.traffic.logs.verdicts.reading import LoggedVerdict, read_verdicts
from identify.traffic.opening import open_traffic

__all__ = ["Difference", "Verification", "verify"]

#: Differences that are kept, each some hundred bytes; all are counted.
MOST_DIFFERENCES = 1_000

#: Possible answers that a difference lists.
MOST_LISTED = 5

#: What a log says about an endpoint's access lists, in words.
REFUSED_BY = {"acl": ", refused by its ACL", "contact_acl": ", refused by its contact ACL"}

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
    """A request on which the log and the simulation disagree; ``line`` is that of its record in the log.

    With ``notice`` the log doesn't have its message, only this verdict.
    """

    line: int
    source: str
    method: str
    theirs: str
    ours: str
    notice: bool = False

    def __str__(self) -> str:
        """Return one line."""
        return f"line {self.line}: {self.method} from {self.source}: the log says {self.theirs}, we say {self.ours}"


@attrs.define
class Verification:
    """How many verdicts of a log agree, differ or are undetermined, and those that differ.

    ``notices`` of the requests have no message in the log.  ``undetermined`` counts the requests about which the log
    says too little; ``unknowns`` those whose answer depends on something that isn't known of the configuration or of
    the request, by what that is, where the log has one of the possible answers.  ``reading`` is what was skipped of the
    log.
    """

    requests: int = 0
    notices: int = 0
    agreed: Counter[str] = attrs.field(factory=Counter)
    undetermined: int = 0
    unknowns: Counter[Unknown] = attrs.field(factory=Counter)
    differing: int = 0
    differences: list[Difference] = attrs.field(factory=list)
    reading: Reading | None = None

    @property
    def compared(self) -> int:
        """The requests about which the log says something."""
        return self.agreed.total() + self.differing

    def most_unknown(self) -> list[tuple[Unknown, int]]:
        """Return the unknowns with the most requests first."""
        return sorted(self.unknowns.items(), key=lambda counted: (-counted[1], counted[0].what))

    def as_dict(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "requests": self.requests,
            "notices": self.notices,
            "compared": self.compared,
            "agreed": dict(sorted(self.agreed.items())),
            "undetermined": self.undetermined,
            "possible": self.unknowns.total(),
            "unknowns": [
                {
                    "what": unknown.what,
                    "kind": unknown.kind,
                    "place": str(unknown.origin) if unknown.origin is not None else None,
                    "requests": count,
                    "settles": unknown.settles,
                }
                for unknown, count in self.most_unknown()
            ],
            "differing": self.differing,
            "differences": [attrs.asdict(difference) for difference in self.differences],
            "reading": attrs.asdict(self.reading) if self.reading is not None else None,
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
    rows: dict[int, _Answered] = {}
    with open_traffic(path, **reading) as reader:
        simulation = Simulation(configuration, line_tokens=line_tokens, local=local)
        ahead = _rows(simulation, reader)
        for verdict in read_verdicts(path):
            # Verdicts come nearly in the order of the lines: few rows wait.
            while verdict.line not in rows:
                answered = next(ahead, None)
                if answered is None:
                    break
                rows[answered.row.frame] = answered
            found.requests += 1
            found.notices += verdict.notice
            _compare(found, verdict, rows.pop(verdict.line, None))
        # What no verdict waits for is read too, so that all of what is skipped is counted.
        for _ in ahead:
            pass
        found.reading = Reading.of(reader)
    return found


@attrs.frozen
class _Answered:
    """A row, and the answers that the request may have instead, worked out when it is asked for."""

    row: Row
    instead: Callable[[], tuple[Possibility, ...]]
    unknown: Unknown | None


def _rows(simulation: Simulation, batches: Iterable[Any]) -> Iterator[_Answered]:
    for rows in simulation.rows(batches):
        for number, row in enumerate(rows):
            place = rows.columns.unknown(number)
            yield _Answered(
                row,
                partial(_possible, simulation, rows, number),
                rows.unknowns[place] if place >= 0 else None,
            )


def _possible(simulation: Simulation, rows: Rows, number: int) -> tuple[Possibility, ...]:
    """Return the answers that a request may have; none if everything is known, or it isn't asked about."""
    if not rows.unknowns or not OUTCOMES[rows.columns.outcomes[number]].is_identification:
        return ()
    return simulation.explain(rows.batch, number).possible


def _compare(found: Verification, verdict: LoggedVerdict, answered: _Answered | None) -> None:
    if answered is None or verdict.identified is None:
        found.undetermined += 1
        return
    row, theirs = answered.row, _theirs(verdict)
    if row.outcome is not Outcome.UNDETERMINED and _agrees(verdict, row):
        found.agreed[row.identifier or "none"] += 1
        return
    possible = answered.instead()
    for each in possible:
        if _is_possible(verdict, each, answered.unknown):
            if answered.unknown is not None:
                found.unknowns[answered.unknown] += 1
            else:
                # The endpoint is known; which identifier finds it isn't.
                found.agreed[each.identifier or "none"] += 1
            return
    found.differing += 1
    if len(found.differences) < MOST_DIFFERENCES:
        found.differences.append(
            Difference(
                line=verdict.line,
                source=host_port(row.source, row.port),
                method=row.method,
                theirs=theirs,
                ours=_ours(row, possible),
                notice=verdict.notice,
            )
        )


def _agrees(verdict: LoggedVerdict, row: Row) -> bool:
    """Say whether a verdict, as far as the log has it, is that of a row."""
    if verdict.screened or row.outcome is Outcome.ACL:
        return verdict.screened and row.outcome is Outcome.ACL
    if row.outcome is Outcome.IN_DIALOG and verdict.refused and not verdict.methods:
        # The dialog's endpoint applies its lists again, and logs it, without any effect.
        return True
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
    return verdict.user is None or _is_of(row.endpoint, verdict.user)


def _is_of(endpoint: str, user: str) -> bool:
    """Say whether an endpoint is found by a user: the log has the one that was looked for, without any domain."""
    return endpoint == user or endpoint.startswith(f"{user}@")


def _is_possible(verdict: LoggedVerdict, answer: Possibility, unknown: Unknown | None) -> bool:
    """Say whether a verdict may be one of the possible answers; of access lists it isn't known then."""
    if verdict.screened:
        return unknown is not None and unknown.kind in OF_ACCESS
    if not verdict.identified:
        return answer.endpoint is None and not answer.any_endpoint
    if verdict.methods and answer.identifier not in verdict.methods:
        return False
    if answer.endpoint is None:
        return answer.any_endpoint
    if verdict.endpoint is not None and verdict.endpoint != answer.endpoint:
        return False
    if verdict.section is not None and answer.section is not None and verdict.section != answer.section:
        return False
    return verdict.user is None or _is_of(answer.endpoint, verdict.user)


def _theirs(verdict: LoggedVerdict) -> str:
    if verdict.screened:
        return "refused by an object of type=acl"
    if not verdict.identified:
        return "not identified"
    by = " or ".join(verdict.methods)
    who = verdict.endpoint or (
        f"the endpoint of {verdict.user!r}" if verdict.user is not None else "an endpoint"
    )
    denied = REFUSED_BY.get(verdict.refused or "", "")
    return (
        who
        + (f" by {by}" if by else "")
        + (f", section {verdict.section}" if verdict.section else "")
        + denied
    )


def _ours(row: Row, possible: Sequence[Possibility]) -> str:
    if row.outcome is Outcome.UNDETERMINED:
        names = [
            each.endpoint or ("any endpoint" if each.any_endpoint else "not identified") for each in possible
        ]
        listed = list(dict.fromkeys(names))
        more = f" or {len(listed) - MOST_LISTED} others" if len(listed) > MOST_LISTED else ""
        return f"undetermined: {' or '.join(listed[:MOST_LISTED])}{more}" if listed else str(row.outcome)
    if row.endpoint is None:
        if row.outcome is Outcome.ACL:
            return f"refused by {row.refused_by}"
        return "not identified" if row.outcome is Outcome.UNIDENTIFIED else str(row.outcome)
    denied = f", refused by {row.refused_by}" if row.outcome is Outcome.ENDPOINT_ACL else ""
    return (
        f"{row.endpoint} by {row.identifier}" + (f", section {row.section}" if row.section else "") + denied
    )
