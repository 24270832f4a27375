"""What is alive at a time: fingerprints with a time and a number, bounded, the oldest forgotten first."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

cdef extern from "_fingerprint.h" nogil:
    ctypedef struct Fingerprint "sip_fingerprint":
        pass
    void sip_begin(Fingerprint *f, uint64_t key0, uint64_t key1)
    void sip_add(Fingerprint *f, const void *data, size_t length)
    void sip_add_number(Fingerprint *f, uint64_t number)
    void sip_end(Fingerprint *f, uint64_t *first, uint64_t *second)

ctypedef struct Key:
    uint64_t first
    uint64_t second

cdef enum SlotState:
    SLOT_EMPTY = 0
    SLOT_USED
    # Removed, but others were put behind it.
    SLOT_GONE

ctypedef struct RecentSlot:
    Key key
    # Nanoseconds; of what is up to the user.
    int64_t time
    uint32_t number
    uint32_t state

ctypedef struct Generation:
    RecentSlot *slots
    # A power of two, 0 before the first entry.
    size_t size
    # Slots that aren't empty, and of these the ones in use.
    size_t filled
    size_t used
    int64_t began

ctypedef struct Recent:
    Generation now
    Generation before
    # Entries of a generation, and nanoseconds that one lasts, 0 for ever.
    size_t limit
    int64_t lasting
    # Entries that were forgotten because there were too many, and for want of memory.
    uint64_t dropped

cdef void recent_begin(Recent *recent, size_t limit, int64_t lasting) noexcept nogil
cdef void recent_end(Recent *recent) noexcept nogil
cdef RecentSlot *recent_find(Recent *recent, const Key *key) noexcept nogil
cdef RecentSlot *recent_put(Recent *recent, const Key *key, int64_t time, uint32_t number) noexcept nogil
cdef void recent_remove(Recent *recent, RecentSlot *slot) noexcept nogil
cdef void recent_turn(Recent *recent, int64_t time) noexcept nogil
