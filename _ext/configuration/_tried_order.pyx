"""The order in which identify objects are tried, see ``Release.arranged`` of ``identify/config/releases.py``.

Knows ids, and where objects are in their file; not what they are otherwise.

Strategy
1. An id becomes a number of 64 bits, what all ids begin with being left out, so that most comparisons need no text.
2. These are merged; ids that are in order already aren't.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from identify._compiled._plain_identifies cimport PlainIdentifies

from array import array

cdef enum:
    FIRST_HASH = 5381
    HASH_MASK = 0x7FFFFFFF
    # The hash buckets of identify objects that wizards made.
    WIZARD_BUCKETS = 53
    KEY_BYTES = 8

cdef struct Id:
    const char *text
    size_t length

cdef struct Entry:
    uint64_t key
    uint32_t code

# What the sorting of entries works on.
cdef struct Ids:
    Id *at
    size_t count
    # Of these many bytes all are equal.
    size_t shared
    Entry *entries
    Entry *others


def tried_order(PlainIdentifies plain, list configured not None, sections not None, list made not None,
                uint32_t buckets):
    """Return the order in which identify objects are tried, as an array of uint32.

    These are the objects in ``plain``, then the ``configured`` ones, ids whose ``sections`` are ascending, then those
    ``made`` by wizards; numbers count through all of them.  With ``buckets`` they are distributed to so many by a hash
    of their ids, without they are sorted by them, and one that is made gives way to another of the same id.
    """
    cdef Ids ids
    cdef size_t plain_count = plain.count if plain is not None else 0
    cdef size_t first_made = plain_count + <size_t>len(configured)
    cdef size_t i, kept
    cdef uint32_t[::1] written
    cdef uint32_t[::1] positions
    ids.shared = 0
    ids.count = first_made + <size_t>len(made)
    if ids.count >= 0x7FFFFFFF:
        raise MemoryError("identify objects")
    ids.at = <Id *>malloc((ids.count + 1) * sizeof(Id))
    ids.entries = <Entry *>malloc((ids.count + 1) * sizeof(Entry))
    ids.others = <Entry *>malloc((ids.count + 1) * sizeof(Entry))
    try:
        if ids.at == NULL or ids.entries == NULL or ids.others == NULL:
            raise MemoryError("identify objects")
        for i in range(plain_count):
            put_text(plain, i, &ids.at[i])
        for i, name in enumerate(configured):
            put_id(name, &ids.at[plain_count + i])
        for i, name in enumerate(made):
            put_id(name, &ids.at[first_made + i])
        for i in range(ids.count):
            ids.entries[i].code = <uint32_t>i
        if buckets:
            for i in range(plain_count):
                ids.entries[i].key = bucket_key(&ids.at[i], buckets, plain.at[i].section)
            if configured:
                positions = sections
                if positions.shape[0] != len(configured):
                    raise ValueError(f"{positions.shape[0]} sections of {len(configured)} objects")
                for i in range(<size_t>len(configured)):
                    ids.entries[plain_count + i].key = bucket_key(&ids.at[plain_count + i], buckets, positions[i])
            for i in range(first_made, ids.count):
                ids.entries[i].key = <uint64_t>1 << 63 | bucket_key(&ids.at[i], WIZARD_BUCKETS, <uint32_t>i)
        with nogil:
            if not buckets:
                put_keys(&ids)
            sort(&ids, buckets == 0)
            kept = ids.count if buckets else without_copies(&ids)
        found = array("I", bytes(kept * sizeof(uint32_t)))
        if kept:
            written = found
            for i in range(kept):
                written[i] = ids.entries[i].code
        return found
    finally:
        free(ids.at)
        free(ids.entries)
        free(ids.others)


def marked(order not None, bytes marks not None):
    """Return the places of an order whose numbers have a byte other than 0 in ``marks``, as an array of uint32."""
    cdef const uint32_t[::1] numbers
    cdef const uint8_t *mark = <const uint8_t *>PyBytes_AS_STRING(marks)
    cdef size_t size = <size_t>PyBytes_GET_SIZE(marks)
    cdef uint32_t[::1] written
    cdef size_t i, count, kept = 0
    found = array("I")
    if not len(order):
        return found
    numbers = order
    count = <size_t>numbers.shape[0]
    for i in range(count):
        kept += numbers[i] < size and mark[numbers[i]] != 0
    if not kept:
        return found
    found = array("I", bytes(kept * sizeof(uint32_t)))
    written = found
    kept = 0
    for i in range(count):
        if numbers[i] < size and mark[numbers[i]] != 0:
            written[kept] = <uint32_t>i
            kept += 1
    return found


cdef inline int put_id(name, Id *id) except -1:
    id.text = PyBytes_AS_STRING(<bytes?>name)
    id.length = <size_t>PyBytes_GET_SIZE(name)
    return 0


cdef inline void put_text(PlainIdentifies plain, size_t number, Id *id) noexcept nogil:
    cdef uint32_t text = plain.sections.sections[plain.at[number].section].name
    id.text = plain.sections.texts.start(text)
    id.length = plain.sections.texts.length(text)


cdef inline uint64_t bucket_key(const Id *id, uint32_t buckets, uint32_t position) noexcept nogil:
    """By bucket, and within one by position."""
    cdef uint32_t value = FIRST_HASH
    cdef size_t i
    for i in range(id.length):
        value = value * 33 ^ <uint8_t>id.text[i]
    return <uint64_t>((value & HASH_MASK) % buckets) << 32 | position


cdef void put_keys(Ids *ids) noexcept nogil:
    """Let an entry's key be the first bytes of its id in which ids differ."""
    cdef const Id *id
    cdef size_t i, j
    cdef uint64_t key
    ids.shared = ids.at[0].length if ids.count else 0
    for i in range(1, ids.count):
        id = &ids.at[i]
        if id.length < ids.shared:
            ids.shared = id.length
        j = 0
        while j < ids.shared and id.text[j] == ids.at[0].text[j]:
            j += 1
        ids.shared = j
    for i in range(ids.count):
        id = &ids.at[i]
        key = 0
        for j in range(<size_t>KEY_BYTES):
            key <<= 8
            if ids.shared + j < id.length:
                key |= <uint8_t>id.text[ids.shared + j]
        ids.entries[i].key = key


cdef inline int compare_ids(const Ids *ids, const Entry *one, const Entry *other) noexcept nogil:
    """Compare the ids of two entries with the same key."""
    cdef const Id *first = &ids.at[one.code]
    cdef const Id *second = &ids.at[other.code]
    cdef size_t length = first.length if first.length < second.length else second.length
    cdef int found = 0
    if length > ids.shared:
        found = memcmp(first.text + ids.shared, second.text + ids.shared, length - ids.shared)
    if found != 0:
        return found
    return -1 if first.length < second.length else 1 if first.length > second.length else 0


cdef inline bint in_order(const Ids *ids, const Entry *one, const Entry *other, bint by_id) noexcept nogil:
    """Whether one entry may stand before another."""
    cdef int found
    if one.key != other.key:
        return one.key < other.key
    if by_id:
        found = compare_ids(ids, one, other)
        if found != 0:
            return found < 0
    return one.code < other.code


cdef void sort(Ids *ids, bint by_id) noexcept nogil:
    """Sort the entries by merging runs, each twice as long as before."""
    cdef size_t width = 1
    cdef size_t begin, middle, end
    cdef Entry *moved
    cdef bint sorted = True
    for begin in range(1, ids.count):
        if not in_order(ids, &ids.entries[begin - 1], &ids.entries[begin], by_id):
            sorted = False
            break
    if sorted:
        return
    while width < ids.count:
        begin = 0
        while begin < ids.count:
            middle = begin + width if begin + width < ids.count else ids.count
            end = middle + width if middle + width < ids.count else ids.count
            merge(ids, begin, middle, end, by_id)
            begin = end
        moved = ids.entries
        ids.entries = ids.others
        ids.others = moved
        width *= 2


cdef void merge(Ids *ids, size_t begin, size_t middle, size_t end, bint by_id) noexcept nogil:
    """Write two neighbouring runs as one."""
    cdef const Entry *entries = ids.entries
    cdef size_t left = begin, right = middle, at = begin
    if middle == end or in_order(ids, &entries[middle - 1], &entries[middle], by_id):
        memcpy(&ids.others[begin], &entries[begin], (end - begin) * sizeof(Entry))
        return
    while left < middle and right < end:
        if in_order(ids, &entries[left], &entries[right], by_id):
            ids.others[at] = entries[left]
            left += 1
        else:
            ids.others[at] = entries[right]
            right += 1
        at += 1
    memcpy(&ids.others[at], &entries[left], (middle - left) * sizeof(Entry))
    memcpy(&ids.others[at + middle - left], &entries[right], (end - right) * sizeof(Entry))


cdef size_t without_copies(Ids *ids) noexcept nogil:
    """Leave out entries with the id of the one before, and return how many there are."""
    cdef size_t kept = 0
    cdef size_t i
    for i in range(ids.count):
        if kept and ids.entries[i].key == ids.entries[kept - 1].key and \
                compare_ids(ids, &ids.entries[i], &ids.entries[kept - 1]) == 0:
            continue
        ids.entries[kept] = ids.entries[i]
        kept += 1
    return kept
