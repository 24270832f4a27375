"""The parts of a request that a notice of a log doesn't tell, and the steps of the identifiers that need them.

A notice has the method, From, the source and the Call-ID.  What isn't told may have any content or be absent; that is
not the same as a request without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from identify.config.sections.mapping import methods_by_id
from identify.config.tried import TriedIdentifies
from identify.explanation.question import Question
from identify.explanation.telling.reasons import NO, UNKNOWN, Reason, Step
from identify.identifiers import IdentifierName
from identify.model import Identify, Origin, Unknown
from identify.strings import SHOWN_VALUES, shown

__all__ = ["PARTS", "step_without"]


def _part(part: str, what: str) -> Unknown:
    return Unknown(
        kind="request",
        what=what,
        reason="the log has a notice of the request, and not its SIP message",
        settles="a log with the SIP messages: pjsip set logger on",
        types=frozenset({part}),
    )


#: In the order in which Asterisk asks by default.
PARTS = (
    _part("line", "the line token in To or the request URI"),
    _part("transport", "the transport and the local address of the request"),
    _part("header", "the header fields of the request"),
    _part("request_uri", "the request URI"),
    _part("auth_username", "the Authorization of the request"),
    _part("contact", "the Contact of the request"),
)


def step_without(question: Question, identifier: IdentifierName) -> Step | None:
    """Return the step of an identifier whose part of the request wasn't given, None if it was given."""
    parts = question.not_given(identifier)
    if not parts:
        return None
    what, configuration = parts[0].what, question.configuration
    origin: Origin | None = None
    if identifier == "line":
        kind, rule = "registration", "line=yes"
        registrations = [each for each in configuration.registrations.values() if each.line]
        count, first = len(registrations), [each.id for each in registrations[:SHOWN_VALUES]]
        if count == 1:
            origin = registrations[0].origin
    elif identifier == "auth_username":
        kind, rule = "endpoint", "auth_username in identify_by"
        ids = [id for id, methods in methods_by_id(configuration.endpoints) if identifier in methods]
        count, first = len(ids), ids[:SHOWN_VALUES]
        if count == 1:
            origin = configuration.endpoints[ids[0]].origin
    else:
        kind, rule = "identify object", f"match_{identifier}"
        places = [
            (question.tried if unknown is None else question.possible, place)
            for (place,), unknown in question.in_order(
                zip(_places(question.tried, identifier)), zip(_places(question.possible, identifier))
            )
        ]
        count, first = len(places), [objects.ids[place] for objects, place in places[:SHOWN_VALUES]]
        if count == 1:
            objects, place = places[0]
            origin = _origin(objects[place], identifier)
    reasons = [
        Reason(f"not known here: {unknown.what}; one of these may be found", unknown.origin, UNKNOWN)
        for unknown in question.further(_TYPES.get(identifier, "identify"))
    ]
    if count:
        text = f"{what} isn't told, so {kind} {_listed(first, count)} may be found ({rule})"
        reasons.append(Reason(text, origin, UNKNOWN))
    elif not reasons:
        reasons.append(Reason(f"no {kind} has {rule}", None, NO))
    return Step(identifier, None, None, tuple(reasons))


def _places(objects: TriedIdentifies, identifier: str) -> Sequence[int]:
    """Return the places of the objects with a rule of an identifier."""
    return objects.with_header if identifier == "header" else objects.with_request_uri


def _origin(identify: Identify, identifier: str) -> Origin | None:
    rule = identify.header if identifier == "header" else identify.request_uri
    return rule.origin if rule is not None else None


_TYPES = {"line": "registration", "auth_username": "endpoint"}


def _listed(first: Iterable[str], count: int) -> str:
    """Return the first few ids, and how many others there are."""
    more = f" or {count - SHOWN_VALUES} others" if count > SHOWN_VALUES else ""
    return " or ".join(map(shown, first)) + more
