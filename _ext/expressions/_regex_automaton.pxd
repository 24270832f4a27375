"""Automata of expressions over values of ASCII characters, and the run of one; inline."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from identify._compiled._block cimport Block
from identify._compiled._regex_syntax cimport Analysis

cdef extern from *:
    """
    static inline uint32_t identify_lowest_bit(uint64_t word) { return (uint32_t)__builtin_ctzll(word); }
    """
    uint32_t lowest_bit "identify_lowest_bit"(uint64_t word) nogil

cdef enum:
    CHARACTERS = 128


cdef struct Automaton:
    # Positions that a match begins with, that it is complete behind.
    uint64_t first
    uint64_t accepting
    # Positions that follow the one below them; that follow themselves; that others follow besides.
    uint64_t chained
    uint64_t looping
    uint64_t branching
    # Positions that the value's end fits.
    uint64_t end
    bint nullable
    # A match begins where the value does.
    bint anchored
    # In the block: uint8_t[CHARACTERS], a character's set; uint64_t of each set, the positions that it fits;
    # uint64_t of each position, what follows if it is branching.
    uint32_t sets_at
    uint32_t fits_at
    uint32_t follow_at


cdef inline bint run_automaton(const Automaton *automaton, const uint8_t *data, const char *value,
                               uint32_t length) noexcept nogil:
    """Return whether the expression matches anywhere in ASCII characters.

    The states are a set of positions, those whose characters were read last.  For a(b|c)*d, with positions 0 to 3, the
    states behind ``xab`` are {1}; 1, 2 and 3 follow, and a match may begin with 0.
    """
    cdef const uint8_t *sets = data + automaton.sets_at
    cdef const uint64_t *fits = <const uint64_t *>(data + automaton.fits_at)
    cdef const uint64_t *follow = <const uint64_t *>(data + automaton.follow_at)
    # The marker of the value's begin is read first.
    cdef uint64_t states = automaton.first & fits[sets[0]], begin = 0 if automaton.anchored else automaton.first
    cdef uint64_t reached, rest
    cdef uint32_t at
    if automaton.nullable:
        return True
    for at in range(length + 1):
        if states & automaton.accepting:
            return True
        if not states and automaton.anchored:
            return False
        reached = (states << 1 & automaton.chained) | (states & automaton.looping) | begin
        rest = states & automaton.branching
        while rest:
            reached |= follow[lowest_bit(rest)]
            rest &= rest - 1
        states = reached & (fits[sets[<uint8_t>value[at]]] if at < length else automaton.end)
    return (states & automaton.accepting) != 0


# Write the automaton of an expression that has one; False where it would be too slow.
# `members` are the sets of characters that codes refer to, by number, as bytes.
cdef bint write_automaton(Analysis analysis, list members, Block block, Automaton *automaton) except -1
