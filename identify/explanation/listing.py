"""Which findings become reasons: those that match or nearly do, a few others, and the rest as a number."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from identify.explanation.question import Question
from identify.explanation.result import ALSO, MATCH, MISSING, NEAR, NO, Reason
from identify.model import Identify, Origin
from identify.strings import quoted

__all__ = ["LISTED", "Finding", "first_object", "choose_reasons"]

#: How many findings of each verdict are listed.  One rule decides; further matches and near misses are worth
#: a screen; rules that have nothing to do with the request only show what was compared.
LISTED = {MATCH: 1, MISSING: 1, ALSO: 8, NEAR: 8, NO: 6}


@attrs.frozen(kw_only=True)
class Finding:
    """What comparing one rule with the request gave.

    ``text`` makes the sentence, so that only the findings listed are put into words; ``distance`` ranks
    near misses, the nearest first.
    """

    verdict: str
    text: Callable[[], str]
    origin: Origin
    distance: int = 0


def choose_reasons(findings: list[Finding], everything: bool, rest: Callable[[int], str]) -> list[Reason]:
    """Return the reasons worth listing, in order; ``rest`` makes a sentence of the number of the others."""
    chosen: set[int] = set()
    for verdict, limit in LISTED.items():
        places = [place for place, finding in enumerate(findings) if finding.verdict == verdict]
        places.sort(key=lambda place: findings[place].distance)
        chosen.update(places if everything else places[:limit])
    reasons = [
        Reason(findings[at].text(), findings[at].origin, findings[at].verdict) for at in sorted(chosen)
    ]
    if len(chosen) < len(findings):
        reasons.append(Reason(rest(len(findings) - len(chosen)), None, NO))
    return reasons


def first_object(
    question: Question,
    look: Callable[[Identify], Finding | None],
    rest: Callable[[int], str],
) -> tuple[str | None, str | None, list[Reason]]:
    """Ask the identify objects in order; the first that matches decides, even if its endpoint is missing.

    ``look`` gives None for an object without a rule of this kind, and the verdict MATCH for each that
    matches.  Return the endpoint, the object's id and the reasons.
    """
    decided: Identify | None = None
    findings: list[Finding] = []
    for identify in question.configuration.tried_identifies:
        finding = look(identify)
        if finding is None:
            continue
        if finding.verdict == MATCH:
            if decided is None:
                decided = identify
                finding = _decide(question, identify, finding)
            else:
                finding = attrs.evolve(finding, verdict=ALSO, text=_too_late(finding, decided))
        findings.append(finding)
    reasons = choose_reasons(findings, question.everything, rest)
    if decided is None or decided.endpoint not in question.configuration.endpoints:
        return None, None, reasons
    return decided.endpoint, decided.id, reasons


def _decide(question: Question, identify: Identify, found: Finding) -> Finding:
    """Turn the first match into the identifier's answer; without the endpoint the identifier gives up."""
    if identify.endpoint in question.configuration.endpoints:
        return attrs.evolve(found, text=lambda: f"{found.text()}: endpoint {quoted(identify.endpoint)}")
    return attrs.evolve(
        found,
        verdict=MISSING,
        text=lambda: (
            f"{found.text()}, but it points to {question.missing(identify.endpoint)}: "
            "Asterisk logs a warning and this identifier gives up"
        ),
    )


def _too_late(found: Finding, decided: Identify) -> Callable[[], str]:
    """Describe a match that comes after the deciding one."""
    return lambda: f"{found.text()} too, but {quoted(decided.id)} comes before it in the order of ids"
