"""The decoder of a capture: bytes of a file in, columns of SIP messages out.

Knows the way of a packet through the layers, and what is done with copies; each layer is in a module of its own.

Facts
- A packet that passes two captured interfaces is in the file twice.  The copies are alike from the header of IP on, but
  for what changes on the way: time to live and the class of traffic, the header's checksum, and the checksum of UDP,
  which a sending host leaves to its card.
- A message that was sent again is a packet of its own: it comes half a second later (RFC 3261 17.1.1.1) and in IPv4
  mostly with another identification.

Strategy: the layers are decoded here because no library keeps up.  Of frames with an INVITE of 1 kB over UDP, read on
one core from cached files: dpkt 1.9.8 gave addresses and payloads of 135,000 a second, Scapy 2.8.0 of 9,600, slices in
plain Python for this one kind of frame 900,000; this module delivers 3,500,000 a second in batches, copies searched,
of which a third of the time is the kernel's for reading.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

import os

from identify._compiled._bytes cimport big16, big32
from identify._compiled._traffic_columns cimport TCP, UDP, Columns, Envelope
from identify._compiled._copies cimport Copies, digest, seen_within
from identify._compiled._datagrams cimport Datagrams
from identify._compiled._fragments cimport Assembly, Fragments
from identify._compiled._frames cimport Network, read_link, read_network, skip_extensions
from identify._compiled._hep cimport Hep
from identify._compiled._skipped cimport (
    BAD_LENGTH, CUT, DELIVERED, DUPLICATE, ESP, ICMP, OTHER_IP, SCTP, Skipped, count,
)
from identify._compiled._records cimport (
    DAMAGE_BLOCK_END, DAMAGE_BLOCK_LENGTH, DAMAGE_BYTE_ORDER, DAMAGE_MAGIC, DAMAGE_NONE, DAMAGE_PACKET_LENGTH,
    OUTCOME_DAMAGED, OUTCOME_MORE, OUTCOME_PACKET, Outcome, Record, Records,
)
from identify._compiled._streams cimport Segment, Streams

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

HEP_MODES = ("auto", "yes", "no")

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


@cython.final
cdef class CaptureDecoder:
    """Decodes a capture that comes in pieces.

    `duplicates` is the time in nanoseconds within which a second copy of a packet is dropped, 0 for never; `hep` one of
    ``HEP_MODES``.

    For one thread at a time; :meth:`feed` lets others run.
    """

    cdef Columns columns
    cdef Records records
    cdef Fragments fragments
    cdef Streams streams
    cdef Datagrams datagrams
    cdef Copies *copies
    cdef int64_t window
    cdef uint64_t seed
    cdef bint busy

    def __cinit__(self, *, int64_t duplicates=0, str hep="auto"):
        if hep not in HEP_MODES:
            raise ValueError(f"hep {hep!r}: expected one of {', '.join(HEP_MODES)}")
        if duplicates < 0:
            raise ValueError(f"duplicates {duplicates}: expected nanoseconds, 0 or more")
        self.seed = <uint64_t>int.from_bytes(os.urandom(8), "little")
        self.columns = Columns()
        self.records = Records()
        self.fragments = Fragments()
        self.streams = Streams()
        self.streams.seed = self.seed
        self.datagrams = Datagrams(Hep(self.seed) if hep != "no" else None)
        if hep == "auto":
            self.columns.watch(self.seed)
        self.window = duplicates
        if duplicates:
            self.copies = <Copies *>calloc(1, sizeof(Copies))
            if self.copies == NULL:
                raise MemoryError("copies of packets")

    def __dealloc__(self):
        free(self.copies)

    def feed(self, data, Py_ssize_t start, Py_ssize_t end):
        """Decode ``data[start:end]`` until a batch is full or a packet incomplete; return where it stopped.

        What follows has to be given again, with more behind it unless the batch was full.
        """
        cdef Py_buffer view
        cdef size_t place
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            if not 0 <= start <= end <= view.len:
                raise ValueError(f"{start}:{end}: not within {view.len} bytes")
            self.enter()
            try:
                with nogil:
                    place = self.decode(<const uint8_t *>view.buf + start, <size_t>(end - start))
            finally:
                self.busy = False
        finally:
            PyBuffer_Release(&view)
        self.check()
        return start + <Py_ssize_t>place

    def finish(self):
        """Give up what is incomplete; True once nothing is left to be taken but the last batch."""
        cdef bint done
        self.enter()
        try:
            with nogil:
                self.fragments.finish(&self.columns.counts)
                done = self.streams.finish(self.columns)
        finally:
            self.busy = False
        self.check()
        return done

    def take(self):
        """Return the columns of the batch in the order of Batch's fields, as bytes, and begin another one."""
        self.enter()
        try:
            return self.columns.take()
        finally:
            self.busy = False

    @property
    def full(self):
        """Whether the batch has to be taken before more is decoded."""
        return self.columns.full()

    @property
    def rows(self):
        """Messages in the batch."""
        return self.columns.rows

    @property
    def packets(self):
        """Packets that were read so far."""
        return self.records.packets

    @property
    def waiting(self):
        """Whether the decoder stands inside a block that it skips."""
        return self.records.skip > 0

    @property
    def damage(self):
        """Why nothing can be read any more, None while all is well."""
        cdef Records records = self.records
        if records.damage == DAMAGE_NONE:
            return None
        packet = records.packets + (1 if records.damage == DAMAGE_PACKET_LENGTH else 0)
        return DAMAGES[records.damage].format(packet=packet, value=records.damaged_value)

    def counts(self):
        """Return how many things were passed over, by the numbers of their reasons."""
        return self.columns.skipped()

    cdef int enter(self) except -1:
        if self.busy:
            raise RuntimeError("a decoder is used by two threads at once")
        self.busy = True
        return 0

    cdef int check(self) except -1:
        if self.columns.failed or self.streams.failed or self.fragments.failed:
            raise MemoryError("decoding of a capture")
        return 0

    cdef size_t decode(self, const uint8_t *data, size_t size) noexcept nogil:
        cdef size_t place = 0, used
        cdef Outcome outcome
        cdef Record record
        while place < size and not self.columns.full():
            outcome = self.records.next(data + place, size - place, &used, &record)
            place += used
            if outcome == OUTCOME_MORE or outcome == OUTCOME_DAMAGED:
                break
            if outcome == OUTCOME_PACKET:
                self.packet(&record)
        return place

    cdef void packet(self, const Record *record) noexcept nogil:
        cdef const uint8_t *data = record.data
        cdef size_t size = record.size
        cdef Skipped reason = record.reason
        cdef Network network
        if reason == DELIVERED:
            reason = read_link(record.link, &data, &size)
        if reason == DELIVERED:
            reason = read_network(data, size, record.cut, &network)
        if (reason == DELIVERED and self.copies != NULL and record.time >= 0 and has_addresses(&network)
                and self.is_copy(data, &network, record.time)):
            reason = DUPLICATE
        if reason == DELIVERED and network.fragment:
            self.fragment(&network, record.time)
        elif reason == DELIVERED:
            self.transport(&network, record.time)
        else:
            count(&self.columns.counts, reason)

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

    cdef void fragment(self, const Network *piece, int64_t time) noexcept nogil:
        cdef Assembly *assembly = self.fragments.add(piece, time, &self.columns.counts)
        cdef Network network
        cdef Skipped reason
        if assembly == NULL:
            return
        network = piece[0]
        network.fragment = False
        network.protocol = assembly.protocol
        network.payload = assembly.data
        network.size = network.whole = assembly.total
        reason = skip_extensions(&network)
        if reason == DELIVERED and network.fragment:
            reason = BAD_LENGTH
        if reason == DELIVERED:
            self.transport(&network, time)
        else:
            count(&self.columns.counts, reason)
        self.fragments.drop(assembly)

    cdef void transport(self, const Network *network, int64_t time) noexcept nogil:
        cdef Envelope envelope
        if network.protocol != PROTOCOL_UDP and network.protocol != PROTOCOL_TCP:
            count(&self.columns.counts,
                  ICMP if network.protocol == PROTOCOL_ICMP or network.protocol == PROTOCOL_ICMPV6
                  else ESP if network.protocol == PROTOCOL_ESP
                  else SCTP if network.protocol == PROTOCOL_SCTP else OTHER_IP)
            return
        memcpy(envelope.source, network.source, 16)
        memcpy(envelope.local, network.target, 16)
        envelope.direction = 0
        envelope.time = time
        envelope.frame = self.records.packets
        if network.protocol == PROTOCOL_UDP:
            self.udp(network, &envelope)
        else:
            self.tcp(network, &envelope)

    cdef void udp(self, const Network *network, Envelope *envelope) noexcept nogil:
        cdef const uint8_t *data = network.payload
        cdef uint32_t length
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
        elif length > network.size:
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
