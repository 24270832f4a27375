"""Which transport section Asterisk finds for a socket, worked out for every socket that the sections can have.

The rules are told in ``identify.explanation.transports``; this is their compiled form: a request only has to be looked
up by what it says of its socket.  The number of a section is its place in ``TransportPlan.sections``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from identify.model import Transport

__all__ = ["TransportPlan", "plan_transports"]

BUCKETS = 53
FIRST_HASH = 5381
ANY_ADDRESS = ("0.0.0.0", "::")


@attrs.frozen(kw_only=True)
class TransportPlan:
    """The look-ups, each from what is known of a socket to the number of the section found, -1 for none.

    ``by_section``: id of the socket's own section; ``listening``: (protocol, local name); ``everywhere``: (protocol,
    family, port as text) of sockets on the wildcard address; ``first_of``: (protocol, family) for a request of
    unknown socket; ``accepting``: local name of a socket that is no section's own.
    """

    sections: list[Transport]
    by_section: dict[str, int]
    listening: dict[tuple[str, str], int]
    everywhere: dict[tuple[str, int, str], int]
    first_of: dict[tuple[str, int], int]
    accepting: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the plan in values that JSON knows: keys of several parts become lists with the number at the end."""
        return {
            # Nothing of a section but these two has a say, so without them none needs to be found.
            "transports_matter": any(one.domain or one.symmetric_transport for one in self.sections),
            "sections": self.by_section,
            "listening": [[*key, found] for key, found in self.listening.items()],
            "everywhere": [[*key, found] for key, found in self.everywhere.items()],
            "first_of": [[*key, found] for key, found in self.first_of.items()],
            "accepting": self.accepting,
        }


def plan_transports(transports: Mapping[str, Transport]) -> TransportPlan:
    """Work out what is found for the socket of each section, and for sockets of none."""
    walked = sorted(transports.values(), key=_container_place)
    plan = TransportPlan(
        sections=walked, by_section={}, listening={}, everywhere={}, first_of={}, accepting={}
    )
    for number, section in enumerate(walked):
        if section.protocol != "udp":
            plan.accepting.setdefault(section.address, number)
    for own in sorted(walked, key=lambda section: _bytes(section.id)):
        found = _found_for(own, walked)
        plan.by_section[own.id] = found
        plan.listening.setdefault((own.protocol, own.address), found)
        if own.host in ANY_ADDRESS:
            plan.everywhere.setdefault((own.protocol, own.family, str(own.port)), found)
        plan.first_of.setdefault((own.protocol, own.family), found)
    return plan


def _found_for(own: Transport, walked: list[Transport]) -> int:
    """Walk the container for a socket of this section's own."""
    for number, section in enumerate(walked):
        if section is own if section.protocol == "udp" else section.address == own.address:
            return number
    return -1


def _container_place(section: Transport) -> tuple[int, bytes]:
    """Return where the hash container has a section."""
    id = _bytes(section.id)
    hash = FIRST_HASH
    for byte in id:
        hash = (hash * 33 ^ byte) & 0xFFFFFFFF
    return (hash & 0x7FFFFFFF) % BUCKETS, id


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
