"""Compiled tables as one image of bytes, for other compiled modules."""

from libc.stdint cimport uint8_t, uint64_t

from identify._compiled._address_tables cimport AddressTables
from identify._compiled._tables cimport Tables

# The parts of an image that was checked; they point into it.
ctypedef struct ImageParts:
    const Tables *tables
    const AddressTables *addresses

cdef bytes write_image(const Tables *tables, const AddressTables *addresses)
cdef int read_image(const uint8_t *image, uint64_t size, ImageParts *parts) except -1
