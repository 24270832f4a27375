"""A set of POSIX extended regular expressions in rank order: which is the first that matches a value.

Knows expressions, their needs and the order.  What an expression means is for ``_regex`` to say; where this set
answers by itself, by needs alone, the tests compare it with the C library.

Strategy
1. ``_regex_syntax`` finds out what an expression requires, ``_regex_index`` which of these literals a value has.
2. The expressions whose literals were found, and those that require nothing, are the candidates.  They are asked in
   rank order: first whether their other needs are met, which costs far less than a run, then by a run.
3. An expression is compiled when it first is a candidate, for most of a large set never are.  That it compiles is
   checked when the set is made.
4. Small expressions that follow each other are packed into one automaton, so that where many are candidates one run
   answers for several.
5. Of equal expressions only the first can be the answer, so the others are left out.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy, memset

from identify._compiled._atomics cimport publish_pointer, published_pointer
from identify._compiled._regex cimport free_machine, make_machine, may_run, read_certain, run_machine
from identify._compiled._regex_automaton cimport (
    MAX_MEMBERS, free_automaton, lowest_bit, make_automaton, run_automaton,
)
from identify._compiled._regex_characters cimport free_value, is_ascii, set_value
from identify._compiled._regex_index cimport PADDING, IndexBuilder, find_candidates
from identify._compiled._regex_library cimport CODE_POINT_RANGES, check_expression
from identify._compiled._regex_needs cimport Analysis, analyse
from identify._compiled._regex_positions cimport WORD_BITS
from identify._compiled._regex_syntax cimport READ, Tree, free_tree

from identify._compiled._regex_literals import BEGIN, END

cdef extern from "<string.h>" nogil:
    size_t strnlen(const char *text, size_t most)

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    void *memmem(const void *haystack, size_t haystacklen, const void *needle, size_t needlelen);
    #endif
    """
    void *memmem(const void *text, size_t size, const void *part, size_t part_size) nogil

cdef enum:
    # Longer values have no candidates found, every expression is asked.
    VALUE_ROOM = 4096
    # So few expressions are faster asked one by one.
    FEW = 3
    BUDGET = 256
    MAX_ASKED_NEEDS = 3
    MAX_ASKED_LITERALS = 4
    NO_RANK = 0xFFFFFFFF
    # So many candidates are asked with packs.
    MANY = 16

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
        self.automata = AUTOMATA
        self.ranks = tuple(ranks)
        self.patterns = tuple(patterns)
        if len(self.ranks) != len(self.patterns):
            raise ValueError(f"{len(self.ranks)} ranks of {len(self.patterns)} expressions")
        self.block = Block()
        found = self.take_expressions()
        self.take_packs(found)
        self.write_needs(found)
        self.block.close()
        self.index.data = self.block.data

    def __dealloc__(self):
        cdef uint32_t i
        if self.expressions != NULL:
            for i in range(self.count):
                free_machine(<Machine *>self.expressions[i].machine)
        for i in range(self.pack_count):
            free_automaton(<Automaton *>self.packs[i].automaton)
        free(self.expressions)
        free(self.packs)

    cdef list take_expressions(self):
        """Fill in the distinct expressions; returns what each of them requires."""
        cdef dict ranks = {}
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
        found = [analyse(pattern, CODE_POINT_RANGES or self.bytewise, self.bytewise) for pattern in self.kept]
        for pattern in self.kept:
            self.expressions[i].rank = ranks[pattern]
            self.expressions[i].pattern = PyBytes_AS_STRING(pattern)
            self.expressions[i].exact = (<Analysis>found[i]).exact
            self.expressions[i].pack = NO_PACK
            i += 1
        return found

    cdef int take_packs(self, list found) except -1:
        """Put expressions of a kind that follow each other into packs, as many as have their positions in one word."""
        cdef uint32_t positions[KINDS]
        cdef uint32_t open_packs[KINDS]
        cdef uint32_t i, number
        cdef Analysis one
        cdef Pack *pack
        self.packs = <Pack *>calloc(len(self.kept) + 1, sizeof(Pack))
        if self.packs == NULL:
            raise MemoryError("packs of expressions")
        for i in range(<uint32_t>KINDS):
            open_packs[i] = NO_PACK
        for i in range(self.count):
            one = found[i]
            if not self.automata or not one.positions or one.positions > WORD_BITS:
                continue
            number = open_packs[one.kind]
            positions[one.kind] += one.positions
            if number == NO_PACK or positions[one.kind] > WORD_BITS or self.packs[number].count == MAX_MEMBERS:
                number = open_packs[one.kind] = self.pack_count
                self.pack_count += 1
                self.packs[number].kind = one.kind
                positions[one.kind] = one.positions
            pack = &self.packs[number]
            self.expressions[i].pack = number
            self.expressions[i].member = pack.count
            pack.members[pack.count] = i
            pack.count += 1
        for i in range(self.count):
            number = self.expressions[i].pack
            if number != NO_PACK and self.packs[number].count == 1:
                self.expressions[i].pack = NO_PACK
        return 0

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
        cdef Question question
        cdef uint32_t limit = self.below(best), number
        if not limit:
            return best
        set_value(&question.value, value, <uint32_t>strnlen(value, length), self.bytewise)
        for number in range(<uint32_t>KINDS):
            question.packs[number] = NO_PACK
        found.count = 0
        found.bitmap = NULL
        found.all = False
        if self.index.used:
            self.collect(&question.value, limit, &found)
        question.many = found.all or found.bitmap != NULL or found.count + self.always_count > MANY
        number = self.decide(&question, limit, &found)
        free_value(&question.value)
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

    cdef uint32_t decide(self, Question *question, uint32_t limit, const Candidates *found) noexcept nogil:
        """Return the number of the first candidate, indexed or not, that matches, else ``limit``."""
        cdef const uint32_t *always = <const uint32_t *>(self.block.data + self.always_at)
        cdef uint32_t at = 0, after = 0, number, indexed
        if found.all:
            for number in range(limit):
                if self.matches(question, number, False):
                    return number
            return limit
        indexed = next_candidate(found, &after, limit)
        while True:
            number = always[at] if at < self.always_count and always[at] < limit else limit
            if indexed < number:
                if self.matches(question, indexed, True):
                    return indexed
                indexed = next_candidate(found, &after, limit)
            elif number < limit:
                if self.matches(question, number, False):
                    return number
                at += 1
            else:
                return limit

    cdef bint matches(self, Question *question, uint32_t number, bint indexed) noexcept nogil:
        """Return whether an expression matches; ``indexed``: its first need is known to be met."""
        cdef Expression *expression = &self.expressions[number]
        cdef const Need *needs = <const Need *>(self.block.data + self.needs_at)
        cdef uint32_t i
        if self.was_run(question, expression):
            return self.run(question, number)
        if indexed and self.automata and not expression.exact and is_ascii(&question.value):
            # It mostly matches, and reading other needs takes as long as the automaton does.
            return self.run(question, number)
        for i in range(expression.first_need + indexed, expression.end_need):
            if not self.meets(&question.value, &needs[i]):
                return False
        if expression.exact and is_ascii(&question.value):
            return True
        return self.run(question, number)

    cdef bint was_run(self, const Question *question, const Expression *expression) noexcept nogil:
        """Return whether a run of its pack has answered for an expression already."""
        return expression.pack != NO_PACK and question.packs[self.packs[expression.pack].kind] == expression.pack

    cdef bint run(self, Question *question, uint32_t number) noexcept nogil:
        """Run an expression, or the pack that it belongs to."""
        cdef Expression *expression = &self.expressions[number]
        cdef void *machine
        cdef void *made
        cdef const Automaton *automaton
        cdef bint failed = False
        cdef uint32_t kind
        if expression.pack != NO_PACK and question.many:
            kind = self.packs[expression.pack].kind
            if question.packs[kind] != expression.pack and may_run(&question.value):
                automaton = self.packed(expression.pack)
                if automaton != NULL:
                    question.matching[kind] = run_automaton(automaton, &question.value, expression.member, &failed)
                    question.packs[kind] = NO_PACK if failed else expression.pack
            if question.packs[kind] == expression.pack:
                return question.matching[kind] >> expression.member & 1
        machine = published_pointer(&expression.machine)
        if machine == NULL:
            made = make_machine(expression.pattern, self.bytewise, self.automata)
            if made == NULL:
                return False
            machine = publish_pointer(&expression.machine, made)
            if machine != made:
                free_machine(<Machine *>made)
        return run_machine(<Machine *>machine, &question.value)

    cdef const Automaton *packed(self, uint32_t number) noexcept nogil:
        """Return the automaton of a pack, NULL where there is no memory."""
        cdef Tree trees[MAX_MEMBERS]
        cdef Pack *pack = &self.packs[number]
        cdef uint32_t i
        cdef void *made = published_pointer(&pack.automaton)
        cdef void *there
        cdef bint certain = True
        if made != NULL:
            return <const Automaton *>made
        memset(trees, 0, sizeof(trees))
        for i in range(pack.count):
            if read_certain(self.expressions[pack.members[i]].pattern, self.bytewise, &trees[i]) != READ:
                certain = False
        if certain:
            made = make_automaton(trees, pack.count)
        for i in range(pack.count):
            free_tree(&trees[i])
        if made != NULL:
            there = publish_pointer(&pack.automaton, made)
            if there != made:
                free_automaton(<Automaton *>made)
                made = there
        return <const Automaton *>made

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
