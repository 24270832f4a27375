"""Packets inside packets: what a tunnel or a mirror carries."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint16_t, uint32_t

from identify._compiled._envelope cimport Tunnel
from identify._compiled._skipped cimport Skipped

cdef enum:
    # Of one packet, each inside the one before it.
    MOST_TUNNELS = 4

    PORT_VXLAN = 4789
    PORT_VXLAN_GPE = 4790
    PORT_GENEVE = 6081
    PORT_VXLAN_LINUX = 8472
    PORT_VXLAN_AZURE = 10800
    PORT_VXLAN_AZURE_OUTSIDE = 10801
    PORT_TZSP = 37008

# What a packet carries: `data` and `size` are those of its payload first, then of the packet inside it.
ctypedef struct Inside:
    const uint8_t *data
    size_t size
    # Fewer bytes of the payload were captured than sent.
    bint cut
    Tunnel tunnel


cdef inline bint is_tunnel_port(uint16_t port) noexcept nogil:
    """Whether datagrams to this port may be those of a tunnel."""
    return port >= PORT_VXLAN and port != 5060 and (
        port == PORT_VXLAN or port == PORT_VXLAN_GPE or port == PORT_GENEVE or port == PORT_VXLAN_LINUX
        or port == PORT_VXLAN_AZURE or port == PORT_VXLAN_AZURE_OUTSIDE or port == PORT_TZSP)

cdef Skipped enter_packet(uint32_t protocol, Inside *inside) noexcept nogil
cdef Skipped enter_datagram(uint16_t port, Inside *inside) noexcept nogil
