"""Arrow arrays and streams as columns, for other compiled modules."""

from identify._compiled._column cimport Column

# What a column may consist of.
cdef enum Content:
    ADDRESSES
    MESSAGES
    PORTS

cdef bint speaks_arrow(object given)
cdef Column take_arrow(object given, str what, Content content)
