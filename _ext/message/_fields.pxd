"""Header fields that PJSIP reads itself: names, syntax, canonical print."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from identify._compiled._text cimport Out, Span, Text, sip_word_at
from identify._compiled._uri cimport Uri

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
    uint32_t length
    int kind

cdef enum:
    LONGEST_NAME = 24
    NAME_SORTS = 128

# The known names, each in a place of its own; those of length 0 are free.
ctypedef struct KnownNames:
    KnownName names[NAME_SORTS]
    # All bits of the first so many bytes of a word.
    uint64_t masks[LONGEST_NAME + 1]
    uint64_t multiplier


cdef inline uint64_t lower_word(const uint8_t *place) noexcept nogil:
    """Eight bytes of a token with the bit 0x20 set, which makes no other character a letter or a hyphen."""
    return sip_word_at(place) | <uint64_t>0x2020202020202020


cdef inline uint32_t sort_of(uint64_t first, uint32_t length, uint64_t multiplier) noexcept nogil:
    """A number below NAME_SORTS that no two known names share."""
    return <uint32_t>((first + length) * multiplier >> 57)


cdef inline int kind_among(const KnownNames *known, const uint8_t *name, uint32_t length) noexcept nogil:
    """The kind of a name that is a token, long or compact; GENERIC for one PJSIP doesn't know.

    ``known`` are the ``known_names``.  Eight bytes are read from ``name`` on, though it may be shorter.
    """
    cdef const KnownName *one
    cdef uint64_t first
    if length > <uint32_t>LONGEST_NAME:
        return GENERIC
    first = lower_word(name) & known.masks[length]
    one = &known.names[sort_of(first, length, known.multiplier)]
    if one.first != first or one.length != length:
        return GENERIC
    if length > 8:
        if lower_word(name + length - 8) != one.last:
            return GENERIC
        if length > 16 and lower_word(name + 8) != one.middle:
            return GENERIC
    return one.kind


cdef const KnownNames *known_names() noexcept nogil
cdef int kind_of(const uint8_t *base, Span name, uint32_t end) noexcept nogil
cdef const char *long_name(int kind) noexcept nogil
cdef bint parse_name_address(Text *t, int kind, NameAddress *address) noexcept nogil
cdef bint parse_value(Text *t, int kind, Span *value, bint *more) noexcept nogil
cdef bint find_digest(const uint8_t *base, Span value, const char *name, uint32_t length, Span *found) noexcept nogil
cdef void print_value(const uint8_t *base, int kind, Span value, const Received *received, const char *added,
                      Out *out) noexcept nogil
