"""Which texts a part of an expression requires: sets of literals and their algebra.

Knows what concatenation, alternation and repetition do to sets of texts; nothing of the syntax of expressions.

A *literal* is bytes that occur in a value, where ``BEGIN`` stands for the value's begin and ``END`` for its end:
``\\0ab`` is "begins with ab".  Neither byte occurs in values that are text, so that a literal is looked for as a plain
substring of ``BEGIN + value + END``.  A *need* is a set of literals, at least one of which occurs in every value that
the expression matches.

    a(b|c)d?      exactly {ab, abd, ac, acd}
    ^sip:.*@h$    needs {\\0sip:} and {@h\\xff}
    [0-9]+        nothing

Strategy
1. Each part is either *exact*, a small set of all texts that it can match, or it has needs, and may know what its texts
   begin and end with (head, tail).
2. In a concatenation, exact parts are multiplied into a run of text; what isn't exact ends the run, which then becomes
   a need.
3. Sets are bounded; one that grows too large ends a run as well.  A missed need costs time; a wrong one would be a
   wrong answer.
"""

cimport cython
from cpython.bytes cimport PyBytes_GET_SIZE

cdef enum:
    MAX_LITERALS = 32
    MAX_LITERAL_BYTES = 4096
    MAX_NEEDS = 16
    # Repetitions that are written out: a{3} is aaa.
    MAX_COPIES = 32

BEGIN = b"\0"
END = b"\xff"

cdef bytes BEGIN_MARK = BEGIN
cdef bytes END_MARK = END
cdef set EMPTY = {b""}


class UncertainError(Exception):
    """The analysis doesn't understand the expression; it stays inside the modules that analyse."""


@cython.final
cdef class PatternPart:
    """What is known of a part of an expression."""


cdef PatternPart exact_part(set texts, bint begins, bint ends):
    cdef PatternPart part = PatternPart.__new__(PatternPart)
    part.exact = texts
    part.begins = begins
    part.ends = ends
    return part


cdef PatternPart open_part(list needs, set head, set tail, bint begins, bint ends):
    cdef PatternPart part = PatternPart.__new__(PatternPart)
    part.needs = needs
    part.head = head
    part.tail = tail
    part.begins = begins
    part.ends = ends
    return part


cdef PatternPart any_text():
    return open_part([], None, None, False, False)


cdef bint nothing_but(set texts, bytes marker):
    """Return whether each text is empty or the marker."""
    cdef bytes text
    if texts is None:
        return False
    for text in texts:
        if text and text != marker:
            return False
    return True


cdef bint fits(set texts):
    cdef Py_ssize_t size = 0
    if len(texts) > MAX_LITERALS:
        return False
    for text in texts:
        size += PyBytes_GET_SIZE(text)
    return size <= MAX_LITERAL_BYTES


cdef bint useful(set texts):
    """Return whether each literal has a byte besides its markers."""
    cdef bytes text
    if texts is None:
        return False
    for text in texts:
        if len(text) == text.startswith(BEGIN_MARK) + text.endswith(END_MARK):
            return False
    return True


cdef bytes join(bytes first, bytes second):
    """Return two adjacent texts as one; ``^^`` is ``^``, ``$$`` is ``$``."""
    if first == BEGIN_MARK and second.startswith(BEGIN_MARK):
        return second
    if second == END_MARK and first.endswith(END_MARK):
        return first
    return first + second


cdef set product(set first, set second):
    """Return all pairs as texts, or None where they are too many."""
    cdef set found
    if len(first) * len(second) > MAX_LITERALS:
        return None
    found = {join(<bytes>one, <bytes>other) for one in first for other in second}
    return found if fits(found) else None


cdef set joined(list sets):
    """Return the union, or None where one of them is None or it is too large."""
    cdef set found = set()
    for one in sets:
        if one is None:
            return None
        found |= <set>one
        if len(found) > MAX_LITERALS:
            return None
    return found if fits(found) else None


cdef Py_ssize_t shortest(set texts):
    return min([len(<bytes>text) for text in texts])


cdef set best_need(PatternPart part):
    """Return the need of a part that serves best in a union with others: the one with the longest literals."""
    cdef set best = None
    if part.exact is not None:
        return part.exact if useful(part.exact) else None
    for need in part.needs:
        if best is None or shortest(need) > shortest(best):
            best = need
    return best


cdef PatternPart alternation(list parts):
    cdef PatternPart part, found
    cdef set need
    cdef bint begins = False, ends = False
    if len(parts) == 1:
        return parts[0]
    for part in parts:
        begins = begins or part.begins
        ends = ends or part.ends
    need = joined([part.exact for part in parts])
    if need is not None:
        found = exact_part(need, begins, ends)
    else:
        found = open_alternation(parts, begins, ends)
    return found


cdef PatternPart open_alternation(list parts, bint begins, bint ends):
    cdef PatternPart part
    need = joined([best_need(part) for part in parts])
    return open_part(
        [] if need is None else [need],
        joined([part.head if part.exact is None else part.exact for part in parts]),
        joined([part.tail if part.exact is None else part.exact for part in parts]),
        begins,
        ends,
    )


cdef PatternPart repetition(PatternPart part, Py_ssize_t least, Py_ssize_t most):
    """Return what is known of ``part{least,most}``."""
    cdef set copies, once
    cdef Py_ssize_t _
    if (part.begins or part.ends) and most != 1:
        raise UncertainError
    if part.exact is None:
        if least == 0:
            return open_part([], None, None, part.begins, part.ends)
        return open_part(part.needs, part.head, part.tail, part.begins, part.ends)
    once = part.exact
    copies = EMPTY
    for _ in range(min(least, MAX_COPIES)):
        once = product(copies, part.exact)
        if once is None:
            break
        copies = once
    else:
        if least <= MAX_COPIES and most == least:
            return exact_part(copies, part.begins, part.ends)
        if least == 0 and most == 1:
            return exact_part(part.exact | EMPTY, part.begins, part.ends)
    if least == 0:
        return any_text()
    return open_part([copies] if useful(copies) else [], copies, copies, False, False)


@cython.final
cdef class Run:
    """A concatenation while it is read."""

    def __cinit__(self):
        self.text = EMPTY
        self.needs = []
        self.exact = True

    cdef int need(self, set texts) except -1:
        if useful(texts) and len(self.needs) < MAX_NEEDS and texts not in self.needs:
            self.needs.append(texts)
        return 0

    cdef int end(self, set following) except -1:
        """The text so far becomes a need; ``following`` is what the next run begins with."""
        if self.exact:
            self.head = self.text
            self.exact = False
        self.need(self.text)
        self.text = following
        return 0

    cdef int add(self, PatternPart part) except -1:
        """Append a part.

        An anchor must stand at the rim: glibc lets ``a$.`` match a and a newline, though it isn't told to take
        newlines for ends.
        """
        cdef set longer
        if self.ends and not nothing_but(part.exact, END_MARK):
            raise UncertainError
        if part.begins and not (self.exact and nothing_but(self.text, BEGIN_MARK)):
            raise UncertainError
        self.begins = self.begins or part.begins
        self.ends = self.ends or part.ends
        if part.exact is not None:
            longer = product(self.text, part.exact)
            if longer is None:
                self.end(part.exact)
            else:
                self.text = longer
            return 0
        if part.head is not None:
            longer = product(self.text, part.head)
            if longer is not None:
                self.text = longer
        self.end(EMPTY if part.tail is None else part.tail)
        for need in part.needs:
            self.need(need)
        return 0

    cdef PatternPart part(self):
        if self.exact:
            return exact_part(self.text, self.begins, self.ends)
        self.need(self.text)
        return open_part(self.needs, self.head, self.text, self.begins, self.ends)
