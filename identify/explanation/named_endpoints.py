"""The identifiers ``username``, ``auth_username`` and ``anonymous``: endpoints looked up by name.

Facts

- ``username`` takes the user and domain of the From URI, ``anonymous`` the word anonymous and From's domain, and
  both only from sip and sips URIs.  ``auth_username`` takes the username and realm of each Authorization in turn.
- These ids are looked up in this order: user@domain; user@ the domain of the domain_alias whose id is the domain (one
  step); user@ the domain of the transport section; user.  With disable_multi_domain only user.  All are
  compared byte by byte.
- The first endpoint that exists decides.  ``username`` and ``auth_username`` require the method in its
  identify_by; without it ``username`` gives up, ``auth_username`` continues with the next Authorization.
- ignore_uri_user_options cuts the decoded From user at its first semicolon.
- A NUL, which an escape or a host in brackets can hold, ends a user and a domain.
"""

from __future__ import annotations

from collections.abc import Collection

import attrs

from identify.explanation.hints.endpoints import longer_numbers, other_forms, other_headers
from identify.explanation.listing import further_reasons
from identify.explanation.places import named
from identify.explanation.question import Question
from identify.explanation.telling.lost import lost_aliased, lost_named, lost_texts
from identify.explanation.telling.reasons import MATCH, MISSING, NEAR, NO, NOTE, Reason, Step
from identify.strings import decoded, encoded, quoted, quoted_list, shown

__all__ = ["anonymous", "auth_username", "looked_up", "username"]

#: Bytes of a From user that Asterisk keeps: its buffer without the NUL.
USER_LIMIT = 255

#: Endpoints of the same user under another domain that one sentence lists.
SHOWN_NEIGHBOURS = 3

#: Authorization headers that are reported one by one; a message may hold thousands.
SHOWN_AUTHORIZATIONS = 8


#: A name and the domain that it is looked up with.
Name = tuple[str, str]


@attrs.frozen
class _TriedId:
    """An endpoint id that is looked up, and where its domain came from."""

    id: str
    source: str

    def __str__(self) -> str:
        return f"{quoted(self.id)}{f' ({self.source})' if self.source else ''}"


def username(question: Question) -> Step:
    """Ask for an endpoint named like the From user.

    Twin: ``decide_username`` in ``_ext/decision/_decide.pyx``.
    """
    uri = question.request.from_uri
    if uri is None or uri.scheme not in ("sip", "sips"):
        return Step("username", None, None, (_no_from(question),))
    user = _cut(_c_string(uri.user or ""))
    whole = user
    notes: list[Reason] = []
    if question.configuration.settings.ignore_uri_user_options and ";" in whole:
        user = whole.partition(";")[0]
        notes.append(Reason(f"From user {quoted(whole)} is cut to {quoted(user)} (ignore_uri_user_options)"))
    domain = _c_string(uri.host)
    candidates = _candidates(question, user, domain)
    found = _first_existing(question, candidates)
    if found is None:
        reasons = [*notes, *_nobody(question, f"From user {quoted(user)}", user, domain, candidates)]
        tried = {candidate.id for candidate in candidates}
        others = [*_uncut(question, user, domain), *other_headers(question, user, tried)]
        return Step("username", None, None, (*reasons, *others))
    reason = _judged(question, found, "username", f"From user {quoted(user)}")
    before = _lost(question, candidates[: candidates.index(found)], "would match before it")
    reasons = [*notes, reason, *before, *_further(question)]
    return Step("username", found.id if reason.verdict == MATCH else None, None, tuple(reasons))


def auth_username(question: Question) -> Step:
    """Ask for an endpoint named like the username of an Authorization.

    Twin: ``decide_auth_username`` in ``_ext/decision/_decide.pyx``.
    """
    authorizations = question.request.authorizations
    if not authorizations:
        return Step(
            "auth_username",
            None,
            None,
            (Reason("the request has no Authorization header"),),
            brief="no Authorization",
        )
    reasons: list[Reason] = []
    limit = len(authorizations) if question.everything else SHOWN_AUTHORIZATIONS
    for place, authorization in enumerate(authorizations):
        user, realm = _c_string(authorization.username), _c_string(authorization.realm)
        who = f"Authorization for {quoted(user)} in realm {quoted(realm)}"
        candidates = _candidates(question, user, realm)
        found = _first_existing(question, candidates)
        if found is not None:
            reason = _judged(question, found, "auth_username", who)
            if reason.verdict == MATCH:
                return Step("auth_username", found.id, None, (*reasons, reason))
        if place < limit:
            reasons += [reason] if found is not None else _nobody(question, who, user, realm, candidates)
    if len(authorizations) > limit:
        reasons.append(Reason(f"none of the {len(authorizations)} Authorization headers decides", None, NO))
    return Step("auth_username", None, None, tuple(reasons))


def anonymous(question: Question) -> Step:
    """Ask for the endpoint for anonymous requests.

    Twin: ``decide_anonymous`` in ``_ext/decision/_decide.pyx``.
    """
    uri = question.request.from_uri
    if uri is None or uri.scheme not in ("sip", "sips"):
        return Step("anonymous", None, None, (_no_from(question),))
    candidates = _candidates(question, "anonymous", _c_string(uri.host))
    found = _first_existing(question, candidates)
    if found is None:
        reason = _nothing(question, "there is no endpoint for anonymous requests", candidates)
        lost = _lost(question, candidates, "would accept any From with a SIP URI")
        tried = {candidate.id for candidate in candidates}
        others = _elsewhere(question, "anonymous", _c_string(uri.host), tried)
        return Step(
            "anonymous",
            None,
            None,
            (*lost, reason, *_further(question), *others),
            brief="no endpoint 'anonymous'",
        )
    endpoint = question.configuration.endpoints[found.id]
    text = f"{named('endpoint', found.id, endpoint.origin)} exists{_by(found)}: it accepts any From with a SIP URI"
    return Step("anonymous", found.id, None, (Reason(text, endpoint.origin, MATCH), *_further(question)))


def looked_up(question: Question, identifier: str, *, cut: bool) -> list[Name]:
    """Return the names that an identifier looks up in turn; ``cut`` is ignore_uri_user_options."""
    request = question.request
    if identifier == "auth_username":
        return [(_c_string(each.username), _c_string(each.realm)) for each in request.authorizations]
    uri = request.from_uri
    if uri is None or uri.scheme not in ("sip", "sips"):
        return []
    if identifier == "anonymous":
        return [("anonymous", _c_string(uri.host))]
    user = _cut(_c_string(uri.user or ""))
    return [(user.partition(";")[0] if cut else user, _c_string(uri.host))]


def _candidates(question: Question, user: str, domain: str) -> list[_TriedId]:
    """Return the ids that are looked up, in order."""
    configuration = question.configuration
    if configuration.settings.disable_multi_domain:
        return [_TriedId(user, "disable_multi_domain=yes")]
    candidates = [_TriedId(f"{user}@{domain}", "")]
    alias = configuration.domain_aliases.get(domain)
    if alias is not None:
        candidates.append(_TriedId(f"{user}@{alias.domain}", f"domain_alias {quoted(alias.id)}"))
    if question.transport is not None and question.transport.domain:
        source = f"domain of transport {quoted(question.transport.id)}"
        candidates.append(_TriedId(f"{user}@{question.transport.domain}", source))
    candidates.append(_TriedId(user, ""))
    return candidates


def _first_existing(question: Question, candidates: list[_TriedId]) -> _TriedId | None:
    """Return the first candidate that is an endpoint."""
    return next(
        (candidate for candidate in candidates if candidate.id in question.configuration.endpoints), None
    )


def _judged(question: Question, found: _TriedId, method: str, who: str) -> Reason:
    """Say that an endpoint was found, and whether its identify_by allows the method."""
    endpoint = question.configuration.endpoints[found.id]
    name = named("endpoint", found.id, endpoint.origin)
    if method in endpoint.identify_by:
        return Reason(f"{who} is {name}{_by(found)}", endpoint.origin, MATCH)
    allowed = ",".join(endpoint.identify_by) or "empty"
    goes_on = "no other name is tried" if method == "username" else "this Authorization is skipped"
    text = f"{name} exists{_by(found)}, but its identify_by ({allowed}) doesn't allow {method}: {goes_on}"
    return Reason(text, endpoint.origin, MISSING, advice=f"add {method} to its identify_by")


def _by(found: _TriedId) -> str:
    """Return where the found id's domain came from, with its punctuation."""
    return f" by {found.source}" if found.source and found.source != "disable_multi_domain=yes" else ""


def _nobody(question: Question, who: str, user: str, domain: str, candidates: list[_TriedId]) -> list[Reason]:
    """Say that nobody was found, and which endpoints nearly were."""
    reasons = [
        *_lost(question, candidates, "would match"),
        *lost_texts(question.configuration.lost),
        _nothing(question, f"{who} has no endpoint", candidates),
        *_further(question),
    ]
    if not user:
        return reasons
    looked_up = {candidate.id for candidate in candidates}
    endpoints = question.configuration.endpoints
    neighbours = _elsewhere(question, user, domain, looked_up)
    if neighbours:
        return [*reasons, *neighbours]
    forms = other_forms(question, user, domain, looked_up)
    for id in [] if forms else longer_numbers(user, endpoints)[:SHOWN_NEIGHBOURS]:
        text = f"{named('endpoint', id, endpoints[id].origin)} exists: it has more digits before this number"
        forms.append(Reason(text, endpoints[id].origin, NEAR))
    return [*reasons, *forms]


def _elsewhere(question: Question, user: str, domain: str, looked_up: Collection[str]) -> list[Reason]:
    """Say which endpoints of the same user have another domain, and what would make it that of the request."""
    endpoints = question.configuration.endpoints
    begins = f"{user}@"
    found = [id for id in endpoints if id.startswith(begins) and id not in looked_up]
    reasons = []
    for id in found[:SHOWN_NEIGHBOURS]:
        text = f"{named('endpoint', id, endpoints[id].origin)} exists, but for another domain"
        other = id.partition("@")[2]
        if question.configuration.settings.disable_multi_domain:
            text += ": with disable_multi_domain=yes no domain is looked up"
        elif other and domain and domain not in question.configuration.domain_aliases:
            text += (
                f": [{shown(domain)}] with type=domain_alias and domain={shown(other)} would make it this one"
            )
        reasons.append(Reason(text, endpoints[id].origin, NEAR))
    return reasons


def _lost(question: Question, candidates: list[_TriedId], would: str) -> list[Reason]:
    """Say which objects with one of the names, or leading to one, the configuration has lost."""
    lost = question.configuration.lost
    reasons = list(lost_named(lost, (candidate.id for candidate in candidates), would))
    if candidates and not question.configuration.settings.disable_multi_domain:
        user, _, domain = candidates[0].id.rpartition("@")
        reasons += lost_aliased(lost, question.configuration.endpoints, user, domain)
    return reasons


def _further(question: Question) -> list[Reason]:
    """Say which objects that aren't known may lead to an endpoint."""
    if not question.unknowns:
        return []
    reasons = further_reasons(question, "endpoint", "may be found")
    if not question.configuration.settings.disable_multi_domain:
        for type, may in (("domain_alias", "may add a domain"), ("transport", "may add its domain")):
            told = {reason.origin for reason in reasons}
            further = further_reasons(question, type, may)
            reasons += [reason for reason in further if reason.origin not in told]
    return reasons


def _nothing(question: Question, text: str, candidates: list[_TriedId]) -> Reason:
    """Say what was looked up without success, and which endpoints differ from it only in case."""
    text = f"{text}: tried {', '.join(str(candidate) for candidate in candidates)}"
    others = question.in_other_case([candidate.id for candidate in candidates])[:SHOWN_NEIGHBOURS]
    if not others:
        return Reason(text, None, NO)
    exist = "exists" if len(others) == 1 else "exist"
    text = f"{text}; {quoted_list(others)} {exist} (ids are case-sensitive)"
    return Reason(text, question.configuration.endpoints[others[0]].origin, NEAR)


def _uncut(question: Question, user: str, domain: str) -> list[Reason]:
    """Say that ignore_uri_user_options would have found an endpoint."""
    shorter, semicolon, _ = user.partition(";")
    found = _first_existing(question, _candidates(question, shorter, domain)) if semicolon else None
    if found is None:
        return []
    settings = question.configuration.settings
    text = f"with ignore_uri_user_options=yes it would be endpoint {quoted(found.id)}"
    return [Reason(text, settings.origin, NEAR)]


def _no_from(question: Question) -> Reason:
    """Say why From names no user."""
    uri = question.request.from_uri
    if uri is None:
        return Reason("the request has no From URI")
    return Reason(f"From is a {uri.scheme} URI; only sip and sips URIs name a user", None, NOTE)


def _c_string(text: str) -> str:
    """Return the text up to its first NUL."""
    return text.partition("\0")[0]


def _cut(user: str) -> str:
    """Return at most as many bytes of the user as Asterisk keeps."""
    return decoded(encoded(user)[:USER_LIMIT])
