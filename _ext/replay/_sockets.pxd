"""Asterisk's own sockets, for other compiled modules."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

cdef enum:
    # Sockets that can be known; they are walked through, and a host has a few.
    LOCALS = 1024
    # Codes of ``identify.traffic.batch.Direction``.
    UNKNOWN = 0
    RECEIVED = 1
    OURS = 2
    NOTICE = 3

ctypedef struct Local:
    # Of a wildcard its family is the first byte.
    uint8_t address[16]
    # 0 for any.
    uint16_t port


cdef class Sockets:
    cdef Local known[LOCALS]
    cdef uint32_t count
    cdef Local wild[LOCALS]
    cdef uint32_t wild_count
    cdef bint always
    cdef frozenset unanswered
    cdef void add(self, const uint8_t *address, uint16_t port) noexcept nogil
    cdef int rank(self, const uint8_t *address, uint16_t port) noexcept nogil
    cdef bint is_wild(self, const uint8_t *address, uint16_t port) noexcept nogil
    cdef int direction(self, const uint8_t *source, uint16_t port, const uint8_t *local, uint16_t local_port,
                       bint stream) noexcept nogil
