"""Search structures over intervals: tries and the hash of single addresses.

Knows the layout in ``_address_tables`` and which structure suits which table; not where intervals
come from.

Strategy
1. A trie node has about a quarter as many entries as there are boundaries in it, a base's root about
   as many.  So a walk is short where boundaries are even, and deep only where they crowd; the size is
   linear in any case.  An IPv4 base of few boundaries is a list.
2. Eight boundaries or fewer are a leaf: compared all at once, without branches.  An IPv4 leaf of at most 16 bits lies
   on one cache line.
3. If at least four of five intervals are single addresses (tables of /32 or /128), these go into a hash:
   one cache line instead of two or three, half the size.  What remains is a trie as ever.
"""

from libc.stdint cimport uint16_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memset

from identify._compiled._address_tables cimport (
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
    Node6,
    hash_v4,
    hash_v6,
    uint128_t,
)

cdef extern from * nogil:
    int leading_zeros "__builtin_clzll"(unsigned long long word)
    int lowest_bit "__builtin_ctzll"(unsigned long long word)

cdef enum:
    # Nodes begin on a cache line of this many words.
    LINE_WORDS = 16
    # A node of fewer entries would waste the line it begins on.
    LEAST_STRIDE = 4
    # Roots: 4 bytes an entry, so 256 KiB to 4 MiB; 16 bits are what real tables branch at.
    MIDDLE_ROOT = 16
    LARGEST_STRIDE = 20
    # This many boundaries are compared at once; with more a trie is faster.
    LONGEST_LIST = 32
    # Linear probing at half load over a million entries stays below 100; beyond this the hash is given up.
    PROBE_LIMIT = 256
    LEAST_HOSTS = 4


cdef int open_words(Words *words, size_t capacity) except -1:
    memset(words, 0, sizeof(Words))
    # Leaves refer to up to 8 words before their first value, so the first line stays unused.
    if reserve(words, capacity + LINE_WORDS) < 0:
        raise MemoryError("address tables")
    memset(words.at, 0, LINE_WORDS * sizeof(uint32_t))
    words.size = LINE_WORDS
    return 0


cdef int reserve(Words *words, size_t more) noexcept nogil:
    cdef size_t capacity = words.capacity
    cdef uint32_t *moved
    if more > <size_t>PAYLOAD_MASK or words.size + more > <size_t>PAYLOAD_MASK:
        return -1
    if words.size + more <= capacity:
        return 0
    capacity = capacity + capacity // 2
    if capacity < words.size + more:
        capacity = words.size + more
    moved = <uint32_t *>realloc(words.at, capacity * sizeof(uint32_t))
    if moved == NULL:
        return -1
    words.at = moved
    words.capacity = capacity
    return 0


cdef inline int bit_length(uint128_t number) noexcept nogil:
    cdef uint64_t high = <uint64_t>(number >> 64)
    cdef uint64_t low = <uint64_t>number
    if high:
        return 128 - leading_zeros(high)
    return 64 - leading_zeros(low) if low else 0


cdef inline int trailing_zeros(uint128_t number) noexcept nogil:
    cdef uint64_t low = <uint64_t>number
    if low:
        return lowest_bit(low)
    return 64 + lowest_bit(<uint64_t>(number >> 64))


cdef inline int choose_stride(size_t boundaries, bint base) noexcept nogil:
    """Return how many bits a node over that many boundaries (at least 9) should branch by."""
    cdef int stride = bit_length(boundaries) - 1
    if not base:
        stride -= 2
        return stride if stride > LEAST_STRIDE else LEAST_STRIDE
    if stride < MIDDLE_ROOT:
        return MIDDLE_ROOT
    return stride if stride < LARGEST_STRIDE else LARGEST_STRIDE


cdef int add_leaf_v4(
    Words *words, const Intervals *intervals, size_t begin, size_t end, uint32_t origin, int bits, uint32_t *entry
) noexcept nogil:
    cdef size_t unused = LEAF_BOUNDARIES - (end - begin - 1)
    cdef size_t size = end - begin + LEAF_BOUNDARIES // 2
    cdef size_t place, i
    cdef uint16_t *short_boundaries
    cdef uint32_t *boundaries
    if reserve(words, LINE_WORDS + LEAF4_BOUNDARIES_AT + LEAF_BOUNDARIES) < 0:
        return -1
    # A small leaf lies on one cache line.
    while bits <= 16 and words.size % LINE_WORDS + size > <size_t>LINE_WORDS:
        words.at[words.size] = 0
        words.size += 1
    place = words.size - unused
    for i in range(begin, end):
        words.at[words.size] = intervals.values[i]
        words.size += 1
    boundaries = words.at + place + LEAF4_BOUNDARIES_AT
    if bits <= 16:
        memset(boundaries, 0, LEAF_BOUNDARIES * sizeof(uint16_t))
        short_boundaries = <uint16_t *>boundaries
        for i in range(begin + 1, end):
            short_boundaries[unused + i - begin - 1] = <uint16_t>(<uint32_t>intervals.starts[i] - origin)
        words.size += LEAF_BOUNDARIES // 2
        entry[0] = <uint32_t>KIND_SMALL << KIND_SHIFT | <uint32_t>place
    else:
        memset(boundaries, 0, LEAF_BOUNDARIES * sizeof(uint32_t))
        for i in range(begin + 1, end):
            boundaries[unused + i - begin - 1] = <uint32_t>intervals.starts[i] - origin
        words.size += LEAF_BOUNDARIES
        entry[0] = <uint32_t>KIND_WIDE << KIND_SHIFT | <uint32_t>place
    return 0


cdef int add_list_v4(
    Words *words, const Intervals *intervals, size_t begin, size_t end, uint32_t *entry
) noexcept nogil:
    cdef size_t number = (end - begin - 1 + 3) // 4 * 4
    cdef size_t unused = number - (end - begin - 1)
    cdef size_t place = (words.size + LINE_WORDS - 1) // LINE_WORDS
    cdef size_t i
    cdef uint32_t *list
    if reserve(words, 2 * number + 2 + LINE_WORDS) < 0 or place > <size_t>NODE4_MASK:
        return -1
    entry[0] = (
        <uint32_t>KIND_NODE << KIND_SHIFT | <uint32_t>LIST4_SHIFT << NODE4_SHIFT | <uint32_t>place
    )
    list = words.at + place * LINE_WORDS
    memset(words.at + words.size, 0, (place * LINE_WORDS + 2 * number + 2 - words.size) * sizeof(uint32_t))
    list[0] = <uint32_t>number
    for i in range(begin, end):
        if i > begin:
            list[unused + i - begin] = <uint32_t>intervals.starts[i]
        list[1 + number + unused + i - begin] = intervals.values[i]
    words.size = place * LINE_WORDS + 2 * number + 2
    return 0


cdef int add_v4(
    Words *words,
    const Intervals *intervals,
    size_t begin,
    size_t end,
    uint32_t origin,
    int bits,
    bint base,
    uint32_t *entry,
) noexcept nogil:
    """Add what distinguishes intervals ``begin`` to ``end`` - 1 within ``bits`` bits from ``origin``.

    The first of them is the one that ``origin`` lies in.
    """
    cdef size_t boundaries = end - begin - 1
    cdef size_t place, children, child, low, high
    cdef uint64_t child_origin, child_end
    cdef uint32_t child_entry
    cdef int stride, shift
    if boundaries == 0:
        entry[0] = intervals.values[begin]
        return 0
    if boundaries <= LEAF_BOUNDARIES:
        return add_leaf_v4(words, intervals, begin, end, origin, bits, entry)
    if base and boundaries <= LONGEST_LIST:
        return add_list_v4(words, intervals, begin, end, entry)
    stride = choose_stride(boundaries, base)
    if stride > bits:
        stride = bits
    shift = bits - stride
    children = <size_t>1 << stride
    place = (words.size + LINE_WORDS - 1) // LINE_WORDS
    if reserve(words, children + LINE_WORDS) < 0 or place > <size_t>NODE4_MASK:
        return -1
    entry[0] = (
        <uint32_t>KIND_NODE << KIND_SHIFT | <uint32_t>shift << NODE4_SHIFT | <uint32_t>place
    )
    place *= LINE_WORDS
    memset(words.at + words.size, 0, (place - words.size) * sizeof(uint32_t))
    words.size = place + children
    low = begin
    for child in range(children):
        child_origin = <uint64_t>origin + (<uint64_t>child << shift)
        child_end = child_origin + (<uint64_t>1 << shift)
        while low + 1 < end and intervals.starts[low + 1] <= child_origin:
            low += 1
        high = low + 1
        while high < end and intervals.starts[high] < child_end:
            high += 1
        child_entry = 0
        if add_v4(words, intervals, low, high, <uint32_t>child_origin, shift, False, &child_entry) < 0:
            return -1
        words.at[place + child] = child_entry
        low = high - 1
    return 0


cdef int add_leaf_v6(
    Words *words, const Intervals *intervals, size_t begin, size_t end, uint128_t origin, int bits, uint32_t *entry
) noexcept nogil:
    cdef size_t number = end - begin - 1
    cdef size_t place = words.size
    cdef size_t i
    cdef int shift = 127
    cdef uint64_t *boundaries
    cdef uint128_t boundary
    if reserve(words, 4 + number + 4 * number) < 0:
        return -1
    for i in range(begin + 1, end):
        if trailing_zeros(intervals.starts[i] - origin) < shift:
            shift = trailing_zeros(intervals.starts[i] - origin)
    for i in range(begin, end):
        words.at[place + 1 + i - begin] = intervals.values[i]
    words.size = place + number + 2
    if words.size & 1:
        words.at[words.size] = 0
        words.size += 1
    boundaries = <uint64_t *>(words.at + words.size)
    if bits - shift <= 64:
        words.at[place] = <uint32_t>number | <uint32_t>shift << 8
        for i in range(begin + 1, end):
            boundary = intervals.starts[i] - origin
            boundaries[i - begin - 1] = <uint64_t>(boundary >> shift)
        words.size += 2 * number
        entry[0] = <uint32_t>KIND_SMALL << KIND_SHIFT | <uint32_t>place
    else:
        words.at[place] = <uint32_t>number
        for i in range(begin + 1, end):
            boundary = intervals.starts[i] - origin
            boundaries[2 * (i - begin - 1)] = <uint64_t>(boundary >> 64)
            boundaries[2 * (i - begin - 1) + 1] = <uint64_t>boundary
        words.size += 4 * number
        entry[0] = <uint32_t>KIND_WIDE << KIND_SHIFT | <uint32_t>place
    return 0


cdef int add_v6(
    Words *words,
    const Intervals *intervals,
    size_t begin,
    size_t end,
    uint128_t origin,
    int bits,
    bint base,
    uint32_t *entry,
) noexcept nogil:
    """Add what distinguishes intervals ``begin`` to ``end`` - 1 within ``bits`` bits from ``origin``.

    The first of them is the one that ``origin`` lies in.
    """
    cdef size_t boundaries = end - begin - 1
    cdef size_t place, at, children, child, low, high
    cdef uint128_t first, span, below, child_origin, child_end
    cdef uint32_t child_entry
    cdef int shift
    cdef Node6 *node
    if boundaries == 0:
        entry[0] = intervals.values[begin]
        return 0
    if boundaries <= LEAF_BOUNDARIES:
        return add_leaf_v6(words, intervals, begin, end, origin, bits, entry)
    first = intervals.starts[begin + 1]
    span = intervals.starts[end - 1] - first
    shift = bit_length(span - 1) - choose_stride(boundaries, base)
    if shift < 0:
        shift = 0
    children = <size_t>((span - 1) >> shift) + 1
    place = (words.size + LINE_WORDS - 1) // LINE_WORDS * LINE_WORDS
    if reserve(words, children + LINE_WORDS + sizeof(Node6) // 4) < 0:
        return -1
    memset(words.at + words.size, 0, (place - words.size) * sizeof(uint32_t))
    at = place + sizeof(Node6) // 4
    words.size = at + children
    below = first - origin
    node = <Node6 *>(words.at + place)
    node.low_high = <uint64_t>(below >> 64)
    node.low_low = <uint64_t>below
    node.span_high = <uint64_t>(span >> 64)
    node.span_low = <uint64_t>span
    node.below = intervals.values[begin]
    node.above = intervals.values[end - 1]
    node.shift = <uint32_t>shift
    node.entries = <uint32_t>children
    entry[0] = <uint32_t>KIND_NODE << KIND_SHIFT | <uint32_t>place
    # Addresses from the last boundary on are 'above': the children end before it.
    end -= 1
    low = begin + 1
    for child in range(children):
        child_origin = first + (<uint128_t>child << shift)
        child_end = child_origin + ((<uint128_t>1 << shift) - 1)
        if child_end < child_origin:
            # The last child may reach beyond the last address.
            child_end = ~<uint128_t>0
        while low + 1 < end and intervals.starts[low + 1] <= child_origin:
            low += 1
        high = low + 1
        while high < end and intervals.starts[high] <= child_end:
            high += 1
        child_entry = 0
        if add_v6(words, intervals, low, high, child_origin, shift, False, &child_entry) < 0:
            return -1
        words.at[at + child] = child_entry
        low = high - 1
    return 0


cdef int add_trie(Words *words, const Intervals *intervals, uint32_t family, bint base, uint32_t *root) except -1:
    """Add a trie over all intervals of a family; ``base`` says that every look-up goes through it."""
    cdef int status
    if family == 4:
        status = add_v4(words, intervals, 0, intervals.count, 0, 32, base, root)
    else:
        status = add_v6(words, intervals, 0, intervals.count, 0, 128, base, root)
    if status < 0:
        raise MemoryError("address tables")
    return 0


cdef int close_words(Words *words) except -1:
    """End with the room that a leaf of IPv6 can speak of."""
    if reserve(words, LEAF6_ROOM) < 0:
        raise MemoryError("address tables")
    memset(words.at + words.size, 0, LEAF6_ROOM * sizeof(uint32_t))
    words.size += LEAF6_ROOM
    return 0


cdef inline bint is_host(const Intervals *intervals, size_t number, uint128_t largest) noexcept nogil:
    cdef uint128_t end = largest
    if number + 1 < intervals.count:
        end = intervals.starts[number + 1] - 1
    return intervals.starts[number] == end


cdef bint put_v4(Hosts *hosts, uint32_t address, uint32_t value) noexcept nogil:
    cdef size_t slot = hash_v4(address, <uint32_t>hosts.capacity)
    cdef int _probe
    for _probe in range(PROBE_LIMIT):
        if hosts.v4[slot].value == 0:
            hosts.v4[slot].address = address
            hosts.v4[slot].value = value + 1
            return True
        slot += 1
    return False


cdef bint put_v6(Hosts *hosts, uint128_t address, uint32_t value) noexcept nogil:
    cdef uint64_t high = <uint64_t>(address >> 64)
    cdef uint64_t low = <uint64_t>address
    cdef size_t slot = hash_v6(high, low, <uint32_t>hosts.capacity)
    cdef int _probe
    for _probe in range(PROBE_LIMIT):
        if hosts.v6[slot].value == 0:
            hosts.v6[slot].address[0] = <uint32_t>(high >> 32)
            hosts.v6[slot].address[1] = <uint32_t>high
            hosts.v6[slot].address[2] = <uint32_t>(low >> 32)
            hosts.v6[slot].address[3] = <uint32_t>low
            hosts.v6[slot].value = value + 1
            return True
        slot += 1
    return False


cdef int take_hosts(Intervals *intervals, uint32_t family, Hosts *hosts) except -1:
    """Move single addresses into a hash if they dominate; otherwise change nothing.

    The hash is asked first, so what the trie says about those addresses doesn't matter: there they
    become part of the interval to their left.
    """
    cdef uint128_t largest = <uint128_t>0xFFFFFFFF if family == 4 else ~<uint128_t>0
    cdef size_t count = 0, others = 0, i, kept
    cdef bint fits = True
    memset(hosts, 0, sizeof(Hosts))
    for i in range(intervals.count):
        if is_host(intervals, i, largest):
            count += 1
    # What remains, counted as ``kept`` below.
    kept = 0
    for i in range(intervals.count):
        if not is_host(intervals, i, largest):
            if others == 0 or intervals.values[i] != intervals.values[kept]:
                others += 1
            kept = i
    if count < LEAST_HOSTS or count < 4 * others or count > <size_t>PAYLOAD_MASK // 2:
        return 0
    hosts.spare = PROBE_LIMIT + 1
    if family == 4:
        # Half load: 16 bytes an address.
        hosts.capacity = 2 * count
        hosts.v4 = <Host4 *>calloc(hosts.capacity + hosts.spare, sizeof(Host4))
    else:
        # Two thirds: 30 bytes an address.
        hosts.capacity = count + (count + 1) // 2
        hosts.v6 = <Host6 *>calloc(hosts.capacity + hosts.spare, sizeof(Host6))
    if hosts.v4 == NULL and hosts.v6 == NULL:
        raise MemoryError("address tables")
    for i in range(intervals.count):
        if is_host(intervals, i, largest):
            if family == 4:
                fits = put_v4(hosts, <uint32_t>intervals.starts[i], intervals.values[i])
            else:
                fits = put_v6(hosts, intervals.starts[i], intervals.values[i])
            if not fits:
                free(hosts.v4)
                free(hosts.v6)
                memset(hosts, 0, sizeof(Hosts))
                return 0
    strip_hosts(intervals, largest)
    return 0


cdef void strip_hosts(Intervals *intervals, uint128_t largest) noexcept nogil:
    cdef size_t kept = 0, i
    for i in range(intervals.count):
        # ``kept`` never overtakes ``i``, but the next start must still be the original one: it is,
        # because only positions up to ``i`` have been written.
        if is_host(intervals, i, largest):
            continue
        if kept == 0:
            intervals.starts[0] = 0
            intervals.values[0] = intervals.values[i]
            kept = 1
        elif intervals.values[i] != intervals.values[kept - 1]:
            intervals.starts[kept] = intervals.starts[i]
            intervals.values[kept] = intervals.values[i]
            kept += 1
    if kept == 0:
        # Every address is a host, which takes all of them; unreachable for real families.
        intervals.values[0] = 0
        kept = 1
    intervals.count = kept
