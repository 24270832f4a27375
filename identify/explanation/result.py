"""What an explanation consists of: the answer, a step for each identifier, reasons; no deciding."""

from __future__ import annotations

from typing import Any

import attrs

from identify.model import Match, Origin
from identify.strings import shown

__all__ = [
    "ALSO",
    "MATCH",
    "MISSING",
    "NEAR",
    "NO",
    "NOTE",
    "REASON_KINDS",
    "Explanation",
    "Reason",
    "Step",
]

#: The rule matches and decides its identifier's answer.
MATCH = "match"
#: The rule matches too, but one before it has decided.
ALSO = "also"
#: The rule matches, but what it points to doesn't exist or may not be used: the identifier gives up.
MISSING = "missing"
#: The rule almost matches.
NEAR = "near"
#: The rule doesn't match.
NO = "no"
#: Background that decides nothing.
NOTE = "note"

REASON_KINDS = (MATCH, ALSO, MISSING, NEAR, NO, NOTE)


@attrs.frozen
class Reason:
    """One sentence: what was compared, and the outcome.

    ``origin`` is the line of configuration that the sentence is about, None where it is about the
    request alone or about several lines; ``verdict`` is one of :data:`REASON_KINDS`.
    """

    text: str
    origin: Origin | None = None
    verdict: str = NOTE

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


@attrs.frozen
class Step:
    """What one identifier answers when asked alone, regardless of the others, and why.

    ``section`` is the id of the identify or registration that decided; where its endpoint
    doesn't exist, ``endpoint`` and ``section`` are None and a reason says so.
    """

    identifier: str
    endpoint: str | None
    section: str | None
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        """Return the answer on a line of its own, and the reasons below."""
        answer = shown(self.endpoint) if self.endpoint is not None else "-"
        return "\n".join(
            [
                f"{self.identifier}: {answer}",
                *(f"  [{reason.verdict}] {reason}" for reason in self.reasons),
            ]
        )


@attrs.frozen
class Explanation:
    """The whole decision; ``match`` is the answer of the first step that has one, None if none has.

    ``screening`` is "pass", or what Asterisk answers without identifying the request; the steps then say
    what identification would have found.
    """

    match: Match | None
    steps: tuple[Step, ...]
    screening: str

    def __str__(self) -> str:
        """Return the answer on the first line, then the trace."""
        lines = [self.answer]
        if self.screening != "pass":
            lines.append(f"Asterisk answers this request before identifying it: {self.screening}")
        lines += [str(step) for step in self.steps]
        return "\n".join(lines)

    @property
    def answer(self) -> str:
        """Return the decision in one line."""
        if self.match is None:
            return "not identified"
        section = f", section {shown(self.match.section)}" if self.match.section is not None else ""
        return f"{shown(self.match.endpoint)} (by {self.match.identifier}{section})"

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON values; the shape is stable.

        ``match``: null, or an object with ``endpoint``, ``identifier`` and ``section`` (or null);
        ``screening``: text; ``steps``: a list of objects with ``identifier``, ``endpoint`` (or null),
        ``section`` (or null) and ``reasons``, a list of objects with ``verdict`` (one of
        :data:`REASON_KINDS`), ``text`` and ``origin``: null, or an object with ``file``, ``line`` and
        ``template`` (or null).
        """
        return {
            "match": attrs.asdict(self.match) if self.match is not None else None,
            "screening": self.screening,
            "steps": [
                {
                    "identifier": step.identifier,
                    "endpoint": step.endpoint,
                    "section": step.section,
                    "reasons": [
                        {
                            "verdict": reason.verdict,
                            "text": reason.text,
                            "origin": attrs.asdict(reason.origin) if reason.origin is not None else None,
                        }
                        for reason in step.reasons
                    ],
                }
                for step in self.steps
            ],
        }
