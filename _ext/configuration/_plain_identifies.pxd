"""Identify sections of which all is plain, as columns.

Knows the lines of sections and the items in their ``match``; that all options are known and all values accepted is
found by others before, and what expressions and literals say is asked of Python, once for each distinct value.
"""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from identify._compiled._address_rules cimport AddressRules
from identify._compiled._match_items cimport ItemRules
from identify._compiled._sections cimport Sections

# An identify, by the numbers of texts; NONE for what it doesn't have.
cdef struct Plain:
    uint32_t section
    uint32_t endpoint
    uint32_t header
    uint32_t request_uri


cdef class PlainIdentifies:
    cdef readonly Sections sections
    # The owners are the numbers of the identifies.
    cdef readonly AddressRules rules
    # As how many items they count, see ``Budget`` of ``identify/config/problems.py``.
    cdef readonly uint64_t spent
    cdef ItemRules release
    cdef Plain *at
    cdef size_t count
    cdef size_t room
    # By the number of a text: what it is as the name of an option, and as a value that Python was asked about.
    cdef uint8_t *names
    cdef uint8_t *values
    cdef size_t text_count
    # The text that Python is to be asked about, and the option whose value it is.
    cdef uint32_t asked
    cdef uint8_t asked_option

    cdef int64_t take(self, const uint32_t *numbers, size_t count, size_t at, uint8_t *flags, uint64_t most) \
        noexcept nogil
    cdef int take_one(self, uint32_t section, uint64_t *spent) noexcept nogil
    cdef uint8_t option(self, uint32_t name) noexcept nogil
    cdef Plain *plain(self, size_t number) except NULL
    cdef list texts_of(self, numbers, bint endpoints)
    cdef int ask(self, says_nothing) except -1
    cdef int forget(self) except -1
