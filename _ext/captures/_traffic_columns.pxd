"""The columns of a batch while they are filled."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

from identify._compiled._copies cimport Copies
from identify._compiled._skipped cimport Counts

cdef enum Transport:
    # Places in TRANSPORTS of identify/model.py.
    UDP = 0
    TCP = 1

cdef enum Direction:
    UNKNOWN = 0
    RECEIVED = 1
    SENT = 2

# What is known of a message but its bytes.
ctypedef struct Envelope:
    uint8_t source[16]
    uint8_t local[16]
    uint16_t port
    uint16_t local_port
    uint8_t transport
    uint8_t direction
    int64_t time
    uint64_t frame


cdef class TrafficColumns:
    cdef bytearray data
    cdef uint8_t *bytes
    cdef size_t used, room
    cdef size_t rows, row_room
    cdef int64_t *offsets
    cdef int64_t *times
    cdef uint64_t *frames
    cdef uint8_t *transports
    cdef uint8_t *directions
    cdef uint8_t *sources
    cdef uint8_t *locals
    cdef uint16_t *ports
    cdef uint16_t *local_ports
    # Set once memory was refused; nothing is put any more.
    cdef bint failed
    cdef Counts counts
    # While HEP is delivered only where its message isn't: what waits for its copy in HEP, and the other way round.
    cdef Copies *direct
    cdef Copies *early
    cdef uint64_t seed
    # What is delivered now comes from HEP; anything did.
    cdef bint from_hep, any_hep
    # All that were put or were copies of such.
    cdef uint64_t messages
    cdef int watch(self, uint64_t seed) except -1
    cdef void deliver(self, const Envelope *envelope, const uint8_t *message, size_t size) noexcept nogil
    cdef bint full(self) noexcept nogil
    cdef void put(self, const Envelope *envelope, const uint8_t *message, size_t size) noexcept nogil
    cdef bint grow_rows(self) noexcept nogil
    cdef bint grow_bytes(self, size_t size) noexcept nogil
    cdef tuple take(self)
    cdef list skipped(self)
