"""Which outcomes become reasons: those that match or nearly do, a few others, and the rest as a number.

A configuration may have a hundred thousand identify objects, and a few reasons are listed.  So an identifier compares
all of them first, which gives an outcome each, and only of what is listed the object is looked up and a sentence made.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf
from operator import itemgetter
from typing import Generic, TypeVar

import attrs

from identify.config.lost import HOW, LostObject
from identify.config.tried import TriedIdentifies
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

__all__ = ["LISTED", "Compare", "Finding", "Outcome", "first_object", "further_reasons"]

Told = TypeVar("Told")

#: How many findings of each verdict are listed.  One rule decides; further matches and near misses are worth
#: a screen; rules that have nothing to do with the request only show what was compared.
LISTED: Mapping[Verdict, int] = {MATCH: 1, MISSING: 1, LOST: 8, UNKNOWN: 8, ALSO: 8, NEAR: 8, NO: 6}


@attrs.frozen(kw_only=True)
class Finding:
    """What comparing one rule with the request gave, in words.

    ``distance`` ranks near misses, the nearest first.  ``would`` is the sentence for an object that doesn't exist, if
    it is another; ``advice`` is what to do about it.
    """

    verdict: Verdict
    text: str
    origin: Origin
    distance: int = 0
    would: str = ""
    advice: str = ""


#: Puts what was found of an object into words.
Words = Callable[[Identify], Finding]
#: What comparing one object with the request gave: the object's place among those that were compared, the verdict,
#: the distance, and its words.  A plain tuple, as there may be a hundred thousand.
Outcome = tuple[int, Verdict, int, Words]
#: Compares objects, and gives the outcome of each that has a rule of a kind, in order.
Compare = Callable[[TriedIdentifies], Iterable[Outcome]]


def first_object(
    question: Question,
    compare: Compare,
    rest: Callable[[int], str],
    rule: str,
    meant: Callable[[LostObject], Finding | None],
) -> tuple[str | None, str | None, list[Reason]]:
    """Ask the identify objects in order; the first that matches decides, even if its endpoint is missing.

    ``compare`` gives the verdict MATCH for each that matches, and UNKNOWN for one that may match; ``rest`` makes a
    sentence of the number of objects that aren't listed; ``rule`` is what an object with such a rule has, and ``meant``
    finds what a lost object has for it that isn't valid.  An object that may not exist decides nothing: what that means
    for the answer is the part of :mod:`identify.explanation.undetermined`.  Return the endpoint, the object's id and
    the reasons.
    """
    tried = question.tried
    decided: int | None = None
    listed: _Listed[tuple[Outcome, Unknown | None]] = _Listed(question.everything)
    far, count = listed.far, 0
    for outcome, unknown in question.in_order(compare(tried), compare(question.possible)):
        count += 1
        place, verdict, distance, _ = outcome
        if unknown is not None and verdict in (MATCH, UNKNOWN):
            verdict = UNKNOWN if decided is None else ALSO
        elif verdict == MATCH:
            if decided is None:
                decided = place
                verdict = _deciding_verdict(question, tried.endpoints[place])
            else:
                verdict = ALSO
        if distance < far[verdict]:
            listed.add(verdict, distance, (outcome, unknown))
    first = tried[decided] if decided is not None else None
    reasons = []
    for verdict, _, ((place, _, _, words), unknown) in listed.chosen():
        identify = question.possible[place] if unknown is not None else tried[place]
        found = words(identify)
        if verdict == ALSO and first is not None:
            found = attrs.evolve(found, verdict=ALSO, text=_too_late(question, found, first))
        elif unknown is not None and verdict == UNKNOWN:
            found = _doubtful(question, unknown, identify, found)
        elif unknown is None and place == decided:
            found = _deciding(question, identify, attrs.evolve(found, verdict=verdict))
        reasons.append(Reason(found.text, found.origin, found.verdict, found.distance, found.advice))
    if len(reasons) < count:
        reasons.append(Reason(rest(count - len(reasons)), None, NO))
    lost = _lost_reasons(question, compare, rule, meant)
    reasons = reasons + lost if first is not None else lost + reasons
    if first is None or first.endpoint not in question.configuration.endpoints:
        return None, None, reasons
    return first.endpoint, first.id, reasons


class _Listed(Generic[Told]):
    """What is worth listing: of each verdict the nearest, and of equally near ones the first; or everything."""

    def __init__(self, everything: bool) -> None:
        #: The distance from which on one of a verdict isn't nearer than those that are there, and needn't be added.
        self.far: dict[Verdict, float] = dict.fromkeys(LISTED, inf)
        self._everything = everything
        self._added = 0
        self._nearest: dict[Verdict, list[tuple[int, int, Told]]] = {verdict: [] for verdict in LISTED}

    def add(self, verdict: Verdict, distance: int, told: Told) -> None:
        """Add what may be listed with a verdict and a distance."""
        self._added += 1
        nearest = self._nearest[verdict]
        if self._everything:
            nearest.append((distance, self._added, told))
            return
        insort(nearest, (distance, self._added, told), key=itemgetter(0))
        del nearest[LISTED[verdict] :]
        if len(nearest) == LISTED[verdict]:
            self.far[verdict] = nearest[-1][0]

    def chosen(self) -> Iterator[tuple[Verdict, int, Told]]:
        """Yield what is listed in the order in which it was added, with its verdict and distance."""
        chosen = [
            (number, verdict, distance, told)
            for verdict, nearest in self._nearest.items()
            for distance, number, told in nearest
        ]
        chosen.sort(key=itemgetter(0))
        return (each[1:] for each in chosen)


def _lost_reasons(
    question: Question,
    compare: Compare,
    rule: str,
    meant: Callable[[LostObject], Finding | None],
) -> list[Reason]:
    """Return a reason for each lost identify that would match or nearly does, and the number of the others."""
    lost, everything = question.configuration.lost, question.everything
    outcomes = {outcome[0]: outcome for outcome in compare(lost.readable)}
    found: list[tuple[int, LostObject, Identify, Finding | Words]] = []
    readable = (each for each in lost.identifies if each.identify is not None)
    for place, (each, identify) in enumerate(zip(readable, lost.readable, strict=True)):
        if (item := meant(each)) is not None:
            found.append((0 if item.verdict == MATCH else ALMOST, each, identify, item))
        elif (outcome := outcomes.get(place)) is not None and (everything or outcome[1] != NO):
            _, verdict, distance, words = outcome
            found.append((distance + (0 if verdict == MATCH else ALMOST), each, identify, words))
    if not everything and any(distance < ALMOST for distance, *_ in found):
        found = [entry for entry in found if entry[0] < ALMOST]
    listed: _Listed[tuple[LostObject, Identify, Finding | Words]] = _Listed(everything)
    for distance, each, identify, said in found:
        if distance < listed.far[LOST]:
            listed.add(LOST, distance, (each, identify, said))
    reasons = []
    for _, distance, (each, identify, said) in listed.chosen():
        finding = said if isinstance(said, Finding) else said(identify)
        # There is no advice: what to do is to mend what costs it.
        reasons.append(Reason(_sentence(question, each, identify, finding), finding.origin, LOST, distance))
    return reasons + others_lost(lost, rule, len(reasons)) if reasons else []


def _sentence(question: Question, lost: LostObject, identify: Identify, found: Finding) -> str:
    """Say what a lost object would do, what costs it, and where it would lead."""
    would = found.would or found.text
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


def further_reasons(question: Question, type: str, may: str) -> list[Reason]:
    """Return a reason for each unknown that may have objects of a type; ``may`` says what one of them may do."""
    return [
        Reason(f"not known here: {escaped(unknown.what)}; one of these {may}", unknown.origin, UNKNOWN)
        for unknown in question.further(type)
    ]


def _doubtful(question: Question, unknown: Unknown, identify: Identify, found: Finding) -> Finding:
    """Describe an object that matches if it exists, or if it exists and a name has the right address."""
    if found.verdict == UNKNOWN:
        condition = ""
    elif unknown.instead_of:
        condition = ", but it exists only if the later one with the same id is refused"
    else:
        names = identify.unresolved
        name = shown(names[0].text) if len(names) == 1 else f"one of its {len(names)} names"
        condition = f", but Asterisk refuses the whole identify if {name} has no address"
    if identify.endpoint in question.configuration.endpoints:
        pointing = f": endpoint {quoted(identify.endpoint)}"
    else:
        pointing = f"; it points to {question.missing(identify.endpoint)}"
    return attrs.evolve(found, verdict=UNKNOWN, text=f"{found.text}{condition}{pointing}")


def _deciding_verdict(question: Question, endpoint: str) -> Verdict:
    """Return the verdict of the first object that matches; without the endpoint the identifier gives up."""
    if endpoint in question.configuration.endpoints:
        return MATCH
    return UNKNOWN if question.further("endpoint") else MISSING


def _deciding(question: Question, identify: Identify, found: Finding) -> Finding:
    """Say where the first object that matches leads, by its verdict."""
    if found.verdict == MATCH:
        return attrs.evolve(found, text=f"{found.text}: endpoint {quoted(identify.endpoint)}")
    points = f"it points to {question.missing(identify.endpoint)}"
    if found.verdict == UNKNOWN:
        text = f"{found.text}, and {points}: if it doesn't exist, this identifier gives up"
    else:
        text = f"{found.text}, but {points}: Asterisk logs a warning and this identifier gives up"
    return attrs.evolve(found, text=text)


def _too_late(question: Question, found: Finding, decided: Identify) -> str:
    """Describe a match that comes after the deciding one."""
    release = question.configuration.release
    order = "order of ids" if release.sorted_identifies else f"hash order of Asterisk {release.name}"
    return f"{found.text} too, but {quoted(decided.id)} comes before it in the {order}"
