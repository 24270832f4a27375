"""The whole decision, identifier by identifier and rule by rule, with its reasons: the specification in code.

Of the compiled engine only the parsed request and the C library's regular expressions are used, so that the two
can be checked against each other.  With the request come its headers as PJSIP prints them
(``_ext/message/_header_print.pyx``) and what is answered before identification, such as 416
(``_ext/message/_screening.pyx``).  Each identifier is a function of its own in
``identify.explanation``, whose module begins with the facts it implements.  Time grows with the number of
rules: this is for questions, :class:`identify.engine.Engine` is for traffic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from identify.explanation.header import header
from identify.explanation.ip import ip
from identify.explanation.line import line
from identify.explanation.named_endpoints import anonymous, auth_username, username
from identify.explanation.question import Configured, Question
from identify.explanation.request_uri import request_uri
from identify.explanation.result import NOTE, REASON_KINDS, Explanation, Reason, Step
from identify.explanation.transport_section import transport_section
from identify.model import Match

if TYPE_CHECKING:
    from identify._compiled._request import Request

__all__ = ["REASON_KINDS", "Explanation", "Reason", "Step", "explain", "transport_section"]

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
    everything: bool = False,
) -> Explanation:
    """Ask every identifier in turn; the first that names an endpoint decides.

    ``line_tokens`` are the registrations' tokens by id.  Reasons are limited to what matches or nearly
    matches, and a few others; with ``everything`` every rule has one.  A request that another release than the
    configuration's has read is read again; raises :class:`~identify.errors.MessageError` if that release drops it.
    """
    request = request.as_read_by(configuration.release)
    question = Question(
        configuration=configuration,
        line_tokens=line_tokens,
        request=request,
        transport=transport_section(configuration, request),
        everything=everything,
    )
    match: Match | None = None
    steps: list[Step] = []
    for identifier in configuration.identifiers:
        step = IDENTIFIERS[identifier](question)
        if step.endpoint is not None:
            if match is None:
                match = Match(step.endpoint, identifier, step.section)
            else:
                late = Reason(
                    f"would have matched, but '{match.identifier}' came first",
                    None,
                    NOTE,
                )
                step = attrs.evolve(step, reasons=(*step.reasons, late))
        steps.append(step)
    return Explanation(match, tuple(steps), request.screening)
