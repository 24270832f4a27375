"""Messages from HEP that wait for the packets that they may be copies of."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from identify._compiled._envelope cimport Envelope

cdef enum:
    # Messages that wait, and their bytes together.
    MOST_WAITING = 4096
    MOST_WAITING_BYTES = 8 << 20

ctypedef struct Held:
    Envelope envelope
    uint8_t *message
    size_t size
    uint64_t hash
    # When its packet was captured.
    int64_t seen
    bint from_hep
    # Its packet was seen, so that it isn't delivered.
    bint withdrawn
    # Places of others with the same bucket, counted from 1; only of those from HEP that aren't withdrawn.
    uint32_t before
    uint32_t after


cdef class Waiting:
    cdef Held *places
    cdef uint32_t *buckets
    cdef size_t first, count, size
    cdef bint add(self, const Envelope *envelope, const uint8_t *message, size_t size, uint64_t hash, int64_t seen,
                  bint from_hep) noexcept nogil
    cdef bint withdraw(self, uint64_t hash) noexcept nogil
    cdef Held *due(self, int64_t clock, size_t coming) noexcept nogil
    cdef void drop(self) noexcept nogil
    cdef void unchain(self, uint32_t number) noexcept nogil
