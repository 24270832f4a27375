"""What was seen a short time ago, by the hash of its bytes; inline.

A table of one place for each hash, so of constant size: what is newer takes the place of what is older.  A forgotten
entry lets a copy through; a copy is never invented, but for two texts with the same 64 bits.  The seed is secret, so
that nobody can make such texts.
"""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint64_t

cdef extern from "_digest.h" nogil:
    uint64_t digest "sip_digest"(const uint8_t *data, size_t size, uint64_t seed)

cdef enum:
    PLACES = 16384

ctypedef struct Seen:
    uint64_t hash
    # Of packets: the time; of messages: how many wait for their copy.
    int64_t value

ctypedef struct Copies:
    Seen places[PLACES]


cdef inline bint seen_within(Copies *copies, uint64_t hash, int64_t time, int64_t window) noexcept nogil:
    """Was the same seen at most `window` before or after?  Remembers it with its newest time."""
    cdef Seen *place = &copies.places[(hash >> 20) & (PLACES - 1)]
    cdef bint same = place.hash == hash and -window <= time - place.value <= window
    place.hash = hash
    place.value = time
    return same


cdef inline void note(Copies *copies, uint64_t hash) noexcept nogil:
    """Remember a message that waits for its copy."""
    cdef Seen *place = &copies.places[(hash >> 20) & (PLACES - 1)]
    if place.hash != hash:
        place.hash = hash
        place.value = 0
    place.value += 1


cdef inline bint taken(Copies *copies, uint64_t hash) noexcept nogil:
    """Has a message waited for this copy?  It then waits no longer."""
    cdef Seen *place = &copies.places[(hash >> 20) & (PLACES - 1)]
    if place.hash != hash or place.value == 0:
        return False
    place.value -= 1
    return True
