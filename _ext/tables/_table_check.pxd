"""Checks of an engine's tables from a file, for the module that reads files."""

from libc.stdint cimport uint64_t

from identify._compiled._tables cimport Tables

# What is wrong with tables of that many bytes, NULL if no request can lead outside of them.
cdef const char *tables_fault(const Tables *tables, uint64_t size) noexcept nogil
