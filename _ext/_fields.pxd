"""Header fields that PJSIP reads itself: names, syntax, canonical print."""

from libc.stdint cimport uint8_t, uint32_t

from identify._text cimport Out, Span, Text
from identify._uri cimport Uri

cdef enum Kind:
    GENERIC = 0
    ACCEPT, ALLOW, AUTHORIZATION, CALL_ID, CONTACT, CONTENT_LENGTH, CONTENT_TYPE, CSEQ, EVENT, EXPIRES, FROM
    MAX_FORWARDS, MIN_EXPIRES, MIN_SE, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, RECORD_ROUTE, REPLACES, REQUIRE
    RETRY_AFTER, ROUTE, SESSION_EXPIRES, SUBSCRIPTION_STATE, SUPPORTED, TO, UNSUPPORTED, VIA, WWW_AUTHENTICATE
    KINDS

ctypedef struct NameAddress:
    bint star
    bint has_display
    Span display
    Uri uri
    Span parameters

# What the first Via's print needs of the packet: the source address as text, and its port.
ctypedef struct Received:
    const char *address
    uint32_t port

cdef int kind_of(const uint8_t *base, Span name, uint32_t end) noexcept nogil
cdef const char *long_name(int kind) noexcept nogil
cdef bint parse_name_address(Text *t, int kind, NameAddress *address) noexcept nogil
cdef bint parse_value(Text *t, int kind, Span *value, bint *more) noexcept nogil
cdef bint find_digest(const uint8_t *base, Span value, const char *name, uint32_t length, Span *found) noexcept nogil
cdef void print_value(const uint8_t *base, int kind, Span value, const Received *received, const char *added,
                      Out *out) noexcept nogil
