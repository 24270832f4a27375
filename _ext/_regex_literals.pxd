"""Required texts of expressions, for other compiled modules."""


cdef class Needs:
    # The expression matches a value of ASCII characters exactly if its one need, or no need, is met.
    cdef readonly bint exact
    # Sets of bytes.
    cdef readonly tuple needs


# What an expression that compiles requires; `ranges`: ranges in brackets go by code point.
cdef Needs analyse(bytes pattern, bint ranges)
