"""The syntax of header values, for other compiled modules."""

from libc.stdint cimport uint8_t, uint32_t

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
    Span host
    bint bracketed
    uint32_t port
    Span parameters

# A parameter of a header, or one credential.
ctypedef struct HeaderParameter:
    Span name
    Span value
    bint has_value


cdef inline uint32_t number_of(const uint8_t *base, Span span) noexcept nogil:
    """Modulo 2**32, as PJSIP reads numbers; the leading digits count."""
    cdef uint32_t number = 0
    cdef uint32_t i
    for i in range(span.start, span.end):
        if not c"0" <= base[i] <= c"9":
            break
        number = number * 10 + base[i] - c"0"
    return number


# The parser of each syntax, for the rows of ``_headers``: the cursor is left behind the value.
cdef bint parse_address(Text *t, int kind) noexcept nogil
cdef bint parse_via(Text *t, int kind) noexcept nogil
cdef bint parse_digest(Text *t, int kind) noexcept nogil
cdef bint parse_cseq(Text *t, int kind) noexcept nogil
cdef bint parse_line(Text *t, int kind) noexcept nogil
cdef bint parse_list(Text *t, int kind) noexcept nogil
cdef bint parse_media_type(Text *t, int kind) noexcept nogil
cdef bint parse_token(Text *t, int kind) noexcept nogil
cdef bint parse_replaces(Text *t, int kind) noexcept nogil
cdef bint parse_number(Text *t, int kind) noexcept nogil
cdef bint parse_number_parameters(Text *t, int kind) noexcept nogil
cdef bint parse_retry_after(Text *t, int kind) noexcept nogil
cdef bint take_generic(Text *t, Span *value) noexcept nogil

# Their parts.
cdef bint parse_name_address(Text *t, int kind, NameAddress *address) noexcept nogil
cdef bint parse_hop(Text *t, Hop *hop) noexcept nogil
cdef bint next_parameter(const uint8_t *base, Span *rest, HeaderParameter *parameter) noexcept nogil
cdef Span credentials_of(const uint8_t *base, Span value) noexcept nogil
cdef bint next_credential(const uint8_t *base, Span *rest, HeaderParameter *parameter) noexcept nogil
cdef bint find_digest(const uint8_t *base, Span value, const char *name, uint32_t length, Span *found) noexcept nogil
