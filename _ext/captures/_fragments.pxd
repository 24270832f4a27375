"""Reassembly of fragmented IP packets."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from identify._compiled._frames cimport Network
from identify._compiled._skipped cimport Counts

cdef enum:
    MOST_RANGES = 64

# A packet with some of its pieces; `used` is 0 in a free place.
ctypedef struct Assembly:
    bint used
    uint8_t source[16]
    uint8_t target[16]
    uint32_t id
    uint32_t protocol
    uint64_t hash
    int64_t time
    uint64_t order
    uint8_t *data
    uint32_t room
    # Size of the whole payload, 0 before its last piece came.
    uint32_t total
    # Closed parts of the payload, ascending, never touching.
    uint32_t ranges
    uint32_t starts[MOST_RANGES]
    uint32_t ends[MOST_RANGES]


cdef class Fragments:
    cdef Assembly *places
    cdef size_t kept
    cdef uint64_t clock
    # Memory was refused.
    cdef bint failed
    cdef Assembly *add(self, const Network *piece, int64_t time, Counts *counts) noexcept nogil
    cdef void drop(self, Assembly *assembly) noexcept nogil
    cdef uint8_t *taken(self, Assembly *assembly) noexcept nogil
    cdef Assembly *place_for(self, const Network *piece, uint64_t hash, int64_t time, Counts *counts) noexcept nogil
    cdef bint make_room(self, Assembly *assembly, uint32_t size, Counts *counts) noexcept nogil
    cdef Assembly *oldest(self, const Assembly *but) noexcept nogil
    cdef void finish(self, Counts *counts) noexcept nogil
