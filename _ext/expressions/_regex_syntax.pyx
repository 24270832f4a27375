"""What a POSIX extended expression says, as a tree.

Knows the syntax of expressions; nothing of values, of what is required of them, or of automata.

Facts (recorded from the C libraries)

- Alternatives and groups may be empty; repetitions may follow each other, but not an anchor or a word's boundary.
- ``{,2}`` is ``{0,2}``, and leading zeros don't count.
- In GNU's library ``)`` outside of groups and ``}`` are characters, ``\\w``, ``\\W``, ``\\s`` and ``\\S`` are classes,
  ``\\b``, ``\\B``, ``\\<``, ``\\>``, ``\\``` and ``\\'`` match nothing in certain places, and other letters with a
  backslash are themselves.
- It writes repetitions other than ``*`` and ``?`` out, and some assertions don't count in the copies: ``(^a|b)+c``
  matches aac.
- In brackets a backslash is a character; ``]`` is one in the first place, ``-`` in the first and the last.

Strategy
1. One pass with a stack of the groups that are open; nothing recurs, so that no expression is nested too deeply for it.
2. Whatever isn't certain is refused or marked: who reads the tree decides what that means.
3. An expression over bytes differs in one thing: each byte of a character that isn't ASCII is an element of its own.
"""

from libc.stdlib cimport free, realloc
from libc.string cimport memcmp, memset, strlen

cdef enum:
    MAX_COUNT = 0x7FFF

cdef const char *CLASS_NAMES[CLASSES]
CLASS_NAMES[:] = [
    "alpha", "digit", "alnum", "upper", "lower", "space", "blank", "cntrl", "print", "graph", "punct", "xdigit",
]

# Assertions, as the places where they hold: bits 4 * before + behind.  As in GNU's library, a newline counts for
# anchors between two characters; who walks the tree leaves it out at a match's rims.
cdef enum:
    AT_BEGIN = 0xFF00
    AT_END = 0xCCCC
    AT_FIRST = 0xF000
    AT_LAST = 0x8888
    BEFORE_WORD = 0x2202
    BEHIND_WORD = 0x00D0
    INSIDE_WORD = 0x0020
    OUTSIDE_WORDS = 0xDD0D


cdef struct Group:
    # The node of its alternatives, the last of these, its last element and the one before that.
    uint32_t choice
    uint32_t branch
    uint32_t last
    uint32_t previous


cdef struct Reader:
    const uint8_t *text
    uint32_t size
    uint32_t at
    bint ranges
    Tree *tree
    Group group
    # A repetition may follow.
    bint repeatable
    Refusal refusal


cdef Refusal read_tree(const uint8_t *text, uint32_t size, bint ranges, bint bytewise, Tree *tree) noexcept nogil:
    cdef Group open_groups[MAX_NESTING]
    cdef Reader reader
    cdef uint32_t depth = 0, closed
    cdef Refusal refusal
    cdef uint8_t byte
    memset(tree, 0, sizeof(Tree))
    memset(&reader, 0, sizeof(Reader))
    tree.bytewise = bytewise
    reader.text = text
    reader.size = size
    reader.ranges = ranges
    reader.tree = tree
    open_group(&reader)
    tree.root = reader.group.choice
    while reader.at < size and reader.refusal == READ:
        byte = text[reader.at]
        if byte == c"(":
            if depth == MAX_NESTING:
                return NESTED
            open_groups[depth] = reader.group
            depth += 1
            reader.at += 1
            open_group(&reader)
        elif byte == c")" and depth:
            depth -= 1
            closed = reader.group.choice
            reader.group = open_groups[depth]
            reader.at += 1
            raise_height(&reader, closed, tree.nodes[closed].height)
            append(&reader, closed, True)
        elif byte == c"|":
            reader.at += 1
            open_branch(&reader)
        elif byte == c"*" or byte == c"+" or byte == c"?" or byte == c"{":
            reader.at += 1
            read_repetition(&reader, byte)
        elif byte == c"^" or byte == c"$":
            reader.at += 1
            read_assertion(&reader, AT_BEGIN if byte == c"^" else AT_END, CERTAIN)
        elif byte == c"[":
            reader.at += 1
            read_bracket(&reader)
        elif byte == c"\\":
            reader.at += 1
            read_escape(&reader)
        elif byte == c".":
            reader.at += 1
            append_set(&reader, any_characters(), CERTAIN)
        else:
            read_character(&reader, GNU if byte == c")" or byte == c"}" else CERTAIN)
    refusal = NOT_READ if depth and reader.refusal == READ else reader.refusal
    if refusal == NOT_READ:
        # What was read so far is a tree all the same, up to an open group.
        reader.refusal = READ
        while depth:
            depth -= 1
            closed = reader.group.choice
            reader.group = open_groups[depth]
            raise_height(&reader, closed, tree.nodes[closed].height)
            append(&reader, closed, True)
    return refusal


cdef void free_tree(Tree *tree) noexcept nogil:
    free(tree.nodes)
    free(tree.sets)
    free(tree.intervals)


cdef const char *class_name(uint32_t number) noexcept nogil:
    return CLASS_NAMES[number]


cdef uint32_t new_node(Reader *reader, NodeKind kind) noexcept nogil:
    """Return the number of a new node; 0, the root, where there is no memory."""
    cdef Tree *tree = reader.tree
    cdef Node *grown
    if tree.count == tree.room:
        grown = <Node *>realloc(tree.nodes, (<size_t>tree.room * 2 + 16) * sizeof(Node))
        if grown == NULL:
            reader.refusal = NO_MEMORY
            return 0
        tree.nodes = grown
        tree.room = tree.room * 2 + 16
    memset(&tree.nodes[tree.count], 0, sizeof(Node))
    tree.nodes[tree.count].kind = kind
    tree.nodes[tree.count].child = NONE
    tree.nodes[tree.count].next = NONE
    tree.count += 1
    return tree.count - 1


cdef void open_group(Reader *reader) noexcept nogil:
    reader.group.choice = new_node(reader, CHOICE)
    reader.group.branch = NONE
    open_branch(reader)


cdef void open_branch(Reader *reader) noexcept nogil:
    cdef uint32_t before = reader.group.branch, branch = new_node(reader, SEQUENCE)
    if reader.refusal != READ:
        return
    if before == NONE:
        reader.tree.nodes[reader.group.choice].child = branch
    else:
        reader.tree.nodes[before].next = branch
    reader.group.branch = branch
    reader.group.last = reader.group.previous = NONE
    reader.repeatable = False


cdef void append(Reader *reader, uint32_t number, bint repeatable) noexcept nogil:
    if reader.refusal != READ:
        return
    if reader.group.last == NONE:
        reader.tree.nodes[reader.group.branch].child = number
    else:
        reader.tree.nodes[reader.group.last].next = number
    reader.group.previous = reader.group.last
    reader.group.last = number
    reader.repeatable = repeatable
    keep_height(reader, number)


cdef void raise_height(Reader *reader, uint32_t number, uint32_t below) noexcept nogil:
    """Set the height of a group or repetition above what is in it."""
    if reader.refusal != READ:
        return
    if below == MAX_NESTING:
        reader.refusal = NESTED
    reader.tree.nodes[number].height = <uint16_t>(below + 1)


cdef void keep_height(Reader *reader, uint32_t number) noexcept nogil:
    """Let the open group be as high as the highest of its elements; its own height is added when it is closed."""
    cdef Node *choice = &reader.tree.nodes[reader.group.choice]
    choice.asserts = choice.asserts or reader.tree.nodes[number].asserts
    if choice.height < reader.tree.nodes[number].height:
        choice.height = reader.tree.nodes[number].height


cdef void read_repetition(Reader *reader, uint8_t byte) noexcept nogil:
    """Put the last element into a repetition."""
    cdef int32_t least = 0 if byte == c"*" or byte == c"?" else 1, most = 1 if byte == c"?" else UNBOUNDED
    cdef uint32_t number
    cdef Node *node
    if not reader.repeatable:
        reader.refusal = NOT_READ
        return
    if byte == c"{":
        least = most = read_count(reader)
        if sees(reader, c","):
            reader.at += 1
            most = read_count(reader)
            least = 0 if least == UNBOUNDED else least
        if not sees(reader, c"}") or least == UNBOUNDED or (most != UNBOUNDED and most < least):
            reader.refusal = NOT_READ
        reader.at += 1
    number = new_node(reader, REPETITION)
    if reader.refusal != READ:
        return
    node = &reader.tree.nodes[number]
    node.least = least
    node.most = most
    node.child = reader.group.last
    if most == 0 and (reader.tree.wide or reader.tree.words):
        # The library leaves the element out, which may change how it sees surrogates.
        reader.tree.uncertain = True
    node.asserts = reader.tree.nodes[node.child].asserts
    if node.asserts and not ((least == 0 and most == UNBOUNDED) or most == 0 or most == 1):
        reader.tree.copied_assertions = True
    if reader.group.previous == NONE:
        reader.tree.nodes[reader.group.branch].child = number
    else:
        reader.tree.nodes[reader.group.previous].next = number
    reader.group.last = number
    raise_height(reader, number, reader.tree.nodes[node.child].height)
    keep_height(reader, number)


cdef bint sees(const Reader *reader, uint8_t byte) noexcept nogil:
    return reader.at < reader.size and reader.text[reader.at] == byte


cdef int32_t read_count(Reader *reader) noexcept nogil:
    """Read digits; UNBOUNDED where there is none."""
    cdef int32_t found = UNBOUNDED
    while reader.at < reader.size and is_digit(reader.text[reader.at]):
        found = (0 if found == UNBOUNDED else found) * 10 + reader.text[reader.at] - c"0"
        if found > MAX_COUNT:
            reader.refusal = NOT_READ
            return 0
        reader.at += 1
    return found


cdef void read_assertion(Reader *reader, uint32_t places, Certainty certainty) noexcept nogil:
    cdef uint32_t number = new_node(reader, ASSERTION)
    if reader.refusal != READ:
        return
    reader.tree.nodes[number].places = <uint16_t>places
    reader.tree.nodes[number].asserts = reader.tree.assertions = True
    reader.tree.nodes[number].certainty = certainty
    reader.tree.gnu = reader.tree.gnu or certainty != CERTAIN
    append(reader, number, False)


cdef void read_character(Reader *reader, Certainty certainty) noexcept nogil:
    """Read a character that stands for itself, or over bytes one byte of it."""
    cdef uint32_t number = new_node(reader, CHARACTER), code = reader.text[reader.at], length = 1
    if reader.refusal != READ:
        return
    if not reader.tree.bytewise:
        length = take_character(reader.text + reader.at, reader.size - reader.at, False, &code)
    if not length:
        reader.refusal = NOT_READ
        return
    reader.tree.nodes[number].code = code
    reader.tree.nodes[number].begin = reader.at
    reader.tree.nodes[number].certainty = certainty
    reader.at += length
    reader.tree.nodes[number].end = reader.at
    reader.tree.gnu = reader.tree.gnu or certainty != CERTAIN
    append(reader, number, True)


cdef void read_escape(Reader *reader) noexcept nogil:
    """Read what follows a backslash."""
    cdef CharacterSet characters
    cdef uint32_t number, places
    cdef uint8_t byte
    if reader.at == reader.size or (reader.text[reader.at] >= 0x80 and not reader.tree.bytewise):
        reader.refusal = NOT_READ
        return
    byte = reader.text[reader.at]
    if c"1" <= byte <= c"9":
        reader.at += 1
        number = new_node(reader, BACK_REFERENCE)
        reader.tree.back_references = reader.tree.gnu = True
        append(reader, number, True)
        return
    places = 0
    if byte == c"b":
        places = BEFORE_WORD | BEHIND_WORD
    elif byte == c"B":
        places = INSIDE_WORD | OUTSIDE_WORDS
    elif byte == c"<":
        places = BEFORE_WORD
    elif byte == c">":
        places = BEHIND_WORD
    elif byte == c"`":
        places = AT_FIRST
    elif byte == c"'":
        places = AT_LAST
    if places:
        reader.at += 1
        reader.tree.words = reader.tree.words or (byte != c"`" and byte != c"'")
        read_assertion(reader, places, GNU)
    elif byte == c"w" or byte == c"W" or byte == c"s" or byte == c"S":
        reader.at += 1
        memset(&characters, 0, sizeof(CharacterSet))
        add_class(&characters, ALNUM_CLASS if byte | 0x20 == c"w" else SPACE_CLASS)
        if byte | 0x20 == c"w":
            characters.bytes[1] |= <uint64_t>1 << (c"_" - 64)
        append_set(reader, negated(characters) if byte < 0x60 else characters, GNU)
        reader.tree.wide = True
    elif byte in b"dDnrtfae":
        read_character(reader, GNU)
    elif byte <= c" " or byte >= 0x7F or is_letter(byte) or is_digit(byte):
        read_character(reader, UNCLEAR)
    else:
        read_character(reader, CERTAIN)


cdef CharacterSet any_characters() noexcept nogil:
    cdef CharacterSet characters
    memset(&characters, 0, sizeof(CharacterSet))
    characters.any = True
    return negated(characters)


cdef CharacterSet negated(CharacterSet characters) noexcept nogil:
    cdef uint32_t i
    for i in range(4):
        characters.bytes[i] = ~characters.bytes[i]
    characters.bytes[0] &= ~<uint64_t>1
    characters.negated = True
    return characters


cdef void append_set(Reader *reader, CharacterSet characters, Certainty certainty) noexcept nogil:
    cdef Tree *tree = reader.tree
    cdef CharacterSet *grown
    cdef uint32_t number = new_node(reader, SET)
    if tree.set_count == tree.set_room:
        grown = <CharacterSet *>realloc(tree.sets, (<size_t>tree.set_room * 2 + 4) * sizeof(CharacterSet))
        if grown == NULL:
            reader.refusal = NO_MEMORY
            return
        tree.sets = grown
        tree.set_room = tree.set_room * 2 + 4
    if reader.refusal != READ:
        return
    tree.sets[tree.set_count] = characters
    tree.nodes[number].code = tree.set_count
    tree.nodes[number].certainty = certainty
    tree.gnu = tree.gnu or certainty != CERTAIN
    tree.set_count += 1
    append(reader, number, True)


cdef void add_class(CharacterSet *characters, uint32_t class_bits) noexcept nogil:
    """Add classes with their ASCII members."""
    cdef uint32_t byte
    characters.classes |= <uint16_t>class_bits
    for byte in range(1, 0x80):
        if ascii_classes(byte) & class_bits:
            characters.bytes[byte >> 6] |= <uint64_t>1 << (byte & 63)


cdef uint32_t ascii_classes(uint32_t byte) noexcept nogil:
    """Return the classes of an ASCII character, as bits."""
    cdef uint32_t upper = c"A" <= byte <= c"Z", lower = c"a" <= byte <= c"z", digit = c"0" <= byte <= c"9"
    cdef uint32_t graph = 0x21 <= byte <= 0x7E, alnum = upper | lower | digit
    cdef uint32_t blank = (byte == c" ") | (byte == c"\t"), space = blank | (10 <= byte <= 13)
    cdef uint32_t control = (byte < 0x20) | (byte == 0x7F), hexadecimal = digit | (c"a" <= (byte | 0x20) <= c"f")
    return ((upper | lower) | digit << 1 | alnum << 2 | upper << 3 | lower << 4 | space << 5 | blank << 6 | control << 7
            | (graph | (byte == c" ")) << 8 | graph << 9 | (graph & ~alnum) << 10 | hexadecimal << 11)


cdef void read_bracket(Reader *reader) noexcept nogil:
    """Read behind ``[``."""
    cdef CharacterSet characters
    cdef bint negates = sees(reader, c"^"), first = True
    cdef Certainty certainty = CERTAIN
    cdef uint32_t low, high
    memset(&characters, 0, sizeof(CharacterSet))
    characters.first_interval = characters.end_interval = reader.tree.interval_count
    reader.at += negates
    while first or not sees(reader, c"]"):
        first = False
        low = read_member(reader, &characters, &certainty)
        high = low
        if (reader.at + 1 < reader.size and reader.text[reader.at] == c"-" and reader.text[reader.at + 1] != c"]"
                and reader.refusal == READ):
            reader.at += 1
            high = read_member(reader, &characters, &certainty)
            reader.tree.wide = True
            if not reader.ranges:
                reader.tree.uncertain = True
                certainty = GNU
                low = NONE
            elif low == NONE or high == NONE or low > high:
                reader.refusal = NOT_READ
        if reader.refusal != READ:
            return
        if low != NONE:
            add_range(reader, &characters, low, high)
    reader.at += 1
    reader.tree.wide = reader.tree.wide or negates
    append_set(reader, negated(characters) if negates else characters, certainty)


cdef uint32_t read_member(Reader *reader, CharacterSet *characters, Certainty *certainty) noexcept nogil:
    """Read one member of a bracket; returns its code, or NONE for a class, which is added."""
    cdef uint32_t code = NONE, length = 1, begin = reader.at + 2, i
    cdef uint8_t kind
    if reader.at >= reader.size:
        reader.refusal = NOT_READ
        return NONE
    if sees(reader, c"[") and reader.at + 1 < reader.size and reader.text[reader.at + 1] in b".=:":
        kind = reader.text[reader.at + 1]
        reader.at += 2
        # The first byte is the name's, whatever it is: [.].] names a bracket.
        while reader.at + 1 < reader.size and not (
                reader.at > begin and reader.text[reader.at] == kind and reader.text[reader.at + 1] == c"]"):
            reader.at += 1
        length = reader.at - begin
        if reader.at + 1 >= reader.size:
            reader.refusal = NOT_READ
            return NONE
        reader.at += 2
        if kind == c":":
            reader.tree.wide = True
            for i in range(<uint32_t>CLASSES):
                if strlen(CLASS_NAMES[i]) == length and memcmp(CLASS_NAMES[i], reader.text + begin, length) == 0:
                    add_class(characters, <uint32_t>1 << i)
                    return NONE
        # Without names of characters, which the locale C has none of, there are single ones.
        if kind == c":" or length != 1 or reader.text[begin] >= 0x80:
            reader.refusal = NOT_READ
            return NONE
        certainty[0] = GNU
        return reader.text[begin]
    code = reader.text[reader.at]
    if not reader.tree.bytewise:
        length = take_character(reader.text + reader.at, reader.size - reader.at, False, &code)
        if not length:
            reader.refusal = NOT_READ
            return NONE
    reader.at += length
    return code


cdef void add_range(Reader *reader, CharacterSet *characters, uint32_t low, uint32_t high) noexcept nogil:
    cdef Tree *tree = reader.tree
    cdef Interval *grown
    cdef uint32_t byte
    for byte in range(low, (high if high < 0x100 else 0xFF) + 1):
        if byte >= FIRST_BEYOND and not tree.bytewise:
            break
        characters.bytes[byte >> 6] |= <uint64_t>1 << (byte & 63)
    if high < FIRST_BEYOND or tree.bytewise:
        return
    tree.wide = True
    if tree.interval_count == tree.interval_room:
        grown = <Interval *>realloc(tree.intervals, (<size_t>tree.interval_room * 2 + 4) * sizeof(Interval))
        if grown == NULL:
            reader.refusal = NO_MEMORY
            return
        tree.intervals = grown
        tree.interval_room = tree.interval_room * 2 + 4
    tree.intervals[tree.interval_count].first = low if low > FIRST_BEYOND else FIRST_BEYOND
    tree.intervals[tree.interval_count].last = high
    tree.interval_count += 1
    characters.end_interval = tree.interval_count


cdef inline bint is_letter(uint8_t byte) noexcept nogil:
    return c"a" <= (byte | 0x20) <= c"z"


cdef inline bint is_digit(uint8_t byte) noexcept nogil:
    return c"0" <= byte <= c"9"
