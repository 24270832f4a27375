"""Search structures over intervals, for the module that builds address tables."""

from libc.stddef cimport size_t
from libc.stdint cimport uint32_t

from identify._compiled._address_intervals cimport Intervals
from identify._compiled._address_tables cimport FamilyTables, Host4, Host6


cdef struct Words:
    uint32_t *at
    size_t size
    size_t capacity


# The hash of single addresses, one of the two for a family.
cdef struct Hosts:
    Host4 *v4
    Host6 *v6
    size_t capacity
    size_t spare


cdef int open_words(Words *words, size_t capacity) except -1
cdef int close_words(Words *words) except -1
cdef int add_trie(Words *words, const Intervals *intervals, uint32_t family, bint base, uint32_t *root) except -1
cdef int take_hosts(Intervals *intervals, uint32_t family, Hosts *hosts) except -1
