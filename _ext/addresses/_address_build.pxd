"""Building of address tables, for ``_addresses``."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from identify._address_tables cimport AddressTables


# One item of one identify.  IPv4 is in the lower 32 bits of the low halves.
cdef struct Rule:
    uint64_t high
    uint64_t low
    uint64_t mask_high
    uint64_t mask_low
    uint32_t rank
    uint16_t port
    uint8_t family
    uint8_t negated


cdef enum:
    # Ranks have 30 bits in a trie value; this leaves room and bounds what a caller can ask for.
    MAX_RANK = 0x0FFFFFFF
    MAX_RULES = 0x0FFFFFFF


# The caller frees the block with ``free``.
cdef AddressTables *build_tables(const Rule *rules, size_t count) except NULL
