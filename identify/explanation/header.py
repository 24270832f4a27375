"""The identifier ``header``: ``match_header`` of identify objects against the headers as PJSIP prints them.

How each header is printed, the canonical print, is in ``_ext/message/_header_print.pyx``.

Facts

- The name is compared without regard to ASCII case with the name under which PJSIP prints the header:
  the long name for headers it knows, the name as sent for all others.  ``match_header = f: ...`` never
  matches.
- Every header of that name is tried, the whole printed value of each.
- A header that prints to more than a line of 4 KiB holds is skipped; the others of the same name still count.
- A transport section with ``symmetric_transport`` first adds a parameter to the first Contact.
"""

from __future__ import annotations

import re
from functools import cached_property

from identify.config.hints.headers import COMPACT_NAMES, header_name_hint
from identify.config.lost import LostObject
from identify.config.releases import Release
from identify.explanation.hints.values import MOST_NAMES, Hint, Names, PatternHints, similar_name
from identify.explanation.listing import Finding, first_object, further_reasons
from identify.explanation.patterns import accepts, negated, wanted
from identify.explanation.places import named, times
from identify.explanation.question import Question
from identify.explanation.telling.lost import none_brief, none_has
from identify.explanation.telling.reasons import MATCH, NEAR, NO, Reason, Step, Verdict
from identify.model import HeaderRule, Identify
from identify.strings import encoded, folded_bytes, quoted, quoted_list, shown

__all__ = ["COMPACT_NAMES", "PRINTED_HEADER_LIMIT", "compared_headers", "has_header", "header"]

#: What an object has that this identifier compares.
RULE = "match_header"
#: Bytes of ``name: value`` beyond which a header is skipped.  In recorded answers 4090 bytes are compared
#: and 4094 are skipped; the limit is somewhere in between.
PRINTED_HEADER_LIMIT = 4092

#: Values of one header in which hints are looked for; a request may have thousands.
MOST_VALUES = 8

Values = dict[bytes, list[str]]


def header(question: Question) -> Step:
    """Ask which identify's ``match_header`` a header of the request satisfies.

    Twin: ``decide_header`` in ``_ext/decision/_decide.pyx``.
    """
    transport = question.transport
    release = question.configuration.release
    symmetric = transport.id if transport is not None and transport.symmetric_transport else None
    values, notes = compared_headers(question)
    if symmetric is not None and b"contact" in values:
        text = f"transport {quoted(symmetric)} is symmetric: it adds ;x-ast-txp to the first Contact"
        notes.append(Reason(text, transport.origin if transport is not None else None))

    def rest(count: int) -> str:
        subject = (
            "1 other identify object requires" if count == 1 else f"{count} other identify objects require"
        )
        return f"{subject} headers or values that the request doesn't have"

    hints = _Hints(question, values)
    endpoint, section, reasons = first_object(
        question,
        lambda identify: _look(values, identify, release, hints),
        rest,
        RULE,
        lambda lost: _meant(values, lost),
    )
    if values:
        reasons = further_reasons(question, "identify", "may match a header of the request") + reasons
    if not reasons:
        notes = [none_has(question.configuration.lost, RULE)]
    return Step(
        "header",
        endpoint,
        section,
        tuple(reasons + notes),
        brief=none_brief(question.configuration.lost, RULE),
    )


def compared_headers(question: Question) -> tuple[Values, list[Reason]]:
    """Return the values of the request's headers by name in lower case, and a note for each that is too long."""
    transport = question.transport
    symmetric = transport.id if transport is not None and transport.symmetric_transport else None
    values: Values = {}
    notes: list[Reason] = []
    for name, value, printed in question.request.header_prints(symmetric):
        size = len(encoded(name)) + len(": ") + printed
        if size > PRINTED_HEADER_LIMIT:
            notes.append(Reason(f"a header {quoted(name)} of {size} bytes is too long to be compared"))
        else:
            values.setdefault(folded_bytes(name), []).append(value)
    return values, notes


def has_header(values: Values, rule: HeaderRule, release: Release) -> bool:
    """Return whether one of the values satisfies the rule."""
    return any(accepts(rule.pattern, value, release) for value in values.get(folded_bytes(rule.name), ()))


class _Hints:
    """What may have been overlooked in the rules of one question."""

    def __init__(self, question: Question, values: Values) -> None:
        self._question = question
        self._values = values
        self._patterns = PatternHints(question.configuration.release)
        self._names: dict[str, str] = {}

    def value(self, rule: HeaderRule, present: list[str]) -> Hint | None:
        """Return what keeps the nearest of the values from matching."""
        found = None
        for value in present[:MOST_VALUES]:
            hint = self._patterns.find(rule.pattern, value, rule.name)
            if hint is not None and hint.near:
                return hint
            found = found or hint
        return found

    def name(self, name: str) -> str:
        """Return why a header isn't in the request, "" if that isn't clear."""
        found = self._names.get(name)
        if found is None and len(self._names) < MOST_NAMES:
            found = self._names[name] = similar_name(name, self._present, self._values)
        return found or ""

    @cached_property
    def _present(self) -> Names:
        names = dict(self._question.request.printed_headers)
        return Names(list(names)[:MOST_NAMES])


def _look(values: Values, identify: Identify, release: Release, hints: _Hints) -> Finding | None:
    """Look at one object's header rule."""
    rule = identify.header
    if rule is None:
        return None
    folded = folded_bytes(rule.name)
    present = values.get(folded, [])
    accepted: str | None = None
    hint: Hint | None = None
    other = ""
    if present:
        accepted = next((value for value in present if accepts(rule.pattern, value, release)), None)
        hint = hints.value(rule, present) if accepted is None else None
    else:
        other = hints.name(rule.name)
    near = present or other or folded in COMPACT_NAMES
    verdict: Verdict = MATCH if accepted is not None else NEAR if near else NO
    return Finding(
        verdict=verdict,
        text=lambda: (
            f"{named('identify', identify.id, rule.origin)}: {_word(rule, present, accepted, hint, other)}"
        ),
        origin=rule.origin,
        distance=0 if hint is not None and hint.near else 1,
    )


def _meant(values: Values, lost: LostObject) -> Finding | None:
    """Find a ``match_header`` of a lost object that can't be read, and was meant for a header of the request."""
    name, _, value = re.sub(r"[:=\s]+", ":", lost.header, count=1).partition(":")
    present = values.get(folded_bytes(name), [])
    if lost.identify is None or not name or not present:
        return None
    at = named("identify", lost.id, lost.origin)
    text = f"{at}: {shown(name)} is {quoted_list(present)}, and its match_header is {quoted(lost.header)}"
    return Finding(verdict=MATCH if value in present else NEAR, text=lambda: text, origin=lost.origin)


def _word(rule: HeaderRule, present: list[str], accepted: str | None, hint: Hint | None, other: str) -> str:
    """Return the outcome of a rule in words."""
    if accepted is not None:
        return f"{shown(rule.name)} {quoted(accepted)} {wanted(rule.pattern)}"
    if present:
        return _unlike(rule, present) + (f" ({hint.text})" if hint is not None else "")
    odd = header_name_hint(rule.name)
    if folded_bytes(rule.name) in COMPACT_NAMES:
        return odd
    clause = other or odd
    return f"{shown(rule.name)} isn't in the request" + (f" ({clause})" if clause else "")


def _unlike(rule: HeaderRule, present: list[str]) -> str:
    """Describe a header that is present with other values."""
    does = wanted(rule.pattern)
    if len(present) == 1:
        return f"{shown(rule.name)} is {quoted(present[0])}, which {negated(does)}"
    subject = "neither" if len(present) == 2 else "no"
    got = quoted_list(present)
    return f"{shown(rule.name)} is present {times(len(present))}, {subject} value {does}: got {got}"
