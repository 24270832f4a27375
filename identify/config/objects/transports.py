"""Objects of ``type=transport``: which of them listen, and where.

It opens no sockets: whether the machine has the address isn't known here.  What is known is which sections can't
listen because others do; and what a ``bind`` may say, which differs from an item of ``match``.

Facts

- ``bind`` is ``host``, ``host:port``, ``[IPv6]`` or ``[IPv6]:port``; an IPv4 address or a name in brackets is refused.
  No host is 0.0.0.0: ``:5070``, or an empty ``bind``.  A port is digits, at most 65535; no names, signs or blanks.
- ``flow`` needs no ``bind``, all others do, also ``ws`` and ``wss``, which open no socket.
- A socket of an IPv4-mapped address (``::ffff:192.0.2.1``) can't be opened.
- UDP sockets exclude each other, and so do those of TCP and TLS together, if family and port are equal and the
  addresses too, or one of them is any address (``0.0.0.0``, ``::``): the later section is refused.
- A TLS section is never refused for this, it just doesn't listen.
- After a section that was refused for a bad option, the next section takes over what that one left: it is bound, but
  not found by its own id, so its ``domain`` isn't used; if it has no ``bind`` or ``protocol``, the other's hold.
- Older releases find its socket under the refused section's id, the newest doesn't find it at all.
- A bad ``bind`` leaves something only in older releases.

Judgements

- Where ``domain`` isn't used, ``symmetric_transport`` isn't either; this wasn't tried.
- An unclosed bracket is refused, a colon without port is accepted; neither was tried.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from identify.addresses import Address, format_address, parse_address
from identify.config.hostnames.rules import NotAskedError, ResolutionError, Resolver
from identify.config.objects.candidates import Candidate, Options
from identify.config.problems import Problems
from identify.model import Transport
from identify.strings import ascii_lower, escaped, quoted

__all__ = ["Leftovers", "Sockets", "build_transport", "has_bad_bind"]

DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
#: The protocol that has no ``bind``.
FLOW = "flow"

_PORT = re.compile(r"0*([0-9]{1,5})", re.ASCII)


class Leftovers(NamedTuple):
    """What a section that was refused for a bad option left for the next one.

    ``socket_id`` is the id under which that one's socket will be found, see ``Transport``.
    """

    id: str
    options: Options
    socket_id: str | None


class Sockets:
    """The sockets that are open, by what they share and by address."""

    def __init__(self) -> None:
        self._open: dict[tuple[bool, int, int], dict[int, Transport]] = {}

    def holder(self, protocol: str, address: Address) -> Transport | None:
        """Return the section that keeps another from opening this address."""
        others = self._open.get((protocol == "udp", address.family, address.port), {})
        if address.value == 0:
            return next(iter(others.values()), None)
        return others.get(0) or others.get(address.value)

    def add(self, section: Transport) -> None:
        """Open a section's socket, unless it has none or its address is taken."""
        address = parse_address(section.address) if section.protocol in DEFAULT_PORTS else None
        if address is not None and self.holder(section.protocol, address) is None:
            place = (section.protocol == "udp", address.family, address.port)
            self._open.setdefault(place, {})[address.value] = section


def build_transport(
    candidate: Candidate,
    options: Options,
    resolver: Resolver,
    sockets: Sockets,
    left: Leftovers | None,
    unknown: list[Transport],
    problems: Problems,
) -> Transport | None:
    """Return the transport, None if it can't listen; ``sockets`` are those that are already open.

    If nobody knows the address of a name in ``bind``, it is added to ``unknown``, with an address that isn't its own.
    """
    protocol = ascii_lower(
        options.value("protocol", left.options.value("protocol", "udp") if left else "udp")
    )
    bind = options.line("bind") or (left.options.line("bind") if left else None)
    text = bind.value if bind is not None else ""
    address = _bound(text, resolver) if bind is not None else None
    not_asked = _not_asked(text, resolver) if address is None else ""
    if bind is not None and not_asked:
        message = f"bind = {quoted(text)}: {escaped(not_asked)}, so whether and where it listens isn't known"
        problems.add("transport-bind-unknown", bind.file, bind.line, message, section=candidate.id)
        if not options.refused:
            unknown.append(_transport(candidate, options, protocol, Address(4, 0, 0), None))
        return None
    reason = ""
    if bind is None and protocol == FLOW:
        address = Address(4, 0, 0)
    elif address is None:
        reason = f"bind = {quoted(text)} is not a valid address" if bind is not None else "bind is missing"
    elif protocol in DEFAULT_PORTS:
        address = address._replace(port=address.port or DEFAULT_PORTS[protocol])
        reason = _obstacle(protocol, text, address, sockets)
    if reason or address is None:
        file, line = (candidate.file, candidate.line) if bind is None else (bind.file, bind.line)
        problems.add("transport-bind", file, line, reason, section=candidate.id, lost=candidate.described)
        return None
    if left is not None and not options.refused:
        domain = options.value("domain")
        message = f"it takes over what the refused transport {quoted(left.id)} left"
        message += f", so its domain {quoted(domain)} isn't used" if domain else ""
        problems.add("transport-leftovers", candidate.file, candidate.line, message, section=candidate.id)
    return _transport(candidate, options, protocol, address, left)


def _transport(
    candidate: Candidate, options: Options, protocol: str, address: Address, left: Leftovers | None
) -> Transport:
    return Transport(
        id=candidate.id,
        protocol=protocol,
        host=format_address(address.family, address.value),
        port=address.port,
        family=address.family,
        domain=options.value("domain") if left is None else "",
        symmetric_transport=options.true("symmetric_transport") and left is None,
        socket_id=candidate.id if left is None else left.socket_id,
        options=options.values(without=("password",)),
        origin=candidate.origin,
    )


def has_bad_bind(options: Options, resolver: Resolver) -> bool:
    """Return whether a section's own ``bind`` is not a valid address; a name that nobody knows may be one."""
    bind = options.line("bind")
    if bind is None or _bound(bind.value, resolver) is not None:
        return False
    return not _not_asked(bind.value, resolver)


def _obstacle(protocol: str, text: str, address: Address, sockets: Sockets) -> str:
    """Return the reason why a section can't open its socket, nothing if it can."""
    if address.family == 4 and _split(text)[0].count(":"):
        return f"a socket for the IPv4-mapped address {quoted(text)} can't be opened"
    other = sockets.holder(protocol, address) if protocol != "tls" else None
    return f"transport {quoted(other.id)} already uses {other.address} for {other.protocol}" if other else ""


def _split(text: str) -> tuple[str, str | None]:
    """Return host and port of a ``bind``; an IPv6 address is recognised by its colons, and has no brackets."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or ":" not in host or (rest and rest[0] != ":"):
            return "]", None
        return host, rest[1:] if rest else None
    if text.count(":") > 1:
        return text, None
    host, colon, port = text.partition(":")
    return host, port if colon else None


def _bound(text: str, resolver: Resolver) -> Address | None:
    """Return the address of a ``bind``; for a name, its first address."""
    host, port_text = _split(text)
    port = _port(port_text)
    if port is None:
        return None
    address = parse_address(f"[{host}]" if ":" in host else host or "0.0.0.0")
    if address is None and _is_name(host):
        try:
            answers = resolver.addresses(host)
        except ResolutionError:
            return None
        address = parse_address(answers[0]) if answers else None
    return None if address is None else address._replace(port=port)


def _not_asked(text: str, resolver: Resolver) -> str:
    """Return why nobody knows the address of a name in ``bind``, nothing if somebody does."""
    host, port = _split(text)
    try:
        if _is_name(host) and _port(port) is not None and parse_address(host) is None:
            resolver.addresses(host)
    except NotAskedError as error:
        return str(error)
    except ResolutionError:
        pass
    return ""


def _is_name(host: str) -> bool:
    """Return whether a host may be a name; ``_split`` returns a bracket for what is nothing at all."""
    return bool(host) and not any(character in host for character in "[]:")


def _port(text: str | None) -> int | None:
    """Return the port, 0 if there is none; None if it isn't valid."""
    if not text:
        return 0
    match = _PORT.fullmatch(text)
    return int(match[1]) if match is not None and int(match[1]) <= 65535 else None
