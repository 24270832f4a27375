"""The whole decision, identifier by identifier and rule by rule, with its reasons: the specification in code.

Of the compiled engine only the parsed request and the C library's regular expressions are used, so that the two
can be checked against each other.  With the request come its headers as PJSIP prints them
(``_ext/message/_header_print.pyx``) and what is answered before identification, such as 416
(``_ext/message/_screening.pyx``).  Each identifier is a function of its own in
``identify.explanation``, whose module begins with the facts it implements.  Time grows with the number of
rules: this is for questions, :class:`identify.engine.Engine` is for traffic.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from identify.explanation.around.access import screen
from identify.explanation.around.refusals import NOTHING
from identify.explanation.header import header
from identify.explanation.ip import ip
from identify.explanation.line import line
from identify.explanation.named_endpoints import anonymous, auth_username, username
from identify.explanation.question import Configured, Question
from identify.explanation.request_uri import request_uri
from identify.explanation.result import DENIED, PASS, Explanation, Possibility
from identify.explanation.telling.lost import lost_order
from identify.explanation.telling.reasons import NOTE, REASON_KINDS, Reason, Step
from identify.explanation.transport_section import transport_section
from identify.explanation.undetermined import possible_answers
from identify.explanation.undetermined.parts import step_without
from identify.model import Match, Registration, Unknown
from identify.strings import quoted

if TYPE_CHECKING:
    from identify._compiled._request import Request

__all__ = [
    "REASON_KINDS",
    "Explanation",
    "Possibility",
    "Reason",
    "Step",
    "explain",
    "question_about",
    "transport_section",
    "untold_tokens",
]

#: Headers that PJSIP drops a message without, which a request from metadata needn't have.
OF_MESSAGES = frozenset({"Via", "Call-ID", "CSeq", "From", "To"})

IDENTIFIERS: Mapping[str, Callable[[Question], Step]] = {
    "line": line,
    "ip": ip,
    "username": username,
    "anonymous": anonymous,
    "header": header,
    "request_uri": request_uri,
    "auth_username": auth_username,
}


def explain(
    configuration: Configured,
    line_tokens: Mapping[str, str],
    request: Request,
    *,
    unknowns: Sequence[Unknown] | None = None,
    everything: bool = False,
) -> Explanation:
    """Ask every identifier in turn; the first that names an endpoint decides.

    ``line_tokens`` are the registrations' tokens by id.  ``unknowns`` is what isn't known; if None, that is what the
    configuration says, and the token of each registration that has none in ``line_tokens``.  Where contents of it give
    different endpoints, the request is undetermined: :attr:`Explanation.undetermined`.  Reasons are limited to what
    matches or nearly matches, and a few others; with ``everything`` every rule has one.  A request that another
    release than the configuration's has read is read again; raises :class:`~identify.errors.MessageError` if that
    release drops it.
    """
    question = question_about(configuration, line_tokens, request, unknowns=unknowns, everything=everything)
    match: Match | None = None
    steps: list[Step] = []
    for identifier in configuration.identifiers:
        step = step_without(question, identifier) or IDENTIFIERS[identifier](question)
        if step.endpoint is not None:
            if match is None:
                match = Match(step.endpoint, identifier, step.section)
            else:
                late = Reason(
                    f"would have matched, but '{match.identifier}' came first",
                    None,
                    NOTE,
                )
                order = lost_order(question, identifier, match.identifier)
                step = attrs.evolve(step, reasons=(*step.reasons, late, *order))
        steps.append(step)
    if not question.unknowns:
        return _around(question, Explanation(match, tuple(steps), PASS, (_possibility(match),)))
    possible, undetermined = possible_answers(question)
    first = possible[0]
    if (
        not undetermined
        and first.endpoint is not None
        and first.identifier is not None
        and (match is None or match.endpoint != first.endpoint)
    ):
        # What is known alone isn't one of the contents: one of two objects exists in any case.
        match = Match(first.endpoint, first.identifier, first.section)
    return _around(question, Explanation(match, tuple(steps), PASS, possible, undetermined))


def question_about(
    configuration: Configured,
    line_tokens: Mapping[str, str],
    request: Request,
    *,
    unknowns: Sequence[Unknown] | None = None,
    everything: bool = False,
) -> Question:
    """Return the question that the identifiers are asked; the arguments are those of :func:`explain`."""
    if unknowns is None:
        unknowns = [*configuration.unknowns, *untold_tokens(configuration.registrations, line_tokens)]
    request = request.as_read_by(configuration.release)
    question = Question(
        configuration=configuration,
        line_tokens=line_tokens,
        request=request,
        transport=None,
        unknowns=tuple(unknowns),
        everything=everything,
    )
    if question.not_given("transport"):
        return question
    return attrs.evolve(question, transport=transport_section(configuration, request))


def untold_tokens(registrations: Mapping[str, Registration], told: Collection[str]) -> list[Unknown]:
    """Return an unknown for each registration with ``line=yes`` whose token wasn't told; ``told`` are ids."""
    return [
        Unknown(
            kind="line-token",
            what=f"the line token of registration {quoted(registration.id)}",
            reason="Asterisk makes it when it starts, and it wasn't given",
            settles="the tokens, from the Contact of each REGISTER: --line-token ID=TOKEN",
            origin=registration.origin,
            registration=registration.id,
        )
        for registration in registrations.values()
        if registration.line and registration.id not in told
    ]


def _around(question: Question, found: Explanation) -> Explanation:
    """Add to what identification finds what happens before and after it."""
    configuration, request = question.configuration, question.request
    contacts = next(iter(question.not_given("contact")), None)
    before = screen(configuration.acls.values(), request, contacts_unknown=contacts)
    endpoint = None
    if found.match is not None and not found.undetermined:
        endpoint = configuration.endpoints.get(found.match.endpoint)
    return attrs.evolve(
        found,
        everything=question.everything,
        screening=DENIED if before.refusals else PASS if contacts is not None else request.screening,
        before=before,
        after=screen([endpoint], request, contacts_unknown=contacts) if endpoint is not None else NOTHING,
        unseen=tuple(question.further("acl")),
        method=request.method,
        to_tag=request.to_tag,
        whole={name for name, _ in request.printed_headers} >= OF_MESSAGES,
    )


def _possibility(match: Match | None) -> Possibility:
    """Return the only possible answer where everything is known."""
    if match is None:
        return Possibility(endpoint=None, identifier=None, section=None)
    return Possibility(endpoint=match.endpoint, identifier=match.identifier, section=match.section)
