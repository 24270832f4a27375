"""URIs: parsed into spans of the message."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._text cimport Span, Text

cdef enum Scheme:
    SCHEME_NONE = 0
    SCHEME_SIP = 1
    SCHEME_SIPS = 2
    SCHEME_TEL = 3
    SCHEME_OTHER = 4

cdef enum:
    TTL_MAXIMUM = 255

# For tel and other schemes `user` is the number or what follows the colon, `host` is empty.
# `host` has no brackets; `bracketed_host` says whether it is printed in them.
ctypedef struct Uri:
    int scheme
    Span text
    Span scheme_name
    bint has_user
    Span user
    Span password
    Span host
    bint bracketed_host
    uint32_t port
    Span parameters
    Span headers

ctypedef struct Parameter:
    Span name
    Span value
    bint has_value
    bint quoted

cdef bint parse_uri(Text *t, bint with_parameters, Uri *uri) noexcept nogil
cdef bint next_parameter(const uint8_t *base, Span *rest, Parameter *parameter) noexcept nogil
cdef bint find_parameter(const uint8_t *base, const Uri *uri, const char *name, uint32_t length,
                         Parameter *parameter) noexcept nogil

# Parts that a Via has as well.
cdef bint take_bracketed_host(Text *t, Span *host, bint *holds_colon) noexcept nogil
cdef bint take_port(Text *t, uint32_t *port) noexcept nogil

cdef uint32_t ttl_of(const uint8_t *base, Span value) noexcept nogil
