"""What the steps of an explanation consist of: sentences with a verdict each, and what each identifier answers."""

from __future__ import annotations

from typing import Final, Literal, get_args

import attrs

from identify.identifiers import IdentifierName
from identify.model import Origin
from identify.strings import shown

__all__ = [
    "ALSO",
    "LOST",
    "MATCH",
    "MISSING",
    "NEAR",
    "NO",
    "NOTE",
    "REASON_KINDS",
    "UNKNOWN",
    "Reason",
    "Step",
    "Verdict",
]

#: In the order in which a reader wants them.
Verdict = Literal["match", "also", "missing", "lost", "unknown", "near", "no", "note"]

#: The rule matches and decides its identifier's answer.
MATCH: Final = "match"
#: The rule matches too, but one before it has decided.
ALSO: Final = "also"
#: The rule matches, but what it points to doesn't exist or may not be used: the identifier gives up.
MISSING: Final = "missing"
#: The rule would match or almost match, but its object doesn't exist: Asterisk refuses or skips it.
LOST: Final = "lost"
#: The rule almost matches.
NEAR: Final = "near"
#: The rule doesn't match.
NO: Final = "no"
#: Whether the rule matches, or whether it exists, isn't known.
UNKNOWN: Final = "unknown"
#: Background that decides nothing.
NOTE: Final = "note"

REASON_KINDS: tuple[Verdict, ...] = get_args(Verdict)


@attrs.frozen
class Reason:
    """One sentence: what was compared, and the outcome.

    ``origin`` is the line of configuration that the sentence is about, None where it is about the
    request alone or about several lines; ``verdict`` is one of :data:`REASON_KINDS`.  ``distance`` ranks it among
    those of its verdict and identifier, the nearest first; ``advice`` is what to do about it, empty if that isn't
    known or the sentence says it.
    """

    text: str
    origin: Origin | None = None
    verdict: Verdict = NOTE
    distance: int = attrs.field(default=0, eq=False, repr=False)
    advice: str = attrs.field(default="", eq=False, repr=False)

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


@attrs.frozen
class Step:
    """What one identifier answers when asked alone, regardless of the others, and why.

    ``section`` is the id of the identify or registration that decided; where its endpoint
    doesn't exist, ``endpoint`` and ``section`` are None and a reason says so.  ``brief`` says in a few words why it
    answers nothing, if nothing of the configuration was compared.
    """

    identifier: IdentifierName
    endpoint: str | None
    section: str | None
    reasons: tuple[Reason, ...]
    brief: str = attrs.field(default="", eq=False, repr=False)

    def __str__(self) -> str:
        """Return the answer on a line of its own, and the reasons below."""
        answer = shown(self.endpoint) if self.endpoint is not None else "-"
        return "\n".join(
            [
                f"{self.identifier}: {answer}",
                *(f"  [{reason.verdict}] {reason}" for reason in self.reasons),
            ]
        )
