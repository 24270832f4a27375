"""The sections of a configuration as arrays: their lines, and what they inherit.

Knows names, values and places as numbers; not how text is read, nor what a section or option means.

Strategy
1. A line is five numbers.  A section has *parts*: runs of lines of its own, and lists of the lines that it inherits.
2. What a section bequeaths is listed once for each state of it, and all heirs refer to that list: a later line, or one
   that is continued, is not part of it.
3. A section of which a line is continued (``+=``) that it inherited, or that others inherited, becomes *flat*: it has
   a list of its own, in which that line is replaced.
4. A value that is continued becomes a text only when somebody looks at the section or the reading has ended: one may
   be continued thousands of times, and texts stay.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from identify._compiled._arrays cimport NOT_FOUND
from identify._compiled._line_index cimport LineIndex
from identify._compiled._texts cimport Texts

cdef enum:
    NONE = 0xFFFFFFFF
    # In a list of lines: the section has the line by inheritance.
    INHERITED_LINE = 0x80000000

# Of a section.
cdef enum:
    IS_TEMPLATE = 1
    # It inherits from a section, or adds to one, that may be in a missing file.
    IS_INCOMPLETE = 2
    # Another section inherits from it.
    IS_PARENT = 4
    # It is one of the sections of the document; the others were begun only, or may be in a missing file.
    IS_ADDED = 8
    # It was begun, and another section took it over, or it may be in a missing file.
    IS_GONE = 16
    # Values of its lines that were continued aren't texts yet.
    IS_CONTINUED = 32

cdef struct Line:
    # Numbers of texts.
    uint32_t name
    uint32_t value
    # Number of a name in ``files``.
    uint32_t file
    uint32_t line
    # The section whose own line it is, by number.
    uint32_t owner

cdef struct Part:
    # Of ``lines``, or of ``listed``.
    uint32_t first
    uint32_t count
    uint32_t next
    uint32_t is_listed

# The lines of a flat section.
cdef struct Flat:
    uint32_t *lines
    uint32_t count
    uint32_t room
    # So many of them are in the index of last lines.
    uint32_t indexed
    uint32_t unused

cdef struct Section:
    uint64_t bequest_characters
    # Number of a text.
    uint32_t name
    uint32_t file
    uint32_t line
    uint32_t first_part
    uint32_t last_part
    # Of lines, inherited ones included.
    uint32_t count
    # Number of its ``Flat``, NONE for a section of parts.
    uint32_t flat
    # The next section of the same name; of the first one also the last, and the first that may be an object.
    uint32_t next_named
    uint32_t last_named
    uint32_t object_named
    # Where the list of its lines is, and how many they were.
    uint32_t bequest
    uint32_t bequest_count
    uint8_t has_bequest
    uint8_t flags

# A walk over the lines of a section.
cdef struct Walk:
    uint32_t part
    uint32_t at
    uint32_t flat


cdef class Sections:
    cdef readonly Texts texts
    # The names of files, str, by number.
    cdef readonly list files
    cdef Section *sections
    cdef size_t count
    cdef size_t room
    cdef Line *lines
    cdef size_t line_count
    cdef size_t line_room
    cdef Part *parts
    cdef size_t part_count
    cdef size_t part_room
    cdef uint32_t *listed
    cdef size_t listed_count
    cdef size_t listed_room
    cdef Flat *flats
    cdef size_t flat_count
    cdef size_t flat_room
    # The section that was begun or continued last, -1 before the first.
    cdef public int64_t latest
    # The first section of a name, by the number of its text in lower case.
    cdef uint32_t *first_named
    cdef size_t first_named_room
    # The first section of the document.
    cdef uint32_t first_added
    # The first one that may be an object.
    cdef uint32_t first_object_of_all
    cdef LineIndex last_lines
    # Inherited lines that were asked for, as objects by number: heirs may have one a million times.
    cdef dict inherited
    # For each section with IS_CONTINUED, the values by the numbers of their lines, which no other section has.
    cdef dict continued

    cdef int64_t become_texts(self, uint32_t section) except -1
    cdef object line_object(self, uint32_t number, object make)
    # All of these return 0 or a number, or one of the negative ones above.
    cdef int64_t begin(self, uint32_t name, uint32_t file, uint32_t line) noexcept nogil
    cdef int add_section(self, uint32_t section) noexcept nogil
    cdef int put_line(self, uint32_t section, uint32_t name, uint32_t value, uint32_t file, uint32_t line) \
        noexcept nogil
    cdef int64_t make_line(self, uint32_t section, uint32_t name, uint32_t value, uint32_t file, uint32_t line) \
        noexcept nogil
    cdef int put_part(self, uint32_t section, uint32_t first, uint32_t count, bint is_listed) noexcept nogil
    cdef int bequeath(self, uint32_t section) noexcept nogil
    cdef int give(self, uint32_t heir, uint32_t parent) noexcept nogil
    cdef int64_t last_line(self, uint32_t section, uint32_t name) noexcept nogil
    cdef int flatten(self, uint32_t section) noexcept nogil
    cdef int put_flat(self, Flat *flat, uint32_t line) noexcept nogil
    cdef int index_lines(self, uint32_t section) noexcept nogil

    cdef inline Section *at(self, uint32_t section) except NULL:
        if section >= self.count:
            raise IndexError(f"section {section} of {self.count}")
        return &self.sections[section]

    cdef inline int check_file(self, uint32_t file) except -1:
        if file >= <size_t>len(self.files):
            raise IndexError(f"file {file} of {len(self.files)}")
        return 0

    cdef inline int64_t find_first(self, uint32_t folded) noexcept nogil:
        """The first section of a name in lower case, NOT_FOUND if there is none."""
        if folded >= self.first_named_room or self.first_named[folded] == NONE:
            return NOT_FOUND
        return self.first_named[folded]

    cdef inline void walk(self, uint32_t section, Walk *walk) noexcept nogil:
        """Begin a walk over a section's lines."""
        walk.part = self.sections[section].first_part
        walk.at = 0
        walk.flat = self.sections[section].flat

    cdef inline uint32_t next_line(self, Walk *walk) noexcept nogil:
        """The next line's number, with INHERITED_LINE if it is inherited; NONE after the last."""
        cdef const Part *part
        cdef const Flat *flat
        if walk.flat != NONE:
            flat = &self.flats[walk.flat]
            if walk.at == flat.count:
                return <uint32_t>NONE
            walk.at += 1
            return flat.lines[walk.at - 1]
        while walk.part != NONE:
            part = &self.parts[walk.part]
            if walk.at < part.count:
                walk.at += 1
                if part.is_listed:
                    return self.listed[part.first + walk.at - 1]
                return part.first + walk.at - 1
            walk.part = part.next
            walk.at = 0
        return <uint32_t>NONE


cdef int raise_for(int64_t failed) except -1
