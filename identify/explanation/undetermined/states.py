"""What may vary of identify objects, and which of them may match a request.

A variable has a few states, each a bit, and a set of states is a number.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from identify.explanation.header import COMPACT_NAMES, compared_headers, has_header
from identify.explanation.ip import coverage
from identify.explanation.patterns import accepts
from identify.explanation.question import Question
from identify.explanation.request_uri import compared_uri
from identify.model import Identify, Unknown
from identify.strings import folded_bytes

__all__ = ["FREE", "Key", "Plan", "Slot", "States", "plan_slots"]

#: States of an identify; two more follow for each one of a wizard that may stand in its place.
REFUSED, APART, COVERING = 1, 2, 4

#: A variable: its kind and its name.
Key = tuple[str, str]
#: The possible states of the variables that aren't free.
States = Mapping[Key, int]
FREE: States = {}


@attrs.frozen
class Slot:
    """An object that matches in the states ``mask`` of ``key``, in any if that is None; not ``sure``: may match."""

    identify: Identify
    key: Key | None
    mask: int
    unknowns: tuple[Unknown, ...]
    sure: bool = True


@attrs.frozen
class Plan:
    """The objects that may match, by identifier and in order, and all states of their variables.

    ``comparable`` has the identifiers for which the request has something to compare.
    """

    slots: dict[str, list[Slot]]
    full: dict[Key, int]
    comparable: set[str]


def plan_slots(question: Question) -> Plan:
    """Look at every identify object."""
    release = question.configuration.release
    headers, uris = question.not_given("header"), question.not_given("request_uri")
    values, _ = compared_headers(question)
    uri = compared_uri(question)
    transports = tuple(question.further("transport")) if b"contact" in values else ()
    plan = Plan({"ip": [], "header": [], "request_uri": []}, {}, set())
    states = _states(question, plan.full)
    for identify, unknown in question.tried():
        key, exists, covers = states.get(id(unknown), (None, 1, 0))
        unknowns = (unknown,) if unknown is not None else ()
        if covers or (unknown is None and coverage(question, identify)[1]):
            plan.slots["ip"].append(Slot(identify, key, covers, unknowns))
        rule = identify.header
        if rule is not None and headers:
            if folded_bytes(rule.name) not in COMPACT_NAMES:
                plan.slots["header"].append(Slot(identify, key, exists, (*unknowns, *headers), sure=False))
        elif rule is not None and transports and rule.name.lower() == "contact":
            # A section may add its parameter to the Contact.
            plan.slots["header"].append(Slot(identify, key, exists, (*unknowns, *transports), sure=False))
        elif rule is not None and has_header(values, rule, release):
            plan.slots["header"].append(Slot(identify, key, exists, unknowns))
        if identify.request_uri is not None and uris:
            plan.slots["request_uri"].append(Slot(identify, key, exists, (*unknowns, *uris), sure=False))
        elif (
            identify.request_uri is not None
            and uri is not None
            and accepts(identify.request_uri.pattern, uri, release, blanks=b"")
        ):
            plan.slots["request_uri"].append(Slot(identify, key, exists, unknowns))
    if question.request.source_address is not None:
        plan.comparable.add("ip")
    if values or headers:
        plan.comparable.add("header")
    if uri is not None or uris:
        plan.comparable.add("request_uri")
    return plan


def _states(question: Question, full: dict[Key, int]) -> dict[int, tuple[Key, int, int]]:
    """Make the variables of identify objects with unknown names.

    Returns for each unknown its variable, the states in which the object exists, and those in which it covers the
    source.
    """
    found: dict[int, tuple[Key, int, int]] = {}
    by_id: dict[str, Key] = {}
    standing_in: dict[Key, int] = {}
    unknowns = [unknown for unknown in question.unknowns if unknown.kind == "names"]
    for unknown in sorted(unknowns, key=lambda unknown: bool(unknown.instead_of)):
        identify = unknown.identify
        if identify is None:
            continue
        may, must = coverage(question, identify)
        # Some releases allow two objects of one id, so the id alone doesn't name a variable.
        key = by_id.get(unknown.instead_of, ("identify", str(len(found))))
        shift = 0
        if unknown.instead_of:
            shift = standing_in[key] = standing_in.get(key, 0) + 2
        apart, covering = APART << shift, COVERING << shift
        exists = (0 if must else apart) | (covering if may else 0)
        full.setdefault(key, REFUSED)
        if unknown.instead_of and not identify.unresolved:
            full[key] &= ~REFUSED
        full[key] |= exists
        found[id(unknown)] = key, exists, exists & covering
        if not unknown.instead_of:
            by_id[identify.id] = key
    return found
