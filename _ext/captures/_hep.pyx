"""HEP3 packets and the SIP messages in them: what Asterisk's res_hep and HOMER's agents send.

Knows the chunks (HEP3 protocol reference, revision 36); not how packets arrive, except in streams of nothing else.

Facts
- A packet is ``HEP3``, its size in 16 bits, and chunks of vendor, type and size, 16 bits each, the size with these six
  bytes.  Chunks of vendors other than 0 and of unknown types are skipped.
- Family is 2 for IPv4 and, as on Linux, 10 for IPv6; the chunks of the addresses say it too, so it isn't needed.
- Chunk 15 is the payload, 16 the same compressed with zlib; type 1 is SIP.
- Asterisk sends for each message that came by TCP the whole receive buffer: n messages in one segment make n packets of
  the same payload, and what was left in the buffer is in it too.  So of such payloads each complete message is
  delivered once, and the other n - 1 packets are repeats.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy, memset

import zlib

from identify._compiled._bytes cimport big16, big32
from identify._compiled._envelope cimport TCP, UDP
from identify._compiled._copies cimport digest, note, taken
from identify._compiled._framing cimport LINE_YES, first_line, leading_line_ends
from identify._compiled._parsed cimport MESSAGE_LIMIT
from identify._compiled._skipped cimport HEP_DAMAGED, HEP_OTHER, HEP_REPEAT, MESSAGE_TOO_LONG, count
from identify._compiled._splitting cimport STATE_SIP, Splitter, split_bytes, split_end

cdef enum HepChunk:
    PROTOCOL = 2
    SOURCE_4 = 3
    TARGET_4 = 4
    SOURCE_6 = 5
    TARGET_6 = 6
    SOURCE_PORT = 7
    TARGET_PORT = 8
    SECONDS = 9
    MICROSECONDS = 10
    KIND = 11
    PAYLOAD = 15
    COMPRESSED = 16

cdef enum:
    HEADER = 6
    PROTOCOL_TCP = 6
    TYPE_SIP = 1


cdef bint read_chunks(const uint8_t *data, size_t size, HepChunks *chunks) noexcept nogil:
    """Read a packet of exactly `size` bytes; False if it is damaged."""
    cdef size_t place = HEADER, length
    cdef const uint8_t *value
    cdef uint32_t seconds = 0, fraction = 0, type
    cdef uint8_t *address
    memset(chunks, 0, sizeof(HepChunks))
    chunks.envelope.time = -1
    if size < HEADER or memcmp(data, <const char *>b"HEP3", 4) != 0 or big16(data + 4) != size:
        return False
    while place < size:
        if size - place < HEADER:
            return False
        length = big16(data + place + 4)
        if length < HEADER or length > size - place:
            return False
        value = data + place + HEADER
        place += length
        length -= HEADER
        if big16(value - HEADER) != 0:
            continue
        type = big16(value - 4)
        # The value has the size that its type asks for, or the packet is damaged.
        if type == PROTOCOL or type == KIND:
            if length != 1:
                return False
            if type == PROTOCOL:
                chunks.protocol = value[0]
            else:
                chunks.type = value[0]
        elif type == SOURCE_4 or type == TARGET_4:
            if length != 4:
                return False
            address = &chunks.envelope.source[0] if type == SOURCE_4 else &chunks.envelope.local[0]
            if big32(value):
                address[10] = address[11] = 0xFF
                memcpy(address + 12, value, 4)
        elif type == SOURCE_6 or type == TARGET_6:
            if length != 16:
                return False
            address = &chunks.envelope.source[0] if type == SOURCE_6 else &chunks.envelope.local[0]
            memcpy(address, value, 16)
        elif type == SOURCE_PORT or type == TARGET_PORT:
            if length != 2:
                return False
            if type == SOURCE_PORT:
                chunks.envelope.port = big16(value)
            else:
                chunks.envelope.local_port = big16(value)
        elif type == SECONDS or type == MICROSECONDS:
            if length != 4:
                return False
            if type == SECONDS:
                seconds = big32(value)
            else:
                fraction = big32(value)
        elif type == PAYLOAD or type == COMPRESSED:
            chunks.payload = value
            chunks.size = length
            chunks.compressed = type == COMPRESSED
    if seconds:
        chunks.envelope.time = <int64_t>seconds * 1000000000 + <int64_t>fraction * 1000
    chunks.envelope.transport = TCP if chunks.protocol == PROTOCOL_TCP else UDP
    return True


@cython.final
cdef class Hep:
    """Delivers the messages of HEP packets.  For one thread."""

    def __cinit__(self, uint64_t seed):
        self.seed = seed
        self.repeats = <Copies *>calloc(1, sizeof(Copies))
        if self.repeats == NULL:
            raise MemoryError("HEP")

    def __dealloc__(self):
        free(self.repeats)

    cdef void add(self, TrafficColumns out, const uint8_t *data, size_t size, int64_t time,
                  uint64_t frame) noexcept nogil:
        """Deliver what a packet has; `time` counts where it has none itself."""
        cdef HepChunks chunks
        if not read_chunks(data, size, &chunks):
            count(&out.counts, HEP_DAMAGED)
            return
        if chunks.envelope.time < 0:
            chunks.envelope.time = time
        chunks.envelope.frame = frame
        if chunks.type != TYPE_SIP or chunks.size == 0:
            count(&out.counts, HEP_OTHER)
            return
        if chunks.compressed:
            self.inflate(out, &chunks)
        else:
            self.open(out, &chunks)

    cdef void inflate(self, TrafficColumns out, const HepChunks *chunks) noexcept nogil:
        cdef HepChunks plain = chunks[0]
        with gil:
            try:
                # Both headers, zlib's and gzip's, are in use.
                text = zlib.decompressobj(47).decompress(chunks.payload[:chunks.size], MESSAGE_LIMIT + 1)
            except (zlib.error, MemoryError):
                count(&out.counts, HEP_DAMAGED)
                return
            plain.payload = <const uint8_t *>PyBytes_AS_STRING(text)
            plain.size = <size_t>PyBytes_GET_SIZE(text)
            if plain.size > MESSAGE_LIMIT:
                count(&out.counts, MESSAGE_TOO_LONG)
            else:
                self.open(out, &plain)

    cdef void open(self, TrafficColumns out, const HepChunks *chunks) noexcept nogil:
        cdef size_t line_ends = leading_line_ends(chunks.payload, chunks.size)
        if first_line(chunks.payload + line_ends, chunks.size - line_ends, True) != LINE_YES:
            count(&out.counts, HEP_OTHER)
            return
        out.from_hep = True
        if chunks.protocol == PROTOCOL_TCP:
            self.stream(out, chunks)
        else:
            out.deliver(&chunks.envelope, chunks.payload, chunks.size)
        out.from_hep = False

    cdef void stream(self, TrafficColumns out, const HepChunks *chunks) noexcept nogil:
        """Deliver each complete message of a receive buffer."""
        cdef Splitter splitter
        cdef uint64_t hash = digest(chunks.payload, chunks.size, self.seed)
        cdef uint64_t before = out.messages
        if taken(self.repeats, hash):
            count(&out.counts, HEP_REPEAT)
            return
        memset(&splitter, 0, sizeof(Splitter))
        splitter.state = STATE_SIP
        if not split_bytes(&splitter, out, &chunks.envelope, chunks.payload, chunks.size):
            out.failed = True
        split_end(&splitter, out)
        while before + 1 < out.messages:
            note(self.repeats, hash)
            before += 1
