"""Which UDP datagrams are SIP."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint16_t

from identify._compiled._collectors cimport Collectors
from identify._compiled._hep cimport Hep
from identify._compiled._envelope cimport Envelope
from identify._compiled._traffic_columns cimport TrafficColumns


cdef class Datagrams:
    # None: HEP is only counted.
    cdef Hep hep
    cdef Collectors collectors
    # The longest datagram of late that a log of Asterisk's shows as received, and from where.
    cdef uint8_t *logged
    cdef size_t logged_size
    cdef int64_t logged_time
    cdef uint8_t logged_source[16]
    cdef uint16_t logged_port
    cdef void add(self, TrafficColumns out, Envelope *envelope, const uint8_t *data, size_t size,
                  bint cut) noexcept nogil
    cdef bint is_repeated(self, const Envelope *envelope, const uint8_t *data, size_t size) noexcept nogil
