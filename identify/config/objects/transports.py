"""Objects of ``type=transport``: which of them listen, and where.

It opens no sockets: whether the machine has the address isn't known here.  What is known is that two
transports with the same protocol can't have the same address and port.
"""

from __future__ import annotations

from collections.abc import Iterable

from identify.addresses import Address, format_address, parse_address, split_port
from identify.config.hostnames.rules import NotAskedError, ResolutionError, Resolver
from identify.config.objects.candidates import Candidate, Options
from identify.config.problems import Problems
from identify.model import Transport
from identify.strings import ascii_lower, escaped, quoted

__all__ = ["build_transport"]

DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


def build_transport(
    candidate: Candidate,
    options: Options,
    resolver: Resolver,
    others: Iterable[Transport],
    unknown: list[Transport],
    problems: Problems,
) -> Transport | None:
    """Return the transport, None if it can't listen; ``others`` are those that already listen.

    If nobody knows the address of a name in ``bind``, it is added to ``unknown``, with an address that isn't its own.

    Websocket and flow transports have no socket of their own, so they need no ``bind``.
    """
    protocol = ascii_lower(options.value("protocol", "udp"))
    bind = options.line("bind")
    text = bind.value if bind is not None else ""
    address = _bound(text, resolver)
    not_asked = _not_asked(text, resolver) if address is None else ""
    if bind is not None and not_asked:
        message = f"bind = {quoted(text)}: {escaped(not_asked)}, so whether and where it listens isn't known"
        problems.add("transport-bind-unknown", bind.file, bind.line, message, section=candidate.id)
        if not options.refused:
            unknown.append(_transport(candidate, options, protocol, Address(4, 0, 0)))
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
    return _transport(candidate, options, protocol, address)


def _transport(candidate: Candidate, options: Options, protocol: str, address: Address) -> Transport:
    return Transport(
        id=candidate.id,
        protocol=protocol,
        host=format_address(address.family, address.value),
        port=address.port,
        family=address.family,
        domain=options.value("domain"),
        symmetric_transport=options.true("symmetric_transport"),
        options=options.values(without=("password",)),
        origin=candidate.origin,
    )


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
