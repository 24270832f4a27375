"""The compiled engine, for other compiled modules."""

from cpython.object cimport PyObject
from libc.stdint cimport int32_t, uint8_t, uint32_t

from identify._compiled._address_tables cimport AddressTables
from identify._compiled._decide cimport Compiled
from identify._compiled._tables cimport Tables


cdef class Matcher:
    cdef Compiled compiled
    # Keeps what `compiled` points to.
    cdef object owner
    cdef tuple expressions
    cdef object uri_expressions
    cdef void **sets
    # Match objects by the number of their answer; NULL until first needed.
    cdef PyObject **slots
    # The name of the release that the tables are for.
    cdef readonly str release
    cdef readonly tuple identifiers
    cdef readonly dict line_tokens
    cdef readonly frozenset told
    cdef bint transports_matter
    cdef dict sections
    cdef dict listening
    cdef dict everywhere
    cdef dict first_of
    cdef dict accepting
    cdef load(self, const Tables *tables, const AddressTables *addresses, object owner)
    cdef object answer(self, int32_t number)
    cdef object make_answer(self, uint32_t number)
    cdef decide_message(self, const uint8_t *data, Py_ssize_t length, str source, port, str transport, str local,
                        str transport_section)
    cdef decide_other(self, data, source, port, str transport, str local, str transport_section)
    cdef int32_t transport_section(self, str source, str transport, str local, str section) except -2
