"""The canonical print of header values, for other compiled modules."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._text cimport Out, Span

# What the first Via's print needs of the packet: the source address as text, and its port.
ctypedef struct Received:
    const char *address
    uint32_t port

# A value, and what its print shows besides.
ctypedef struct Printable:
    const uint8_t *base
    int kind
    # Of the release that prints it, bits of ``Dialect``.
    uint32_t dialect
    Span value
    # Of the first Via only, else NULL.
    const Received *received
    # Of the first Contact only, else NULL; see ``print_uri``.
    const char *added

# The printer of each syntax, for the rows of ``_headers``.
cdef void print_address(const Printable *p, Out *out) noexcept nogil
cdef void print_via(const Printable *p, Out *out) noexcept nogil
cdef void print_digest(const Printable *p, Out *out) noexcept nogil
cdef void print_cseq(const Printable *p, Out *out) noexcept nogil
cdef void print_line(const Printable *p, Out *out) noexcept nogil
cdef void print_list(const Printable *p, Out *out) noexcept nogil
cdef void print_media_type(const Printable *p, Out *out) noexcept nogil
cdef void print_token(const Printable *p, Out *out) noexcept nogil
cdef void print_replaces(const Printable *p, Out *out) noexcept nogil
cdef void print_number(const Printable *p, Out *out) noexcept nogil
cdef void print_retry_after(const Printable *p, Out *out) noexcept nogil
cdef void print_generic(const Printable *p, Out *out) noexcept nogil
