"""The decoder of a capture: bytes of a file in, columns of SIP messages out.

Knows the way of a packet through the layers, and what is done with copies; each layer is in a module of its own.

Facts
- A packet that passes two captured interfaces is in the file twice.  The copies are alike from the header of IP on, but
  for what changes on the way: time to live and the class of traffic, the header's checksum, and the checksum of UDP,
  which a sending host leaves to its card.
- A message that was sent again is a packet of its own: it comes half a second later (RFC 3261 17.1.1.1) and in IPv4
  mostly with another identification.

Strategy
1. The layers are decoded here because no library of Python's keeps up with the replay.
2. A packet goes through all layers before the next one is read; only fragments and segments out of order wait.
3. Copies are searched by a hash of what doesn't change on the way.
4. What is inside a tunnel goes the same way from IP on, so that a packet and its mirror are copies of each other too.
   A survey doesn't look inside: a capture with tunnels has something other than HEP.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

import os

from identify._compiled._bytes cimport big16, big32
from identify._compiled._decoder cimport Decoder
from identify._compiled._envelope cimport PLAIN, TCP, UDP, Envelope, Tunnel
from identify._compiled._collectors cimport Collectors
from identify._compiled._copies cimport Copies, digest, seen_within
from identify._compiled._datagrams cimport Datagrams
from identify._compiled._fragments cimport Assembly, Fragments
from identify._compiled._frames cimport Network, read_link, read_network, skip_extensions
from identify._compiled._hep cimport Hep
from identify._compiled._skipped cimport (
    BAD_LENGTH, CUT, DELIVERED, DUPLICATE, ESP, ICMP, OTHER_UDP, SCTP, TUNNEL_TOO_DEEP, Skipped, count,
)
from identify._compiled._records cimport (
    DAMAGE_BLOCK_END, DAMAGE_BLOCK_LENGTH, DAMAGE_BYTE_ORDER, DAMAGE_MAGIC, DAMAGE_NONE, DAMAGE_PACKET_LENGTH,
    READ_DAMAGED, READ_MORE, READ_PACKET, Packet, ReadStatus, Records,
)
from identify._compiled._streams cimport Segment, Streams
from identify._compiled._tunnels cimport MOST_TUNNELS, Inside, enter_datagram, enter_packet, is_tunnel_port

cdef enum:
    PROTOCOL_ICMP = 1
    PROTOCOL_TCP = 6
    PROTOCOL_UDP = 17
    PROTOCOL_ESP = 50
    PROTOCOL_ICMPV6 = 58
    PROTOCOL_SCTP = 132
    # What of a packet is looked at byte by byte for copies: a header of IPv4 and one of UDP.
    SAMPLE = 68

cdef uint8_t[16] NOWHERE
NOWHERE[:] = [0] * 16

DAMAGES = {
    DAMAGE_MAGIC: "neither pcap nor pcapng: it begins with 0x{value:08x}",
    DAMAGE_PACKET_LENGTH: "packet {packet} has {value} bytes by its header, more than any capture has",
    DAMAGE_BLOCK_LENGTH: "a block after packet {packet} has {value} bytes by its header, which can't be",
    DAMAGE_BLOCK_END: "a block after packet {packet} ends with the length {value}, not with that of its begin",
    DAMAGE_BYTE_ORDER: "a section after packet {packet} has the unknown byte order 0x{value:08x}",
}


cdef bint has_addresses(const Network *network) noexcept nogil:
    """Asterisk's own captures don't know one of them, and have no copies; what was sent again looks the same there."""
    return memcmp(network.source, NOWHERE, 16) != 0 and memcmp(network.target, NOWHERE, 16) != 0


cdef Inside carried(const Network *network, uint32_t head) noexcept nogil:
    """What a packet carries after a header of so many bytes, which are there."""
    cdef Inside inside
    inside.data = network.payload + head
    inside.size = network.size - head
    inside.cut = network.size < network.whole
    inside.tunnel = PLAIN
    return inside


@cython.final
cdef class CaptureDecoder(Decoder):
    """Decodes a capture that comes in pieces.

    `duplicates` is the time in nanoseconds within which a second copy of a packet is dropped, 0 for never.  Of HEP only
    what `collectors` believe is delivered; without them it is counted.  With `survey` nothing is delivered: what is
    found out is `something_else` and `collector`.
    """

    cdef Records records
    cdef Fragments fragments
    cdef Streams streams
    cdef Datagrams datagrams
    cdef Collectors collectors
    cdef Copies *copies
    cdef int64_t window
    cdef uint64_t seed
    # The outermost tunnel of the packet that is read now.
    cdef Tunnel tunnel
    cdef bint survey, found, other
    cdef uint8_t collector_address[16]
    cdef uint16_t collector_port

    def __cinit__(self, *, int64_t duplicates=0, Collectors collectors=None, bint survey=False):
        if duplicates < 0:
            raise ValueError(f"duplicates {duplicates}: expected nanoseconds, 0 or more")
        self.seed = <uint64_t>int.from_bytes(os.urandom(8), "little")
        self.records = Records()
        self.fragments = Fragments()
        self.streams = Streams()
        self.streams.seed = self.seed
        self.collectors = collectors if collectors is not None else Collectors()
        self.survey = survey
        self.datagrams = Datagrams(Hep(self.seed) if collectors is not None else None, self.collectors)
        if self.collectors.everything or self.collectors.count:
            self.columns.watch(self.seed)
        self.window = duplicates
        if duplicates:
            self.copies = <Copies *>calloc(1, sizeof(Copies))
            if self.copies == NULL:
                raise MemoryError("copies of packets")

    def __dealloc__(self):
        free(self.copies)

    def finish(self):
        """Give up what is incomplete; True once nothing is left to be taken but the last batch."""
        cdef bint done
        self.enter()
        try:
            with nogil:
                self.fragments.finish(&self.columns.counts)
                done = self.streams.finish(self.columns)
                if done:
                    self.columns.finish()
        finally:
            self.busy = False
        self.check()
        return done

    @property
    def packets(self):
        """Packets that were read so far."""
        return self.records.packets

    @property
    def waiting(self):
        """Whether the decoder is inside a block that it skips."""
        return self.records.skip > 0

    @property
    def damage(self):
        """Why nothing can be read any more, None while all is well."""
        cdef Records records = self.records
        if records.damage == DAMAGE_NONE:
            return None
        packet = records.packets + (1 if records.damage == DAMAGE_PACKET_LENGTH else 0)
        return DAMAGES[records.damage].format(packet=packet, value=records.damaged_value)

    @property
    def full(self):
        """Whether the batch has to be taken before more is decoded, or a survey is at its end."""
        return self.other or self.columns.full()

    @property
    def something_else(self):
        """Whether a survey found anything but HEP that was sent to one place."""
        return self.other

    @property
    def collector(self):
        """The place that all HEP of a survey was sent to, as 16 bytes and a port; None if there is none."""
        return (self.collector_address[:16], self.collector_port) if self.found and not self.other else None

    @property
    def untrusted(self):
        """Places, 16 bytes and a port, that HEP was sent to that isn't believed; those with most packets first."""
        return self.collectors.refused()

    cdef int check(self) except -1:
        if self.columns.failed or self.streams.failed or self.fragments.failed:
            raise MemoryError("decoding of a capture")
        return 0

    cdef size_t decode(self, const uint8_t *data, size_t size) noexcept nogil:
        cdef size_t place = 0, used
        cdef ReadStatus outcome
        cdef Packet record
        while place < size and not self.other and not self.columns.full():
            outcome = self.records.next(data + place, size - place, &used, &record)
            place += used
            if outcome == READ_MORE or outcome == READ_DAMAGED:
                break
            if outcome == READ_PACKET:
                self.packet(&record)
        return place

    cdef void packet(self, const Packet *record) noexcept nogil:
        cdef const uint8_t *data = record.data
        cdef size_t size = record.size
        cdef Skipped reason = record.reason
        self.tunnel = PLAIN
        if reason == DELIVERED:
            reason = read_link(record.link, &data, &size)
        if reason == DELIVERED:
            self.network(data, size, record.cut, record.time, 0)
        else:
            count(&self.columns.counts, reason)

    cdef void network(self, const uint8_t *data, size_t size, bint cut, int64_t time, uint32_t depth) noexcept nogil:
        """Take a packet of IP, which is inside `depth` others."""
        cdef Network network
        cdef Skipped reason = read_network(data, size, cut, &network)
        if (reason == DELIVERED and self.copies != NULL and time >= 0 and has_addresses(&network)
                and self.is_copy(data, &network, time)):
            reason = DUPLICATE
        if reason == DELIVERED and network.fragment:
            self.fragment(&network, time, depth)
        elif reason == DELIVERED:
            self.transport(&network, time, depth)
        else:
            count(&self.columns.counts, reason)

    cdef void inside(self, Skipped reason, const Inside *inside, int64_t time, uint32_t depth) noexcept nogil:
        """Take what is inside a packet, or count why it can't be read."""
        if reason == DELIVERED and depth == MOST_TUNNELS:
            reason = TUNNEL_TOO_DEEP
        if reason != DELIVERED:
            count(&self.columns.counts, reason)
            return
        if depth == 0:
            self.tunnel = inside.tunnel
        # A mirror may have cut it, whatever the lengths outside say.
        self.network(inside.data, inside.size, True, time, depth + 1)

    cdef bint is_copy(self, const uint8_t *data, const Network *network, int64_t time) noexcept nogil:
        cdef uint8_t sample[SAMPLE]
        cdef size_t known = SAMPLE if network.packet > SAMPLE else network.packet
        cdef uint64_t hash
        memcpy(sample, data, known)
        if data[0] >> 4 == 4:
            sample[1] = sample[8] = sample[10] = sample[11] = 0
        else:
            # The class of traffic is in the middle of these two.
            sample[0] = 0x60
            sample[1] &= 0x0F
            sample[7] = 0
        if network.protocol == PROTOCOL_UDP and network.offset == 0 and network.head + 8 <= known:
            sample[network.head + 6] = sample[network.head + 7] = 0
        hash = digest(sample, known, self.seed)
        if network.packet > known:
            hash = digest(data + known, network.packet - known, hash)
        return seen_within(self.copies, hash, time, self.window)

    cdef void fragment(self, const Network *piece, int64_t time, uint32_t depth) noexcept nogil:
        cdef Assembly *assembly = self.fragments.add(piece, time, &self.columns.counts)
        cdef uint8_t *payload
        cdef Network network
        cdef Skipped reason
        if assembly == NULL:
            return
        network = piece[0]
        network.fragment = False
        network.protocol = assembly.protocol
        network.size = network.whole = assembly.total
        network.payload = payload = self.fragments.taken(assembly)
        reason = skip_extensions(&network)
        if reason == DELIVERED and network.fragment:
            reason = BAD_LENGTH
        if reason == DELIVERED:
            self.transport(&network, time, depth)
        else:
            count(&self.columns.counts, reason)
        free(payload)

    cdef void transport(self, const Network *network, int64_t time, uint32_t depth) noexcept nogil:
        cdef Envelope envelope
        cdef Inside inside
        if self.survey:
            self.look_at(network)
            return
        if network.protocol != PROTOCOL_UDP and network.protocol != PROTOCOL_TCP:
            inside = carried(network, 0)
            self.inside(ICMP if network.protocol == PROTOCOL_ICMP or network.protocol == PROTOCOL_ICMPV6
                        else ESP if network.protocol == PROTOCOL_ESP
                        else SCTP if network.protocol == PROTOCOL_SCTP
                        else enter_packet(network.protocol, &inside), &inside, time, depth)
            return
        memcpy(envelope.source, network.source, 16)
        memcpy(envelope.local, network.target, 16)
        if time >= 0:
            self.columns.clock = time
        envelope.direction = 0
        envelope.tunnel = self.tunnel
        envelope.time = time
        envelope.frame = self.records.packets
        if network.protocol == PROTOCOL_UDP:
            self.udp(network, &envelope, depth)
        else:
            self.tcp(network, &envelope)

    cdef void udp(self, const Network *network, Envelope *envelope, uint32_t depth) noexcept nogil:
        cdef const uint8_t *data = network.payload
        cdef uint32_t length
        cdef Inside inside
        cdef Skipped reason
        if network.size < 8:
            count(&self.columns.counts, CUT if network.size < network.whole else BAD_LENGTH)
            return
        envelope.port = big16(data)
        envelope.local_port = big16(data + 2)
        envelope.transport = UDP
        # Zero where a card will split the datagram.
        length = big16(data + 4)
        if length == 0:
            length = network.whole
        if length < 8 or length > network.whole:
            count(&self.columns.counts, BAD_LENGTH)
            return
        if is_tunnel_port(envelope.local_port) and not self.collectors.is_own(envelope):
            inside = carried(network, 8)
            if length < network.size:
                inside.size = length - 8
            reason = enter_datagram(envelope.local_port, &inside)
            if reason != OTHER_UDP:
                self.inside(reason, &inside, envelope.time, depth)
                return
        if length > network.size:
            self.datagrams.add(self.columns, envelope, data + 8, network.size - 8, True)
        else:
            self.datagrams.add(self.columns, envelope, data + 8, length - 8, False)

    cdef void tcp(self, const Network *network, Envelope *envelope) noexcept nogil:
        cdef const uint8_t *data = network.payload
        cdef Segment segment
        cdef uint32_t head
        if network.size < 20:
            count(&self.columns.counts, CUT if network.size < network.whole else BAD_LENGTH)
            return
        head = (data[12] >> 4) * <uint32_t>4
        if head < 20 or head > network.whole:
            count(&self.columns.counts, BAD_LENGTH)
            return
        envelope.port = big16(data)
        envelope.local_port = big16(data + 2)
        envelope.transport = TCP
        segment.sequence = big32(data + 4)
        segment.flags = data[13]
        segment.data = data + head
        segment.whole = network.whole - head
        segment.size = network.size - head if network.size > head else 0
        self.streams.add(self.columns, envelope, &segment)

    cdef void look_at(self, const Network *network) noexcept nogil:
        """Find out whether a packet is HEP to the same place as all before it; what has no content says nothing."""
        cdef const uint8_t *data = network.payload
        cdef Envelope carrier
        if network.protocol == PROTOCOL_ICMP or network.protocol == PROTOCOL_ICMPV6:
            return
        if network.protocol == PROTOCOL_TCP and network.size >= 20 and network.whole <= (data[12] >> 4) * <uint32_t>4:
            return
        if network.protocol == PROTOCOL_UDP and 8 <= network.size and network.whole == 8:
            return
        if (network.protocol != PROTOCOL_UDP or network.size < 12
                or memcmp(data + 8, <const char *>b"HEP3", 4) != 0):
            self.other = True
            return
        memcpy(carrier.source, network.source, 16)
        memcpy(carrier.local, network.target, 16)
        carrier.port = big16(data)
        carrier.local_port = big16(data + 2)
        if self.found and (self.collector_port != carrier.local_port
                           or memcmp(self.collector_address, carrier.local, 16) != 0):
            self.other = True
        elif self.collectors.is_own(&carrier):
            self.other = True
        memcpy(self.collector_address, carrier.local, 16)
        self.collector_port = carrier.local_port
        self.found = True
