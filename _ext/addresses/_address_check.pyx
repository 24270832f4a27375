"""Checks of address tables from a file: whatever they say, no question leads outside of them or never ends.

Knows the layout in ``_address_tables``; not whether the answers are right, which nobody can say without the
configuration.  A checksum finds what happened to a file by accident; these checks are for the rest, such as a file
of another build with the same number of its format.

Strategy
1. Every part must lie within the block.
2. Nodes of tries are visited once each; as many entries as there are words are enough for all, so that nodes in a
   circle or with several parents are found by counting.
3. Leaves are only checked for their place: values are checked against ``rank_limit`` when they are found.
4. The hash of single addresses isn't read: it ends with a free slot, and so does every search in it.
"""

from libc.stdint cimport uint32_t

from identify._compiled._address_tables cimport (
    CANDIDATE_LAST,
    CANDIDATE_MASK,
    KIND_NODE,
    KIND_SHIFT,
    KIND_SMALL,
    KIND_WIDE,
    LEAF4_BOUNDARIES_AT,
    LEAF6_ROOM,
    LEAF_BOUNDARIES,
    LIST4_SHIFT,
    NODE4_MASK,
    NODE4_SHIFT,
    PAYLOAD_MASK,
    FamilyTables,
    Host4,
    Host6,
    Item,
    Mask,
    MaskedSlot,
    Node6,
    Owner,
    PortRoot,
    table_part,
    uint128_t,
)

cdef enum:
    ALIGNMENT = 64
    LINE_WORDS = 16
    NODE6_WORDS = 12


# What is left to visit of a trie.
cdef struct Walk:
    const uint32_t *words
    uint64_t count
    uint64_t budget
    # By the kind of an entry: the bits that say where a leaf lies, and the last place that a leaf may have.
    uint32_t place_bits[4]
    uint64_t last_place[4]


cdef inline bint holds(uint64_t size, uint64_t at, uint64_t count, uint64_t unit) noexcept nogil:
    """Say whether ``count`` units lie in the block; where there are none, their offset does all the same."""
    return at >= sizeof(AddressTables) and at % ALIGNMENT == 0 and at <= size and count <= (size - at) // unit


cdef inline bint is_power(uint64_t number) noexcept nogil:
    return number != 0 and number & (number - 1) == 0


cdef inline bint misplaced(const Walk *walk, uint32_t entry) noexcept nogil:
    """Say whether an entry is a leaf that lies outside; without a branch, for kinds follow each other at random."""
    cdef uint32_t kind = entry >> KIND_SHIFT
    return (entry & walk.place_bits[kind]) > walk.last_place[kind]


cdef inline bint is_node(uint32_t entry) noexcept nogil:
    return entry >= <uint32_t>KIND_NODE << KIND_SHIFT


cdef bint check_v4(Walk *walk, uint32_t entry, uint32_t bits) noexcept nogil:
    """Check what a node leads to; ``bits`` of the address aren't consumed yet."""
    cdef uint32_t shift = (entry >> NODE4_SHIFT) & 31
    cdef uint64_t place = <uint64_t>(entry & <uint32_t>NODE4_MASK) * LINE_WORDS
    cdef uint64_t children, i
    cdef bint wrong = False
    if place >= walk.count:
        return False
    if shift == <uint32_t>LIST4_SHIFT:
        children = walk.words[place]
        return children % 4 == 0 and 2 * children + 2 <= walk.count - place
    if shift >= bits:
        return False
    children = <uint64_t>1 << (bits - shift)
    if children > walk.count - place or children > walk.budget:
        return False
    walk.budget -= children
    for i in range(children):
        entry = walk.words[place + i]
        wrong |= misplaced(walk, entry)
        if is_node(entry) and not check_v4(walk, entry, shift):
            return False
    return not wrong


cdef bint check_v6(Walk *walk, uint32_t entry, int depth) noexcept nogil:
    """Check what a node leads to."""
    cdef uint64_t place = entry & <uint32_t>PAYLOAD_MASK
    cdef uint64_t i
    cdef uint128_t span
    cdef const Node6 *node
    cdef bint wrong = False
    if depth == 0 or place % LINE_WORDS or place + NODE6_WORDS > walk.count:
        return False
    node = <const Node6 *>(walk.words + place)
    span = <uint128_t>node.span_high << 64 | node.span_low
    if node.shift >= 128 or node.entries > walk.count - place - NODE6_WORDS or node.entries >= walk.budget:
        return False
    if span != 0 and (span - 1) >> node.shift >= node.entries:
        return False
    walk.budget -= node.entries + 1
    for i in range(node.entries):
        entry = walk.words[place + NODE6_WORDS + i]
        wrong |= misplaced(walk, entry)
        if is_node(entry) and not check_v6(walk, entry, depth - 1):
            return False
    return not wrong


cdef void allow_leaves(Walk *walk, int kind, uint64_t leaf) noexcept nogil:
    """Say where leaves of a kind, with that many words, may lie."""
    walk.place_bits[kind] = <uint32_t>PAYLOAD_MASK
    walk.last_place[kind] = walk.count - leaf
    if walk.count < leaf:
        # No entry of the kind is small enough.
        walk.place_bits[kind] = <uint32_t>KIND_WIDE << KIND_SHIFT | <uint32_t>KIND_SMALL << KIND_SHIFT
        walk.last_place[kind] = 0


cdef void begin_walk(Walk *walk, const uint32_t *words, uint64_t count, bint wide) noexcept nogil:
    cdef int kind
    walk.words = words
    walk.count = walk.budget = count
    for kind in range(4):
        walk.place_bits[kind] = 0
        walk.last_place[kind] = 0
    allow_leaves(walk, KIND_SMALL, LEAF6_ROOM if wide else LEAF4_BOUNDARIES_AT + LEAF_BOUNDARIES // 2)
    allow_leaves(walk, KIND_WIDE, LEAF6_ROOM if wide else LEAF4_BOUNDARIES_AT + LEAF_BOUNDARIES)


cdef inline bint check_trie(Walk *walk, uint32_t root, bint wide) noexcept nogil:
    if not is_node(root):
        return not misplaced(walk, root)
    # Each node consumes a bit at least.
    return check_v6(walk, root, 129) if wide else check_v4(walk, root, 32)


cdef bint check_tries(const AddressTables *tables, const FamilyTables *family, bint wide) noexcept nogil:
    cdef const PortRoot *roots = <const PortRoot *>table_part(tables, family.ports_at)
    cdef Walk walk
    cdef uint64_t i
    cdef bint free_slot = False
    begin_walk(&walk, <const uint32_t *>table_part(tables, family.words_at), family.words, wide)
    if not check_trie(&walk, family.root, wide) or not check_trie(&walk, family.default_root, wide):
        return False
    if family.port_mask == 0:
        return True
    for i in range(<uint64_t>family.port_mask + 1):
        if roots[i].port == 0:
            free_slot = True
        elif not check_trie(&walk, roots[i].root, wide):
            return False
    return free_slot


cdef bint check_masks(const AddressTables *tables, const FamilyTables *family) noexcept nogil:
    """Check the identifies that aren't flattened."""
    cdef const MaskedSlot *slots = <const MaskedSlot *>table_part(tables, family.slots_at)
    cdef const uint32_t *candidates = <const uint32_t *>table_part(tables, family.candidates_at)
    cdef const Item *items = <const Item *>table_part(tables, family.items_at)
    cdef const Owner *owners = <const Owner *>table_part(tables, family.owners_at)
    cdef uint64_t i
    cdef bint free_slot = False
    for i in range(<uint64_t>family.slot_mask + 1):
        if slots[i].candidates > family.candidate_count:
            return False
        free_slot = free_slot or slots[i].candidates == 0
    for i in range(family.candidate_count):
        if candidates[i] & <uint32_t>CANDIDATE_MASK >= family.item_count:
            return False
    for i in range(family.item_count):
        if items[i].mask >= family.mask_count or items[i].owner >= family.owner_count:
            return False
    for i in range(family.owner_count):
        if owners[i].begin > owners[i].end or owners[i].end > family.item_count:
            return False
    return free_slot and (
        family.candidate_count == 0 or candidates[family.candidate_count - 1] & <uint32_t>CANDIDATE_LAST != 0
    )


cdef bint check_hosts(const AddressTables *tables, const FamilyTables *family, bint wide) noexcept nogil:
    cdef const void *hosts = table_part(tables, family.hosts_at)
    cdef uint64_t last = <uint64_t>family.host_capacity + family.host_spare - 1
    if family.host_spare == 0:
        return False
    return (<const Host6 *>hosts)[last].value == 0 if wide else (<const Host4 *>hosts)[last].value == 0


cdef const char *family_fault(const AddressTables *tables, const FamilyTables *family, bint wide) noexcept nogil:
    cdef uint64_t size = tables.size
    cdef uint64_t hosts = <uint64_t>family.host_capacity + family.host_spare if family.host_capacity else 0
    cdef uint64_t ports = <uint64_t>family.port_mask + 1 if family.port_mask else 0
    cdef uint64_t slots = <uint64_t>family.slot_mask + 1 if family.mask_count else 0
    if not (holds(size, family.words_at, family.words, sizeof(uint32_t))
            and holds(size, family.hosts_at, hosts, sizeof(Host6) if wide else sizeof(Host4))
            and holds(size, family.ports_at, ports, sizeof(PortRoot))
            and holds(size, family.masks_at, family.mask_count, sizeof(Mask))
            and holds(size, family.slots_at, slots, sizeof(MaskedSlot))
            and holds(size, family.candidates_at, family.candidate_count, sizeof(uint32_t))
            and holds(size, family.items_at, family.item_count, sizeof(Item))
            and holds(size, family.owners_at, family.owner_count, sizeof(Owner))):
        return "a part of the address tables lies outside of them"
    if hosts and not check_hosts(tables, family, wide):
        return "the single addresses have no end"
    if ports and not is_power(ports) or slots and not is_power(slots):
        return "a hash of the address tables has an odd size"
    if not check_tries(tables, family, wide):
        return "a trie of the address tables leads out of them"
    if slots and not check_masks(tables, family):
        return "the masks of the address tables lead out of them"
    return NULL


cdef const char *address_fault(const AddressTables *tables, uint64_t size) noexcept nogil:
    cdef const char *fault
    if size < sizeof(AddressTables) or tables.size != size:
        return "the address tables have another size than the file says"
    fault = family_fault(tables, &tables.v4, False)
    if fault == NULL:
        fault = family_fault(tables, &tables.v6, True)
    return fault
