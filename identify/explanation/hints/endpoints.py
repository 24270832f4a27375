"""Endpoints whose ids are nearly what was looked up: with another form of a number, or named by another header.

Facts

``username`` compares the user of From, never that of To or of the request URI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from identify.explanation.places import named
from identify.explanation.telling.reasons import NEAR, NOTE, Reason
from identify.strings import quoted

if TYPE_CHECKING:
    from identify.explanation.question import Question

__all__ = ["other_forms", "other_headers"]

#: Digits of a country or area code that may be missing from a number.
MOST_DIGITS = 5
#: A number has at least so many digits, and at most so many (E.164).
SHORTEST_NUMBER, LONGEST_NUMBER = 5, 20


def other_forms(question: Question, user: str, domain: str, tried: set[str]) -> list[Reason]:
    """Return a reason for the first endpoint that another form of the user has."""
    endpoints = question.configuration.endpoints
    for form, differs in _forms(user):
        for id in (form, f"{form}@{domain}"):
            if id in endpoints and id not in tried:
                text = f"{named('endpoint', id, endpoints[id].origin)} exists: it differs {differs}"
                return [Reason(text, endpoints[id].origin, NEAR)]
    return []


def other_headers(question: Question, user: str, tried: set[str]) -> list[Reason]:
    """Return a note if the user of To or of the request URI is an endpoint, but that of From isn't."""
    request, endpoints = question.request, question.configuration.endpoints
    uris = {"the request URI": request.request_uri, "To": request.to_uri}
    for place, uri in uris.items():
        if uri is None or uri.scheme not in ("sip", "sips") or not uri.user or uri.user == user:
            continue
        id = next(
            (id for id in (uri.user, f"{uri.user}@{uri.host}") if id in endpoints and id not in tried), None
        )
        if id is not None:
            name = named("endpoint", id, endpoints[id].origin)
            text = f"{name} is named by {place}, but this identifier compares only the user of From"
            return [Reason(text, endpoints[id].origin, NOTE)]
    return []


def _forms(user: str) -> Iterator[tuple[str, str]]:
    """Yield other forms of a user, with how they differ from it."""
    stripped = user.strip()
    if stripped != user:
        yield stripped, "only by blanks"
    plain = user.removeprefix("+")
    digits = plain.removeprefix("00") if plain == user else plain
    name, at, realm = user.rpartition("@")
    if at and name:
        yield name, f"by {quoted('@' + realm)}, which is part of the user here"
    if not (digits.isascii() and digits.isdigit() and SHORTEST_NUMBER <= len(digits) <= LONGEST_NUMBER):
        return
    for form in (digits, f"+{digits}", f"00{digits}"):
        if form != user:
            yield form, "only by the leading + or 00"
    for cut in range(1, min(MOST_DIGITS, len(digits) - SHORTEST_NUMBER) + 1):
        for prefix in ("", "0", "+"):
            yield prefix + digits[cut:], f"only by its first digits: the request has {quoted(user)}"


def longer_numbers(user: str, endpoints: Mapping[str, object]) -> list[str]:
    """Return the ids that are the number with a few more digits before it."""
    digits = user.removeprefix("+").lstrip("0")
    if not (digits.isascii() and digits.isdigit() and SHORTEST_NUMBER <= len(digits) <= LONGEST_NUMBER):
        return []
    return [
        id
        for id in endpoints
        if id.endswith(digits)
        and id != user
        and 0 < len(id) - len(digits) <= MOST_DIGITS
        and id.lstrip("+").isdigit()
    ]
