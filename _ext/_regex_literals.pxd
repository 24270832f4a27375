"""Required texts and automata of expressions, for other compiled modules."""

from libc.stdint cimport uint64_t


cdef class Needs:
    # The expression matches a value of ASCII characters exactly if its one need, or no need, is met.
    cdef readonly bint exact
    # Sets of bytes.
    cdef readonly tuple needs
    # There is an automaton (see `_regex_automaton`): positions by bits, their codes as uint16_t, what follows as uint64_t.
    cdef readonly bint automatic
    cdef bint nullable
    cdef uint64_t first
    cdef uint64_t last
    cdef bytes codes
    cdef bytes follow


# What an expression that compiles requires; `ranges`: ranges in brackets go by code point.  `classes` numbers the sets
# of characters that automata's codes refer to, frozensets; it grows.
cdef Needs analyse(bytes pattern, bint ranges, dict classes)
