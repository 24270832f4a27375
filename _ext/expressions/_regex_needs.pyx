"""What expressions require of a value: the literals that must occur in it.

Knows the trees of expressions and ``_regex_literals``; nothing of values, sets of expressions or their search.

Strategy
1. One descent over the tree; the texts of each part are combined by ``_regex_literals``.
2. Whatever isn't certain for every C library (glibc, musl) is taken as "any text": escapes of letters and digits, an
   unmatched closing parenthesis.  Where even its extent is uncertain, nothing is known of the whole expression.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._regex_automaton cimport is_plain
from identify._compiled._regex_literals cimport PatternPart, Run, alternation, any_text, exact_part, repetition
from identify._compiled._regex_positions cimport MAX_POSITIONS, count_positions
from identify._compiled._regex_syntax cimport (
    ASSERTION, CERTAIN, CHARACTER, CHOICE, NONE, READ, REPETITION, SEQUENCE, SET, UNCLEAR, CharacterSet, Node, Tree,
    free_tree, has_byte, read_tree,
)

from identify._compiled._regex_literals import BEGIN, END, UncertainError

cdef enum:
    # More than this inside each other isn't analysed.
    MAX_HEIGHT = 64
    # Members of brackets that are written out: more of them make literals hardly more telling.
    MAX_MEMBERS = 4

cdef bytes BEGIN_MARK = BEGIN
cdef bytes END_MARK = END


@cython.final
cdef class Analysis:
    """What is known of an expression; immutable."""


@cython.final
cdef class NeedsReader:
    """The descent over one expression; the tree is freed with it."""

    cdef Tree tree
    cdef bytes pattern

    def __dealloc__(self):
        free_tree(&self.tree)

    cdef PatternPart part(self, uint32_t number):
        """Return what is known of a node."""
        cdef const Node *node = &self.tree.nodes[number]
        if node.certainty == UNCLEAR:
            raise UncertainError
        if node.kind == CHARACTER and node.certainty == CERTAIN:
            return exact_part({self.pattern[node.begin:node.end]}, False, False)
        if node.kind == SET and node.certainty == CERTAIN:
            return self.bracket(&self.tree.sets[node.code])
        if node.kind == ASSERTION and node.certainty == CERTAIN:
            begins = self.pattern_begins(node)
            return exact_part({BEGIN_MARK if begins else END_MARK}, begins, not begins)
        if node.kind == SEQUENCE:
            return self.sequence(node)
        if node.kind == CHOICE:
            return alternation(self.children(node))
        if node.kind == REPETITION:
            return repetition(self.part(node.child), node.least, node.most)
        return any_text()

    cdef bint pattern_begins(self, const Node *node):
        """Return whether an anchor holds where a value begins."""
        return node.places >> 12 & 1

    cdef list children(self, const Node *node):
        cdef list found = []
        cdef uint32_t child = node.child
        while child != NONE:
            found.append(self.part(child))
            child = self.tree.nodes[child].next
        return found

    cdef PatternPart sequence(self, const Node *node):
        """Characters that follow each other are one text."""
        cdef Run run = Run()
        cdef uint32_t child = node.child
        cdef const Node *one
        cdef bytes text
        while child != NONE:
            one = &self.tree.nodes[child]
            if one.kind == CHARACTER and one.certainty == CERTAIN:
                text = self.pattern[one.begin:one.end]
                child = one.next
                while child != NONE:
                    one = &self.tree.nodes[child]
                    if one.kind != CHARACTER or one.certainty != CERTAIN:
                        break
                    text += self.pattern[one.begin:one.end]
                    child = one.next
                run.add(exact_part({text}, False, False))
            else:
                run.add(self.part(child))
                child = one.next
        return run.part()

    cdef PatternPart bracket(self, const CharacterSet *characters):
        """Return the members, if they are few and certain."""
        cdef set members = set()
        cdef uint32_t code, i
        if characters.negated or characters.classes:
            return any_text()
        for code in range(1, <uint32_t>(0x100 if self.tree.bytewise else 0x80)):
            if has_byte(characters, code):
                members.add(bytes([code]))
                if len(members) > MAX_MEMBERS:
                    return any_text()
        for i in range(characters.first_interval, characters.end_interval):
            for code in range(self.tree.intervals[i].first, self.tree.intervals[i].last + 1):
                if not 0xD800 <= code < 0xE000:
                    members.add(chr(code).encode())
                if len(members) > MAX_MEMBERS or 0xD800 <= code < 0xE000:
                    return any_text()
        return exact_part(members, False, False)


cdef Analysis analyse(bytes pattern, bint ranges, bint bytewise):
    cdef NeedsReader reader = NeedsReader()
    cdef PatternPart part
    cdef bytes text
    cdef Analysis found = Analysis()
    cdef uint32_t positions
    reader.pattern = pattern
    found.needs = ()
    if read_tree(<const uint8_t *>PyBytes_AS_STRING(pattern), <uint32_t>PyBytes_GET_SIZE(pattern), ranges, bytewise,
                 &reader.tree) != READ:
        return found
    positions = count_positions(&reader.tree)
    if positions <= MAX_POSITIONS and not (reader.tree.back_references or reader.tree.copied_assertions):
        found.positions = positions
        found.kind = 0 if is_plain(&reader.tree) else 2 if reader.tree.words else 1
    if reader.tree.nodes[reader.tree.root].height > MAX_HEIGHT or (bytewise and END_MARK in pattern):
        return found
    try:
        part = reader.part(reader.tree.root)
    except UncertainError:
        return found
    if part.exact is None:
        found.needs = tuple(part.needs)
        return found
    found.exact = True
    for text in part.exact:
        if not text or text == BEGIN_MARK or text == END_MARK:
            return found
    found.needs = (part.exact,)
    return found


def needs_of(bytes pattern not None, bint ranges=True, bint bytewise=False):
    """Return whether the expression is exactly its need, and its needs, each a frozenset of literals.

    An exact expression matches a value of ASCII characters if and only if one of its need's literals occurs, or always
    if it has no need.  ``ranges`` says that ranges in brackets go by code point, ``bytewise`` that the expression
    works on bytes.  It must be one that compiles.
    """
    found = analyse(pattern, ranges, bytewise)
    return found.exact, [frozenset(need) for need in found.needs]
