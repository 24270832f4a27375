"""Where the last line of a name is in sections with many lines, so that none is looked for twice."""

from libc.stdint cimport int64_t, uint32_t, uint64_t


cdef class LineIndex:
    # Keys are section << 32 | name, values a place + 1; 0 is a free slot, and at most half of them are taken.
    cdef uint64_t *keys
    cdef uint32_t *places
    cdef size_t count
    cdef size_t slots

    cdef int64_t find(self, uint32_t section, uint32_t name) noexcept nogil
    cdef int put(self, uint32_t section, uint32_t name, uint32_t place) noexcept nogil
    cdef int grow(self) noexcept nogil
