"""Building of address tables, for ``_addresses``."""

from libc.stddef cimport size_t

from identify._compiled._address_tables cimport AddressTables, Rule


cdef enum:
    # Ranks have 30 bits in a trie value; this leaves room and bounds what a caller can ask for.
    MAX_RANK = 0x0FFFFFFF
    MAX_RULES = 0x0FFFFFFF


# The caller frees the block with ``free``.
cdef AddressTables *build_tables(const Rule *rules, size_t count) except NULL
