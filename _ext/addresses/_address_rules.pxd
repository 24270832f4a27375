"""Items of ``match`` as numbers, one after the other in the order in which they are compared.

Knows addresses, masks, signs, ports and whose each item is; not what an owner is, nor how ``match`` is written.
"""

from libc.stddef cimport size_t
from libc.stdint cimport uint32_t

from identify._compiled._address_tables cimport Rule

# What ``put`` returns instead of 0.
cdef enum:
    NO_RULE_MEMORY = -1
    TOO_MANY_RULES = -2


cdef class AddressRules:
    # ``rank`` is the number of the owner, which never decreases.
    cdef Rule *at
    cdef size_t count
    cdef size_t room

    cdef int put(self, const Rule *rule) noexcept nogil
    cdef int make_room(self, size_t count) noexcept nogil


cdef int raise_for(int failed) except -1
