"""The usual shapes of a request line and of header fields, read from an index of the head."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from identify._compiled._parsed cimport Message

cdef extern from "_index.h" nogil:
    ctypedef struct Index "sip_index":
        uint32_t length
        const uint64_t *special
        const uint64_t *ends

# How the index of a message is made: not at all, byte by byte, with the instructions every machine of its kind has, or
# with the widest.  The answer is the same; tests ask for each.
cdef enum Way:
    WAY_GENERAL = 0
    WAY_PLAIN, WAY_USUAL, WAY_WIDEST

cdef void make_index(Index *index, const uint8_t *base, uint32_t end, int way) noexcept nogil
cdef uint32_t take_usual_request_line(Message *m, const Index *index, uint32_t pos, uint32_t end) noexcept nogil
cdef uint32_t take_usual_headers(Message *m, const Index *index, uint32_t pos, uint32_t end) noexcept nogil
