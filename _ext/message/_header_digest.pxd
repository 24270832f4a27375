"""Credentials and challenges, for other compiled modules."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._header_parameters cimport HeaderParameter
from identify._compiled._printable cimport Printable
from identify._compiled._text cimport Out, Span, Text

cdef bint parse_digest(Text *t, int kind) noexcept nogil
cdef bint next_credential(const uint8_t *base, Span *rest, HeaderParameter *parameter) noexcept nogil
cdef bint find_digest(const uint8_t *base, Span value, const char *name, uint32_t length, Span *found) noexcept nogil
cdef void print_credentials(const Printable *p, Out *out) noexcept nogil
cdef void print_challenge(const Printable *p, Out *out) noexcept nogil
