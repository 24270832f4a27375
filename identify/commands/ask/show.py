"""``sip-identify show``: what Asterisk would load of a configuration, and what it would lose."""

from __future__ import annotations

import ipaddress
import sys
from typing import TYPE_CHECKING, Any

import attrs
import rich_click as click

from identify.commands.config_options import ConfigOptions, config_options
from identify.commands.output import (
    columns,
    config_argument,
    json_option,
    origin_as_dict,
    print_json,
    print_release,
    styled,
)
from identify.commands.reading import load
from identify.explanation.result import place
from identify.strings import encoded, escaped, shown

if TYPE_CHECKING:
    from identify.configuration import Configuration
    from identify.model import AddressRule, Identify, TextPattern

__all__ = ["show"]

#: What Asterisk prints where there are no objects of a type.
NOTHING = "No objects found."


@click.group()
def show() -> None:
    """Print what Asterisk would have loaded of CONFIG."""


@show.command()
@config_argument
@config_options
@json_option
def identifiers(config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print the identifiers in the order in which Asterisk asks them.

    Asterisk lists the first one, line, as "name not specified".
    """
    configuration = load(config, config_options)
    if as_json:
        print_json(
            "show identifiers", config_options.answered, {"identifiers": list(configuration.identifiers)}
        )
        return
    for name in configuration.identifiers:
        click.echo(name)
    print_release(config_options.answered, err=True)


@show.command()
@config_argument
@config_options
@json_option
def identifies(config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print the identify objects as Asterisk's 'pjsip show identifies' does."""
    configuration = load(config, config_options)
    if as_json:
        content = [_identify_as_dict(identify, configuration) for identify in configuration.tried_identifies]
        print_json("show identifies", config_options.answered, {"identifies": content})
        return
    # Byte for byte what Asterisk prints, also where that isn't UTF-8.
    sys.stdout.flush()
    sys.stdout.buffer.write(encoded(configuration.show_identifies()))
    sys.stdout.buffer.flush()
    print_release(config_options.answered, err=True)


@show.command()
@config_argument
@config_options
@json_option
def endpoints(config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print the endpoints, with the identify objects and registrations that point to each."""
    configuration = load(config, config_options)
    identified: dict[str, list[str]] = {}
    for identify in configuration.tried_identifies:
        identified.setdefault(identify.endpoint, []).append(identify.id)
    registered: dict[str, list[str]] = {}
    for registration in configuration.registrations.values():
        if registration.line:
            registered.setdefault(registration.endpoint, []).append(registration.id)
    if as_json:
        content = [
            {
                "id": endpoint.id,
                "identify_by": list(endpoint.identify_by),
                "identifies": identified.get(endpoint.id, []),
                "registrations": registered.get(endpoint.id, []),
                "origin": origin_as_dict(endpoint.origin),
            }
            for endpoint in configuration.endpoints.values()
        ]
        print_json("show endpoints", config_options.answered, {"endpoints": content})
        return
    _print_objects(
        ["Endpoint", "Identify by", "Identifies", "Registrations", "Place"],
        [
            [
                endpoint.id,
                ",".join(endpoint.identify_by) or "-",
                ",".join(identified.get(endpoint.id, [])) or "-",
                ",".join(registered.get(endpoint.id, [])) or "-",
                place(endpoint.origin),
            ]
            for endpoint in configuration.endpoints.values()
        ],
    )
    print_release(config_options.answered, err=True)


@show.command()
@config_argument
@config_options
@json_option
def registrations(config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print the registrations, each with the endpoint that its line leads to."""
    configuration = load(config, config_options)
    if as_json:
        content = [
            {
                "id": registration.id,
                "server_uri": registration.server_uri,
                "client_uri": registration.client_uri,
                "contact_user": registration.contact_user,
                "transport": registration.transport,
                "line": registration.line,
                "endpoint": registration.endpoint or None,
                "origin": origin_as_dict(registration.origin),
            }
            for registration in configuration.registrations.values()
        ]
        print_json("show registrations", config_options.answered, {"registrations": content})
        return
    _print_objects(
        ["Registration", "Line", "Endpoint", "Server", "Client", "Place"],
        [
            [
                registration.id,
                "yes" if registration.line else "no",
                registration.endpoint or "-",
                registration.server_uri,
                registration.client_uri,
                place(registration.origin),
            ]
            for registration in configuration.registrations.values()
        ],
    )
    print_release(config_options.answered, err=True)


@show.command()
@config_argument
@config_options
@json_option
def problems(config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print what Asterisk would log, reject or skip while loading, and what it loses by that."""
    configuration = load(config, config_options)
    if as_json:
        content = [attrs.asdict(problem) for problem in configuration.problems]
        print_json("show problems", config_options.answered, {"problems": content})
        return
    if not configuration.problems:
        click.echo("No problems found.")
    for problem in configuration.problems:
        where = f"{shown(problem.file)}:{problem.line}" if problem.line else shown(problem.file)
        lost = f" [lost: {shown(problem.lost)}]" if problem.lost else ""
        severity = styled(problem.severity, problem.severity)
        click.echo(f"{where}: {severity}: {escaped(problem.message)} ({problem.code}){lost}")
    print_release(config_options.answered, err=True)


def _print_objects(heading: list[str], rows: list[list[str]]) -> None:
    """Print a table, or that there is nothing."""
    if rows:
        columns(heading, rows)
    else:
        click.echo(NOTHING)


def _identify_as_dict(identify: Identify, configuration: Configuration) -> dict[str, Any]:
    """Return an identify object as values that JSON knows."""
    header, request_uri = identify.header, identify.request_uri
    return {
        "id": identify.id,
        "endpoint": identify.endpoint,
        "endpoint_exists": identify.endpoint in configuration.endpoints,
        "match": [_address_as_dict(rule) for rule in identify.addresses],
        "match_header": header
        and {
            "name": header.name,
            **_pattern_as_dict(header.pattern),
            "origin": origin_as_dict(header.origin),
        },
        "match_request_uri": request_uri
        and {**_pattern_as_dict(request_uri.pattern), "origin": origin_as_dict(request_uri.origin)},
        "origin": origin_as_dict(identify.origin),
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
    """Return what a value is compared with; either ``literal`` or ``regex`` is null."""
    return {"literal": pattern.literal, "regex": pattern.regex}
