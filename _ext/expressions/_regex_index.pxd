"""Which of many literals occur in a value, for sets of expressions."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp, memcpy

from identify._compiled._block cimport Block

cdef enum:
    # Grams are eight, four to seven, or two or three bytes wide.
    CLASSES = 3
    # Readable bytes that must follow a searched text.
    PADDING = 8
    # Candidates that need no memory from the heap.
    CANDIDATE_ROOM = 64


cdef struct Literal:
    # The bytes, markers included, in the block; the gram begins at `shift` of them.
    uint32_t text
    uint32_t length
    uint32_t shift
    # The expressions that need it, as increasing numbers in `members`.
    uint32_t members
    uint32_t count


cdef struct GramSlot:
    # The literals with this gram; count 0: the slot is free.
    uint64_t gram
    uint32_t first
    uint32_t count


cdef struct Grams:
    # The literals whose grams are `width` bytes wide.
    uint32_t width
    uint64_t bits
    # A hash's bit in `bitmap` is its highest bits, its place among the slots too.
    uint32_t bitmap_shift
    uint32_t slot_shift
    uint64_t bitmap_at
    uint64_t slots_at
    # No gram begins behind it: all literals begin with the value.
    uint32_t last


cdef struct Index:
    const uint8_t *data
    uint64_t literals_at
    uint64_t members_at
    uint32_t used
    Grams grams[CLASSES]


cdef struct Candidates:
    # Numbers of expressions, increasing; beyond the room they are bits of `bitmap`.
    uint32_t count
    uint32_t numbers[CANDIDATE_ROOM]
    uint64_t *bitmap
    # Comparisons and candidates that are worth noting.
    uint32_t budget
    # The budget is used up, or there is no memory for the bitmap: every expression is one.
    bint all


cdef class IndexBuilder:
    cdef list needs
    cdef Block block
    cdef uint32_t *counts
    cdef uint32_t counts_shift
    # Widths of the grams of literals below eight and below four bytes.
    cdef uint32_t middle
    cdef uint32_t small
    # Literals written so far.
    cdef uint32_t written
    cdef int count(self) except -1
    cdef int count_grams(self, bytes literal) except -1
    cdef uint32_t width_of(self, Py_ssize_t length) noexcept
    cdef int fit(self, dict literals) except -1
    cdef double weigh(self, bytes literal) except? -1.0
    cdef object choose(self, tuple needs)
    cdef Py_ssize_t rarest(self, bytes literal, uint32_t *count)
    cdef int write(self, list chosen, Index *index) except -1
    cdef int write_literals(self, dict members, dict widths, Index *index) except -1
    cdef int write_grams(self, uint32_t width, dict groups, Grams *grams) except -1


# Add to `found` the expressions below `limit` one of whose literals occurs in `text`; PADDING bytes behind it are read.
cdef void find_candidates(const Index *index, const uint8_t *text, uint32_t size, uint32_t limit,
                          Candidates *found) noexcept nogil
