"""An index over literals: which expressions have one of theirs in a value.

Knows literals (see ``_regex_literals``) and numbers of expressions; nothing of expressions themselves.

Strategy
1. Each expression is filed under one of its needs, each literal of that need under one of its *grams*, the eight bytes
   of it (four to seven, two or three if it is shorter) that the fewest other literals have.
2. A search reads the value once for each width in use and takes the gram at each position.  Its hash selects a bit of
   a bitmap with sixteen bits for each gram, which fits the innermost caches and is almost always zero; else a table of
   grams has the literals to compare.
3. Aho-Corasick would need one pass for all widths, but each of its steps waits for the one before, and its automaton is
   far larger than the bitmap.
4. The work for one value is bounded: once several times as many literals were compared and candidates noted as there
   are expressions, every expression is a candidate, as without an index.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from identify._compiled._regex_literals import BEGIN

cdef enum:
    # Bits of the bitmap for each gram.
    SPARSENESS = 16
    MIN_BITMAP_BITS = 9
    MAX_COUNTS_BITS = 22

cdef uint64_t MULTIPLIER = 0x9E3779B97F4A7C15

# What a gram finds by chance in values that don't have its literal, in expressions.
cdef double BY_CHANCE_4 = 0.1
cdef double BY_CHANCE_3 = 2
cdef double BY_CHANCE_2 = 8


cdef inline uint64_t gram_at(const uint8_t *text, uint64_t bits) noexcept nogil:
    cdef uint64_t gram
    memcpy(&gram, text, sizeof(gram))
    return gram & bits


cdef inline uint64_t mixed(uint64_t gram) noexcept nogil:
    return (gram ^ gram >> 29) * MULTIPLIER


cdef inline uint64_t bits_of(uint32_t width) noexcept nogil:
    """Return the bits of a word that the first ``width`` bytes in memory are."""
    cdef uint8_t bytes_[8]
    cdef uint64_t bits
    cdef uint32_t i
    for i in range(8):
        bytes_[i] = 0xFF if i < width else 0
    memcpy(&bits, bytes_, sizeof(bits))
    return bits


cdef inline uint64_t literal_gram(const uint8_t *text, Py_ssize_t length, Py_ssize_t shift,
                                  uint64_t bits) noexcept nogil:
    """Return a literal's gram without reading behind it."""
    cdef uint64_t gram = 0
    memcpy(&gram, text + shift, <size_t>(length - shift if length - shift < 8 else 8))
    return gram & bits


cdef uint32_t bits_for(uint64_t count, uint32_t least, uint32_t most) noexcept:
    cdef uint32_t bits = least
    while bits < most and (<uint64_t>1 << bits) < count:
        bits += 1
    return bits


@cython.final
cdef class IndexBuilder:
    """Writes an index into a block, from the needs of all expressions."""

    def __cinit__(self, list needs, Block block):
        self.needs = needs
        self.block = block
        self.middle = 4
        self.small = 2

    def __dealloc__(self):
        free(self.counts)

    cdef int count(self) except -1:
        """Count each gram of all literals; grams with the same hash are counted as one."""
        cdef bytes literal
        cdef uint64_t total = 0
        for needs in self.needs:
            for need in <tuple>needs:
                for literal in <set>need:
                    total += <uint64_t>PyBytes_GET_SIZE(literal)
        self.counts_shift = 64 - bits_for(total * 2, 10, MAX_COUNTS_BITS)
        self.counts = <uint32_t *>calloc(<size_t>1 << (64 - self.counts_shift), sizeof(uint32_t))
        if self.counts == NULL:
            raise MemoryError("counts of grams")
        for needs in self.needs:
            for need in <tuple>needs:
                for literal in <set>need:
                    self.count_grams(literal)
        return 0

    cdef int count_grams(self, bytes literal) except -1:
        cdef const uint8_t *text = <const uint8_t *>PyBytes_AS_STRING(literal)
        cdef Py_ssize_t length = PyBytes_GET_SIZE(literal), shift
        cdef uint32_t width = self.width_of(length)
        cdef uint64_t bits = bits_of(width)
        for shift in range(length - width + 1):
            self.counts[mixed(literal_gram(text, length, shift, bits)) >> self.counts_shift] += 1
        return 0

    cdef uint32_t width_of(self, Py_ssize_t length) noexcept:
        return 8 if length >= 8 else self.middle if length >= 4 else self.small

    cdef Py_ssize_t rarest(self, bytes literal, uint32_t *count):
        """Return where the gram begins that fewest literals have, the last one of these."""
        cdef const uint8_t *text = <const uint8_t *>PyBytes_AS_STRING(literal)
        cdef Py_ssize_t length = PyBytes_GET_SIZE(literal), shift, best = 0
        cdef uint32_t width = self.width_of(length), found
        cdef uint64_t bits = bits_of(width)
        count[0] = 0xFFFFFFFF
        for shift in range(length - width + 1):
            found = self.counts[mixed(literal_gram(text, length, shift, bits)) >> self.counts_shift]
            if found <= count[0]:
                count[0] = found
                best = shift
        return best

    cdef double weigh(self, bytes literal) except? -1.0:
        """Return about how many expressions a literal makes candidates in vain."""
        cdef uint32_t count
        cdef Py_ssize_t length = len(literal)
        self.rarest(literal, &count)
        if length >= 8:
            return count
        return count + (BY_CHANCE_4 if length >= 4 else BY_CHANCE_3 if length == 3 else BY_CHANCE_2)

    cdef object choose(self, tuple needs):
        """Return the need to file an expression under, or None."""
        cdef double weight, best_weight = 0
        cdef Py_ssize_t least, best_least = 0
        cdef bytes literal
        best = None
        for need in needs:
            least = min([len(<bytes>literal) for literal in <set>need])
            if least < 2:
                continue
            weight = 0
            for literal in <set>need:
                weight += self.weigh(literal)
            if best is None or weight < best_weight or (weight == best_weight and least > best_least):
                best, best_weight, best_least = need, weight, least
        return best

    cdef int write(self, list chosen, Index *index) except -1:
        """Write the index of ``chosen``, pairs of an expression's number and its need, in order.

        The index's ``data`` is for the caller to set, once the block doesn't move any more.
        """
        cdef dict members = {}
        cdef dict widths
        cdef bytes literal
        cdef Py_ssize_t shift
        cdef uint32_t width, count
        for number, need in chosen:
            for literal in <set>need:
                members.setdefault(literal, []).append(number)
        self.fit(members)
        widths = {8: {}, self.middle: {}, self.small: {}}
        for literal in members:
            width = self.width_of(len(literal))
            shift = self.rarest(literal, &count)
            (<dict>widths[width]).setdefault(literal[shift:shift + width], []).append((literal, shift))
        self.write_literals(members, widths, index)
        for width in widths:
            if widths[width]:
                self.write_grams(width, widths[width], &index.grams[index.used])
                index.used += 1
        return 0

    cdef int fit(self, dict literals) except -1:
        """Make the grams of shorter literals as wide as all of these allow, and count only these."""
        cdef bytes literal
        cdef Py_ssize_t length
        self.middle = 7
        self.small = 3
        for literal in literals:
            length = len(literal)
            if length < 4:
                self.small = min(self.small, <uint32_t>length)
            elif length < 8:
                self.middle = min(self.middle, <uint32_t>length)
        memset(self.counts, 0, sizeof(uint32_t) << (64 - self.counts_shift))
        for literal in literals:
            self.count_grams(literal)
        return 0

    cdef int write_literals(self, dict members, dict widths, Index *index) except -1:
        """Write the literals in the order of their grams, their texts, and the expressions of each."""
        cdef bytes literal
        cdef Literal row
        cdef uint32_t number, at = 0, begin = 0
        cdef size_t place
        cdef list ordered = [pair for groups in widths.values() for group in (<dict>groups).values() for pair in group]
        cdef list texts = []
        for literal, _ in ordered:
            texts.append(self.block.put_text(PyBytes_AS_STRING(literal), <size_t>PyBytes_GET_SIZE(literal)))
        index.literals_at = self.block.reserve(len(ordered) * sizeof(Literal))
        for literal, shift in ordered:
            row.text = texts[at]
            row.length = <uint32_t>len(literal)
            row.shift = shift
            row.members = begin
            row.count = <uint32_t>len(members[literal])
            begin += row.count
            memcpy(self.block.data + index.literals_at + at * sizeof(Literal), &row, sizeof(Literal))
            at += 1
        index.members_at = self.block.reserve(begin * sizeof(uint32_t))
        place = index.members_at
        for literal, _ in ordered:
            for number in members[literal]:
                memcpy(self.block.data + place, &number, sizeof(number))
                place += sizeof(number)
        return 0

    cdef int write_grams(self, uint32_t width, dict groups, Grams *grams) except -1:
        cdef uint32_t bitmap_bits = bits_for(<uint64_t>len(groups) * SPARSENESS, MIN_BITMAP_BITS, 30)
        cdef uint32_t slot_bits = bits_for(<uint64_t>len(groups) * 2, 1, 30)
        cdef uint32_t first
        cdef uint64_t mask = (<uint64_t>1 << slot_bits) - 1, place, hashed
        cdef uint64_t *words
        cdef GramSlot *slots
        cdef bytes gram
        cdef bint anchored = True
        grams.width = width
        grams.bits = bits_of(width)
        grams.bitmap_shift = 64 - bitmap_bits
        grams.slot_shift = 64 - slot_bits
        grams.bitmap_at = self.block.reserve(<size_t>1 << (bitmap_bits - 3))
        grams.slots_at = self.block.reserve(sizeof(GramSlot) << slot_bits)
        grams.last = 0
        words = <uint64_t *>(self.block.data + grams.bitmap_at)
        slots = <GramSlot *>(self.block.data + grams.slots_at)
        first = self.written
        for gram, pairs in groups.items():
            for literal, shift in pairs:
                anchored = anchored and (<bytes>literal).startswith(BEGIN)
                grams.last = max(grams.last, <uint32_t>shift)
            hashed = mixed(literal_gram(<const uint8_t *>PyBytes_AS_STRING(gram), width, 0, grams.bits))
            words[hashed >> grams.bitmap_shift >> 6] |= <uint64_t>1 << (hashed >> grams.bitmap_shift & 63)
            place = hashed >> grams.slot_shift
            while slots[place].count:
                place = (place + 1) & mask
            slots[place].gram = literal_gram(<const uint8_t *>PyBytes_AS_STRING(gram), width, 0, grams.bits)
            slots[place].first = first
            slots[place].count = <uint32_t>len(pairs)
            first += slots[place].count
        self.written = first
        if not anchored:
            grams.last = 0xFFFFFFFF
        return 0


cdef void find_candidates(const Index *index, const uint8_t *text, uint32_t size, uint32_t limit,
                          Candidates *found) noexcept nogil:
    cdef uint32_t i
    for i in range(index.used):
        scan(index, &index.grams[i], text, size, limit, found)


cdef void scan(const Index *index, const Grams *grams, const uint8_t *text, uint32_t size, uint32_t limit,
               Candidates *found) noexcept nogil:
    """Look at each position; at the last ones, grams reach into the padding and are compared in vain."""
    cdef const uint64_t *bitmap = <const uint64_t *>(index.data + grams.bitmap_at)
    cdef uint64_t bits = grams.bits, gram, hashed
    cdef uint32_t shift = grams.bitmap_shift, position, end
    if size < grams.width:
        return
    end = size - grams.width
    if grams.last < end:
        end = grams.last
    for position in range(end + 1):
        gram = gram_at(text + position, bits)
        hashed = mixed(gram)
        if bitmap[hashed >> shift >> 6] >> (hashed >> shift & 63) & 1:
            look_up(index, grams, gram, hashed, text, position, size, limit, found)


cdef void look_up(const Index *index, const Grams *grams, uint64_t gram, uint64_t hashed, const uint8_t *text,
                  uint32_t position, uint32_t size, uint32_t limit, Candidates *found) noexcept nogil:
    cdef const GramSlot *slots = <const GramSlot *>(index.data + grams.slots_at)
    cdef const Literal *literal
    cdef uint64_t place = hashed >> grams.slot_shift, mask = (<uint64_t>1 << (64 - grams.slot_shift)) - 1
    cdef uint32_t _
    while slots[place].count:
        if slots[place].gram == gram:
            literal = <const Literal *>(index.data + index.literals_at) + slots[place].first
            for _ in range(slots[place].count):
                if not found.budget:
                    found.all = True
                    return
                found.budget -= 1
                if (literal.shift <= position and literal.length <= size - position + literal.shift
                        and memcmp(text + position - literal.shift, index.data + literal.text, literal.length) == 0):
                    add_members(<const uint32_t *>(index.data + index.members_at) + literal.members, literal.count,
                                limit, found)
                literal += 1
            return
        place = (place + 1) & mask


cdef void add_members(const uint32_t *members, uint32_t count, uint32_t limit, Candidates *found) noexcept nogil:
    cdef uint32_t i
    for i in range(count):
        if members[i] >= limit or found.all:
            return
        if not found.budget:
            found.all = True
            return
        found.budget -= 1
        if found.bitmap != NULL:
            found.bitmap[members[i] >> 6] |= <uint64_t>1 << (members[i] & 63)
        else:
            add_number(members[i], limit, found)


cdef void add_number(uint32_t number, uint32_t limit, Candidates *found) noexcept nogil:
    """Insert into the sorted numbers, or change to the bitmap where they are full."""
    cdef uint32_t low = 0, high = found.count, middle, i
    while low < high:
        middle = (low + high) // 2
        if found.numbers[middle] < number:
            low = middle + 1
        else:
            high = middle
    if low < found.count and found.numbers[low] == number:
        return
    if found.count == CANDIDATE_ROOM:
        found.bitmap = <uint64_t *>calloc(<size_t>(limit >> 6) + 1, sizeof(uint64_t))
        if found.bitmap == NULL:
            found.all = True
            return
        for i in range(found.count):
            found.bitmap[found.numbers[i] >> 6] |= <uint64_t>1 << (found.numbers[i] & 63)
        found.bitmap[number >> 6] |= <uint64_t>1 << (number & 63)
        return
    for i in range(found.count, low, -1):
        found.numbers[i] = found.numbers[i - 1]
    found.numbers[low] = number
    found.count += 1
