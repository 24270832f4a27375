"""From the model to the flat lists that become compiled tables; no bytes are laid out, no requests are handled.

The plan lists what each identifier can find, in Asterisk's order, with numbered answers.  It is deterministic: the
same model and tokens give the same plan.

A *reach plan* answers another question: is the decision made before anything that isn't known can take part?  In it
every identify with unresolved host names stands at its place and covers whatever its names could cover, and its answers
are marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count

import attrs

from identify._compiled._address_rules import AddressRules
from identify.config.sections.mapping import methods_by_id
from identify.config.tried import TriedIdentifies
from identify.configuration import Configuration
from identify.model import AddressRule, Endpoint, Identify, TextPattern, Unknown
from identify.strings import encoded, folded_bytes
from identify.tables.side_data import Expression, write_side_data
from identify.tables.transport_plan import plan_transports

__all__ = ["ReachPlan", "TablePlan", "make_plan", "make_reach_plan"]

#: A header with a longer name, followed by ``": "``, already prints to more bytes than Asterisk compares.
LONGEST_HEADER_NAME = 4090

ANONYMOUS = "anonymous"

#: The name of an endpoint that answers for missing ones.  Names in requests end at the first NUL, so none finds it.
MISSING_ENDPOINT = b"\0missing"


@attrs.define(kw_only=True)
class TablePlan:
    """The input of ``_compile``.

    A *rank* counts the identifies that have a rule of one kind, in the order in which Asterisk tries them; the
    ``..._answers`` lists map it to the number of an answer, -1 if the identify's endpoint doesn't exist.  Texts that
    are looked up are bytes.
    """

    #: The identifiers that can have an answer at all, in effective order.
    order: tuple[str, ...] = ()
    #: The answers by number: the identifier, the index of the endpoint in ``endpoint_names``, and the section.
    answer_identifiers: list[str] = attrs.field(factory=list)
    answer_endpoints: list[int] = attrs.field(factory=list)
    answer_sections: list[str | None] = attrs.field(factory=list)
    #: The items of ``match``, whose owners are ranks.
    addresses: AddressRules = attrs.field(factory=AddressRules)
    address_answers: list[int] = attrs.field(factory=list)
    header_names: list[bytes] = attrs.field(factory=list)
    header_least_ranks: list[int] = attrs.field(factory=list)
    header_has_literals: list[bool] = attrs.field(factory=list)
    header_expressions: list[list[Expression]] = attrs.field(factory=list)
    header_literals: list[bytes] = attrs.field(factory=list)
    #: The number of each literal's header.
    header_literal_names: list[int] = attrs.field(factory=list)
    header_literal_ranks: list[int] = attrs.field(factory=list)
    header_answers: list[int] = attrs.field(factory=list)
    uri_literals: list[bytes] = attrs.field(factory=list)
    uri_literal_ranks: list[int] = attrs.field(factory=list)
    uri_expressions: list[Expression] = attrs.field(factory=list)
    uri_answers: list[int] = attrs.field(factory=list)
    endpoint_names: list[bytes] = attrs.field(factory=list)
    #: Answers of each endpoint, -1 if it has none.
    endpoint_usernames: list[int] = attrs.field(factory=list)
    endpoint_auth_usernames: list[int] = attrs.field(factory=list)
    endpoint_anonymous: list[int] = attrs.field(factory=list)
    tokens: list[bytes] = attrs.field(factory=list)
    token_answers: list[int] = attrs.field(factory=list)
    alias_names: list[bytes] = attrs.field(factory=list)
    alias_domains: list[str] = attrs.field(factory=list)
    #: (domain, id if symmetric_transport else None)
    transports: list[tuple[str, str | None]] = attrs.field(factory=list)
    disable_multi_domain: bool = False
    ignore_uri_user_options: bool = False
    #: How requests are read, see ``Release.dialect``.
    dialect: int = 0
    #: The data that is needed as Python objects, as JSON.
    side_data: bytes = b""
    #: Of a reach plan: the numbers of unknowns by the number of their answer.
    has_stand_ins: bool = False
    unknown_answers: dict[int, int] = attrs.field(factory=dict)

    @property
    def addresses_direct(self) -> bool:
        """Whether the answers of ``ip`` are its ranks: those of endpoints that exist count up from the first answer."""
        return -1 not in self.address_answers and (not self.address_answers or self.address_answers[0] == 0)


@attrs.frozen(kw_only=True)
class ReachPlan:
    """The tables that stop at what isn't known, and what stops them.

    ``unknowns`` has a number for each answer: the place of the unknown that it comes from among those that the plan was
    made of, -1 for an answer that is known.
    """

    tables: TablePlan
    unknowns: tuple[int, ...]


@attrs.frozen(kw_only=True)
class _StandIn(Identify):
    """An identify that may be refused, as it is if its names cover every address; ``number`` is its unknown's."""

    number: int


def make_plan(
    configuration: Configuration, line_tokens: Mapping[str, str], told: Iterable[str] = ()
) -> TablePlan:
    """Plan the tables of a configuration.

    ``line_tokens`` are the registrations' tokens by id, ``told`` the ids of those that weren't generated.
    """
    return _plan(configuration, configuration.tried_identifies, line_tokens, told)


def make_reach_plan(configuration: Configuration, unknowns: Sequence[Unknown]) -> ReachPlan:
    """Plan tables that stop at any of these unknowns, each of which has an identify.

    Whatever the names turn out to be, the first rule that matches a request is the one that these tables find, or
    stands behind it: an identify covers no more than its stand-in, and a refused one covers less.  So an answer that is
    known is the answer for all contents, and an unknown that answers does so too if it is the only one that isn't
    refused, and one of its names has the source's address.  An unknown's answer has the endpoint of its identify if
    that exists; it stops these tables also where Asterisk would go on because it doesn't.

    Tokens are none, for ``line`` is asked before anything that may be unknown here.
    """
    stand_ins: dict[int, list[Identify]] = {}
    for number, unknown in enumerate(unknowns):
        if unknown.identify is None:
            raise ValueError(f"{unknown.what} has no identify")
        stand_ins.setdefault(unknown.place, []).append(_stand_in(unknown.identify, number))
    identifies = configuration.tried_identifies.including(stand_ins)
    tables = _plan(configuration, identifies, {}, (), has_stand_ins=True)
    return ReachPlan(
        tables=tables,
        unknowns=tuple(
            tables.unknown_answers.get(number, -1) for number in range(len(tables.answer_endpoints))
        ),
    )


def _stand_in(identify: Identify, number: int) -> _StandIn:
    """Return an identify whose names have every address; they follow the literals, all of them positive."""
    everywhere = {
        (family, name.port): AddressRule(
            text=name.text,
            negated=False,
            family=family,
            address=0,
            mask=0,
            port=name.port,
            origin=name.origin,
            host=name.text,
        )
        for name in identify.unresolved
        for family in (4, 6)
    }
    fields = {field.name: getattr(identify, field.name) for field in attrs.fields(Identify)}
    fields["addresses"] = (*identify.addresses, *everywhere.values())
    return _StandIn(**fields, number=number)


def _plan(
    configuration: Configuration,
    identifies: TriedIdentifies,
    line_tokens: Mapping[str, str],
    told: Iterable[str],
    *,
    has_stand_ins: bool = False,
) -> TablePlan:
    """Plan the tables of a configuration with these identify objects in place of its own."""
    plan = TablePlan(
        disable_multi_domain=configuration.settings.disable_multi_domain,
        ignore_uri_user_options=configuration.settings.ignore_uri_user_options,
        dialect=configuration.release.dialect,
        has_stand_ins=has_stand_ins,
    )
    places = {id: place for place, id in enumerate(configuration.endpoints)}
    sections = _identify_sections(plan, identifies, places)
    _plan_addresses(plan, identifies, sections)
    _plan_headers(plan, identifies, sections)
    _plan_request_uris(plan, identifies, sections)
    _plan_endpoints(plan, configuration.endpoints)
    if any(plan.answer_endpoints[number] == len(places) for number in plan.unknown_answers):
        _plan_missing_endpoint(plan)
    _plan_tokens(plan, configuration, line_tokens, places)
    for alias in configuration.domain_aliases.values():
        plan.alias_names.append(encoded(alias.id))
        plan.alias_domains.append(alias.domain)
    answering = set(plan.answer_identifiers)
    plan.order = tuple(name for name in configuration.identifiers if name in answering)
    transports = plan_transports(configuration.transports)
    plan.transports = [
        (section.domain, section.id if section.symmetric_transport else None)
        for section in transports.sections
    ]
    plan.side_data = write_side_data(
        release=configuration.release.name,
        identifiers=configuration.identifiers,
        line_tokens=line_tokens,
        told=told,
        header_expressions=plan.header_expressions,
        uri_expressions=plan.uri_expressions,
        transports=transports,
    )
    return plan


@attrs.frozen
class _Sections:
    """Sections that can answer, in order: their ids, and the places of their endpoints, -1 if one doesn't exist.

    ``stand_ins`` are the numbers of unknowns by the places of their stand-ins.
    """

    ids: Sequence[str]
    endpoints: Sequence[int]
    stand_ins: Mapping[int, int] = attrs.field(factory=dict)


def _identify_sections(plan: TablePlan, identifies: TriedIdentifies, places: Mapping[str, int]) -> _Sections:
    """Return the identify objects; a stand-in whose endpoint is missing has the one for missing ones."""
    endpoints = [places.get(endpoint, -1) for endpoint in identifies.endpoints]
    stand_ins: dict[int, int] = {}
    if plan.has_stand_ins:
        stand_ins = {place: each.number for place, each in identifies.kept() if isinstance(each, _StandIn)}
    for place in stand_ins:
        if endpoints[place] < 0:
            endpoints[place] = len(places)
    return _Sections(list(identifies.ids), endpoints, stand_ins)


def _answers(plan: TablePlan, identifier: str, sections: _Sections, owners: Sequence[int]) -> list[int]:
    """Return numbers for the answers of some sections, which are in order, -1 if the endpoint is missing.

    No two answers are equal: an identifier plans each section once.
    """
    ids, endpoints = sections.ids, sections.endpoints
    # Most often all of them have such a rule.
    if len(owners) < len(ids):
        ids, endpoints = [ids[place] for place in owners], [endpoints[place] for place in owners]
    first = len(plan.answer_endpoints)
    if sections.stand_ins:
        answering = [place for place, endpoint in zip(owners, endpoints, strict=True) if endpoint >= 0]
        for number, place in enumerate(answering, first):
            if place in sections.stand_ins:
                plan.unknown_answers[number] = sections.stand_ins[place]
    if -1 in endpoints:
        numbers = count(first)
        answers = [next(numbers) if endpoint >= 0 else -1 for endpoint in endpoints]
        ids = [id for id, endpoint in zip(ids, endpoints, strict=True) if endpoint >= 0]
        endpoints = [endpoint for endpoint in endpoints if endpoint >= 0]
    else:
        answers = list(range(first, first + len(endpoints)))
    plan.answer_identifiers += [identifier] * len(ids)
    plan.answer_endpoints += endpoints
    plan.answer_sections += ids
    return answers


def _plan_addresses(plan: TablePlan, identifies: TriedIdentifies, sections: _Sections) -> None:
    """Plan ``ip``, before all others, so that its answers equal its ranks if no endpoint is missing."""
    rules = identifies.rules()
    plan.address_answers = _answers(plan, "ip", sections, rules.owners())
    plan.addresses = rules.ranked()


def _plan_headers(plan: TablePlan, identifies: TriedIdentifies, sections: _Sections) -> None:
    """Plan ``header``: for each wanted header its literals, and its expressions in order."""
    numbers: dict[bytes, int] = {}
    owners: list[int] = []
    for place, (shown, pattern) in zip(identifies.with_header, identifies.headers(), strict=True):
        name = folded_bytes(shown)
        if not 0 < len(name) <= LONGEST_HEADER_NAME:
            continue
        rank = len(owners)
        owners.append(place)
        number = numbers.setdefault(name, len(numbers))
        if number == len(plan.header_names):
            plan.header_names.append(name)
            plan.header_least_ranks.append(rank)
            plan.header_has_literals.append(False)
            plan.header_expressions.append([])
        if pattern.regex is not None:
            plan.header_expressions[number].append((rank, pattern.regex))
        else:
            plan.header_has_literals[number] = True
            plan.header_literals.append(_literal(pattern))
            plan.header_literal_names.append(number)
            plan.header_literal_ranks.append(rank)
    plan.header_answers = _answers(plan, "header", sections, owners)


def _plan_request_uris(plan: TablePlan, identifies: TriedIdentifies, sections: _Sections) -> None:
    """Plan ``request_uri``."""
    for rank, pattern in enumerate(identifies.request_uris()):
        if pattern.regex is not None:
            plan.uri_expressions.append((rank, pattern.regex))
        else:
            plan.uri_literals.append(_literal(pattern))
            plan.uri_literal_ranks.append(rank)
    plan.uri_answers = _answers(plan, "request_uri", sections, identifies.with_request_uri)


def _literal(pattern: TextPattern) -> bytes:
    """Return the bytes that a value must equal."""
    return encoded(pattern.literal or "")


def _plan_endpoints(plan: TablePlan, endpoints: Mapping[str, Endpoint]) -> None:
    """Plan the identifiers that look up endpoints by name."""
    prefix = f"{ANONYMOUS}@"
    plan.endpoint_names = [encoded(id) for id in endpoints]
    for place, (id, methods) in enumerate(methods_by_id(endpoints)):
        anonymous = id == ANONYMOUS or id.startswith(prefix)
        plan.endpoint_usernames.append(_name_answer(plan, "username", place) if "username" in methods else -1)
        plan.endpoint_auth_usernames.append(
            _name_answer(plan, "auth_username", place) if "auth_username" in methods else -1
        )
        plan.endpoint_anonymous.append(_name_answer(plan, ANONYMOUS, place) if anonymous else -1)


def _plan_missing_endpoint(plan: TablePlan) -> None:
    """Add the endpoint that answers for missing ones, which isn't found by its name."""
    plan.endpoint_names.append(MISSING_ENDPOINT)
    plan.endpoint_usernames.append(-1)
    plan.endpoint_auth_usernames.append(-1)
    plan.endpoint_anonymous.append(-1)


def _name_answer(plan: TablePlan, identifier: str, place: int) -> int:
    """Return the number of a new answer without a section."""
    plan.answer_identifiers.append(identifier)
    plan.answer_endpoints.append(place)
    plan.answer_sections.append(None)
    return len(plan.answer_endpoints) - 1


def _plan_tokens(
    plan: TablePlan, configuration: Configuration, line_tokens: Mapping[str, str], places: Mapping[str, int]
) -> None:
    """Plan ``line``; among registrations with the same token the first one counts."""
    owners = [
        registration
        for registration in configuration.registrations.values()
        if registration.line and line_tokens.get(registration.id)
    ]
    plan.tokens = [encoded(line_tokens[registration.id]) for registration in owners]
    sections = _Sections(
        [registration.id for registration in owners],
        [places.get(registration.endpoint, -1) for registration in owners],
    )
    plan.token_answers = _answers(plan, "line", sections, range(len(owners)))
