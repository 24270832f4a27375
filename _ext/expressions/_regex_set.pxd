"""A set of expressions in rank order, for other compiled modules."""

from libc.stddef cimport size_t
from libc.stdint cimport uint32_t

from identify._compiled._block cimport Block
from identify._compiled._regex cimport Machine
from identify._compiled._regex_automaton cimport MAX_MEMBERS, Automaton
from identify._compiled._regex_characters cimport Value
from identify._compiled._regex_index cimport Candidates, Index

cdef enum:
    NO_PACK = 0xFFFFFFFF
    # Expressions that may share an automaton: those that see surrogates alike, with assertions about words apart.
    KINDS = 3


cdef struct Expression:
    uint32_t rank
    # Its needs: numbers of a first and behind the last row of `needs`.
    uint32_t first_need
    uint32_t end_need
    # Values of ASCII characters match exactly if the needs are met.
    bint exact
    # The pack that it belongs to, or NO_PACK, and its number there.
    uint32_t pack
    uint32_t member
    const char *pattern
    # A `Machine`; NULL until the expression is first a candidate; then set once, by whichever thread is first.
    void *machine


cdef struct Pack:
    # Expressions that share an automaton, NULL until it is first needed.
    uint32_t kind
    uint32_t count
    uint32_t members[MAX_MEMBERS]
    void *automaton


cdef struct Question:
    Value value
    # Many candidates are asked: packs are worth their run.
    bint many
    # The packs of each kind that were run last, and which of their expressions match.
    uint32_t packs[KINDS]
    uint32_t matching[KINDS]


cdef struct Need:
    # Numbers of a first and behind the last row of `texts`.
    uint32_t first
    uint32_t end


cdef struct Text:
    # The bytes without markers, in the block.
    uint32_t at
    uint32_t length
    # Only at the value's begin, only at its end.
    bint begins
    bint ends


cdef class RegexSet:
    cdef readonly tuple patterns
    cdef readonly tuple ranks
    cdef readonly bint bytewise
    cdef bint automata
    # Distinct patterns, which the expressions point to.
    cdef tuple kept
    cdef Block block
    cdef Index index
    cdef Expression *expressions
    cdef uint32_t count
    cdef Pack *packs
    cdef uint32_t pack_count
    # Numbers of the expressions that aren't in the index, and the needs of all, in the block.
    cdef uint32_t always_count
    cdef size_t always_at
    cdef size_t needs_at
    cdef size_t texts_at
    cdef list take_expressions(self)
    cdef int take_packs(self, list found) except -1
    cdef int write_needs(self, list found) except -1
    cdef uint32_t below(self, uint32_t best) noexcept nogil
    cdef void collect(self, const Value *value, uint32_t limit, Candidates *found) noexcept nogil
    cdef uint32_t decide(self, Question *question, uint32_t limit, const Candidates *found) noexcept nogil
    cdef bint matches(self, Question *question, uint32_t number, bint indexed) noexcept nogil
    cdef bint was_run(self, const Question *question, const Expression *expression) noexcept nogil
    cdef bint run(self, Question *question, uint32_t number) noexcept nogil
    cdef const Automaton *packed(self, uint32_t number) noexcept nogil
    cdef bint meets(self, const Value *value, const Need *need) noexcept nogil
    # The smallest rank below `best` of an expression that matches, else `best`; `value` has a NUL at `length`.
    cdef uint32_t first(self, const char *value, uint32_t length, uint32_t best) noexcept nogil
