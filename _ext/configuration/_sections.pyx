"""Sections, their lines and their heirs, see ``_sections.pxd``."""

cimport cython
from libc.stdlib cimport free
from libc.string cimport memset

from identify._compiled._arrays cimport MAX_ELEMENTS, NO_MEMORY, NOT_FOUND, TOO_LARGE, make_room
from identify._compiled._line_index cimport LineIndex
from identify._compiled._texts cimport NO_ROOM

from array import array as python_array

from identify.errors import LimitError

# Flags of a section, for Python.
TEMPLATE = IS_TEMPLATE
INCOMPLETE = IS_INCOMPLETE
PARENT = IS_PARENT
ADDED = IS_ADDED
GONE = IS_GONE

cdef enum:
    # Lines that are looked through for the last one of a name; a section with more has them in the index.
    SHORT = 64


cdef int raise_for(int64_t failed) except -1:
    """Raise what a negative number stands for; others are fine."""
    if failed == TOO_LARGE:
        raise LimitError(f"more than {MAX_ELEMENTS} lines, inherited ones included, in a configuration")
    if failed == NO_MEMORY:
        raise MemoryError("sections")
    return 0


@cython.final
cdef class Sections:
    """Sections by number, in the order in which they begin.

    Thread safety: one thread reads a configuration; once it has, nothing changes, and any number of threads may look.
    """

    def __cinit__(self):
        self.texts = Texts()
        self.files = []
        self.last_lines = LineIndex()
        self.inherited = {}
        self.continued = {}
        self.first_added = <uint32_t>NONE
        self.latest = -1

    def __dealloc__(self):
        cdef size_t i
        for i in range(self.flat_count):
            free(self.flats[i].lines)
        free(self.flats)
        free(self.sections)
        free(self.lines)
        free(self.parts)
        free(self.listed)
        free(self.first_named)

    def __len__(self):
        """Return how many there are, those included that aren't in the document."""
        return <Py_ssize_t>self.count

    # For Python: sections are numbers, texts bytes.

    def add_file(self, str name not None):
        """Return the number of a further file name."""
        self.files.append(name)
        return len(self.files) - 1

    def start(self, bytes name not None, uint32_t file, uint32_t line):
        """Begin a section; it isn't found by its name before :meth:`add`."""
        cdef int64_t found
        self.check_file(file)
        found = self.begin(<uint32_t>self.texts.number(name), file, line)
        raise_for(found)
        return found

    def add(self, uint32_t section, bytes name not None):
        """Make a section that was begun one of the document, under a name."""
        self.at(section).name = <uint32_t>self.texts.number(name)
        raise_for(self.add_section(section))

    def name(self, uint32_t section):
        """Return the name."""
        return self.texts.decode(self.at(section).name)

    def place(self, uint32_t section):
        """Return the file and the line in which a section starts."""
        cdef const Section *found = self.at(section)
        return self.files[found.file], found.line

    def flags(self, uint32_t section):
        """Return the flags of a section."""
        return self.at(section).flags

    def mark(self, uint32_t section, uint8_t flags):
        """Set flags of a section."""
        self.at(section).flags |= flags

    def size(self, uint32_t section):
        """Return how many lines a section has."""
        return self.at(section).count

    def next_named(self, uint32_t section):
        """Return the next section of the same name, in any case; -1 if there is none."""
        cdef uint32_t following = self.at(section).next_named
        return -1 if following == NONE else <int64_t>following

    def first(self, bytes name not None):
        """Return the first section of a name, in any case; -1 if there is none."""
        cdef int64_t folded = self.texts.place(bytes(name).lower())
        return -1 if folded < 0 else self.find_first(<uint32_t>folded)

    def first_of_all(self):
        """Return the very first section, -1 if there is none."""
        return -1 if self.first_added == NONE else <int64_t>self.first_added

    def added(self):
        """Return the numbers of the sections of the document, in order, as an array of uint32."""
        cdef size_t section
        found = python_array("I")
        for section in range(self.count):
            if self.sections[section].flags & IS_ADDED:
                found.append(section)
        return found

    def first_object(self, bytes name not None):
        """Return the first section of a name, in any case, that isn't a template; -1 if there is none.

        The empty name means all sections.  A template stays one, so none is looked at twice.
        """
        cdef int64_t first
        cdef uint32_t section
        if not name:
            section = self.first_object_of_all
            while section < self.count and self.sections[section].flags & (IS_TEMPLATE | IS_GONE):
                section += 1
            self.first_object_of_all = section
            # One that was only begun may be the last.
            return section if section < self.count and self.sections[section].flags & IS_ADDED else -1
        first = self.first(name)
        if first < 0:
            return -1
        section = self.sections[first].object_named
        while section != NONE and self.sections[section].flags & IS_TEMPLATE:
            section = self.sections[section].next_named
        self.sections[first].object_named = section
        return -1 if section == NONE else section

    def add_line(self, uint32_t section, bytes name not None, bytes value not None, uint32_t file, uint32_t line):
        """Append a line of a section's own."""
        cdef uint32_t name_number = <uint32_t>self.texts.number(name)
        cdef uint32_t value_number = <uint32_t>self.texts.number(value)
        self.at(section)
        self.check_file(file)
        raise_for(self.put_line(section, name_number, value_number, file, line))

    def last_value(self, uint32_t section, bytes name not None):
        """Return the value of the last line with exactly that name, as bytes; None if there is none."""
        cdef int64_t number = self.texts.place(name)
        cdef int64_t index
        cdef uint32_t line
        if number < 0:
            return None
        self.at(section)
        index = self.last_line(section, <uint32_t>number)
        if index == NOT_FOUND:
            return None
        raise_for(index)
        line = self.flats[self.sections[section].flat].lines[index] & ~<uint32_t>INHERITED_LINE
        if self.sections[section].flags & IS_CONTINUED and line in self.continued[section]:
            return self.continued[section][line]
        line = self.lines[line].value
        return self.texts.start(line)[:self.texts.length(line)]

    def replace_last(self, uint32_t section, bytes name not None, bytes value not None, uint32_t file, uint32_t line):
        """Put another line of a section's own in the place of the last one with exactly that name."""
        cdef uint32_t name_number = <uint32_t>self.texts.number(name)
        cdef uint32_t number
        cdef int64_t index, made
        self.at(section)
        self.check_file(file)
        index = self.last_line(section, name_number)
        if index == NOT_FOUND:
            raise ValueError(f"section {section} has no line {name!r}")
        raise_for(index)
        number = self.flats[self.sections[section].flat].lines[index]
        values = self.continued.setdefault(section, {})
        if number in values:
            self.lines[number].file = file
            self.lines[number].line = line
            values[number] = value
            return
        made = self.make_line(section, name_number, self.lines[number & ~<uint32_t>INHERITED_LINE].value, file, line)
        raise_for(made)
        values[made] = value
        self.flats[self.sections[section].flat].lines[index] = <uint32_t>made
        self.sections[section].has_bequest = 0
        self.sections[section].flags |= IS_CONTINUED

    def settle(self, uint32_t section):
        """Make texts of values that were continued, and return how many bytes these have."""
        return self.become_texts(section)

    def settle_all(self):
        """Make texts of all values that were continued; the reading has ended."""
        for section in list(self.continued):
            self.become_texts(section)

    def bequest(self, uint32_t section):
        """Return how many lines an heir gets, and how many characters their values have."""
        self.become_texts(section)
        raise_for(self.bequeath(section))
        return self.sections[section].count, self.sections[section].bequest_characters

    def inherit(self, uint32_t heir, uint32_t parent):
        """Append the lines of another section, or of the same; they are inherited."""
        self.at(heir)
        self.become_texts(parent)
        raise_for(self.give(heir, parent))

    def take_over(self, uint32_t section, uint32_t begun):
        """Append what a section line began before it said that it continues a section."""
        cdef uint32_t part = self.at(begun).first_part
        self.at(section)
        if section == begun:
            raise ValueError(f"section {section} can't take over itself")
        while part != NONE:
            raise_for(self.put_part(section, self.parts[part].first, self.parts[part].count,
                                    self.parts[part].is_listed != 0))
            part = self.parts[part].next
        self.sections[section].flags |= self.sections[begun].flags & (IS_TEMPLATE | IS_INCOMPLETE)

    def numbers(self, uint32_t section):
        """Return the numbers of name and value of each line, one after the other, as an array of uint32."""
        cdef Walk walk
        cdef uint32_t number
        self.become_texts(section)
        found = python_array("I")
        self.walk(section, &walk)
        number = self.next_line(&walk)
        while number != NONE:
            number &= ~<uint32_t>INHERITED_LINE
            found.append(self.lines[number].name)
            found.append(self.lines[number].value)
            number = self.next_line(&walk)
        return found

    def variables(self, uint32_t section, make not None):
        """Return ``make(name, value, file, line, template)`` for each line; the template is None for its own."""
        cdef Walk walk
        cdef uint32_t number
        found = []
        self.become_texts(section)
        self.walk(section, &walk)
        number = self.next_line(&walk)
        while number != NONE:
            found.append(self.line_object(number, make))
            number = self.next_line(&walk)
        return found

    cdef object line_object(self, uint32_t number, object make):
        """Return ``make(name, value, file, line, template)`` for what ``next_line`` returned; one for all heirs."""
        cdef const Line *line = &self.lines[number & ~<uint32_t>INHERITED_LINE]
        template = None
        if number & <uint32_t>INHERITED_LINE:
            known = self.inherited.get(number)
            if known is not None:
                return known
            template = self.texts.decode(self.sections[line.owner].name)
        made = make(
            self.texts.decode(line.name), self.texts.decode(line.value), self.files[line.file], line.line, template
        )
        return made if template is None else self.inherited.setdefault(number, made)

    cdef int64_t become_texts(self, uint32_t section) except -1:
        cdef int64_t size = 0
        if self.at(section).flags & IS_CONTINUED:
            for number, value in self.continued.pop(section).items():
                size += len(value)
                self.lines[<uint32_t>number].value = <uint32_t>self.texts.number(value)
            self.sections[section].flags &= ~<uint8_t>IS_CONTINUED
        return size

    # For compiled code.

    cdef int64_t begin(self, uint32_t name, uint32_t file, uint32_t line) noexcept nogil:
        cdef Section *section
        cdef int failed = make_room(<void **>&self.sections, &self.room, self.count + 1, sizeof(Section))
        if failed < 0:
            return failed
        section = &self.sections[self.count]
        memset(section, 0, sizeof(Section))
        section.name = name
        section.file = file
        section.line = line
        section.first_part = section.last_part = section.flat = <uint32_t>NONE
        section.next_named = section.last_named = section.object_named = <uint32_t>NONE
        self.count += 1
        return <int64_t>self.count - 1

    cdef int add_section(self, uint32_t section) noexcept nogil:
        """Let a section be found by its name."""
        cdef size_t before = self.first_named_room
        cdef int64_t folded = self.texts.fold(self.sections[section].name)
        cdef Section *first
        cdef uint32_t number
        cdef int failed
        if folded < 0:
            return NO_MEMORY if folded == NO_ROOM else TOO_LARGE
        failed = make_room(<void **>&self.first_named, &self.first_named_room, <size_t>folded + 1, sizeof(uint32_t))
        if failed < 0:
            return failed
        if self.first_named_room > before:
            memset(self.first_named + before, 0xFF, (self.first_named_room - before) * sizeof(uint32_t))
        self.sections[section].flags |= IS_ADDED
        if self.first_added == NONE:
            self.first_added = section
        number = self.first_named[folded]
        if number == NONE:
            self.first_named[folded] = section
            self.sections[section].last_named = section
            self.sections[section].object_named = section
            return 0
        first = &self.sections[number]
        self.sections[first.last_named].next_named = section
        first.last_named = section
        if first.object_named == NONE:
            first.object_named = section
        return 0

    cdef int64_t make_line(self, uint32_t section, uint32_t name, uint32_t value, uint32_t file, uint32_t line) \
            noexcept nogil:
        cdef Line *made
        cdef int failed = make_room(<void **>&self.lines, &self.line_room, self.line_count + 1, sizeof(Line))
        if failed < 0:
            return failed
        made = &self.lines[self.line_count]
        made.name = name
        made.value = value
        made.file = file
        made.line = line
        made.owner = section
        self.line_count += 1
        return <int64_t>self.line_count - 1

    cdef int put_line(self, uint32_t section, uint32_t name, uint32_t value, uint32_t file, uint32_t line) \
            noexcept nogil:
        """Append a line of a section's own."""
        cdef int64_t number = self.make_line(section, name, value, file, line)
        cdef Section *owner = &self.sections[section]
        cdef Part *part
        if number < 0:
            return <int>number
        if owner.count == MAX_ELEMENTS:
            return TOO_LARGE
        owner.has_bequest = 0
        if owner.flat == NONE and owner.last_part != NONE:
            part = &self.parts[owner.last_part]
            if not part.is_listed and part.first + part.count == number:
                part.count += 1
                owner.count += 1
                return 0
        return self.put_part(section, <uint32_t>number, 1, False)

    cdef int put_part(self, uint32_t section, uint32_t first, uint32_t count, bint is_listed) noexcept nogil:
        """Append a part to a section, or its lines to the list of a flat one."""
        cdef Section *owner = &self.sections[section]
        cdef Part *part
        cdef uint32_t i
        cdef int failed
        if count > MAX_ELEMENTS - owner.count:
            return TOO_LARGE
        owner.has_bequest = 0
        if owner.flat != NONE:
            for i in range(count):
                failed = self.put_flat(&self.flats[owner.flat], self.listed[first + i] if is_listed else first + i)
                if failed < 0:
                    return failed
            owner.count += count
            return 0
        failed = make_room(<void **>&self.parts, &self.part_room, self.part_count + 1, sizeof(Part))
        if failed < 0:
            return failed
        part = &self.parts[self.part_count]
        part.first = first
        part.count = count
        part.next = <uint32_t>NONE
        part.is_listed = is_listed
        if owner.last_part == NONE:
            owner.first_part = <uint32_t>self.part_count
        else:
            self.parts[owner.last_part].next = <uint32_t>self.part_count
        owner.last_part = <uint32_t>self.part_count
        owner.count += count
        self.part_count += 1
        return 0

    cdef int bequeath(self, uint32_t section) noexcept nogil:
        """List the lines of a section as its heirs get them, once for each state of it."""
        cdef Section *owner = &self.sections[section]
        cdef Walk walk
        cdef uint32_t line
        cdef int failed
        if owner.has_bequest:
            return 0
        failed = make_room(<void **>&self.listed, &self.listed_room, self.listed_count + owner.count, sizeof(uint32_t))
        if failed < 0:
            return failed
        owner.bequest = <uint32_t>self.listed_count
        owner.bequest_count = owner.count
        owner.bequest_characters = 0
        self.walk(section, &walk)
        line = self.next_line(&walk)
        while line != NONE:
            line &= ~<uint32_t>INHERITED_LINE
            self.listed[self.listed_count] = line | <uint32_t>INHERITED_LINE
            self.listed_count += 1
            owner.bequest_characters += self.texts.characters(self.lines[line].value)
            line = self.next_line(&walk)
        owner.has_bequest = 1
        return 0

    cdef int give(self, uint32_t heir, uint32_t parent) noexcept nogil:
        """Append what a section bequeaths to another, or to itself."""
        cdef int failed = self.bequeath(parent)
        cdef Section *giving = &self.sections[parent]
        if failed < 0:
            return failed
        giving.flags |= IS_PARENT
        if giving.bequest_count == 0:
            return 0
        return self.put_part(heir, giving.bequest, giving.bequest_count, True)

    cdef int64_t last_line(self, uint32_t section, uint32_t name) noexcept nogil:
        """Where a section, which becomes flat, has its last line of a name; NOT_FOUND if there is none."""
        cdef const Flat *flat
        cdef uint32_t i
        cdef int failed = self.flatten(section)
        if failed < 0:
            return failed
        flat = &self.flats[self.sections[section].flat]
        if flat.count <= SHORT:
            for i in range(flat.count, 0, -1):
                if self.lines[flat.lines[i - 1] & ~<uint32_t>INHERITED_LINE].name == name:
                    return i - 1
            return NOT_FOUND
        failed = self.index_lines(section)
        return failed if failed < 0 else self.last_lines.find(section, name)

    cdef int flatten(self, uint32_t section) noexcept nogil:
        """Give a section a list of its own."""
        cdef Section *owner = &self.sections[section]
        cdef Flat *flat
        cdef Walk walk
        cdef uint32_t line
        cdef int failed
        if owner.flat != NONE:
            return 0
        failed = make_room(<void **>&self.flats, &self.flat_room, self.flat_count + 1, sizeof(Flat))
        if failed < 0:
            return failed
        flat = &self.flats[self.flat_count]
        memset(flat, 0, sizeof(Flat))
        self.flat_count += 1
        self.walk(section, &walk)
        line = self.next_line(&walk)
        while line != NONE:
            failed = self.put_flat(flat, line)
            if failed < 0:
                return failed
            line = self.next_line(&walk)
        owner.flat = <uint32_t>(self.flat_count - 1)
        return 0

    cdef int put_flat(self, Flat *flat, uint32_t line) noexcept nogil:
        cdef size_t room = flat.room
        cdef int failed = make_room(<void **>&flat.lines, &room, <size_t>flat.count + 1, sizeof(uint32_t))
        flat.room = <uint32_t>room
        if failed < 0:
            return failed
        flat.lines[flat.count] = line
        flat.count += 1
        return 0

    cdef int index_lines(self, uint32_t section) noexcept nogil:
        """Bring the lines of a flat section into the index that aren't in it."""
        cdef Flat *flat = &self.flats[self.sections[section].flat]
        cdef uint32_t line
        while flat.indexed < flat.count:
            line = flat.lines[flat.indexed] & ~<uint32_t>INHERITED_LINE
            if self.last_lines.put(section, self.lines[line].name, flat.indexed) < 0:
                return NO_MEMORY
            flat.indexed += 1
        return 0
