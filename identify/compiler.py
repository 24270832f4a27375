"""From the model to the flat lists that become compiled tables; no bytes are laid out, no requests are handled.

The plan lists what each identifier can find, in Asterisk's order, with numbered answers.  It is deterministic: the
same model and tokens give the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

import attrs

from identify.configuration import Configuration
from identify.model import AddressRule, Endpoint, Identify, Registration, TextPattern
from identify.side_data import Expression, write_side_data
from identify.strings import encoded, folded_bytes
from identify.transport_plan import plan_transports

__all__ = ["TablePlan", "make_plan"]

#: A header with a longer name, followed by ``": "``, already prints to more bytes than Asterisk compares.
LONGEST_HEADER_NAME = 4090

ANONYMOUS = "anonymous"


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
    addresses: list[tuple[AddressRule, ...]] = attrs.field(factory=list)
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

    @property
    def addresses_direct(self) -> bool:
        """Whether the answers of ``ip`` are its ranks."""
        return self.address_answers == list(range(len(self.address_answers)))


def make_plan(configuration: Configuration, line_tokens: Mapping[str, str]) -> TablePlan:
    """Plan the tables of a configuration; ``line_tokens`` are the registrations' tokens by id."""
    plan = TablePlan(
        disable_multi_domain=configuration.settings.disable_multi_domain,
        ignore_uri_user_options=configuration.settings.ignore_uri_user_options,
        dialect=configuration.release.dialect,
    )
    identifies = list(configuration.tried_identifies)
    places = {id: place for place, id in enumerate(configuration.endpoints)}
    _plan_addresses(plan, identifies, places)
    _plan_headers(plan, identifies, places)
    _plan_request_uris(plan, identifies, places)
    _plan_endpoints(plan, configuration.endpoints)
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
        header_expressions=plan.header_expressions,
        uri_expressions=plan.uri_expressions,
        transports=transports,
    )
    return plan


def _answers(
    plan: TablePlan, identifier: str, owners: Sequence[Identify | Registration], places: Mapping[str, int]
) -> list[int]:
    """Return numbers for the answers of sections, -1 if the endpoint is missing.

    No two answers are equal: an identifier plans each section once.
    """
    found = [places.get(owner.endpoint, -1) for owner in owners]
    numbers = count(len(plan.answer_endpoints))
    kept = [place for place in found if place >= 0]
    plan.answer_identifiers += [identifier] * len(kept)
    plan.answer_endpoints += kept
    plan.answer_sections += [owner.id for owner, place in zip(owners, found, strict=True) if place >= 0]
    return [next(numbers) if place >= 0 else -1 for place in found]


def _plan_addresses(plan: TablePlan, identifies: list[Identify], places: Mapping[str, int]) -> None:
    """Plan ``ip``, before all others, so that its answers equal its ranks if no endpoint is missing."""
    owners = [identify for identify in identifies if identify.addresses]
    plan.addresses = [identify.addresses for identify in owners]
    plan.address_answers = _answers(plan, "ip", owners, places)


def _plan_headers(plan: TablePlan, identifies: list[Identify], places: Mapping[str, int]) -> None:
    """Plan ``header``: for each wanted header its literals, and its expressions in order."""
    numbers: dict[bytes, int] = {}
    owners: list[Identify] = []
    for identify in identifies:
        rule = identify.header
        if rule is None:
            continue
        name = folded_bytes(rule.name)
        if not 0 < len(name) <= LONGEST_HEADER_NAME:
            continue
        rank = len(owners)
        owners.append(identify)
        number = numbers.setdefault(name, len(numbers))
        if number == len(plan.header_names):
            plan.header_names.append(name)
            plan.header_least_ranks.append(rank)
            plan.header_has_literals.append(False)
            plan.header_expressions.append([])
        if rule.pattern.regex is not None:
            plan.header_expressions[number].append((rank, rule.pattern.regex))
        else:
            plan.header_has_literals[number] = True
            plan.header_literals.append(_literal(rule.pattern))
            plan.header_literal_names.append(number)
            plan.header_literal_ranks.append(rank)
    plan.header_answers = _answers(plan, "header", owners, places)


def _plan_request_uris(plan: TablePlan, identifies: list[Identify], places: Mapping[str, int]) -> None:
    """Plan ``request_uri``."""
    owners: list[Identify] = []
    for identify in identifies:
        rule = identify.request_uri
        if rule is None:
            continue
        rank = len(owners)
        owners.append(identify)
        if rule.pattern.regex is not None:
            plan.uri_expressions.append((rank, rule.pattern.regex))
        else:
            plan.uri_literals.append(_literal(rule.pattern))
            plan.uri_literal_ranks.append(rank)
    plan.uri_answers = _answers(plan, "request_uri", owners, places)


def _literal(pattern: TextPattern) -> bytes:
    """Return the bytes that a value must equal."""
    return encoded(pattern.literal or "")


def _plan_endpoints(plan: TablePlan, endpoints: Mapping[str, Endpoint]) -> None:
    """Plan the identifiers that look up endpoints by name."""
    prefix = f"{ANONYMOUS}@"
    plan.endpoint_names = [encoded(id) for id in endpoints]
    for place, (id, endpoint) in enumerate(endpoints.items()):
        methods = endpoint.identify_by
        anonymous = id == ANONYMOUS or id.startswith(prefix)
        plan.endpoint_usernames.append(_name_answer(plan, "username", place) if "username" in methods else -1)
        plan.endpoint_auth_usernames.append(
            _name_answer(plan, "auth_username", place) if "auth_username" in methods else -1
        )
        plan.endpoint_anonymous.append(_name_answer(plan, ANONYMOUS, place) if anonymous else -1)


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
    plan.token_answers = _answers(plan, "line", owners, places)
