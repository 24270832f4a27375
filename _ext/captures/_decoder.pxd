"""What all decoders of captures have in common, for other compiled modules."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t

from identify._compiled._traffic_columns cimport TrafficColumns


cdef class Decoder:
    cdef TrafficColumns columns
    # A thread is inside.
    cdef bint busy
    cdef int enter(self) except -1
    cdef size_t decode(self, const uint8_t *data, size_t size) noexcept nogil
    cdef int check(self) except -1
