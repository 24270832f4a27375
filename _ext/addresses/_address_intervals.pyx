"""Flattening of prefixes into intervals with one answer each.

Knows prefixes, signs and groups (an identify's items in one table); not ports, masks with holes or
how intervals are searched.

Strategy
1. Prefixes either nest or don't touch.  In the order (first address, length) each one comes after
   those that contain it, so the prefixes open at a point are a stack.
2. Of the open prefixes of one group the largest item decides.  It is remembered with every prefix
   when it is opened, so closing one restores what held outside in constant time.
3. The smallest matching group is kept beside a bit tree of 64 branches a level: a step is a few
   words for a million groups, and nothing is ever rebuilt, whatever matches and stops matching
   (ten thousand identifies with the same prefix, everything nested, everything negated).
4. An interval begins where the answer may change; equal neighbours are merged as they come.
"""

from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memset

from identify._compiled._address_tables cimport NO_RANK

cdef extern from * nogil:
    int lowest_bit "__builtin_ctzll"(unsigned long long word)


cdef int compare_entries(const void *first, const void *second) noexcept nogil:
    cdef const Entry *a = <const Entry *>first
    cdef const Entry *b = <const Entry *>second
    if a.table != b.table:
        return -1 if a.table < b.table else 1
    if a.first != b.first:
        return -1 if a.first < b.first else 1
    if a.length != b.length:
        return -1 if a.length < b.length else 1
    return (a.item > b.item) - (a.item < b.item)


cdef int sort_entries(Entry *entries, size_t count) except -1:
    """Sort by table, then in the order that ``flatten`` needs."""
    qsort(entries, count, sizeof(Entry), compare_entries)
    return 0


cdef int open_sweep(Sweep *sweep, size_t entries, size_t groups, const uint32_t *values) except -1:
    """Allocate for tables of up to ``entries`` entries; afterwards any number can be flattened."""
    cdef size_t total = 0
    cdef size_t words = groups
    memset(sweep, 0, sizeof(Sweep))
    while True:
        words = (words + 63) // 64
        sweep.levels[sweep.height] = total
        sweep.height += 1
        total += words
        if words <= 1:
            break
    sweep.values = values
    sweep.best = <uint32_t>NO_RANK
    sweep.stack = <Open *>malloc((entries + 1) * sizeof(Open))
    sweep.innermost = <uint32_t *>calloc(groups + 1, sizeof(uint32_t))
    sweep.bits = <uint64_t *>calloc(total + 1, sizeof(uint64_t))
    if sweep.stack == NULL or sweep.innermost == NULL or sweep.bits == NULL:
        raise MemoryError("address tables")
    return 0


cdef void close_sweep(Sweep *sweep) noexcept:
    free(sweep.stack)
    free(sweep.innermost)
    free(sweep.bits)
    memset(sweep, 0, sizeof(Sweep))


cdef inline void switch_on(Sweep *sweep, uint32_t group) noexcept nogil:
    cdef int level
    cdef uint32_t place = group
    cdef uint64_t *word
    cdef uint64_t before
    for level in range(sweep.height):
        word = &sweep.bits[sweep.levels[level] + (place >> 6)]
        before = word[0]
        word[0] = before | (<uint64_t>1 << (place & 63))
        if before:
            break
        place >>= 6
    if group < sweep.best:
        sweep.best = group


cdef inline void switch_off(Sweep *sweep, uint32_t group) noexcept nogil:
    cdef int level
    cdef uint32_t place = group
    cdef uint64_t *word
    for level in range(sweep.height):
        word = &sweep.bits[sweep.levels[level] + (place >> 6)]
        word[0] &= ~(<uint64_t>1 << (place & 63))
        if word[0]:
            break
        place >>= 6
    if group == sweep.best:
        level = sweep.height - 1
        place = 0
        if sweep.bits[sweep.levels[level]] == 0:
            sweep.best = <uint32_t>NO_RANK
            return
        while level >= 0:
            place = place << 6 | <uint32_t>lowest_bit(sweep.bits[sweep.levels[level] + place])
            level -= 1
        sweep.best = place


cdef inline void emit(Sweep *sweep, Intervals *result, uint128_t start) noexcept nogil:
    """Say that from ``start`` on the current answer holds."""
    cdef uint32_t value = 0
    cdef size_t last = result.count - 1
    if sweep.best != <uint32_t>NO_RANK:
        value = sweep.values[sweep.best]
    if result.starts[last] == start:
        if last > 0 and result.values[last - 1] == value:
            result.count = last
        else:
            result.values[last] = value
    elif result.values[last] != value:
        result.starts[last + 1] = start
        result.values[last + 1] = value
        result.count = last + 2


cdef inline void open_prefix(Sweep *sweep, Open *top, uint32_t position, const Entry *entry) noexcept nogil:
    cdef uint32_t outer = sweep.innermost[entry.group]
    cdef uint32_t matched = 0
    top.last = entry.last
    top.group = entry.group
    top.item = entry.item
    top.matches = not entry.negated
    top.outer = outer
    if outer:
        matched = sweep.stack[outer - 1].matches
        if sweep.stack[outer - 1].item > entry.item:
            top.item = sweep.stack[outer - 1].item
            top.matches = matched
    sweep.innermost[entry.group] = position + 1
    if top.matches and not matched:
        switch_on(sweep, entry.group)
    elif matched and not top.matches:
        switch_off(sweep, entry.group)


cdef inline void close_prefix(Sweep *sweep, const Open *top) noexcept nogil:
    cdef uint32_t matched = 0
    if top.outer:
        matched = sweep.stack[top.outer - 1].matches
    sweep.innermost[top.group] = top.outer
    if matched and not top.matches:
        switch_on(sweep, top.group)
    elif top.matches and not matched:
        switch_off(sweep, top.group)


cdef void flatten(
    Sweep *sweep, const Entry *entries, size_t count, uint128_t largest, Intervals *result
) noexcept nogil:
    """Turn the sorted entries of one table into intervals; there are at most 2 * count + 1."""
    cdef size_t depth = 0
    cdef size_t i
    cdef uint128_t last
    result.starts[0] = 0
    result.values[0] = 0
    result.count = 1
    for i in range(count):
        while depth > 0 and sweep.stack[depth - 1].last < entries[i].first:
            depth -= 1
            last = sweep.stack[depth].last
            close_prefix(sweep, &sweep.stack[depth])
            emit(sweep, result, last + 1)
        open_prefix(sweep, &sweep.stack[depth], <uint32_t>depth, &entries[i])
        depth += 1
        emit(sweep, result, entries[i].first)
    while depth > 0:
        depth -= 1
        last = sweep.stack[depth].last
        close_prefix(sweep, &sweep.stack[depth])
        if last != largest:
            emit(sweep, result, last + 1)
