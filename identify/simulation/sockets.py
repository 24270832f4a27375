"""Which messages of a capture Asterisk received: by its own addresses.

If a reader knows the direction, that decides.  Otherwise the addresses at which Asterisk listens do;
``_sockets.Sockets`` looks them up.

Strategy
1. The sockets are the given ones; without any, the binds of the configuration's transports that name an address.
   A message to a socket was received; any other message from a socket was sent.  Over a stream any port of such an
   address is Asterisk's, as its own connections have ephemeral ports; over UDP another port is another program.
2. Binds to a wildcard name no address.  The addresses are found in the first batch: first those that send REGISTERs of
   the configuration's own registrations, and get an answer from where they sent them; then, among the ends of messages
   that have a port of such a bind, the address that most messages have in common (in a capture on Asterisk's host
   nearly all have its address), then the one that most of the others have, and so on.  Of two with the same count, the
   one that receives more REGISTERs wins, then the one that receives more requests.
   An address found like this that sends messages and never has an answer teaches no line tokens: anybody in the same
   network can send REGISTERs that look like Asterisk's, say to a broadcast address, which never answers.
3. If none of that decides, a message to the port of a wildcard bind was received (and its address is Asterisk's from
   then on), a message from such a port was sent, any other is foreign.
4. A message without a local address was received.  So is every message if the configuration has no transport.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs

from identify._compiled._sockets import Sockets
from identify.addresses import MAPPED, WILDCARDS, format_address, packed, parse_address
from identify.configuration import Configuration
from identify.errors import ConfigError
from identify.simulation.line_tokens import Key, key_of, key_of_message
from identify.traffic.batch import Batch, Direction
from identify.traffic.captures.collectors import SIP_PORTS, place_text

__all__ = ["FoundSockets", "find_sockets", "sip_places"]

#: Messages that are looked at to find addresses: enough for a clear majority.
MOST_MESSAGES = 20_000
#: Addresses that are found; a host has a few.
MOST_FOUND = 64
#: Sockets that a reader of traffic takes.
MOST_PLACES = 1_024

#: An address of 16 bytes and a port.
Socket = tuple[bytes, int]


@attrs.frozen
class FoundSockets:
    """Asterisk's sockets, and from what they are known: ``basis`` and ``binds`` are those of ``OwnSockets``."""

    sockets: Sockets
    basis: str
    binds: tuple[tuple[str, str], ...] = ()


def find_sockets(configuration: Configuration, given: Iterable[str], batch: Batch) -> FoundSockets:
    """Return Asterisk's sockets; ``given`` are addresses with or without port, ``batch`` is the first of the traffic.

    Raises :class:`~identify.errors.ConfigError` for a given text that isn't a valid address.
    """
    sockets = [_given(text) for text in given]
    if sockets:
        return FoundSockets(Sockets(sockets), "given")
    transports = configuration.transports.values()
    if not transports:
        return FoundSockets(Sockets(always=True), "none")
    named = [
        (packed(transport.host), transport.port)
        for transport in transports
        if transport.host not in WILDCARDS
    ]
    wildcards = {
        (transport.family, transport.port) for transport in transports if transport.host in WILDCARDS
    }
    keys = map(key_of, configuration.registrations.values())
    own = {key for key in keys if key is not None}
    found, unanswered = _found(batch, wildcards, named, own) if wildcards else ([], [])
    return FoundSockets(
        Sockets(named + found, sorted(wildcards), unanswered=unanswered),
        "guess" if wildcards else "transports",
        tuple(
            (id, transport.address)
            for id, transport in configuration.transports.items()
            if not wildcards or transport.host in WILDCARDS
        ),
    )


def sip_places(configuration: Configuration, given: Iterable[str]) -> tuple[str, ...]:
    """Return Asterisk's own sockets as ``open_traffic`` takes them: addresses with port, and ports of any address.

    ``given`` are addresses with or without port, the latter with the ports of the transports.
    """
    transports = configuration.transports.values()
    ports = sorted({transport.port for transport in transports if transport.port}) or [*map(int, SIP_PORTS)]
    sockets = [_given(text) for text in given]
    if sockets:
        places = [
            place_text((address, one)) for address, port in sockets for one in ([port] if port else ports)
        ]
    elif transports:
        places = [
            str(transport.port) if transport.host in WILDCARDS else transport.address
            for transport in transports
            if transport.port
        ]
    else:
        places = [*SIP_PORTS]
    # Of very many each port is enough.
    return tuple(dict.fromkeys(places if len(places) <= MOST_PLACES else map(str, ports[:MOST_PLACES])))


def _given(text: str) -> Socket:
    address = parse_address(text.strip())
    if address is None:
        raise ConfigError(
            f"local {text!r} is not a valid address, such as 192.0.2.1, 192.0.2.1:5060 or [2001:db8::1]:5060"
        )
    return packed(format_address(address.family, address.value)), address.port


@attrs.define
class _Flows:
    """Messages between ends that could be Asterisk's, and what is known of them; of an end in negative numbers."""

    #: By their ends, one or two.
    counts: Counter[frozenset[bytes]] = attrs.field(factory=Counter)
    #: Their sources and targets.
    ways: set[tuple[bytes, bytes]] = attrs.field(factory=set)
    #: REGISTERs of own registrations, by source and target; REGISTERs and requests to an address.
    own: Counter[tuple[bytes, bytes]] = attrs.field(factory=Counter)
    registers: Counter[bytes] = attrs.field(factory=Counter)
    requests: Counter[bytes] = attrs.field(factory=Counter)

    def best(self) -> bytes:
        """Return the end that is most likely Asterisk's."""
        own: Counter[bytes] = Counter()
        for (source, target), count in self.own.items():
            own[source] -= count if (target, source) in self.ways else 0
        common: Counter[bytes] = Counter()
        for ends, count in self.counts.items():
            for end in ends:
                common[end] -= count
        return min(
            common, key=lambda end: (own[end], common[end], self.registers[end], self.requests[end], end)
        )

    def unanswered(self, end: bytes) -> bool:
        """Say whether an end sends messages, and nothing that it sends them to sends any back."""
        targets = [target for source, target in self.ways if source == end]
        return bool(targets) and not any((target, end) in self.ways for target in targets)

    def without(self, end: bytes) -> None:
        """Forget the messages of an end that is known to be Asterisk's."""
        self.counts = Counter({ends: count for ends, count in self.counts.items() if end not in ends})
        self.ways = {way for way in self.ways if end not in way}


def _found(
    batch: Batch, wildcards: set[tuple[int, int]], named: list[Socket], registrations: set[Key]
) -> tuple[list[Socket], list[bytes]]:
    """Return the addresses of the wildcard binds that the messages of a batch show, and those without any answer."""
    flows = _flows(batch, wildcards, {address for address, _ in named}, registrations)
    found: list[Socket] = []
    unanswered: list[bytes] = []
    while flows.counts and len(found) < MOST_FOUND:
        best = flows.best()
        family = 4 if best.startswith(MAPPED) else 6
        found += [(best, port) for bind_family, port in sorted(wildcards) if bind_family == family]
        if flows.unanswered(best):
            unanswered.append(best)
        flows.without(best)
    return found, unanswered


def _flows(
    batch: Batch, wildcards: set[tuple[int, int]], known: set[bytes], registrations: set[Key]
) -> _Flows:
    """Count the messages of a batch by those ends that could be Asterisk's."""
    flows = _Flows()
    for i in range(min(len(batch), MOST_MESSAGES)):
        if batch.directions[i] != Direction.UNKNOWN:
            continue
        source, target = (bytes(column[16 * i : 16 * i + 16]) for column in (batch.sources, batch.locals))
        if source in known or target in known:
            continue
        ends = [
            address
            for address, port in ((source, batch.ports[i]), (target, batch.local_ports[i]))
            if (4 if address.startswith(MAPPED) else 6, port) in wildcards and any(address)
        ]
        if not ends:
            continue
        flows.counts[frozenset(ends)] += 1
        flows.ways.add((source, target))
        start = bytes(batch.data[batch.offsets[i] : batch.offsets[i] + 9])
        if start.startswith(b"SIP/"):
            continue
        flows.requests[target] -= 1
        if start.startswith(b"REGISTER"):
            flows.registers[target] -= 1
            if registrations and source in ends and key_of_message(batch, i) in registrations:
                flows.own[source, target] += 1
    return flows
