"""POSIX extended regular expressions for other compiled modules."""

cdef extern from "<regex.h>" nogil:
    ctypedef struct regex_t:
        pass


cdef class Regex:
    cdef regex_t compiled
    cdef bint usable
    cdef readonly bytes pattern
    # Search in a NUL-terminated string; what follows the NUL isn't seen, as with Asterisk.
    cdef bint matches(self, const char *value) noexcept nogil
