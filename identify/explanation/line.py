"""The identifier ``line``: the token that a registration put into the Contact of its REGISTERs.

Facts

- The value of the To URI's parameter ``line`` is looked up; only if To has no such parameter, that of the
  request URI's.  Names of parameters are compared without regard to case, values byte by byte.
- Registrations without ``line`` have an empty token and no endpoint, so an empty value finds nothing.
- Releases that answer 416 to tel URIs in To and the request URI don't look at the parameters of these either.
- It is always the first identifier, and identify_by doesn't affect it.
"""

from __future__ import annotations

from identify._compiled._request import Uri
from identify.config.releases import TEL_REFUSED
from identify.explanation.question import Question
from identify.explanation.result import MATCH, MISSING, NEAR, NO, Reason, Step
from identify.explanation.words import named
from identify.strings import folded_bytes, quoted

__all__ = ["line"]


def line(question: Question) -> Step:
    """Ask which registration's token the request carries.

    Twin: ``decide_line`` in ``_ext/decision/_decide.pyx``.
    """
    request = question.request
    place, value = "To", _token(question, request.to_uri)
    if value is None:
        place, value = "the request URI", _token(question, request.request_uri)
    if value is None:
        text = "neither the To URI nor the request URI has a line parameter"
        return Step("line", None, None, (Reason(text, None, NO), *_unseen(question)))
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
        return Step("line", None, None, (Reason(text, registration.origin, MISSING),))
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


def _unknown(question: Question, place: str, value: str) -> list[Reason]:
    """Say that a value is no registration's token, which token is like it, and that only To was asked."""
    with_line = [
        registration for registration in question.configuration.registrations.values() if registration.line
    ]
    if not value:
        text = f"{place} has an empty line parameter, which never matches a token"
    elif not with_line:
        text = f"{place} has line={quoted(value)}, but no registration has line=yes"
    else:
        text = f"{place} has line={quoted(value)}, which matches no registration's token"
    reasons = [Reason(text, None, NO)]
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
