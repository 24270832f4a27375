"""Values on the command line: addresses with ports, line tokens, what a shell may offer; no deciding."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs
import click
from click.shell_completion import CompletionItem

from identify.addresses import host_port
from identify.commands.output.printing import UnusableError, shown, warn
from identify.errors import ConfigError

if TYPE_CHECKING:
    from identify.configuration import Configuration

__all__ = [
    "SocketAddress",
    "complete_registrations",
    "complete_transports",
    "check_line_tokens",
    "hint_at_port",
    "parse_address",
    "parse_frame",
    "parse_frames",
    "parse_local",
    "parse_tokens",
]

#: SIP's own port, meant where none is given.
DEFAULT_PORT = 5060

#: ``[v6]:port``, ``[v6]``, ``v4:port`` or ``v4``; an IPv6 address without brackets has no port.
BRACKETED = re.compile(r"\[(?P<address>[^\]]*)\](?::(?P<port>[0-9]{1,5}))?", re.ASCII)
#: Numbers that people give as ports, and that may also be the end of an address; 443 is that of WebSockets.
LIKE_A_PORT = re.compile(r"[1-9][0-9]{3}|443", re.ASCII)
PLAIN = re.compile(r"(?P<address>[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)


@attrs.frozen
class SocketAddress:
    """An IP address and a port."""

    address: str
    port: int
    #: Whether the port was given, not taken as SIP's own.
    has_port: bool = attrs.field(default=True, eq=False)

    def __str__(self) -> str:
        """Return ``address:port``, an IPv6 address in brackets."""
        return host_port(self.address, self.port)


def hint_at_port(option: str, value: str) -> None:
    """Say on standard error how an IPv6 address was read whose end looks like a port, as in 2001:db8::1:5060."""
    address, _, port = value.rpartition(":")
    if not LIKE_A_PORT.fullmatch(port):
        return
    try:
        ipaddress.IPv6Address(value)
        ipaddress.IPv6Address(address)
    except ValueError:
        return
    hint = f"{option} {value} is read as an address without a port; with port {port} it is [{address}]:{port}"
    warn(hint)


def parse_address(context: click.Context, param: click.Parameter, value: str | None) -> SocketAddress | None:
    """Read ``ADDR[:PORT]``, or end the command; no name is resolved: packets come from addresses."""
    if value is None:
        return None
    found = BRACKETED.fullmatch(value) or PLAIN.fullmatch(value)
    address, port = found.group("address", "port") if found else (value, None)
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        wanted = "an IP address with an optional port, such as 192.0.2.1:5060 or [2001:db8::1]:5060"
        raise click.BadParameter(f"{value!r} is not {wanted}", context, param) from error
    number = int(port) if port is not None else DEFAULT_PORT
    if not 1 <= number <= 65535:
        raise click.BadParameter(f"port {number} of {value!r} is not between 1 and 65535", context, param)
    if param.opts:
        hint_at_port(max(param.opts, key=len), value)
    return SocketAddress(address, number, port is not None)


def parse_frames(
    context: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[int, str | None], ...]:
    """Read ``[FILE:]FRAME`` of each, or end the command."""
    frames: list[tuple[int, str | None]] = []
    for value in values:
        file, _, number = value.rpartition(":")
        if not (number.isascii() and number.isdecimal() and len(number) < 20):
            raise click.BadParameter(f"{value!r} is not a frame, such as 5 or monday.pcap:5", context, param)
        frames.append((int(number), file or None))
    return tuple(frames)


def parse_frame(
    context: click.Context, param: click.Parameter, value: str | None
) -> tuple[int, str | None] | None:
    """Read ``[FILE:]FRAME``, or end the command."""
    return parse_frames(context, param, (value,))[0] if value is not None else None


def parse_local(context: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return addresses of Asterisk as they are: the simulation reads them; hint at what may be meant otherwise."""
    for value in values:
        hint_at_port("--local", value)
    return values


def parse_tokens(context: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read ``ID=TOKEN`` of each, or end the command; an id may have ``=`` in it, a token can't."""
    tokens: dict[str, str] = {}
    for value in values:
        id, equals, token = value.rpartition("=")
        if not (id and equals and token):
            raise click.BadParameter(f"{value!r} is not of the form ID=TOKEN", context, param)
        if id in tokens:
            raise click.BadParameter(f"registration {id!r} is given twice", context, param)
        tokens[id] = token
    return tokens


def check_line_tokens(configuration: Configuration, tokens: Iterable[str]) -> None:
    """End the command if an id isn't in the configuration: a mistyped one would look like an answer."""
    with_line = [
        registration.id for registration in configuration.registrations.values() if registration.line
    ]
    for id in tokens:
        if id not in with_line:
            known = ", ".join(map(shown, with_line)) or "none"
            raise UnusableError(f"no registration {shown(id)!r} with line = yes; defined: {known}")


def complete_transports(
    context: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the ids of the transports of the configuration that was already typed.

    A shell takes what is offered as it is, so an id that can't be printed, and hardly be typed, isn't.
    """
    return [
        CompletionItem(id)
        for id in _typed(context).transports
        if id.startswith(incomplete) and id.isprintable()
    ]


def complete_registrations(
    context: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the ids of the registrations that have a token, each with the sign that follows it."""
    return [
        CompletionItem(f"{registration.id}=")
        for registration in _typed(context).registrations.values()
        if registration.line and registration.id.startswith(incomplete) and registration.id.isprintable()
    ]


def _typed(context: click.Context) -> Configuration:
    """Return the configuration that was already typed, an empty one if there is none to read."""
    from identify.configuration import Configuration  # noqa: PLC0415  Completing names of options does without.

    # While an option waits for its value, click leaves arguments unassigned; the first is the configuration.
    path = context.params.get("config") or next(iter(context.args), "")
    try:
        return Configuration.from_path(path)
    except ConfigError:
        return Configuration.from_files({"pjsip.conf": ""})
