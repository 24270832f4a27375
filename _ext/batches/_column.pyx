"""A column of rows for the batch loops, whatever it was given as.

Knows chunks and who owns their memory; not where they come from (``_inputs``, ``_arrow``) or what their rows mean.

Thread safety: complete before a loop begins, and read-only from then on.
"""

cimport cython
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy

from identify.errors import LimitError

cdef enum:
    FIRST_CAPACITY = 4
    # A stream could go on for ever; the result of this many rows has 8 GiB.
    MAX_ROWS = 0x7FFFFFFF


@cython.final
cdef class Memory:
    """A block of memory that a column allocated."""

    cdef void *at

    def __dealloc__(self):
        free(self.at)


@cython.final
cdef class Column:
    """Chunks of rows, and the objects that own their memory."""

    def __cinit__(self):
        self.owners = []

    def __dealloc__(self):
        free(self.chunks)

    cdef Chunk *add(self, Layout layout, size_t count) except NULL:
        """Append a chunk of at least one row, for the caller to fill in."""
        cdef Chunk *chunk
        cdef Chunk *larger
        cdef size_t capacity
        if count > <size_t>MAX_ROWS or self.count + count > <size_t>MAX_ROWS:
            raise LimitError(f"a column of more than {MAX_ROWS} rows")
        if self.chunk_count == self.capacity:
            capacity = 2 * self.capacity if self.capacity else FIRST_CAPACITY
            larger = <Chunk *>realloc(self.chunks, capacity * sizeof(Chunk))
            if larger == NULL:
                raise MemoryError("chunks of a column")
            self.chunks = larger
            self.capacity = capacity
        chunk = &self.chunks[self.chunk_count]
        chunk.layout = layout
        chunk.first = self.count
        chunk.count = count
        chunk.rows = chunk.data = chunk.validity = NULL
        chunk.size = 0
        chunk.validity_at = 0
        chunk.buffers = NULL
        chunk.buffer_sizes = NULL
        chunk.buffer_count = 0
        self.chunk_count += 1
        self.count += count
        return chunk

    cdef const void *aligned(self, const void *memory, size_t size, size_t alignment) except? NULL:
        """Return memory as it is, or a copy of it where numbers of that size can't be read from it."""
        cdef void *copy
        if <size_t>memory % alignment == 0:
            return memory
        copy = self.allocate(size, 1)
        memcpy(copy, memory, size)
        return copy

    cdef void *allocate(self, size_t count, size_t size) except NULL:
        """Return memory for that many elements, which lives as long as the column."""
        cdef Memory memory = Memory()
        if count > <size_t>-1 // 2 // size:
            raise MemoryError("rows of a column")
        memory.at = malloc(count * size if count else 1)
        if memory.at == NULL:
            raise MemoryError("rows of a column")
        self.owners.append(memory)
        return memory.at


cdef int check_offsets(Layout layout, const void *offsets, size_t count, uint64_t size, str what) except -1:
    """Refuse n + 1 offsets of n texts if they decrease or lead out of the bytes."""
    cdef size_t wrong = wrong_offset(layout, offsets, count)
    cdef int64_t last
    if wrong <= count:
        raise ValueError(f"{what}: offset {offset_at(layout, offsets, wrong)} at index {wrong} is below "
                         + (f"{offset_at(layout, offsets, wrong - 1)}, the one before it" if wrong else "0"))
    last = offset_at(layout, offsets, count)
    if <uint64_t>last > size:
        raise ValueError(f"{what}: the last offset is {last}, but the data has {size} bytes")
    return 0


cdef size_t wrong_offset(Layout layout, const void *offsets, size_t count) noexcept nogil:
    """Return the index of the first offset that is below the one before it, or below 0; else one too many."""
    cdef int64_t before = 0, offset
    cdef size_t i
    for i in range(count + 1):
        offset = offset_at(layout, offsets, i)
        if offset < before:
            return i
        before = offset
    return count + 1
