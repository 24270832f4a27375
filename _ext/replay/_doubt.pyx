"""Does a request's answer depend on something that isn't known: a host name, an untold line token, further objects?

Knows the tables that stop at unknowns and the known answer; which contents are possible is described in
``identify.simulation.undetermined``, the tables in ``identify.compiler``.

Strategy
1. Where the known answer comes from an identifier before all in which something unknown has a part, nothing is asked.
2. A token of Asterisk's shape that isn't told may be that of any registration whose token isn't told.
3. Tables in which each unknown identify covers whatever its names could cover either decide before any of them, or
   stop at one.  If its endpoint isn't that of the known answer, two contents have different answers.
4. If it is, it can be taken as refused: a content in which it decides has the known answer, and in every other content
   it changes nothing.  Tables without any of that endpoint's unknowns decide.
5. An unknown whose endpoint doesn't exist makes an identifier give up, so that what comes behind it counts; of two
   identifies that stand for one another, refusing one brings up the other.  These aren't in the tables of 3 and 4, but
   in tables of their own, which are asked first.  Where they stop, and where further objects may come first, Python
   works out all possible answers.  Where they don't, none of these has a part up to the known decision, and what
   decides before it does so whether they exist or not.
"""

cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from identify._compiled._decide cimport decide
from identify._compiled._matcher cimport Matcher
from identify._compiled._text cimport decoded

cdef enum:
    # Letters of a token that Asterisk makes, each from a to z.
    TOKEN_LETTERS = 7


@cython.final
cdef class Doubts:
    """What isn't known of one configuration; not for several threads at once.

    ``asks_of`` and ``endpoint_of`` have a number for no answer, and then for each: bits of ``Ask``, and the place of
    its endpoint, -1 for none.  ``unknown_endpoint_of`` has such a place for each unknown.  ``names`` and ``tangled``
    are pairs of tables and their unknowns by answer, or None.  With ``own_tokens`` the engine has tokens that Asterisk
    doesn't have: only learned ones have an answer then.  ``asker.leave_out(endpoint)`` returns a pair like these or
    None, ``asker.look(batch, row, answer)`` the number of an unknown or -1.
    """

    def __cinit__(self, *args, **kwargs):
        memset(&self.state, 0, sizeof(Doubt))
        self.state.untold[0] = self.state.untold[1] = -1
        self.state.owner = <PyObject *>self
        self.kept = []

    def __dealloc__(self):
        cdef int i
        free(self.state.asks_of)
        free(self.state.endpoint_of)
        free(self.state.unknown_endpoint_of)
        free(<void *>self.state.names.unknown_of)
        free(<void *>self.state.tangled.unknown_of)
        for i in range(self.state.left_out_count):
            free(<void *>self.state.left_out[i].reach.unknown_of)

    def __init__(self, asker, asks_of, endpoint_of, unknown_endpoint_of, names, tangled, bint own_tokens=False):
        cdef uint32_t i
        cdef Doubt *doubt = &self.state
        if self.asker is not None:
            raise TypeError("Doubts can't be initialised twice")
        if not len(asks_of) == len(endpoint_of) > 0:
            raise ValueError(f"{len(asks_of)} and {len(endpoint_of)} numbers for answers")
        doubt.answer_count = <uint32_t>(len(asks_of) - 1)
        doubt.unknown_count = <uint32_t>len(unknown_endpoint_of)
        doubt.asks_of = <uint8_t *>calloc(len(asks_of), 1)
        doubt.endpoint_of = <int32_t *>calloc(len(asks_of), sizeof(int32_t))
        doubt.unknown_endpoint_of = <int32_t *>calloc(doubt.unknown_count + 1, sizeof(int32_t))
        if doubt.asks_of == NULL or doubt.endpoint_of == NULL or doubt.unknown_endpoint_of == NULL:
            raise MemoryError
        for i in range(doubt.answer_count + 1):
            doubt.asks_of[i] = asks_of[i]
            doubt.endpoint_of[i] = endpoint_of[i]
        for i in range(doubt.unknown_count):
            doubt.unknown_endpoint_of[i] = unknown_endpoint_of[i]
        self.take_reach(names, &doubt.names)
        self.take_reach(tangled, &doubt.tangled)
        self.own_tokens = own_tokens
        self.asker = asker

    def tell_untold(self, numbers):
        """Say which unknown tokens there are: at most two, with different endpoints."""
        cdef int i
        found = [*numbers, *[-1] * <int>UNTOLD]
        for i in range(<int>UNTOLD):
            self.state.untold[i] = self.checked(found[i])

    cdef int32_t checked(self, number) except -2:
        """A number of an unknown, or -1."""
        if not -1 <= number < <int64_t>self.state.unknown_count:
            raise ValueError(f"no unknown {number}")
        return number

    cdef int take_reach(self, found, Reach *reach) except -1:
        """Take tables into use."""
        cdef Matcher tables
        cdef int32_t *numbers
        cdef uint32_t i, count
        if found is None:
            return 0
        tables, unknowns = found
        count = tables.compiled.tables.answer_count
        if len(unknowns) != count:
            raise ValueError(f"unknowns for {len(unknowns)} answers, the tables have {count}")
        numbers = <int32_t *>calloc(count + 1, sizeof(int32_t))
        if numbers == NULL:
            raise MemoryError
        try:
            for i in range(count):
                numbers[i] = self.checked(unknowns[i])
        except BaseException:
            free(numbers)
            raise
        self.kept.append(tables)
        reach.compiled = &tables.compiled
        reach.unknown_of = numbers
        return 0

    cdef int leave_out(self, int32_t endpoint) except -1:
        """Add tables without an endpoint's unknowns; 0 where there are too many such tables."""
        cdef LeftOut *place = &self.state.left_out[self.state.left_out_count]
        if self.state.left_out_count == <int>LEFT_OUT:
            return 0
        place.endpoint = endpoint
        place.reach.compiled = NULL
        self.take_reach(self.asker.leave_out(endpoint), &place.reach)
        self.state.left_out_count += 1
        return 1

    cdef int32_t look(self, int32_t answer) except -2:
        """Let Python work out all possible answers."""
        return self.checked(self.asker.look(self.batch, self.state.row, answer))


cdef int32_t failed(Doubt *doubt, failure) noexcept:
    """Keep an error that nobody can catch here; whoever runs the batch raises it."""
    (<Doubts><object>doubt.owner).failure = failure
    doubt.failed = True
    return -1


cdef int leave_out(Doubt *doubt, int32_t endpoint) noexcept with gil:
    try:
        return (<Doubts><object>doubt.owner).leave_out(endpoint)
    except BaseException as error:
        failed(doubt, error)
        return 0


cdef int32_t look(Doubt *doubt, int32_t answer) noexcept with gil:
    if doubt.failed:
        return -1
    try:
        return (<Doubts><object>doubt.owner).look(answer)
    except BaseException as error:
        return failed(doubt, error)


cdef bint may_be_minted(const Message *m, Span token) noexcept nogil:
    """Has a value the shape of the tokens that Asterisk makes, its escapes resolved?"""
    cdef int letters = 0
    cdef int c
    while token.start < token.end:
        c = decoded(m.base, &token.start, token.end)
        letters += 1
        if letters > TOKEN_LETTERS or not c"a" <= c <= c"z":
            return False
    return letters == TOKEN_LETTERS


cdef int32_t doubt_of(Doubt *doubt, const Message *m, const Arrival *arrival, int32_t answer,
                      bint untold) noexcept nogil:
    """Return the number of an unknown that the answer depends on, -1 if it is the same for all contents.

    ``answer`` is what is known, ``untold`` says that the message has a token which may be one that wasn't told.
    """
    cdef int32_t endpoint = doubt.endpoint_of[answer + 1]
    cdef uint8_t asks = doubt.asks_of[answer + 1]
    cdef int32_t unknown
    cdef int i
    if asks & <uint8_t>ASK_OBJECTS or (asks & <uint8_t>ASK_TANGLED and stopped_by(&doubt.tangled, m, arrival) >= 0):
        return look(doubt, answer)
    if untold:
        for i in range(<int>UNTOLD):
            unknown = doubt.untold[i]
            if unknown >= 0 and doubt.unknown_endpoint_of[unknown] != endpoint:
                return unknown
    if asks & <uint8_t>ASK_NAMES:
        unknown = stopped_by(&doubt.names, m, arrival)
        if unknown >= 0 and doubt.unknown_endpoint_of[unknown] == endpoint:
            i = left_out(doubt, endpoint)
            if i < 0:
                return look(doubt, answer)
            unknown = stopped_by(&doubt.left_out[i].reach, m, arrival)
        return unknown
    return -1


cdef inline int32_t stopped_by(const Reach *reach, const Message *m, const Arrival *arrival) noexcept nogil:
    """The number of the unknown at which tables stop, -1 if they decide before any."""
    cdef int32_t answer
    if reach.compiled == NULL:
        return -1
    answer = decide(reach.compiled, m, arrival)
    return reach.unknown_of[answer] if answer >= 0 else -1


cdef int left_out(Doubt *doubt, int32_t endpoint) noexcept nogil:
    """The place of the tables without an endpoint's unknowns, made where there are none; -1 if there are too many."""
    cdef int i
    for i in range(doubt.left_out_count):
        if doubt.left_out[i].endpoint == endpoint:
            return i
    return doubt.left_out_count - 1 if leave_out(doubt, endpoint) else -1
