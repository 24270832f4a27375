"""Hash tables from text to a number, inside a block of compiled tables.

Knows bytes and salts; not what they name.  A key is a text with a number beside it, the *salt*: one table holds
the values of all headers, with the header's number as salt.

Strategy
1. Open addressing, at most half full, slots of eight bytes: 32 bits of the hash beside the entry's number, so
   that a look-up that finds nothing reads one slot, mostly, and one that finds something one entry and its text.
2. The hash takes eight bytes a step.  It isn't keyed: the tables never change, so who chooses the texts that are
   looked up can't make chains longer than the configuration has made them.
3. A table that was read from a file may say anything: whatever it says, a look-up ends, reads nothing outside of the
   block and returns no value that isn't below ``limit``.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp

from identify._block cimport Block
from identify._text cimport sip_rest_word, sip_word_at

cdef enum:
    NO_NAME = 0xFFFFFFFF

cdef struct Slot:
    uint32_t tag
    # Number of the entry + 1; 0 is a free slot.
    uint32_t entry

cdef struct Entry:
    uint32_t text_at
    uint32_t length
    uint32_t salt
    uint32_t value

cdef struct NameTable:
    uint64_t slots_at
    uint64_t entries_at
    uint32_t mask
    uint32_t count
    # Bytes of the longest text, so that longer ones needn't be looked at.
    uint32_t longest
    # All values are below.
    uint32_t limit
    # Bytes of the block's beginning in which the texts are.
    uint64_t texts_end


cdef inline uint32_t hash_name(const uint8_t *text, uint32_t length, uint32_t salt) noexcept nogil:
    cdef uint64_t mixed = (<uint64_t>salt << 32 | length) * <uint64_t>0x9E3779B97F4A7C15
    cdef uint64_t word
    cdef uint32_t size = length
    while length >= 8:
        word = sip_word_at(text)
        mixed = (mixed ^ word) * <uint64_t>0xFF51AFD7ED558CCD
        mixed ^= mixed >> 32
        text += 8
        length -= 8
    if length:
        word = sip_rest_word(text + length, length, size)
        mixed = (mixed ^ word) * <uint64_t>0xFF51AFD7ED558CCD
        mixed ^= mixed >> 32
    mixed *= <uint64_t>0xC4CEB9FE1A85EC53
    return <uint32_t>(mixed >> 32)


cdef inline uint32_t find_name(const void *base, const NameTable *table, const uint8_t *text, uint32_t length,
                               uint32_t salt) noexcept nogil:
    """Return the value of a text, NO_NAME where it isn't in the table; ``base`` is the block."""
    cdef const Slot *slots = <const Slot *>(<const uint8_t *>base + table.slots_at)
    cdef const Entry *entries = <const Entry *>(<const uint8_t *>base + table.entries_at)
    cdef const Entry *entry
    cdef uint32_t tag, slot
    cdef uint64_t _probe
    if length > table.longest or table.count == 0:
        return <uint32_t>NO_NAME
    tag = hash_name(text, length, salt)
    slot = tag & table.mask
    for _probe in range(<uint64_t>table.mask + 1):
        if slots[slot].entry == 0:
            break
        if slots[slot].tag == tag and slots[slot].entry <= table.count:
            entry = &entries[slots[slot].entry - 1]
            if (entry.length == length and entry.salt == salt
                    and <uint64_t>entry.text_at + length <= table.texts_end
                    and memcmp(<const uint8_t *>base + entry.text_at, text, length) == 0):
                return entry.value if entry.value < table.limit else <uint32_t>NO_NAME
        slot = (slot + 1) & table.mask
    return <uint32_t>NO_NAME


cdef int put_names(Block block, NameTable *table, list keys, list salts, list values, uint32_t limit) except -1
