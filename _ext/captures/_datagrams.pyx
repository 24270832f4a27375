"""Which UDP datagrams are SIP: the content decides, never the port.

Knows first lines, keep-alives and what Asterisk's own captures look like; nothing of packets.

Facts
- A datagram is delivered as it is, with line ends in front and whatever follows the message: PJSIP's rules for that
  apply when it is read.
- ``pjsip set logger pcap`` shows everything as UDP.  What was received goes to 0.0.0.0:0 or [::]:0, what was sent comes
  from there; that is how the direction is known, and which address isn't.
- Of several messages that came in one TCP segment such a file has, for each, as many bytes of the first one's begin as
  the message itself has.  So a received datagram that begins like one before it from the same source, but is longer or
  shorter, isn't what was received, and isn't delivered.
"""

cimport cython
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from identify._compiled._bytes cimport big32
from identify._compiled._envelope cimport RECEIVED, SENT
from identify._compiled._framing cimport LINE_NO, Line, first_line, leading_line_ends
from identify._compiled._skipped cimport (
    CUT, HEP_UNTRUSTED, HEP_UNWANTED, KEEP_ALIVE, LOGGER_REPEAT, OTHER_UDP, STUN, UDP_EMPTY, count,
)

cdef enum:
    LARGEST_DATAGRAM = 65535
    STUN_HEADER = 20
    STUN_COOKIE = 0x2112A442

# The messages of one segment are logged at once.
cdef int64_t LOGGED_TOGETHER = 1000000000

cdef uint8_t[16] NOWHERE
NOWHERE[:] = [0] * 16


cdef inline bint is_keep_alive(const uint8_t *data, size_t size) noexcept nogil:
    """Line ends (RFC 5626) and zeros, which phones send to keep a binding of NAT."""
    cdef size_t place = 0
    while place < size and (data[place] == c"\r" or data[place] == c"\n" or data[place] == 0):
        place += 1
    return place == size


@cython.final
cdef class Datagrams:
    """Delivers datagrams.  For one thread."""

    def __cinit__(self, Hep hep, Collectors collectors not None):
        self.hep = hep
        self.collectors = collectors

    def __dealloc__(self):
        free(self.logged)

    cdef void add(self, TrafficColumns out, Envelope *envelope, const uint8_t *data, size_t size,
                  bint cut) noexcept nogil:
        """Deliver a datagram of SIP, or count it; `cut`: more was sent than `size`."""
        cdef size_t line_ends
        cdef Line line
        if size == 0:
            count(&out.counts, CUT if cut else UDP_EMPTY)
            return
        if size >= 4 and memcmp(data, <const char *>b"HEP3", 4) == 0:
            if self.hep is None:
                count(&out.counts, HEP_UNWANTED)
            elif not self.collectors.believes(envelope):
                count(&out.counts, HEP_UNTRUSTED)
                self.collectors.refuse(envelope)
            elif cut:
                count(&out.counts, CUT)
            else:
                self.hep.add(out, data, size, envelope.time, envelope.frame)
            return
        line_ends = leading_line_ends(data, size)
        line = first_line(data + line_ends, size - line_ends, not cut)
        if line == LINE_NO:
            if is_keep_alive(data, size):
                count(&out.counts, KEEP_ALIVE)
            elif size >= STUN_HEADER and data[0] < 4 and big32(data + 4) == STUN_COOKIE:
                count(&out.counts, STUN)
            else:
                count(&out.counts, OTHER_UDP)
            return
        if cut:
            count(&out.counts, CUT)
            return
        if envelope.local_port == 0 and memcmp(envelope.local, NOWHERE, 16) == 0:
            envelope.direction = RECEIVED
            if self.is_repeated(envelope, data, size):
                count(&out.counts, LOGGER_REPEAT)
                return
        elif envelope.port == 0 and memcmp(envelope.source, NOWHERE, 16) == 0:
            envelope.direction = SENT
        out.deliver(envelope, data, size)

    cdef bint is_repeated(self, const Envelope *envelope, const uint8_t *data, size_t size) noexcept nogil:
        """Is this the begin of the datagram before it, or that one and more?"""
        cdef bint related, repeated
        if self.logged == NULL:
            self.logged = <uint8_t *>malloc(LARGEST_DATAGRAM)
            if self.logged == NULL:
                return False
        related = (self.logged_size != 0 and self.logged_port == envelope.port
                   and memcmp(self.logged_source, envelope.source, 16) == 0
                   and 0 <= envelope.time - self.logged_time <= LOGGED_TOGETHER
                   and memcmp(self.logged, data, size if size < self.logged_size else self.logged_size) == 0)
        repeated = related and size != self.logged_size
        if (not related or size > self.logged_size) and size <= LARGEST_DATAGRAM:
            memcpy(self.logged, data, size)
            self.logged_size = size
            self.logged_port = envelope.port
            memcpy(self.logged_source, envelope.source, 16)
        self.logged_time = envelope.time
        return repeated
