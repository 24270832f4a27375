"""Lists of option tags and the like, for other compiled modules."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._printable cimport Printable
from identify._compiled._text cimport Out, Span, Text

cdef enum:
    # Elements of a list; more drop the message.
    LIST_LIMIT = 32

cdef bint parse_list(Text *t, int kind) noexcept nogil
cdef uint32_t elements_of(const uint8_t *base, Span value) noexcept nogil
cdef void print_list(const Printable *p, Out *out) noexcept nogil
