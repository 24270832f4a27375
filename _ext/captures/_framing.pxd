"""Where a SIP message begins and ends in a stream of bytes."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._message cimport Length

cdef enum Line:
    # Is no first line of SIP; may become one with more bytes; is one.
    LINE_NO
    LINE_MORE
    LINE_YES

cdef enum:
    # A first line that isn't over by then isn't one.
    LONGEST_LINE = 8192

cdef Line first_line(const uint8_t *data, size_t size, bint complete) noexcept nogil
cdef size_t head_size(const uint8_t *data, size_t size, size_t *scanned) noexcept nogil
cdef Length content_length(const uint8_t *data, size_t head, uint32_t *length) noexcept nogil
cdef size_t leading_line_ends(const uint8_t *data, size_t size) noexcept nogil
