r"""The scan of a configuration file, see ``_file_lines.pxd``.

Facts

- Only ``\n`` ends a line.  Bytes below 33 are blanks; those at both ends of a line, a name or a value are removed.
- A ``\`` at the start of a line is removed, and the next character is an option's first one, whatever it is.
- ``;`` starts a comment up to the end of the line, unless ``\`` precedes it: then the ``\`` is removed.
- ``;--`` opens a block comment unless a third dash follows, ``--;`` closes it, and they nest.  A ``;`` that could do
  both (``--;--``) opens, and the dashes of ``;--`` close nothing (``;--;`` only opens).  In a block comment ``\;``
  neither opens nor closes.
- ``--;`` outside a comment is text, and so is the rest of its line, but what follows that line is lost up to the next
  ``;--``, as if less than no comment were open: each ``--;`` needs a ``;--`` of its own.
- What a ``;`` or ``;--`` further on in the line of such a ``--;`` does wasn't observed.  Here it is as on the lines
  that follow: ``;`` does nothing, and ``;--`` is removed and ends what the ``--;`` began.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcpy

from identify._compiled._arrays cimport NO_MEMORY, TOO_LARGE
from identify._compiled._sections cimport IS_CONTINUED, IS_INCOMPLETE, IS_TEMPLATE, NONE, Section, raise_for
from identify._compiled._texts cimport NO_ROOM, fold_bytes

cdef enum:
    # Of a line: to be found, found, and without its comments.
    READY
    FOUND
    WITHOUT_COMMENTS

# Events, for Python.
END = IS_END
READ = IS_READ
ODD = IS_ODD
NOTED = IS_NOTED
DIRECTIVE = IS_DIRECTIVE
SECTION = IS_SECTION
BACKSLASH = IS_BACKSLASH
OUTSIDE = IS_OUTSIDE
WITHOUT_EQUALS = IS_WITHOUT_EQUALS
WITHOUT_NAME = IS_WITHOUT_NAME
APPENDED = IS_APPENDED
LIMIT = IS_LIMIT

# What there is to say about comments, for Python.
TOO_DEEP = NOTE_TOO_DEEP
UNOPENED = NOTE_UNOPENED
CUT = NOTE_CUT

#: The longest line that Asterisk reads, in bytes without ``\n``.
MAX_LINE_BYTES = LINE_BYTES
#: Asterisk's own limit of block comments inside each other.
MAX_COMMENT_DEPTH = COMMENT_DEPTH
#: Asterisk's own limit of a section's name.
MAX_NAME_BYTES = NAME_BYTES


cdef inline bint is_blank(char byte) noexcept nogil:
    return <uint8_t>byte < 33


cdef inline const char *find(const char *text, char byte, size_t length) noexcept nogil:
    return <const char *>memchr(text, byte, length) if length else NULL


@cython.final
cdef class Counts:
    def __init__(self, uint64_t max_items, uint64_t max_inherited):
        self.max_items = max_items
        self.max_inherited = max_inherited


@cython.final
cdef class Place:
    def __init__(self, int64_t section):
        self.section = section


@cython.final
cdef class FileLines:
    """The lines of a file, which go into sections."""

    def __cinit__(self, Sections sections not None, Place place not None, Counts counts not None,
                  bytes data not None, uint32_t file):
        sections.check_file(file)
        self.sections = sections
        self.place = place
        self.counts = counts
        self.data = data
        self.at = PyBytes_AS_STRING(data)
        self.end = self.at + PyBytes_GET_SIZE(data)
        self.file = file
        self.has_nul = find(self.at, 0, <size_t>(self.end - self.at)) != NULL
        self.kept = <char *>malloc(LINE_BYTES + 1)
        self.notes = <uint8_t *>malloc(LINE_BYTES + 1)
        if self.kept == NULL or self.notes == NULL:
            raise MemoryError("lines")

    def __dealloc__(self):
        free(self.kept)
        free(self.notes)

    def next(self):
        """Read up to the next event."""
        cdef int event
        if self.place.section >= <int64_t>self.sections.count:
            raise IndexError(f"section {self.place.section} of {self.sections.count}")
        with nogil:
            event = self.read()
        return event

    def give(self, bytes piece not None):
        """Let a piece of an odd line be the line that is read next: at most MAX_LINE_BYTES, and no NUL."""
        if PyBytes_GET_SIZE(piece) > LINE_BYTES or b"\0" in piece:
            raise ValueError(f"a piece of {len(piece)} bytes")
        self.piece = piece
        self.text = PyBytes_AS_STRING(piece)
        self.length = <size_t>PyBytes_GET_SIZE(piece)
        self.given = True
        self.stage = FOUND

    @property
    def line(self):
        """The line that is read: an odd one whole, others without comments and without blanks at their ends."""
        return self.text[:self.length]

    @property
    def appended(self):
        """The name of an option that is continued, and the text behind ``+=`` with its blanks."""
        return self.text[:self.name_end], self.text[self.value_start:self.length]

    @property
    def is_last(self):
        """Whether nothing follows the line, not even the end of a line."""
        return self.at > self.end

    def noted(self):
        """Return what there is to say about comments, as bytes, and the text and the comment of a value that is cut."""
        cdef bytes notes = self.notes[:self.note_count]
        self.note_count = 0
        return notes, self.text[:self.length], self.raw[self.cut_at:self.raw_length]

    cdef int read(self) except -1 nogil:
        """Read up to the next event, which is returned."""
        cdef int event
        while True:
            if self.stage == READY:
                if self.given:
                    self.given = False
                    return IS_READ
                event = self.next_raw()
                if event != IS_READ:
                    return event
                self.stage = FOUND
            if self.stage == FOUND:
                self.stage = WITHOUT_COMMENTS
                if self.place.depth != 0 or find(self.text, c";", self.length) != NULL:
                    self.note_count = 0
                    self.remove_comments()
                    if self.note_count:
                        return IS_NOTED
            self.stage = READY
            event = self.read_line()
            if event < 0:
                with gil:
                    raise_for(event)
            if event != IS_READ:
                return event

    cdef int next_raw(self) noexcept nogil:
        """Find the next line of the file."""
        cdef const char *newline
        if self.at > self.end:
            return IS_END
        self.number += 1
        self.text = self.at
        newline = find(self.at, c"\n", <size_t>(self.end - self.at))
        if newline == NULL:
            newline = self.end
        self.length = <size_t>(newline - self.at)
        # One place behind the end says that there is no further line.
        self.at = newline + 1
        if self.length > LINE_BYTES or (self.has_nul and find(self.text, 0, self.length) != NULL):
            return IS_ODD
        return IS_READ

    cdef void remove_comments(self) noexcept nogil:
        """Keep what of the line is text."""
        cdef const char *line = self.text
        cdef size_t length = self.length
        cdef const char *found = find(line, c";", length)
        cdef size_t kept = 0
        # The text from ``start`` on is kept, if any is.
        cdef bint reading = self.place.depth == 0
        cdef size_t start = 0
        # Dashes before this place belong to a ``;--``.
        cdef size_t free_at = 0
        cdef size_t at
        self.raw = line
        self.raw_length = length
        self.cut_at = length
        while found != NULL:
            at = <size_t>(found - line)
            if at and line[at - 1] == c"\\":
                if reading:
                    kept = self.keep(line, start, at - 1, kept)
                    start = at
            elif (at + 2 < length and line[at + 1] == c"-" and line[at + 2] == c"-"
                    and not (at + 3 < length and line[at + 3] == c"-")):
                if reading:
                    kept = self.keep(line, start, at, kept)
                self.open_comment()
                reading = self.place.depth <= 0 and (reading or self.place.depth == 0)
                start = free_at = at + 3
            elif at >= free_at + 2 and line[at - 1] == c"-" and line[at - 2] == c"-":
                if self.place.depth == 0:
                    self.note(NOTE_UNOPENED)
                self.place.depth -= 1
                if self.place.depth == 0:
                    reading = True
                    start = at + 1
            elif self.place.depth == 0:
                kept = self.keep(line, start, at, kept)
                if at and not is_blank(line[at - 1]) and reading:
                    self.cut_at = at + 1
                    self.note(NOTE_CUT)
                reading = False
                break
            found = find(line + at + 1, c";", length - at - 1)
        if reading:
            kept = self.keep(line, start, length, kept)
        self.text = self.kept
        self.length = kept

    cdef size_t keep(self, const char *line, size_t start, size_t end, size_t kept) noexcept nogil:
        """Append a part of the line to what is kept, and return how much that is."""
        if end > start:
            memcpy(self.kept + kept, line + start, end - start)
            kept += end - start
        return kept

    cdef void note(self, uint8_t what) noexcept nogil:
        """Remember what is to be said; a line has more bytes than comments."""
        self.notes[self.note_count] = what
        self.note_count += 1

    cdef void open_comment(self) noexcept nogil:
        if self.place.depth == 0:
            self.place.opened_file = self.file
            self.place.opened_line = self.number
        if self.place.depth < COMMENT_DEPTH:
            self.place.depth += 1
        else:
            self.note(NOTE_TOO_DEEP)

    cdef int read_line(self) noexcept nogil:
        """Read a line without comments."""
        while self.length and is_blank(self.text[0]):
            self.text += 1
            self.length -= 1
        while self.length and is_blank(self.text[self.length - 1]):
            self.length -= 1
        if self.length == 0:
            return IS_READ
        if self.text[0] == c"[":
            return self.read_section()
        if self.text[0] == c"#":
            return IS_DIRECTIVE
        if self.text[0] != c"\\":
            return self.read_option(0)
        if self.length < 2 or is_blank(self.text[1]) or <uint8_t>self.text[1] > 0x7F:
            return IS_BACKSLASH
        self.text += 1
        self.length -= 1
        return self.read_option(1)

    cdef int read_option(self, size_t literal) noexcept nogil:
        """Read an option line, the first ``literal`` bytes of which belong to its name."""
        cdef const char *text = self.text
        cdef const char *found
        cdef size_t equals, name_end, start
        cdef bint appending
        cdef int64_t name, value
        if self.place.section < 0:
            return IS_OUTSIDE
        found = find(text + literal, c"=", self.length - literal)
        if found == NULL:
            return IS_WITHOUT_EQUALS
        equals = <size_t>(found - text)
        appending = equals > literal and text[equals - 1] == c"+"
        name_end = equals - 1 if appending else equals
        while name_end and is_blank(text[name_end - 1]):
            name_end -= 1
        if name_end == 0:
            return IS_WITHOUT_NAME
        self.counts.items += 1
        if self.counts.items > self.counts.max_items:
            return IS_LIMIT
        start = equals + 1
        if appending:
            self.name_end = name_end
            self.value_start = start
            return IS_APPENDED
        if start < self.length and text[start] == c">":
            start += 1
        while start < self.length and is_blank(text[start]):
            start += 1
        name = self.sections.texts.intern(text, name_end)
        value = self.sections.texts.intern(text + start, self.length - start)
        if name < 0 or value < 0:
            return text_failure(name if name < 0 else value)
        return self.finished(self.sections.put_line(
            <uint32_t>self.place.section, <uint32_t>name, <uint32_t>value, self.file, self.number))

    cdef int finished(self, int64_t failed) noexcept nogil:
        return <int>failed if failed < 0 else IS_READ

    cdef int read_section(self) noexcept nogil:
        """Read a section line that only inherits, from sections that exist; all others are Python's.

        Nothing changes before it is certain that the line is of that form and within the limits.
        """
        cdef const char *text = self.text
        cdef const char *close = find(text, c"]", self.length)
        cdef const char *rest
        cdef const char *last
        cdef const char *end = text + self.length
        cdef uint64_t items = self.counts.items + 1
        cdef uint64_t inherited = self.counts.inherited
        cdef const Section *parent
        cdef Section *made
        cdef int64_t found, section
        cdef size_t at, length, options
        if close == NULL or <size_t>(close - text) - 1 > NAME_BYTES:
            return IS_SECTION
        rest = last = close + 1
        options = 0
        if rest < end and rest[0] == c"(":
            rest += 1
            last = find(rest, c")", <size_t>(end - rest))
            if last == NULL:
                return IS_SECTION
            options = <size_t>(last - rest) + 1
            last += 1
        while last < end and is_blank(last[0]):
            last += 1
        if last < end and last[0] == c"(":
            return IS_SECTION
        at = 0
        while at < options:
            length = option_length(rest + at, options - 1 - at)
            if length == 0 or rest[at] != c"!" or length > 1:
                found = self.parent_at(rest + at, length)
                if found < 0:
                    return IS_SECTION
                if self.sections.bequeath(<uint32_t>found) < 0:
                    return IS_SECTION
                parent = &self.sections.sections[found]
                items += parent.bequest_count
                inherited += parent.bequest_characters
                if inherited > self.counts.max_inherited:
                    return IS_SECTION
            at += length + 1
        if items > self.counts.max_items:
            return IS_SECTION
        found = self.sections.texts.intern(text + 1, <size_t>(close - text) - 1)
        if found < 0:
            return text_failure(found)
        section = self.sections.begin(<uint32_t>found, self.file, self.number)
        if section < 0:
            return <int>section
        made = &self.sections.sections[section]
        self.counts.items = items
        self.counts.inherited = inherited
        at = 0
        while at < options:
            length = option_length(rest + at, options - 1 - at)
            if length == 1 and rest[at] == c"!":
                made.flags |= IS_TEMPLATE
            else:
                found = self.sections.give(<uint32_t>section, <uint32_t>self.parent_at(rest + at, length))
                if found < 0:
                    return <int>found
            at += length + 1
        self.place.section = self.sections.latest = section
        return self.finished(self.sections.add_section(<uint32_t>section))

    cdef int64_t parent_at(self, const char *name, size_t length) noexcept nogil:
        """The first section of a name in any case; -1 if there is none, or if it is left to Python."""
        cdef char folded[NAME_BYTES]
        cdef int64_t found
        if length > NAME_BYTES or (length and name[0] == c"+"):
            return -1
        if length == 0:
            found = <int64_t>self.sections.first_added if self.sections.first_added != NONE else -1
        else:
            fold_bytes(name, folded, length)
            found = self.sections.texts.find(folded, length)
            if found >= 0:
                found = self.sections.find_first(<uint32_t>found)
        if found >= 0 and self.sections.sections[found].flags & (IS_CONTINUED | IS_INCOMPLETE):
            return -1
        return found


cdef inline size_t option_length(const char *text, size_t length) noexcept nogil:
    """The length of the first option of several that commas separate."""
    cdef const char *comma = find(text, c",", length)
    return length if comma == NULL else <size_t>(comma - text)


cdef inline int text_failure(int64_t failed) noexcept nogil:
    return NO_MEMORY if failed == NO_ROOM else TOO_LARGE
