"""Automata of expressions: whether a value matches, in time linear in its length whatever it has.

Knows positions, what follows them, and the characters that fit them; nothing of the syntax of expressions.

Strategy
1. Glushkov's automaton, run over the value's symbols with bits for states: a set of positions, those whose characters
   were read last.  For a(b|c)*d, with positions 0 to 3, the states behind ``xab`` are {1}; 1, 2 and 3 follow, and a
   match may begin with 0.
2. Most positions are followed by the next one or the one behind that (shifts) or by themselves (a mask).  For the
   others a word's states are looked up by bytes, so that a step costs the same whatever the states are.
3. Automata of more positions than a word has bits for, which are rare, run over several words.
4. Where assertions don't tell places inside a value apart, which is usual, only the first and the last step differ.
5. The C library's own automaton begins anew at each character, which is quadratic in expressions like ``a.*b``.
"""

from libc.stdlib cimport calloc, free, malloc, qsort

from identify._compiled._regex_characters cimport (
    BYTES, FIRST_TYPE, SURROGATE, SYMBOLS, TYPES, Symbols, is_ascii, kinds_of, symbols_of, type_classes, type_of,
)
from identify._compiled._regex_positions cimport (
    MAX_POSITIONS, Positions, connect_positions, count_positions, free_follow, free_positions, number_positions,
)
from identify._compiled._regex_syntax cimport (
    CHARACTER, EDGE, FIRST_BEYOND, NEWLINE, OTHER, CharacterSet, Node, has_byte,
)

cdef enum:
    BYTE_VALUES = 256
    # Where the value begins, before the kind of what follows.
    BEGIN = 4 * EDGE
    # Comparisons of named characters with positions.
    MAX_NAMED_WORK = 1 << 24


cdef Automaton *make_automaton(const Tree *trees, uint32_t members) noexcept nogil:
    cdef Automaton *automaton = <Automaton *>calloc(1, sizeof(Automaton))
    cdef Positions positions
    cdef uint32_t i
    cdef uint64_t count = 0
    cdef bint made
    for i in range(members):
        count += count_positions(&trees[i])
    if automaton == NULL or count > MAX_POSITIONS or (members > 1 and count > WORD_BITS):
        free(automaton)
        return NULL
    made = number_positions(trees, members, &positions)
    if made:
        automaton.words = positions.words
        automaton.members = members
        automaton.bytewise = trees[0].bytewise
        automaton.plain = is_plain(&trees[0])
        made = (connect_places(automaton, trees, &positions) and fit_characters(automaton, trees, &positions)
                and (positions.words > 1 or tabulate(automaton, &positions)))
    if made:
        find_uniform(automaton, &positions)
    free_positions(&positions)
    if not made:
        free_automaton(automaton)
        return NULL
    return automaton


cdef void free_automaton(Automaton *automaton) noexcept nogil:
    cdef uint32_t i
    if automaton == NULL:
        return
    for i in range(automaton.follow_count):
        free_follow(&automaton.follows[i])
    free(automaton.fits)
    free(automaton.named)
    free(automaton.tables)
    free(automaton)


cdef bint connect_places(Automaton *automaton, const Tree *trees, const Positions *positions) noexcept nogil:
    """Find what follows what, once for all places that no assertion of the expressions tells apart."""
    cdef uint8_t number_at[PLACES]
    cdef uint32_t place, other, before, behind, bare_before, bare_behind, i
    cdef Follow *follow
    for place in range(<uint32_t>PLACES):
        other = 0
        while tells_apart(trees, automaton.members, place, other):
            other += 1
        if other < place:
            number_at[place] = number_at[other]
            continue
        number_at[place] = <uint8_t>automaton.follow_count
        follow = &automaton.follows[automaton.follow_count]
        automaton.follow_count += 1
        if not connect_positions(trees, automaton.members, positions, place, follow):
            return False
    for place in range(<uint32_t>PLACES):
        before, behind = place >> 2, place & 3
        # Anchors that a newline satisfies do so between two characters only, not at a match's begin or end.
        bare_before = OTHER if before == NEWLINE else before
        bare_behind = OTHER if behind == NEWLINE else behind
        automaton.follow_at[place] = number_at[place]
        automaton.first_at[place] = number_at[4 * bare_before + behind]
        automaton.last_at[place] = number_at[4 * before + bare_behind]
        follow = &automaton.follows[number_at[4 * bare_before + bare_behind]]
        for i in range(automaton.members):
            automaton.nothing[i] |= <uint16_t>((follow.nullable >> i & 1) << place)
    return True


cdef bint tells_apart(const Tree *trees, uint32_t members, uint32_t place, uint32_t other) noexcept nogil:
    """Return whether an assertion holds at one of two places only."""
    cdef uint32_t i, at, places
    for i in range(members):
        if not trees[i].assertions:
            continue
        for at in range(trees[i].count):
            places = trees[i].nodes[at].places
            if (places >> place & 1) != (places >> other & 1):
                return True
    return False


cdef bint fit_characters(Automaton *automaton, const Tree *trees, const Positions *positions) noexcept nogil:
    """Write the rows of symbols, then those of named characters."""
    cdef uint32_t rows = BYTES if automaton.bytewise else SYMBOLS, position, symbol, i, kind, kinds
    cdef uint64_t *row
    cdef Named *named
    if not automaton.bytewise and not name_characters(automaton, trees, positions, &rows):
        return False
    automaton.fits = <uint64_t *>calloc(<size_t>rows * automaton.words, sizeof(uint64_t))
    if automaton.fits == NULL:
        return False
    for position in range(positions.count):
        fit_symbols(automaton, &trees[positions.member_of[position]], positions.node_of[position], position)
    for i in range(automaton.named_count):
        named = &automaton.named[i]
        kinds = 1 if named.first == named.last else TYPES
        for kind in range(kinds):
            symbol = FIRST_TYPE + kind if kinds > 1 else type_of(named.first)
            row = automaton.fits + <size_t>(named.row + kind) * automaton.words
            for position in range(positions.count):
                if fits_named(&trees[positions.member_of[position]], positions.node_of[position], named.first, symbol):
                    row[position // WORD_BITS] |= <uint64_t>1 << position % WORD_BITS
    return True


cdef void fit_symbols(Automaton *automaton, const Tree *tree, uint32_t number, uint32_t position) noexcept nogil:
    """Set the bit of a position in the rows of the symbols that fit it."""
    cdef const Node *node = &tree.nodes[number]
    cdef const CharacterSet *characters
    cdef uint64_t *fits = automaton.fits + position // WORD_BITS
    cdef uint64_t bit = <uint64_t>1 << position % WORD_BITS
    cdef uint32_t symbol
    if node.kind == CHARACTER:
        if node.code < FIRST_BEYOND or automaton.bytewise:
            fits[<size_t>node.code * automaton.words] |= bit
        return
    characters = &tree.sets[node.code]
    for symbol in range(<uint32_t>(BYTES if automaton.bytewise else FIRST_BEYOND)):
        if has_byte(characters, symbol):
            fits[<size_t>symbol * automaton.words] |= bit
    if automaton.bytewise:
        return
    for symbol in range(<uint32_t>TYPES):
        if has_type(characters, symbol) != characters.negated:
            fits[<size_t>(FIRST_TYPE + symbol) * automaton.words] |= bit
    if characters.any and automaton.plain:
        fits[<size_t>SURROGATE * automaton.words] |= bit


cdef bint has_type(const CharacterSet *characters, uint32_t kind) noexcept nogil:
    return (characters.classes & type_classes(kind)) != 0


cdef bint fits_named(const Tree *tree, uint32_t number, uint32_t code, uint32_t symbol) noexcept nogil:
    """Return whether a position takes a character beyond ASCII."""
    cdef const Node *node = &tree.nodes[number]
    cdef const CharacterSet *characters
    cdef uint32_t i
    cdef bint has
    if node.kind == CHARACTER:
        return node.code == code
    characters = &tree.sets[node.code]
    has = symbol < FIRST_TYPE + TYPES and has_type(characters, symbol - FIRST_TYPE)
    for i in range(characters.first_interval, characters.end_interval):
        has = has or tree.intervals[i].first <= code <= tree.intervals[i].last
    return has != characters.negated


cdef bint name_characters(Automaton *automaton, const Tree *trees, const Positions *positions,
                          uint32_t *rows) noexcept nogil:
    """Cut the characters beyond ASCII that the expressions name into intervals that they don't tell apart."""
    cdef uint32_t count = 0, i, at, kept = 0
    cdef uint32_t *cuts
    cdef const Node *node
    cdef Named named
    for i in range(automaton.members):
        count += trees[i].interval_count + trees[i].count
    cuts = <uint32_t *>malloc((<size_t>count * 2 + 1) * sizeof(uint32_t))
    if cuts == NULL:
        return False
    count = 0
    for i in range(automaton.members):
        for at in range(trees[i].interval_count):
            cuts[count] = trees[i].intervals[at].first
            cuts[count + 1] = trees[i].intervals[at].last + 1
            count += 2
        for at in range(trees[i].count):
            node = &trees[i].nodes[at]
            if node.kind == CHARACTER and node.code >= FIRST_BEYOND:
                cuts[count] = node.code
                cuts[count + 1] = node.code + 1
                count += 2
    qsort(cuts, count, sizeof(uint32_t), compare)
    automaton.named = <Named *>malloc((<size_t>count + 1) * sizeof(Named))
    if automaton.named == NULL or <uint64_t>count * positions.count * TYPES > MAX_NAMED_WORK:
        free(cuts)
        return False
    for i in range(1, count):
        if cuts[i] == cuts[i - 1]:
            continue
        named.first = cuts[i - 1]
        named.last = cuts[i] - 1
        named.row = rows[0]
        rows[0] += 1 if named.first == named.last else TYPES
        automaton.named[kept] = named
        kept += 1
    automaton.named_count = kept
    free(cuts)
    return True


cdef int compare(const void *one, const void *other) noexcept nogil:
    cdef uint32_t first = (<const uint32_t *>one)[0], second = (<const uint32_t *>other)[0]
    return (first > second) - (first < second)


cdef bint tabulate(Automaton *automaton, const Positions *positions) noexcept nogil:
    """Write the tables of steps, for automata of one word."""
    cdef uint32_t i, at, used = 0, value, position
    cdef uint64_t *table
    cdef Follow *follow
    cdef Step *step
    for position in range(positions.count):
        automaton.bits_of[positions.member_of[position]] |= <uint64_t>1 << position
    for i in range(automaton.follow_count):
        follow = &automaton.follows[i]
        step = &automaton.steps[i]
        step.chained = follow.chained[0]
        step.skipping = follow.skipping[0]
        step.looping = follow.looping[0]
        for at in range(8):
            if follow.branching[0] >> at * 8 & 0xFF:
                step.bytes[step.used] = <uint8_t>at
                step.used += 1
        used += step.used
    automaton.tables = table = <uint64_t *>calloc(<size_t>used * BYTE_VALUES + 1, sizeof(uint64_t))
    if table == NULL:
        return False
    for i in range(automaton.follow_count):
        follow = &automaton.follows[i]
        automaton.steps[i].tables = table
        for at in range(automaton.steps[i].used):
            for value in range(1, <uint32_t>BYTE_VALUES):
                position = automaton.steps[i].bytes[at] * 8 + lowest_bit(value)
                table[value] = table[value & (value - 1)]
                if follow.branching[0] >> position & 1:
                    table[value] |= follow.rows[follow.row_of[position]]
            table += BYTE_VALUES
    return True


cdef void find_uniform(Automaton *automaton, const Positions *positions) noexcept nogil:
    """Find out whether all places inside a value are alike, and what is text behind which only the end is left."""
    cdef uint32_t place, position, symbol
    cdef uint64_t bit
    cdef Follow *first = &automaton.follows[automaton.follow_at[0]]
    automaton.uniform = automaton.words == 1
    for place in range(<uint32_t>PLACES):
        if place >> 2 != EDGE and place & 3 != EDGE and automaton.uniform:
            automaton.uniform = (
                alike(first, &automaton.follows[automaton.follow_at[place]])
                and automaton.follows[automaton.first_at[place]].first[0] == first.first[0]
                and automaton.follows[automaton.last_at[place]].last[0] == first.last[0]
            )
            for symbol in range(automaton.members):
                if (automaton.nothing[symbol] >> place & 1) != (automaton.nothing[symbol] & 1):
                    automaton.uniform = False
    if not automaton.uniform:
        return
    automaton.ascii_last = first.last[0]
    for position in range(positions.count):
        bit = <uint64_t>1 << position
        symbol = 1
        while symbol < FIRST_BEYOND and automaton.fits[symbol] & bit:
            symbol += 1
        if symbol == FIRST_BEYOND and first.looping[0] & bit:
            if automaton.follows[automaton.last_at[EDGE]].last[0] & automaton.follows[
                    automaton.last_at[4 + EDGE]].last[0] & automaton.follows[
                    automaton.last_at[4 * NEWLINE + EDGE]].last[0] & bit:
                automaton.ascii_last |= bit


cdef bint alike(const Follow *one, const Follow *other) noexcept nogil:
    """Return whether the same follows the same, in automata of one word."""
    cdef uint64_t rest = one.branching[0]
    if one == other:
        return True
    if (one.chained[0] != other.chained[0] or one.skipping[0] != other.skipping[0] or one.looping[0] != other.looping[0]
            or one.branching[0] != other.branching[0]):
        return False
    while rest:
        if one.rows[one.row_of[lowest_bit(rest)]] != other.rows[other.row_of[lowest_bit(rest)]]:
            return False
        rest &= rest - 1
    return True


cdef uint32_t run_automaton(const Automaton *automaton, Value *value, uint32_t asked, bint *failed) noexcept nogil:
    cdef const Symbols *symbols = symbols_of(value, automaton.plain)
    if symbols.failed:
        failed[0] = True
        return 0
    if automaton.uniform:
        return run_uniform(automaton, symbols, asked, is_ascii(value))
    if automaton.words == 1:
        return run_word(automaton, symbols, asked)
    return run_words(automaton, symbols, failed)


cdef inline const uint64_t *row_at(const Automaton *automaton, const Symbols *symbols, uint32_t at) noexcept nogil:
    """Return the positions that fit a character of the value."""
    cdef uint32_t symbol = symbols.text[at], low, high, middle, code
    cdef const Named *named
    if automaton.named_count and symbol >= FIRST_TYPE and symbol < FIRST_TYPE + TYPES:
        code = symbols.codes[at]
        low, high = 0, automaton.named_count
        while low < high:
            middle = (low + high) // 2
            if automaton.named[middle].last < code:
                low = middle + 1
            else:
                high = middle
        if low < automaton.named_count and automaton.named[low].first <= code:
            named = &automaton.named[low]
            symbol = named.row + (symbol - FIRST_TYPE if named.first != named.last else 0)
    return automaton.fits + <size_t>symbol * automaton.words


cdef inline uint64_t step_on(const Step *step, uint64_t states) noexcept nogil:
    cdef uint64_t reached = (states << 1 & step.chained) | (states << 2 & step.skipping) | (states & step.looping)
    cdef uint32_t i
    for i in range(step.used):
        reached |= step.tables[i * BYTE_VALUES + (states >> step.bytes[i] * 8 & 0xFF)]
    return reached


cdef inline uint32_t members_of(const Automaton *automaton, uint64_t ended, uint32_t places) noexcept nogil:
    """Return the expressions that a match was found of, by where matches ended and the places that there were."""
    cdef uint32_t found = 0, i
    for i in range(automaton.members):
        if ended & automaton.bits_of[i] or automaton.nothing[i] & places:
            found |= <uint32_t>1 << i
    return found


cdef uint32_t run_uniform(const Automaton *automaton, const Symbols *symbols, uint32_t asked,
                          bint ascii) noexcept nogil:
    """Run one word where all places inside the value are alike."""
    cdef const uint8_t *text = symbols.text
    cdef const uint8_t *kinds = kinds_of(automaton.bytewise)
    cdef const Step *step = &automaton.steps[automaton.follow_at[0]]
    cdef uint64_t first = automaton.follows[automaton.first_at[0]].first[0], ended = 0, states = 0
    cdef uint64_t last = automaton.ascii_last if ascii else automaton.follows[automaton.last_at[0]].last[0]
    cdef uint64_t wanted = automaton.bits_of[asked], chained, skipping, looping
    cdef const uint64_t *fits
    cdef uint32_t at, length = symbols.length, begin, end = PLACES - 1
    cdef uint32_t places
    if length:
        begin, end = BEGIN + kinds[text[0]], 4 * kinds[text[length - 1]] + EDGE
        places = 1 << begin | 1 << end | (length > 1)
        if automaton.nothing[asked] & places:
            return 1 << asked
        states = automaton.follows[automaton.first_at[begin]].first[0] & row_at(automaton, symbols, 0)[0]
        if automaton.named_count or step.used:
            for at in range(1, length):
                ended |= states & last
                if ended & wanted or not (states | first):
                    break
                states = (step_on(step, states) | first) & row_at(automaton, symbols, at)[0]
        else:
            # The same without what there isn't.
            chained, skipping, looping, fits = step.chained, step.skipping, step.looping, automaton.fits
            for at in range(1, length):
                ended |= states & last
                if ended & wanted or not (states | first):
                    break
                states = (
                    (states << 1 & chained) | (states << 2 & skipping) | (states & looping) | first
                ) & fits[text[at]]
        ended |= states & automaton.follows[automaton.last_at[end]].last[0]
    else:
        places = 1 << end
    return members_of(automaton, ended, places)


cdef uint32_t run_word(const Automaton *automaton, const Symbols *symbols, uint32_t asked) noexcept nogil:
    """Run one word, place by place."""
    cdef const uint8_t *text = symbols.text
    cdef const uint8_t *kinds = kinds_of(automaton.bytewise)
    cdef uint64_t ended = 0, states = 0, wanted = automaton.bits_of[asked]
    cdef uint32_t at, length = symbols.length, place = BEGIN, places = 0
    for at in range(length):
        place += kinds[text[at]]
        places |= 1 << place
        ended |= states & automaton.follows[automaton.last_at[place]].last[0]
        if ended & wanted or automaton.nothing[asked] & places:
            return members_of(automaton, ended, places)
        states = (
            step_on(&automaton.steps[automaton.follow_at[place]], states)
            | automaton.follows[automaton.first_at[place]].first[0]
        ) & row_at(automaton, symbols, at)[0]
        place = 4 * kinds[text[at]]
    place += EDGE
    ended |= states & automaton.follows[automaton.last_at[place]].last[0]
    return members_of(automaton, ended, places | 1 << place)


cdef uint32_t run_words(const Automaton *automaton, const Symbols *symbols, bint *failed) noexcept nogil:
    """Run several words, of one expression, place by place; 1 if it matches."""
    cdef const uint8_t *text = symbols.text
    cdef const uint8_t *kinds = kinds_of(automaton.bytewise)
    cdef uint32_t at, length = symbols.length, place = BEGIN, words = automaton.words
    cdef uint64_t *states = <uint64_t *>calloc(<size_t>words * 2, sizeof(uint64_t))
    cdef uint64_t *reached = states + words
    cdef uint64_t *memory = states
    cdef uint32_t found = 0
    if memory == NULL:
        failed[0] = True
        return 0
    for at in range(length):
        place += kinds[text[at]]
        found = automaton.nothing[0] >> place & 1 or ends(automaton, states, place)
        if found:
            break
        step_words(automaton, states, place, row_at(automaton, symbols, at), reached)
        states, reached = reached, states
        place = 4 * kinds[text[at]]
    else:
        place += EDGE
        found = automaton.nothing[0] >> place & 1 or ends(automaton, states, place)
    free(memory)
    return found


cdef bint ends(const Automaton *automaton, const uint64_t *states, uint32_t place) noexcept nogil:
    cdef const uint64_t *last = automaton.follows[automaton.last_at[place]].last
    cdef uint64_t found = 0
    cdef uint32_t i
    for i in range(automaton.words):
        found |= states[i] & last[i]
    return found != 0


cdef void step_words(const Automaton *automaton, const uint64_t *states, uint32_t place, const uint64_t *fits,
                     uint64_t *reached) noexcept nogil:
    cdef const Follow *follow = &automaton.follows[automaton.follow_at[place]]
    cdef const uint64_t *first = automaton.follows[automaton.first_at[place]].first
    cdef const uint64_t *row
    cdef uint64_t carry = 0, rest
    cdef uint32_t words = automaton.words, i, at
    for i in range(words):
        reached[i] = (
            ((states[i] << 1 | carry >> 1) & follow.chained[i])
            | ((states[i] << 2 | carry) & follow.skipping[i])
            | (states[i] & follow.looping[i])
            | first[i]
        )
        carry = states[i] >> (WORD_BITS - 2)
    for i in range(words):
        rest = states[i] & follow.branching[i]
        while rest:
            row = follow.rows + <size_t>follow.row_of[i * WORD_BITS + lowest_bit(rest)] * words
            for at in range(words):
                reached[at] |= row[at]
            rest &= rest - 1
    for i in range(words):
        reached[i] &= fits[i]
