"""The lines of one file of a configuration: comments, options, and section lines of the usual form.

It puts what it reads into ``Sections``.  A line about which there may be something to say it leaves to Python, as an
event: there are the words, the files that an include means, and every rule that is rarely needed.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from identify._compiled._sections cimport Sections

cdef enum:
    # Asterisk's own limits: the longest line without ``\n``, in bytes; block comments inside each other; a stored name.
    LINE_BYTES = 8190
    COMMENT_DEPTH = 128
    NAME_BYTES = 79

# What ``next`` returns.
cdef enum:
    IS_END
    # A line that was given has been read.
    IS_READ
    # A line that is too long or has a NUL: its pieces are given.
    IS_ODD
    # There is something to say about comments; the line is read after that.
    IS_NOTED
    IS_DIRECTIVE
    IS_SECTION
    IS_BACKSLASH
    IS_OUTSIDE
    IS_WITHOUT_EQUALS
    IS_WITHOUT_NAME
    IS_APPENDED
    IS_LIMIT

# What there is to say about the comments of a line.
cdef enum:
    NOTE_TOO_DEEP = 1
    NOTE_UNOPENED = 2
    NOTE_CUT = 3


cdef class Counts:
    """What was read so far of a file with its includes, and how much of it is read at most."""
    cdef public uint64_t items
    cdef public uint64_t inherited
    cdef uint64_t max_items
    cdef uint64_t max_inherited


cdef class Place:
    """What goes from one line to the next, and from one file to the next that the same include means."""
    # The section that lines belong to, -1 for none.
    cdef public int64_t section
    # The block comments that are open, negative behind a ``--;`` that closed none.
    cdef readonly int64_t depth
    # Where the outermost comment was opened: the number of the file, and the line.
    cdef readonly uint32_t opened_file
    cdef readonly uint32_t opened_line


cdef class FileLines:
    cdef Sections sections
    cdef Place place
    cdef Counts counts
    cdef bytes data
    cdef const char *at
    cdef const char *end
    cdef readonly uint32_t file
    # Of the line that is read, from 1 on.
    cdef readonly uint32_t number
    cdef bint has_nul
    # Whether the line was given, and how far it is read.
    cdef bint given
    cdef int stage
    # The line without its comments: in the file, in what was given, or in ``kept``.
    cdef bytes piece
    cdef const char *text
    cdef size_t length
    # Of an option that is continued: where its name ends, and where the text to append begins.
    cdef size_t name_end
    cdef size_t value_start
    # What there is to say about comments; the line with them, and where the comment begins that cuts a value.
    cdef uint8_t *notes
    cdef size_t note_count
    cdef const char *raw
    cdef size_t raw_length
    cdef size_t cut_at
    # The line without comments, if it has any.
    cdef char *kept

    cdef int read(self) except -1 nogil
    cdef int next_raw(self) noexcept nogil
    cdef void remove_comments(self) noexcept nogil
    cdef size_t keep(self, const char *line, size_t start, size_t end, size_t kept) noexcept nogil
    cdef void note(self, uint8_t what) noexcept nogil
    cdef void open_comment(self) noexcept nogil
    cdef int finished(self, int64_t failed) noexcept nogil
    cdef int read_line(self) noexcept nogil
    cdef int read_option(self, size_t literal) noexcept nogil
    cdef int read_section(self) noexcept nogil
    cdef int64_t parent_at(self, const char *name, size_t length) noexcept nogil
