"""Expressions as trees, for other compiled modules."""

from libc.stddef cimport size_t
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef enum NodeKind:
    # A character; one of a set of them; nothing, in certain surroundings; the text of a group again.
    CHARACTER
    SET
    ASSERTION
    BACK_REFERENCE
    # Its children, one after the other, or one of them; its only child repeated.
    SEQUENCE
    CHOICE
    REPETITION

cdef enum Certainty:
    # Every C library takes it so; GNU's does; another may even find that it ends elsewhere.
    CERTAIN
    GNU
    UNCLEAR

cdef enum Refusal:
    READ
    # The text isn't what regcomp would take, or may be read otherwise; groups nest too deeply; there is no memory.
    NOT_READ
    NESTED
    NO_MEMORY

cdef enum:
    # The most that an open repetition repeats.
    UNBOUNDED = -1
    # Groups and repetitions inside each other: functions that walk a tree may call themselves so often.
    MAX_NESTING = 1000
    # No node, as the number of one.
    NONE = 0xFFFFFFFF
    FIRST_BEYOND = 0x80
    LAST_CHARACTER = 0x10FFFF

cdef enum:
    CLASSES = 12
    ALNUM_CLASS = 1 << 2
    SPACE_CLASS = 1 << 5

cdef enum:
    # What is before a place in a value, and what is behind it, four times the one plus the other.
    OTHER = 0
    WORD = 1
    NEWLINE = 2
    EDGE = 3
    PLACES = 16


cdef struct Node:
    uint8_t kind
    uint8_t certainty
    # Groups and repetitions inside each other, this one included.
    uint16_t height
    # There is an assertion in it.
    bint asserts
    # Of assertions, the places where it holds, by bits.
    uint16_t places
    int32_t least
    int32_t most
    # A character's code, or byte; the number of a set.
    uint32_t code
    # Where a character's text begins and ends in the expression.
    uint32_t begin
    uint32_t end
    uint32_t child
    uint32_t next


cdef struct Interval:
    uint32_t first
    uint32_t last


cdef struct CharacterSet:
    # Bytes, of which those from 0x80 count in expressions over bytes only.
    uint64_t bytes[4]
    # Characters beyond ASCII: by classes, bits in the order of CLASS_NAMES, and by intervals; all others if negated.
    uint16_t classes
    bint negated
    # Any character at all: what ``.`` is.
    bint any
    uint32_t first_interval
    uint32_t end_interval


cdef struct Tree:
    Node *nodes
    uint32_t count
    uint32_t room
    CharacterSet *sets
    uint32_t set_count
    uint32_t set_room
    Interval *intervals
    uint32_t interval_count
    uint32_t interval_room
    uint32_t root
    bint bytewise
    # What there is in it: assertions, of which one is in a repetition that is written out; a range whose order isn't
    # known, or a set that is left out by ``{0}``; an element that only GNU's library takes so; back-references;
    # assertions about words; sets beyond single ASCII characters and ``.``.
    bint assertions
    bint copied_assertions
    bint uncertain
    bint gnu
    bint back_references
    bint words
    bint wide


# Read an expression, without a NUL; `ranges`: those in brackets go by code point.  The tree must be freed in any case.
cdef Refusal read_tree(const uint8_t *text, uint32_t size, bint ranges, bint bytewise, Tree *tree) noexcept nogil
cdef void free_tree(Tree *tree) noexcept nogil
# The name of a class by its number: that of its bit in `CharacterSet.classes` and in the types of `_regex_characters`.
cdef const char *class_name(uint32_t number) noexcept nogil


cdef inline bint has_byte(const CharacterSet *characters, uint32_t byte) noexcept nogil:
    return characters.bytes[byte >> 6] >> (byte & 63) & 1


# The length of the character that begins at `text`, of at most `left` bytes, and its code; 0 where it isn't UTF-8.
# `lenient` takes what GNU's library takes for characters: those beyond Unicode too, up to six bytes.
cdef inline uint32_t take_character(const uint8_t *text, size_t left, bint lenient, uint32_t *code) noexcept nogil:
    cdef uint32_t length, i, least
    cdef uint8_t byte = text[0]
    if byte < 0x80:
        code[0] = byte
        return 1
    if byte < 0xC2 or byte > 0xFD:
        return 0
    if byte < 0xE0:
        length, least, code[0] = 2, 0x80, byte & 0x1F
    elif byte < 0xF0:
        length, least, code[0] = 3, 0x800, byte & 0x0F
    elif byte < 0xF8:
        length, least, code[0] = 4, 0x10000, byte & 0x07
    elif byte < 0xFC:
        length, least, code[0] = 5, 0x200000, byte & 0x03
    else:
        length, least, code[0] = 6, 0x4000000, byte & 0x01
    if length > left:
        return 0
    for i in range(1, length):
        if text[i] & 0xC0 != 0x80:
            return 0
        code[0] = code[0] << 6 | (text[i] & 0x3F)
    if code[0] < least or (not lenient and (code[0] > LAST_CHARACTER or 0xD800 <= code[0] < 0xE000)):
        return 0
    return length
