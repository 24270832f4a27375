"""The compiled address index, for other compiled modules."""

from libc.stddef cimport size_t

from identify._compiled._address_tables cimport AddressTables, Rule, find_v4, find_v6
from identify._compiled._address_text cimport Source, parse_source


cdef class AddressIndex:
    # Immutable; lives as long as the index.
    cdef const AddressTables *tables
    cdef readonly size_t rules
    cdef int build(self, const Rule *rules, size_t count) except -1
