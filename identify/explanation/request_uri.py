"""The identifier ``request_uri``: ``match_request_uri`` of identify objects against the printed request URI.

Facts

- The URI is compared as PJSIP prints it: scheme in lower case, without ``?headers`` and the parameter
  ``method``, known parameters first (user, transport, ttl, maddr, lr), an explicit port kept.  Old releases
  keep parameters ``x-ast-...``, the others leave them out.
- A NUL, which a host in brackets or the parameter ``user`` can hold, ends it; blanks at its end stay.
- A printed URI of more than 511 bytes never matches.  The empty literal ``//`` never matches.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from identify.config.lost import LostObject
from identify.config.releases import Release
from identify.config.tried import TriedIdentifies, as_pattern
from identify.explanation.hints.glance import Glance
from identify.explanation.hints.values import Hint, PatternHints
from identify.explanation.listing import Finding, Outcome, first_object, further_reasons
from identify.explanation.patterns import accepts, compared, negated, only, wanted
from identify.explanation.places import named
from identify.explanation.question import Question
from identify.explanation.telling.lost import none_brief, none_has
from identify.explanation.telling.reasons import MATCH, NEAR, NO, Reason, Step, Verdict
from identify.model import Identify, RequestUriRule, TextPattern
from identify.strings import encoded, quoted

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

    endpoint, section, reasons = first_object(
        question, _Comparison(printed, release).outcomes, rest, RULE, lambda lost: _meant(printed, lost)
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


class _Comparison:
    """The printed request URI, compared with the rules of identify objects."""

    def __init__(self, printed: str, release: Release) -> None:
        self._printed = printed
        self._compared = compared(printed, b"")
        self._release = release
        self._hints = PatternHints(release)
        self._glance = Glance([printed], "", [self._compared])
        self._begins = _portless(_split(printed)[0])

    def outcomes(self, identifies: TriedIdentifies) -> Iterator[Outcome]:
        """Compare every rule."""
        begins, passes, hints = self._begins, self._glance.passes, self._hints
        for place, sought in zip(identifies.with_request_uri, identifies.sought_request_uris, strict=True):
            if isinstance(sought, str) and not sought.startswith(begins) and passes(sought, hints.tried):
                yield place, NO, 0, self._unlike
            elif self._accepts(pattern := as_pattern(sought)):
                yield place, MATCH, 0, self._accepted
            else:
                hint = self._hint(pattern)
                near = hint is not None and hint.near
                yield place, NEAR if near else NO, 0, partial(self._unlike, hint=hint)

    def _accepts(self, pattern: TextPattern) -> bool:
        if pattern.literal is not None:
            return encoded(pattern.literal) == self._compared
        return accepts(pattern, self._printed, self._release, blanks=b"")

    def _hint(self, pattern: TextPattern) -> Hint | None:
        """Return what keeps the URI from matching."""
        literal = pattern.literal
        apart = None
        if literal is not None and literal.startswith(self._begins):
            apart = _apart(literal, self._printed)
        return apart or self._hints.find(pattern, self._printed)

    def _accepted(self, identify: Identify) -> Finding:
        rule = _rule(identify)
        return _finding(identify, MATCH, f"the request URI {quoted(self._printed)} {wanted(rule.pattern)}")

    def _unlike(self, identify: Identify, hint: Hint | None = None) -> Finding:
        pattern = _rule(identify).pattern
        verdict: Verdict = NEAR if hint is not None and hint.near else NO
        if pattern.literal == "":
            return _finding(identify, verdict, "the empty literal // never equals a request URI")
        clause = f" ({hint.text})" if hint is not None else ""
        text = f"the request URI is {quoted(self._printed)}, which {negated(wanted(pattern))}{clause}"
        return _finding(identify, verdict, text)


def _rule(identify: Identify) -> RequestUriRule:
    """Return the rule of an object that has one."""
    if identify.request_uri is None:
        raise ValueError(f"{identify.id} has no match_request_uri")
    return identify.request_uri


def _finding(identify: Identify, verdict: Verdict, text: str) -> Finding:
    origin = _rule(identify).origin
    return Finding(verdict=verdict, text=f"{named('identify', identify.id, origin)}: {text}", origin=origin)


def _meant(printed: str, lost: LostObject) -> Finding | None:
    """Find a ``match_request_uri`` of a lost object that can't be read."""
    if lost.identify is None or not lost.request_uri:
        return None
    at = named("identify", lost.id, lost.origin)
    text = f"{at} compares the request URI {quoted(printed)} with {quoted(lost.request_uri)}"
    return Finding(verdict=NEAR, text=text, origin=lost.origin)


def _apart(literal: str, printed: str) -> Hint | None:
    """Return the only part in which a literal and the URI differ, None if there are more."""
    wanted_base, wanted_parameters = _split(literal)
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
