"""What may vary of identify objects, and which of them may match a request.

A variable has a few states, each a bit, and a set of states is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from identify.config.tried import TriedIdentifies
from identify.explanation.header import COMPACT_NAMES, Printed, Values, compared_headers
from identify.explanation.ip import compare
from identify.explanation.patterns import accepts
from identify.explanation.question import Question
from identify.explanation.request_uri import compared_uri
from identify.explanation.telling.reasons import MATCH, UNKNOWN
from identify.model import Unknown
from identify.strings import folded_bytes

__all__ = ["FREE", "Key", "Plan", "Slot", "States", "plan_slots"]

#: States of an identify; two more follow for each one of a wizard that may stand in its place.
REFUSED, APART, COVERING = 1, 2, 4

#: An object that may match: its place, whether by the source, and what it depends on beside its existence.
Candidate = tuple[int, bool, "tuple[Unknown, ...]"]
#: A variable: its kind and its name.
Key = tuple[str, str]
#: The possible states of the variables that aren't free.
States = Mapping[Key, int]
FREE: States = {}
#: By the identity of an unknown: its variable, the states in which the object exists, and those in which it covers.
Varying = dict[int, tuple[Key, int, int]]


@attrs.frozen
class Slot:
    """An object that matches in the states ``mask`` of ``key``, in any if that is None; not ``sure``: may match.

    ``section`` is its id, and ``endpoint`` the one that it names.
    """

    section: str
    endpoint: str
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
    values, _ = compared_headers(question)
    uri = compared_uri(question)
    full: dict[Key, int] = {}
    varying = _varying(question, full)
    comparable = set()
    if question.request.source_address is not None:
        comparable.add("ip")
    if values or question.not_given("header"):
        comparable.add("header")
    if uri is not None or question.not_given("request_uri"):
        comparable.add("request_uri")
    slots = {
        "ip": _slots(question, varying, lambda objects: _by_source(question, objects)),
        "header": _slots(question, varying, lambda objects: _by_header(question, values, objects)),
        "request_uri": _slots(question, varying, lambda objects: _by_request_uri(question, uri, objects)),
    }
    return Plan(slots, full, comparable)


def _slots(
    question: Question, varying: Varying, find: Callable[[TriedIdentifies], Iterable[Candidate]]
) -> list[Slot]:
    """Return the slots of the objects that ``find`` finds among those that exist and those that may."""
    slots = []
    candidates = question.in_order(find(question.tried), find(question.possible))
    for (place, of_source, further), unknown in candidates:
        objects, key, mask = question.tried, None, 1
        unknowns = further
        if unknown is not None:
            key, exists, covers = varying[id(unknown)]
            objects, mask = question.possible, covers if of_source else exists
            unknowns = (unknown, *further)
        slots.append(
            Slot(objects.ids[place], objects.endpoints[place], key, mask, unknowns, sure=not further)
        )
    return slots


def _by_source(question: Question, objects: TriedIdentifies) -> Iterator[Candidate]:
    """Yield the objects that cover the source, and those that may if they may not exist either."""
    sought = (MATCH, UNKNOWN) if objects is question.possible else (MATCH,)
    for place, verdict, _, _ in compare(question, objects):
        if verdict in sought:
            yield place, True, ()


def _by_header(question: Question, values: Values, objects: TriedIdentifies) -> Iterator[Candidate]:
    """Yield the objects whose ``match_header`` matches, or may match."""
    headers = question.not_given("header")
    transports = tuple(question.further("transport")) if b"contact" in values else ()
    printed = Printed(values, question.configuration.release)
    rules = objects.sought_headers
    for place, written, sought in zip(objects.with_header, rules.names, rules.sought, strict=True):
        name = folded_bytes(written)
        if headers:
            if name not in COMPACT_NAMES:
                yield place, False, headers
        elif transports and name == b"contact":
            # A section may add its parameter to the Contact.
            yield place, False, transports
        elif printed.satisfy(name, sought):
            yield place, False, ()


def _by_request_uri(question: Question, uri: str | None, objects: TriedIdentifies) -> Iterator[Candidate]:
    """Yield the objects whose ``match_request_uri`` matches, or may match."""
    uris, release = question.not_given("request_uri"), question.configuration.release
    for place, pattern in zip(objects.with_request_uri, objects.request_uris(), strict=True):
        if uris or (uri is not None and accepts(pattern, uri, release, blanks=b"")):
            yield place, False, uris


def _varying(question: Question, full: dict[Key, int]) -> Varying:
    """Make the variables of identify objects with unknown names.

    Returns for each unknown its variable, the states in which the object exists, and those in which it covers the
    source.
    """
    covers = {place: verdict for place, verdict, _, _ in compare(question, question.possible)}
    coverage = {id(unknown): covers.get(place) for place, unknown in enumerate(question.doubts)}
    found: Varying = {}
    by_id: dict[str, Key] = {}
    standing_in: dict[Key, int] = {}
    unknowns = [unknown for unknown in question.unknowns if unknown.kind == "names"]
    for unknown in sorted(unknowns, key=lambda unknown: bool(unknown.instead_of)):
        identify = unknown.identify
        if identify is None:
            continue
        must, may = coverage[id(unknown)] == MATCH, coverage[id(unknown)] in (MATCH, UNKNOWN)
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
