"""URIs: parsed into spans of the message, printed as PJSIP prints them."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._text cimport Out, Span, Text

cdef enum Scheme:
    SCHEME_NONE = 0
    SCHEME_SIP = 1
    SCHEME_SIPS = 2
    SCHEME_TEL = 3
    SCHEME_OTHER = 4

# Which parts of a URI are printed depends on where it is.
cdef enum UriPlace:
    PLACE_REQUEST = 0
    PLACE_FROM_TO = 1
    PLACE_CONTACT = 2
    PLACE_ROUTE = 3

# For tel and other schemes `user` is the number or what follows the colon, `host` is empty.
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
cdef void print_uri(const uint8_t *base, const Uri *uri, int place, uint32_t dialect, const char *added,
                    Out *out) noexcept nogil
