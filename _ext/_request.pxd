"""The request for other compiled modules."""

from identify._message cimport Message


cdef class Request:
    cdef bytes data
    cdef Message message
    cdef readonly str source, transport, local, transport_section
    cdef readonly int port
    cdef void start(self)
    cdef take_place(self, source, port, transport, local, transport_section)
    cdef complain(self)
    cdef uri_at(self, int index)
