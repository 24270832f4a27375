"""Analysis of expressions, for other compiled modules."""

from libc.stdint cimport uint32_t


cdef class Analysis:
    # The expression matches a value of ASCII characters exactly if its one need, or no need, is met.
    cdef readonly bint exact
    # Sets of bytes.
    cdef readonly tuple needs
    # How many positions its automaton has, 0 if it has none; and which expressions its automaton may be shared with.
    cdef uint32_t positions
    cdef uint32_t kind


# What is known of an expression that compiles; `ranges`: ranges in brackets go by code point; `bytewise`: it works on
# bytes.
cdef Analysis analyse(bytes pattern, bint ranges, bint bytewise)
