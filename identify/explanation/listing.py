"""Which of many looked-at rules are told: all that match or nearly do, a few others, the rest as a number."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from identify.explanation.question import Question
from identify.explanation.result import ALSO, MATCH, MISSING, NEAR, NO, Reason
from identify.model import Identify, Origin
from identify.strings import quoted

__all__ = ["LISTED", "Finding", "first_object", "choose_reasons"]

#: How many rules of each verdict are listed.  What decides is one rule; further matches and near misses are
#: worth a screen; rules that have nothing to do with the request are only there to show what was looked at.
LISTED = {MATCH: 1, MISSING: 1, ALSO: 8, NEAR: 8, NO: 6}


@attrs.frozen(kw_only=True)
class Finding:
    """A rule that was looked at.

    ``text`` makes the sentence, so that nothing is worded that isn't told; ``distance`` ranks near
    misses, the nearest first.
    """

    verdict: str
    text: Callable[[], str]
    origin: Origin
    distance: int = 0


def choose_reasons(findings: list[Finding], everything: bool, rest: Callable[[int], str]) -> list[Reason]:
    """Word what is worth telling, in the order looked at, and the number of the others by ``rest``."""
    chosen: set[int] = set()
    for verdict, limit in LISTED.items():
        places = [place for place, one in enumerate(findings) if one.verdict == verdict]
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
    for identify in question.configuration.identifies.values():
        one = look(identify)
        if one is None:
            continue
        if one.verdict == MATCH:
            if decided is None:
                decided = identify
                one = _decide(question, identify, one)
            else:
                one = attrs.evolve(one, verdict=ALSO, text=_too_late(one, decided))
        findings.append(one)
    reasons = choose_reasons(findings, question.everything, rest)
    if decided is None or decided.endpoint not in question.configuration.endpoints:
        return None, None, reasons
    return decided.endpoint, decided.id, reasons


def _decide(question: Question, identify: Identify, one: Finding) -> Finding:
    """Turn the first match into the identifier's answer, or into its giving up."""
    if identify.endpoint in question.configuration.endpoints:
        return attrs.evolve(one, text=lambda: f"{one.text()}: endpoint {quoted(identify.endpoint)}")
    return attrs.evolve(
        one,
        verdict=MISSING,
        text=lambda: (
            f"{one.text()}, but it points to {question.missing(identify.endpoint)}: "
            "Asterisk logs a warning and this identifier gives up"
        ),
    )


def _too_late(one: Finding, decided: Identify) -> Callable[[], str]:
    """Word a match that stands behind the deciding one."""
    return lambda: f"{one.text()} too, but {quoted(decided.id)} stands before it in the order of ids"
