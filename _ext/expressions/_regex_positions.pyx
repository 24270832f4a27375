"""Positions of expressions, and which of them follow each other.

Knows the trees of expressions; nothing of the characters that fit a position, nor of values.

Strategy
1. Each character and bracket is a *position*.  Glushkov's construction keeps for each part of an expression the
   positions that a match of it begins and ends with, and whether it can match nothing; where parts meet, the one's ends
   are followed by the other's begins.  For a(b|c)*d, with positions 0 to 3, 1, 2 and 3 follow 0, 1 and 2.
2. Counted repetitions are walked over once for each copy.
3. Assertions such as ``^`` and ``\\b`` aren't positions.  What follows what is found once for each place that
   assertions tell apart, where each either holds, and is nothing, or doesn't, and then no match goes over it.
4. Begins and ends are lists through the positions themselves: each position is in one list of each kind at a time.
5. Several expressions are walked over as alternatives, so that one run is a run of all.
"""

from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memset

from identify._compiled._regex_syntax cimport (
    ASSERTION, CHARACTER, NONE, REPETITION, SEQUENCE, SET, UNBOUNDED, Node,
)


cdef struct Part:
    bint nullable
    # First and last members of the lists of begins and ends; NONE if they are empty.
    uint32_t first
    uint32_t first_end
    uint32_t last
    uint32_t last_end


cdef struct Walk:
    const Tree *tree
    uint32_t place
    uint32_t at
    uint32_t words
    # The next ones in the lists of begins and ends.
    uint32_t *next_first
    uint32_t *next_last
    uint32_t *node_of
    Follow *follow
    uint32_t pairs
    bint failed


cdef uint32_t count_positions(const Tree *tree) noexcept nogil:
    cdef uint64_t visits = 0
    cdef uint64_t found = counted(tree, tree.root, &visits)
    return MAX_POSITIONS + 1 if visits > MAX_VISITS or found > MAX_POSITIONS else <uint32_t>found


cdef uint64_t counted(const Tree *tree, uint32_t number, uint64_t *visits) noexcept nogil:
    """Return the positions of a node; both numbers stay small enough to be multiplied."""
    cdef const Node *node = &tree.nodes[number]
    cdef uint64_t found = node.kind == CHARACTER or node.kind == SET, inner = 0
    cdef uint32_t child = node.child, copies = copies_of(node)
    while child != NONE:
        found += counted(tree, child, &inner)
        child = tree.nodes[child].next
    visits[0] = visits[0] + 1 + inner * copies
    if visits[0] > MAX_VISITS:
        visits[0] = MAX_VISITS + 1
    found *= copies
    return MAX_POSITIONS + 1 if found > MAX_POSITIONS else found


cdef uint32_t copies_of(const Node *node) noexcept nogil:
    if node.kind != REPETITION:
        return 1
    if node.most == UNBOUNDED:
        return <uint32_t>node.least if node.least else 1
    return <uint32_t>node.most


cdef bint number_positions(const Tree *trees, uint32_t members, Positions *positions) noexcept nogil:
    cdef Walk walk
    cdef uint32_t i, at
    memset(&walk, 0, sizeof(Walk))
    memset(positions, 0, sizeof(Positions))
    for i in range(members):
        positions.count += count_positions(&trees[i])
    positions.words = (positions.count + WORD_BITS - 1) // WORD_BITS
    positions.words += positions.words == 0
    positions.member_of = <uint8_t *>calloc(positions.count + 1, 1)
    positions.node_of = walk.node_of = <uint32_t *>calloc(positions.count + 1, sizeof(uint32_t))
    if positions.member_of == NULL or positions.node_of == NULL:
        return False
    for i in range(members):
        at = walk.at
        walk.tree = &trees[i]
        note_positions(&walk, walk.tree.root)
        for at in range(at, walk.at):
            positions.member_of[at] = <uint8_t>i
    return True


cdef void note_positions(Walk *walk, uint32_t number) noexcept nogil:
    """Number the positions of a node, in the order in which `walk_over` meets them."""
    cdef const Node *node = &walk.tree.nodes[number]
    cdef uint32_t child, _
    if node.kind == CHARACTER or node.kind == SET:
        walk.node_of[walk.at] = number
        walk.at += 1
    for _ in range(copies_of(node)):
        child = node.child
        while child != NONE:
            note_positions(walk, child)
            child = walk.tree.nodes[child].next


cdef void free_positions(Positions *positions) noexcept nogil:
    free(positions.member_of)
    free(positions.node_of)


cdef bint connect_positions(const Tree *trees, uint32_t members, const Positions *positions, uint32_t place,
                            Follow *follow) noexcept nogil:
    cdef Walk walk
    cdef Part part
    cdef uint32_t i
    cdef uint64_t *bits = <uint64_t *>calloc(<size_t>positions.words * 6, sizeof(uint64_t))
    memset(&walk, 0, sizeof(Walk))
    memset(follow, 0, sizeof(Follow))
    follow.first = bits
    follow.row_of = <uint32_t *>calloc(positions.count + 1, sizeof(uint32_t))
    walk.next_first = <uint32_t *>calloc(<size_t>positions.count * 2 + 1, sizeof(uint32_t))
    walk.failed = bits == NULL or follow.row_of == NULL or walk.next_first == NULL
    if not walk.failed:
        follow.last = bits + positions.words
        follow.chained = bits + positions.words * 2
        follow.looping = bits + positions.words * 3
        follow.branching = bits + positions.words * 4
        follow.skipping = bits + positions.words * 5
        walk.next_last = walk.next_first + positions.count
        walk.place = place
        walk.words = positions.words
        walk.follow = follow
    for i in range(members):
        if walk.failed:
            break
        walk.tree = &trees[i]
        part = walk_over(&walk, walk.tree.root)
        follow.nullable |= <uint32_t>part.nullable << i
        mark(part.first, walk.next_first, follow.first)
        mark(part.last, walk.next_last, follow.last)
    free(walk.next_first)
    return not walk.failed


cdef void free_follow(Follow *follow) noexcept nogil:
    free(follow.first)
    free(follow.row_of)
    free(follow.rows)


cdef void mark(uint32_t at, const uint32_t *following, uint64_t *bits) noexcept nogil:
    """Set the bits of a list of positions."""
    while at != NONE:
        bits[at // WORD_BITS] |= <uint64_t>1 << at % WORD_BITS
        at = following[at]


cdef Part nothing(bint nullable) noexcept nogil:
    cdef Part part
    part.nullable = nullable
    part.first = part.first_end = part.last = part.last_end = NONE
    return part


cdef Part walk_over(Walk *walk, uint32_t number) noexcept nogil:
    cdef const Node *node = &walk.tree.nodes[number]
    cdef Part found, part
    cdef uint32_t child = node.child, copies, i
    if node.kind == CHARACTER or node.kind == SET:
        found.nullable = False
        found.first = found.first_end = found.last = found.last_end = walk.at
        walk.next_first[walk.at] = walk.next_last[walk.at] = NONE
        walk.at += 1
        return found
    if node.kind == REPETITION:
        found = nothing(True)
        copies = copies_of(node)
        for i in range(copies):
            part = walk_over(walk, node.child)
            if node.most == UNBOUNDED and i == copies - 1:
                connect(walk, part, part)
            part.nullable = part.nullable or i >= <uint32_t>node.least
            concatenate(walk, &found, part)
        return found
    if node.kind == ASSERTION:
        return nothing(node.places >> walk.place & 1)
    found = nothing(node.kind == SEQUENCE)
    while child != NONE:
        part = walk_over(walk, child)
        if node.kind == SEQUENCE:
            concatenate(walk, &found, part)
        else:
            found.nullable = found.nullable or part.nullable
            add_begins(walk, &found, part)
            add_ends(walk, &found, part)
        child = walk.tree.nodes[child].next
    return found


cdef void concatenate(Walk *walk, Part *before, Part part) noexcept nogil:
    connect(walk, before[0], part)
    if before.nullable:
        add_begins(walk, before, part)
    if part.nullable:
        add_ends(walk, before, part)
    else:
        before.last = part.last
        before.last_end = part.last_end
    before.nullable = before.nullable and part.nullable


cdef void add_begins(Walk *walk, Part *part, Part more) noexcept nogil:
    if part.first == NONE:
        part.first = more.first
        part.first_end = more.first_end
    elif more.first != NONE:
        walk.next_first[part.first_end] = more.first
        part.first_end = more.first_end


cdef void add_ends(Walk *walk, Part *part, Part more) noexcept nogil:
    if part.last == NONE:
        part.last = more.last
        part.last_end = more.last_end
    elif more.last != NONE:
        walk.next_last[part.last_end] = more.last
        part.last_end = more.last_end


cdef void connect(Walk *walk, Part before, Part part) noexcept nogil:
    """Let each begin of a part follow each end of the one before it."""
    cdef uint32_t last = before.last, first
    while last != NONE and not walk.failed:
        first = part.first
        while first != NONE and not walk.failed:
            add_pair(walk, last, first)
            first = walk.next_first[first]
        last = walk.next_last[last]


cdef void add_pair(Walk *walk, uint32_t last, uint32_t first) noexcept nogil:
    cdef Follow *follow = walk.follow
    cdef uint64_t bit = <uint64_t>1 << first % WORD_BITS
    cdef uint32_t word = first // WORD_BITS
    cdef uint64_t *grown
    walk.pairs += 1
    if walk.pairs > MAX_PAIRS:
        walk.failed = True
    elif first == last:
        follow.looping[word] |= bit
    elif first == last + 1:
        follow.chained[word] |= bit
    elif first == last + 2:
        follow.skipping[word] |= bit
    else:
        if not follow.branching[last // WORD_BITS] >> last % WORD_BITS & 1:
            if follow.row_count == follow.row_room:
                follow.row_room = follow.row_room * 2 + 4
                grown = NULL
                if <uint64_t>follow.row_room * walk.words <= MAX_ROW_WORDS:
                    grown = <uint64_t *>realloc(follow.rows, <size_t>follow.row_room * walk.words * sizeof(uint64_t))
                if grown == NULL:
                    walk.failed = True
                    return
                follow.rows = grown
            memset(follow.rows + <size_t>follow.row_count * walk.words, 0, walk.words * sizeof(uint64_t))
            follow.row_of[last] = follow.row_count
            follow.row_count += 1
            follow.branching[last // WORD_BITS] |= <uint64_t>1 << last % WORD_BITS
        follow.rows[<size_t>follow.row_of[last] * walk.words + word] |= bit
