"""The syntax of header values, for other compiled modules."""

from libc.stdint cimport uint32_t

from identify._compiled._text cimport Span, Text
from identify._compiled._uri cimport Uri

ctypedef struct NameAddress:
    bint star
    bint has_display
    Span display
    Uri uri
    Span parameters

# One Via: what sent-protocol and sent-by say, and all parameters.
ctypedef struct Hop:
    Span transport
    # Without brackets; printed in them if ``bracketed``.
    Span host
    bint bracketed
    uint32_t port
    Span parameters

ctypedef struct MediaType:
    Span type
    Span subtype
    Span parameters

# The parser of each syntax, for the rows of ``_headers``: the cursor is left behind the value.
cdef bint parse_address(Text *t, int kind) noexcept nogil
cdef bint parse_via(Text *t, int kind) noexcept nogil
cdef bint parse_cseq(Text *t, int kind) noexcept nogil
cdef bint parse_line(Text *t, int kind) noexcept nogil
cdef bint parse_media_type(Text *t, int kind) noexcept nogil
cdef bint parse_token(Text *t, int kind) noexcept nogil
cdef bint parse_replaces(Text *t, int kind) noexcept nogil
cdef bint parse_number(Text *t, int kind) noexcept nogil
cdef bint parse_number_parameters(Text *t, int kind) noexcept nogil
cdef bint take_generic(Text *t, Span *value) noexcept nogil

# Their parts.
cdef bint parse_name_address(Text *t, int kind, NameAddress *address) noexcept nogil
cdef bint parse_hop(Text *t, Hop *hop) noexcept nogil
cdef bint parse_media(Text *t, MediaType *media) noexcept nogil
