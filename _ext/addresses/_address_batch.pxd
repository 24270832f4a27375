"""Many look-ups in the address tables at once, inline for the batch loops.

Knows how to overlap the waits for memory of independent look-ups; the tables and what an answer is are those of
``_address_tables``, whose walks it uses.

Strategy
1. Addresses are taken in blocks, in stages: each reads one thing for every address of a block and prefetches what the
   next one reads, so that the waits of a block overlap.
2. No stage branches on what it finds, since that is anyone's guess: it selects, and writes the numbers of those that
   aren't through yet into a list for the next one.
3. Stages of a trie: the entry in its root; the leaf, if it is a small one; for the rest one more node, and then the
   ordinary walk from there.  Stages of a hash: its slot; the comparison with that and the next one; for the rest the
   ordinary probing.  What the hash doesn't have walks the trie.  In a small trie there is nothing to wait for: root and
   leaf are one stage if most addresses of a block seem to need both.
4. Ports and masks are the same for many addresses or rare: only the walks of the second trie are staged.
"""

from libc.stddef cimport size_t
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t

from identify._compiled._address_tables cimport (
    KIND_NODE, KIND_SHIFT, KIND_SMALL, KIND_WIDE, LEAF4_BOUNDARIES_AT, NODE4_MASK, NODE4_SHIFT, PAYLOAD_MASK,
    AddressTables, Host4, Host6, count_small, find_v6, hash_v4, hash_v6, port_root, search_masks, smaller,
    table_part, walk_v4,
)

cdef extern from *:
    """
    #define identify_prefetch(at) __builtin_prefetch((const void *)(at))
    """
    void prefetch "identify_prefetch"(const void *at) noexcept nogil

cdef enum:
    # Addresses of a block: enough waits to overlap, few enough for the first level cache.
    BLOCK = 64
    # A trie of this many words (512 KiB) stays in the second level cache, where stages cost more than they give.
    NEAR_WORDS = 131072
    # Addresses that say whether most of a block will end in leaves.
    SAMPLE = 8


cdef inline bint is_node_v4(uint32_t entry) noexcept nogil:
    """Whether an entry leads to an array of entries."""
    return entry >= <uint32_t>KIND_NODE << KIND_SHIFT and ((entry >> NODE4_SHIFT) & 31) != 31


cdef inline uint32_t step_v4(const uint32_t *words, uint32_t entry, uint32_t *low) noexcept nogil:
    """Return the entry that a node has for an address, and leave of ``low`` what isn't consumed."""
    cdef uint32_t shift = (entry >> NODE4_SHIFT) & 31
    cdef uint32_t next_entry = words[(<uint64_t>(entry & <uint32_t>NODE4_MASK) << 4) + (low[0] >> shift)]
    low[0] &= (<uint32_t>1 << shift) - 1
    return next_entry


cdef inline uint32_t small_mask(uint32_t entry) noexcept nogil:
    """Return all bits for a small leaf, none for anything else."""
    return <uint32_t>0 - <uint32_t>(entry >> KIND_SHIFT == <uint32_t>KIND_SMALL)


cdef inline void prefetch_leaf_v4(const uint32_t *words, uint32_t entry) noexcept nogil:
    """Prefetch a small leaf, which lies on one cache line; for anything else a line that is always there."""
    prefetch(words + (entry & <uint32_t>PAYLOAD_MASK & small_mask(entry)) + LEAF4_BOUNDARIES_AT)


cdef inline uint32_t leaf_or_entry(const uint32_t *words, uint32_t entry, uint16_t low) noexcept nogil:
    """Return the value that a small leaf has for the bits that are left of an address; anything else as it is."""
    cdef uint32_t mask = small_mask(entry)
    # The first line of the words is nobody's, so it can be read in place of a leaf.
    cdef uint32_t place = entry & <uint32_t>PAYLOAD_MASK & mask
    return (words[place + count_small(words + place + LEAF4_BOUNDARIES_AT, low)] & mask) | (entry & ~mask)


cdef inline void end_nodes_v4(
    const uint32_t *words, uint32_t *entries, const uint32_t *addresses, uint32_t kept, const uint8_t *pending,
    size_t left
) noexcept nogil:
    """Replace the entries whose numbers are pending, none a small leaf, as ``end_block_v4`` does."""
    cdef uint32_t lows[BLOCK]
    cdef size_t i, k
    for k in range(left):
        i = pending[k]
        lows[i] = addresses[i] & kept
        if is_node_v4(entries[i]):
            entries[i] = step_v4(words, entries[i], &lows[i])
            prefetch_leaf_v4(words, entries[i])
    for k in range(left):
        i = pending[k]
        entries[i] = walk_v4(words, entries[i], lows[i])


cdef inline void end_block_v4(
    const uint32_t *words, uint32_t *entries, const uint32_t *addresses, uint32_t kept, uint8_t *pending, size_t left
) noexcept nogil:
    """Replace the entries whose numbers are pending by the values that ``walk_v4`` finds below them.

    ``kept`` are the bits of an address that aren't consumed yet.  ``pending`` is used up.
    """
    cdef size_t i, k, count = left
    cdef uint32_t entry
    for k in range(count):
        prefetch_leaf_v4(words, entries[pending[k]])
    left = 0
    for k in range(count):
        i = pending[k]
        entry = entries[i]
        entries[i] = leaf_or_entry(words, entry, <uint16_t>(addresses[i] & kept))
        pending[left] = <uint8_t>i
        left += entry >= <uint32_t>KIND_WIDE << KIND_SHIFT
    end_nodes_v4(words, entries, addresses, kept, pending, left)


cdef inline void walk_block_v4(
    const uint32_t *words, uint32_t root, const uint32_t *addresses, size_t count, bint far, uint32_t *values
) noexcept nogil:
    """Set what ``walk_v4`` returns from the root for each of at most BLOCK addresses."""
    cdef uint8_t pending[BLOCK]
    cdef const uint32_t *entries = words + (<uint64_t>(root & <uint32_t>NODE4_MASK) << 4)
    cdef uint32_t shift = (root >> NODE4_SHIFT) & 31
    cdef uint32_t mask = (<uint32_t>1 << shift) - 1
    cdef uint32_t entry
    cdef size_t i, leaves = 0, left = 0
    if not is_node_v4(root):
        for i in range(count):
            values[i] = walk_v4(words, root, addresses[i])
        return
    if not far and count >= <size_t>SAMPLE:
        for i in range(<size_t>SAMPLE):
            leaves += entries[addresses[i] >> shift] >= <uint32_t>KIND_SMALL << KIND_SHIFT
    if leaves > <size_t>SAMPLE // 2:
        for i in range(count):
            entry = entries[addresses[i] >> shift]
            values[i] = leaf_or_entry(words, entry, <uint16_t>(addresses[i] & mask))
            pending[left] = <uint8_t>i
            left += entry >= <uint32_t>KIND_WIDE << KIND_SHIFT
        end_nodes_v4(words, values, addresses, mask, pending, left)
        return
    for i in range(count):
        values[i] = entries[addresses[i] >> shift]
        pending[left] = <uint8_t>i
        left += values[i] >= <uint32_t>KIND_SMALL << KIND_SHIFT
    end_block_v4(words, values, addresses, mask, pending, left)


cdef inline void base_block_v4(
    const AddressTables *tables, const uint32_t *addresses, size_t count, uint32_t *values
) noexcept nogil:
    """Set the values that the items without port give."""
    cdef const uint32_t *words = <const uint32_t *>table_part(tables, tables.v4.words_at)
    cdef bint far = tables.v4.words > <uint64_t>NEAR_WORDS
    cdef const Host4 *hosts
    cdef const Host4 *host
    cdef uint32_t places[BLOCK]
    cdef uint32_t missing[BLOCK]
    cdef uint32_t found[BLOCK]
    cdef uint8_t pending[BLOCK]
    cdef size_t i, k, left = 0
    cdef uint32_t value
    if tables.v4.host_capacity == 0:
        walk_block_v4(words, tables.v4.root, addresses, count, far, values)
        return
    hosts = <const Host4 *>table_part(tables, tables.v4.hosts_at)
    for i in range(count):
        places[i] = hash_v4(addresses[i], tables.v4.host_capacity)
        prefetch(hosts + places[i])
    for i in range(count):
        # There is another slot behind every one.  Free slots have the value 0; an address is in one slot at most.
        host = hosts + places[i]
        value = host[0].value & (<uint32_t>0 - <uint32_t>(host[0].address == addresses[i]))
        value |= host[1].value & (<uint32_t>0 - <uint32_t>(host[1].address == addresses[i]))
        values[i] = value - 1
        pending[left] = <uint8_t>i
        left += value == 0
    if left == 0:
        return
    count = left
    left = 0
    for k in range(count):
        i = pending[k]
        host = hosts + places[i]
        while host.value != 0 and host.address != addresses[i]:
            host += 1
        values[i] = host.value - 1
        missing[left] = addresses[i]
        pending[left] = <uint8_t>i
        left += host.value == 0
    if left:
        walk_block_v4(words, tables.v4.root, missing, left, far, found)
        for k in range(left):
            values[pending[k]] = found[k]


cdef inline void find_block_v4(
    const AddressTables *tables, const uint32_t *addresses, const uint16_t *ports, uint16_t port, size_t count,
    int32_t *ranks
) noexcept nogil:
    """Set what ``find_v4`` returns for each of at most BLOCK addresses; without ``ports``, ``port`` is that of all."""
    cdef const uint32_t *words = <const uint32_t *>table_part(tables, tables.v4.words_at)
    cdef uint32_t values[BLOCK]
    cdef uint32_t entries[BLOCK]
    cdef uint32_t lows[BLOCK]
    cdef uint8_t pending[BLOCK]
    cdef uint32_t root
    cdef size_t i
    base_block_v4(tables, addresses, count, values)
    if tables.v4.extras:
        if tables.v4.port_mask and ports != NULL:
            for i in range(count):
                entries[i] = port_root(tables, &tables.v4, ports[i])
                lows[i] = addresses[i]
                if is_node_v4(entries[i]):
                    entries[i] = step_v4(words, entries[i], &lows[i])
                pending[i] = <uint8_t>i
            end_block_v4(words, entries, lows, 0xFFFFFFFF, pending, count)
        else:
            root = tables.v4.default_root
            if tables.v4.port_mask:
                root = port_root(tables, &tables.v4, port)
            walk_block_v4(words, root, addresses, count, True, entries)
        for i in range(count):
            values[i] = smaller(values[i] - 1, entries[i] - 1) + 1
        if tables.v4.mask_count:
            for i in range(count):
                values[i] = search_masks(tables, &tables.v4, 0, addresses[i], port if ports == NULL else ports[i],
                                         values[i] - 1) + 1
    for i in range(count):
        ranks[i] = <int32_t>(values[i] - 1) if values[i] - 1 < tables.rank_limit else -1


cdef inline void find_block_v6(
    const AddressTables *tables, const uint64_t *highs, const uint64_t *lows, const uint16_t *ports, uint16_t port,
    size_t count, int32_t *ranks
) noexcept nogil:
    """Set what ``find_v6`` returns for each of at most BLOCK addresses; without ``ports``, ``port`` is that of all."""
    cdef const Host6 *hosts
    cdef size_t i
    if tables.v6.host_capacity:
        hosts = <const Host6 *>table_part(tables, tables.v6.hosts_at)
        for i in range(count):
            prefetch(hosts + hash_v6(highs[i], lows[i], tables.v6.host_capacity))
    for i in range(count):
        ranks[i] = find_v6(tables, highs[i], lows[i], port if ports == NULL else ports[i])
