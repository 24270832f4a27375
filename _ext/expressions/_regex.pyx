"""One expression, as it runs: by its automaton, or by the C library.

Knows when which of the two answers.  What an expression means is for the C library to say; where an automaton answers
instead, the tests compare it with the library.

Strategy
1. Everything that is known of the C library at hand has an automaton, which takes time linear in the value.
2. Back-references, assertions that GNU's library copies (see ``_regex_syntax``), and what isn't known for certain, is
   left to the library: `Regex.obstacle` says what it is.
3. Of libraries other than GNU's only the common elements are known, and only over ASCII characters.
"""

cimport cython
from libc.stdint cimport uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport strlen

from identify._compiled._atomics cimport publish_pointer, published_pointer
from identify._compiled._regex_automaton cimport free_automaton, make_automaton, run_automaton
from identify._compiled._regex_characters cimport free_value, is_ascii, set_value
from identify._compiled._regex_library cimport (
    CODE_POINT_RANGES, GNU_LIBRARY, check_expression, compile_expression, free_expression, regex_t, run_expression,
)
from identify._compiled._regex_syntax cimport NESTED, NOT_READ, NO_MEMORY, READ, free_tree, read_tree

cdef extern from "<string.h>" nogil:
    size_t strnlen(const char *text, size_t most)


cdef Refusal read_certain(const char *pattern, bint bytewise, Tree *tree) noexcept nogil:
    cdef size_t size = strlen(pattern)
    cdef Refusal refusal
    if size > 0x7FFFFFFF:
        size = 0
    refusal = read_tree(<const uint8_t *>pattern, <uint32_t>size, CODE_POINT_RANGES or bytewise, bytewise, tree)
    if refusal == READ and (tree.back_references or tree.copied_assertions or tree.uncertain
                            or (tree.gnu and not GNU_LIBRARY) or pattern[size]):
        refusal = NOT_READ
    return refusal


cdef bint may_run(Value *value) noexcept nogil:
    return GNU_LIBRARY or is_ascii(value)


cdef Machine *make_machine(const char *pattern, bint bytewise, bint automata) noexcept nogil:
    cdef Machine *machine = <Machine *>calloc(1, sizeof(Machine))
    cdef Tree tree
    if machine == NULL:
        return NULL
    machine.pattern = pattern
    machine.bytewise = bytewise
    if automata:
        if read_certain(pattern, bytewise, &tree) == READ:
            machine.automaton = make_automaton(&tree, 1)
        free_tree(&tree)
    return machine


cdef void free_machine(Machine *machine) noexcept nogil:
    if machine != NULL:
        free_automaton(machine.automaton)
        free_expression(<regex_t *>machine.library)
    free(machine)


cdef bint run_machine(Machine *machine, Value *value) noexcept nogil:
    cdef bint failed = False
    cdef bint found
    if machine.automaton != NULL and may_run(value):
        found = run_automaton(machine.automaton, value, 0, &failed)
        if not failed:
            return found
    return run_library(machine, value)


cdef bint run_library(Machine *machine, const Value *value) noexcept nogil:
    cdef void *library = published_pointer(&machine.library)
    cdef void *made
    if library == NULL:
        made = compile_expression(machine.pattern, machine.bytewise)
        if made == NULL:
            return False
        library = publish_pointer(&machine.library, made)
        if library != made:
            free_expression(<regex_t *>made)
    return run_expression(<const regex_t *>library, value.text, machine.bytewise)


@cython.final
cdef class Regex:
    """A compiled expression; immutable, may be used by any number of threads.

    With ``bytewise`` it works on bytes, of which only ASCII ones are letters, else on UTF-8 characters.
    """

    def __cinit__(self, bytes pattern not None, bint bytewise=False):
        self.pattern = pattern
        self.bytewise = bytewise
        check_expression(pattern, bytewise)
        self.machine = make_machine(pattern, bytewise, True)
        if self.machine == NULL:
            raise MemoryError("expression")

    def __dealloc__(self):
        free_machine(self.machine)

    def search(self, bytes value not None):
        """Return whether the expression matches anywhere in ``value`` (up to its first NUL)."""
        cdef Value asked
        cdef const char *text = value
        cdef bint found
        with nogil:
            set_value(&asked, text, <uint32_t>strnlen(text, 0xFFFFFFFF), self.bytewise)
            found = run_machine(self.machine, &asked)
            free_value(&asked)
        return found

    def library_search(self, bytes value not None):
        """As ``search``, by the C library whatever the expression is: the judge of tests."""
        cdef Value asked
        set_value(&asked, value, 0, self.bytewise)
        return run_library(self.machine, &asked)

    @property
    def obstacle(self):
        """What keeps the expression from running in time linear in the value, as a predicate; None if nothing does."""
        cdef Tree tree
        cdef Refusal refusal
        if self.machine.automaton != NULL:
            return None
        refusal = read_certain(self.pattern, self.bytewise, &tree)
        references, copied = tree.back_references, tree.copied_assertions
        free_tree(&tree)
        if references:
            return "has a back-reference"
        if not GNU_LIBRARY:
            # Others have automata of their own.
            return None
        if copied:
            return "repeats an anchor or a word boundary"
        if refusal == NESTED:
            return "is nested too deeply"
        if refusal == READ or refusal == NO_MEMORY:
            return "is too large for an automaton"
        return "has an element that isn't known for certain"

    def __reduce__(self):
        return Regex, (self.pattern, self.bytewise)

    def __repr__(self):
        return f"Regex({self.pattern!r}, bytewise=True)" if self.bytewise else f"Regex({self.pattern!r})"
