"""What is known of a request besides its text, for other compiled modules."""

cdef extern from "_python.h":
    long sip_long(object number, int *overflow) except? -1


cdef inline int port_of(object port) except -1:
    """A source port as Python gives it, in its range."""
    cdef int overflow = 0
    if port is None:
        raise TypeError("the port is missing: give port, or a socket's address (host, port) as source")
    cdef long value = sip_long(port, &overflow)
    if overflow or value < 0 or value > 65535:
        raise ValueError(f"port {port!r} is outside of 0..65535")
    return <int>value


cdef str known_transport(str transport)
cdef tuple source_of(source, port)
cdef int check_local_name(str local) except -1
