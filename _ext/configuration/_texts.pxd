"""Byte strings by number: equal ones have the same number, so comparing two is comparing numbers.

Strategy
1. All bytes are in one block, one text after the other; a number finds where a text starts and ends.
2. The hash is Python's own for bytes, whose key is made when the process starts: who writes a file can't choose texts
   that collide.
"""

from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memcmp

cdef enum:
    # Texts and bytes of all of them: numbers and places are 32 bits wide.
    MAX_TEXTS = 0x7FFFFFFF
    MAX_TEXT_BYTES = 0xFFFFFFFF

# What ``intern`` returns instead of a number.
cdef enum:
    NO_ROOM = -1
    TOO_MUCH = -2

cdef struct Text:
    uint32_t start
    uint32_t length
    # Of the hash, so that growing the table needs no text.
    uint32_t tag


cdef class Texts:
    cdef char *at
    cdef size_t used
    cdef size_t capacity
    cdef Text *texts
    cdef size_t count
    cdef size_t room
    # Numbers + 1, at most half full; 0 is a free slot.
    cdef uint32_t *slots
    cdef size_t slot_mask

    # Returns the number, NO_ROOM or TOO_MUCH.
    cdef int64_t intern(self, const char *text, size_t length) noexcept nogil
    # Returns the number, -1 if there is no such text.
    cdef int64_t find(self, const char *text, size_t length) noexcept nogil
    # The number of a text in lower case, which is added if it is new; or as intern.
    cdef int64_t fold(self, uint32_t number) noexcept nogil
    cdef uint32_t characters(self, uint32_t number) noexcept nogil
    cdef int grow_slots(self) noexcept nogil
    cdef str decode(self, uint32_t number)
    cdef int64_t number(self, bytes text) except -1

    cdef inline const char *start(self, uint32_t number) noexcept nogil:
        """The bytes of a text; they move when another is added."""
        return self.at + self.texts[number].start

    cdef inline uint32_t length(self, uint32_t number) noexcept nogil:
        return self.texts[number].length


# Of the hash of a text.
cdef uint32_t tag_of(const char *text, size_t length) noexcept nogil


cdef inline bint same(const char *one, const char *other, size_t length) noexcept nogil:
    return length == 0 or memcmp(one, other, length) == 0


cdef inline void fold_bytes(const char *text, char *folded, size_t length) noexcept nogil:
    """Write a text in lower case; only ASCII letters have two cases."""
    cdef size_t i
    for i in range(length):
        folded[i] = text[i]
        if c"A" <= text[i] <= c"Z":
            folded[i] = text[i] | 0x20
