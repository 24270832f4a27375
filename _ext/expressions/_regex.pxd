"""Expressions as they run, for other compiled modules."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._regex_automaton cimport Automaton
from identify._compiled._regex_characters cimport Value
from identify._compiled._regex_syntax cimport Refusal, Tree


cdef struct Machine:
    const char *pattern
    bint bytewise
    # NULL if the C library must run the expression.
    Automaton *automaton
    # What the C library compiled; NULL until it is first needed.
    void *library


# Read an expression of which everything is known, for an automaton; free the tree in any case.
cdef Refusal read_certain(const char *pattern, bint bytewise, Tree *tree) noexcept nogil
# Whether an automaton, which the expression has, may run over a value.
cdef bint may_run(Value *value) noexcept nogil
# Make an expression that was checked ready to run; NULL where there is no memory.  The pattern must outlive it.
cdef Machine *make_machine(const char *pattern, bint bytewise, bint automata) noexcept nogil
cdef void free_machine(Machine *machine) noexcept nogil
# Whether it matches; where there is no memory, which the C library says so itself, it doesn't.
cdef bint run_machine(Machine *machine, Value *value) noexcept nogil
cdef bint run_library(Machine *machine, const Value *value) noexcept nogil


cdef class Regex:
    cdef Machine *machine
    cdef readonly bytes pattern
    cdef readonly bint bytewise
