"""The result of the batch calls: int32 numbers of answers, handed out without a copy.

Knows ownership, the buffer protocol and Arrow's C data interface (out); not what the numbers mean.
"""

cimport cython
from cpython.buffer cimport PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE
from cpython.number cimport PyNumber_AsSsize_t
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from identify._compiled._atomics cimport add_atomic, sub_atomic

cdef extern from "_arrow.h" nogil:
    ctypedef struct ArrowSchema:
        const char *format
        const char *name
        void (*release)(ArrowSchema *) noexcept nogil
        void *private_data
    ctypedef struct ArrowArray:
        int64_t length
        int64_t n_buffers
        const void **buffers
        void (*release)(ArrowArray *) noexcept nogil
        void *private_data

cdef extern from *:
    """
    typedef struct ArrowSchema ArrowSchema;
    typedef struct ArrowArray ArrowArray;
    """

cdef extern from "<stdlib.h>" nogil:
    int posix_memalign(void **memory, size_t alignment, size_t size)

cdef enum:
    # Arrow's recommendation for buffers; room for Shared.
    ALIGNMENT = 64
    # Values that repr() shows.
    SHOWN = 6

# What an empty result points to.
cdef int32_t NOTHING = 0

# "i": int32, of the struct module as of Arrow.
cdef char FORMAT[2]
FORMAT[0] = c"i"
FORMAT[1] = 0


# What an exported Arrow array holds.
ctypedef struct Exported:
    Shared *shared
    const void *buffers[2]


cdef Indices make_indices(size_t count):
    """Return an object with room for that many numbers, to be filled in before anyone sees it."""
    cdef Indices made = Indices()
    cdef void *memory = NULL
    if count > (<size_t>-1 // 2 - ALIGNMENT) // sizeof(int32_t):
        raise MemoryError("indices")
    if posix_memalign(&memory, ALIGNMENT, ALIGNMENT + count * sizeof(int32_t)) != 0:
        raise MemoryError("indices")
    made.shared = <Shared *>memory
    made.shared.references = 1
    made.values = <int32_t *>(<char *>memory + ALIGNMENT)
    made.count = <Py_ssize_t>count
    return made


cdef void let_go(Shared *shared) noexcept nogil:
    if shared != NULL and sub_atomic(&shared.references, 1) == 0:
        free(shared)


@cython.final
cdef class Indices:
    """Indices into :attr:`~identify.engine.Engine.matches`, one for each address or message of a batch call.

    ``NO_MATCH`` (-1) is no answer, ``DROPPED`` (-2) for a message that PJSIP would drop.  A sequence of int,
    a read-only buffer of int32 (``memoryview``, ``numpy.asarray`` and ``array`` take it, the first two without a copy)
    and an Arrow array of int32 (``__arrow_c_array__``, without a copy).

    Thread safety: immutable.
    """

    def __cinit__(self):
        self.values = &NOTHING

    def __dealloc__(self):
        let_go(self.shared)

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        """Return the number at an index, or for a slice a memoryview of it."""
        cdef Py_ssize_t place
        if isinstance(index, slice):
            return memoryview(self)[index]
        place = PyNumber_AsSsize_t(index, IndexError)
        if place < 0:
            place += self.count
        if not 0 <= place < self.count:
            raise IndexError(f"index {index} of {self.count} answers")
        return self.values[place]

    def __iter__(self):
        return iter(memoryview(self))

    def __repr__(self):
        shown = [str(self.values[i]) for i in range(min(self.count, <Py_ssize_t>SHOWN))]
        if self.count > SHOWN:
            shown.append("...")
        return f"<Indices of {self.count} answers: [{', '.join(shown)}]>"

    def __getbuffer__(self, Py_buffer *view, int flags):
        if flags & PyBUF_WRITABLE:
            raise BufferError("indices are read-only")
        view.obj = self
        view.buf = self.values
        view.len = self.count * <Py_ssize_t>sizeof(int32_t)
        view.itemsize = sizeof(int32_t)
        view.readonly = 1
        view.ndim = 1
        view.format = FORMAT if flags & PyBUF_FORMAT else NULL
        view.shape = &self.count if flags & PyBUF_ND else NULL
        view.strides = &view.itemsize if flags & PyBUF_STRIDES == PyBUF_STRIDES else NULL
        view.suboffsets = NULL
        view.internal = NULL

    def __arrow_c_array__(self, requested_schema=None):
        """Return the capsules of an Arrow array of int32; another schema isn't offered."""
        cdef ArrowSchema *schema = <ArrowSchema *>malloc(sizeof(ArrowSchema))
        if schema == NULL:
            raise MemoryError("Arrow schema")
        memset(schema, 0, sizeof(ArrowSchema))
        schema.format = FORMAT
        schema.name = b""
        schema.release = release_schema
        try:
            schema_capsule = PyCapsule_New(schema, "arrow_schema", free_schema)
        except BaseException:
            free(schema)
            raise
        return schema_capsule, self.array_capsule()

    cdef array_capsule(self):
        cdef ArrowArray *array = <ArrowArray *>malloc(sizeof(ArrowArray))
        cdef Exported *exported = <Exported *>malloc(sizeof(Exported))
        if array == NULL or exported == NULL:
            free(array)
            free(exported)
            raise MemoryError("Arrow array")
        memset(array, 0, sizeof(ArrowArray))
        exported.shared = self.shared
        exported.buffers[0] = NULL
        exported.buffers[1] = self.values
        array.length = self.count
        array.n_buffers = 2
        array.buffers = exported.buffers
        array.private_data = exported
        array.release = release_array
        if self.shared != NULL:
            add_atomic(&self.shared.references, 1)
        try:
            return PyCapsule_New(array, "arrow_array", free_array)
        except BaseException:
            release_array(array)
            free(array)
            raise


cdef void release_schema(ArrowSchema *schema) noexcept nogil:
    schema.release = NULL


cdef void release_array(ArrowArray *array) noexcept nogil:
    """Called by whoever took the array, in any thread, with or without the GIL."""
    cdef Exported *exported = <Exported *>array.private_data
    let_go(exported.shared)
    free(exported)
    array.release = NULL


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
