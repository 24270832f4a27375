"""Automata of expressions: whether a value of ASCII characters matches, without the C library.

Knows positions and their followers as ``_regex_syntax`` gives them; nothing of the syntax of expressions.

Strategy
1. Glushkov's automaton of at most 64 positions, run with one word of states.
2. Most positions are followed by the next one (a shift) or by themselves (a mask), so that a character takes a few
   instructions; the few others are looked up one by one.
3. The C library's own automaton grows with the values that it has seen, and takes longer than this while it grows; in
   expressions like ``.+x`` it takes quadratic time.
"""

from cpython.bytes cimport PyBytes_AS_STRING
from libc.stdint cimport uint16_t
from libc.string cimport memset

cdef enum:
    # Positions that are looked up one by one; with more, the C library is faster once it has seen some values.
    MAX_BRANCHING = 12
    BEGIN_CODE = 0
    END_CODE = 255
    FIRST_SET = 256


cdef bint write_automaton(Analysis analysis, list members, Block block, Automaton *automaton) except -1:
    cdef const uint16_t *codes
    cdef uint64_t follow[64]
    cdef uint64_t fits[CHARACTERS]
    cdef uint8_t sets[CHARACTERS]
    cdef uint32_t count, i, branching = 0
    cdef Py_ssize_t at
    cdef uint64_t bit
    cdef uint64_t rows[CHARACTERS]
    cdef uint32_t count_of_rows = 0, row
    cdef bytes fitting
    if not analysis.automatic:
        return False
    codes = <const uint16_t *>PyBytes_AS_STRING(analysis.codes)
    count = <uint32_t>(len(analysis.codes) // sizeof(uint16_t))
    memset(automaton, 0, sizeof(Automaton))
    memset(fits, 0, sizeof(fits))
    automaton.nullable = analysis.nullable
    automaton.first = analysis.first
    automaton.accepting = analysis.last
    for i in range(count):
        bit = <uint64_t>1 << i
        follow[i] = (<const uint64_t *>PyBytes_AS_STRING(analysis.follow))[i]
        if follow[i] & bit:
            automaton.looping |= bit
        if i + 1 < count and follow[i] & bit << 1:
            automaton.chained |= bit << 1
        if follow[i] & ~(bit | (bit << 1)):
            automaton.branching |= bit
            branching += 1
        if codes[i] == END_CODE:
            automaton.end |= bit
        elif codes[i] < FIRST_SET:
            fits[codes[i]] |= bit
        else:
            fitting = members[codes[i] - FIRST_SET]
            for at in range(len(fitting)):
                fits[<uint8_t>fitting[at] & (CHARACTERS - 1)] |= bit
    if branching > MAX_BRANCHING:
        return False
    # The rest of the value is text: behind .* nothing else is left to happen than its end.
    for i in range(count):
        if automaton.looping >> i & 1 and follow[i] & automaton.end & analysis.last and fits_all(fits, i):
            automaton.accepting |= <uint64_t>1 << i
    automaton.anchored = automaton.first != 0 and (automaton.first & ~fits[BEGIN_CODE]) == 0
    for i in range(<uint32_t>CHARACTERS):
        row = 0
        while row < count_of_rows and rows[row] != fits[i]:
            row += 1
        if row == count_of_rows:
            rows[row] = fits[i]
            count_of_rows += 1
        sets[i] = <uint8_t>row
    automaton.fits_at = <uint32_t>block.put(rows, count_of_rows * sizeof(uint64_t))
    automaton.sets_at = <uint32_t>block.put_text(sets, sizeof(sets))
    automaton.follow_at = automaton.fits_at
    if branching:
        automaton.follow_at = <uint32_t>block.put(follow, count * sizeof(uint64_t))
    return True


cdef bint fits_all(const uint64_t *fits, uint32_t position) noexcept:
    cdef uint32_t character
    for character in range(1, <uint32_t>CHARACTERS):
        if not fits[character] >> position & 1:
            return False
    return True
