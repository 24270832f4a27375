"""Tunnels that readers of captures look into: the keys of ``Reader.tunnels``.

Knows the names and what is named, in the order of the numbers in ``_ext/captures/_envelope.pxd``; how their headers are
read is described in ``_ext/captures/_tunnels.pyx``.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["TUNNELS", "tunnels_by_name"]

#: What each tunnel is, in the order of the numbers.
TUNNELS: dict[str, str] = {
    "none": "never counted",
    "ip-in-ip": "IPv4 or IPv6 in IPv4 or IPv6 (protocols 4 and 41)",
    "gre": "GRE (protocol 47) with IPv4, IPv6, Ethernet or MPLS inside; NVGRE",
    "erspan": "ERSPAN I, II and III, the mirrors of switches, in GRE",
    "etherip": "EtherIP (protocol 97)",
    "mpls": "MPLS in IP (protocol 137)",
    "vxlan": "VXLAN in UDP to port 4789, 4790, 8472, 10800 or 10801; its forms GBP and GPE",
    "geneve": "GENEVE in UDP to port 6081, with Ethernet, IPv4 or IPv6 inside",
    "tzsp": "TZSP in UDP to port 37008",
}

_NAMES = tuple(TUNNELS)


def tunnels_by_name(counts: Sequence[int]) -> dict[str, int]:
    """Return a decoder's counts of messages by the name of their tunnel, without zeros and those in none."""
    return {name: count for name, count in zip(_NAMES[1:], counts[1:], strict=True) if count}
