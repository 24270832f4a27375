"""Parts of expressions and the texts that they require, for other compiled modules."""


cdef class PatternPart:
    # All texts that it can match, or None; then there are no needs, head and tail.
    cdef set exact
    # Sets of texts that one begins or ends with, or None.
    cdef set head
    cdef set tail
    cdef list needs
    # There is a ``^``, a ``$`` in it.
    cdef bint begins
    cdef bint ends


cdef class Run:
    # A concatenation while it is read: what it ends with so far, began with, and its needs.
    cdef set text
    cdef set head
    cdef list needs
    # Everything so far is exact.
    cdef bint exact
    cdef bint begins
    cdef bint ends
    cdef int need(self, set texts) except -1
    cdef int end(self, set following) except -1
    cdef int add(self, PatternPart part) except -1
    cdef PatternPart part(self)


cdef PatternPart exact_part(set texts, bint begins, bint ends)
cdef PatternPart any_text()
cdef PatternPart alternation(list parts)
# What is known of `part{least,most}`.
cdef PatternPart repetition(PatternPart part, Py_ssize_t least, Py_ssize_t most)
