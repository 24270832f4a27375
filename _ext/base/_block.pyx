"""A growing block of memory for compiled tables; parts are found by their offsets from its beginning.

Knows sizes and alignment; not what the parts mean.
"""

cimport cython
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

from identify.errors import LimitError

cdef enum:
    FIRST_CAPACITY = 4096

# Offsets of texts are 32 bits wide (see ``_text_table``); a configuration that needs more has hundreds of millions of
# characters in its ids and patterns.
cdef uint64_t MAX_BLOCK = 0xFFFFFFFF


@cython.final
cdef class Block:
    """Bytes that are only appended to.  Not safe for threads; whoever has finished one may share it."""

    def __dealloc__(self):
        free(self.data)

    cdef size_t reserve(self, size_t size) except? 0:
        self.length = (self.length + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
        return self.grow(size)

    cdef size_t put(self, const void *data, size_t size) except? 0:
        cdef size_t offset = self.reserve(size)
        if size:
            memcpy(self.data + offset, data, size)
        return offset

    cdef size_t put_text(self, const void *data, size_t size) except? 0:
        cdef size_t offset = self.grow(size)
        if size:
            memcpy(self.data + offset, data, size)
        return offset

    cdef size_t grow(self, size_t size) except? 0:
        cdef size_t offset = self.length
        cdef size_t capacity = self.capacity if self.capacity else FIRST_CAPACITY
        cdef uint8_t *larger
        if size > MAX_BLOCK or offset + size + ALIGNMENT > MAX_BLOCK:
            raise LimitError(f"compiled tables of more than {MAX_BLOCK} bytes")
        while capacity < offset + size + ALIGNMENT:
            capacity *= 2
        if capacity != self.capacity:
            larger = <uint8_t *>realloc(self.data, capacity)
            if larger == NULL:
                raise MemoryError("compiled tables")
            memset(larger + self.capacity, 0, capacity - self.capacity)
            self.data = larger
            self.capacity = capacity
        self.length = offset + size
        return offset

    cdef int close(self) except -1:
        """Give back what isn't used, once nothing more is appended."""
        cdef uint8_t *smaller = <uint8_t *>realloc(self.data, self.length if self.length else 1)
        if smaller != NULL:
            self.data = smaller
            self.capacity = self.length
        return 0
