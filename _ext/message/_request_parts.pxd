"""The parts of a request, for other compiled modules."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memcpy

from identify._compiled._text cimport Span
from identify._compiled._uri cimport Uri as UriParts


cdef extern from "Python.h":
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    void *PyUnicode_DATA(object text)


cdef class Uri:
    cdef readonly str text, scheme, user, password, host
    cdef readonly int port
    cdef readonly tuple parameters


cdef class Authorization:
    cdef readonly str username, realm


cdef str text_of(const uint8_t *data, uint32_t length)
cdef str compared_text(const uint8_t *data, uint32_t length)
cdef str text_to_nul(const uint8_t *data, uint32_t length)
cdef str text_at(const uint8_t *base, Span span)
cdef bytes bytes_at(const uint8_t *base, Span span)
cdef Uri make_uri(const uint8_t *base, const UriParts *parts)
cdef object as_text(object value, str what)


cdef inline Py_ssize_t size_of(object text):
    """Bytes of what ``as_text`` has returned."""
    return PyBytes_GET_SIZE(text) if isinstance(text, bytes) else PyUnicode_GET_LENGTH(text)


cdef inline uint8_t *put_text(uint8_t *out, object text):
    """Write what ``as_text`` has returned; returns the place behind it."""
    cdef Py_ssize_t size = size_of(text)
    memcpy(out, PyBytes_AS_STRING(text) if isinstance(text, bytes) else <char *>PyUnicode_DATA(text), size)
    return out + size
