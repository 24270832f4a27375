"""Building of the hash tables that ``_text_table.pxd`` looks up in."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdlib cimport calloc, free, malloc

from identify.errors import LimitError

cdef enum:
    # Besides twice as many as there are names, so that a search in a small table ends soon too.
    FREE_SLOTS = 4
    MOST_SLOTS = 0x7FFFFFFF


cdef int put_names(Block block, NameTable *table, list keys, list salts, list values, uint32_t limit,
                   list answers=None) except -1:
    """Write a table into the block; of equal keys with the same salt the first one counts.

    ``keys`` are bytes, ``salts`` and ``values`` numbers, the latter below ``limit``; ``salts`` may be None for zeros,
    ``values`` for the places in the list, which then are those of the records: a key has one even if it can't be found.
    ``answers`` has an answer for each possible value.
    """
    cdef Py_ssize_t number, count = len(keys)
    cdef uint64_t capacity = 2 * <uint64_t>count + FREE_SLOTS
    cdef uint32_t place, tag, length, salt
    cdef uint32_t kept = 0
    cdef bint present
    cdef bytes key
    cdef const NameRecord *record
    cdef uint32_t *records = NULL
    cdef NameSlot *slots = NULL
    if capacity > <uint32_t>MOST_SLOTS:
        raise LimitError(f"{count} names in one table")
    table.longest = 0
    table.limit = limit
    table.capacity = <uint32_t>capacity
    try:
        records = <uint32_t *>malloc((count + 1) * sizeof(uint32_t))
        slots = <NameSlot *>calloc(capacity, sizeof(NameSlot))
        if records == NULL or slots == NULL:
            raise MemoryError("table of names")
        for number in range(count):
            key = keys[number]
            length = <uint32_t>PyBytes_GET_SIZE(key)
            salt = salts[number] if salts is not None else 0
            tag = hash_name(<const uint8_t *>PyBytes_AS_STRING(key), length, salt)
            place = first_slot(tag, table.capacity)
            present = False
            while slots[place].record_at != 0:
                record = <const NameRecord *>(block.data + slots[place].record_at)
                if (values is not None and slots[place].tag == tag and record.salt == salt
                        and record.length == length
                        and memcmp(<const uint8_t *>record + sizeof(NameRecord), PyBytes_AS_STRING(key), length) == 0):
                    present = True
                    break
                place += 1
                if place == table.capacity:
                    place = 0
            if present:
                continue
            if length > table.longest:
                table.longest = length
            records[kept] = <uint32_t>put_record(block, key, salt)
            slots[place].tag = tag
            slots[place].record_at = records[kept]
            slots[place].value = values[number] if values is not None else <uint32_t>number
            slots[place].answer = answers[slots[place].value] if answers is not None else 0
            kept += 1
        table.count = kept
        table.texts_end = block.length
        table.records_at = block.put(records, kept * sizeof(uint32_t))
        table.slots_at = block.put(slots, capacity * sizeof(NameSlot))
    finally:
        free(records)
        free(slots)
    return 0


cdef size_t put_record(Block block, bytes key, uint32_t salt) except? 0:
    """Write a text with its record in front; returns where."""
    cdef NameRecord record
    cdef uint32_t nothing = 0
    cdef size_t offset
    record.length = <uint32_t>PyBytes_GET_SIZE(key)
    record.salt = salt
    if block.length % RECORD_ALIGNMENT:
        block.put_text(&nothing, RECORD_ALIGNMENT - block.length % RECORD_ALIGNMENT)
    offset = block.put_text(&record, sizeof(NameRecord))
    block.put_text(PyBytes_AS_STRING(key), record.length)
    return offset
