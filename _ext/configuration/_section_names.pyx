"""Sections by their names: in the order of the names' bytes, and found by one.

Knows sections of one type, of which no two have the same name.
"""

cimport cython
from cpython.array cimport array, clone
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy

from identify._compiled._sections cimport Sections

from array import array as make_array

cdef array NUMBERS = make_array("I")

cdef struct Named:
    # The first eight bytes of the name, as a number in the order of bytes.
    uint64_t beginning
    uint32_t text
    uint32_t section


def are_distinct(Sections sections not None, const uint32_t[::1] numbers):
    """Return whether each of these sections has a name, and no two the same."""
    cdef size_t bytes = (sections.texts.count >> 3) + 1
    cdef uint8_t *seen = <uint8_t *>calloc(bytes, 1)
    cdef Py_ssize_t i
    cdef uint32_t name
    cdef bint distinct = True
    if seen == NULL:
        raise MemoryError("names of sections")
    try:
        for i in range(numbers.shape[0]):
            name = sections.at(numbers[i]).name
            if sections.texts.length(name) == 0 or seen[name >> 3] >> (name & 7) & 1:
                distinct = False
                break
            seen[name >> 3] |= <uint8_t>(1 << (name & 7))
    finally:
        free(seen)
    return distinct


@cython.final
cdef class SectionNames:
    """Sections in the order of their names' bytes.

    Thread safety: immutable; may be shared.
    """

    cdef readonly Sections sections
    # Their numbers, in order.
    cdef readonly array numbers
    cdef uint32_t *texts
    cdef size_t count

    def __cinit__(self, Sections sections not None, const uint32_t[::1] numbers):
        cdef Py_ssize_t count = numbers.shape[0]
        cdef Py_ssize_t i
        cdef Named *named
        self.sections = sections
        self.count = <size_t>count
        self.numbers = clone(NUMBERS, count, False)
        for i in range(count):
            sections.at(numbers[i])
        self.texts = <uint32_t *>malloc((<size_t>count + 1) * sizeof(uint32_t))
        # The second half is the room in which they are merged.
        named = <Named *>malloc((<size_t>count + 1) * 2 * sizeof(Named))
        try:
            if self.texts == NULL or named == NULL:
                raise MemoryError("names of sections")
            with nogil:
                for i in range(count):
                    named[i].section = numbers[i]
                    named[i].text = sections.sections[numbers[i]].name
                    named[i].beginning = beginning_of(sections, named[i].text)
                sort(sections, named, <size_t>count, named + count)
                for i in range(count):
                    self.texts[i] = named[i].text
                    self.numbers.data.as_uints[i] = named[i].section
        finally:
            free(named)

    def __dealloc__(self):
        free(self.texts)

    def __len__(self):
        """Return how many there are."""
        return <Py_ssize_t>self.count

    def __getitem__(self, Py_ssize_t index):
        """Return the name at a place."""
        if not 0 <= index < <Py_ssize_t>self.count:
            raise IndexError(f"section {index} of {self.count}")
        return self.sections.texts.decode(self.texts[index])

    def absent(self, const uint32_t[::1] texts):
        """Return the numbers of those texts that are no names of these sections, each once, as an array of uint32."""
        cdef size_t count = self.sections.texts.count
        cdef array found = clone(NUMBERS, texts.shape[0], False)
        cdef uint8_t *known = <uint8_t *>calloc((count >> 3) + 1, 1)
        cdef Py_ssize_t put = 0
        cdef Py_ssize_t i
        cdef uint32_t text
        if known == NULL:
            raise MemoryError("names of sections")
        with nogil:
            for i in range(<Py_ssize_t>self.count):
                known[self.texts[i] >> 3] |= <uint8_t>(1 << (self.texts[i] & 7))
            for i in range(texts.shape[0]):
                text = texts[i]
                if text < count and not known[text >> 3] >> (text & 7) & 1:
                    known[text >> 3] |= <uint8_t>(1 << (text & 7))
                    found.data.as_uints[put] = text
                    put += 1
        free(known)
        return found[:put]

    def find(self, bytes name not None):
        """Return the number of the section with a name, -1 if there is none."""
        cdef const char *text = PyBytes_AS_STRING(name)
        cdef size_t length = <size_t>PyBytes_GET_SIZE(name)
        cdef size_t low = 0
        cdef size_t high = self.count
        cdef size_t middle
        cdef int order
        while low < high:
            middle = (low + high) // 2
            order = compare(text, length, self.sections.texts.start(self.texts[middle]),
                            self.sections.texts.length(self.texts[middle]))
            if order == 0:
                return self.numbers.data.as_uints[middle]
            if order < 0:
                high = middle
            else:
                low = middle + 1
        return -1


cdef inline uint64_t beginning_of(Sections sections, uint32_t text) noexcept nogil:
    cdef uint32_t length = sections.texts.length(text)
    cdef const uint8_t *bytes = <const uint8_t *>sections.texts.start(text)
    cdef uint64_t found = 0
    cdef uint32_t i
    for i in range(8):
        found = found << 8 | (bytes[i] if i < length else 0)
    return found


cdef inline int compare(const char *one, size_t length, const char *other, size_t other_length) noexcept nogil:
    """Whether bytes come before others (-1), after them (1), or are the same (0)."""
    cdef size_t both = length if length < other_length else other_length
    cdef int order = memcmp(one, other, both) if both else 0
    if order != 0:
        return -1 if order < 0 else 1
    return (length > other_length) - (length < other_length)


cdef inline bint follows(Sections sections, const Named *one, const Named *other) noexcept nogil:
    """Whether one name comes after another."""
    if one.beginning != other.beginning:
        return one.beginning > other.beginning
    return compare(sections.texts.start(one.text), sections.texts.length(one.text),
                   sections.texts.start(other.text), sections.texts.length(other.text)) > 0


cdef void sort(Sections sections, Named *named, size_t count, Named *room) noexcept nogil:
    """Sort by merging runs of doubling lengths; what is in order already costs one comparison each."""
    cdef size_t width = 1
    cdef size_t start, middle, end, left, right, at
    while width < count:
        start = 0
        while start + width < count:
            middle = start + width
            end = middle + width if middle + width < count else count
            if follows(sections, &named[middle - 1], &named[middle]):
                left, right, at = start, middle, start
                while left < middle and right < end:
                    if follows(sections, &named[left], &named[right]):
                        room[at] = named[right]
                        right += 1
                    else:
                        room[at] = named[left]
                        left += 1
                    at += 1
                if left < middle:
                    memcpy(room + at, named + left, (middle - left) * sizeof(Named))
                    at += middle - left
                memcpy(named + start, room + start, (at - start) * sizeof(Named))
            start = end
        width *= 2
