"""A set of expressions in rank order, for other compiled modules."""

from libc.stddef cimport size_t
from libc.stdint cimport uint32_t

from identify._compiled._block cimport Block
from identify._compiled._regex cimport locale_t, regex_t
from identify._compiled._regex_automaton cimport Automaton
from identify._compiled._regex_index cimport Candidates, Index


cdef struct Expression:
    uint32_t rank
    # Its needs: numbers of a first and behind the last row of `needs`.
    uint32_t first_need
    uint32_t end_need
    # Values of ASCII characters match exactly if the needs are met.
    bint exact
    # The automaton decides for values of ASCII characters.
    bint automatic
    Automaton automaton
    const char *pattern
    # NULL until the expression is first a candidate; then set once, by whichever thread is first.
    regex_t *compiled


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


cdef struct Value:
    const char *text
    uint32_t length
    # Whether all characters are ASCII; only known once it was asked for.
    bint looked
    bint ascii
    # The locale of expressions is in place instead of `before`.
    bint entered
    locale_t before


cdef class RegexSet:
    cdef readonly tuple patterns
    cdef readonly tuple ranks
    cdef readonly bint bytewise
    # Distinct patterns, which the expressions point to.
    cdef tuple kept
    cdef Block block
    cdef Index index
    cdef Expression *expressions
    cdef uint32_t count
    # Numbers of the expressions that aren't in the index, and the needs of all, in the block.
    cdef uint32_t always_count
    cdef size_t always_at
    cdef size_t needs_at
    cdef size_t texts_at
    cdef list take_expressions(self)
    cdef int write_needs(self, list found) except -1
    cdef uint32_t below(self, uint32_t best) noexcept nogil
    cdef void collect(self, const Value *value, uint32_t limit, Candidates *found) noexcept nogil
    cdef uint32_t decide(self, Value *value, uint32_t limit, const Candidates *found) noexcept nogil
    cdef bint matches(self, Value *value, uint32_t number, bint indexed) noexcept nogil
    cdef bint meets(self, const Value *value, const Need *need) noexcept nogil
    # The smallest rank below `best` of an expression that matches, else `best`; `value` has a NUL at `length`.
    cdef uint32_t first(self, const char *value, uint32_t length, uint32_t best) noexcept nogil
