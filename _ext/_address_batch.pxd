"""Many look-ups in the address tables at once, inline for the batch loops.

Knows how to overlap the waits for memory of independent look-ups; the tables and what an answer is are those of
``_address_tables``, on whose walks it stands.

Strategy
1. Addresses are taken in blocks.  Each stage does one access for every address of a block and prefetches what the
   next one reads, so the waits of a block overlap; none of its branches hides a load from the processor.
2. Stages of a trie: the entry in its root, then one node for those that aren't through yet, then the leaf, by the
   ordinary walk from there.  Stages of a hash: its slots, then the comparisons; what isn't in it walks the trie.
3. Ports and masks are the same for many addresses or rare: only the second trie's walk is staged.
"""

from libc.stddef cimport size_t
from libc.stdint cimport int32_t, uint16_t, uint32_t, uint64_t

from identify._address_tables cimport (
    KIND_NODE, KIND_SHIFT, LEAF4_BOUNDARIES_AT, NODE4_MASK, NODE4_SHIFT, PAYLOAD_MASK, AddressTables, Host4, Host6,
    find_v6, hash_v4, hash_v6, port_root, search_masks, smaller, table_part, walk_v4,
)

cdef extern from *:
    """
    #define identify_prefetch(at) __builtin_prefetch((const void *)(at))
    """
    void prefetch "identify_prefetch"(const void *at) noexcept nogil

cdef enum:
    # Addresses of a block: enough waits to overlap, few enough for the first level cache.
    BLOCK = 64
    # Bytes from a leaf's first values to its boundaries, which may lie on the next cache line.
    LEAF4_BYTES = 4 * LEAF4_BOUNDARIES_AT


cdef inline const uint32_t *target_v4(const uint32_t *words, uint32_t entry, uint32_t low) noexcept nogil:
    """Return where the walk from an entry reads next; for a value, which ends it, somewhere harmless."""
    cdef uint64_t node = (<uint64_t>(entry & <uint32_t>NODE4_MASK) << 4) + (low >> ((entry >> NODE4_SHIFT) & 31))
    cdef uint64_t leaf = entry & <uint32_t>PAYLOAD_MASK
    cdef uint32_t kind = entry >> KIND_SHIFT
    return words + (node if kind == <uint32_t>KIND_NODE else leaf if kind else 0)


cdef inline void walk_block_v4(const uint32_t *words, uint32_t *entries, uint32_t *lows, size_t count) noexcept nogil:
    """Replace entries by the values that ``walk_v4`` finds below them; ``lows`` are used up."""
    cdef const uint32_t *target
    cdef uint32_t shift, step
    cdef size_t i
    for step in range(2):
        for i in range(count):
            if entries[i] >= <uint32_t>KIND_NODE << KIND_SHIFT:
                shift = (entries[i] >> NODE4_SHIFT) & 31
                entries[i] = words[(<uint64_t>(entries[i] & <uint32_t>NODE4_MASK) << 4) + (lows[i] >> shift)]
                lows[i] &= (<uint32_t>1 << shift) - 1
                target = target_v4(words, entries[i], lows[i])
                prefetch(target)
                prefetch(<const char *>target + LEAF4_BYTES)
    for i in range(count):
        entries[i] = walk_v4(words, entries[i], lows[i])


cdef inline void base_block_v4(
    const AddressTables *tables, const uint32_t *addresses, size_t count, uint32_t *values
) noexcept nogil:
    """Set the values that the items without port give."""
    cdef const uint32_t *words = <const uint32_t *>table_part(tables, tables.v4.words_at)
    cdef const Host4 *hosts
    cdef const Host4 *host
    cdef uint32_t places[BLOCK]
    cdef uint32_t entries[BLOCK]
    cdef uint32_t lows[BLOCK]
    cdef size_t i, missing = 0
    if tables.v4.host_capacity == 0:
        for i in range(count):
            values[i] = tables.v4.root
            lows[i] = addresses[i]
        walk_block_v4(words, values, lows, count)
        return
    hosts = <const Host4 *>table_part(tables, tables.v4.hosts_at)
    for i in range(count):
        places[i] = hash_v4(addresses[i], tables.v4.host_capacity)
        prefetch(hosts + places[i])
    for i in range(count):
        host = hosts + places[i]
        while host.value != 0 and host.address != addresses[i]:
            host += 1
        values[i] = host.value - 1
        # Whether it is missing is anyone's guess, so nothing branches on it.
        places[missing] = <uint32_t>i
        lows[missing] = addresses[i]
        missing += host.value == 0
    if missing == 0:
        return
    for i in range(missing):
        entries[i] = tables.v4.root
    walk_block_v4(words, entries, lows, missing)
    for i in range(missing):
        values[places[i]] = entries[i]


cdef inline void find_block_v4(
    const AddressTables *tables, const uint32_t *addresses, const uint16_t *ports, uint16_t port, size_t count,
    int32_t *ranks
) noexcept nogil:
    """Set what ``find_v4`` returns for each of at most BLOCK addresses; ``port`` is that of all if ``ports`` is NULL."""
    cdef const uint32_t *words = <const uint32_t *>table_part(tables, tables.v4.words_at)
    cdef uint32_t values[BLOCK]
    cdef uint32_t entries[BLOCK]
    cdef uint32_t lows[BLOCK]
    cdef uint32_t root
    cdef size_t i
    base_block_v4(tables, addresses, count, values)
    if tables.v4.extras:
        root = tables.v4.default_root
        if tables.v4.port_mask and ports == NULL:
            root = port_root(tables, &tables.v4, port)
        for i in range(count):
            entries[i] = root
            lows[i] = addresses[i]
        if tables.v4.port_mask and ports != NULL:
            for i in range(count):
                entries[i] = port_root(tables, &tables.v4, ports[i])
        walk_block_v4(words, entries, lows, count)
        for i in range(count):
            values[i] = smaller(values[i] - 1, entries[i] - 1) + 1
        if tables.v4.mask_count:
            for i in range(count):
                values[i] = search_masks(tables, &tables.v4, 0, addresses[i], port if ports == NULL else ports[i],
                                         values[i] - 1) + 1
    for i in range(count):
        ranks[i] = <int32_t>(values[i] - 1)


cdef inline void find_block_v6(
    const AddressTables *tables, const uint64_t *highs, const uint64_t *lows, const uint16_t *ports, uint16_t port,
    size_t count, int32_t *ranks
) noexcept nogil:
    """Set what ``find_v6`` returns for each of at most BLOCK addresses; ``port`` is that of all if ``ports`` is NULL."""
    cdef const Host6 *hosts
    cdef size_t i
    if tables.v6.host_capacity:
        hosts = <const Host6 *>table_part(tables, tables.v6.hosts_at)
        for i in range(count):
            prefetch(hosts + hash_v6(highs[i], lows[i], tables.v6.host_capacity))
    for i in range(count):
        ranks[i] = find_v6(tables, highs[i], lows[i], port if ports == NULL else ports[i])
