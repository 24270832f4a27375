r"""How much the C library builds for an expression, found out before it is asked to.

Knows the trees of expressions and what was recorded of ``regcomp``; nothing of values.

Facts (recorded from GNU's library by its memory)

- A repetition is written out: ``x+`` is ``xx*``, ``x{2,}`` is ``xxx*``, ``x{2,4}`` is ``xx((x)?x)?``.  So ``+`` inside
  ``+`` doubles each time.
- For each node it keeps the nodes that can be reached from there without a character: all later ones in ``a?a?a?``, all
  earlier ones in ``a|b|c``.  Memory is quadratic in their number.
- Where something repeats without end that can be nothing, as in ``(a*)*``, it finds them once for each way on which
  they are reached, and behind an assertion too.  Ways double with each ``(...)?``.
- Where assertions follow assertions without a character between them, time and memory grow with about the fourth
  power of their number: 64 times ``\b`` are too many.

Strategy
1. For each part there are a few numbers: its nodes; how many of them are reached where it is entered; whether what
   follows it is reached too; and how many are kept for all its nodes together, a number that grows with what follows
   the part: ``kept + open * following``.
2. The numbers of a concatenation, a choice or a repetition follow from those of their parts.
3. They are floating point numbers, which don't overflow; a repetition isn't written out once they are too large.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._regex_syntax cimport (
    ASSERTION, CHOICE, NESTED, NO_MEMORY, NONE, REPETITION, SEQUENCE, UNBOUNDED, Node, Refusal, Tree, free_tree,
    read_tree,
)

# Where writing out ends.
cdef double TOO_MANY = 1e12


cdef struct Extent:
    double nodes
    double entered
    bint passed
    double kept
    double open
    # Assertions that are reached where the part is entered, and ways on which its end is reached from one in it.
    double head
    double tail
    # Ways through the part without a character, and nodes that are met on all ways into it.
    double ways
    double met
    # Something in it repeats without end that can be nothing.
    bint loops


cdef Extent nothing() noexcept nogil:
    cdef Extent found
    found.nodes = found.entered = found.kept = found.open = found.head = found.tail = found.met = 0
    found.passed = True
    found.ways = 1
    found.loops = False
    return found


cdef Extent joined(Extent first, Extent second) noexcept nogil:
    """Return the extent of two parts that follow each other."""
    cdef Extent found
    found.nodes = first.nodes + second.nodes
    found.entered = first.entered + (second.entered if first.passed else 0)
    found.passed = first.passed and second.passed
    found.kept = first.kept + first.open * second.entered + second.kept
    found.open = second.open + (first.open if second.passed else 0)
    found.head = first.head + (second.head if first.passed else 0)
    found.tail = second.tail + first.tail * second.ways
    found.loops = first.loops or second.loops
    if found.loops:
        found.kept += (first.open + first.ways) * second.met
    found.ways = first.ways * second.ways
    found.met = first.met + first.ways * second.met
    found.kept += first.tail * second.met + clustered(first.tail, second.head, first.entered + second.entered)
    return found


cdef double clustered(double tail, double head, double entered) noexcept nogil:
    """Return what is kept where assertions follow assertions."""
    return (tail + head) ** 3 * entered if tail and head else 0


cdef Extent either(Extent first, Extent second) noexcept nogil:
    """Return the extent of two alternatives."""
    cdef Extent found
    found.nodes = first.nodes + second.nodes + 1
    found.entered = first.entered + second.entered + 1
    found.passed = first.passed or second.passed
    found.kept = first.kept + second.kept + found.entered
    found.open = first.open + second.open + found.passed
    found.head = first.head + second.head
    found.tail = first.tail + second.tail
    found.loops = first.loops or second.loops
    found.ways = first.ways + second.ways
    found.met = first.met + second.met + 1
    return found


cdef Extent starred(Extent part) noexcept nogil:
    """Return the extent of a part that repeats without end: it follows itself."""
    cdef Extent found
    found.nodes = part.nodes + 1
    found.entered = part.entered + 1
    found.passed = True
    found.kept = part.kept + part.open * found.entered + found.entered
    found.open = part.open + 1
    found.head = part.head
    found.tail = part.tail * (1 + part.ways)
    found.loops = part.loops or part.passed
    found.ways = part.ways * 2 + 1
    found.met = part.met * (1 + part.ways) + 1
    if found.loops:
        found.kept += (1 + part.open) * found.met
    found.kept += part.tail * found.met + clustered(part.tail, part.head, found.entered)
    return found


cdef Extent repeated(Extent part, int least, int most) noexcept nogil:
    cdef Extent found = nothing(), more = nothing()
    cdef int _
    if most == 0 or part.nodes == 0:
        return found
    for _ in range(least):
        found = joined(found, part)
        if found.nodes > TOO_MANY or found.kept > TOO_MANY:
            return found
    if most == UNBOUNDED:
        return joined(found, starred(part))
    for _ in range(least, most):
        more = either(joined(more, part), nothing())
        if more.nodes > TOO_MANY or more.kept > TOO_MANY:
            break
    return joined(found, more)


cdef Extent extent_of(const Tree *tree, uint32_t number) noexcept nogil:
    cdef const Node *node = &tree.nodes[number]
    cdef Extent found = nothing()
    cdef uint32_t child = node.child
    if node.kind == REPETITION:
        return repeated(extent_of(tree, child), node.least, node.most)
    if node.kind == SEQUENCE:
        while child != NONE:
            found = joined(found, extent_of(tree, child))
            child = tree.nodes[child].next
        return found
    if node.kind == CHOICE:
        found = extent_of(tree, child)
        child = tree.nodes[child].next
        while child != NONE:
            found = either(found, extent_of(tree, child))
            child = tree.nodes[child].next
        # Groups are nodes too if they are empty, or may be referred to.
        if number != tree.root and (found.nodes == 0 or tree.back_references):
            found = joined(step(), joined(found, step()))
        return found
    if node.kind == ASSERTION:
        found = step()
        found.head = found.tail = 1
        return either(found, found)
    found.nodes = found.entered = found.kept = found.met = 1
    found.ways = 0
    found.passed = False
    return found


cdef Extent step() noexcept nogil:
    """Return the extent of a node that takes no character."""
    cdef Extent found = nothing()
    found.nodes = found.entered = found.kept = found.open = found.met = 1
    return found


def size_of(bytes pattern not None):
    """Return how many nodes the C library makes of an expression, and how many it keeps for these.

    Both are at least that, up to where the library finds an error; None if groups and repetitions nest too deeply.
    """
    cdef Tree tree
    cdef Extent found
    # Over bytes there are at least as many elements, and no text is invalid.
    cdef Refusal refusal = read_tree(<const uint8_t *>PyBytes_AS_STRING(pattern), <uint32_t>PyBytes_GET_SIZE(pattern),
                                     True, True, &tree)
    if refusal == NO_MEMORY:
        free_tree(&tree)
        raise MemoryError("expression")
    if refusal == NESTED:
        free_tree(&tree)
        return None
    found = extent_of(&tree, tree.root)
    free_tree(&tree)
    return found.nodes, found.kept
