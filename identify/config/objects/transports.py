"""Objects of ``type=transport``: which of them listen, and where.

It opens no sockets: whether the machine has the address isn't known here.  What is known is that two
transports with the same protocol can't have the same address and port.

Facts

- After a section that was refused for a bad option, the next section takes over what that one left: it is bound, but
  not found by its own id, so its ``domain`` isn't used; if it has no ``bind`` or ``protocol``, the other's hold.
- Older releases find its socket under the refused section's id, the newest doesn't find it at all.
- A bad ``bind`` leaves something only in older releases.

Judgements

- Where ``domain`` isn't used, ``symmetric_transport`` isn't either; this wasn't tried.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from identify.addresses import Address, format_address, parse_address, split_port
from identify.config.hostnames.rules import NotAskedError, ResolutionError, Resolver
from identify.config.objects.candidates import Candidate, Options
from identify.config.problems import Problems
from identify.model import Transport
from identify.strings import ascii_lower, escaped, quoted

__all__ = ["Leftovers", "build_transport", "has_bad_bind"]

DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


class Leftovers(NamedTuple):
    """What a section that was refused for a bad option left for the next one.

    ``socket_id`` is the id under which that one's socket will be found, see ``Transport``.
    """

    id: str
    options: Options
    socket_id: str | None


def build_transport(
    candidate: Candidate,
    options: Options,
    resolver: Resolver,
    others: Iterable[Transport],
    left: Leftovers | None,
    unknown: list[Transport],
    problems: Problems,
) -> Transport | None:
    """Return the transport, None if it can't listen; ``others`` are those that already listen.

    If nobody knows the address of a name in ``bind``, it is added to ``unknown``, with an address that isn't its own.

    Websocket and flow transports have no socket of their own, so they need no ``bind``.
    """
    protocol = ascii_lower(
        options.value("protocol", left.options.value("protocol", "udp") if left else "udp")
    )
    bind = options.line("bind") or (left.options.line("bind") if left else None)
    text = bind.value if bind is not None else ""
    address = _bound(text, resolver)
    not_asked = _not_asked(text, resolver) if address is None else ""
    if bind is not None and not_asked:
        message = f"bind = {quoted(text)}: {escaped(not_asked)}, so whether and where it listens isn't known"
        problems.add("transport-bind-unknown", bind.file, bind.line, message, section=candidate.id)
        if not options.refused:
            unknown.append(_transport(candidate, options, protocol, Address(4, 0, 0), None))
        return None
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


def _not_asked(text: str, resolver: Resolver) -> str:
    """Return why nobody knows the address of a name in ``bind``, nothing if somebody does."""
    parts = split_port(text)
    try:
        if parts is not None and parts[0]:
            resolver.addresses(parts[0])
    except NotAskedError as error:
        return str(error)
    except ResolutionError:
        pass
    return ""
