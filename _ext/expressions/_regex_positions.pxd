"""Positions of expressions and what follows each, for other compiled modules."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from identify._compiled._regex_syntax cimport Tree

cdef enum:
    WORD_BITS = 64
    MAX_POSITIONS = 65_536
    # Elements that are walked over, with repetitions written out; pairs of positions that follow each other.
    MAX_VISITS = 1 << 18
    MAX_PAIRS = 1 << 22
    # Words of rows that aren't simple.
    MAX_ROW_WORDS = 1 << 15


cdef struct Follow:
    # Positions by bits, in as many words as there are: those that a match begins with, that it may end behind; that
    # follow the one below them; that follow the one below that; that follow themselves; that others follow besides.
    uint64_t *first
    uint64_t *last
    uint64_t *chained
    uint64_t *skipping
    uint64_t *looping
    uint64_t *branching
    # The row of each position that others follow; rows are as many words each.
    uint32_t *row_of
    uint64_t *rows
    uint32_t row_count
    uint32_t row_room
    # Expressions that match nothing at all, by bits.
    uint32_t nullable


cdef struct Positions:
    # Numbered in the order of the expressions; each one's expression and its node in that one's tree.
    uint32_t count
    uint32_t words
    uint8_t *member_of
    uint32_t *node_of


# How many positions an expression has, with its repetitions written out; more than MAX_POSITIONS if it has too many.
cdef uint32_t count_positions(const Tree *tree) noexcept nogil
# Number the positions of expressions; False where there is no memory.
cdef bint number_positions(const Tree *trees, uint32_t members, Positions *positions) noexcept nogil
cdef void free_positions(Positions *positions) noexcept nogil
# What follows what where assertions hold as they do at a place; False where there is too much, or no memory.
cdef bint connect_positions(const Tree *trees, uint32_t members, const Positions *positions, uint32_t place,
                            Follow *follow) noexcept nogil
cdef void free_follow(Follow *follow) noexcept nogil
