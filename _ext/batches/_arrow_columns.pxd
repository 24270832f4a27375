"""Columns that Arrow can share, for other compiled modules."""

from libc.stddef cimport size_t
from libc.stdint cimport int64_t

# Buffers of a column: validity or NULL; numbers, or offsets and text.
ctypedef struct SharedBlock:
    size_t references
    const void *buffers[3]
    void *validity
    void *fixed
    void *text


cdef class ArrowColumn:
    cdef SharedBlock *block
    cdef int64_t count
    cdef int64_t nulls
    cdef int64_t n_buffers
    cdef bytes format
    # While text is added: bytes of it, and bytes there is room for.
    cdef int64_t used
    cdef int64_t room
    cdef int allocate(self, bytes format, Py_ssize_t count, size_t width) except -1
    cdef int allocate_text(self, Py_ssize_t count) except -1
    cdef int reserve(self, int64_t more) except -1
    cdef int put(self, Py_ssize_t row, const char *text, Py_ssize_t size) except -1
    cdef int put_object(self, Py_ssize_t row, object text) except -1
    cdef int set_null(self, Py_ssize_t row) except -1

cdef void let_go(SharedBlock *block) noexcept nogil
cdef bytes encoded(object text)
