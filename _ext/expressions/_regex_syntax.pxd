"""Analysis of expressions, for other compiled modules."""

from libc.stdint cimport uint64_t


cdef class Analysis:
    # The expression matches a value of ASCII characters exactly if its one need, or no need, is met.
    cdef readonly bint exact
    # Sets of bytes.
    cdef readonly tuple needs
    # There is an automaton: positions by bits, their codes as uint16_t, what follows each as uint64_t.
    cdef readonly bint automatic
    cdef bint nullable
    cdef uint64_t first
    cdef uint64_t last
    cdef bytes codes
    cdef bytes follow


# What is known of an expression that compiles; `ranges`: ranges in brackets go by code point; `bytewise`: it works on
# bytes.  `sets` numbers the sets of characters that the codes of automata refer to, frozensets; it grows.
cdef Analysis analyse(bytes pattern, bint ranges, dict sets, bint bytewise)
