"""Checks of address tables from a file, for the module that reads files."""

from libc.stdint cimport uint64_t

from identify._compiled._address_tables cimport AddressTables

# What is wrong with tables of that many bytes, NULL if no question can lead outside of them.
cdef const char *address_fault(const AddressTables *tables, uint64_t size) noexcept nogil
