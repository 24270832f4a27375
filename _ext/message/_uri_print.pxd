"""URIs as PJSIP prints them, for other compiled modules."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._text cimport Out, Span
from identify._compiled._uri cimport Uri

# Which parts of a URI are printed depends on where it is.
cdef enum UriPlace:
    PLACE_REQUEST = 0
    PLACE_FROM_TO = 1
    PLACE_CONTACT = 2
    PLACE_ROUTE = 3

cdef void print_uri(const uint8_t *base, const Uri *uri, int place, uint32_t dialect, const char *added,
                    Out *out) noexcept nogil
cdef void print_host(const uint8_t *base, Span host, bint bracketed, Out *out) noexcept nogil
