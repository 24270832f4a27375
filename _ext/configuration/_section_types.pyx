"""Of which type each section is, by its first line named ``type``.

Knows which sections Python has to look at besides; it doesn't know what a type's options are.

Facts

- The first line whose name is ``type`` in any case counts, own or inherited; its value is compared exactly.
- Templates and incomplete sections have no type.
"""

from cpython.array cimport array, clone
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free

from identify._compiled._sections cimport (
    INHERITED_LINE,
    IS_ADDED,
    IS_INCOMPLETE,
    IS_PARENT,
    IS_TEMPLATE,
    NONE,
    Section,
    Sections,
    Walk,
)

from array import array as make_array

cdef array NUMBERS = make_array("I")

# Of a section, instead of the number of its type.
cdef enum:
    IS_ODD = 254
    IS_NOTHING = 255
    MOST_TYPES = 250
    MOST_NAMES = 8

# The numbers of the texts that are types, and of the names that mean something by themselves.
cdef struct Known:
    int64_t types[MOST_TYPES]
    int64_t names[MOST_NAMES]
    size_t type_count
    size_t name_count


def sections_by_type(Sections sections not None, list types not None, list names not None):
    """Return the sections of each of the ``types``, and those that have to be looked at, as arrays of numbers.

    To be looked at are, in order: templates that nothing inherits from, sections of no or another type, without a name,
    and with one of the ``names``.
    """
    cdef Known known
    cdef size_t count = sections.count
    cdef size_t totals[256]
    cdef size_t i
    cdef uint8_t *types_of
    cdef uint8_t *odd
    cdef array numbers
    if len(types) > MOST_TYPES or len(names) > MOST_NAMES:
        raise ValueError(f"{len(types)} types and {len(names)} names, expected at most {MOST_TYPES} and {MOST_NAMES}")
    known.type_count = len(types)
    known.name_count = len(names)
    for i in range(known.type_count):
        known.types[i] = sections.texts.place(types[i])
    for i in range(known.name_count):
        known.names[i] = sections.texts.place(names[i])
    types_of = <uint8_t *>calloc(count + 1, 1)
    odd = <uint8_t *>calloc(count + 1, 1)
    try:
        if types_of == NULL or odd == NULL:
            raise MemoryError("types of sections")
        with nogil:
            find_types(sections, &known, types_of, odd, totals)
        found = []
        for i in range(known.type_count):
            numbers = clone(NUMBERS, <Py_ssize_t>totals[i], False)
            put_numbers(types_of, count, <uint8_t>i, numbers.data.as_uints)
            found.append(numbers)
        numbers = clone(NUMBERS, <Py_ssize_t>totals[<size_t>IS_ODD], False)
        put_numbers(odd, count, 1, numbers.data.as_uints)
        return found, numbers
    finally:
        free(types_of)
        free(odd)


cdef void find_types(Sections sections, const Known *known, uint8_t *types_of, uint8_t *odd, size_t *totals) \
        noexcept nogil:
    cdef size_t number, i
    cdef const Section *section
    cdef uint8_t type
    for i in range(256):
        totals[i] = 0
    for number in range(sections.count):
        section = &sections.sections[number]
        types_of[number] = IS_NOTHING
        if not section.flags & IS_ADDED:
            continue
        if section.flags & (IS_TEMPLATE | IS_INCOMPLETE):
            odd[number] = not section.flags & (IS_PARENT | IS_INCOMPLETE)
            totals[<size_t>IS_ODD] += odd[number]
            continue
        type = type_of(sections, <uint32_t>number, known)
        types_of[number] = type
        totals[type] += type != IS_ODD
        odd[number] = type == IS_ODD or sections.texts.length(section.name) == 0
        for i in range(known.name_count):
            odd[number] |= section.name == known.names[i]
        totals[<size_t>IS_ODD] += odd[number]


cdef uint8_t type_of(Sections sections, uint32_t section, const Known *known) noexcept nogil:
    """The place of a section's type among those that are known, IS_ODD if it isn't."""
    cdef Walk walk
    cdef uint32_t line
    cdef uint8_t i
    sections.walk(section, &walk)
    line = sections.next_line(&walk)
    while line != NONE:
        line &= ~<uint32_t>INHERITED_LINE
        if is_type(sections, sections.lines[line].name):
            for i in range(<uint8_t>known.type_count):
                if sections.lines[line].value == known.types[i]:
                    return i
            return IS_ODD
        line = sections.next_line(&walk)
    return IS_ODD


cdef inline bint is_type(Sections sections, uint32_t text) noexcept nogil:
    cdef const char *name
    if sections.texts.length(text) != 4:
        return False
    name = sections.texts.start(text)
    return (name[0] | 0x20) == c"t" and (name[1] | 0x20) == c"y" and (name[2] | 0x20) == c"p" \
        and (name[3] | 0x20) == c"e"


cdef void put_numbers(const uint8_t *values, size_t count, uint8_t wanted, unsigned int *numbers) noexcept nogil:
    """The numbers of the sections with a value."""
    cdef size_t number
    cdef size_t found = 0
    for number in range(count):
        if values[number] == wanted:
            numbers[found] = <unsigned int>number
            found += 1
