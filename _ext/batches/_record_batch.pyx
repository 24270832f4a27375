"""Arrow record batches and streams of them, out.

Knows Arrow's C data and stream interface (out); the columns are made in ``_arrow_columns``.

Strategy
1. Exported arrays count references to their column's memory: a release needs neither the GIL nor Python.
2. Only a stream holds a Python object, the iterator that its batches come from; its callbacks take the GIL.
3. Every exported struct owns what it points to, since a consumer may move a child away and release its parent.

Thread safety: batches are immutable; a stream may be read by one thread at a time.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from libc.errno cimport EIO, ENOMEM
from libc.stddef cimport size_t
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset, strlen

from identify._compiled._arrow_columns cimport ArrowColumn, SharedBlock, encoded, let_go
from identify._compiled._atomics cimport add_atomic

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

cdef enum:
    # Columns of a batch: every one is allocated for.
    MOST_COLUMNS = 64


@cython.final
cdef class RecordBatch:
    """Columns of one length under their names, as Arrow (``__arrow_c_array__``): a struct array without nulls.

    ``columns`` maps up to 64 names to what the functions of ``_arrow_columns`` return.
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
                raise TypeError(f"column {name!r} is {type(column).__name__}, not an Arrow column")
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
    and reaches the consumer as text.
    """

    cdef RecordBatch like
    cdef object batches
    cdef bytes message

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
        self.message = encoded(f"{type(error).__name__}: {error}").replace(b"\0", b"?")
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
    let_go(<SharedBlock *>array.private_data)
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
    return PyBytes_AS_STRING(taken.message) if taken.message is not None else NULL


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
