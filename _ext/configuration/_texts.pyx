"""Interned byte strings, see ``_texts.pxd``."""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy

from identify.errors import LimitError

cdef extern from "Python.h" nogil:
    ctypedef struct PyHash_FuncDef:
        Py_hash_t (*hash)(const void *, Py_ssize_t) noexcept nogil
    PyHash_FuncDef *PyHash_GetFuncDef() noexcept

cdef enum:
    FIRST_SLOTS = 64
    FIRST_BYTES = 1024
    FOLDED_AT_ONCE = 256

cdef Py_hash_t (*hash_bytes)(const void *, Py_ssize_t) noexcept nogil
hash_bytes = PyHash_GetFuncDef().hash


cdef uint32_t tag_of(const char *text, size_t length) noexcept nogil:
    cdef size_t mixed = <size_t>hash_bytes(text, <Py_ssize_t>length)
    return <uint32_t>(mixed ^ (mixed >> 32))


@cython.final
cdef class Texts:
    """Byte strings by number, from 0 on in the order in which they came.

    Thread safety: one thread adds; once nobody does, any number of threads may read.
    """

    def __cinit__(self):
        self.slots = <uint32_t *>calloc(FIRST_SLOTS, sizeof(uint32_t))
        if self.slots == NULL:
            raise MemoryError("texts")
        self.slot_mask = FIRST_SLOTS - 1

    def __dealloc__(self):
        free(self.at)
        free(self.texts)
        free(self.slots)

    def __len__(self):
        return <Py_ssize_t>self.count

    def __getitem__(self, Py_ssize_t number):
        """Return a text by its number."""
        if not 0 <= number < <Py_ssize_t>self.count:
            raise IndexError(f"text {number} of {self.count}")
        return self.decode(<uint32_t>number)

    def place(self, bytes text not None):
        """Return the number of a text, -1 if there is no such text."""
        return self.find(PyBytes_AS_STRING(text), <size_t>PyBytes_GET_SIZE(text))

    cdef int64_t number(self, bytes text) except -1:
        cdef int64_t found = self.intern(PyBytes_AS_STRING(text), <size_t>PyBytes_GET_SIZE(text))
        if found == NO_ROOM:
            raise MemoryError("texts")
        if found == TOO_MUCH:
            raise LimitError(f"more than {<size_t>MAX_TEXT_BYTES} bytes of text in a configuration")
        return found

    cdef str decode(self, uint32_t number):
        return PyUnicode_DecodeUTF8(self.start(number), <Py_ssize_t>self.length(number), "surrogateescape")

    cdef int64_t find(self, const char *text, size_t length) noexcept nogil:
        cdef uint32_t tag = tag_of(text, length)
        cdef size_t slot = tag & self.slot_mask
        cdef const Text *known
        while self.slots[slot] != 0:
            known = &self.texts[self.slots[slot] - 1]
            if known.tag == tag and known.length == length and same(self.at + known.start, text, length):
                return <int64_t>self.slots[slot] - 1
            slot = (slot + 1) & self.slot_mask
        return -1

    cdef int64_t intern(self, const char *text, size_t length) noexcept nogil:
        cdef uint32_t tag = tag_of(text, length)
        cdef size_t slot = tag & self.slot_mask
        cdef Text *known
        cdef void *moved
        cdef size_t wanted
        while self.slots[slot] != 0:
            known = &self.texts[self.slots[slot] - 1]
            if known.tag == tag and known.length == length and same(self.at + known.start, text, length):
                return <int64_t>self.slots[slot] - 1
            slot = (slot + 1) & self.slot_mask
        if self.count == MAX_TEXTS or length > MAX_TEXT_BYTES - self.used:
            return TOO_MUCH
        # Before the text is added, so that a free slot is left whatever fails.
        if (self.count + 1) * 2 > self.slot_mask:
            if self.grow_slots() < 0:
                return NO_ROOM
            slot = tag & self.slot_mask
            while self.slots[slot] != 0:
                slot = (slot + 1) & self.slot_mask
        # The bytes have no place that is NULL, even if all texts are empty.
        if self.used + length > self.capacity or self.at == NULL:
            wanted = self.capacity + self.capacity // 2 + FIRST_BYTES
            if wanted < self.used + length:
                wanted = self.used + length
            moved = realloc(self.at, wanted)
            if moved == NULL:
                return NO_ROOM
            self.at = <char *>moved
            self.capacity = wanted
        if self.count == self.room:
            wanted = self.room + self.room // 2 + FIRST_SLOTS
            moved = realloc(self.texts, wanted * sizeof(Text))
            if moved == NULL:
                return NO_ROOM
            self.texts = <Text *>moved
            self.room = wanted
        known = &self.texts[self.count]
        known.start = <uint32_t>self.used
        known.length = <uint32_t>length
        known.tag = tag
        if length:
            memcpy(self.at + self.used, text, length)
        self.used += length
        self.count += 1
        self.slots[slot] = <uint32_t>self.count
        return <int64_t>self.count - 1

    cdef int64_t fold(self, uint32_t number) noexcept nogil:
        cdef char few[FOLDED_AT_ONCE]
        cdef char *folded = few
        cdef uint32_t length = self.length(number)
        cdef const char *text = self.start(number)
        cdef uint32_t i = 0
        cdef int64_t found
        few[0] = 0
        while i < length and not c"A" <= text[i] <= c"Z":
            i += 1
        if i == length:
            return number
        if length > FOLDED_AT_ONCE:
            folded = <char *>calloc(length, 1)
            if folded == NULL:
                return NO_ROOM
        fold_bytes(text, folded, length)
        found = self.intern(folded, length)
        if folded != few:
            free(folded)
        return found

    cdef uint32_t characters(self, uint32_t number) noexcept nogil:
        """The characters of a text in UTF-8."""
        cdef const char *text = self.start(number)
        cdef uint32_t found = 0
        cdef uint32_t i
        for i in range(self.length(number)):
            found += (<uint8_t>text[i] & 0xC0) != 0x80
        return found

    cdef int grow_slots(self) noexcept nogil:
        """Double the table; returns -1 if there is no memory."""
        cdef size_t larger = (self.slot_mask + 1) * 2
        cdef uint32_t *moved = <uint32_t *>calloc(larger, sizeof(uint32_t))
        cdef size_t number, slot
        if moved == NULL:
            return -1
        for number in range(self.count):
            slot = self.texts[number].tag & (larger - 1)
            while moved[slot] != 0:
                slot = (slot + 1) & (larger - 1)
            moved[slot] = <uint32_t>(number + 1)
        free(self.slots)
        self.slots = moved
        self.slot_mask = larger - 1
        return 0
