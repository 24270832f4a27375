"""What Python gave to a batch call as columns, for other compiled modules."""

from identify._compiled._column cimport Column

cdef Column take_addresses(object given, str what)
cdef Column take_messages(object given)
cdef Column take_ports(object given)
