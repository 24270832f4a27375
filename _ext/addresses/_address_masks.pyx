"""Index of the identifies that can't be flattened: masks with holes and the like.

Knows how a masked address leads to the identifies that could match; ``search_masks`` in
``_address_tables`` asks.  Every distinct mask costs a question one hash look-up, every identify with
a positive item that covers the source one evaluation, in the order of ranks and only while the rank
could still win.
"""

from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memset

from identify._compiled._address_tables cimport CANDIDATE_LAST, NO_RANK, mix


# A mask as found in an item, and the smallest rank that has it in a positive item.
cdef struct FoundMask:
    uint64_t high
    uint64_t low
    uint32_t rank
    uint32_t item


# A positive item on its way into the hash.
cdef struct MaskedCandidate:
    uint64_t high
    uint64_t low
    uint32_t mask
    uint32_t item


cdef int open_masked(Masked *masked, size_t items, size_t owners) except -1:
    """Make room for owners and their items, which are then added in the order of ranks."""
    memset(masked, 0, sizeof(Masked))
    masked.items = <Item *>calloc(items + 1, sizeof(Item))
    masked.owners = <Owner *>calloc(owners + 1, sizeof(Owner))
    masked.masks = <Mask *>calloc(items + 1, sizeof(Mask))
    masked.candidates = <uint32_t *>calloc(items + 1, sizeof(uint32_t))
    if masked.items == NULL or masked.owners == NULL or masked.masks == NULL or masked.candidates == NULL:
        raise MemoryError("address tables")
    return 0


cdef void close_masked(Masked *masked) noexcept:
    free(masked.masks)
    free(masked.slots)
    free(masked.candidates)
    free(masked.items)
    free(masked.owners)
    memset(masked, 0, sizeof(Masked))


cdef void add_owner(Masked *masked, uint32_t rank) noexcept:
    masked.owners[masked.owner_count].rank = rank
    masked.owners[masked.owner_count].begin = <uint32_t>masked.item_count
    masked.owners[masked.owner_count].end = <uint32_t>masked.item_count
    masked.owner_count += 1


cdef void add_item(Masked *masked, const Rule *rule) noexcept:
    """Add an item to the owner that was added last."""
    cdef Item *item = &masked.items[masked.item_count]
    item.high = rule.high
    item.low = rule.low
    item.owner = <uint32_t>(masked.owner_count - 1)
    item.port = rule.port
    item.negated = rule.negated
    # Until ``number_masks`` the mask itself is kept beside, in the place that it gets if all differ.
    masked.masks[masked.item_count].high = rule.mask_high
    masked.masks[masked.item_count].low = rule.mask_low
    masked.item_count += 1
    masked.owners[masked.owner_count - 1].end = <uint32_t>masked.item_count


cdef int finish_masked(Masked *masked) except -1:
    """Number the masks and build the hash."""
    cdef FoundMask *found = <FoundMask *>malloc((masked.item_count + 1) * sizeof(FoundMask))
    cdef MaskedCandidate *candidates = <MaskedCandidate *>malloc((masked.item_count + 1) * sizeof(MaskedCandidate))
    try:
        if found == NULL or candidates == NULL:
            raise MemoryError("address tables")
        number_masks(masked, found)
        collect_candidates(masked, candidates)
        return fill_slots(masked)
    finally:
        free(found)
        free(candidates)


cdef int compare_masks(const void *first, const void *second) noexcept nogil:
    """Put equal masks together, the smallest rank first."""
    cdef const FoundMask *a = <const FoundMask *>first
    cdef const FoundMask *b = <const FoundMask *>second
    if a.high != b.high:
        return -1 if a.high < b.high else 1
    if a.low != b.low:
        return -1 if a.low < b.low else 1
    return compare_ranks(first, second)


cdef int compare_ranks(const void *first, const void *second) noexcept nogil:
    cdef const FoundMask *a = <const FoundMask *>first
    cdef const FoundMask *b = <const FoundMask *>second
    if a.rank != b.rank:
        return -1 if a.rank < b.rank else 1
    return (a.item > b.item) - (a.item < b.item)


cdef void number_masks(Masked *masked, FoundMask *found) noexcept nogil:
    """Replace the masks by the distinct ones in the order of their smallest rank."""
    cdef size_t i
    cdef size_t place = 0
    cdef size_t distinct = 0
    for i in range(masked.item_count):
        found[i].high = masked.masks[i].high
        found[i].low = masked.masks[i].low
        found[i].item = <uint32_t>i
        found[i].rank = <uint32_t>NO_RANK
        if not masked.items[i].negated:
            found[i].rank = masked.owners[masked.items[i].owner].rank
    qsort(found, masked.item_count, sizeof(FoundMask), compare_masks)
    for i in range(masked.item_count):
        if i > 0 and found[i].high == found[i - 1].high and found[i].low == found[i - 1].low:
            masked.items[found[i].item].mask = masked.items[found[i - 1].item].mask
        else:
            masked.items[found[i].item].mask = <uint32_t>distinct
            found[distinct] = found[i]
            distinct += 1
    for i in range(distinct):
        # The number so far, to be translated.
        found[i].item = <uint32_t>i
    qsort(found, distinct, sizeof(FoundMask), compare_ranks)
    for place in range(distinct):
        masked.masks[place].high = found[place].high
        masked.masks[place].low = found[place].low
        masked.masks[place].least_rank = found[place].rank
        masked.masks[found[place].item].unused = <uint32_t>place
    for i in range(masked.item_count):
        masked.items[i].mask = masked.masks[masked.items[i].mask].unused
    for place in range(distinct):
        masked.masks[place].unused = 0
    masked.mask_count = distinct


cdef int compare_candidates(const void *first, const void *second) noexcept nogil:
    cdef const MaskedCandidate *a = <const MaskedCandidate *>first
    cdef const MaskedCandidate *b = <const MaskedCandidate *>second
    if a.mask != b.mask:
        return -1 if a.mask < b.mask else 1
    if a.high != b.high:
        return -1 if a.high < b.high else 1
    if a.low != b.low:
        return -1 if a.low < b.low else 1
    return (a.item > b.item) - (a.item < b.item)


cdef void collect_candidates(Masked *masked, MaskedCandidate *candidates) noexcept nogil:
    """List the positive items by mask and address, each owner once for an address, in order of rank."""
    cdef size_t count = 0
    cdef size_t i
    cdef const Item *item
    cdef const Item *before
    for i in range(masked.item_count):
        item = &masked.items[i]
        if not item.negated:
            candidates[count].high = item.high
            candidates[count].low = item.low
            candidates[count].mask = item.mask
            candidates[count].item = <uint32_t>i
            count += 1
    qsort(candidates, count, sizeof(MaskedCandidate), compare_candidates)
    masked.candidate_count = 0
    for i in range(count):
        item = &masked.items[candidates[i].item]
        if i > 0:
            before = &masked.items[candidates[i - 1].item]
            if same_key(item, before):
                if item.owner == before.owner:
                    continue
            else:
                masked.candidates[masked.candidate_count - 1] |= <uint32_t>CANDIDATE_LAST
        masked.candidates[masked.candidate_count] = candidates[i].item
        masked.candidate_count += 1
    if masked.candidate_count:
        masked.candidates[masked.candidate_count - 1] |= <uint32_t>CANDIDATE_LAST


cdef inline bint same_key(const Item *first, const Item *second) noexcept nogil:
    return first.mask == second.mask and first.high == second.high and first.low == second.low


cdef int fill_slots(Masked *masked) except -1:
    """Hash the masked addresses to their first candidates, at most three quarters full."""
    cdef size_t capacity = 2
    cdef size_t i
    cdef size_t keys = 0
    cdef bint first = True
    cdef uint32_t tag, slot
    cdef const Item *item
    for i in range(masked.candidate_count):
        keys += (masked.candidates[i] & <uint32_t>CANDIDATE_LAST) != 0
    while 3 * capacity < 4 * keys + 4:
        capacity *= 2
    masked.slot_mask = capacity - 1
    masked.slots = <MaskedSlot *>calloc(capacity, sizeof(MaskedSlot))
    if masked.slots == NULL:
        raise MemoryError("address tables")
    for i in range(masked.candidate_count):
        if first:
            item = &masked.items[masked.candidates[i] & ~<uint32_t>CANDIDATE_LAST]
            tag = mix(item.high, item.low, item.mask)
            slot = tag & <uint32_t>masked.slot_mask
            while masked.slots[slot].candidates != 0:
                slot = (slot + 1) & <uint32_t>masked.slot_mask
            masked.slots[slot].tag = tag
            masked.slots[slot].candidates = <uint32_t>i + 1
        first = (masked.candidates[i] & <uint32_t>CANDIDATE_LAST) != 0
    return 0
