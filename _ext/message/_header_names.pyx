"""The names of header fields: from a name, long or compact, to the kind of its header, by a perfect hash.

Knows names as bytes only; ``_headers`` says which names there are and what belongs to each kind.

Strategy
1. A known name has at most 24 bytes: up to three words of eight bytes, kept in lower case and compared as numbers.
2. The first word and the length, multiplied, give every known name a slot of its own.  A name is compared with the
   one in its slot, so a name nobody knows costs no more than a known one.
3. The multiplier is searched for at import; about one of 300 keeps the names apart.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset, strlen

from identify._compiled._text cimport Span, lower, sip_word_at

cdef enum:
    # Multipliers that are tried.
    MOST_TRIES = 100000

cdef KnownNames KNOWN


cdef const KnownNames *known_names() noexcept nogil:
    """The names of all kinds, for ``find_name``; empty until ``know_names`` was called."""
    return &KNOWN


cdef int know_names(const HeaderName *names) except -1:
    """Fill the table, from an array by kind, by the first multiplier that keeps all names apart."""
    cdef uint32_t length
    for length in range(<uint32_t>LONGEST_NAME + 1):
        memset(&KNOWN.masks[length], 0xFF, length if length < 8 else 8)
    KNOWN.multiplier = 0x9E3779B97F4A7C15
    for _ in range(<uint32_t>MOST_TRIES):
        if add_names(names):
            return 0
        KNOWN.multiplier = KNOWN.multiplier * <uint64_t>6364136223846793005 + 2
    raise ImportError("no multiplier keeps the names of headers apart")


cdef int kind_of(const uint8_t *base, Span name, uint32_t end) noexcept nogil:
    """The kind of a header name, see ``find_name``; GENERIC for an unknown one.  Nothing from ``end`` on is read."""
    # The compiler doesn't see that a short name is read no further than eight bytes.
    cdef uint8_t copied[LONGEST_NAME]
    cdef uint32_t length = name.end - name.start
    cdef const KnownName *known
    if length == 0:
        return GENERIC
    if length < 8 and end - name.start < 8:
        memset(copied, 0, sizeof(copied))
        memcpy(copied, base + name.start, length)
        known = find_name(&KNOWN, copied, length)
    else:
        known = find_name(&KNOWN, base + name.start, length)
    return known.kind if known != NULL else GENERIC


cdef bint add_names(const HeaderName *names) noexcept nogil:
    cdef int kind
    memset(KNOWN.names, 0, sizeof(KNOWN.names))
    for kind in range(1, <int>KINDS):
        if not add_name(names[kind].name, kind, names[kind].shape):
            return False
        if names[kind].compact_name != NULL and not add_name(names[kind].compact_name, kind, names[kind].shape):
            return False
    return True


cdef bint add_name(const char *name, int kind, int shape) noexcept nogil:
    """Give a name its slot; False where another name has it."""
    cdef uint8_t lowered[LONGEST_NAME]
    cdef uint32_t length = <uint32_t>strlen(name)
    cdef uint64_t first
    cdef uint32_t i
    cdef KnownName *known
    memset(lowered, 0, sizeof(lowered))
    for i in range(length):
        lowered[i] = <uint8_t>lower(<uint8_t>name[i])
    first = sip_word_at(lowered)
    known = &KNOWN.names[name_slot(first, length, KNOWN.multiplier)]
    if known.length:
        return False
    known.kind = <uint16_t>kind
    known.shape = <uint16_t>shape
    known.length = length
    known.first = first
    if length > 8:
        known.middle = sip_word_at(lowered + 8)
        known.last = sip_word_at(lowered + length - 8)
    return True
