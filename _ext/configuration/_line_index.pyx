"""The index of last lines, see ``_line_index.pxd``."""

cimport cython
from libc.stdlib cimport calloc, free, malloc

from identify._compiled._arrays cimport FIRST_ROOM, NO_MEMORY, NOT_FOUND
from identify._compiled._texts cimport tag_of


@cython.final
cdef class LineIndex:
    """Places of lines by section and name."""

    def __dealloc__(self):
        free(self.keys)
        free(self.places)

    cdef int64_t find(self, uint32_t section, uint32_t name) noexcept nogil:
        """Where the last line of a name is, NOT_FOUND if none was put in."""
        cdef uint64_t key = <uint64_t>section << 32 | name
        cdef size_t slot
        if self.slots == 0:
            return NOT_FOUND
        slot = slot_of(key, self.slots)
        while self.places[slot] != 0:
            if self.keys[slot] == key:
                return <int64_t>self.places[slot] - 1
            slot = (slot + 1) & (self.slots - 1)
        return NOT_FOUND

    cdef int put(self, uint32_t section, uint32_t name, uint32_t place) noexcept nogil:
        """Let the last line of a name be at a place."""
        cdef uint64_t key = <uint64_t>section << 32 | name
        cdef size_t slot
        if (self.count + 1) * 2 > self.slots and self.grow() < 0:
            return NO_MEMORY
        slot = slot_of(key, self.slots)
        while self.places[slot] != 0 and self.keys[slot] != key:
            slot = (slot + 1) & (self.slots - 1)
        if self.places[slot] == 0:
            self.count += 1
            self.keys[slot] = key
        self.places[slot] = place + 1
        return 0

    cdef int grow(self) noexcept nogil:
        """Double the number of slots."""
        cdef size_t larger = self.slots * 2 if self.slots else FIRST_ROOM
        cdef uint64_t *keys = <uint64_t *>malloc(larger * sizeof(uint64_t))
        cdef uint32_t *places = <uint32_t *>calloc(larger, sizeof(uint32_t))
        cdef size_t i, slot
        if keys == NULL or places == NULL:
            free(keys)
            free(places)
            return NO_MEMORY
        for i in range(self.slots):
            if self.places[i] != 0:
                slot = slot_of(self.keys[i], larger)
                while places[slot] != 0:
                    slot = (slot + 1) & (larger - 1)
                places[slot] = self.places[i]
                keys[slot] = self.keys[i]
        free(self.keys)
        free(self.places)
        self.keys = keys
        self.places = places
        self.slots = larger
        return 0


cdef inline size_t slot_of(uint64_t key, size_t slots) noexcept nogil:
    return tag_of(<const char *>&key, sizeof(uint64_t)) & (slots - 1)
