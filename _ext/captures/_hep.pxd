"""HEP3 packets and the SIP messages in them."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from identify._compiled._copies cimport Copies
from identify._compiled._envelope cimport Envelope
from identify._compiled._traffic_columns cimport TrafficColumns

# What the chunks of a packet say.
ctypedef struct HepChunks:
    Envelope envelope
    uint32_t protocol
    uint32_t type
    const uint8_t *payload
    size_t size
    bint compressed

cdef bint read_chunks(const uint8_t *data, size_t size, HepChunks *chunks) noexcept nogil


cdef class Hep:
    cdef Copies *repeats
    cdef uint64_t seed
    cdef void add(self, TrafficColumns out, const uint8_t *data, size_t size, int64_t time,
                  uint64_t frame) noexcept nogil
    cdef void inflate(self, TrafficColumns out, const HepChunks *chunks) noexcept nogil
    cdef void open(self, TrafficColumns out, const HepChunks *chunks) noexcept nogil
    cdef void stream(self, TrafficColumns out, const HepChunks *chunks) noexcept nogil
