"""The request for other compiled modules."""

from libc.stdint cimport uint32_t

from identify._compiled._parsed cimport Field, Message

cdef enum:
    ROOM = 6

cdef extern from "_python.h":
    long sip_long(object number, int *overflow) except? -1


cdef inline int port_of(object port) except -1:
    """A source port as Python gives it, in its range."""
    cdef int overflow = 0
    cdef long value = sip_long(port, &overflow)
    if overflow or value < 0 or value > 65535:
        raise ValueError(f"port {port!r} is outside of 0..65535")
    return <int>value


cdef class Request:
    cdef bytes data
    cdef Message message
    # Of the few fields that metadata mostly have; more are on the heap.
    cdef Field room[ROOM]
    cdef readonly str source, transport, local, transport_section
    # The name of the release that reads it; its dialect is the message's.
    cdef readonly str release
    cdef readonly int port
    cdef void start(self)
    cdef scan(self, method, request_uri, list texts, Py_ssize_t addresses)
    cdef take_arrival(self, source, port, transport, local, transport_section)
    cdef take_release(self, release)
    cdef Request as_dialect(self, str release, uint32_t dialect)
    cdef complain(self)
    cdef uri_of(self, int kind)
