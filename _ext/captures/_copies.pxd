"""What was seen a short time ago, by the hash of its bytes; inline.

A table of constant size, in sets of four, where what is newer takes the place of what is older: among a few thousand
others a copy is found.  A forgotten entry lets a copy through; a copy is never invented, but for two texts with the
same 64 bits.  The seed is secret, so that nobody can make such texts.
"""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint64_t

cdef extern from "_digest.h" nogil:
    uint64_t digest "sip_digest"(const uint8_t *data, size_t size, uint64_t seed)

cdef enum:
    SETS = 4096
    # Of one set, in one cache line.
    WAYS = 4

ctypedef struct Seen:
    # 0 in an empty place.
    uint64_t hash
    # Of packets: the time; of messages: how many wait for their copy.
    int64_t value

# In each set the newest come first.
ctypedef struct Copies:
    Seen places[SETS * WAYS]


cdef inline Seen *place_of(Copies *copies, uint64_t hash, bint *known) noexcept nogil:
    """The place of what has this hash, first in its set; if it isn't known, the oldest of the set is forgotten."""
    cdef Seen *first = &copies.places[((hash >> 20) & (SETS - 1)) * WAYS]
    cdef Seen found
    cdef size_t way = 0
    while way < WAYS - 1 and first[way].hash != hash:
        way += 1
    found = first[way]
    known[0] = found.hash == hash
    while way:
        first[way] = first[way - 1]
        way -= 1
    first[0].hash = hash
    first[0].value = found.value if known[0] else 0
    return first


cdef inline bint seen_within(Copies *copies, uint64_t hash, int64_t time, int64_t window) noexcept nogil:
    """Was the same seen at most `window` before or after?  Remembers it with its newest time."""
    cdef bint known
    cdef Seen *place = place_of(copies, hash, &known)
    known = known and -window <= time - place.value <= window
    place.value = time
    return known


cdef inline void note(Copies *copies, uint64_t hash) noexcept nogil:
    """Remember a message that waits for its copy."""
    cdef bint known
    place_of(copies, hash, &known).value += 1


cdef inline bint taken(Copies *copies, uint64_t hash) noexcept nogil:
    """Has a message waited for this copy?  It then waits no longer."""
    cdef Seen *place = &copies.places[((hash >> 20) & (SETS - 1)) * WAYS]
    cdef size_t way
    for way in range(<size_t>WAYS):
        if place[way].hash == hash and place[way].value > 0:
            place[way].value -= 1
            return True
    return False
