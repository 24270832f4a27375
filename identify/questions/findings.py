"""What an upgrade changes, as values: findings with their witnesses, and what couldn't be decided.

It holds and words them; nothing is looked for here.
"""

from __future__ import annotations

from typing import Any

import attrs

from identify.addresses import host_port
from identify.model import Match, Origin, Problem, Unknown
from identify.strings import decoded, quoted, shown

__all__ = ["KINDS", "Finding", "Undecided", "Upgrade", "Witness", "counted"]

#: The kinds of findings, in the order in which they are listed, each with its heading.
KINDS = {
    "refused": "Objects that are refused afterwards",
    "accepted": "Objects that are accepted afterwards",
    "object": "Objects that mean something else",
    "setting": "Settings in effect",
    "identifiers": "Identifiers and their order",
    "winner": "Requests that get another endpoint",
    "expression": "Expressions that mean something else",
    "same-endpoint": "Requests that another identify object gives to the same endpoint",
}

#: Kinds of findings that change no endpoint.
UNCOUNTED = ("same-endpoint",)


@attrs.frozen(kw_only=True)
class Witness:
    """A request that shows a difference, and what both engines answered to it.

    The message came over UDP from ``source`` and ``port``.
    """

    source: str
    port: int
    message: bytes = attrs.field(repr=False)
    before: Match | None
    after: Match | None

    def __str__(self) -> str:
        """Return one line for an operator."""
        came = host_port(self.source, self.port)
        return f"source {came}: was {_answer(self.before)}, becomes {_answer(self.after)}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "source": self.source,
            "port": self.port,
            "message": decoded(self.message),
            "before": self.before and attrs.asdict(self.before),
            "after": self.after and attrs.asdict(self.after),
        }


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that changes.

    ``kind`` is one of :data:`KINDS`; ``what`` says what changes, ``advice`` what an operator does about it, and
    ``origins`` where it stands in the configuration.  ``count`` is how many objects, address ranges, values or pairs of
    objects it is about; ``details`` lists the first of them.  ``depends_on`` is what isn't known and could take the
    witness away.
    """

    kind: str
    what: str
    advice: str
    origins: tuple[Origin, ...] = ()
    problems: tuple[Problem, ...] = ()
    witness: Witness | None = None
    count: int = 1
    details: tuple[str, ...] = ()
    depends_on: tuple[Unknown, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "kind": self.kind,
            "what": self.what,
            "advice": self.advice,
            "origins": [attrs.asdict(origin) for origin in self.origins],
            "problems": [attrs.asdict(problem) for problem in self.problems],
            "witness": self.witness and self.witness.as_dict(),
            "count": self.count,
            "details": list(self.details),
            "depends_on": [unknown.what for unknown in self.depends_on],
        }


@attrs.frozen(kw_only=True)
class Undecided:
    """Something of which isn't known whether it changes; ``reason`` says why."""

    what: str
    reason: str
    origins: tuple[Origin, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "what": self.what,
            "reason": self.reason,
            "origins": [attrs.asdict(origin) for origin in self.origins],
        }


@attrs.frozen(kw_only=True)
class Upgrade:
    """What changes for a configuration from one release to another.

    ``notes`` say what differs whatever the configuration is; they aren't findings.  ``undecided`` isn't empty if more
    may change than ``findings`` say.
    """

    before: str
    after: str
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Finding, ...]:
        """The findings that change an answer, or an object that is loaded."""
        return tuple(finding for finding in self.findings if finding.kind not in UNCOUNTED)

    @property
    def changed(self) -> bool:
        """Whether anything changes."""
        return bool(self.changes)

    @property
    def verdict(self) -> str:
        """The answer in one line."""
        span = f"from {self.before} to {self.after}"
        open_ends = f", and {counted(len(self.undecided), 'thing is', 'things are')} undecided"
        if self.changed:
            changes = counted(len(self.changes), "thing changes", "things change")
            return f"{changes} {span}" + (open_ends if self.undecided else "")
        if self.undecided:
            return f"nothing was found that changes {span}{open_ends}"
        return f"nothing changes {span}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "from": self.before,
            "to": self.after,
            "changed": self.changed,
            "verdict": self.verdict,
            "findings": [finding.as_dict() for finding in self.findings],
            "undecided": [undecided.as_dict() for undecided in self.undecided],
            "notes": list(self.notes),
        }


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "value", "values"), counted(1200, "value", "values")
    ('1 value', '1,200 values')
    """
    return f"{count:,} {one if count == 1 else many}"


def _answer(match: Match | None) -> str:
    if match is None:
        return "no endpoint"
    if match.section is None:
        return f"endpoint {shown(match.endpoint)} (by {match.identifier})"
    kind = "registration" if match.identifier == "line" else "identify"
    return f"endpoint {shown(match.endpoint)} ({kind} {quoted(match.section)})"
