"""From identifies' items to one block of address tables.

Knows which identifies can be flattened and which not, the port tables, and how a block is put
together; the flattening itself is in ``_address_intervals``, the search structures in
``_address_trie``.

Strategy
1. Families never mix: each is built for itself.  An identify's items of a family are its *group*;
   F(p) is the set of addresses that the group matches for source port p, F(0) by its items without
   port alone.
2. The base flattens the items without port of every regular group: it answers min F(0).
3. A group is *regular* if F(0) is part of F(p) for each p: then the answer for p is the smaller of
   the base and of a second table over the groups that mention p, and no table need hold a group that
   has nothing to say about p.  It is so unless an item that negates a port comes after a positive
   item without port.  Proof by the last item that covers an address, for port p or any: if it is
   positive without port, the address is in F(0) and F(p); if it is negated without port, in neither;
   if it has port p and is positive, in F(p); if it has port p and is negated, the last item without
   port stands before it and is not positive: in neither.  The same cases show that the second table
   needs only the items with port p and the negated ones without port.
4. A group with such an item is *excluding*: it is left out of the base and flattened exactly, with
   all that holds for a port, in the second table of every port that is mentioned anywhere, and in one
   more for all other ports.
5. Groups that have a mask with holes, and those for which 3 or 4 would take more than linear memory,
   are *irregular*: not flattened, but found by one hash look-up for each distinct mask of their
   positive items (only a positive item can make a group match) and evaluated item by item.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, qsort
from libc.string cimport memcpy, memset

from identify._compiled._address_intervals cimport (
    Entry,
    Intervals,
    Sweep,
    close_sweep,
    flatten,
    open_sweep,
    sort_entries,
)
from identify._compiled._address_masks cimport Masked, add_item, add_owner, close_masked, finish_masked, open_masked
from identify._compiled._address_tables cimport (
    FamilyTables,
    Host4,
    Host6,
    Item,
    Mask,
    MaskedSlot,
    Owner,
    PortRoot,
    port_slot,
    uint128_t,
)
from identify._compiled._address_trie cimport Hosts, Words, add_trie, close_words, open_words, take_hosts

cdef extern from "_pages.h" nogil:
    int allocate_pages "identify_allocate_pages"(void **memory, size_t alignment, size_t size)

cdef extern from * nogil:
    int ones "__builtin_popcountll"(unsigned long long word)

cdef enum:
    # The parts of a block begin on cache lines.
    ALIGNMENT = 64
    OTHER_PORTS = 65536
    # A group of n items may take this much more than n entries in second tables, all excluding groups
    # together likewise; otherwise they are irregular.
    GROUP_FACTOR = 4
    GROUP_ALLOWANCE = 16
    EXCLUDING_FACTOR = 4
    EXCLUDING_ALLOWANCE = 16384

cdef enum GroupKind:
    REGULAR
    EXCLUDING
    IRREGULAR


cdef struct Group:
    # Its rules in the family: positions in Family.rules.
    size_t begin
    size_t end
    uint32_t rank
    GroupKind kind


# Everything that building one family allocates.
cdef struct Family:
    uint32_t number
    const Rule **rules
    size_t rule_count
    Group *groups
    uint32_t *values
    size_t group_count
    # For each port, 1 if a regular or excluding group mentions it; and these ports, ascending.
    uint8_t *mentioned
    uint16_t *all_ports
    size_t port_count
    # Scratch for the ports of one group.
    uint16_t *ports
    Entry *entries
    size_t entry_count
    uint128_t *starts
    uint32_t *interval_values
    Sweep sweep
    Words words
    Hosts hosts
    PortRoot *roots
    Masked masked
    FamilyTables tables


cdef AddressTables *build_tables(const Rule *rules, size_t count) except NULL:
    """Compile checked rules, ordered by rank."""
    cdef Family v4, v6
    memset(&v4, 0, sizeof(Family))
    memset(&v6, 0, sizeof(Family))
    v4.number = 4
    v6.number = 6
    try:
        build_family(&v4, rules, count)
        build_family(&v6, rules, count)
        return assemble(&v4, &v6, rules[count - 1].rank + 1 if count else 0)
    finally:
        free_family(&v4)
        free_family(&v6)


cdef void free_family(Family *family) noexcept:
    free(family.rules)
    free(family.groups)
    free(family.values)
    free(family.mentioned)
    free(family.all_ports)
    free(family.ports)
    free(family.entries)
    free(family.starts)
    free(family.interval_values)
    close_sweep(&family.sweep)
    free(family.words.at)
    free(family.hosts.v4)
    free(family.hosts.v6)
    free(family.roots)
    close_masked(&family.masked)


cdef void *allocate(size_t count, size_t size) except NULL:
    """Allocate zeroed memory for the workspace; never nothing."""
    cdef void *memory = calloc(count + 1, size)
    if memory == NULL:
        raise MemoryError("address tables")
    return memory


cdef int build_family(Family *family, const Rule *rules, size_t count) except -1:
    select_rules(family, rules, count)
    open_words(&family.words, 0)
    if family.rule_count == 0:
        return 0
    classify(family)
    add_entries(family, False)
    family.entries = <Entry *>allocate(family.entry_count, sizeof(Entry))
    add_entries(family, True)
    sort_entries(family.entries, family.entry_count)
    build_tries(family)
    build_irregular(family)
    return 0


cdef int select_rules(Family *family, const Rule *rules, size_t count) except -1:
    """Take the rules of the family and group them."""
    cdef size_t i
    cdef size_t number = 0
    cdef size_t groups = 0
    for i in range(count):
        number += rules[i].family == family.number
    family.rule_count = number
    family.rules = <const Rule **>allocate(number, sizeof(Rule *))
    family.groups = <Group *>allocate(number, sizeof(Group))
    family.values = <uint32_t *>allocate(number, sizeof(uint32_t))
    number = 0
    for i in range(count):
        if rules[i].family != family.number:
            continue
        if groups == 0 or family.groups[groups - 1].rank != rules[i].rank:
            family.groups[groups].begin = number
            family.groups[groups].rank = rules[i].rank
            family.values[groups] = rules[i].rank + 1
            groups += 1
        family.rules[number] = &rules[i]
        number += 1
        family.groups[groups - 1].end = number
    family.group_count = groups
    return 0


cdef inline uint128_t mask_of(const Rule *rule) noexcept nogil:
    return <uint128_t>rule.mask_high << 64 | rule.mask_low


cdef inline uint128_t address_of(const Rule *rule) noexcept nogil:
    return <uint128_t>rule.high << 64 | rule.low


cdef inline uint128_t host_bits(const Family *family, const Rule *rule) noexcept nogil:
    cdef uint128_t largest = <uint128_t>0xFFFFFFFF if family.number == 4 else ~<uint128_t>0
    return ~mask_of(rule) & largest


cdef inline bint has_holes(const Family *family, const Rule *rule) noexcept nogil:
    cdef uint128_t bits = host_bits(family, rule)
    return bits & (bits + 1) != 0


cdef inline int mask_length(const Rule *rule) noexcept nogil:
    return ones(rule.mask_high) + ones(rule.mask_low)


cdef int compare_ports(const void *first, const void *second) noexcept nogil:
    return <int>(<const uint16_t *>first)[0] - <int>(<const uint16_t *>second)[0]


cdef size_t distinct_ports(const Family *family, const Group *group) noexcept nogil:
    """List the ports that a group mentions, ascending, in the scratch array ``ports``."""
    cdef size_t count = 0
    cdef size_t kept = 0
    cdef size_t i
    for i in range(group.begin, group.end):
        if family.rules[i].port != 0:
            family.ports[count] = family.rules[i].port
            count += 1
    if count > 1:
        qsort(family.ports, count, sizeof(uint16_t), compare_ports)
    for i in range(count):
        if kept == 0 or family.ports[i] != family.ports[kept - 1]:
            family.ports[kept] = family.ports[i]
            kept += 1
    return kept


cdef GroupKind classify_group(const Family *family, const Group *group) noexcept nogil:
    cdef size_t i
    cdef size_t negated = 0
    cdef bint ported = False
    cdef bint positive = False
    cdef GroupKind kind = REGULAR
    cdef const Rule *rule
    for i in range(group.begin, group.end):
        rule = family.rules[i]
        if has_holes(family, rule):
            return IRREGULAR
        if rule.port != 0:
            ported = True
            if rule.negated and positive:
                kind = EXCLUDING
        elif rule.negated:
            negated += 1
        else:
            positive = True
    if kind == REGULAR and ported and negated:
        i = group.end - group.begin
        if distinct_ports(family, group) * negated > GROUP_FACTOR * i + GROUP_ALLOWANCE:
            return IRREGULAR
    return kind


cdef int classify(Family *family) except -1:
    """Decide what each group is and which ports get a table."""
    cdef size_t i, place
    cdef size_t plain = 0
    cdef size_t tables = 1
    cdef Group *group
    cdef const Rule *rule
    family.mentioned = <uint8_t *>allocate(OTHER_PORTS, sizeof(uint8_t))
    family.ports = <uint16_t *>allocate(family.rule_count, sizeof(uint16_t))
    for i in range(family.group_count):
        group = &family.groups[i]
        group.kind = classify_group(family, group)
        for place in range(group.begin, group.end):
            rule = family.rules[place]
            if group.kind != IRREGULAR and rule.port != 0 and not family.mentioned[rule.port]:
                family.mentioned[rule.port] = 1
                tables += 1
            if group.kind == EXCLUDING and rule.port == 0:
                plain += 1
    if plain * tables > EXCLUDING_FACTOR * family.rule_count + EXCLUDING_ALLOWANCE:
        memset(family.mentioned, 0, OTHER_PORTS)
        for i in range(family.group_count):
            group = &family.groups[i]
            if group.kind == EXCLUDING:
                group.kind = IRREGULAR
            if group.kind != IRREGULAR:
                for place in range(group.begin, group.end):
                    family.mentioned[family.rules[place].port] = 1
    family.mentioned[0] = 0
    family.all_ports = <uint16_t *>allocate(OTHER_PORTS, sizeof(uint16_t))
    for i in range(<size_t>OTHER_PORTS):
        if family.mentioned[i]:
            family.all_ports[family.port_count] = <uint16_t>i
            family.port_count += 1
    return 0


cdef void add_entry(Family *family, bint store, size_t group, size_t item, uint32_t table) noexcept nogil:
    cdef const Rule *rule = family.rules[item]
    cdef Entry *entry
    if store:
        entry = &family.entries[family.entry_count]
        entry.first = address_of(rule)
        entry.last = entry.first | host_bits(family, rule)
        entry.table = table
        entry.group = <uint32_t>group
        entry.item = <uint32_t>item
        entry.length = <uint16_t>mask_length(rule)
        entry.negated = rule.negated
    family.entry_count += 1


cdef void add_entries(Family *family, bint store) noexcept nogil:
    """Count the entries of all tables, or store them."""
    cdef size_t number, item, place, ports
    cdef Group *group
    cdef const Rule *rule
    family.entry_count = 0
    for number in range(family.group_count):
        group = &family.groups[number]
        if group.kind == IRREGULAR:
            continue
        ports = 0
        for item in range(group.begin, group.end):
            rule = family.rules[item]
            if rule.port != 0:
                ports += 1
                add_entry(family, store, number, item, rule.port)
            elif group.kind == REGULAR:
                add_entry(family, store, number, item, 0)
            else:
                add_entry(family, store, number, item, OTHER_PORTS)
                for place in range(family.port_count):
                    add_entry(family, store, number, item, family.all_ports[place])
        if group.kind == REGULAR and ports:
            ports = distinct_ports(family, group)
            for item in range(group.begin, group.end):
                rule = family.rules[item]
                if rule.port == 0 and rule.negated:
                    for place in range(ports):
                        add_entry(family, store, number, item, family.ports[place])


cdef int build_tries(Family *family) except -1:
    """Flatten each table's entries and lay out the search structures."""
    cdef uint128_t largest = <uint128_t>0xFFFFFFFF if family.number == 4 else ~<uint128_t>0
    cdef size_t begin = 0, end = 0, most = 0
    cdef size_t capacity = 1
    cdef uint32_t root, slot
    cdef Intervals intervals
    while begin < family.entry_count:
        end = begin
        while end < family.entry_count and family.entries[end].table == family.entries[begin].table:
            end += 1
        if end - begin > most:
            most = end - begin
        begin = end
    open_sweep(&family.sweep, most, family.group_count, family.values)
    family.starts = <uint128_t *>allocate(2 * most, sizeof(uint128_t))
    family.interval_values = <uint32_t *>allocate(2 * most, sizeof(uint32_t))
    intervals.starts = family.starts
    intervals.values = family.interval_values
    if family.port_count:
        while capacity < 2 * family.port_count:
            capacity *= 2
        family.tables.port_mask = <uint32_t>(capacity - 1)
        family.roots = <PortRoot *>allocate(capacity, sizeof(PortRoot))
    begin = 0
    while begin < family.entry_count:
        end = begin
        while end < family.entry_count and family.entries[end].table == family.entries[begin].table:
            end += 1
        flatten(&family.sweep, family.entries + begin, end - begin, largest, &intervals)
        if family.entries[begin].table == 0:
            take_hosts(&intervals, family.number, &family.hosts)
        root = 0
        add_trie(&family.words, &intervals, family.number, family.entries[begin].table == 0, &root)
        if family.entries[begin].table == 0:
            family.tables.root = root
        elif family.entries[begin].table == OTHER_PORTS:
            family.tables.default_root = root
        else:
            slot = port_slot(family.entries[begin].table, family.tables.port_mask)
            while family.roots[slot].port != 0:
                slot = (slot + 1) & family.tables.port_mask
            family.roots[slot].port = family.entries[begin].table
            family.roots[slot].root = root
        begin = end
    if family.number == 6:
        close_words(&family.words)
    return 0


cdef int build_irregular(Family *family) except -1:
    """Index the groups that aren't flattened."""
    cdef size_t number, item
    cdef size_t items = 0
    cdef size_t owners = 0
    cdef Group *group
    for number in range(family.group_count):
        group = &family.groups[number]
        if group.kind == IRREGULAR:
            items += group.end - group.begin
            owners += 1
    if items == 0:
        return 0
    open_masked(&family.masked, items, owners)
    for number in range(family.group_count):
        group = &family.groups[number]
        if group.kind == IRREGULAR:
            add_owner(&family.masked, group.rank)
            for item in range(group.begin, group.end):
                add_item(&family.masked, family.rules[item])
    finish_masked(&family.masked)
    return 0


cdef inline uint64_t part(uint64_t *size, size_t count, size_t unit) noexcept nogil:
    """Reserve ``count`` units and return where they begin."""
    cdef uint64_t begin = size[0]
    size[0] = (begin + count * unit + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
    return begin


cdef void place_family(Family *family, uint64_t *size) noexcept nogil:
    """Say how much there is of everything and where it goes."""
    cdef FamilyTables *tables = &family.tables
    cdef Masked *masked = &family.masked
    cdef size_t hosts = family.hosts.capacity + family.hosts.spare
    tables.words = family.words.size
    tables.host_capacity = <uint32_t>family.hosts.capacity
    tables.host_spare = <uint32_t>family.hosts.spare
    tables.mask_count = <uint32_t>masked.mask_count
    tables.slot_mask = <uint32_t>masked.slot_mask
    tables.candidate_count = <uint32_t>masked.candidate_count
    tables.item_count = <uint32_t>masked.item_count
    tables.owner_count = <uint32_t>masked.owner_count
    tables.extras = tables.default_root != 0 or tables.port_mask != 0 or tables.mask_count != 0
    tables.words_at = part(size, family.words.size, sizeof(uint32_t))
    tables.hosts_at = part(size, hosts, sizeof(Host4) if family.number == 4 else sizeof(Host6))
    tables.ports_at = part(size, tables.port_mask + 1 if family.roots != NULL else 0, sizeof(PortRoot))
    tables.masks_at = part(size, masked.mask_count, sizeof(Mask))
    tables.slots_at = part(size, masked.slot_mask + 1 if masked.slots != NULL else 0, sizeof(MaskedSlot))
    tables.candidates_at = part(size, masked.candidate_count, sizeof(uint32_t))
    tables.items_at = part(size, masked.item_count, sizeof(Item))
    tables.owners_at = part(size, masked.owner_count, sizeof(Owner))


cdef inline void put(AddressTables *block, uint64_t at, const void *source, uint64_t until) noexcept nogil:
    """Copy one part of known size; an absent one has no source."""
    if source != NULL and until:
        memcpy(<char *>block + at, source, until)


cdef void copy_family(AddressTables *block, const Family *family) noexcept nogil:
    cdef const FamilyTables *tables = &family.tables
    cdef const Masked *masked = &family.masked
    cdef size_t hosts = family.hosts.capacity + family.hosts.spare
    put(block, tables.words_at, family.words.at, family.words.size * sizeof(uint32_t))
    put(block, tables.hosts_at, family.hosts.v4, hosts * sizeof(Host4))
    put(block, tables.hosts_at, family.hosts.v6, hosts * sizeof(Host6))
    put(block, tables.ports_at, family.roots, (<uint64_t>tables.port_mask + 1) * sizeof(PortRoot))
    put(block, tables.masks_at, masked.masks, masked.mask_count * sizeof(Mask))
    put(block, tables.slots_at, masked.slots, (masked.slot_mask + 1) * sizeof(MaskedSlot))
    put(block, tables.candidates_at, masked.candidates, masked.candidate_count * sizeof(uint32_t))
    put(block, tables.items_at, masked.items, masked.item_count * sizeof(Item))
    put(block, tables.owners_at, masked.owners, masked.owner_count * sizeof(Owner))


cdef AddressTables *assemble(Family *v4, Family *v6, uint32_t rank_limit) except NULL:
    """Copy both families into one block."""
    cdef uint64_t size = 0
    cdef void *memory = NULL
    cdef AddressTables *block
    part(&size, 1, sizeof(AddressTables))
    place_family(v4, &size)
    place_family(v6, &size)
    if allocate_pages(&memory, ALIGNMENT, size) != 0:
        raise MemoryError("address tables")
    memset(memory, 0, size)
    block = <AddressTables *>memory
    block.size = size
    block.rank_limit = rank_limit
    block.v4 = v4.tables
    block.v6 = v6.tables
    copy_family(block, v4)
    copy_family(block, v6)
    return block
