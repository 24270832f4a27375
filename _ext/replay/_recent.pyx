"""What is alive at a time: transactions, dialogs, counted sources.  Bounded, and the oldest is forgotten first.

Knows fingerprints with a time and a number; not of what they are, nor when an entry is too old to be of use.

Strategy
1. Two hash tables with open addressing, *generations*.  New entries go to the younger one; an entry that is found in
   the older one moves over.  When the younger one is full, or has lasted its time, the older one is thrown away and
   takes its place: what goes is what nothing asked for since the last turn.
2. So an entry is kept for at least one full generation after it was last put or found, and nothing is ever sorted.
3. What is thrown away only because the generation was full is counted.
"""

from libc.stdint cimport int64_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

cdef enum:
    FIRST_SIZE = 256


cdef void recent_begin(Recent *recent, size_t limit, int64_t lasting) noexcept nogil:
    """Make an empty one; nothing is allocated."""
    memset(recent, 0, sizeof(Recent))
    recent.limit = limit
    recent.lasting = lasting
    recent.now.began = -1


cdef void recent_end(Recent *recent) noexcept nogil:
    """Free all of it."""
    free(recent.now.slots)
    free(recent.before.slots)
    memset(recent, 0, sizeof(Recent))


cdef RecentSlot *place_of(Generation *generation, const Key *key) noexcept nogil:
    """The slot of a key, or the empty one at which the search ends; there always is one."""
    cdef size_t mask = generation.size - 1
    cdef size_t i = <size_t>key.first & mask
    cdef RecentSlot *slot
    while True:
        slot = &generation.slots[i]
        if slot.state == <uint32_t>SLOT_EMPTY:
            return slot
        if slot.state == <uint32_t>SLOT_USED and slot.key.first == key.first and slot.key.second == key.second:
            return slot
        i = (i + 1) & mask


cdef bint make_room(Generation *generation) noexcept nogil:
    """Keep at least half of the slots empty; False for want of memory."""
    cdef Generation larger
    cdef size_t i
    if (generation.filled + 1) * 2 <= generation.size:
        return True
    larger = generation[0]
    # What was removed is left behind, so the size may stay.
    larger.size = generation.size if generation.size else <size_t>FIRST_SIZE
    while (generation.used + 1) * 3 > larger.size:
        larger.size *= 2
    larger.slots = <RecentSlot *>calloc(larger.size, sizeof(RecentSlot))
    if larger.slots == NULL:
        return False
    for i in range(generation.size):
        if generation.slots[i].state == <uint32_t>SLOT_USED:
            place_of(&larger, &generation.slots[i].key)[0] = generation.slots[i]
    larger.filled = generation.used
    free(generation.slots)
    generation[0] = larger
    return True


cdef void remove_from(Generation *generation, RecentSlot *slot) noexcept nogil:
    slot.state = <uint32_t>SLOT_GONE
    generation.used -= 1


cdef void turn(Recent *recent, int64_t time, bint counted) noexcept nogil:
    cdef Generation emptied = recent.before
    if counted:
        recent.dropped += recent.before.used
    recent.before = recent.now
    recent.now = emptied
    if recent.now.slots != NULL:
        memset(recent.now.slots, 0, recent.now.size * sizeof(RecentSlot))
    recent.now.filled = recent.now.used = 0
    recent.now.began = time


cdef void recent_turn(Recent *recent, int64_t time) noexcept nogil:
    """Let a generation end whose time is over; to be called before the others, with the present time."""
    if recent.now.began < 0:
        recent.now.began = time
    elif recent.lasting and (time - recent.now.began > recent.lasting or recent.now.began - time > recent.lasting):
        turn(recent, time, False)


cdef RecentSlot *recent_find(Recent *recent, const Key *key) noexcept nogil:
    """The entry of a key, NULL where there is none; valid until the next call."""
    cdef RecentSlot *slot
    cdef RecentSlot *moved
    if recent.now.size:
        slot = place_of(&recent.now, key)
        if slot.state == <uint32_t>SLOT_USED:
            return slot
    if not recent.before.used:
        return NULL
    slot = place_of(&recent.before, key)
    if slot.state != <uint32_t>SLOT_USED:
        return NULL
    if not make_room(&recent.now):
        return slot
    moved = place_of(&recent.now, key)
    moved[0] = slot[0]
    recent.now.filled += 1
    recent.now.used += 1
    remove_from(&recent.before, slot)
    return moved


cdef RecentSlot *recent_put(Recent *recent, const Key *key, int64_t time, uint32_t number) noexcept nogil:
    """Set the entry of a key; NULL, and it is counted as dropped, for want of memory."""
    cdef RecentSlot *slot = recent_find(recent, key)
    if slot == NULL:
        if recent.now.used >= recent.limit:
            turn(recent, time, True)
        if not make_room(&recent.now):
            recent.dropped += 1
            return NULL
        slot = place_of(&recent.now, key)
        recent.now.filled += 1
        recent.now.used += 1
        slot.key = key[0]
        slot.state = <uint32_t>SLOT_USED
    slot.time = time
    slot.number = number
    return slot


cdef void recent_remove(Recent *recent, RecentSlot *slot) noexcept nogil:
    """Forget the entry that ``recent_find`` has just returned."""
    if recent.now.size and recent.now.slots <= slot < recent.now.slots + recent.now.size:
        remove_from(&recent.now, slot)
    else:
        remove_from(&recent.before, slot)
