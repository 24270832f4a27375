"""Which transport section Asterisk finds for a socket, worked out for every socket that the sections can have.

The rules are in ``identify.explanation.transport_section``; this is their compiled form, so that a request only needs
a lookup by what it says about its socket.  The number of a section is its index in ``TransportTable.sections``.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from identify.addresses import WILDCARDS
from identify.model import Transport
from identify.strings import bucket, encoded

__all__ = ["TransportTable", "plan_transports"]


@attrs.frozen(kw_only=True)
class TransportTable:
    """The lookups, each from what is known of a socket to the number of the section found, -1 for none.

    ``by_section``: id of the socket's own section, or the one under which Asterisk has the socket; ``listening``:
    (protocol, local name); ``everywhere``: (protocol, family, port as text) of sockets on the wildcard address;
    ``first_of``: (protocol, family) for a request of unknown socket; ``accepting``: local name of a socket that belongs
    to no section.
    """

    sections: list[Transport]
    by_section: dict[str, int]
    listening: dict[tuple[str, str], int]
    everywhere: dict[tuple[str, int, str], int]
    first_of: dict[tuple[str, int], int]
    accepting: dict[str, int]


def plan_transports(transports: Mapping[str, Transport]) -> TransportTable:
    """Work out the section found for the socket of each section, and for sockets of none."""
    keyed = [
        (bucket(section.socket_id), encoded(section.id), section)
        for section in transports.values()
        if section.socket_id is not None
    ]
    walked = [section for *_, section in sorted(keyed, key=lambda each: each[:2])]
    plan = TransportTable(
        sections=walked, by_section={}, listening={}, everywhere={}, first_of={}, accepting={}
    )
    for number, section in enumerate(walked):
        if section.protocol != "udp":
            plan.accepting.setdefault(section.address, number)
    for own in sorted(transports.values(), key=lambda section: encoded(section.id)):
        found = _found_for(own, walked)
        plan.by_section[own.id] = found
        plan.listening.setdefault((own.protocol, own.address), found)
        if own.host in WILDCARDS:
            plan.everywhere.setdefault((own.protocol, own.family, str(own.port)), found)
        plan.first_of.setdefault((own.protocol, own.family), found)
    for section in walked:
        if section.socket_id is not None:
            plan.by_section.setdefault(section.socket_id, plan.by_section[section.id])
    return plan


def _found_for(own: Transport, walked: list[Transport]) -> int:
    """Return the number of the section found for this section's own socket."""
    for number, section in enumerate(walked):
        if section is own if section.protocol == "udp" else section.address == own.address:
            return number
    return -1
