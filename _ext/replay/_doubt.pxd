"""What isn't known of a configuration, and whether a request's answer depends on it; for other compiled modules."""

from libc.stddef cimport size_t
from cpython.object cimport PyObject
from libc.stdint cimport int32_t, uint8_t, uint32_t

from identify._compiled._decide cimport Arrival, Compiled
from identify._compiled._parsed cimport Message
from identify._compiled._text cimport Span

cdef enum:
    # Endpoints whose own unknowns are left out of tables made for them; others are looked at by Python.
    LEFT_OUT = 16
    # Untold tokens that are kept: two with different endpoints say for each answer whether one differs from it.
    UNTOLD = 2

# What is to be asked about an answer, in the bits of a number.
cdef enum Ask:
    # Identifies with unresolved names may come before it.
    ASK_NAMES = 1
    # Those whose endpoint doesn't exist may, and those of which one exists if the other doesn't.
    ASK_TANGLED = 2
    # Further objects may.
    ASK_OBJECTS = 4

# Tables of ``identify.compiler.make_reach_plan``; NULL where there is nothing that could stop them.
ctypedef struct Reach:
    const Compiled *compiled
    # By the tables' answers: the unknown's number, -1 for a known answer.
    const int32_t *unknown_of

ctypedef struct LeftOut:
    int32_t endpoint
    Reach reach

# What isn't known of one configuration.
ctypedef struct Doubt:
    uint32_t answer_count
    uint32_t unknown_count
    # The place of the identifier that is asked first: behind `line` where an engine has made tokens of its own.
    uint32_t first
    # By the number of the known answer and 1, so that 0 is none: bits of Ask, and the endpoint, -1 for none.
    uint8_t *asks_of
    int32_t *endpoint_of
    # By the unknown's number: the endpoint, -1 where it doesn't exist.
    int32_t *unknown_endpoint_of
    Reach names
    Reach tangled
    LeftOut left_out[LEFT_OUT]
    uint8_t left_out_count
    # Numbers of unknown tokens, -1 for none.
    int32_t untold[UNTOLD]
    # The Doubts that it is a part of; the message's row in its batch; whether Python raised an error.
    PyObject *owner
    Py_ssize_t row
    bint failed

cdef class Doubts:
    cdef Doubt state
    cdef object asker
    cdef bint own_tokens
    # Whatever the tables read from.
    cdef list kept
    cdef object batch
    cdef object failure
    cdef int32_t checked(self, number) except -2
    cdef int take_reach(self, found, Reach *reach) except -1
    cdef int leave_out(self, int32_t endpoint) except -1
    cdef int32_t look(self, int32_t answer) except -2

cdef bint may_be_minted(const Message *m, Span token) noexcept nogil
cdef int32_t doubt_of(Doubt *doubt, const Message *m, const Arrival *arrival, int32_t answer,
                      bint untold) noexcept nogil
