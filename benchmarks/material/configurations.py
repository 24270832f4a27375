"""Configurations of the sizes that are measured, built as models: reading files isn't what is measured here.

Each function returns a :class:`~identify.configuration.Configuration` whose identifiers are asked in Asterisk's
default order unless it says otherwise, and whose ids count with leading zeros, so their order is that of the numbers.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import attrs

from benchmarks.material.address_tables import Table
from identify.configuration import Configuration
from identify.model import (
    AddressRule,
    Endpoint,
    HeaderRule,
    Identify,
    Origin,
    Registration,
    RequestUriRule,
    TextPattern,
)

__all__ = [
    "HEADER",
    "all_negated",
    "all_same",
    "all_with_ports",
    "by_address",
    "by_expression",
    "by_header",
    "by_line",
    "by_request_uri",
    "by_username",
    "line_tokens",
    "nested",
    "of_table",
    "trunk",
    "user",
    "without_collections",
]

HEADER = "X-Trunk-ID"
ORIGIN = Origin("pjsip.conf", 1, None)
FULL_V4 = 0xFFFFFFFF
FULL_V6 = (1 << 128) - 1


def of_table(table: Table) -> Configuration:
    """Return the configuration whose identifies hold the prefixes of a table, all alike in number."""
    full = (1 << table.width) - 1
    family = 4 if table.width == 32 else 6
    with without_collections():
        dealt: list[list[AddressRule]] = [[] for _ in range(table.identifies)]
        for number, (address, length) in enumerate(table.prefixes):
            dealt[table.identify_of(number)].append(_rule(address, full ^ (full >> length), family))
        return _configuration(identifies=[_identify(number, rules) for number, rules in enumerate(dealt)])


def by_address(count: int) -> Configuration:
    """Return identifies of one IPv4 address each: 10.0.0.0 and those that follow."""
    return _addresses([_rule(0x0A000000 + number, FULL_V4)] for number in range(count))


def by_header(count: int) -> Configuration:
    """Return identifies that compare a header with a literal, see :func:`trunk`."""
    return _configuration(
        identifies=[
            attrs.evolve(_identify(number, ()), header=_header(literal=trunk(number)))
            for number in range(count)
        ]
    )


def by_expression(patterns: Sequence[str]) -> Configuration:
    """Return identifies that search a header for one expression each."""
    return _configuration(
        identifies=[
            attrs.evolve(_identify(number, ()), header=_header(regex=pattern))
            for number, pattern in enumerate(patterns)
        ]
    )


def by_request_uri(literals: Sequence[str]) -> Configuration:
    """Return identifies that compare the printed request URI."""
    rules = [
        RequestUriRule(pattern=TextPattern(text=literal, regex=None, literal=literal), origin=ORIGIN)
        for literal in literals
    ]
    return _configuration(
        identifies=[
            attrs.evolve(_identify(number, ()), request_uri=rule) for number, rule in enumerate(rules)
        ]
    )


def by_line(count: int) -> Configuration:
    """Return registrations with ``line = yes``; their tokens are :func:`line_tokens`."""
    registrations = [
        Registration(
            id=f"registration{number:07}",
            server_uri="sip:provider.example",
            client_uri="sip:me@provider.example",
            line=True,
            endpoint=user(number),
            origin=ORIGIN,
        )
        for number in range(count)
    ]
    by_id = {registration.id: registration for registration in registrations}
    return attrs.evolve(_configuration(endpoints=count), registrations=by_id)


def by_username(count: int) -> Configuration:
    """Return endpoints alone, see :func:`user`."""
    return _configuration(endpoints=count)


def all_same(count: int) -> Configuration:
    """Return identifies that all match 10.0.0.0/8: only the first ever decides."""
    return _addresses([_rule(0x0A000000, 0xFF000000)] for _ in range(count))


def nested(count: int) -> Configuration:
    """Return identifies of growing prefixes, each inside of the next: 25 deep, around as many addresses as it takes."""
    deep = range(32, 7, -1)
    return _addresses(
        [_rule((0x0A000000 + place * 0x01010101 & FULL_V4) & _mask(length), _mask(length))]
        for length in deep
        for place in range(-(-count // len(deep)))
    )


def all_negated(count: int) -> Configuration:
    """Return identifies that match everything but one address each."""
    return _addresses(
        [_rule(0, 0), _rule(0x0A000000 + number, FULL_V4, negated=True)] for number in range(count)
    )


def all_with_ports(count: int) -> Configuration:
    """Return identifies of one address and port each, all ports unlike as far as there are ports."""
    return _addresses(
        [_rule(0x0A000000 + number % 256 * 256, 0xFFFFFF00, port=1024 + number % 60_000)]
        for number in range(count)
    )


def line_tokens(configuration: Configuration) -> dict[str, str]:
    """Return a token of seven letters for each registration."""
    tokens = {}
    for number, id in enumerate(configuration.registrations):
        letters = []
        for _ in range(7):
            number, letter = divmod(number, 26)
            letters.append(chr(ord("a") + letter))
        tokens[id] = "".join(letters)
    return tokens


def user(number: int) -> str:
    """Return the id of an endpoint."""
    return f"endpoint{number:07}"


def trunk(number: int) -> str:
    """Return the literal of an identify."""
    return f"trunk{number:05}"


@contextmanager
def without_collections() -> Iterator[None]:
    """Pause the collector of cycles: a million objects are made, and no cycle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _mask(length: int) -> int:
    return FULL_V4 ^ (FULL_V4 >> length)


def _rule(address: int, mask: int, family: int = 4, *, negated: bool = False, port: int = 0) -> AddressRule:
    return AddressRule(
        text="", negated=negated, family=family, address=address, mask=mask, port=port, origin=ORIGIN
    )


def _header(*, literal: str | None = None, regex: str | None = None) -> HeaderRule:
    pattern = TextPattern(text=literal or f"/{regex}/", regex=regex, literal=literal)
    return HeaderRule(name=HEADER, pattern=pattern, origin=ORIGIN)


def _identify(number: int, rules: Iterable[AddressRule]) -> Identify:
    return Identify(id=f"identify{number:07}", endpoint=user(number), addresses=tuple(rules), origin=ORIGIN)


def _addresses(items: Iterable[list[AddressRule]]) -> Configuration:
    with without_collections():
        return _configuration(identifies=[_identify(number, rules) for number, rules in enumerate(items)])


def _configuration(identifies: Sequence[Identify] = (), endpoints: int = 0) -> Configuration:
    """Return a configuration with an endpoint for each identify."""
    empty = Configuration.from_files({"pjsip.conf": ""})
    return attrs.evolve(
        empty,
        endpoints={
            user(number): Endpoint(id=user(number), origin=ORIGIN)
            for number in range(endpoints or len(identifies))
        },
        identifies={identify.id: identify for identify in identifies},
        tried_identifies=tuple(identifies),
    )
