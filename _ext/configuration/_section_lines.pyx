"""Lines of sections as objects, made one after the other, and the values in effect of many sections at once."""

cimport cython
from cpython.array cimport array, clone
from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._sections cimport INHERITED_LINE, NONE, Sections, Walk

from array import array as make_array

cdef array NUMBERS = make_array("I")
# What stands for the value of an option that a section doesn't have.
NO_VALUE = <uint32_t>NONE


cdef inline bint is_called(Sections sections, uint32_t text, const uint8_t[::1] lower) noexcept nogil:
    """Whether a text is ``lower`` in any case."""
    cdef uint32_t length = sections.texts.length(text)
    cdef const uint8_t *bytes = <const uint8_t *>sections.texts.start(text)
    cdef uint32_t i
    cdef uint8_t byte
    if length != <uint32_t>lower.shape[0]:
        return False
    for i in range(length):
        byte = bytes[i]
        if c"A" <= byte <= c"Z":
            byte |= 0x20
        if byte != lower[i]:
            return False
    return True


@cython.final
cdef class LineMaker:
    """Makes the lines of a configuration's sections by ``make(name, value, file, line, template)``.

    Thread safety: any number of threads may use it.
    """

    cdef Sections sections
    cdef object make

    def __cinit__(self, Sections sections not None, make not None):
        self.sections = sections
        self.make = make

    def walk(self, uint32_t section):
        """Return an iterator over the lines of a section."""
        return LineWalk.__new__(LineWalk, self, section)

    def first(self, uint32_t section, bytes name not None):
        """Return the first line of a name in lower case, which it may have in any; None if there is none."""
        cdef Walk place
        cdef uint32_t line
        cdef const uint8_t[::1] lower = name
        self.sections.at(section)
        with nogil:
            self.sections.walk(section, &place)
            line = self.sections.next_line(&place)
            while line != NONE and not is_called(
                self.sections, self.sections.lines[line & ~<uint32_t>INHERITED_LINE].name, lower
            ):
                line = self.sections.next_line(&place)
        return None if line == NONE else self.sections.line_object(line, self.make)


@cython.final
cdef class LineWalk:
    """The lines of a section, one after the other."""

    cdef LineMaker maker
    cdef Walk place

    def __cinit__(self, LineMaker maker not None, uint32_t section):
        maker.sections.at(section)
        self.maker = maker
        maker.sections.walk(section, &self.place)

    def __iter__(self):
        return self

    def __next__(self):
        cdef uint32_t number = self.maker.sections.next_line(&self.place)
        if number == NONE:
            raise StopIteration
        return self.maker.sections.line_object(number, self.maker.make)


def last_values(Sections sections not None, const uint32_t[::1] numbers, bytes name not None):
    """Return the number of the last value of an option in each section, NO_VALUE where it has none, as an array.

    ``name`` is the option's in lower case; lines may have it in any.
    """
    cdef Py_ssize_t count = numbers.shape[0]
    cdef Py_ssize_t i
    cdef const uint8_t[::1] lower = name
    cdef array found = clone(NUMBERS, count, False)
    cdef uint32_t[::1] values = found
    cdef Walk place
    cdef uint32_t line, value
    # Most sections have the same few names.
    cdef uint32_t known = <uint32_t>NONE
    for i in range(count):
        sections.at(numbers[i])
    with nogil:
        for i in range(count):
            value = <uint32_t>NONE
            sections.walk(numbers[i], &place)
            line = sections.next_line(&place)
            while line != NONE:
                line &= ~<uint32_t>INHERITED_LINE
                if sections.lines[line].name == known or is_called(sections, sections.lines[line].name, lower):
                    known = sections.lines[line].name
                    value = sections.lines[line].value
                line = sections.next_line(&place)
            values[i] = value
    return found
