"""Items of ``match`` as numbers, see ``_address_rules.pxd``."""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport uint16_t, uint64_t, uint8_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from identify._compiled._address_build cimport MAX_RANK, MAX_RULES

from array import array

cdef enum:
    FIRST_ROOM = 64


cdef int raise_for(int failed) except -1:
    """Raise what a negative number stands for; 0 is fine."""
    if failed == NO_RULE_MEMORY:
        raise MemoryError("address items")
    if failed == TOO_MANY_RULES:
        raise ValueError(f"more than {MAX_RULES} address items")
    return 0


@cython.final
cdef class AddressRules:
    """Items of ``match`` as numbers.

    Thread safety: nothing changes once whoever makes them has given them away.
    """

    def __dealloc__(self):
        free(self.at)

    def __len__(self):
        return <Py_ssize_t>self.count

    @staticmethod
    def of(owners not None, bint tuples=False):
        """Return the ``AddressRule`` objects of each owner, or tuples (negated, family, address, mask, port)."""
        cdef AddressRules made = AddressRules.__new__(AddressRules)
        cdef Rule rule
        cdef size_t owner
        for owner, items in enumerate(owners):
            for item in items:
                if tuples:
                    negated, family, address, mask, port = item
                    fill(&rule, owner, negated, family, address, mask, port)
                else:
                    fill(&rule, owner, item.negated, item.family, item.address, item.mask, item.port)
                raise_for(made.put(&rule))
        return made

    @staticmethod
    def arranged(order not None, AddressRules first not None, uint32_t first_count, AddressRules second not None):
        """Return the items of two lists of owners in another order.

        ``order`` is a buffer of uint32, the number of an owner for each place: those of ``first``, then, from
        ``first_count`` on, those of ``second``.  The owners of the result are the places.
        """
        cdef AddressRules made = AddressRules.__new__(AddressRules)
        cdef Py_buffer view
        cdef uint32_t *starts = NULL
        cdef size_t second_count = 1
        cdef int failed
        PyObject_GetBuffer(order, &view, PyBUF_SIMPLE)
        try:
            if first.count and first.at[first.count - 1].rank >= first_count:
                raise ValueError(f"items of owner {first.at[first.count - 1].rank} of {first_count}")
            if second.count:
                second_count = <size_t>second.at[second.count - 1].rank + 1
            starts = <uint32_t *>malloc((<size_t>first_count + second_count + 2) * sizeof(uint32_t))
            if starts == NULL:
                raise MemoryError("address items")
            with nogil:
                list_starts(first, starts, first_count)
                list_starts(second, starts + first_count + 1, second_count)
                failed = gather(made, <const uint32_t *>view.buf, <size_t>view.len // sizeof(uint32_t), starts,
                                first, first_count, second, second_count)
            raise_for(failed)
        finally:
            free(starts)
            PyBuffer_Release(&view)
        return made

    def owners(self):
        """Return the owners that have items, in order, as an array of uint32."""
        cdef size_t i
        cdef uint32_t[::1] numbers
        cdef size_t found = 0
        for i in range(self.count):
            found += i == 0 or self.at[i].rank != self.at[i - 1].rank
        made = array("I", bytes(found * sizeof(uint32_t)))
        if not found:
            return made
        numbers = made
        found = 0
        for i in range(self.count):
            if i == 0 or self.at[i].rank != self.at[i - 1].rank:
                numbers[found] = self.at[i].rank
                found += 1
        return made

    def ranked(self):
        """Return the items with ranks as owners, which count the owners that have items."""
        cdef AddressRules made = AddressRules.__new__(AddressRules)
        cdef uint32_t rank = 0
        cdef size_t i
        raise_for(made.make_room(self.count))
        for i in range(self.count):
            if i and self.at[i].rank != self.at[i - 1].rank:
                rank += 1
            made.at[i] = self.at[i]
            made.at[i].rank = rank
        made.count = self.count
        return made

    def lists(self):
        """Return the owners, families, addresses, masks, ports and signs (whether negated), a list of each."""
        cdef list owners = [], families = [], addresses = [], masks = [], ports = [], negated = []
        cdef const Rule *rule
        cdef size_t i
        cdef dict known = {}
        for i in range(self.count):
            rule = &self.at[i]
            owners.append(rule.rank)
            families.append(rule.family)
            addresses.append(wide(rule.high, rule.low))
            mask = wide(rule.mask_high, rule.mask_low)
            # There are few different ones.
            masks.append(known.setdefault(mask, mask))
            ports.append(rule.port)
            negated.append(rule.negated != 0)
        return owners, families, addresses, masks, ports, negated

    cdef int put(self, const Rule *rule) noexcept nogil:
        """Append an item."""
        cdef int failed
        if self.count == self.room:
            failed = self.make_room(self.count + 1)
            if failed < 0:
                return failed
        self.at[self.count] = rule[0]
        self.count += 1
        return 0

    cdef int make_room(self, size_t count) noexcept nogil:
        """Let there be room for so many items in all."""
        cdef size_t larger
        cdef void *moved
        if count <= self.room:
            return 0
        if count > MAX_RULES:
            return TOO_MANY_RULES
        larger = self.room + self.room // 2 + FIRST_ROOM if self.room else count
        if larger < count:
            larger = count
        moved = realloc(self.at, larger * sizeof(Rule))
        if moved == NULL:
            return NO_RULE_MEMORY
        self.at = <Rule *>moved
        self.room = larger
        return 0


cdef inline object wide(uint64_t high, uint64_t low):
    return (<object>high << 64) | low if high else low


cdef int fill(Rule *rule, size_t owner, negated, uint32_t family, address, mask, uint16_t port) except -1:
    # So that equal items have equal bytes.
    memset(rule, 0, sizeof(Rule))
    if family == 4:
        rule.low = address
        rule.mask_low = mask
    elif family == 6:
        rule.high = address >> 64
        rule.mask_high = mask >> 64
        rule.low = address & 0xFFFFFFFFFFFFFFFF
        rule.mask_low = mask & 0xFFFFFFFFFFFFFFFF
    else:
        raise ValueError(f"identify {owner}: family {family}: expected 4 or 6")
    if owner > MAX_RANK:
        raise ValueError(f"rank {owner}: at most {MAX_RANK} is supported")
    rule.rank = <uint32_t>owner
    rule.port = port
    rule.family = <uint8_t>family
    rule.negated = 1 if negated else 0
    return 0


cdef void list_starts(AddressRules rules, uint32_t *starts, size_t owners) noexcept nogil:
    """Where the items of each owner begin, and where those of the last one end."""
    cdef size_t at = 0
    cdef size_t owner
    for owner in range(owners):
        while at < rules.count and rules.at[at].rank < owner:
            at += 1
        starts[owner] = <uint32_t>at
    starts[owners] = <uint32_t>rules.count


cdef int gather(AddressRules made, const uint32_t *order, size_t places, const uint32_t *starts,
                AddressRules first, uint32_t first_count, AddressRules second, size_t second_count) noexcept nogil:
    cdef const uint32_t *second_starts = starts + first_count + 1
    cdef const Rule *rules
    cdef uint32_t owner, at, end
    cdef size_t place, count = 0
    cdef int failed
    for place in range(places):
        owner = order[place]
        if owner < first_count:
            count += starts[owner + 1] - starts[owner]
        elif owner - first_count < second_count:
            owner -= first_count
            count += second_starts[owner + 1] - second_starts[owner]
    if places > <size_t>MAX_RANK + 1:
        return TOO_MANY_RULES
    failed = made.make_room(count)
    if failed < 0:
        return failed
    for place in range(places):
        owner = order[place]
        if owner < first_count:
            rules = first.at
            at = starts[owner]
            end = starts[owner + 1]
        elif owner - first_count < second_count:
            rules = second.at
            at = second_starts[owner - first_count]
            end = second_starts[owner - first_count + 1]
        else:
            continue
        while at < end:
            made.at[made.count] = rules[at]
            made.at[made.count].rank = <uint32_t>place
            made.count += 1
            at += 1
    return 0
