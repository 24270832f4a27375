"""Values of expressions, read into symbols: what automata run over.

Knows UTF-8 as the C library reads it, and which classes characters belong to; nothing of expressions.

Facts (recorded from GNU's library)

- Each byte that isn't part of a valid character is one by itself that no expression matches.  It counts as a part of a
  word if the character with its number is one.
- Characters beyond Unicode, of up to six bytes, are characters.
- Encoded surrogates are three such bytes, but one character for ``.`` in expressions that have nothing but ``^``,
  ``$``, ``.``, single characters and brackets of single ASCII characters.

Strategy
1. An ASCII value is its own text.  Any other is read once, whichever number of expressions is asked.
2. A character beyond ASCII is read as its *type*, the combination of classes that it belongs to, of which there are
   few.  They are looked up once for 256 neighbours at a time.  Only expressions that name such characters themselves
   look at codes too.
"""

from libc.stdint cimport uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from identify._compiled._atomics cimport publish_pointer, published_pointer
from identify._compiled._regex_library cimport classes_of
from identify._compiled._regex_syntax cimport (
    ALNUM_CLASS, LAST_CHARACTER, NEWLINE, OTHER, WORD, take_character,
)

cdef enum:
    PAGE = 256
    PAGES = (LAST_CHARACTER + 1) // PAGE

# Nothing; symbols; letters without case, small, capital and of both cases; controls; blanks; spaces that are controls.
cdef uint16_t TYPE_CLASSES[TYPES]
TYPE_CLASSES[:] = [0x000, 0x700, 0x305, 0x315, 0x30D, 0x31D, 0x080, 0x160, 0x0A0]
cdef uint8_t KINDS[2][BYTES]
# The types of 256 characters each, as symbols; NULL until one of them is first met.
cdef void *PAGES_OF_TYPES[PAGES]


cdef void fill_kinds() noexcept:
    cdef uint32_t symbol, i
    for symbol in range(<uint32_t>BYTES):
        if c"a" <= symbol | 0x20 <= c"z" or c"0" <= symbol <= c"9" or symbol == c"_":
            KINDS[0][symbol] = KINDS[1][symbol] = WORD
        elif symbol == c"\n":
            KINDS[0][symbol] = KINDS[1][symbol] = NEWLINE
        else:
            KINDS[0][symbol] = KINDS[1][symbol] = OTHER
    for i in range(<uint32_t>TYPES):
        if TYPE_CLASSES[i] & ALNUM_CLASS:
            KINDS[0][FIRST_TYPE + i] = WORD
        else:
            KINDS[0][FIRST_TYPE + i] = OTHER
    KINDS[0][INVALID_WORD] = WORD
    KINDS[0][INVALID_OTHER] = OTHER


fill_kinds()


cdef uint16_t type_classes(uint32_t kind) noexcept nogil:
    return TYPE_CLASSES[kind]


cdef const uint8_t *kinds_of(bint bytewise) noexcept nogil:
    return KINDS[bytewise]


cdef bint is_ascii(Value *value) noexcept nogil:
    cdef uint64_t word, seen = 0
    cdef uint32_t at = 0
    if not value.looked:
        value.looked = True
        while at + 8 <= value.length:
            memcpy(&word, value.text + at, 8)
            seen |= word
            at += 8
        while at < value.length:
            seen |= <uint64_t>(<uint8_t>value.text[at]) << 56
            at += 1
        value.ascii = not (seen & <uint64_t>0x8080808080808080)
    return value.ascii


cdef uint8_t type_of(uint32_t code) noexcept nogil:
    cdef const uint8_t *page
    if code > LAST_CHARACTER:
        return FIRST_TYPE
    page = <const uint8_t *>published_pointer(&PAGES_OF_TYPES[code // PAGE])
    if page == NULL:
        page = read_page(code // PAGE)
        if page == NULL:
            return UNLISTED
    return page[code % PAGE]


cdef const uint8_t *read_page(uint32_t number) noexcept nogil:
    cdef uint8_t *page = <uint8_t *>malloc(PAGE)
    cdef void *there
    cdef uint32_t i, kind, classes
    if page == NULL:
        return NULL
    for i in range(<uint32_t>PAGE):
        classes = classes_of(number * PAGE + i)
        page[i] = UNLISTED
        for kind in range(<uint32_t>TYPES):
            if TYPE_CLASSES[kind] == classes:
                page[i] = <uint8_t>(FIRST_TYPE + kind)
    there = publish_pointer(&PAGES_OF_TYPES[number], page)
    if there != page:
        free(page)
    return <const uint8_t *>there


cdef const Symbols *symbols_of(Value *value, bint plain) noexcept nogil:
    cdef Symbols *symbols = &value.symbols[plain]
    if value.read[plain]:
        return symbols
    value.read[plain] = True
    symbols.text = <const uint8_t *>value.text
    symbols.codes = NULL
    symbols.length = value.length
    symbols.failed = False
    if not value.bytewise and not is_ascii(value):
        read_symbols(value, plain, symbols)
    return symbols


cdef void read_symbols(Value *value, bint plain, Symbols *symbols) noexcept nogil:
    cdef const uint8_t *text = <const uint8_t *>value.text
    cdef uint32_t *codes = <uint32_t *>malloc(<size_t>value.length * (sizeof(uint32_t) + 1))
    cdef uint8_t *found = <uint8_t *>(codes + value.length)
    cdef uint32_t at = 0, count = 0, length, code
    value.memory[plain] = codes
    if codes == NULL:
        symbols.failed = True
        return
    while at < value.length:
        code = text[at]
        if code < FIRST_TYPE:
            found[count] = <uint8_t>code
            length = 1
        else:
            length = take_character(text + at, value.length - at, True, &code)
            if 0xD800 <= code < 0xE000 and length:
                found[count] = SURROGATE
                length = 3 if plain else 0
            elif length:
                found[count] = type_of(code)
            if not length:
                length = 1
                code = text[at]
                found[count] = INVALID_WORD if KINDS[0][type_of(code)] == WORD else INVALID_OTHER
            symbols.failed = symbols.failed or found[count] == UNLISTED
        codes[count] = code
        count += 1
        at += length
    symbols.text = found
    symbols.codes = codes
    symbols.length = count


cdef void free_value(Value *value) noexcept nogil:
    free(value.memory[0])
    free(value.memory[1])
