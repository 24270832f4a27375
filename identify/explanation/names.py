"""The identifiers ``username``, ``auth_username`` and ``anonymous``: endpoints looked up by name.

Facts:

- ``username`` takes user and domain of the From URI, ``anonymous`` the word anonymous and From's domain, and
  both only from sip and sips URIs.  ``auth_username`` takes username and realm of each Authorization in turn.
- Looked up are, in this order: user@domain; user@ the domain of the domain_alias whose id is the domain (one
  step); user@ the domain of the transport section; user.  With disable_multi_domain only user.  All are
  compared byte by byte.
- The first endpoint that exists decides.  ``username`` and ``auth_username`` want the method in its
  identify_by; without it ``username`` gives up, ``auth_username`` goes on with the next Authorization.
- ignore_uri_user_options cuts the decoded From user at its first semicolon.
"""

from __future__ import annotations

import attrs

from identify.explanation.question import Question
from identify.explanation.result import MATCH, MISSING, NEAR, NO, NOTE, Reason, Step
from identify.explanation.words import encoded, named, quoted

__all__ = ["anonymous", "auth_username", "username"]

#: Bytes of a From user that Asterisk keeps: its buffer without the NUL.
USER_LIMIT = 255

#: Endpoints of the same user under another domain that one sentence lists.
SHOWN_NEIGHBOURS = 3


@attrs.frozen
class _Candidate:
    """An endpoint id that is looked up, and where its domain came from."""

    id: str
    source: str

    def __str__(self) -> str:
        return f"{quoted(self.id)}{f' ({self.source})' if self.source else ''}"


def username(question: Question) -> Step:
    """Ask for an endpoint named like the From user."""
    uri = question.request.from_uri
    if uri is None or uri.scheme not in ("sip", "sips"):
        return Step("username", None, None, (_no_from(question),))
    sent = _c_string(uri.user or "")
    user = _cut(sent)
    notes: list[Reason] = []
    if question.configuration.settings.ignore_uri_user_options and ";" in user:
        user = user.partition(";")[0]
        notes.append(Reason(f"From user {quoted(sent)} is cut to {quoted(user)} (ignore_uri_user_options)"))
    candidates = _candidates(question, user, uri.host)
    found = _first_existing(question, candidates)
    if found is None:
        reasons = [
            Reason(
                f"From user {quoted(user)} has no endpoint: {_tried(candidates)}",
                None,
                NO,
            )
        ]
        reasons += _near(question, user, candidates)
        if (
            user == sent
            and ";" in user
            and _first_existing(question, _candidates(question, user.partition(";")[0], uri.host))
        ):
            text = (
                f"endpoint {quoted(user.partition(';')[0])} would be found with ignore_uri_user_options=yes"
            )
            reasons.append(Reason(text, question.configuration.settings.origin, NEAR))
        return Step("username", None, None, tuple(notes + reasons))
    reason = _judged(question, found, "username", f"From user {quoted(user)}")
    endpoint = found.id if reason.verdict == MATCH else None
    return Step("username", endpoint, None, (*notes, reason))


def auth_username(question: Question) -> Step:
    """Ask for an endpoint named like the username of an Authorization."""
    authorizations = question.request.authorizations
    if not authorizations:
        return Step("auth_username", None, None, (Reason("the request has no Authorization"),))
    reasons: list[Reason] = []
    for authorization in authorizations:
        user, realm = _c_string(authorization.username), _c_string(authorization.realm)
        who = f"Authorization of {quoted(user)} in realm {quoted(realm)}"
        candidates = _candidates(question, user, realm)
        found = _first_existing(question, candidates)
        if found is None:
            reasons.append(Reason(f"{who} has no endpoint: {_tried(candidates)}", None, NO))
            reasons += _near(question, user, candidates)
            continue
        reasons.append(_judged(question, found, "auth_username", who))
        if reasons[-1].verdict == MATCH:
            return Step("auth_username", found.id, None, tuple(reasons))
    return Step("auth_username", None, None, tuple(reasons))


def anonymous(question: Question) -> Step:
    """Ask for the endpoint for anybody."""
    uri = question.request.from_uri
    if uri is None or uri.scheme not in ("sip", "sips"):
        return Step("anonymous", None, None, (_no_from(question),))
    candidates = _candidates(question, "anonymous", uri.host)
    found = _first_existing(question, candidates)
    if found is None:
        text = f"there is no endpoint for anonymous requests: {_tried(candidates)}"
        reasons = [Reason(text, None, NO), *_other_case(question, candidates)]
        return Step("anonymous", None, None, tuple(reasons))
    endpoint = question.configuration.endpoints[found.id]
    text = f"{named('endpoint', found.id, endpoint.origin)} exists{_by(found)}: it takes any sip From"
    return Step("anonymous", found.id, None, (Reason(text, endpoint.origin, MATCH),))


def _candidates(question: Question, user: str, domain: str) -> list[_Candidate]:
    """Return the ids that are looked up, in order."""
    configuration = question.configuration
    if configuration.settings.disable_multi_domain:
        return [_Candidate(user, "disable_multi_domain=yes")]
    candidates = [_Candidate(f"{user}@{domain}", "")]
    alias = configuration.domain_aliases.get(domain)
    if alias is not None:
        candidates.append(_Candidate(f"{user}@{alias.domain}", f"domain_alias {quoted(alias.id)}"))
    if question.transport is not None and question.transport.domain:
        source = f"domain of transport {quoted(question.transport.id)}"
        candidates.append(_Candidate(f"{user}@{question.transport.domain}", source))
    candidates.append(_Candidate(user, ""))
    return candidates


def _first_existing(question: Question, candidates: list[_Candidate]) -> _Candidate | None:
    """Return the first candidate that is an endpoint."""
    return next((one for one in candidates if one.id in question.configuration.endpoints), None)


def _judged(question: Question, found: _Candidate, method: str, who: str) -> Reason:
    """Say that an endpoint was found, and whether its identify_by allows the method."""
    endpoint = question.configuration.endpoints[found.id]
    name = named("endpoint", found.id, endpoint.origin)
    if method in endpoint.identify_by:
        return Reason(f"{who} is {name}{_by(found)}", endpoint.origin, MATCH)
    allowed = ",".join(endpoint.identify_by) or "empty"
    goes_on = "no other name is tried" if method == "username" else "this Authorization is passed over"
    text = f"{name} exists{_by(found)}, but its identify_by ({allowed}) doesn't allow {method}: {goes_on}"
    return Reason(text, endpoint.origin, MISSING)


def _by(found: _Candidate) -> str:
    """Return where the found id's domain came from, with its punctuation."""
    return f" by {found.source}" if found.source and found.source != "disable_multi_domain=yes" else ""


def _tried(candidates: list[_Candidate]) -> str:
    """Return what was looked up."""
    return "tried " + ", ".join(str(one) for one in candidates)


def _near(question: Question, user: str, candidates: list[_Candidate]) -> list[Reason]:
    """Say which endpoints were nearly found."""
    reasons = _other_case(question, candidates)
    if not user:
        return reasons
    prefix = f"{user}@"
    told = {one.id for one in candidates}
    neighbours = [id for id in question.configuration.endpoints if id.startswith(prefix) and id not in told]
    for id in neighbours[:SHOWN_NEIGHBOURS]:
        origin = question.configuration.endpoints[id].origin
        reasons.append(
            Reason(
                f"{named('endpoint', id, origin)} exists, for another domain",
                origin,
                NEAR,
            )
        )
    return reasons


def _other_case(question: Question, candidates: list[_Candidate]) -> list[Reason]:
    """Say which endpoints differ from the candidates only in case."""
    reasons = []
    for id in question.in_other_case([one.id for one in candidates]):
        origin = question.configuration.endpoints[id].origin
        reasons.append(
            Reason(
                f"{named('endpoint', id, origin)} exists (ids are case-sensitive)",
                origin,
                NEAR,
            )
        )
    return reasons


def _no_from(question: Question) -> Reason:
    """Say why From names nobody."""
    uri = question.request.from_uri
    if uri is None:
        return Reason("the request has no From URI")
    return Reason(f"From is a {uri.scheme} URI, only sip and sips ones name a user", None, NOTE)


def _c_string(text: str) -> str:
    """Return the text up to its first NUL."""
    return text.partition("\0")[0]


def _cut(user: str) -> str:
    """Return at most as many bytes of the user as Asterisk keeps."""
    return encoded(user)[:USER_LIMIT].decode("utf-8", "surrogateescape")
