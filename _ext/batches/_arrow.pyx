"""Arrow arrays and streams, by the C data interface and its capsules, as columns of the batch loops.

Knows the interface and which formats a column may have; needs no Arrow library, copies nothing that is aligned.

Facts
- The interface: https://arrow.apache.org/docs/format/CDataInterface.html
- A capsule releases what it holds when it is freed; it is kept with the column, and its content is only borrowed.
- What a stream delivers belongs to whoever asked for it, and is released by them.
- The interface gives no sizes of buffers, except for views: the offsets of texts are trusted if they don't decrease,
  and the last of them says how long the data is.

All is checked here, with the GIL, so that the loops need no error.
"""

cimport cython
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_IsValid
from libc.stddef cimport size_t
from libc.stdint cimport INT64_MAX, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.string cimport memset, strlen

from identify._compiled._column cimport (
    NUMBERS16, OFFSETS32, OFFSETS64, PACKED4, PACKED16, QUADS, VIEW_INSIDE, VIEWS, Chunk, Column, Layout, View,
    check_offsets, is_null, offset_at, view_at,
)

from identify.errors import LimitError

cdef extern from "_arrow.h" nogil:
    ctypedef struct ArrowSchema:
        const char *format
        ArrowSchema *dictionary
        void (*release)(ArrowSchema *) noexcept
    ctypedef struct ArrowArray:
        int64_t length
        int64_t null_count
        int64_t offset
        int64_t n_buffers
        const void **buffers
        void (*release)(ArrowArray *) noexcept
    ctypedef struct ArrowArrayStream:
        int (*get_schema)(ArrowArrayStream *, ArrowSchema *) noexcept
        int (*get_next)(ArrowArrayStream *, ArrowArray *) noexcept
        const char *(*get_last_error)(ArrowArrayStream *) noexcept
        void (*release)(ArrowArrayStream *) noexcept

cdef extern from *:
    """
    typedef struct ArrowSchema ArrowSchema;
    typedef struct ArrowArray ArrowArray;
    typedef struct ArrowArrayStream ArrowArrayStream;
    """

cdef enum:
    # A stream could deliver empty arrays for ever.
    MAX_CHUNKS = 1 << 24
    MOST_SHOWN = 60

# Formats of each content, with their names and where they lead.
cdef dict ADDRESS_FORMATS = {
    "I": QUADS, "w:4": PACKED4, "w:16": PACKED16, "u": OFFSETS32, "U": OFFSETS64, "vu": VIEWS,
}
cdef dict MESSAGE_FORMATS = {
    "z": OFFSETS32, "Z": OFFSETS64, "vz": VIEWS, "u": OFFSETS32, "U": OFFSETS64, "vu": VIEWS,
}
cdef dict PORT_FORMATS = {"S": NUMBERS16}
EXPECTED = {
    ADDRESSES: "uint32, fixed-size binary of 4 or 16 bytes, or string (large, view)",
    MESSAGES: "binary or string (large, view)",
    PORTS: "uint16",
}
NAMES = {
    "n": "null", "b": "bool", "c": "int8", "C": "uint8", "s": "int16", "S": "uint16", "i": "int32", "I": "uint32",
    "l": "int64", "L": "uint64", "e": "float16", "f": "float32", "g": "float64", "z": "binary", "Z": "large binary",
    "vz": "binary view", "u": "string", "U": "large string", "vu": "string view", "+l": "list", "+L": "large list",
    "+vl": "list view", "+vL": "large list view", "+s": "struct", "+m": "map", "+r": "run-end encoded",
}


@cython.final
cdef class Owned:
    """An array that a stream has delivered; releases it."""

    cdef ArrowArray array

    def __cinit__(self):
        memset(&self.array, 0, sizeof(ArrowArray))

    def __dealloc__(self):
        if self.array.release != NULL:
            self.array.release(&self.array)


cdef bint speaks_arrow(object given):
    return hasattr(given, "__arrow_c_stream__") or hasattr(given, "__arrow_c_array__")


cdef Column take_arrow(object given, str what, Content content):
    """Return the column of an Arrow array or stream; ``what`` names it in errors."""
    cdef Column column = Column()
    if hasattr(given, "__arrow_c_stream__"):
        take_stream(column, given.__arrow_c_stream__(), what, content)
        return column
    capsules = given.__arrow_c_array__()
    if not isinstance(capsules, tuple) or len(capsules) != 2:
        raise TypeError(f"{what}: __arrow_c_array__ must return two capsules")
    schema_capsule, array_capsule = capsules
    column.owners.append(array_capsule)
    cdef ArrowSchema *schema = <ArrowSchema *>content_of(schema_capsule, "arrow_schema", what)
    cdef ArrowArray *array = <ArrowArray *>content_of(array_capsule, "arrow_array", what)
    if schema.release == NULL or array.release == NULL:
        raise ValueError(f"{what}: the Arrow array was already released")
    add_array(column, array, layout_of(schema, what, content), what)
    return column


cdef void *content_of(object capsule, str name, str what) except NULL:
    cdef bytes encoded = name.encode("ascii")
    if not PyCapsule_IsValid(capsule, encoded):
        raise TypeError(f"{what}: a capsule {name!r} is expected, not {capsule!r:.{<int>MOST_SHOWN}}")
    return PyCapsule_GetPointer(capsule, encoded)


cdef int take_stream(Column column, object capsule, str what, Content content) except -1:
    cdef ArrowArrayStream *stream = <ArrowArrayStream *>content_of(capsule, "arrow_array_stream", what)
    cdef ArrowSchema schema
    cdef Owned owned
    cdef Layout layout
    cdef size_t chunks = 0
    if stream.release == NULL:
        raise ValueError(f"{what}: the Arrow stream was already released")
    memset(&schema, 0, sizeof(ArrowSchema))
    check_stream(stream, stream.get_schema(stream, &schema), what)
    try:
        layout = layout_of(&schema, what, content)
    finally:
        if schema.release != NULL:
            schema.release(&schema)
    while True:
        owned = Owned()
        check_stream(stream, stream.get_next(stream, &owned.array), what)
        if owned.array.release == NULL:
            return 0
        chunks += 1
        if chunks > <size_t>MAX_CHUNKS:
            raise LimitError(f"{what}: an Arrow stream of more than {MAX_CHUNKS} arrays")
        column.owners.append(owned)
        add_array(column, &owned.array, layout, what)


cdef int check_stream(ArrowArrayStream *stream, int status, str what) except -1:
    cdef const char *text
    if status == 0:
        return 0
    text = stream.get_last_error(stream)
    said = text[:strlen(text)].decode("utf-8", "replace") if text != NULL else f"error {status}"
    raise ValueError(f"{what}: the Arrow stream failed: {said}")


cdef Layout layout_of(const ArrowSchema *schema, str what, Content content) except *:
    cdef dict formats = (ADDRESS_FORMATS if content == ADDRESSES else MESSAGE_FORMATS if content == MESSAGES
                         else PORT_FORMATS)
    if schema.format == NULL:
        raise ValueError(f"{what}: an Arrow schema without format")
    format = schema.format[:strlen(schema.format)].decode("utf-8", "replace")
    name = NAMES.get(format)
    if name is None:
        name = f"format {format[:MOST_SHOWN]!r}"
    if schema.dictionary != NULL:
        raise TypeError(f"{what}: a dictionary of Arrow, with indices of {name}; decode it, {EXPECTED[content]}"
                        f" is expected")
    if format not in formats:
        raise TypeError(f"{what}: an Arrow column of {name}; {EXPECTED[content]} is expected")
    return formats[format]


cdef size_t size_of(Layout layout) noexcept nogil:
    """Bytes of a row in the buffer that is indexed by rows."""
    if layout == NUMBERS16:
        return sizeof(uint16_t)
    if layout == OFFSETS64:
        return sizeof(int64_t)
    if layout == PACKED16 or layout == VIEWS:
        return 16
    return 4


cdef size_t alignment_of(Layout layout) noexcept nogil:
    if layout == PACKED4 or layout == PACKED16:
        return 1
    return 4 if layout == VIEWS else size_of(layout)


cdef int add_array(Column column, const ArrowArray *array, Layout layout, str what) except -1:
    """Check an array and add it to the column."""
    cdef bint texts = layout == OFFSETS32 or layout == OFFSETS64
    cdef int64_t least_buffers = 3 if texts or layout == VIEWS else 2
    cdef size_t width = size_of(layout)
    cdef size_t first, count
    cdef const char *rows
    cdef Chunk *chunk
    if (
        array.length < 0
        or array.offset < 0
        or array.null_count < -1
        or array.null_count > array.length
        or array.length > INT64_MAX - array.offset - 1
        or <uint64_t>(array.offset + array.length + 1) > <uint64_t>INT64_MAX // width
    ):
        raise ValueError(f"{what}: an Arrow array of length {array.length}, offset {array.offset},"
                         f" null count {array.null_count}")
    if array.n_buffers < least_buffers or (layout != VIEWS and array.n_buffers != least_buffers):
        raise ValueError(f"{what}: an Arrow array with {array.n_buffers} buffers, {least_buffers} are expected")
    if array.length == 0:
        return 0
    if array.buffers == NULL or array.buffers[1] == NULL:
        raise ValueError(f"{what}: an Arrow array of {array.length} rows without a buffer for them")
    if array.buffers[0] == NULL and array.null_count > 0:
        raise ValueError(f"{what}: an Arrow array of {array.null_count} nulls that doesn't say which")
    first = <size_t>array.offset
    count = <size_t>array.length
    rows = <const char *>array.buffers[1] + first * width
    chunk = column.add(layout, count)
    chunk.rows = column.aligned(rows, (count + texts) * width, alignment_of(layout))
    if array.null_count != 0:
        chunk.validity = <const uint8_t *>array.buffers[0]
        chunk.validity_at = first
    if texts:
        # Their last offset is all that is said about the size of the data.
        check_offsets(layout, chunk.rows, count, INT64_MAX, what)
        chunk.data = <const uint8_t *>array.buffers[2]
        chunk.size = <uint64_t>offset_at(layout, chunk.rows, count)
        if chunk.data == NULL:
            if chunk.size > <uint64_t>offset_at(layout, chunk.rows, 0):
                raise ValueError(f"{what}: an Arrow array of {chunk.size} bytes without a buffer for them")
            # Nothing is read from there, but the texts are empty, not null.
            chunk.data = <const uint8_t *>chunk.rows
    elif layout == VIEWS:
        chunk.buffers = array.buffers + 2
        chunk.buffer_count = array.n_buffers - 3
        chunk.buffer_sizes = <const int64_t *>column.aligned(
            array.buffers[array.n_buffers - 1], <size_t>chunk.buffer_count * sizeof(int64_t), sizeof(int64_t))
        check_views(chunk, what)
    return 0


cdef int check_views(const Chunk *chunk, str what) except -1:
    cdef int64_t number
    cdef size_t wrong
    if chunk.buffer_count and chunk.buffer_sizes == NULL:
        raise ValueError(f"{what}: Arrow views without the sizes of their {chunk.buffer_count} buffers")
    for number in range(chunk.buffer_count):
        if chunk.buffer_sizes[number] < 0 or (chunk.buffer_sizes[number] and chunk.buffers[number] == NULL):
            raise ValueError(f"{what}: buffer {number} of Arrow views has {chunk.buffer_sizes[number]} bytes at"
                             f" {<size_t>chunk.buffers[number]:#x}")
    wrong = wrong_view(chunk)
    if wrong < chunk.count:
        raise ValueError(f"{what}: the Arrow view of row {chunk.first + wrong} leads out of its buffers")
    return 0


cdef size_t wrong_view(const Chunk *chunk) noexcept nogil:
    """Return the number of the first view that isn't null and leads out of its buffers; else one too many."""
    cdef const View *views = <const View *>chunk.rows
    cdef const uint8_t *at
    cdef uint64_t size
    cdef size_t row
    for row in range(chunk.count):
        if views[row].size > <int32_t>VIEW_INSIDE or views[row].size < 0:
            if not is_null(chunk, row) and not (views[row].size >= 0 and view_at(chunk, views[row], &at, &size)):
                return row
    return chunk.count
