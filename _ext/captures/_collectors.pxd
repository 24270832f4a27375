"""Whose HEP is believed."""

from libc.stdint cimport uint8_t, uint16_t, uint64_t

from identify._compiled._envelope cimport Envelope

cdef enum:
    MOST_PLACES = 1024
    MOST_REFUSED = 8

# All zeros is any address, 0 any port.
ctypedef struct Place:
    uint8_t address[16]
    uint16_t port
    uint64_t packets


cdef class Collectors:
    cdef bint everything
    cdef Place places[MOST_PLACES]
    cdef Place own[MOST_PLACES]
    cdef Place refused_places[MOST_REFUSED]
    cdef size_t count, own_count, refused_count
    cdef bint believes(self, const Envelope *carrier) noexcept nogil
    cdef bint is_own(self, const Envelope *carrier) noexcept nogil
    cdef void refuse(self, const Envelope *carrier) noexcept nogil
