"""Which transport section the identifiers find for a request; its domain and its symmetry matter to them.

Facts

- A request has a socket, and the socket may be a section's own: UDP sections have one each, the
  others have the listener from which a connection was accepted.
- Sections are walked in the order of a hash container.  A UDP section is found if the request's socket is
  its own; a section of any other protocol if the address of its listener, as the text
  host:port, equals the socket's local name.  The protocol isn't compared, so a UDP request may find a TCP
  section that listens on the same address and port, if that section comes first.
- A section that took over what a refused one left is in that container under the refused one's id, or not at all.
- Ports and hosts are never guessed from the message.

Judgements

- Within a bucket ids are in byte order.
- A section that listens on the wildcard address owns every local name of its family with its port.
- A request that names no socket came in on the first section of its protocol and of its source's family (an
  IPv4-mapped source is IPv6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from identify.addresses import WILDCARDS
from identify.explanation.question import Configured
from identify.model import Transport
from identify.strings import encoded

if TYPE_CHECKING:
    from identify._compiled._request import Request

__all__ = ["bucket", "in_container_order", "transport_section"]

#: Buckets of the container that holds the states of the transport sections.
BUCKETS = 53


def transport_section(configuration: Configured, request: Request) -> Transport | None:
    """Return the section on which Asterisk thinks the request came in, None if there is none.

    Its id is the one under which Asterisk finds it.

    Twin: ``Matcher.transport_section`` in ``_ext/decision/_matcher.pyx``.
    """
    own = _own_section(configuration, request)
    name = own.address if own is not None else request.local
    for id, section in in_container_order(configuration):
        if section is own if section.protocol == "udp" else section.address == name:
            return attrs.evolve(section, id=id)
    return None


def in_container_order(configuration: Configured) -> list[tuple[str, Transport]]:
    """Return the transport sections in the order in which the lookup walks them, with the ids that they have there."""
    found = [
        (section.socket_id, section)
        for section in configuration.transports.values()
        if section.socket_id is not None
    ]
    found.sort(key=lambda each: (bucket(each[0]), encoded(each[0]), encoded(each[1].id)))
    return found


def bucket(id: str) -> int:
    """Return the bucket of an id: ``bucket("transport-udp") == 44``, ``bucket("transport-tcp") == 18``."""
    hash = 5381
    for byte in encoded(id):
        hash = (hash * 33 ^ byte) & 0xFFFFFFFF
    return (hash & 0x7FFFFFFF) % BUCKETS


def _own_section(configuration: Configured, request: Request) -> Transport | None:
    """Return the section whose socket the request came in on."""
    if request.transport_section is not None and request.transport_section in configuration.transports:
        return configuration.transports[request.transport_section]
    for id, section in in_container_order(configuration):
        if id == request.transport_section:
            return section
    of_protocol = [
        section for section in configuration.transports.values() if section.protocol == request.transport
    ]
    of_protocol.sort(key=lambda section: encoded(section.id))
    local = request.local
    if local is None:
        family = 6 if ":" in request.source else 4
        return next((section for section in of_protocol if section.family == family), None)
    exact = (section for section in of_protocol if section.address == local)
    wildcard = (section for section in of_protocol if _listens_everywhere(section, local))
    return next(exact, None) or next(wildcard, None)


def _listens_everywhere(section: Transport, local: str) -> bool:
    """Return whether the section listens on the wildcard address, with this local name's family and port."""
    host, _, port = local.rpartition(":")
    family = 6 if ":" in host else 4
    return section.host in WILDCARDS and section.family == family and str(section.port) == port
