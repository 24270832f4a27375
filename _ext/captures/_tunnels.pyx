"""Packets inside packets: headers of tunnels and mirrors, up to that of the IP packet inside.

Knows which protocols and ports are tunnels and how their headers are read; nothing of what the packet inside is.

Facts
- Load balancers hand on packets in IP-in-IP (RFC 2003, 2473, 4213), GRE (RFC 2784, 2890), VXLAN (RFC 7348) or GENEVE
  (RFC 8926); mirrors of switches and clouds send them in ERSPAN (draft-foschiano-erspan-03), VXLAN, GENEVE or TZSP.
- What is inside is what the host of Asterisk got.  A mirror may cut it, so its own length says how much is missing.
- ERSPAN I is GRE without a sequence number and has no header of its own; II has 8 bytes, III 12 and, where its last bit
  says so, 8 more.
- GRE with routing (RFC 1701) is obsolete and dangerous, and refused.  Its version 1 is PPTP, whose PPP is compressed or
  encrypted as a rule.
- Headers over UDP are told from other datagrams by their content: a first byte that no SIP begins with, and zeros
  wherever they are reserved.  VXLAN has two forms besides that of the RFC: with a policy (GBP) and with the protocol of
  what is inside (GPE).
"""

from identify._compiled._bytes cimport big16, big32
from identify._compiled._envelope cimport ERSPAN, ETHERIP, GENEVE, GRE, IP_IN_IP, MPLS, TZSP, VXLAN
from identify._compiled._frames cimport LINK_ETHERNET, read_link
from identify._compiled._skipped cimport ARP, BAD_LENGTH, CUT, DELIVERED, OTHER_IP, OTHER_UDP, PPTP

cdef enum:
    PROTOCOL_IPV4 = 4
    PROTOCOL_IPV6 = 41
    PROTOCOL_GRE = 47
    PROTOCOL_ETHERIP = 97
    PROTOCOL_MPLS = 137

    TYPE_IPV4 = 0x0800
    TYPE_ARP = 0x0806
    TYPE_BRIDGING = 0x6558
    TYPE_IPV6 = 0x86DD
    TYPE_MPLS = 0x8847
    TYPE_MPLS_UPSTREAM = 0x8848
    TYPE_ERSPAN = 0x88BE
    TYPE_ERSPAN_3 = 0x22EB

    GRE_CHECKSUM = 0x8000
    GRE_ROUTING = 0x4000
    GRE_KEY = 0x2000
    GRE_SEQUENCE = 0x1000
    GRE_VERSION = 7

    MOST_LABELS = 8
    MOST_TAGS = 64


cdef Skipped enter_packet(uint32_t protocol, Inside *inside) noexcept nogil:
    """Move to the packet inside a payload of this protocol; OTHER_IP if it is no tunnel, or has something else."""
    if protocol == PROTOCOL_IPV4 or protocol == PROTOCOL_IPV6:
        inside.tunnel = IP_IN_IP
        return at_ip(inside, 4 if protocol == PROTOCOL_IPV4 else 6)
    if protocol == PROTOCOL_GRE:
        inside.tunnel = GRE
        return at_gre(inside)
    if protocol == PROTOCOL_ETHERIP:
        inside.tunnel = ETHERIP
        # Version 3, and 12 reserved bits (RFC 3378).
        if inside.size >= 2 and big16(inside.data) != 0x3000:
            return OTHER_IP
        return at_ethernet(inside) if skip(inside, 2) else too_short(inside)
    if protocol == PROTOCOL_MPLS:
        inside.tunnel = MPLS
        return at_labels(inside)
    return OTHER_IP


cdef Skipped enter_datagram(uint16_t port, Inside *inside) noexcept nogil:
    """Move to the packet inside a datagram to this port; OTHER_UDP if its content isn't a tunnel's."""
    if inside.size < 8:
        return OTHER_UDP
    if port == PORT_TZSP:
        return at_tzsp(inside)
    return at_geneve(inside) if port == PORT_GENEVE else at_vxlan(inside)


cdef bint skip(Inside *inside, size_t size) noexcept nogil:
    """Move over a header, if it is there."""
    if inside.size < size:
        return False
    inside.data += size
    inside.size -= size
    return True


cdef Skipped too_short(const Inside *inside) noexcept nogil:
    return CUT if inside.cut else BAD_LENGTH


cdef Skipped at_ip(Inside *inside, uint32_t version) noexcept nogil:
    if inside.size == 0:
        return too_short(inside)
    return DELIVERED if inside.data[0] >> 4 == version else OTHER_IP


cdef Skipped at_ethernet(Inside *inside) noexcept nogil:
    cdef Skipped reason = read_link(LINK_ETHERNET, &inside.data, &inside.size)
    return too_short(inside) if reason == BAD_LENGTH else reason


cdef Skipped at_type(Inside *inside, uint32_t type) noexcept nogil:
    if type == TYPE_IPV4:
        return at_ip(inside, 4)
    if type == TYPE_IPV6:
        return at_ip(inside, 6)
    if type == TYPE_BRIDGING:
        return at_ethernet(inside)
    if type == TYPE_MPLS or type == TYPE_MPLS_UPSTREAM:
        return at_labels(inside)
    return ARP if type == TYPE_ARP else OTHER_IP


cdef Skipped at_labels(Inside *inside) noexcept nogil:
    """Move over labels of MPLS: IP begins after the one that is marked as last, and says its version itself."""
    cdef uint32_t labels = 0
    cdef bint last = False
    while not last and labels < MOST_LABELS:
        if inside.size < 4:
            return too_short(inside)
        last = inside.data[2] & 1
        skip(inside, 4)
        labels += 1
    if inside.size == 0:
        return too_short(inside)
    return at_ip(inside, 6 if inside.data[0] >> 4 == 6 else 4) if last else OTHER_IP


cdef Skipped at_gre(Inside *inside) noexcept nogil:
    cdef uint32_t flags, type, size = 4
    if inside.size < 4:
        return too_short(inside)
    flags = big16(inside.data)
    type = big16(inside.data + 2)
    if flags & GRE_VERSION == 1:
        return PPTP
    if flags & (GRE_VERSION | GRE_ROUTING):
        return OTHER_IP
    size += 4 if flags & GRE_CHECKSUM else 0
    size += 4 if flags & GRE_KEY else 0
    size += 4 if flags & GRE_SEQUENCE else 0
    if not skip(inside, size):
        return too_short(inside)
    if type == TYPE_ERSPAN or type == TYPE_ERSPAN_3:
        inside.tunnel = ERSPAN
        return at_erspan(inside, type, flags & GRE_SEQUENCE)
    return at_type(inside, type)


cdef Skipped at_erspan(Inside *inside, uint32_t type, bint numbered) noexcept nogil:
    cdef uint32_t last
    if type == TYPE_ERSPAN and not numbered:
        return at_ethernet(inside)
    if inside.size < 8:
        return too_short(inside)
    if type == TYPE_ERSPAN:
        if inside.data[0] >> 4 != 1:
            return OTHER_IP
        skip(inside, 8)
        return at_ethernet(inside)
    if inside.size < 12:
        return too_short(inside)
    if inside.data[0] >> 4 != 2:
        return OTHER_IP
    last = big16(inside.data + 10)
    if not skip(inside, 20 if last & 1 else 12):
        return too_short(inside)
    # The type of frame: 0 is Ethernet, 2 a packet of IP.
    if (last >> 10 & 31) == 0:
        return at_ethernet(inside)
    if (last >> 10 & 31) != 2:
        return OTHER_IP
    return at_ip(inside, 6 if inside.size and inside.data[0] >> 4 == 6 else 4)


cdef Skipped at_vxlan(Inside *inside) noexcept nogil:
    cdef const uint8_t *head = inside.data
    cdef uint32_t next = 3
    if head[7]:
        return OTHER_UDP
    if head[0] == 0x0C:
        next = head[3]
        if head[1] or head[2] or next < 1 or next > 3:
            return OTHER_UDP
    elif head[0] == 0x08:
        if head[1] or head[2] or head[3]:
            return OTHER_UDP
    elif head[0] != 0x88 or head[1] & 0xB7:
        # Of the policy's byte only two bits are defined.
        return OTHER_UDP
    inside.tunnel = VXLAN
    skip(inside, 8)
    return at_ethernet(inside) if next == 3 else at_ip(inside, 4 if next == 1 else 6)


cdef Skipped at_geneve(Inside *inside) noexcept nogil:
    cdef const uint8_t *head = inside.data
    cdef uint32_t type = big16(head + 2)
    # Version 0, no message of control, reserved bits; the second bit only says that an option is critical.
    if head[0] >> 6 or head[1] & 0xBF or head[7]:
        return OTHER_UDP
    if type != TYPE_BRIDGING and type != TYPE_IPV4 and type != TYPE_IPV6:
        return OTHER_UDP
    inside.tunnel = GENEVE
    if not skip(inside, 8 + (head[0] & 63) * <size_t>4):
        return too_short(inside)
    return at_type(inside, type)


cdef Skipped at_tzsp(Inside *inside) noexcept nogil:
    """Move over TZSP: version 1, a received or sent packet, Ethernet, and tags up to the one that ends them."""
    cdef uint32_t tags = 0, tag
    if big32(inside.data) != 0x01000001 and big32(inside.data) != 0x01010001:
        return OTHER_UDP
    inside.tunnel = TZSP
    skip(inside, 4)
    while tags < MOST_TAGS:
        if inside.size == 0:
            return too_short(inside)
        tag = inside.data[0]
        if tag == 1:
            skip(inside, 1)
            return at_ethernet(inside)
        # 0 is padding without a length.
        if tag and inside.size < 2:
            return too_short(inside)
        if not skip(inside, 2 + <size_t>inside.data[1] if tag else 1):
            return too_short(inside)
        tags += 1
    return OTHER_UDP
