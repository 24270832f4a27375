"""Objects of ``type=transport``: which of them listen, and where.

It opens no sockets: whether the machine has the address isn't known here.  What is known is that two
transports with the same protocol can't have the same address and port.

Facts

- After a section that was refused for a bad option, the next section takes over what that one left: it is bound, but
  not found by its own id, so its ``domain`` isn't used; if it has no ``bind`` or ``protocol``, the other's hold.
- A bad ``bind`` leaves something only in some releases.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from identify.addresses import Address, format_address, parse_address, split_port
from identify.config.hostnames.rules import ResolutionError, Resolver
from identify.config.objects.candidates import Candidate, Options
from identify.config.problems import Problems
from identify.model import Transport
from identify.strings import ascii_lower, quoted

__all__ = ["Leftovers", "build_transport", "has_bad_bind"]

DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


class Leftovers(NamedTuple):
    """What a section that was refused for a bad option left for the next one."""

    id: str
    options: Options


def build_transport(
    candidate: Candidate,
    options: Options,
    resolver: Resolver,
    others: Iterable[Transport],
    left: Leftovers | None,
    problems: Problems,
) -> Transport | None:
    """Return the transport, None if it can't listen; ``others`` are those that already listen.

    Websocket and flow transports have no socket of their own, so they need no ``bind``.
    """
    protocol = ascii_lower(
        options.value("protocol", left.options.value("protocol", "udp") if left else "udp")
    )
    bind = options.line("bind") or (left.options.line("bind") if left else None)
    text = bind.value if bind is not None else ""
    address = _bound(text, resolver)
    if address is not None and not address.port:
        address = address._replace(port=DEFAULT_PORTS.get(protocol, 0))
    reason = ""
    if address is None:
        if protocol in DEFAULT_PORTS or bind is not None:
            reason = (
                f"bind = {quoted(text)} is not a valid address" if bind is not None else "bind is missing"
            )
        else:
            address = Address(4, 0, 0)
    if address is not None and protocol in DEFAULT_PORTS:
        place = (protocol, address.family, format_address(address.family, address.value), address.port)
        for other in others:
            if (other.protocol, other.family, other.host, other.port) == place:
                reason = f"transport {quoted(other.id)} already uses {other.address} for {protocol}"
    if reason or address is None:
        file, line = (candidate.file, candidate.line) if bind is None else (bind.file, bind.line)
        problems.add("transport-bind", file, line, reason, section=candidate.id, lost=candidate.described)
        return None
    domain = options.value("domain")
    if left is not None and not options.refused:
        message = f"it takes over what the refused transport {quoted(left.id)} left"
        message += f", so its domain {quoted(domain)} isn't used" if domain else ""
        problems.add("transport-leftovers", candidate.file, candidate.line, message, section=candidate.id)
        domain = ""
    return Transport(
        id=candidate.id,
        protocol=protocol,
        host=format_address(address.family, address.value),
        port=address.port,
        family=address.family,
        domain=domain,
        symmetric_transport=options.true("symmetric_transport"),
        options=options.values(without=("password",)),
        origin=candidate.origin,
    )


def has_bad_bind(options: Options, resolver: Resolver) -> bool:
    """Return whether a section's own ``bind`` is not a valid address."""
    bind = options.line("bind")
    return bind is not None and _bound(bind.value, resolver) is None


def _bound(text: str, resolver: Resolver) -> Address | None:
    """Return the address of a ``bind``; for a name, its first address."""
    address = parse_address(text)
    parts = split_port(text)
    if address is not None or parts is None or not parts[0]:
        return address
    host, service = parts
    probe = parse_address(f"0.0.0.0:{service or ''}")
    try:
        answers = resolver.addresses(host)
    except ResolutionError:
        return None
    found = parse_address(answers[0]) if answers else None
    return None if found is None or probe is None else found._replace(port=probe.port)
