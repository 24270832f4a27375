"""Automata of expressions and their runs, for other compiled modules."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from identify._compiled._regex_characters cimport Value
from identify._compiled._regex_positions cimport WORD_BITS, Follow
from identify._compiled._regex_syntax cimport PLACES, Tree

cdef extern from *:
    """
    static inline uint32_t identify_lowest_bit(uint64_t word) { return (uint32_t)__builtin_ctzll(word); }
    """
    uint32_t lowest_bit "identify_lowest_bit"(uint64_t word) nogil

cdef enum:
    # Expressions that share an automaton.
    MAX_MEMBERS = 16


cdef struct Named:
    # Characters beyond ASCII that the expressions tell apart, and the first row of what they fit: one row for each
    # type, or one if it is a single character.
    uint32_t first
    uint32_t last
    uint32_t row


cdef struct Step:
    # What a follow says, for automata of one word: the bytes of the states that positions branch from, and a table
    # for each of what follows its 256 values.
    uint64_t chained
    uint64_t skipping
    uint64_t looping
    uint32_t used
    uint8_t bytes[8]
    const uint64_t *tables


cdef struct Automaton:
    uint32_t words
    uint32_t members
    # It sees surrogates as `.` does (see `_regex_characters`).
    bint plain
    bint bytewise
    # All places inside of a value are alike.
    bint uniform
    Follow follows[PLACES]
    Step steps[PLACES]
    uint32_t follow_count
    # At each place: which of the follows says what follows, what a match begins with, what it ends behind.
    uint8_t follow_at[PLACES]
    uint8_t first_at[PLACES]
    uint8_t last_at[PLACES]
    # Ends of matches inside ASCII values: behind .* nothing else is left to happen than the value's end.
    uint64_t ascii_last
    # For each expression, the places where it matches nothing at all, and its positions in automata of one word.
    uint16_t nothing[MAX_MEMBERS]
    uint64_t bits_of[MAX_MEMBERS]
    # The positions that each symbol fits, as rows of words; behind them the rows of named characters.
    uint64_t *fits
    Named *named
    uint32_t named_count
    uint64_t *tables


# Whether an expression sees surrogates as `.` does.
cdef inline bint is_plain(const Tree *tree) noexcept nogil:
    return not (tree.words or tree.wide or tree.bytewise)


# Make the automaton of expressions that share one; NULL where it would be too large, or there is no memory.
cdef Automaton *make_automaton(const Tree *trees, uint32_t members) noexcept nogil
cdef void free_automaton(Automaton *automaton) noexcept nogil
# Which of the expressions match anywhere in a value, by bits: certain for the one that was asked for, and for the
# others too if that one doesn't.  `failed` says that the value can't be read.
cdef uint32_t run_automaton(const Automaton *automaton, Value *value, uint32_t asked, bint *failed) noexcept nogil
