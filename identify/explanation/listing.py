"""Which findings become reasons: those that match or nearly do, a few others, and the rest as a number."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from identify.config.lost import HOW, LostObject
from identify.explanation.question import Question
from identify.explanation.telling.lost import others_lost
from identify.explanation.telling.nearest import ALMOST
from identify.explanation.telling.reasons import (
    ALSO,
    LOST,
    MATCH,
    MISSING,
    NEAR,
    NO,
    UNKNOWN,
    Reason,
    Verdict,
)
from identify.model import Identify, Origin, Unknown
from identify.strings import escaped, quoted, shown

__all__ = ["LISTED", "Finding", "choose_reasons", "first_object", "further_reasons"]

#: How many findings of each verdict are listed.  One rule decides; further matches and near misses are worth
#: a screen; rules that have nothing to do with the request only show what was compared.
LISTED = {MATCH: 1, MISSING: 1, LOST: 8, UNKNOWN: 8, ALSO: 8, NEAR: 8, NO: 6}


@attrs.frozen(kw_only=True)
class Finding:
    """What comparing one rule with the request gave.

    ``text`` makes the sentence, so that only the findings listed are put into words; ``distance`` ranks
    near misses, the nearest first.  ``would`` makes the sentence for an object that doesn't exist, if it is another;
    ``advice`` is what to do about it.
    """

    verdict: Verdict
    text: Callable[[], str]
    origin: Origin
    distance: int = 0
    would: Callable[[], str] | None = None
    advice: str = ""


def choose_reasons(findings: list[Finding], everything: bool, rest: Callable[[int], str]) -> list[Reason]:
    """Return the reasons worth listing, in order; ``rest`` makes a sentence of the number of the others."""
    places_of: dict[str, list[int]] = {}
    for place, finding in enumerate(findings):
        places_of.setdefault(finding.verdict, []).append(place)
    chosen: set[int] = set()
    for verdict, places in places_of.items():
        if not everything and len(places) > LISTED[verdict]:
            places.sort(key=lambda place: findings[place].distance)
            del places[LISTED[verdict] :]
        chosen.update(places)
    reasons = [
        Reason(each.text(), each.origin, each.verdict, each.distance, each.advice)
        for each in (findings[at] for at in sorted(chosen))
    ]
    if len(chosen) < len(findings):
        reasons.append(Reason(rest(len(findings) - len(chosen)), None, NO))
    return reasons


def first_object(
    question: Question,
    look: Callable[[Identify], Finding | None],
    rest: Callable[[int], str],
    rule: str,
    meant: Callable[[LostObject], Finding | None],
) -> tuple[str | None, str | None, list[Reason]]:
    """Ask the identify objects in order; the first that matches decides, even if its endpoint is missing.

    ``look`` gives None for an object without a rule of this kind, the verdict MATCH for each that matches, and UNKNOWN
    for one that may match; ``rule`` is what an object with such a rule has, and ``meant`` finds what a lost object has
    for it that isn't valid.  An object that may not exist decides nothing: what that means for the answer is the part
    of :mod:`identify.explanation.undetermined`.  Return the endpoint, the object's id and the reasons.
    """
    decided: Identify | None = None
    findings: list[Finding] = []
    for identify, unknown in question.tried():
        finding = look(identify)
        if finding is None:
            continue
        if unknown is not None and finding.verdict in (MATCH, UNKNOWN):
            finding = _doubtful(question, unknown, identify, finding, decided)
        elif finding.verdict == MATCH:
            if decided is None:
                decided = identify
                finding = _decide(question, identify, finding)
            else:
                finding = attrs.evolve(finding, verdict=ALSO, text=_too_late(question, finding, decided))
        findings.append(finding)
    reasons = choose_reasons(findings, question.everything, rest)
    lost = _lost_reasons(question, look, rule, meant)
    reasons = reasons + lost if decided is not None else lost + reasons
    if decided is None or decided.endpoint not in question.configuration.endpoints:
        return None, None, reasons
    return decided.endpoint, decided.id, reasons


def _lost_reasons(
    question: Question,
    look: Callable[[Identify], Finding | None],
    rule: str,
    meant: Callable[[LostObject], Finding | None],
) -> list[Reason]:
    """Return a reason for each lost identify that would match or nearly does, and the number of the others."""
    lost = question.configuration.lost
    findings = []
    for each in lost.identifies:
        identify = each.identify
        if identify is None:
            continue
        finding = meant(each) or look(identify)
        if finding is not None and (finding.verdict != NO or question.everything):
            almost = 0 if finding.verdict == MATCH else ALMOST
            findings.append(
                attrs.evolve(
                    finding,
                    verdict=LOST,
                    text=_sentence(question, each, identify, finding),
                    distance=finding.distance + almost,
                    # What to do is to mend what costs it.
                    advice="",
                )
            )
    if not question.everything and any(finding.distance < ALMOST for finding in findings):
        findings = [finding for finding in findings if finding.distance < ALMOST]
    if not findings:
        return []
    reasons = choose_reasons(findings, question.everything, lambda count: "")
    reasons = [reason for reason in reasons if reason.verdict == LOST]
    return reasons + others_lost(lost, rule, len(reasons))


def _sentence(question: Question, lost: LostObject, identify: Identify, found: Finding) -> Callable[[], str]:
    """Say what a lost object would do, what costs it, and where it would lead."""

    def text() -> str:
        would = (found.would or found.text)()
        if lost.kind != "identify":
            would = f"{lost.kind}{would.removeprefix('identify')}"
        but = "but" if found.verdict in (MATCH, UNKNOWN) else "and"
        configuration, points = question.configuration, ""
        if identify.endpoint and identify.endpoint not in configuration.endpoints:
            target = configuration.lost.endpoints.get(identify.endpoint)
            if target is None:
                points = f"; it points to {question.missing(identify.endpoint)}"
            elif target.why != lost.why:
                why = escaped(target.why.removeprefix(f"{HOW['refused']}: "))
                too = "lost" if target.why.startswith(why) else "refused"
                points = f"; its endpoint {quoted(target.id)} is {too} too: {why}"
        return f"{would}, {but} {escaped(lost.why)}{points}"

    return text


def further_reasons(question: Question, type: str, may: str) -> list[Reason]:
    """Return a reason for each unknown that may have objects of a type; ``may`` says what one of them may do."""
    return [
        Reason(f"not known here: {escaped(unknown.what)}; one of these {may}", unknown.origin, UNKNOWN)
        for unknown in question.further(type)
    ]


def _doubtful(
    question: Question, unknown: Unknown, identify: Identify, found: Finding, decided: Identify | None
) -> Finding:
    """Describe an object that matches if it exists, or if it exists and a name has the right address."""
    if decided is not None:
        return attrs.evolve(found, verdict=ALSO, text=_too_late(question, found, decided))
    if found.verdict == UNKNOWN:
        condition = ""
    elif unknown.instead_of:
        condition = ", but it exists only if the later one with the same id is refused"
    else:
        names = identify.unresolved
        name = shown(names[0].text) if len(names) == 1 else f"one of its {len(names)} names"
        condition = f", but Asterisk refuses the whole identify if {name} has no address"

    def pointing() -> str:
        # Looks through all endpoints for one that is meant, so only what is shown asks for it.
        if identify.endpoint in question.configuration.endpoints:
            return f": endpoint {quoted(identify.endpoint)}"
        return f"; it points to {question.missing(identify.endpoint)}"

    return attrs.evolve(found, verdict=UNKNOWN, text=lambda: f"{found.text()}{condition}{pointing()}")


def _decide(question: Question, identify: Identify, found: Finding) -> Finding:
    """Turn the first match into the identifier's answer; without the endpoint the identifier gives up."""
    if identify.endpoint in question.configuration.endpoints:
        return attrs.evolve(found, text=lambda: f"{found.text()}: endpoint {quoted(identify.endpoint)}")
    if question.further("endpoint"):
        text = f"it points to {question.missing(identify.endpoint)}: if it doesn't exist, this identifier gives up"
        return attrs.evolve(found, verdict=UNKNOWN, text=lambda: f"{found.text()}, and {text}")
    return attrs.evolve(
        found,
        verdict=MISSING,
        text=lambda: (
            f"{found.text()}, but it points to {question.missing(identify.endpoint)}: "
            "Asterisk logs a warning and this identifier gives up"
        ),
    )


def _too_late(question: Question, found: Finding, decided: Identify) -> Callable[[], str]:
    """Describe a match that comes after the deciding one."""
    release = question.configuration.release
    order = "order of ids" if release.sorted_identifies else f"hash order of Asterisk {release.name}"
    return lambda: f"{found.text()} too, but {quoted(decided.id)} comes before it in the {order}"
