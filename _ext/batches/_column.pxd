"""A column of rows as the batch loops read it: chunks of memory that other objects own; row access is inline."""

from libc.stddef cimport size_t
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

cdef enum Layout:
    # uint32: IPv4 in host byte order.
    QUADS
    # Records of 4 and of 16 bytes: addresses in network byte order.
    PACKED4, PACKED16
    # uint16: ports.
    NUMBERS16
    # Texts or bytes that are gathered from Python objects; NUL follows each.
    POINTERS
    # Texts or bytes by n + 1 positions in one block, of 32 and of 64 bits.
    OFFSETS32, OFFSETS64
    # Arrow's views: short texts inside, others in one of several buffers.
    VIEWS

# What POINTERS has for a row; `at` is NULL for None.
ctypedef struct Pointer:
    const uint8_t *at
    uint64_t size

# Arrow's view.  With up to 12 bytes these are inside, from the prefix on.
ctypedef struct View:
    int32_t size
    uint8_t prefix[4]
    int32_t buffer
    int32_t at

cdef enum:
    VIEW_INSIDE = 12
    VIEW_PREFIX = 4

ctypedef struct Chunk:
    Layout layout
    # Its first row's number in the column, and its rows: at least one.
    size_t first
    size_t count
    # Of its first row: the fixed-size element, Pointer, offset or View.
    const void *rows
    # What offsets count in, and its bytes.
    const uint8_t *data
    uint64_t size
    # Bit `validity_at` + row is 0 for a null; NULL where there are none.
    const uint8_t *validity
    size_t validity_at
    # What views point to.
    const void **buffers
    const int64_t *buffer_sizes
    int64_t buffer_count

# A place in a column; the chunk's own row number, and how many rows are left from there.
ctypedef struct Cursor:
    const Chunk *chunk
    size_t row
    size_t left


cdef class Column:
    cdef Chunk *chunks
    cdef size_t chunk_count
    cdef size_t capacity
    cdef readonly size_t count
    # Keeps what chunks point to.
    cdef list owners
    cdef Chunk *add(self, Layout layout, size_t count) except NULL
    cdef const void *aligned(self, const void *memory, size_t size, size_t alignment) except? NULL
    cdef void *allocate(self, size_t count, size_t size) except NULL


cdef int check_offsets(Layout layout, const void *offsets, size_t count, uint64_t size, str what) except -1


cdef inline int64_t offset_at(Layout layout, const void *offsets, size_t index) noexcept nogil:
    if layout == OFFSETS32:
        return (<const int32_t *>offsets)[index]
    return (<const int64_t *>offsets)[index]


cdef inline void seek(Cursor *cursor, const Chunk *chunks, size_t chunk_count, size_t row) noexcept nogil:
    """Go to a row that exists, or to no chunk at all in a column that has none."""
    cdef size_t low = 0, high = chunk_count, middle
    if chunk_count == 0:
        cursor.chunk = NULL
        cursor.row = cursor.left = 0
        return
    while high - low > 1:
        middle = low + (high - low) // 2
        if chunks[middle].first <= row:
            low = middle
        else:
            high = middle
    cursor.chunk = &chunks[low]
    cursor.row = row - chunks[low].first
    cursor.left = chunks[low].count - cursor.row


cdef inline void advance(Cursor *cursor, size_t rows) noexcept nogil:
    """Go on by at most what is left of the chunk; `refresh` before the next row is read."""
    cursor.row += rows
    cursor.left -= rows


cdef inline void refresh(Cursor *cursor) noexcept nogil:
    """Go to the next chunk if this one is at its end; there must be another row."""
    if cursor.left == 0:
        cursor.chunk += 1
        cursor.row = 0
        cursor.left = cursor.chunk.count


cdef inline bint is_null(const Chunk *chunk, size_t row) noexcept nogil:
    if chunk.validity == NULL:
        return False
    row += chunk.validity_at
    return not chunk.validity[row >> 3] >> (row & 7) & 1


cdef inline bint slice_at(const Chunk *chunk, int64_t start, int64_t end, const uint8_t **at,
                          uint64_t *size) noexcept nogil:
    # They were checked; but who gave them may write into them meanwhile, and must not make us read elsewhere.
    if start < 0 or end < start or <uint64_t>end > chunk.size:
        return False
    at[0] = chunk.data + start
    size[0] = <uint64_t>(end - start)
    return True


cdef inline bint view_at(const Chunk *chunk, View view, const uint8_t **at, uint64_t *size) noexcept nogil:
    """Set where a longer view's bytes are; False if it leads out of its buffers."""
    if (
        view.at < 0
        or view.buffer < 0
        or view.buffer >= chunk.buffer_count
        or <int64_t>view.at + view.size > chunk.buffer_sizes[view.buffer]
    ):
        return False
    at[0] = <const uint8_t *>chunk.buffers[view.buffer] + view.at
    size[0] = <uint64_t>view.size
    return True


cdef inline bint bytes_at(const Chunk *chunk, size_t row, const uint8_t **at, uint64_t *size) noexcept nogil:
    """Set where the text or bytes of a row are; False for a null."""
    cdef const Pointer *pointer
    cdef const View *view
    if is_null(chunk, row):
        return False
    if chunk.layout == OFFSETS32 or chunk.layout == OFFSETS64:
        return slice_at(chunk, offset_at(chunk.layout, chunk.rows, row), offset_at(chunk.layout, chunk.rows, row + 1),
                        at, size)
    if chunk.layout == POINTERS:
        pointer = &(<const Pointer *>chunk.rows)[row]
        at[0] = pointer.at
        size[0] = pointer.size
        return pointer.at != NULL
    view = &(<const View *>chunk.rows)[row]
    if view.size <= <int32_t>VIEW_INSIDE:
        at[0] = <const uint8_t *>view + VIEW_PREFIX
        size[0] = <uint64_t>view.size
        return view.size >= 0
    return view_at(chunk, view[0], at, size)
