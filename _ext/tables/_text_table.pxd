"""Hash tables from text to a number, inside a block of compiled tables.

Knows bytes and salts; not what they name.  A key is a text with a number beside it, the *salt*: one table holds
the values of all headers, with the header's number as salt.

Strategy
1. Open addressing, at most half full, slots of sixteen bytes that never lie in two lines of the cache: 32 bits of the
   hash, where the text is, and what is asked for.  A look-up that finds nothing reads one slot, mostly; one that finds
   something one slot and its text, and nothing that depends on the answer has to wait for the text.
2. The hash takes eight bytes a step.  It isn't keyed: the tables never change, so who chooses the texts that are
   looked up can't make chains longer than the configuration has made them.
3. A table that was read from a file may say anything: whatever it says, a look-up ends, reads nothing outside of the
   block and returns no value that isn't below ``limit``.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp

from identify._compiled._block cimport Block
from identify._compiled._text cimport sip_rest_word, sip_word_at

cdef enum:
    NO_NAME = 0xFFFFFFFF
    RECORD_ALIGNMENT = 4

cdef struct NameSlot:
    uint32_t tag
    # Of the record; 0, where the block's header is, for a free slot.
    uint32_t record_at
    uint32_t value
    # The answer that the value stands for, in tables that have one.
    int32_t answer

# Stands before the bytes of each text, at a multiple of RECORD_ALIGNMENT.
cdef struct NameRecord:
    uint32_t length
    uint32_t salt

cdef struct NameTable:
    uint64_t slots_at
    # Where the record of each text is, by its number.
    uint64_t records_at
    # Of slots, at least one.
    uint32_t capacity
    uint32_t count
    # Bytes of the longest text, so that longer ones needn't be looked at.
    uint32_t longest
    # All values are below.
    uint32_t limit
    # Bytes of the block's beginning in which the records are.
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


cdef inline uint32_t first_slot(uint32_t tag, uint32_t capacity) noexcept nogil:
    """Where the search for a hash begins: its share of all hashes, so that any capacity will do."""
    return <uint32_t>(<uint64_t>tag * capacity >> 32)


cdef inline const NameSlot *find_slot(const void *base, const NameTable *table, const uint8_t *text, uint32_t length,
                                      uint32_t salt) noexcept nogil:
    """Return the slot of a text, NULL where it isn't in the table; ``base`` is the block."""
    cdef const NameSlot *slots = <const NameSlot *>(<const uint8_t *>base + table.slots_at)
    cdef const NameSlot *slot
    cdef const NameRecord *record
    cdef uint32_t tag, place, _probe
    if length > table.longest or table.count == 0:
        return NULL
    tag = hash_name(text, length, salt)
    place = first_slot(tag, table.capacity)
    for _probe in range(table.capacity):
        slot = &slots[place]
        if slot.record_at == 0:
            break
        if slot.tag == tag and <uint64_t>slot.record_at + sizeof(NameRecord) + length <= table.texts_end:
            record = <const NameRecord *>(<const uint8_t *>base + (slot.record_at & ~<uint32_t>(RECORD_ALIGNMENT - 1)))
            if (record.length == length and record.salt == salt
                    and memcmp(<const uint8_t *>record + sizeof(NameRecord), text, length) == 0):
                return slot if slot.value < table.limit else NULL
        place += 1
        if place == table.capacity:
            place = 0
    return NULL


cdef inline uint32_t find_name(const void *base, const NameTable *table, const uint8_t *text, uint32_t length,
                               uint32_t salt) noexcept nogil:
    """Return the value of a text, NO_NAME where it isn't in the table; ``base`` is the block."""
    cdef const NameSlot *slot = find_slot(base, table, text, length, salt)
    return slot.value if slot != NULL else <uint32_t>NO_NAME


cdef int put_names(Block block, NameTable *table, list keys, list salts, list values, uint32_t limit,
                   list answers=*) except -1
