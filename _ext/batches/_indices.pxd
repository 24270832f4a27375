"""The result of the batch calls, for other compiled modules."""

from libc.stddef cimport size_t
from libc.stdint cimport int32_t

# Shared by an Indices object and the Arrow arrays made of it; the last one frees it.
ctypedef struct Shared:
    size_t references


cdef class Indices:
    cdef Shared *shared
    cdef int32_t *values
    cdef Py_ssize_t count
    cdef array_capsule(self)

cdef Indices make_indices(size_t count)
