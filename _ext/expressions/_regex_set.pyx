"""A set of POSIX extended regular expressions in rank order: which is the first that matches a value.

Knows expressions, their needs and the order.  What an expression means is for the C library to say; where this set
answers by itself, for values of ASCII characters, the tests compare it with the library.

Strategy
1. ``_regex_syntax`` finds out what an expression requires, ``_regex_index`` which of these literals a value has.
2. The expressions whose literals were found, and those that require nothing, are the candidates.  They are asked in
   rank order: first whether their other needs are met, which costs far less than a run, then by their automaton if the
   value is ASCII, else by the C library.
3. An expression is compiled when it first is a candidate, for most of a large set never are.  That it compiles is
   checked when the set is made.
4. Of equal expressions only the first can be the answer, so the others are left out.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy, memset

from identify._compiled._regex cimport (
    CODE_POINT_RANGES, check_expression, compile_expression, enter_locale, free_expression, leave_locale,
    run_expression,
)
from identify._compiled._regex_automaton cimport lowest_bit, run_automaton, write_automaton
from identify._compiled._regex_index cimport PADDING, Candidates, IndexBuilder, find_candidates
from identify._compiled._regex_syntax cimport Analysis, analyse

from identify._compiled._regex_literals import BEGIN, END

cdef extern from "<string.h>" nogil:
    size_t strnlen(const char *text, size_t most)

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    void *memmem(const void *haystack, size_t haystacklen, const void *needle, size_t needlelen);
    #endif

    /* The pointer at `place`, as another thread published it. */
    static inline void *identify_published(void **place) {
        return __atomic_load_n(place, __ATOMIC_ACQUIRE);
    }

    /* Publish `made` at `place` unless another thread was faster; returns what is there now. */
    static inline void *identify_publish(void **place, void *made) {
        void *there = NULL;
        if (__atomic_compare_exchange_n(place, &there, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return made;
        return there;
    }
    """
    void *memmem(const void *text, size_t size, const void *part, size_t part_size) nogil
    void *identify_published(void **place) nogil
    void *identify_publish(void **place, void *made) nogil

cdef enum:
    # Longer values have no candidates found, every expression is asked.
    VALUE_ROOM = 4096
    # So few expressions are faster asked one by one.
    FEW = 3
    BUDGET = 256
    MAX_ASKED_NEEDS = 3
    MAX_ASKED_LITERALS = 4
    NO_RANK = 0xFFFFFFFF

# Whether sets that are made have automata.  Benchmarks alone change it, to show what automata give.
AUTOMATA = True

cdef uint8_t BEGIN_BYTE = ord(BEGIN)
cdef uint8_t END_BYTE = ord(END)


# The expressions are read until the end: the collector of cycles may not take them away before.
@cython.final
@cython.no_gc_clear
cdef class RegexSet:
    """Expressions with increasing ranks; may be used by any number of threads.

    ``ranks`` and ``patterns`` are equally many; with ``bytewise`` the expressions work on bytes.  Raises ``RegexError``
    for an expression that the C library refuses.
    """

    def __cinit__(self, ranks, patterns, bint bytewise=False):
        self.bytewise = bytewise
        self.ranks = tuple(ranks)
        self.patterns = tuple(patterns)
        if len(self.ranks) != len(self.patterns):
            raise ValueError(f"{len(self.ranks)} ranks of {len(self.patterns)} expressions")
        self.block = Block()
        self.write_needs(self.take_expressions())
        self.block.close()
        self.index.data = self.block.data

    def __dealloc__(self):
        cdef uint32_t i
        if self.expressions != NULL:
            for i in range(self.count):
                if self.expressions[i].compiled != NULL:
                    free_expression(self.expressions[i].compiled)
        free(self.expressions)

    cdef list take_expressions(self):
        """Fill in the distinct expressions; returns what each of them requires."""
        cdef dict ranks = {}
        cdef dict sets = {}
        cdef list members
        cdef bytes pattern
        cdef uint32_t i = 0
        cdef list found
        for rank, pattern in zip(self.ranks, self.patterns):
            if pattern not in ranks:
                check_expression(pattern, self.bytewise)
                ranks[pattern] = rank
        self.kept = tuple(ranks)
        self.expressions = <Expression *>calloc(len(self.kept) + 1, sizeof(Expression))
        if self.expressions == NULL:
            raise MemoryError("set of expressions")
        self.count = <uint32_t>len(self.kept)
        found = [analyse(pattern, CODE_POINT_RANGES or self.bytewise, sets, self.bytewise) for pattern in self.kept]
        members = [bytes(sorted(characters)) for characters in sets]
        for pattern in self.kept:
            self.expressions[i].automatic = AUTOMATA and write_automaton(found[i], members, self.block,
                                                                         &self.expressions[i].automaton)
            self.expressions[i].rank = ranks[pattern]
            self.expressions[i].pattern = PyBytes_AS_STRING(pattern)
            self.expressions[i].exact = (<Analysis>found[i]).exact
            i += 1
        return found

    cdef int write_needs(self, list found) except -1:
        """Write all needs; the one that the index is to use comes first among those of its expression."""
        cdef IndexBuilder builder = IndexBuilder([(<Analysis>one).needs for one in found], self.block)
        cdef list needs = [], texts = [], chosen = [], always = []
        cdef uint32_t i, at = 0
        cdef bytes literal
        cdef Need need_row
        cdef Text text_row
        cdef size_t place
        builder.count()
        for i in range(self.count):
            need = builder.choose((<Analysis>found[i]).needs) if self.count > FEW else None
            if need is None:
                always.append(i)
            else:
                chosen.append((i, need))
            self.expressions[i].first_need = <uint32_t>len(needs)
            needs += worth_asking((<Analysis>found[i]).needs, need)
            self.expressions[i].end_need = <uint32_t>len(needs)
        builder.write(chosen, &self.index)
        self.always_count = <uint32_t>len(always)
        self.always_at = place = self.block.reserve(len(always) * sizeof(uint32_t))
        for i in always:
            memcpy(self.block.data + place, &i, sizeof(i))
            place += sizeof(i)
        self.needs_at = place = self.block.reserve(len(needs) * sizeof(Need))
        for need in needs:
            need_row.first = at
            at += <uint32_t>len(need)
            need_row.end = at
            memcpy(self.block.data + place, &need_row, sizeof(need_row))
            place += sizeof(need_row)
        for need in needs:
            for literal in <set>need:
                text_row.begins = literal.startswith(BEGIN)
                text_row.ends = literal.endswith(END)
                text_row.length = <uint32_t>(len(literal) - text_row.begins - text_row.ends)
                text_row.at = <uint32_t>self.block.put_text(PyBytes_AS_STRING(literal) + text_row.begins,
                                                            text_row.length)
                texts.append((<char *>&text_row)[:sizeof(text_row)])
        rows = b"".join(texts)
        self.texts_at = self.block.put(PyBytes_AS_STRING(rows), <size_t>PyBytes_GET_SIZE(rows))
        return 0

    def search(self, bytes value not None, best=None):
        """Return the smallest rank (below ``best``, if given) of an expression that matches, or None.

        ``value`` ends at its first NUL.
        """
        cdef uint32_t limit = NO_RANK if best is None else best
        cdef uint32_t rank = self.first(value, <uint32_t>len(value), limit)
        return None if rank == limit else rank

    cdef uint32_t first(self, const char *value, uint32_t length, uint32_t best) noexcept nogil:
        cdef Candidates found
        cdef Value asked
        cdef uint32_t limit = self.below(best), number
        if not limit:
            return best
        asked.text = value
        asked.length = <uint32_t>strnlen(value, length)
        asked.looked = asked.entered = False
        found.count = 0
        found.bitmap = NULL
        found.all = False
        if self.index.used:
            self.collect(&asked, limit, &found)
        number = self.decide(&asked, limit, &found)
        if asked.entered:
            leave_locale(asked.before)
        free(found.bitmap)
        return self.expressions[number].rank if number < limit else best

    cdef uint32_t below(self, uint32_t best) noexcept nogil:
        """Return how many expressions have a rank below ``best``."""
        cdef uint32_t low = 0, high = self.count, middle
        if not high or self.expressions[high - 1].rank < best:
            return high
        while low < high:
            middle = (low + high) // 2
            if self.expressions[middle].rank < best:
                low = middle + 1
            else:
                high = middle
        return low

    cdef void collect(self, const Value *value, uint32_t limit, Candidates *found) noexcept nogil:
        cdef uint8_t text[VALUE_ROOM + 2 + PADDING]
        if value.length > VALUE_ROOM:
            found.all = True
            return
        text[0] = BEGIN_BYTE
        memcpy(text + 1, value.text, value.length)
        text[value.length + 1] = END_BYTE
        memset(text + value.length + 2, 0, PADDING)
        found.budget = limit * 2 + BUDGET
        find_candidates(&self.index, text, value.length + 2, limit, found)

    cdef uint32_t decide(self, Value *value, uint32_t limit, const Candidates *found) noexcept nogil:
        """Return the number of the first candidate, indexed or not, that matches, else ``limit``."""
        cdef const uint32_t *always = <const uint32_t *>(self.block.data + self.always_at)
        cdef uint32_t at = 0, after = 0, number, indexed
        if found.all:
            for number in range(limit):
                if self.matches(value, number, False):
                    return number
            return limit
        indexed = next_candidate(found, &after, limit)
        while True:
            number = always[at] if at < self.always_count and always[at] < limit else limit
            if indexed < number:
                if self.matches(value, indexed, True):
                    return indexed
                indexed = next_candidate(found, &after, limit)
            elif number < limit:
                if self.matches(value, number, False):
                    return number
                at += 1
            else:
                return limit

    cdef bint matches(self, Value *value, uint32_t number, bint indexed) noexcept nogil:
        """Return whether an expression matches; ``indexed``: its first need is known to be met."""
        cdef Expression *expression = &self.expressions[number]
        cdef const Need *needs = <const Need *>(self.block.data + self.needs_at)
        cdef uint32_t i
        cdef void *compiled
        if expression.automatic and indexed and not expression.exact and is_ascii(value):
            # It mostly matches, and reading other needs takes as long as the automaton does.
            return run_automaton(&expression.automaton, self.block.data, value.text, value.length)
        for i in range(expression.first_need + indexed, expression.end_need):
            if not self.meets(value, &needs[i]):
                return False
        if expression.exact and is_ascii(value):
            return True
        if expression.automatic and is_ascii(value):
            return run_automaton(&expression.automaton, self.block.data, value.text, value.length)
        if not value.entered:
            value.before = enter_locale(self.bytewise)
            value.entered = True
        compiled = identify_published(<void **>&expression.compiled)
        if compiled == NULL:
            compiled = publish(expression)
            if compiled == NULL:
                return False
        return run_expression(<const regex_t *>compiled, value.text)

    cdef bint meets(self, const Value *value, const Need *need) noexcept nogil:
        cdef const Text *text = <const Text *>(self.block.data + self.texts_at) + need.first
        cdef const uint8_t *literal
        cdef uint32_t _
        for _ in range(need.end - need.first):
            literal = self.block.data + text.at
            if text.length > value.length:
                pass
            elif text.begins:
                if (not text.ends or text.length == value.length) and memcmp(value.text, literal, text.length) == 0:
                    return True
            elif text.ends:
                if memcmp(value.text + value.length - text.length, literal, text.length) == 0:
                    return True
            elif memmem(value.text, value.length, literal, text.length) != NULL:
                return True
            text += 1
        return False


cdef list worth_asking(tuple needs, set indexed):
    """Return the needs that are asked before a run: the one in the index, and a few more that tell much.

    An exact expression has just one, which always is.
    """
    cdef list found = [] if indexed is None else [indexed]
    cdef list others
    if len(needs) == 1:
        return list(needs)
    others = [(min(map(len, need)), len(need), at) for at, need in enumerate(needs) if need is not indexed]
    for least, count, at in sorted(others, key=lambda one: (-one[0], one[1], one[2])):
        if least >= 2 and count <= MAX_ASKED_LITERALS and len(found) < MAX_ASKED_NEEDS:
            found.append(needs[at])
    return found


cdef uint32_t next_candidate(const Candidates *found, uint32_t *after, uint32_t limit) noexcept nogil:
    """Return the first candidate that isn't passed, else ``limit``; ``after`` counts what is passed."""
    cdef uint32_t at = after[0]
    cdef uint64_t word
    if found.bitmap == NULL:
        after[0] = at + 1
        return found.numbers[at] if at < found.count else limit
    while at < limit:
        word = found.bitmap[at >> 6] >> (at & 63)
        if word:
            at += lowest_bit(word)
            after[0] = at + 1
            return at
        at = (at | 63) + 1
    after[0] = at
    return limit


cdef bint is_ascii(Value *value) noexcept nogil:
    cdef uint64_t word, seen = 0
    cdef uint32_t at = 0
    if not value.looked:
        value.looked = True
        while at + 8 <= value.length:
            memcpy(&word, value.text + at, 8)
            seen |= word
            at += 8
        while at < value.length:
            seen |= <uint64_t>(<uint8_t>value.text[at]) << 56
            at += 1
        value.ascii = not (seen & <uint64_t>0x8080808080808080)
    return value.ascii


cdef regex_t *publish(Expression *expression) noexcept nogil:
    """Compile an expression for all threads; NULL where there is no memory, which is as if it didn't match.

    The C library says so itself where a run finds no memory.
    """
    cdef regex_t *made = compile_expression(expression.pattern)
    cdef void *there
    if made == NULL:
        return NULL
    there = identify_publish(<void **>&expression.compiled, made)
    if there != made:
        free_expression(made)
    return <regex_t *>there
