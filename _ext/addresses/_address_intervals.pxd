"""Flattening of prefixes into intervals, for the modules that build address tables."""

from libc.stddef cimport size_t
from libc.stdint cimport uint16_t, uint32_t, uint64_t

from identify._compiled._address_tables cimport uint128_t


# One prefix of one table: the base, or the second table of a port.
cdef struct Entry:
    uint128_t first
    uint128_t last
    uint32_t table
    uint32_t group
    # Position of the item among all: within a group the larger one decides.
    uint32_t item
    uint16_t length
    uint16_t negated


# The answer for addresses from a start to the next start; the first start is 0.
cdef struct Intervals:
    uint128_t *starts
    uint32_t *values
    size_t count


cdef struct Open:
    uint128_t last
    uint32_t group
    # The largest item of the group that covers here, and what it says.
    uint32_t item
    uint32_t matches
    # Position + 1 on the stack of the group's next outer prefix.
    uint32_t outer


cdef struct Sweep:
    Open *stack
    # For each group the position + 1 on the stack of its innermost prefix.
    uint32_t *innermost
    # The groups that match, as a bit tree: bit n of a level says whether word n below has any.
    uint64_t *bits
    size_t levels[6]
    int height
    # The smallest group that matches, NO_RANK for none.
    uint32_t best
    # Trie value of each group.
    const uint32_t *values


cdef int sort_entries(Entry *entries, size_t count) except -1
cdef int open_sweep(Sweep *sweep, size_t entries, size_t groups, const uint32_t *values) except -1
cdef void close_sweep(Sweep *sweep) noexcept
cdef void flatten(
    Sweep *sweep, const Entry *entries, size_t count, uint128_t largest, Intervals *result
) noexcept nogil
