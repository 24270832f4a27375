"""The request for other compiled modules."""

from libc.stdint cimport uint32_t

from identify._compiled._parsed cimport Field, Message

cdef enum:
    ROOM = 6


cdef class Request:
    cdef bytes data
    cdef Message message
    # Of the few fields that metadata mostly have; more are on the heap.
    cdef Field room[ROOM]
    cdef readonly str source, transport, local, transport_section
    # The name of the release that reads it; its dialect is the message's.
    cdef readonly str release
    cdef readonly int port
    # What a request from metadata was made of: names and values of headers in turn, of which the first pairs are
    # addresses to be put into <>, the method and the request URI.  None for a message.
    cdef list texts
    cdef object given_method, given_uri
    cdef Py_ssize_t addresses
    cdef void start(self)
    cdef scan(self, method, request_uri, list texts, Py_ssize_t addresses)
    cdef take_arrival(self, str source, port, str transport, str local, str transport_section)
    cdef take_release(self, release)
    cdef Request as_dialect(self, str release, uint32_t dialect)
    cdef complain(self)
    cdef uri_of(self, int kind)
    cdef only_value(self, int kind)
    cdef list prints(self, symmetric_transport, int kind, bytes name)
