"""A set of expressions in rank order, for other compiled modules."""

from libc.stdint cimport uint32_t


cdef class RegexSet:
    cdef readonly tuple patterns
    cdef readonly tuple ranks
    cdef tuple compiled
    cdef void **pointers
    cdef uint32_t *numbers
    cdef uint32_t count
    # The smallest rank below `best` of an expression that matches, else `best`; `value` has a NUL at `length`.
    cdef uint32_t first(self, const char *value, uint32_t length, uint32_t best) noexcept nogil
