"""The identifier ``line``: the token that a registration put into the Contact of its REGISTERs.

Facts

- The value of the To URI's parameter ``line`` is looked up; only if To has no such parameter, that of the
  request URI's.  Names of parameters are compared without regard to case, values byte by byte.
- A token that Asterisk made has seven letters a-z, so no other value can be one that wasn't told.
- Registrations without ``line`` have an empty token and no endpoint, so an empty value finds nothing.
- Releases that answer 416 to tel URIs in To and the request URI don't look at the parameters of these either.
- It is always the first identifier, and identify_by doesn't affect it.
"""

from __future__ import annotations

from identify._compiled._request_parts import Uri
from identify.config.releases import TEL_REFUSED
from identify.explanation.places import named
from identify.explanation.question import Question
from identify.explanation.telling.lost import refused_line
from identify.explanation.telling.reasons import MATCH, MISSING, NEAR, NO, UNKNOWN, Reason, Step, Verdict
from identify.strings import SHOWN_VALUES, escaped, folded_bytes, quoted, shown

__all__ = ["line", "line_value", "token_shaped"]

#: Letters of a token that Asterisk made.
TOKEN_LENGTH = 7


def line(question: Question) -> Step:
    """Ask which registration's token the request carries.

    Twin: ``decide_line`` in ``_ext/decision/_decide.pyx``.
    """
    place, value = line_value(question)
    if value is None:
        text = "neither the To URI nor the request URI has a line parameter"
        return Step(
            "line", None, None, (Reason(text, None, NO), *_unseen(question)), brief="no line parameter"
        )
    configuration = question.configuration
    for registration in configuration.registrations.values():
        if not registration.line or not value or question.line_tokens.get(registration.id) != value:
            continue
        name = named("registration", registration.id, registration.origin)
        found = f"{place} has line={quoted(value)}, the token of {name}"
        if registration.endpoint in configuration.endpoints:
            text = f"{found}: endpoint {quoted(registration.endpoint)}"
            return Step(
                "line",
                registration.endpoint,
                registration.id,
                (Reason(text, registration.origin, MATCH),),
            )
        text = (
            f"{found}, but it points to {question.missing(registration.endpoint)}: this identifier gives up"
        )
        verdict: Verdict = MISSING
        if question.further("endpoint"):
            text = f"{found}, and it points to {question.missing(registration.endpoint)}"
            verdict = UNKNOWN
        return Step("line", None, None, (Reason(text, registration.origin, verdict),))
    return Step("line", None, None, tuple(_unknown(question, place, value)))


def _token(question: Question, uri: Uri | None) -> str | None:
    """Return the value of a URI's parameter, None where there is none or it isn't looked at."""
    if uri is None or (uri.scheme == "tel" and question.configuration.release.dialect & TEL_REFUSED):
        return None
    return uri.parameter("line")


def _unseen(question: Question) -> list[Reason]:
    """Say which tokens aren't looked at."""
    uris = {"To": question.request.to_uri, "the request URI": question.request.request_uri}
    return [
        Reason(
            f"{place} has line={quoted(uri.parameter('line') or '')}, "
            f"but Asterisk {question.configuration.release.name} doesn't look at tel URIs",
            None,
            NEAR,
        )
        for place, uri in uris.items()
        if uri is not None and uri.parameter("line") is not None
    ]


def line_value(question: Question) -> tuple[str, str | None]:
    """Return the place of the value that is looked up, and the value, None if there is none."""
    request = question.request
    value = _token(question, request.to_uri)
    if value is not None:
        return "To", value
    return "the request URI", _token(question, request.request_uri)


def token_shaped(value: str) -> bool:
    """Return whether Asterisk could have made the value as a token."""
    return len(value) == TOKEN_LENGTH and all("a" <= letter <= "z" for letter in value)


def _doubtful(question: Question, place: str, value: str) -> list[Reason]:
    """Say whose token a value may be, of those that weren't told and of registrations that aren't known."""
    ids = [id for id in question.untold() if id in question.configuration.registrations]
    found = f"{place} has line={quoted(value)}, which may be the token of"
    reasons = []
    if ids:
        several = len(ids) > 1
        listed = " or ".join(map(shown, ids[:SHOWN_VALUES]))
        more = f" or {len(ids) - SHOWN_VALUES} others" if len(ids) > SHOWN_VALUES else ""
        told = "their tokens weren't given" if several else "its token wasn't given"
        registration = question.configuration.registrations[ids[0]]
        origin = None if several else registration.origin
        if not several and registration.endpoint not in question.configuration.endpoints:
            told += f"; it points to {question.missing(registration.endpoint)}"
        reasons.append(Reason(f"{found} registration {listed}{more}: {told}", origin, UNKNOWN))
    for unknown in question.further("registration"):
        text = f"{found} a registration that isn't known here: {escaped(unknown.what)}"
        reasons.append(Reason(text, unknown.origin, UNKNOWN))
    return reasons


def _unknown(question: Question, place: str, value: str) -> list[Reason]:
    """Say that a value is no registration's token, which token is like it, and that only To was asked."""
    doubtful = _doubtful(question, place, value) if token_shaped(value) else []
    with_line = [
        registration for registration in question.configuration.registrations.values() if registration.line
    ]
    if not value:
        text = f"{place} has an empty line parameter, which never matches a token"
    elif not with_line:
        loaded = " that Asterisk loads" if question.configuration.lost.registrations else ""
        text = f"{place} has line={quoted(value)}, but no registration{loaded} has line=yes"
    elif question.untold() and not token_shaped(value):
        text = f"{place} has line={quoted(value)}, which is no registration's token: Asterisk makes seven letters a-z"
    else:
        text = f"{place} has line={quoted(value)}, which matches no registration's token"
    reasons = doubtful or [Reason(text, None, NO)]
    reasons += refused_line(question.configuration.lost)
    for registration in with_line:
        token = question.line_tokens.get(registration.id, "")
        if value and folded_bytes(token) == folded_bytes(value):
            name = named("registration", registration.id, registration.origin)
            text = f"the token of {name} is {quoted(token)} (tokens are case-sensitive)"
            reasons.append(Reason(text, registration.origin, NEAR))
    request_uri = question.request.request_uri
    if place == "To" and request_uri is not None and request_uri.parameter("line") is not None:
        other = quoted(request_uri.parameter("line") or "")
        text = f"the request URI has line={other}, but To has one too, so this one is ignored"
        reasons.append(Reason(text, None, NEAR))
    return reasons
