"""The identifier ``request_uri``: ``match_request_uri`` of identify objects against the printed request URI.

Facts

- The URI is compared as PJSIP prints it: scheme in lower case, without ``?headers`` and the parameter
  ``method``, known parameters first (user, transport, ttl, maddr, lr), an explicit port kept.  Old releases
  keep parameters ``x-ast-...``, the others leave them out.
- A NUL, which a host in brackets or the parameter ``user`` can hold, ends it; blanks at its end stay.
- A printed URI of more than 511 bytes never matches.  The empty literal ``//`` never matches.
"""

from __future__ import annotations

from identify.config.lost import LostObject
from identify.config.releases import Release
from identify.explanation.hints.values import Hint, PatternHints
from identify.explanation.listing import Finding, first_object, further_reasons
from identify.explanation.patterns import accepts, negated, only, wanted
from identify.explanation.places import named
from identify.explanation.question import Question
from identify.explanation.telling.lost import none_brief, none_has
from identify.explanation.telling.reasons import MATCH, NEAR, NO, Reason, Step
from identify.model import Identify, RequestUriRule, TextPattern
from identify.strings import quoted

__all__ = ["PRINTED_URI_LIMIT", "compared_uri", "request_uri"]

#: What an object has that this identifier compares.
RULE = "match_request_uri"
#: Bytes of a printed request URI beyond which nothing is compared: Asterisk's buffer without its NUL.
PRINTED_URI_LIMIT = 511


def request_uri(question: Question) -> Step:
    """Ask which identify's ``match_request_uri`` the request URI satisfies.

    Twin: ``decide_request_uri`` in ``_ext/decision/_decide.pyx``.
    """
    request = question.request
    release = question.configuration.release
    if request.request_uri is None:
        return Step("request_uri", None, None, (Reason("the request has no request URI"),))
    printed, size = request.request_uri_print()
    if size > PRINTED_URI_LIMIT:
        text = f"the request URI has {size} bytes in print; more than {PRINTED_URI_LIMIT} never match"
        return Step("request_uri", None, None, (Reason(text),))

    def rest(count: int) -> str:
        subject = (
            "1 other identify object requires" if count == 1 else f"{count} other identify objects require"
        )
        return f"{subject} request URIs other than {quoted(printed)}"

    hints = PatternHints(release)
    endpoint, section, reasons = first_object(
        question,
        lambda identify: _look(printed, identify, release, hints),
        rest,
        RULE,
        lambda lost: _meant(printed, lost),
    )
    reasons = further_reasons(question, "identify", "may match the request URI") + reasons
    if not reasons:
        reasons = [none_has(question.configuration.lost, RULE)]
    return Step(
        "request_uri", endpoint, section, tuple(reasons), brief=none_brief(question.configuration.lost, RULE)
    )


def compared_uri(question: Question) -> str | None:
    """Return the printed request URI, None if there is none that could match."""
    if question.request.request_uri is None:
        return None
    printed, size = question.request.request_uri_print()
    return printed if size <= PRINTED_URI_LIMIT else None


def _look(printed: str, identify: Identify, release: Release, hints: PatternHints) -> Finding | None:
    """Look at one object's request URI rule."""
    rule = identify.request_uri
    if rule is None:
        return None
    accepted = accepts(rule.pattern, printed, release, blanks=b"")
    hint = None if accepted else _apart(rule.pattern, printed) or hints.find(rule.pattern, printed)
    near = hint is not None and hint.near
    return Finding(
        verdict=MATCH if accepted else NEAR if near else NO,
        text=lambda: f"{named('identify', identify.id, rule.origin)}: {_word(rule, printed, accepted, hint)}",
        origin=rule.origin,
    )


def _meant(printed: str, lost: LostObject) -> Finding | None:
    """Find a ``match_request_uri`` of a lost object that can't be read."""
    if lost.identify is None or not lost.request_uri:
        return None
    at = named("identify", lost.id, lost.origin)
    text = f"{at} compares the request URI {quoted(printed)} with {quoted(lost.request_uri)}"
    return Finding(verdict=NEAR, text=lambda: text, origin=lost.origin)


def _word(rule: RequestUriRule, printed: str, accepted: bool, hint: Hint | None) -> str:
    """Return the outcome of a rule in words."""
    does = wanted(rule.pattern)
    if accepted:
        return f"the request URI {quoted(printed)} {does}"
    if rule.pattern.literal == "":
        return "the empty literal // never equals a request URI"
    clause = f" ({hint.text})" if hint is not None else ""
    return f"the request URI is {quoted(printed)}, which {negated(does)}{clause}"


def _apart(pattern: TextPattern, printed: str) -> Hint | None:
    """Return the only part in which a literal and the URI differ, None if there are more, or for an expression."""
    if pattern.literal is None:
        return None
    wanted_base, wanted_parameters = _split(pattern.literal)
    base, parameters = _split(printed)
    apart = None
    if wanted_base == base and wanted_parameters != parameters:
        same = sorted(wanted_parameters) == sorted(parameters)
        apart = "the order of parameters" if same else "parameters"
        if not wanted_parameters:
            return Hint(rf"{only(apart)}; in a file ';' begins a comment unless it is written \;", near=True)
    elif _portless(wanted_base) == _portless(base) and wanted_parameters == parameters:
        apart = "the port"
    return Hint(only(apart), near=True) if apart is not None else None


def _split(uri: str) -> tuple[str, list[str]]:
    """Split a URI into the part before its parameters, and the parameters."""
    user, at, rest = uri.rpartition("@")
    base, *parameters = rest.split(";")
    return user + at + base, parameters


def _portless(base: str) -> str:
    """Return a URI's part before the parameters without its port."""
    head, colon, port = base.rpartition(":")
    # The last colon is the scheme's in sip:example.com, and an address's in sip:[2001:db8::1].
    return head if colon and port.isdigit() and ":" in head else base
