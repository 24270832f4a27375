"""Arrow record batches and streams of them, out: columns of numbers and text in memory of their own.

Knows Arrow's C data and stream interface (out) and how columns are laid out; not what they mean.

Strategy: a column's buffers lie in one block of memory that column and exported arrays count their references to, so
that a release frees or counts down and needs neither the GIL nor Python, in whichever thread it happens.  Only a stream
holds a Python object, the iterator that its batches come from; its callbacks take the GIL.  Every exported struct owns
what it points to, since a consumer may move a child away and release its parent.

Thread safety: columns and batches are immutable; a stream may be read by one thread at a time.
"""

cimport cython
from cpython.buffer cimport PyBUF_CONTIG_RO, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from libc.errno cimport EIO, ENOMEM
from libc.stddef cimport size_t
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcmp, memcpy, memset, strlen

from identify._compiled._atomics cimport add_atomic, sub_atomic

from identify.errors import LimitError

cdef extern from "_arrow.h" nogil:
    ctypedef struct ArrowSchema:
        const char *format
        const char *name
        int64_t flags
        int64_t n_children
        ArrowSchema **children
        void (*release)(ArrowSchema *) noexcept nogil
        void *private_data
    ctypedef struct ArrowArray:
        int64_t length
        int64_t null_count
        int64_t n_buffers
        int64_t n_children
        const void **buffers
        ArrowArray **children
        void (*release)(ArrowArray *) noexcept nogil
        void *private_data
    ctypedef struct ArrowArrayStream:
        int (*get_schema)(ArrowArrayStream *, ArrowSchema *) noexcept
        int (*get_next)(ArrowArrayStream *, ArrowArray *) noexcept
        const char *(*get_last_error)(ArrowArrayStream *) noexcept
        void (*release)(ArrowArrayStream *) noexcept
        void *private_data
    const int64_t NULLABLE "ARROW_FLAG_NULLABLE"

cdef extern from *:
    """
    typedef struct ArrowSchema ArrowSchema;
    typedef struct ArrowArray ArrowArray;
    typedef struct ArrowArrayStream ArrowArrayStream;
    """

cdef extern from "<arpa/inet.h>" nogil:
    int AF_INET, AF_INET6
    const char *inet_ntop(int family, const void *address, char *text, unsigned int size)

cdef enum:
    # Columns of a batch: every one is allocated for.
    MOST_COLUMNS = 64
    # An address as text, with brackets, colon and port.
    LONGEST_ADDRESS = 64
    ROOM_FOR_PORT = 16
    ADDRESS_BYTES = 16

# Text positions are 32 bits wide.
cdef int64_t MOST_TEXT = 0x7FFFFFFF
# What stands before an IPv4 address in 16 bytes.  Of addresses whose first ten bytes are zeros inet_ntop prints some
# with a dotted quad that Python prints without.
cdef uint8_t[16] MAPPED
cdef uint8_t[16] UNKNOWN
memset(UNKNOWN, 0, 16)
memset(MAPPED, 0, 16)
MAPPED[10] = MAPPED[11] = 0xFF


# Buffers of a column: validity or NULL; numbers, or offsets and text.
ctypedef struct Block:
    size_t references
    const void *buffers[3]
    void *validity
    void *fixed
    void *text


cdef void let_go(Block *block) noexcept nogil:
    if block != NULL and sub_atomic(&block.references, 1) == 0:
        free(block.validity)
        free(block.fixed)
        free(block.text)
        free(block)


@cython.final
cdef class ArrowColumn:
    """One column of a batch; made by the functions of this module."""

    cdef Block *block
    cdef int64_t count
    cdef int64_t nulls
    cdef int64_t n_buffers
    cdef bytes format
    # While text is added: bytes of it, and bytes there is room for.
    cdef int64_t used
    cdef int64_t room

    def __dealloc__(self):
        let_go(self.block)

    def __len__(self):
        return self.count

    cdef int allocate(self, bytes format, Py_ssize_t count, size_t width) except -1:
        """Make room for that many rows of so many bytes, one more for positions."""
        if count < 0 or <size_t>count > (<size_t>-1) // 32:
            raise MemoryError("Arrow column")
        self.block = <Block *>malloc(sizeof(Block))
        if self.block == NULL:
            raise MemoryError("Arrow column")
        memset(self.block, 0, sizeof(Block))
        self.block.references = 1
        self.block.fixed = malloc((<size_t>count + 1) * width)
        if self.block.fixed == NULL:
            raise MemoryError("Arrow column")
        self.block.buffers[1] = self.block.fixed
        self.format = format
        self.count = count
        self.n_buffers = 2
        return 0

    cdef int allocate_text(self, Py_ssize_t count) except -1:
        self.allocate(b"u", count, sizeof(int32_t))
        self.n_buffers = 3
        (<int32_t *>self.block.fixed)[0] = 0
        # A consumer may ask for the address of no text too.
        return self.reserve(1)

    cdef int reserve(self, int64_t more) except -1:
        """Make room for more bytes of text."""
        cdef int64_t room
        cdef void *text
        if more > MOST_TEXT - self.used:
            raise LimitError(f"a column of a record batch has more than {MOST_TEXT} bytes of text")
        if self.used + more <= self.room:
            return 0
        room = max(self.used + more, min(2 * self.room, MOST_TEXT))
        text = realloc(self.block.text, <size_t>room)
        if text == NULL:
            raise MemoryError("Arrow column")
        self.block.text = text
        self.block.buffers[2] = text
        self.room = room
        return 0

    cdef int put(self, Py_ssize_t row, const char *text, Py_ssize_t size) except -1:
        """Give a row its text; rows come in order."""
        self.reserve(size)
        if size:
            memcpy(<char *>self.block.text + self.used, text, <size_t>size)
        self.used += size
        (<int32_t *>self.block.fixed)[row + 1] = <int32_t>self.used
        return 0

    cdef int put_object(self, Py_ssize_t row, object text) except -1:
        cdef bytes data
        if text is None:
            self.set_null(row)
            return self.put(row, NULL, 0)
        data = encoded(text)
        return self.put(row, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))

    cdef int set_null(self, Py_ssize_t row) except -1:
        cdef size_t size = <size_t>(self.count + 7) // 8
        cdef uint8_t *validity = <uint8_t *>self.block.validity
        if validity == NULL:
            validity = <uint8_t *>malloc(size)
            if validity == NULL:
                raise MemoryError("Arrow column")
            memset(validity, 0xFF, size)
            self.block.validity = validity
            self.block.buffers[0] = validity
        validity[row // 8] &= <uint8_t>(~(1 << (row % 8)) & 0xFF)
        self.nulls += 1
        return 0


cdef bytes encoded(object text):
    """Return text as UTF-8; what isn't any (bytes kept as surrogates) is escaped, as in the files of rows."""
    return text.encode("utf-8", "backslashreplace")


def numbers(str format, values, null=None):
    """Return a column of numbers: the bytes of a buffer, under a format of Arrow's C interface.

    Where ``null`` is given, 64-bit numbers that equal it are null.  Raises ValueError where the buffer's items have
    another width than the format.
    """
    cdef ArrowColumn column = ArrowColumn.__new__(ArrowColumn)
    cdef Py_buffer view
    cdef Py_ssize_t i
    cdef int64_t absent
    cdef Py_ssize_t width = {"C": 1, "S": 2, "i": 4, "I": 4, "g": 8, "l": 8, "L": 8}.get(format[:1], 8)
    PyObject_GetBuffer(values, &view, PyBUF_CONTIG_RO)
    try:
        if view.itemsize != width or view.len % width or (null is not None and width != 8):
            raise ValueError(f"items of {view.itemsize} bytes don't make a column of format {format!r}")
        column.allocate(format.encode(), view.len // width, <size_t>width)
        if view.len:
            memcpy(column.block.fixed, view.buf, <size_t>view.len)
        if null is not None:
            absent = null
            for i in range(column.count):
                if (<int64_t *>column.block.fixed)[i] == absent:
                    column.set_null(i)
    finally:
        PyBuffer_Release(&view)
    return column


def texts(values):
    """Return a column of text from a sequence of str and None."""
    cdef ArrowColumn column = ArrowColumn.__new__(ArrowColumn)
    cdef Py_ssize_t i
    cdef list rows = list(values)
    column.allocate_text(len(rows))
    for i in range(len(rows)):
        column.put_object(i, rows[i])
    return column


def named(codes, names, str attribute=None):
    """Return a column of text from the name of each code, ``names[code]`` or that object's attribute.

    Null for None and for codes below 0.  ``codes`` is a buffer of uint8 or int32.  IndexError for a code without name.
    """
    cdef ArrowColumn column = ArrowColumn.__new__(ArrowColumn)
    cdef tuple worded = tuple(names)
    cdef dict known = {}
    cdef Py_ssize_t i, code
    cdef Py_buffer view
    cdef object name
    PyObject_GetBuffer(codes, &view, PyBUF_CONTIG_RO)
    try:
        if view.itemsize not in (1, 4):
            raise ValueError(f"codes of {view.itemsize} bytes: expected uint8 or int32")
        column.allocate_text(view.len // view.itemsize)
        for i in range(column.count):
            code = (<uint8_t *>view.buf)[i] if view.itemsize == 1 else (<int32_t *>view.buf)[i]
            if code < 0:
                name = None
            elif code in known:
                name = known[code]
            elif code >= len(worded):
                raise IndexError(f"row {i} has code {code} of {len(worded)}")
            else:
                name = worded[code] if attribute is None else getattr(worded[code], attribute)
                name = known[code] = None if name is None else encoded(name)
            if name is None:
                column.set_null(i)
                column.put(i, NULL, 0)
            else:
                column.put(i, PyBytes_AS_STRING(<bytes>name), PyBytes_GET_SIZE(<bytes>name))
    finally:
        PyBuffer_Release(&view)
    return column


def addresses(records, unpacked, ports=None):
    """Return a column of addresses as text, with ``ports`` as ``address:port``; one of zeros is null then.

    ``records`` has 16 bytes for each row.  ``unpacked`` words the rare address that the C library words otherwise.
    """
    cdef ArrowColumn column = ArrowColumn.__new__(ArrowColumn)
    cdef const uint8_t[::1] data = records
    cdef const unsigned short[::1] numbers = ports
    cdef Py_ssize_t i
    if data.shape[0] % ADDRESS_BYTES:
        raise ValueError(f"{data.shape[0]} bytes of addresses: expected a multiple of 16")
    column.allocate_text(data.shape[0] // ADDRESS_BYTES)
    if ports is not None and numbers.shape[0] != column.count:
        raise ValueError(f"{numbers.shape[0]} ports for {column.count} addresses")
    for i in range(column.count):
        put_address(column, i, &data[ADDRESS_BYTES * i], unpacked, -1 if ports is None else numbers[i])
    return column


cdef int put_address(
    ArrowColumn column, Py_ssize_t row, const uint8_t *address, object unpacked, int port
) except -1:
    """Give a row an address as text, and its port unless that is -1."""
    cdef char[LONGEST_ADDRESS] text
    # The first byte is left for a bracket.
    cdef char *at = text + 1
    cdef char *last
    cdef bytes worded
    cdef bint is_short = memcmp(address, MAPPED, 12) == 0
    if port >= 0 and memcmp(address, UNKNOWN, ADDRESS_BYTES) == 0:
        column.set_null(row)
        return column.put(row, NULL, 0)
    if is_short:
        inet_ntop(AF_INET, address + 12, at, LONGEST_ADDRESS - ROOM_FOR_PORT)
    elif memcmp(address, UNKNOWN, 10) == 0:
        worded = encoded(unpacked(<bytes>address[:ADDRESS_BYTES]))
        if PyBytes_GET_SIZE(worded) >= LONGEST_ADDRESS - ROOM_FOR_PORT:
            raise ValueError(f"{worded!r} is no address")
        memcpy(at, PyBytes_AS_STRING(worded), <size_t>PyBytes_GET_SIZE(worded) + 1)
    else:
        inet_ntop(AF_INET6, address, at, LONGEST_ADDRESS - ROOM_FOR_PORT)
    last = at + strlen(at)
    if port >= 0:
        if not is_short:
            at -= 1
            at[0] = c"["
            last[0] = c"]"
            last += 1
        worded = b":%d" % port
        memcpy(last, PyBytes_AS_STRING(worded), <size_t>PyBytes_GET_SIZE(worded))
        last += PyBytes_GET_SIZE(worded)
    return column.put(row, at, last - at)


@cython.final
cdef class RecordBatch:
    """Columns of one length under their names, as Arrow (``__arrow_c_array__``): a struct array without nulls.

    ``columns`` maps up to 64 names to what the functions of this module return.
    """

    cdef tuple names
    cdef tuple columns
    cdef readonly Py_ssize_t num_rows

    def __init__(self, dict columns):
        if len(columns) > MOST_COLUMNS:
            raise LimitError(f"{len(columns)} columns, more than {MOST_COLUMNS}")
        self.names = tuple([encoded(name) for name in columns])
        self.columns = tuple(columns.values())
        self.num_rows = len(self.columns[0]) if columns else 0
        for name, column in columns.items():
            if not isinstance(column, ArrowColumn):
                raise TypeError(f"column {name!r} is {type(column).__name__}, no Arrow column")
            if len(column) != self.num_rows:
                raise ValueError(f"column {name!r} has {len(column)} rows, not {self.num_rows}")

    def __len__(self):
        return self.num_rows

    def __arrow_c_schema__(self):
        """Return the capsule of the schema."""
        cdef ArrowSchema *schema = <ArrowSchema *>malloc(sizeof(ArrowSchema))
        if schema == NULL:
            raise MemoryError("Arrow schema")
        schema.release = NULL
        try:
            if export_schema(self, schema):
                raise MemoryError("Arrow schema")
            return PyCapsule_New(schema, "arrow_schema", free_schema)
        except BaseException:
            if schema.release != NULL:
                schema.release(schema)
            free(schema)
            raise

    def __arrow_c_array__(self, requested_schema=None):
        """Return the capsules of a struct array; another schema isn't offered."""
        cdef ArrowArray *array
        schema = self.__arrow_c_schema__()
        array = <ArrowArray *>malloc(sizeof(ArrowArray))
        if array == NULL:
            raise MemoryError("Arrow array")
        array.release = NULL
        try:
            if export_array(self, array):
                raise MemoryError("Arrow array")
            return schema, PyCapsule_New(array, "arrow_array", free_array)
        except BaseException:
            if array.release != NULL:
                array.release(array)
            free(array)
            raise

    def __arrow_c_stream__(self, requested_schema=None):
        """Return the capsule of a stream of this batch alone."""
        return RecordStream(self, iter((self,))).__arrow_c_stream__()


@cython.final
cdef class RecordStream:
    """Batches one after the other, as Arrow (``__arrow_c_stream__``), made when they are asked for; once over.

    ``like`` has the names and formats of all; ``batches`` yields :class:`RecordBatch`.  What it raises ends the stream
    and is told to the consumer as text.
    """

    cdef RecordBatch like
    cdef object batches
    cdef bytes told

    def __init__(self, RecordBatch like not None, batches):
        self.like = like
        self.batches = iter(batches)

    def __arrow_c_stream__(self, requested_schema=None):
        """Return the capsule of the stream; RuntimeError when it was taken already."""
        cdef ArrowArrayStream *stream
        if self.batches is None:
            raise RuntimeError("this stream was taken already: batches come once")
        stream = <ArrowArrayStream *>malloc(sizeof(ArrowArrayStream))
        if stream == NULL:
            raise MemoryError("Arrow stream")
        try:
            capsule = PyCapsule_New(stream, "arrow_array_stream", free_stream)
        except BaseException:
            free(stream)
            raise
        # The consumer's own object, so that this one can't be taken twice.
        taken = RecordStream(self.like, self.batches)
        self.batches = None
        stream.get_schema = stream_schema
        stream.get_next = stream_next
        stream.get_last_error = stream_error
        stream.release = stream_release
        stream.private_data = <void *>taken
        Py_INCREF(taken)
        return capsule

    cdef int fail(self, object error) except -1:
        self.batches = None
        # C's text ends at the first NUL.
        self.told = encoded(f"{type(error).__name__}: {error}").replace(b"\0", b"?")
        return EIO

    cdef int following(self, ArrowArray *out) except -1:
        if self.batches is None:
            return 0
        try:
            batch = next(self.batches, None)
            if batch is None:
                self.batches = None
                return 0
            if not isinstance(batch, RecordBatch):
                raise TypeError(f"{type(batch).__name__} came instead of a record batch")
            if not same_columns(self.like, <RecordBatch>batch):
                raise ValueError("a batch came with other columns than the stream's")
        except BaseException as error:
            return self.fail(error)
        return export_array(<RecordBatch>batch, out)


cdef bint same_columns(RecordBatch one, RecordBatch other):
    return one.names == other.names and [(<ArrowColumn>column).format for column in one.columns] == [
        (<ArrowColumn>column).format for column in other.columns
    ]


# -- Export: 0, or an errno with nothing left behind ------------------------------------------------------

cdef int export_field(const char *format, const char *name, int64_t flags, ArrowSchema *out) noexcept nogil:
    """Make a field that owns copies of its texts, in one block: format, NUL, name, NUL."""
    cdef size_t first = strlen(format) + 1
    cdef size_t second = strlen(name) + 1
    cdef char *texts = <char *>malloc(first + second)
    if texts == NULL:
        return ENOMEM
    memcpy(texts, format, first)
    memcpy(texts + first, name, second)
    memset(out, 0, sizeof(ArrowSchema))
    out.format = texts
    out.name = texts + first
    out.flags = flags
    out.private_data = texts
    out.release = release_schema
    return 0


cdef int export_schema(RecordBatch batch, ArrowSchema *out) except -1:
    cdef Py_ssize_t count = len(batch.columns)
    cdef Py_ssize_t i
    cdef ArrowColumn column
    if export_field(b"+s", b"", 0, out):
        return ENOMEM
    # Children and pointers to them follow each other in one block.
    out.children = <ArrowSchema **>malloc((<size_t>count + 1) * (sizeof(ArrowSchema) + sizeof(ArrowSchema *)))
    if out.children == NULL:
        out.release(out)
        return ENOMEM
    for i in range(count):
        out.children[i] = <ArrowSchema *>(out.children + count) + i
        column = batch.columns[i]
        if export_field(column.format, <bytes>batch.names[i], NULLABLE, out.children[i]):
            out.release(out)
            return ENOMEM
        out.n_children = i + 1
    return 0


cdef void release_schema(ArrowSchema *schema) noexcept nogil:
    cdef int64_t i
    for i in range(schema.n_children):
        if schema.children[i].release != NULL:
            schema.children[i].release(schema.children[i])
    free(schema.children)
    free(schema.private_data)
    schema.release = NULL


cdef int export_array(RecordBatch batch, ArrowArray *out) except -1:
    cdef size_t count = len(batch.columns)
    cdef size_t i
    cdef ArrowColumn column
    cdef ArrowArray *child
    # One block: the struct's only buffer, which is that of its validity, pointers to the children, the children.
    cdef const void **block = <const void **>malloc(
        sizeof(void *) + count * (sizeof(ArrowArray) + sizeof(ArrowArray *))
    )
    if block == NULL:
        return ENOMEM
    memset(out, 0, sizeof(ArrowArray))
    block[0] = NULL
    out.buffers = block
    out.n_buffers = 1
    out.length = batch.num_rows
    out.n_children = <int64_t>count
    out.children = <ArrowArray **>(block + 1)
    out.private_data = block
    out.release = release_batch
    for i in range(count):
        column = batch.columns[i]
        child = <ArrowArray *>(out.children + count) + i
        out.children[i] = child
        memset(child, 0, sizeof(ArrowArray))
        child.length = column.count
        child.null_count = column.nulls
        child.n_buffers = column.n_buffers
        child.buffers = column.block.buffers
        child.private_data = column.block
        child.release = release_column
        add_atomic(&column.block.references, 1)
    return 0


cdef void release_column(ArrowArray *array) noexcept nogil:
    let_go(<Block *>array.private_data)
    array.release = NULL


cdef void release_batch(ArrowArray *array) noexcept nogil:
    cdef int64_t i
    for i in range(array.n_children):
        if array.children[i].release != NULL:
            array.children[i].release(array.children[i])
    free(array.private_data)
    array.release = NULL


# -- The stream's callbacks, in whichever thread -----------------------------------------------------------

cdef int stream_schema(ArrowArrayStream *stream, ArrowSchema *out) noexcept with gil:
    cdef RecordStream taken = <RecordStream><PyObject *>stream.private_data
    try:
        return export_schema(taken.like, out)
    except BaseException as error:
        return taken.fail(error)


cdef int stream_next(ArrowArrayStream *stream, ArrowArray *out) noexcept with gil:
    cdef RecordStream taken = <RecordStream><PyObject *>stream.private_data
    # What isn't filled in is the end.
    out.release = NULL
    try:
        return taken.following(out)
    except BaseException as error:
        return taken.fail(error)


cdef const char *stream_error(ArrowArrayStream *stream) noexcept with gil:
    cdef RecordStream taken = <RecordStream><PyObject *>stream.private_data
    return PyBytes_AS_STRING(taken.told) if taken.told is not None else NULL


cdef void stream_release(ArrowArrayStream *stream) noexcept with gil:
    Py_DECREF(<object><PyObject *>stream.private_data)
    stream.private_data = NULL
    stream.release = NULL


cdef void free_schema(object capsule) noexcept:
    cdef ArrowSchema *schema = <ArrowSchema *>PyCapsule_GetPointer(capsule, "arrow_schema")
    if schema.release != NULL:
        schema.release(schema)
    free(schema)


cdef void free_array(object capsule) noexcept:
    cdef ArrowArray *array = <ArrowArray *>PyCapsule_GetPointer(capsule, "arrow_array")
    if array.release != NULL:
        array.release(array)
    free(array)


cdef void free_stream(object capsule) noexcept:
    cdef ArrowArrayStream *stream = <ArrowArrayStream *>PyCapsule_GetPointer(capsule, "arrow_array_stream")
    if stream.release != NULL:
        stream.release(stream)
    free(stream)
