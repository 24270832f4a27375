"""The canonical print of header values, for other compiled modules."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._printable cimport Printable
from identify._compiled._text cimport Out

# The printer of each syntax, for the rows of ``_headers``.
cdef void print_address(const Printable *p, Out *out) noexcept nogil
cdef void print_via(const Printable *p, Out *out) noexcept nogil
cdef void print_cseq(const Printable *p, Out *out) noexcept nogil
cdef void print_line(const Printable *p, Out *out) noexcept nogil
cdef void print_media_type(const Printable *p, Out *out) noexcept nogil
cdef void print_token(const Printable *p, Out *out) noexcept nogil
cdef void print_replaces(const Printable *p, Out *out) noexcept nogil
cdef void print_number(const Printable *p, Out *out) noexcept nogil
cdef void print_retry_after(const Printable *p, Out *out) noexcept nogil
cdef void print_generic(const Printable *p, Out *out) noexcept nogil
