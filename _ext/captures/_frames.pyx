"""From the bytes of a captured frame to what a network packet carries: link layers, IPv4, IPv6.

Knows the link types of captures and the headers of IP; nothing of fragments' reassembly or of transports.

Facts
- Ethernet: any number of VLAN tags (802.1Q, 802.1ad and its predecessors), bounded here.
- Linux cooked v1 has the protocol in its last two bytes, v2 in its first two; a tag may follow as on Ethernet.
- BSD's null header is the address family in the byte order of whoever captured, loop's in network order; the families
  of IPv6 differ by system (24, 28, 30).
- Raw IP says its version itself.
- A total length of zero is what a sending host's capture shows of packets that the card will split: what was captured
  is then all.
- An IPv6 fragment that is whole (offset 0, none follow) is a packet like any other (RFC 6946).
"""

from libc.string cimport memcpy, memset

from identify._compiled._bytes cimport big16, big32
from identify._compiled._skipped cimport (
    ARP, BAD_LENGTH, CUT, DELIVERED, OTHER_IP, OTHER_LINK, UNKNOWN_LINK,
)

cdef enum:
    NULL_LOOPBACK = 0
    LOOP = 108
    COOKED = 113
    COOKED_2 = 276
    RAW = 101
    RAW_BSD = 12
    RAW_4 = 228
    RAW_6 = 229

    TYPE_IP = 0x0800
    TYPE_ARP = 0x0806
    TYPE_IPV6 = 0x86DD

    MOST_TAGS = 8
    MOST_EXTENSIONS = 16

    HOP_BY_HOP = 0
    ROUTING = 43
    FRAGMENT = 44
    AUTHENTICATION = 51
    OPTIONS = 60
    MOBILITY = 135


cdef inline bint is_tag(uint32_t type) noexcept nogil:
    return type == 0x8100 or type == 0x88A8 or type == 0x9100 or type == 0x9200 or type == 0x9300


cdef Skipped read_link(uint32_t link, const uint8_t **place, size_t *size) noexcept nogil:
    """Move over the header of the link layer to that of IP."""
    cdef uint32_t type, head, family, tags = 0
    if link == LINK_ETHERNET:
        head = 14
    elif link == COOKED:
        head = 16
    elif link == COOKED_2:
        head = 20
    elif link == NULL_LOOPBACK or link == LOOP:
        head = 4
    elif link == RAW or link == RAW_BSD or link == RAW_4 or link == RAW_6:
        return DELIVERED if size[0] else BAD_LENGTH
    else:
        return UNKNOWN_LINK
    if size[0] < head:
        return BAD_LENGTH
    if head == 4:
        family = big32(place[0])
        if family > 0xFFFF:
            family = family >> 24 | (family >> 8 & 0xFF00)
        type = TYPE_IP if family == 2 else TYPE_IPV6 if family == 24 or family == 28 or family == 30 else 0
    elif head == 20:
        type = big16(place[0])
    else:
        type = big16(place[0] + head - 2)
    place[0] += head
    size[0] -= head
    while is_tag(type) and tags < MOST_TAGS:
        if size[0] < 4:
            return BAD_LENGTH
        type = big16(place[0] + 2)
        place[0] += 4
        size[0] -= 4
        tags += 1
    if type == TYPE_IP or type == TYPE_IPV6:
        return DELIVERED if size[0] else BAD_LENGTH
    return ARP if type == TYPE_ARP else OTHER_LINK


cdef void map_address(uint8_t *to, const uint8_t *address) noexcept nogil:
    """IPv4 as ``::ffff:a.b.c.d``; 0.0.0.0 isn't an address but an unknown one, all zeros."""
    memset(to, 0, 16)
    if big32(address):
        to[10] = to[11] = 0xFF
        memcpy(to + 12, address, 4)


cdef Skipped read_network(const uint8_t *data, size_t size, bint cut, Network *network) noexcept nogil:
    """Read the header of IP; `size` isn't zero.  `cut`: more was sent than captured."""
    cdef uint32_t head, total, flags
    if data[0] >> 4 == 4:
        if size < 20:
            return CUT if cut else BAD_LENGTH
        head = (data[0] & 15) * 4
        total = big16(data + 2)
        if total == 0:
            total = <uint32_t>size
        if head < 20 or total < head:
            return BAD_LENGTH
        if size < head:
            return CUT if cut else BAD_LENGTH
        if total > size and not cut:
            return BAD_LENGTH
        flags = big16(data + 6)
        network.more = flags >> 13 & 1
        network.offset = (flags & 0x1FFF) * 8
        network.fragment = network.more or network.offset
        network.protocol = data[9]
        network.id = network.protocol << 16 | big16(data + 4)
        map_address(network.source, data + 12)
        map_address(network.target, data + 16)
    elif data[0] >> 4 == 6:
        if size < 40:
            return CUT if cut else BAD_LENGTH
        head = 40
        total = big16(data + 4)
        total = 40 + total if total else <uint32_t>size
        if total > size and not cut:
            return BAD_LENGTH
        network.more = network.fragment = False
        network.offset = network.id = 0
        network.protocol = data[6]
        memcpy(network.source, data + 8, 16)
        memcpy(network.target, data + 24, 16)
    else:
        return OTHER_IP
    network.head = head
    network.packet = total if total < size else <uint32_t>size
    network.payload = data + head
    network.whole = total - head
    network.size = network.packet - head
    if network.fragment:
        return DELIVERED
    return skip_extensions(network)


cdef Skipped skip_extensions(Network *network) noexcept nogil:
    """Move over the extension headers in front of the payload, up to a fragment's."""
    cdef uint32_t size, after, rounds = 0
    cdef const uint8_t *place
    while rounds < MOST_EXTENSIONS:
        rounds += 1
        place = network.payload
        if network.protocol == FRAGMENT:
            size = 8
        elif (network.protocol == HOP_BY_HOP or network.protocol == ROUTING or network.protocol == OPTIONS
              or network.protocol == MOBILITY):
            size = 8 if network.size < 2 else (place[1] + <uint32_t>1) * 8
        elif network.protocol == AUTHENTICATION:
            size = 8 if network.size < 2 else (place[1] + <uint32_t>2) * 4
        else:
            return DELIVERED
        if network.size < size:
            return CUT if network.whole > network.size else BAD_LENGTH
        after = place[0]
        network.payload += size
        network.size -= size
        network.whole -= size
        network.head += size
        if network.protocol == FRAGMENT:
            network.offset = big16(place + 2) & 0xFFF8
            network.more = place[3] & 1
            network.id = big32(place + 4)
            network.fragment = network.more or network.offset
            if network.fragment:
                network.protocol = after
                return DELIVERED
        network.protocol = after
    return BAD_LENGTH
