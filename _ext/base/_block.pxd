"""A block of memory that is written once, front to back, and read as C arrays found by offsets."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint64_t

cdef enum:
    # Every part begins at such a multiple: a cache line, so that no small array straddles two needlessly.
    ALIGNMENT = 64


cdef class Block:
    cdef uint8_t *data
    cdef size_t capacity
    cdef readonly size_t length
    # Offset of `size` zeroed bytes; pointers into the block taken before are invalid after it.
    cdef size_t reserve(self, size_t size) except? 0
    cdef size_t put(self, const void *data, size_t size) except? 0
    # As `put`, without alignment.
    cdef size_t put_text(self, const void *data, size_t size) except? 0
    cdef size_t grow(self, size_t size) except? 0
    cdef int close(self) except -1
