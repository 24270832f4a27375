"""Building of the hash tables that ``_names.pxd`` looks up in."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdlib cimport calloc, free, malloc


cdef int put_names(Block block, NameTable *table, list keys, list salts, list values, uint32_t limit) except -1:
    """Write a table into the block; of equal keys with the same salt the first one counts.

    ``keys`` are bytes, ``salts`` and ``values`` numbers, the latter below ``limit``; ``salts`` may be None for zeros,
    ``values`` for the places in the list, which then are those of the entries: a key has one even if it can't be found.
    """
    cdef Py_ssize_t number, count = len(keys)
    cdef uint32_t capacity = 4
    cdef uint32_t slot, tag, place
    cdef uint32_t kept = 0
    cdef bint present
    cdef bytes key
    cdef Entry *entries = NULL
    cdef Slot *slots = NULL
    table.longest = 0
    table.limit = limit
    while capacity < 2 * count:
        capacity *= 2
    table.mask = capacity - 1
    try:
        entries = <Entry *>malloc((count + 1) * sizeof(Entry))
        slots = <Slot *>calloc(capacity, sizeof(Slot))
        if entries == NULL or slots == NULL:
            raise MemoryError("table of names")
        for number in range(count):
            key = keys[number]
            entries[kept].length = <uint32_t>PyBytes_GET_SIZE(key)
            entries[kept].salt = salts[number] if salts is not None else 0
            entries[kept].value = values[number] if values is not None else <uint32_t>number
            tag = hash_name(<const uint8_t *>PyBytes_AS_STRING(key), entries[kept].length, entries[kept].salt)
            slot = tag & table.mask
            present = False
            while slots[slot].entry != 0:
                place = slots[slot].entry - 1
                if (values is not None and slots[slot].tag == tag and entries[place].salt == entries[kept].salt
                        and entries[place].length == entries[kept].length
                        and memcmp(block.data + entries[place].text_at, PyBytes_AS_STRING(key),
                                   entries[kept].length) == 0):
                    present = True
                    break
                slot = (slot + 1) & table.mask
            if present:
                continue
            entries[kept].text_at = <uint32_t>block.put_text(PyBytes_AS_STRING(key), entries[kept].length)
            if entries[kept].length > table.longest:
                table.longest = entries[kept].length
            slots[slot].tag = tag
            kept += 1
            slots[slot].entry = kept
        table.count = kept
        table.texts_end = block.length
        table.entries_at = block.put(entries, kept * sizeof(Entry))
        table.slots_at = block.put(slots, capacity * sizeof(Slot))
    finally:
        free(entries)
        free(slots)
    return 0
