"""POSIX extended regular expressions of the C library, for other compiled modules."""

from libc.stdint cimport uint32_t

cdef extern from "<locale.h>" nogil:
    ctypedef void *locale_t

cdef extern from "<regex.h>" nogil:
    ctypedef struct regex_t:
        pass


# Whether ranges in brackets go by code point in the locale of expressions over characters; over bytes they always do.
cdef bint CODE_POINT_RANGES
# Whether this is GNU's library, of which everything is known that `_regex_syntax` reads.
cdef bint GNU_LIBRARY

cdef int check_expression(bytes pattern, bint bytewise) except -1
# Compile an expression that was checked, NULL where there is no memory; ask whether it matches.
cdef regex_t *compile_expression(const char *pattern, bint bytewise) noexcept nogil
cdef void free_expression(regex_t *compiled) noexcept nogil
# Search in a NUL-terminated string; what follows the NUL isn't seen, as with Asterisk.
cdef bint run_expression(const regex_t *compiled, const char *value, bint bytewise) noexcept nogil
# The classes of a character, by the names of `_regex_syntax`, as bits.
cdef uint32_t classes_of(uint32_t code) noexcept nogil
