"""Packets in the container formats pcap and pcapng.

Knows these two formats and their time stamps; nothing of what is in a packet.

Facts
- pcap (draft-ietf-opsawg-pcap): the magic gives byte order and unit of the stamps; the upper bits of the link type say
  whether a checksum follows, and are left out.
- pcapng (draft-ietf-opsawg-pcapng): blocks that say their length before and after; each section has its own byte order
  and interfaces, each interface its link type, unit (10^-6 s unless said otherwise) and offset of stamps in seconds.
- A packet longer than tcpdump's largest snapshot length is damage in pcap, whose next packet can't be found then, and
  is skipped in pcapng.
"""

cimport cython
from libc.stdlib cimport free, realloc

from identify._compiled._bytes cimport big16, big32, little16, little32
from identify._compiled._skipped cimport BAD_LENGTH, DELIVERED, PACKET_TOO_LONG, UNKNOWN_INTERFACE

cdef enum:
    # tcpdump's largest snapshot length.
    LONGEST_PACKET = 262144
    # With options; a block that has to be looked at fits into the reader's buffer.
    LONGEST_BLOCK = 262144 + 65536
    MOST_INTERFACES = 4096

    FILE_HEADER = 24
    PACKET_HEADER = 16
    BLOCK_HEADER = 8
    BLOCK_FRAME = 12

    BLOCK_INTERFACE = 1
    BLOCK_OBSOLETE = 2
    BLOCK_SIMPLE = 3
    BLOCK_ENHANCED = 6

    OPTION_RESOLUTION = 9
    OPTION_OFFSET = 14
    MICROSECONDS = 6

# Written so that no enum becomes signed.
cdef uint32_t BLOCK_SECTION = 0x0A0D0D0A
cdef uint32_t ORDER = 0x1A2B3C4D
cdef uint32_t ORDER_SWAPPED = 0x4D3C2B1A
cdef uint32_t MICRO = 0xA1B2C3D4
cdef uint32_t NANO = 0xA1B23C4D

cdef int64_t SECOND = 1000000000
cdef uint64_t LATEST = 0x7FFFFFFFFFFFFFFF


cdef int64_t in_nanoseconds(uint64_t stamp, uint8_t resolution, int64_t offset) noexcept nogil:
    """A stamp of pcapng since the epoch, -1 where it doesn't fit."""
    cdef uint64_t seconds, fraction, scale = 1
    cdef unsigned digits = resolution & 0x7F
    if resolution & 0x80:
        # Units of 2^-digits s.  The fraction keeps 30 bits, so that times 10^9 fits.
        seconds = stamp >> digits if digits < 64 else 0
        fraction = stamp if digits >= 64 else stamp & ((<uint64_t>1 << digits) - 1)
        if digits > 94:
            fraction = 0
        elif digits > 30:
            fraction = fraction >> (digits - 30) if digits - 30 < 64 else 0
            fraction = fraction * <uint64_t>SECOND >> 30
        else:
            fraction = fraction * <uint64_t>SECOND >> digits
    elif digits <= 9:
        while digits:
            scale *= 10
            digits -= 1
        seconds = stamp // scale
        fraction = (stamp - seconds * scale) * (<uint64_t>SECOND // scale)
    else:
        while digits > 9 and stamp:
            stamp //= 10
            digits -= 1
        seconds = stamp // <uint64_t>SECOND
        fraction = stamp - seconds * <uint64_t>SECOND
    if seconds > LATEST // <uint64_t>SECOND - 1:
        return -1
    if offset:
        if offset > 9 * SECOND or offset < -9 * SECOND:
            return -1
        if <int64_t>seconds + offset < 0 or <int64_t>seconds + offset >= 9 * SECOND:
            return -1
        seconds = <uint64_t>(<int64_t>seconds + offset)
    return <int64_t>(seconds * <uint64_t>SECOND + fraction)


@cython.final
cdef class Records:
    """Where a capture file is being read.  For one thread."""

    def __dealloc__(self):
        free(self.interfaces)

    cdef uint16_t read16(self, const uint8_t *place) noexcept nogil:
        return little16(place) if self.little else big16(place)

    cdef uint32_t read32(self, const uint8_t *place) noexcept nogil:
        return little32(place) if self.little else big32(place)

    cdef ReadStatus damaged(self, Damage damage, uint64_t value) noexcept nogil:
        self.damage = damage
        self.damaged_value = value
        return READ_DAMAGED

    cdef ReadStatus next(self, const uint8_t *data, size_t size, size_t *used, Packet *record) noexcept nogil:
        """Read what comes next; `used` says how many bytes it took."""
        used[0] = 0
        if self.damage != DAMAGE_NONE:
            return READ_DAMAGED
        if self.skip:
            used[0] = size if size < self.skip else <size_t>self.skip
            self.skip -= used[0]
            return READ_NOTHING
        if not self.begun:
            return self.begin(data, size, used)
        if self.blocks:
            return self.next_block(data, size, used, record)
        return self.next_packet(data, size, used, record)

    cdef ReadStatus begin(self, const uint8_t *data, size_t size, size_t *used) noexcept nogil:
        cdef uint32_t magic
        if size < FILE_HEADER:
            return READ_MORE
        magic = big32(data)
        if magic == BLOCK_SECTION:
            self.begun = self.blocks = True
            return READ_NOTHING
        self.little = magic != MICRO and magic != NANO
        magic = self.read32(data)
        if magic != MICRO and magic != NANO:
            return self.damaged(DAMAGE_MAGIC, magic)
        self.ticks = 1 if magic == NANO else 1000
        self.link = self.read32(data + 20) & 0xFFFF
        self.begun = True
        used[0] = FILE_HEADER
        return READ_NOTHING

    cdef ReadStatus next_packet(self, const uint8_t *data, size_t size, size_t *used, Packet *record) noexcept nogil:
        cdef uint32_t length
        if size < PACKET_HEADER:
            return READ_MORE
        length = self.read32(data + 8)
        if length > LONGEST_PACKET:
            return self.damaged(DAMAGE_PACKET_LENGTH, length)
        if size - PACKET_HEADER < length:
            return READ_MORE
        record.time = <int64_t>self.read32(data) * SECOND + <int64_t>self.read32(data + 4) * <int64_t>self.ticks
        record.data = data + PACKET_HEADER
        record.size = length
        record.cut = length < self.read32(data + 12)
        record.link = self.link
        record.reason = DELIVERED
        self.packets += 1
        used[0] = PACKET_HEADER + length
        return READ_PACKET

    cdef ReadStatus next_block(self, const uint8_t *data, size_t size, size_t *used, Packet *record) noexcept nogil:
        cdef uint32_t type, length
        cdef bint packet
        if size < BLOCK_FRAME:
            return READ_MORE
        # Reads alike in both orders; the section's own order comes after its length.
        if big32(data) == BLOCK_SECTION:
            if little32(data + 8) != ORDER and little32(data + 8) != ORDER_SWAPPED:
                return self.damaged(DAMAGE_BYTE_ORDER, big32(data + 8))
            self.little = little32(data + 8) == ORDER
        type = self.read32(data)
        length = self.read32(data + 4)
        packet = type == BLOCK_ENHANCED or type == BLOCK_SIMPLE or type == BLOCK_OBSOLETE
        if length < BLOCK_FRAME or length % 4:
            return self.damaged(DAMAGE_BLOCK_LENGTH, length)
        if length > LONGEST_BLOCK:
            if type == BLOCK_SECTION or type == BLOCK_INTERFACE:
                return self.damaged(DAMAGE_BLOCK_LENGTH, length)
            self.skip = length
            record.reason = PACKET_TOO_LONG
            if packet:
                self.packets += 1
                return READ_PACKET
            return READ_NOTHING
        if size < length:
            return READ_MORE
        if self.read32(data + length - 4) != length:
            return self.damaged(DAMAGE_BLOCK_END, self.read32(data + length - 4))
        used[0] = length
        if packet:
            self.packets += 1
            return self.packet_block(type, data + BLOCK_HEADER, length - BLOCK_FRAME, record)
        if type == BLOCK_SECTION:
            self.known = 0
        elif type == BLOCK_INTERFACE and not self.add_interface(data + BLOCK_HEADER, length - BLOCK_FRAME):
            return self.damaged(DAMAGE_BLOCK_LENGTH, length)
        return READ_NOTHING

    cdef ReadStatus packet_block(self, uint32_t type, const uint8_t *body, size_t size, Packet *record) noexcept nogil:
        cdef uint32_t number = 0, length, sent, head
        cdef const Interface *interface
        cdef uint64_t stamp = 0
        record.reason = BAD_LENGTH
        head = 4 if type == BLOCK_SIMPLE else 20
        if size < head:
            return READ_PACKET
        if type == BLOCK_ENHANCED:
            number = self.read32(body)
        elif type == BLOCK_OBSOLETE:
            number = self.read16(body)
        if number >= self.known:
            record.reason = UNKNOWN_INTERFACE
            return READ_PACKET
        interface = &self.interfaces[number]
        if type == BLOCK_SIMPLE:
            sent = self.read32(body)
            length = sent
            if interface.snaplen and length > interface.snaplen:
                length = interface.snaplen
            if length > size - head:
                length = <uint32_t>(size - head)
            record.time = -1
        else:
            stamp = <uint64_t>self.read32(body + 4) << 32 | self.read32(body + 8)
            length = self.read32(body + 12)
            sent = self.read32(body + 16)
            record.time = in_nanoseconds(stamp, interface.resolution, interface.offset)
        if length > size - head:
            return READ_PACKET
        record.data = body + head
        record.size = length
        record.cut = length < sent
        record.link = interface.link
        record.reason = DELIVERED
        return READ_PACKET

    cdef bint add_interface(self, const uint8_t *body, size_t size) noexcept nogil:
        cdef Interface *larger
        cdef Interface *interface
        cdef uint32_t room, option, length
        cdef size_t place = 8
        if size < 8:
            return False
        if self.known == MOST_INTERFACES:
            return True
        if self.known == self.room:
            room = 2 * self.room if self.room else 8
            larger = <Interface *>realloc(self.interfaces, room * sizeof(Interface))
            if larger == NULL:
                return False
            self.interfaces = larger
            self.room = room
        interface = &self.interfaces[self.known]
        self.known += 1
        interface.link = self.read16(body)
        interface.snaplen = self.read32(body + 4)
        interface.resolution = MICROSECONDS
        interface.offset = 0
        while size - place >= 4:
            option = self.read16(body + place)
            length = self.read16(body + place + 2)
            place += 4
            if option == 0 or length > size - place:
                break
            if option == OPTION_RESOLUTION and length >= 1:
                interface.resolution = body[place]
            elif option == OPTION_OFFSET and length >= 8:
                if self.little:
                    interface.offset = <int64_t>(<uint64_t>little32(body + place + 4) << 32 | little32(body + place))
                else:
                    interface.offset = <int64_t>(<uint64_t>big32(body + place) << 32 | big32(body + place + 4))
            length = (length + 3) // 4 * 4
            if length > size - place:
                break
            place += length
        return True
