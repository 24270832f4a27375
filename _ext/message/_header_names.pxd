"""The names of header fields, for other compiled modules; the look-up is inline."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from identify._compiled._text cimport Span, sip_word_at

# The headers that PJSIP reads itself.  Saved tables are indexed by these numbers.
cdef enum HeaderKind:
    GENERIC = 0
    ACCEPT, ALLOW, AUTHORIZATION, CALL_ID, CONTACT, CONTENT_LENGTH, CONTENT_TYPE, CSEQ, EVENT, EXPIRES, FROM
    MAX_FORWARDS, MIN_EXPIRES, MIN_SE, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, RECORD_ROUTE, REPLACES, REQUIRE
    RETRY_AFTER, ROUTE, SESSION_EXPIRES, SUBSCRIPTION_STATE, SUPPORTED, TO, UNSUPPORTED, VIA, WWW_AUTHENTICATE
    KINDS

# A name in lower case by its words; `last` ends with the name, so that it may begin within another one.
ctypedef struct KnownName:
    uint64_t first
    uint64_t middle
    uint64_t last
    uint32_t length
    uint16_t kind
    # As the row of ``_headers`` has it: whoever looks up a name on the fast path needs it next.
    uint16_t shape

# What a header is called, and the shape to be kept with its names.
ctypedef struct HeaderName:
    const char *name
    # NULL where there is none.
    const char *compact_name
    int shape

cdef enum:
    LONGEST_NAME = 24
    NAME_SLOTS = 128

# The known names, each in a place of its own; those of length 0 are free.
ctypedef struct KnownNames:
    KnownName names[NAME_SLOTS]
    # By a length: all bits of that many bytes of a word.
    uint64_t masks[LONGEST_NAME + 1]
    uint64_t multiplier


cdef inline uint64_t lower_word(const uint8_t *place) noexcept nogil:
    """Eight bytes of a token with the bit 0x20 set, which makes no other character a letter or a hyphen."""
    return sip_word_at(place) | <uint64_t>0x2020202020202020


cdef inline uint32_t name_slot(uint64_t first, uint32_t length, uint64_t multiplier) noexcept nogil:
    """A number below NAME_SLOTS that no two known names share."""
    return <uint32_t>((first + length) * multiplier >> 57)


cdef inline const KnownName *find_name(const KnownNames *known, const uint8_t *name, uint32_t length) noexcept nogil:
    """The known name that a token is, long or compact, in any case; NULL for one PJSIP doesn't know.

    ``known`` are the ``known_names``.  Eight bytes are read from ``name`` on, though it may be shorter.
    """
    cdef const KnownName *candidate
    cdef uint64_t first
    if length > <uint32_t>LONGEST_NAME:
        return NULL
    first = lower_word(name) & known.masks[length]
    candidate = &known.names[name_slot(first, length, known.multiplier)]
    if candidate.first != first or candidate.length != length:
        return NULL
    if length > 8:
        if lower_word(name + length - 8) != candidate.last:
            return NULL
        if length > 16 and lower_word(name + 8) != candidate.middle:
            return NULL
    return candidate


cdef const KnownNames *known_names() noexcept nogil
cdef int know_names(const HeaderName *names) except -1
cdef int kind_of(const uint8_t *base, Span name, uint32_t end) noexcept nogil
