"""Values of expressions as symbols, one for each character, for other compiled modules."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

cdef enum:
    # Below it, symbols are ASCII characters; from it, types of characters beyond ASCII.
    FIRST_TYPE = 0x80
    TYPES = 9
    # A surrogate, which some expressions take for a character; bytes that aren't UTF-8, which none does, though they
    # may count as parts of words; a type that isn't listed here.
    SURROGATE = 0x8A
    INVALID_WORD = 0x8B
    INVALID_OTHER = 0x8C
    UNLISTED = 0x8D
    SYMBOLS = 0x8E
    # Over bytes, symbols are bytes.
    BYTES = 0x100


cdef struct Symbols:
    const uint8_t *text
    # Of characters beyond ASCII; NULL if there are none.
    const uint32_t *codes
    uint32_t length
    # There is a type that isn't listed, or no memory.
    bint failed


cdef struct Value:
    const char *text
    uint32_t length
    bint bytewise
    # Whether all characters are ASCII; only known once it was asked for.
    bint looked
    bint ascii
    # Read on first need: as expressions of single characters and ``.`` see it, and as all others do.
    bint read[2]
    Symbols symbols[2]
    void *memory[2]


# `text` has a NUL at `length`.
cdef inline void set_value(Value *value, const char *text, uint32_t length, bint bytewise) noexcept nogil:
    value.text = text
    value.length = length
    value.bytewise = bytewise
    value.looked = value.read[0] = value.read[1] = False
    value.memory[0] = value.memory[1] = NULL


# The classes that characters of a type belong to.
cdef uint16_t type_classes(uint32_t kind) noexcept nogil
# Whether each symbol is a part of a word or a newline (see `_regex_syntax`), over characters or over bytes.
cdef const uint8_t *kinds_of(bint bytewise) noexcept nogil
cdef bint is_ascii(Value *value) noexcept nogil
# The type of a character beyond ASCII, or UNLISTED.
cdef uint8_t type_of(uint32_t code) noexcept nogil
cdef const Symbols *symbols_of(Value *value, bint plain) noexcept nogil
cdef void free_value(Value *value) noexcept nogil
