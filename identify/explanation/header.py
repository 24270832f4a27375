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
from collections.abc import Collection, Iterator
from functools import cached_property, partial

import attrs

from identify.config.hints.headers import COMPACT_NAMES, header_name_hint
from identify.config.lost import LostObject
from identify.config.releases import Release
from identify.config.tried import Sought, TriedIdentifies, as_pattern
from identify.explanation.hints.glance import Glance
from identify.explanation.hints.values import MOST_NAMES, Hint, Names, PatternHints, similar_name
from identify.explanation.listing import Finding, Outcome, first_object, further_reasons
from identify.explanation.patterns import accepts, compared, negated, wanted
from identify.explanation.places import named, times
from identify.explanation.question import Question
from identify.explanation.telling.lost import none_brief, none_has
from identify.explanation.telling.reasons import MATCH, NEAR, NO, Reason, Step, Verdict
from identify.model import HeaderRule, Identify, TextPattern
from identify.strings import encoded, folded_bytes, quoted, quoted_list, shown

__all__ = ["COMPACT_NAMES", "PRINTED_HEADER_LIMIT", "Printed", "compared_headers", "header"]

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

    endpoint, section, reasons = first_object(
        question, _Comparison(question, values).outcomes, rest, RULE, lambda lost: _meant(values, lost)
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


class Printed:
    """The values of the request's headers, as rules are compared with them."""

    def __init__(self, values: Values, release: Release) -> None:
        self._values = values
        self._release = release
        # A request may have thousands of values, and each of 100,000 rules is compared with them.
        self._literals = {name: {compared(value) for value in each} for name, each in values.items()}

    def accepted(self, name: bytes) -> Collection[bytes]:
        """Return the literals that match a value of a header; ``name`` is in lower case."""
        return self._literals.get(name, ())

    def satisfy(self, name: bytes, sought: Sought) -> bool:
        """Return whether a value of a header satisfies a pattern; ``name`` is in lower case."""
        literal = sought if isinstance(sought, str) else sought.literal
        if literal is not None:
            return encoded(literal) in self.accepted(name)
        return any(accepts(as_pattern(sought), value, self._release) for value in self._values.get(name, ()))


@attrs.frozen
class _Field:
    """A header by a name as a rule has it; ``glance`` has its values, and is None if the request has no such header.

    ``verdict`` is that of rules about it that don't match.
    """

    folded: bytes
    glance: Glance | None
    verdict: Verdict


class _Comparison:
    """The headers of one request, compared with the rules of identify objects."""

    def __init__(self, question: Question, values: Values) -> None:
        self._question = question
        self._values = values
        self._release = question.configuration.release
        self._printed = Printed(values, self._release)
        self._patterns = PatternHints(self._release)
        self._fields: dict[str, _Field] = {}
        self._glances: dict[bytes, Glance] = {}
        self._names: dict[str, str] = {}

    def outcomes(self, identifies: TriedIdentifies) -> Iterator[Outcome]:
        """Compare every rule."""
        fields, rules = self._fields, identifies.sought_headers
        for place, name, sought in zip(identifies.with_header, rules.names, rules.sought, strict=True):
            field = fields.get(name) or self._field(name)
            if (glance := field.glance) is None:
                yield place, field.verdict, 1, self._absent
            elif isinstance(sought, str) and glance.passes(sought, self._patterns.tried):
                yield place, NEAR, 1, self._unlike
            elif self._printed.satisfy(field.folded, sought):
                yield place, MATCH, 1, self._accepted
            else:
                hint = self._hint(name, as_pattern(sought), self._values[field.folded])
                distance = 0 if hint is not None and hint.near else 1
                yield place, NEAR, distance, partial(self._unlike, hint=hint)

    def _field(self, name: str) -> _Field:
        folded = folded_bytes(name)
        glance = self._glances.get(folded)
        if glance is None and folded in self._values:
            values = self._values[folded][:MOST_VALUES]
            glance = self._glances[folded] = Glance(values, name, self._printed.accepted(folded))
        near = glance is not None or self._has_other(name)
        field = self._fields[name] = _Field(folded, glance, NEAR if near else NO)
        return field

    def _hint(self, name: str, pattern: TextPattern, present: list[str]) -> Hint | None:
        """Return what keeps the nearest of the values from matching."""
        found = None
        for value in present[:MOST_VALUES]:
            hint = self._patterns.find(pattern, value, name)
            if hint is not None and hint.near:
                return hint
            found = found or hint
        return found

    def _has_other(self, name: str) -> bool:
        """Return whether the request may have a header by another name."""
        return bool(self._other_name(name)) or folded_bytes(name) in COMPACT_NAMES

    def _other_name(self, name: str) -> str:
        """Return why a header isn't in the request, "" if that isn't clear."""
        found = self._names.get(name)
        if found is None and len(self._names) < MOST_NAMES:
            found = self._names[name] = similar_name(name, self._present, self._values)
        return found or ""

    @cached_property
    def _present(self) -> Names:
        names = dict(self._question.request.printed_headers)
        return Names(list(names)[:MOST_NAMES])

    def _accepted(self, identify: Identify) -> Finding:
        rule, present = self._rule(identify)
        accepted = next(value for value in present if accepts(rule.pattern, value, self._release))
        return self._finding(identify, MATCH, f"{shown(rule.name)} {quoted(accepted)} {wanted(rule.pattern)}")

    def _unlike(self, identify: Identify, hint: Hint | None = None) -> Finding:
        """Describe a header that is present with other values."""
        rule, present = self._rule(identify)
        does = wanted(rule.pattern)
        if len(present) == 1:
            text = f"{shown(rule.name)} is {quoted(present[0])}, which {negated(does)}"
        else:
            subject = "neither" if len(present) == 2 else "no"
            times_present = f"{shown(rule.name)} is present {times(len(present))}"
            text = f"{times_present}, {subject} value {does}: got {quoted_list(present)}"
        if hint is not None:
            text += f" ({hint.text})"
        return self._finding(identify, NEAR, text, 0 if hint is not None and hint.near else 1)

    def _absent(self, identify: Identify) -> Finding:
        rule, _ = self._rule(identify)
        odd, other = header_name_hint(rule.name), self._other_name(rule.name)
        clause = other or odd
        text = f"{shown(rule.name)} isn't in the request" + (f" ({clause})" if clause else "")
        if folded_bytes(rule.name) in COMPACT_NAMES:
            text = odd
        return self._finding(identify, NEAR if self._has_other(rule.name) else NO, text)

    def _rule(self, identify: Identify) -> tuple[HeaderRule, list[str]]:
        """Return the rule of an object that has one, and the values of its header."""
        if identify.header is None:
            raise ValueError(f"{identify.id} has no match_header")
        return identify.header, self._values.get(folded_bytes(identify.header.name), [])

    def _finding(self, identify: Identify, verdict: Verdict, text: str, distance: int = 1) -> Finding:
        rule, _ = self._rule(identify)
        text = f"{named('identify', identify.id, rule.origin)}: {text}"
        return Finding(verdict=verdict, text=text, origin=rule.origin, distance=distance)


def _meant(values: Values, lost: LostObject) -> Finding | None:
    """Find a ``match_header`` of a lost object that can't be read, and was meant for a header of the request."""
    if not lost.header:
        return None
    name, _, value = re.sub(r"[:=\s]+", ":", lost.header, count=1).partition(":")
    present = values.get(folded_bytes(name), [])
    if lost.identify is None or not name or not present:
        return None
    at = named("identify", lost.id, lost.origin)
    text = f"{at}: {shown(name)} is {quoted_list(present)}, and its match_header is {quoted(lost.header)}"
    return Finding(verdict=MATCH if value in present else NEAR, text=text, origin=lost.origin)
