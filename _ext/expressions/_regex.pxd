"""POSIX extended regular expressions for other compiled modules."""

cdef extern from "<locale.h>" nogil:
    ctypedef void *locale_t

cdef extern from "<regex.h>" nogil:
    ctypedef struct regex_t:
        pass


# Whether ranges in brackets go by code point in the locale of expressions over characters; over bytes they always do.
cdef bint CODE_POINT_RANGES

# The locale of expressions must be in place for the thread: between enter_locale() and leave_locale() of what it gave.
cdef locale_t enter_locale(bint bytewise) noexcept nogil
cdef void leave_locale(locale_t before) noexcept nogil
cdef int check_expression(bytes pattern, bint bytewise) except -1
# Compile an expression that was checked, NULL where there is no memory; ask whether it matches.
cdef regex_t *compile_expression(const char *pattern) noexcept nogil
cdef void free_expression(regex_t *compiled) noexcept nogil
cdef bint run_expression(const regex_t *compiled, const char *value) noexcept nogil


cdef class Regex:
    cdef regex_t compiled
    cdef bint usable
    cdef readonly bytes pattern
    cdef readonly bint bytewise
    # Search in a NUL-terminated string; what follows the NUL isn't seen, as with Asterisk.
    cdef bint matches(self, const char *value) noexcept nogil
