"""``sip-identify show``: what Asterisk would load of a configuration, and what it would lose."""

from __future__ import annotations

import ipaddress
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import click

from identify.commands.command import CommandGroup
from identify.commands.config_options import ConfigOptions, config_options
from identify.commands.ending import LoadedConfig, configurations_as_dict, end
from identify.commands.output.printing import (
    columns,
    config_argument,
    json_option,
    print_json,
    print_release,
    styled,
    warn,
)
from identify.commands.output.status import Status
from identify.commands.reading import load
from identify.explanation.places import place
from identify.explanation.result import SHOWN_UNKNOWNS, unknown_as_dict, unknown_line
from identify.strings import encoded, escaped, shown

if TYPE_CHECKING:
    from identify.configuration import Configuration
    from identify.model import AddressRule, Identify, TextPattern

__all__ = ["show"]

#: What Asterisk prints where there are no objects of a type.
NOTHING = "No objects found."


@click.group(
    cls=CommandGroup,
    examples=["sip-identify show problems /etc/asterisk", "sip-identify show endpoints /etc/asterisk"],
)
def show() -> None:
    """Print what Asterisk would have loaded of CONFIG."""


@show.command(
    examples=[
        "sip-identify show identifiers /etc/asterisk",
        "sip-identify show identifiers /etc/asterisk --release 18.10.0",
    ]
)
@config_argument
@config_options
@json_option
@click.pass_context
def identifiers(context: click.Context, config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print the identifiers in the order in which they are asked.

    Asterisk lists the first one, line, as "name not specified".
    """
    configuration = load(config, config_options)
    if as_json:
        content = {"identifiers": list(configuration.identifiers)}
        _end_with_json(context, config, config_options, configuration, content)
    for name in configuration.identifiers:
        click.echo(name)
    _end(context, config, config_options, configuration)


@show.command(
    examples=["sip-identify show identifies /etc/asterisk", "sip-identify show identifies pjsip.conf --json"]
)
@config_argument
@config_options
@json_option
@click.pass_context
def identifies(context: click.Context, config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print the identify objects as 'pjsip show identifies' does."""
    configuration = load(config, config_options)
    if as_json:
        content = [_identify_as_dict(identify, configuration) for identify in configuration.tried_identifies]
        _end_with_json(context, config, config_options, configuration, {"identifies": content})
    _print_as_asterisk(configuration.show_identifies())
    _end(context, config, config_options, configuration)


@show.command(
    examples=["sip-identify show endpoints /etc/asterisk", "sip-identify show endpoints pjsip.conf --offline"]
)
@config_argument
@config_options
@json_option
@click.pass_context
def endpoints(context: click.Context, config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print the endpoints, each with what points to it.

    That is identify objects and registrations.
    """
    configuration = load(config, config_options)
    identified: dict[str, list[str]] = {}
    tried = configuration.tried_identifies
    for endpoint, id in zip(tried.endpoints, tried.ids, strict=True):
        identified.setdefault(endpoint, []).append(id)
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
                "origin": attrs.asdict(endpoint.origin),
            }
            for endpoint in configuration.endpoints.values()
        ]
        _end_with_json(context, config, config_options, configuration, {"endpoints": content})
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
    _end(context, config, config_options, configuration)


@show.command(
    examples=[
        "sip-identify show registrations /etc/asterisk",
        "sip-identify show registrations pjsip.conf --json",
    ]
)
@config_argument
@config_options
@json_option
@click.pass_context
def registrations(context: click.Context, config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print the registrations and the endpoint of each line."""
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
                "origin": attrs.asdict(registration.origin),
            }
            for registration in configuration.registrations.values()
        ]
        _end_with_json(context, config, config_options, configuration, {"registrations": content})
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
    _end(context, config, config_options, configuration)


@show.command(
    examples=[
        "sip-identify show problems /etc/asterisk",
        "sip-identify show problems pjsip.conf --release 18.10.0",
    ]
)
@config_argument
@config_options
@json_option
@click.pass_context
def problems(context: click.Context, config: str, config_options: ConfigOptions, as_json: bool) -> None:
    """Print what Asterisk would log, reject or skip while loading.

    Each problem says what is lost because of it.

    Exit status: 0 nothing is lost, 1 something is: by an error, or by a warning that says what; 2 wrong usage or
    unreadable input.
    """
    configuration = load(config, config_options)
    if as_json:
        content = [attrs.asdict(problem) for problem in configuration.problems]
        _end_with_json(context, config, config_options, configuration, {"problems": content})
    if not configuration.problems:
        click.echo("No problems found.")
    for problem in configuration.problems:
        where = f"{shown(problem.file)}:{problem.line}" if problem.line else shown(problem.file)
        lost = f" [lost: {escaped(problem.lost)}]" if problem.lost else ""
        severity = styled(problem.severity, problem.severity)
        click.echo(f"{where}: {severity}: {escaped(problem.message)} ({problem.code}){lost}")
    _end(context, config, config_options, configuration)


def _print_as_asterisk(text: str) -> None:
    """Print what Asterisk prints: byte for byte, also where that isn't UTF-8; on a terminal with escapes."""
    if sys.stdout.isatty():
        click.echo("\n".join(map(escaped, text.split("\n"))), nl=False)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(encoded(text))
    sys.stdout.buffer.flush()


def _end_with_json(
    context: click.Context,
    config: str,
    options: ConfigOptions,
    configuration: Configuration,
    content: dict[str, Any],
) -> NoReturn:
    """Print what is asked for, and what isn't known of the configuration."""
    unknowns = [unknown_as_dict(unknown) for unknown in configuration.unknowns]
    about = configurations_as_dict([LoadedConfig(config, configuration)])
    print_json(f"show {context.info_name}", options.answered, {**about, **content, "unknowns": unknowns})
    _end_with_status(context, config, options, configuration)


def _end(
    context: click.Context, config: str, options: ConfigOptions, configuration: Configuration
) -> NoReturn:
    """Say on standard error what may be missing in the output, and which release it is for."""
    for unknown in configuration.unknowns[:SHOWN_UNKNOWNS]:
        warn(unknown_line(unknown))
    more = len(configuration.unknowns) - SHOWN_UNKNOWNS
    if more > 0:
        warn(f"Not known: {more:,} more")
    print_release(options.answered, err=True)
    _end_with_status(context, config, options, configuration)


def _end_with_status(
    context: click.Context, config: str, options: ConfigOptions, configuration: Configuration
) -> NoReturn:
    """End with the status: for ``show problems``, whether anything was lost is what is asked."""
    asked = context.command is problems
    status = Status.DIFFERS if asked and configuration.losses else Status.DONE
    end(context, status, options, [LoadedConfig(config, configuration)], pointer=not asked)


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
            "origin": attrs.asdict(header.origin),
        },
        "match_request_uri": request_uri
        and {**_pattern_as_dict(request_uri.pattern), "origin": attrs.asdict(request_uri.origin)},
        "origin": attrs.asdict(identify.origin),
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
        "origin": attrs.asdict(rule.origin),
    }


def _pattern_as_dict(pattern: TextPattern) -> dict[str, Any]:
    """Return what a value is compared with; either ``literal`` or ``regex`` is null."""
    return {"literal": pattern.literal, "regex": pattern.regex}
