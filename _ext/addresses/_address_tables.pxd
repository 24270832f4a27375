"""Compiled address tables and the look-ups in them, inline for every module that asks.

Knows how the tables are laid out and how one question is answered; nothing of how they are made
(``_address_build``) or of text (``_address_text``).  Only structs and inline functions: there is no
module of this name.

Strategy
1. A table file or block begins with ``AddressTables``; everything else is found by byte offsets from
   there and holds fixed-size integers in native byte order, so that a block can be mapped.
2. For a family the *base* answers for all items without port.  It is a trie over the flattened
   intervals: each interval of addresses knows the smallest rank that matches, so the walk never sees a
   prefix, an identify or a sign.  Single addresses, where they dominate, are taken out into a hash.
3. ``ports`` maps a source port to a second trie, of what the items with that port add;
   ``default_root`` is the second trie of the ports that have none.  The answer is the smaller rank.
4. Identifies that can't be flattened (masks with holes, see ``_address_build``) are found by one hash
   look-up for each distinct mask and evaluated item by item, as long as their rank could still win.
5. Values are rank + 1 and 0 for none; ``value - 1`` as unsigned makes none the largest rank, so that
   the smaller of two answers is ``min``, and -1 where it ends as int32.
"""

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from *:
    """
    #ifndef IDENTIFY_UINT128
    #define IDENTIFY_UINT128
    __extension__ typedef unsigned __int128 identify_uint128;
    #endif
    """
    ctypedef unsigned long long uint128_t "identify_uint128"

cdef extern from "_address_leaf.h" nogil:
    uint32_t count_small "identify_count_small"(const void *boundaries, uint16_t number)
    uint32_t count_wide "identify_count_wide"(const void *boundaries, uint32_t number)

cdef extern from "_address_tables.h" nogil:
    uint32_t sip_count_up_to(const uint32_t *numbers, uint32_t number, uint32_t limit)


# A trie entry is one word, its two upper bits say what it is:
#
#   00vvvvvv...  value (rank + 1, 0 none)
#   01qqqqqq...  small leaf at word q: IPv4 with at most 16 bits left; IPv6 with boundaries of 64 bits
#   10qqqqqq...  wide leaf at word q: IPv4 with more bits left; IPv6 with boundaries of 128 bits
#   11......     node: IPv4 11sssssn... is shift s and the number of the 64-byte line where the array
#                of entries begins, with the shift of all ones the line where a list begins; IPv6
#                11qqqqqq... is the word where a Node6 begins
cdef enum:
    KIND_SHIFT = 30
    KIND_SMALL = 1
    KIND_WIDE = 2
    KIND_NODE = 3
    PAYLOAD_MASK = 0x3FFFFFFF
    NODE4_SHIFT = 25
    NODE4_MASK = 0x1FFFFFF
    LIST4_SHIFT = 31
    # What the head of an IPv6 leaf can say, whatever is in it, and as many words as such a leaf has.
    LEAF6_NUMBER_MASK = 15
    LEAF6_SHIFT_MASK = 127
    LEAF6_ROOM = 80
    # Boundaries in a leaf: eight of 16 bits are one SSE or NEON register.
    LEAF_BOUNDARIES = 8
    # Words from the (virtual) first of nine values of an IPv4 leaf to its boundaries.
    LEAF4_BOUNDARIES_AT = 9
    NO_RANK = 0xFFFFFFFF
    CANDIDATE_LAST = 0x80000000
    CANDIDATE_MASK = 0x7FFFFFFF


cdef struct Host4:
    uint32_t address
    # Trie value + 1; 0 is a free slot.
    uint32_t value


cdef struct Host6:
    # Most significant word first.
    uint32_t address[4]
    uint32_t value


cdef struct PortRoot:
    # 0 is a free slot: no item has port 0.
    uint32_t port
    uint32_t root


# A node of the IPv6 trie covers only the span between its first and its last boundary, counted from
# the first: prefixes of one provider then branch at once, however deep they lie.  The entries follow.
#
# An example, in hexadecimal, with addresses of 16 bits: boundaries at 2010, 2018, 2030 and 2040, so
# that first = 2010 and span = 30.  With shift = 4 an entry covers 10 addresses:
#
#     address    ... 200f | 2010 ... 2018 ... | 2020 ...  | 2030 ...  | 2040 ...
#     value            v0 |   v1       v2     |   v2      |   v3      |   v4
#     node          below | entry 0: leaf     | entry 1   | entry 2   | above
#                         |  v1 | 8 | v2      |  v2       |  v3       |
#
#     2025 - first = 15    15 >> 4 = 1: entry 1 is the value v2
#     201a - first =  a     a >> 4 = 0: the leaf of entry 0, where a >= 8 leads to v2
#     2041 - first = 31    not below the span: above
cdef struct Node6:
    uint64_t low_high
    uint64_t low_low
    uint64_t span_high
    uint64_t span_low
    uint32_t below
    uint32_t above
    uint32_t shift
    uint32_t entries


cdef struct Mask:
    uint64_t high
    uint64_t low
    # The smallest rank that an item with this mask belongs to: what is already better needn't look.
    uint32_t least_rank
    uint32_t unused


cdef struct Item:
    uint64_t high
    uint64_t low
    uint32_t mask
    uint32_t owner
    uint16_t port
    uint16_t negated
    uint32_t unused


cdef struct Owner:
    uint32_t rank
    uint32_t begin
    uint32_t end


cdef struct MaskedSlot:
    uint32_t tag
    # Position of the first candidate + 1; 0 is a free slot.
    uint32_t candidates


cdef struct FamilyTables:
    # What every question reads comes first, in one cache line.
    uint64_t words_at
    uint64_t hosts_at
    uint32_t root
    # 0: no hash of single addresses.
    uint32_t host_capacity
    # 1 if anything but the base has a say.
    uint32_t extras
    uint32_t default_root
    # Capacity - 1 of the port directory (a power of two); 0: no port has a table.
    uint32_t port_mask
    uint32_t mask_count
    uint64_t ports_at
    uint64_t words
    uint64_t masks_at
    uint64_t slots_at
    uint64_t candidates_at
    uint64_t items_at
    uint64_t owners_at
    # Slots that follow the capacity so that probing needs no wrap; the last one is always free.
    uint32_t host_spare
    # Capacity - 1 of the hash of masked addresses (a power of two).
    uint32_t slot_mask
    uint32_t candidate_count
    uint32_t item_count
    uint32_t owner_count
    uint32_t unused


cdef struct AddressTables:
    # Bytes of the whole block, this struct included.
    uint64_t size
    # All ranks are below; ranks from a damaged file are checked against it.
    uint32_t rank_limit
    uint32_t unused
    FamilyTables v4
    FamilyTables v6


# One item of one identify, as tables are built from it.  IPv4 is in the lower 32 bits of the low halves.
cdef struct Rule:
    uint64_t high
    uint64_t low
    uint64_t mask_high
    uint64_t mask_low
    uint32_t rank
    uint16_t port
    uint8_t family
    uint8_t negated


cdef inline const void *table_part(const AddressTables *tables, uint64_t offset) noexcept nogil:
    return <const char *>tables + offset


cdef inline uint32_t hash_v4(uint32_t address, uint32_t capacity) noexcept nogil:
    """Spread by Fibonacci hashing; the multiplication by the capacity replaces a modulo."""
    return <uint32_t>((<uint64_t>(<uint32_t>(address * <uint32_t>0x9E3779B1)) * capacity) >> 32)


cdef inline uint32_t mix(uint64_t high, uint64_t low, uint64_t salt) noexcept nogil:
    """Return 32 well-mixed bits of an address (the finalizer of MurmurHash3)."""
    cdef uint64_t mixed = (high * <uint64_t>0x9E3779B97F4A7C15 + salt) ^ low
    mixed ^= mixed >> 33
    mixed *= <uint64_t>0xFF51AFD7ED558CCD
    mixed ^= mixed >> 33
    mixed *= <uint64_t>0xC4CEB9FE1A85EC53
    mixed ^= mixed >> 33
    return <uint32_t>mixed


cdef inline uint32_t hash_v6(uint64_t high, uint64_t low, uint32_t capacity) noexcept nogil:
    return <uint32_t>((<uint64_t>mix(high, low, 0) * capacity) >> 32)


cdef inline uint32_t search_list(const uint32_t *list, uint32_t low) noexcept nogil:
    """Return the value for an address in a list: the number n of boundaries, n boundaries, n + 1 values.

    All boundaries are compared, four at a time: of the few that a list has, that takes less time than one branch
    that is mispredicted.  The number is a multiple of four; unused boundaries are 0, come first and always
    count.
    """
    cdef uint32_t number = list[0]
    return list[1 + number + sip_count_up_to(list + 1, number, low)]


cdef inline uint32_t walk_v4(const uint32_t *words, uint32_t entry, uint32_t low) noexcept nogil:
    """Return the value for an address below a trie entry; ``low`` is the part not yet consumed.

    A leaf with n boundaries has n + 1 values.  Unused boundaries are 0 and come first, so they
    always count, and the word of the leaf is 8 - n before its first value: with n = 2

        word of the leaf = q                 q+6  q+7  q+8 | q+9 ...
        (not the leaf's) ...                 v0   v1   v2  | 0 0 0 0 0 0 b1 b2
    """
    cdef uint32_t shift, place
    while entry >= <uint32_t>KIND_NODE << KIND_SHIFT:
        shift = (entry >> NODE4_SHIFT) & 31
        if shift == <uint32_t>LIST4_SHIFT:
            return search_list(words + (<uint64_t>(entry & <uint32_t>NODE4_MASK) << 4), low)
        entry = words[(<uint64_t>(entry & <uint32_t>NODE4_MASK) << 4) + (low >> shift)]
        low &= (<uint32_t>1 << shift) - 1
    if entry < <uint32_t>KIND_SMALL << KIND_SHIFT:
        return entry
    place = entry & <uint32_t>PAYLOAD_MASK
    if entry < <uint32_t>KIND_WIDE << KIND_SHIFT:
        return words[place + count_small(words + place + LEAF4_BOUNDARIES_AT, <uint16_t>low)]
    return words[place + count_wide(words + place + LEAF4_BOUNDARIES_AT, low)]


cdef inline uint32_t walk_v6(const uint32_t *words, uint32_t entry, uint64_t high, uint64_t low) noexcept nogil:
    """Return the value for an address below a trie entry.

    A leaf is a word with the number of boundaries n and the shift s, n + 1 values, and from the next
    even word on n boundaries: of 64 bits (the address >> s is compared) or of 128 (high, low).  Behind the last leaf
    there are words enough for the longest that its head can speak of.
    """
    cdef uint128_t rest = (<uint128_t>high << 64) | low
    cdef uint128_t below
    cdef const Node6 *node
    cdef const uint64_t *boundaries
    cdef uint32_t place, count, number, i
    cdef uint64_t window
    while entry >= <uint32_t>KIND_NODE << KIND_SHIFT:
        node = <const Node6 *>(words + (entry & <uint32_t>PAYLOAD_MASK))
        below = (<uint128_t>node.low_high << 64) | node.low_low
        if rest < below:
            return node.below
        rest -= below
        if rest >= ((<uint128_t>node.span_high << 64) | node.span_low):
            return node.above
        entry = (<const uint32_t *>(node + 1))[<uint64_t>(rest >> node.shift)]
        rest &= (<uint128_t>1 << node.shift) - 1
    if entry < <uint32_t>KIND_SMALL << KIND_SHIFT:
        return entry
    place = entry & <uint32_t>PAYLOAD_MASK
    number = words[place] & <uint32_t>LEAF6_NUMBER_MASK
    boundaries = <const uint64_t *>(words + ((place + number + 3) & ~<uint32_t>1))
    count = 0
    if entry < <uint32_t>KIND_WIDE << KIND_SHIFT:
        window = <uint64_t>(rest >> (words[place] >> 8 & <uint32_t>LEAF6_SHIFT_MASK))
        # Most leaves have few boundaries, and how many varies from question to question: the first four are always
        # compared, which takes less time than a branch that is wrongly foreseen.  What isn't the leaf's own, but
        # still of the words, doesn't count.
        for i in range(4):
            count += (i < number) & (boundaries[i] <= window)
        for i in range(4, number):
            count += boundaries[i] <= window
    else:
        for i in range(number):
            count += ((<uint128_t>boundaries[2 * i] << 64) | boundaries[2 * i + 1]) <= rest
    return words[place + 1 + count]


cdef inline uint32_t port_slot(uint32_t port, uint32_t port_mask) noexcept nogil:
    return ((port * <uint32_t>0x9E3779B1) >> 15) & port_mask


cdef inline uint32_t port_root(const AddressTables *tables, const FamilyTables *family, uint16_t port) noexcept nogil:
    """Return the second trie for a source port."""
    cdef const PortRoot *roots = <const PortRoot *>table_part(tables, family.ports_at)
    cdef uint32_t slot = port_slot(port, family.port_mask)
    while roots[slot].port != 0:
        if roots[slot].port == port:
            return roots[slot].root
        slot = (slot + 1) & family.port_mask
    return family.default_root


cdef inline uint32_t search_masks(
    const AddressTables *tables, const FamilyTables *family, uint64_t high, uint64_t low, uint16_t port, uint32_t best
) noexcept nogil:
    """Return the smallest rank below ``best`` of a matching identify that isn't flattened, or ``best``."""
    cdef const Mask *masks = <const Mask *>table_part(tables, family.masks_at)
    cdef const MaskedSlot *slots = <const MaskedSlot *>table_part(tables, family.slots_at)
    cdef const uint32_t *candidates = <const uint32_t *>table_part(tables, family.candidates_at)
    cdef const Item *items = <const Item *>table_part(tables, family.items_at)
    cdef const Owner *owners = <const Owner *>table_part(tables, family.owners_at)
    cdef const Item *item
    cdef const Owner *owner
    cdef uint64_t masked_high, masked_low
    cdef uint32_t number, tag, slot, candidate, place
    for number in range(family.mask_count):
        # Masks are ordered by their smallest rank.
        if masks[number].least_rank >= best:
            break
        masked_high = high & masks[number].high
        masked_low = low & masks[number].low
        tag = mix(masked_high, masked_low, number)
        slot = tag & family.slot_mask
        while slots[slot].candidates != 0:
            item = &items[candidates[slots[slot].candidates - 1] & <uint32_t>CANDIDATE_MASK]
            if slots[slot].tag == tag and item.mask == number and item.high == masked_high and item.low == masked_low:
                break
            slot = (slot + 1) & family.slot_mask
        if slots[slot].candidates == 0:
            continue
        candidate = slots[slot].candidates - 1
        while True:
            owner = &owners[items[candidates[candidate] & <uint32_t>CANDIDATE_MASK].owner]
            # Candidates are ordered by rank.
            if owner.rank >= best:
                break
            place = owner.end
            while place > owner.begin:
                place -= 1
                item = &items[place]
                if (
                    high & masks[item.mask].high == item.high
                    and low & masks[item.mask].low == item.low
                    and (item.port == 0 or item.port == port)
                ):
                    if not item.negated:
                        best = owner.rank
                    break
            if best == owner.rank or candidates[candidate] & <uint32_t>CANDIDATE_LAST:
                break
            candidate += 1
    return best


cdef inline uint32_t smaller(uint32_t first, uint32_t second) noexcept nogil:
    return first if first < second else second


cdef inline uint32_t base_v4(const AddressTables *tables, uint32_t address) noexcept nogil:
    """Return the value that the items without port give."""
    cdef const Host4 *host
    if tables.v4.host_capacity:
        host = <const Host4 *>table_part(tables, tables.v4.hosts_at) + hash_v4(address, tables.v4.host_capacity)
        while host.value != 0:
            if host.address == address:
                return host.value - 1
            host += 1
    return walk_v4(<const uint32_t *>table_part(tables, tables.v4.words_at), tables.v4.root, address)


cdef inline uint32_t base_v6(const AddressTables *tables, uint64_t high, uint64_t low) noexcept nogil:
    """Return the value that the items without port give."""
    cdef const Host6 *host
    if tables.v6.host_capacity:
        host = <const Host6 *>table_part(tables, tables.v6.hosts_at) + hash_v6(high, low, tables.v6.host_capacity)
        while host.value != 0:
            if (
                (<uint64_t>host.address[2] << 32 | host.address[3]) == low
                and (<uint64_t>host.address[0] << 32 | host.address[1]) == high
            ):
                return host.value - 1
            host += 1
    return walk_v6(<const uint32_t *>table_part(tables, tables.v6.words_at), tables.v6.root, high, low)


cdef inline int32_t find_v4(const AddressTables *tables, uint32_t address, uint16_t port) noexcept nogil:
    """Return the smallest rank that matches an IPv4 source, -1 for none."""
    cdef uint32_t best = base_v4(tables, address) - 1
    cdef uint32_t root
    if tables.v4.extras:
        root = tables.v4.default_root
        if tables.v4.port_mask:
            root = port_root(tables, &tables.v4, port)
        best = smaller(
            best, walk_v4(<const uint32_t *>table_part(tables, tables.v4.words_at), root, address) - 1
        )
        if tables.v4.mask_count:
            best = search_masks(tables, &tables.v4, 0, address, port, best)
    return <int32_t>best if best < tables.rank_limit else -1


cdef inline int32_t find_v6(const AddressTables *tables, uint64_t high, uint64_t low, uint16_t port) noexcept nogil:
    """Return the smallest rank that matches an IPv6 source that isn't IPv4-mapped, -1 for none."""
    cdef uint32_t best = base_v6(tables, high, low) - 1
    cdef uint32_t root
    if tables.v6.extras:
        root = tables.v6.default_root
        if tables.v6.port_mask:
            root = port_root(tables, &tables.v6, port)
        best = smaller(
            best, walk_v6(<const uint32_t *>table_part(tables, tables.v6.words_at), root, high, low) - 1
        )
        if tables.v6.mask_count:
            best = search_masks(tables, &tables.v6, high, low, port, best)
    return <int32_t>best if best < tables.rank_limit else -1
