"""``sip-identify show``: what was loaded of a configuration, and what was lost."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

import attrs
import rich_click as click

from identify.commands.output import (
    columns,
    config_argument,
    json_option,
    load,
    origin_as_dict,
    print_json,
    styled,
)
from identify.configuration import Configuration
from identify.explanation.words import place
from identify.model import AddressRule, Identify, TextPattern
from identify.strings import encoded, escaped, shown

__all__ = ["show"]

#: As Asterisk says it where there is nothing of a kind.
NOTHING = "No objects found."


@click.group()
def show() -> None:
    """Print what Asterisk would have loaded of CONFIG."""


@show.command()
@config_argument
@json_option
def identifiers(config: str, as_json: bool) -> None:
    """Print the identifiers in the order in which they are asked.

    Asterisk lists the first one, line, as "name not specified".
    """
    configuration = load(config)
    if as_json:
        print_json("show identifiers", {"identifiers": list(configuration.identifiers)})
        return
    for name in configuration.identifiers:
        click.echo(name)


@show.command()
@config_argument
@json_option
def identifies(config: str, as_json: bool) -> None:
    """Print the identify objects as Asterisk's 'pjsip show identifies' does."""
    configuration = load(config)
    if as_json:
        content = [_identify_as_dict(one, configuration) for one in configuration.identifies.values()]
        print_json("show identifies", {"identifies": content})
        return
    # Byte for byte what Asterisk prints, also where that isn't UTF-8.
    sys.stdout.flush()
    sys.stdout.buffer.write(encoded(configuration.show_identifies()))


@show.command()
@config_argument
@json_option
def endpoints(config: str, as_json: bool) -> None:
    """Print the endpoints, with the identify objects and registrations that point to each."""
    configuration = load(config)
    identified: dict[str, list[str]] = {}
    for identify in configuration.identifies.values():
        identified.setdefault(identify.endpoint, []).append(identify.id)
    registered: dict[str, list[str]] = {}
    for registration in configuration.registrations.values():
        if registration.line:
            registered.setdefault(registration.endpoint, []).append(registration.id)
    if as_json:
        content = [
            {
                "id": one.id,
                "identify_by": list(one.identify_by),
                "identifies": identified.get(one.id, []),
                "registrations": registered.get(one.id, []),
                "origin": origin_as_dict(one.origin),
            }
            for one in configuration.endpoints.values()
        ]
        print_json("show endpoints", {"endpoints": content})
        return
    _print_objects(
        ["Endpoint", "Identify by", "Identifies", "Lines of", "Place"],
        [
            [
                one.id,
                ",".join(one.identify_by) or "-",
                ",".join(identified.get(one.id, [])) or "-",
                ",".join(registered.get(one.id, [])) or "-",
                place(one.origin),
            ]
            for one in configuration.endpoints.values()
        ],
    )


@show.command()
@config_argument
@json_option
def registrations(config: str, as_json: bool) -> None:
    """Print the registrations, with the endpoint that the line of each leads to."""
    configuration = load(config)
    if as_json:
        content = [
            {
                "id": one.id,
                "server_uri": one.server_uri,
                "client_uri": one.client_uri,
                "contact_user": one.contact_user,
                "transport": one.transport,
                "line": one.line,
                "endpoint": one.endpoint or None,
                "origin": origin_as_dict(one.origin),
            }
            for one in configuration.registrations.values()
        ]
        print_json("show registrations", {"registrations": content})
        return
    _print_objects(
        ["Registration", "Line", "Endpoint", "Server", "Client", "Place"],
        [
            [
                one.id,
                "yes" if one.line else "no",
                one.endpoint or "-",
                one.server_uri,
                one.client_uri,
                place(one.origin),
            ]
            for one in configuration.registrations.values()
        ],
    )


@show.command()
@config_argument
@json_option
def problems(config: str, as_json: bool) -> None:
    """Print what Asterisk would log, refuse or pass over while loading, and what is lost by it."""
    configuration = load(config)
    if as_json:
        content = [attrs.asdict(problem) for problem in configuration.problems]
        print_json("show problems", {"problems": content})
        return
    if not configuration.problems:
        click.echo("No problems found.")
    for problem in configuration.problems:
        where = f"{shown(problem.file)}:{problem.line}" if problem.line else shown(problem.file)
        lost = f" [lost: {shown(problem.lost)}]" if problem.lost else ""
        severity = styled(problem.severity, problem.severity)
        click.echo(f"{where}: {severity}: {escaped(problem.message)} ({problem.code}){lost}")


def _print_objects(heading: list[str], rows: list[list[str]]) -> None:
    """Print a table, or that there is nothing."""
    if rows:
        columns(heading, rows)
    else:
        click.echo(NOTHING)


def _identify_as_dict(one: Identify, configuration: Configuration) -> dict[str, Any]:
    """Return an identify object as values that JSON knows."""
    header, request_uri = one.header, one.request_uri
    return {
        "id": one.id,
        "endpoint": one.endpoint,
        "endpoint_exists": one.endpoint in configuration.endpoints,
        "match": [_address_as_dict(rule) for rule in one.addresses],
        "match_header": header
        and {
            "name": header.name,
            **_pattern_as_dict(header.pattern),
            "origin": origin_as_dict(header.origin),
        },
        "match_request_uri": request_uri
        and {**_pattern_as_dict(request_uri.pattern), "origin": origin_as_dict(request_uri.origin)},
        "origin": origin_as_dict(one.origin),
    }


def _address_as_dict(rule: AddressRule) -> dict[str, Any]:
    """Return an item of ``match``; the mask as an address, because it need not be contiguous."""
    kind = ipaddress.IPv6Address if rule.family == 6 else ipaddress.IPv4Address
    return {
        "text": rule.text,
        "negated": rule.negated,
        "address": str(kind(rule.address)),
        "mask": str(kind(rule.mask)),
        "port": rule.port or None,
        "host": rule.host,
        "origin": origin_as_dict(rule.origin),
    }


def _pattern_as_dict(pattern: TextPattern) -> dict[str, Any]:
    """Return what a value is compared with: one of ``literal`` and ``regex`` is null."""
    return {"literal": pattern.literal, "regex": pattern.regex}
