"""Header fields that PJSIP reads itself: names, syntax, canonical print."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from identify._text cimport Out, Span, Text, lower, sip_word_at
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

# A name in lower case by its words; `last` ends with the name, so that it may begin within another one.
ctypedef struct KnownName:
    uint64_t first
    uint64_t middle
    uint64_t last
    # All bits of the bytes of `first` that belong to the name.
    uint64_t mask
    uint32_t length
    int kind

cdef enum:
    LONGEST_NAME = 24
    NAME_SORTS = 64


cdef inline uint32_t sort_of(uint32_t length, int first, int last) noexcept nogil:
    """A number below NAME_SORTS that no two known names share; letters have to be in lower case."""
    return (length + <uint32_t>first * 23 + <uint32_t>last * 31) & (<uint32_t>NAME_SORTS - 1)


cdef inline int compact_kind(int c) noexcept nogil:
    """The kind of a name of one letter in lower case (RFC 3261 7.3.3, and Asterisk's own modules')."""
    if c == c"i":
        return CALL_ID
    if c == c"m":
        return CONTACT
    if c == c"l":
        return CONTENT_LENGTH
    if c == c"c":
        return CONTENT_TYPE
    if c == c"f":
        return FROM
    if c == c"k":
        return SUPPORTED
    if c == c"t":
        return TO
    if c == c"v":
        return VIA
    if c == c"x":
        return SESSION_EXPIRES
    if c == c"o":
        return EVENT
    return GENERIC


cdef inline uint64_t lower_word(const uint8_t *place) noexcept nogil:
    """Eight bytes of a token with the bit 0x20 set, which makes no other character a letter or a hyphen."""
    return sip_word_at(place) | <uint64_t>0x2020202020202020


cdef inline int kind_among(const KnownName *known, const uint8_t *name, uint32_t length) noexcept nogil:
    """The kind of a name that is a token, long or compact; GENERIC for one PJSIP doesn't know.

    ``known`` are the ``known_names``.  Eight bytes are read from ``name`` on, though it may be shorter.
    """
    cdef const KnownName *one
    if length == 1:
        return compact_kind(lower(name[0]))
    one = &known[sort_of(length, name[0] | 0x20, name[length - 1] | 0x20)]
    if one.length != length or lower_word(name) & one.mask != one.first:
        return GENERIC
    if length > 8:
        if lower_word(name + length - 8) != one.last:
            return GENERIC
        if length > 16 and lower_word(name + 8) != one.middle:
            return GENERIC
    return one.kind


cdef const KnownName *known_names() noexcept nogil
cdef int kind_of(const uint8_t *base, Span name, uint32_t end) noexcept nogil
cdef const char *long_name(int kind) noexcept nogil
cdef bint parse_name_address(Text *t, int kind, NameAddress *address) noexcept nogil
cdef bint parse_value(Text *t, int kind, Span *value, bint *more) noexcept nogil
cdef bint find_digest(const uint8_t *base, Span value, const char *name, uint32_t length, Span *found) noexcept nogil
cdef void print_value(const uint8_t *base, int kind, Span value, const Received *received, const char *added,
                      Out *out) noexcept nogil
