"""From the model to the flat lists that are written into compiled tables; no bytes are laid out, no request is seen.

The plan says what each identifier can find, in Asterisk's order, with the answers numbered.  It is deterministic: the
same model and tokens give the same plan.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from identify.configuration import Configuration
from identify.model import AddressRule, Endpoint, Identify, TextPattern
from identify.transport_plan import plan_transports

__all__ = ["Plan", "make_plan"]

#: A header with a name of more bytes prints, with ``": "`` behind it, to more than Asterisk compares.
LONGEST_HEADER_NAME = 4090

ANONYMOUS = "anonymous"

#: (endpoint, identifier, section or None)
Answer = tuple[str, str, "str | None"]
#: (rank, expression)
Expression = tuple[int, str]


@attrs.define(kw_only=True)
class Plan:
    """What ``_compile`` writes.

    A *rank* counts the identifies that have a rule of one kind, in the order in which Asterisk tries them; the
    ``..._answers`` lists map it to the number of an answer, -1 where the identify's endpoint doesn't exist.  Texts that
    are looked up are bytes.
    """

    #: The identifiers that can have an answer at all, in effective order.
    order: tuple[str, ...] = ()
    answers: list[Answer] = attrs.field(factory=list)
    addresses: list[tuple[AddressRule, ...]] = attrs.field(factory=list)
    address_answers: list[int] = attrs.field(factory=list)
    header_names: list[bytes] = attrs.field(factory=list)
    header_least_ranks: list[int] = attrs.field(factory=list)
    header_has_literals: list[bool] = attrs.field(factory=list)
    header_expressions: list[list[Expression]] = attrs.field(factory=list)
    header_literals: list[bytes] = attrs.field(factory=list)
    #: Number of each literal's header.
    header_literal_names: list[int] = attrs.field(factory=list)
    header_literal_ranks: list[int] = attrs.field(factory=list)
    header_answers: list[int] = attrs.field(factory=list)
    uri_literals: list[bytes] = attrs.field(factory=list)
    uri_literal_ranks: list[int] = attrs.field(factory=list)
    uri_expressions: list[Expression] = attrs.field(factory=list)
    uri_answers: list[int] = attrs.field(factory=list)
    endpoint_names: list[bytes] = attrs.field(factory=list)
    #: Answers of username, auth_username, anonymous; -1 where there is none.
    endpoint_answers: list[tuple[int, int, int]] = attrs.field(factory=list)
    tokens: list[bytes] = attrs.field(factory=list)
    token_answers: list[int] = attrs.field(factory=list)
    alias_names: list[bytes] = attrs.field(factory=list)
    alias_domains: list[str] = attrs.field(factory=list)
    #: (domain, id if symmetric_transport else None)
    transports: list[tuple[str, str | None]] = attrs.field(factory=list)
    disable_multi_domain: bool = False
    ignore_uri_user_options: bool = False
    #: JSON of what is needed as Python objects.
    notes: bytes = b""

    @property
    def addresses_direct(self) -> bool:
        """Whether the answers of ``ip`` are its ranks."""
        return all(answer == rank for rank, answer in enumerate(self.address_answers))


def make_plan(configuration: Configuration, line_tokens: Mapping[str, str]) -> Plan:
    """Plan the tables of a configuration; ``line_tokens`` are the registrations' tokens by id."""
    plan = Plan(
        disable_multi_domain=configuration.settings.disable_multi_domain,
        ignore_uri_user_options=configuration.settings.ignore_uri_user_options,
    )
    endpoints = configuration.endpoints
    identifies = list(configuration.identifies.values())
    _plan_addresses(plan, identifies, endpoints)
    _plan_headers(plan, identifies, endpoints)
    _plan_request_uris(plan, identifies, endpoints)
    _plan_endpoints(plan, endpoints)
    _plan_tokens(plan, configuration, line_tokens)
    for alias in configuration.domain_aliases.values():
        plan.alias_names.append(_encoded(alias.id))
        plan.alias_domains.append(alias.domain)
    answering = {identifier for _, identifier, _ in plan.answers}
    plan.order = tuple(name for name in configuration.identifiers if name in answering)
    transports = plan_transports(configuration.transports)
    plan.transports = [
        (one.domain, one.id if one.symmetric_transport else None) for one in transports.sections
    ]
    plan.notes = _notes(plan, configuration.identifiers, line_tokens, transports.as_dict())
    return plan


def _encoded(text: str) -> bytes:
    """Return the bytes that the text was read from."""
    return text.encode("utf-8", "surrogateescape")


def _answer(plan: Plan, endpoint: str, identifier: str, section: str | None) -> int:
    """Give an answer its number; no two are the same, for an identifier plans each section and endpoint once."""
    plan.answers.append((endpoint, identifier, section))
    return len(plan.answers) - 1


def _answer_of(plan: Plan, identify: Identify, identifier: str, endpoints: Mapping[str, Endpoint]) -> int:
    """Give an identify's answer its number; a missing endpoint decides too, but has none."""
    if identify.endpoint not in endpoints:
        return -1
    return _answer(plan, identify.endpoint, identifier, identify.id)


def _plan_addresses(plan: Plan, identifies: list[Identify], endpoints: Mapping[str, Endpoint]) -> None:
    """Plan ``ip``, first of all, so that its answers are its ranks where no endpoint is missing."""
    for identify in identifies:
        if identify.addresses:
            plan.addresses.append(identify.addresses)
            plan.address_answers.append(_answer_of(plan, identify, "ip", endpoints))


def _plan_headers(plan: Plan, identifies: list[Identify], endpoints: Mapping[str, Endpoint]) -> None:
    """Plan ``header``: for each wanted header its literals, and its expressions in order."""
    numbers: dict[bytes, int] = {}
    for identify in identifies:
        rule = identify.header
        if rule is None:
            continue
        name = _encoded(rule.name).lower()
        if not 0 < len(name) <= LONGEST_HEADER_NAME:
            continue
        rank = len(plan.header_answers)
        plan.header_answers.append(_answer_of(plan, identify, "header", endpoints))
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


def _plan_request_uris(plan: Plan, identifies: list[Identify], endpoints: Mapping[str, Endpoint]) -> None:
    """Plan ``request_uri``."""
    for identify in identifies:
        rule = identify.request_uri
        if rule is None:
            continue
        rank = len(plan.uri_answers)
        plan.uri_answers.append(_answer_of(plan, identify, "request_uri", endpoints))
        if rule.pattern.regex is not None:
            plan.uri_expressions.append((rank, rule.pattern.regex))
        else:
            plan.uri_literals.append(_literal(rule.pattern))
            plan.uri_literal_ranks.append(rank)


def _literal(pattern: TextPattern) -> bytes:
    """Return what a value must equal."""
    return _encoded(pattern.literal or "")


def _plan_endpoints(plan: Plan, endpoints: Mapping[str, Endpoint]) -> None:
    """Plan the identifiers that look up endpoints by name."""
    for endpoint in endpoints.values():
        id = endpoint.id
        plan.endpoint_names.append(_encoded(id))
        by_name = [
            _answer(plan, id, method, None) if method in endpoint.identify_by else -1
            for method in ("username", "auth_username")
        ]
        is_anonymous = id == ANONYMOUS or id.startswith(f"{ANONYMOUS}@")
        anonymous = _answer(plan, id, ANONYMOUS, None) if is_anonymous else -1
        plan.endpoint_answers.append((by_name[0], by_name[1], anonymous))


def _plan_tokens(plan: Plan, configuration: Configuration, line_tokens: Mapping[str, str]) -> None:
    """Plan ``line``; of registrations with the same token the first one counts."""
    for registration in configuration.registrations.values():
        token = _encoded(line_tokens.get(registration.id, "")) if registration.line else b""
        if not token:
            continue
        plan.tokens.append(token)
        exists = registration.endpoint in configuration.endpoints
        plan.token_answers.append(
            _answer(plan, registration.endpoint, "line", registration.id) if exists else -1
        )


def _notes(
    plan: Plan, identifiers: tuple[str, ...], line_tokens: Mapping[str, str], transports: dict[str, Any]
) -> bytes:
    """Return what the compiled engine needs as Python objects: names, transport sections, expressions."""
    notes = {
        "identifiers": identifiers,
        "line_tokens": dict(line_tokens),
        "header_expressions": plan.header_expressions,
        "uri_expressions": plan.uri_expressions,
        **transports,
    }
    return json.dumps(notes).encode("ascii")
