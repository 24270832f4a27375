"""POSIX extended regular expressions as the C library has them, over UTF-8 characters or over bytes.

``match_header`` and ``match_request_uri`` are ``regcomp(REG_EXTENDED | REG_NOSUB)`` and
``regexec`` in the locale C.UTF-8, which Asterisk sets for itself; releases with the bit ``BYTES`` of their
dialect run them in the locale C.  A locale object of this module's own is put in place for the thread during
each call, so the process's locale has no influence and isn't changed.
"""

cimport cython
from libc.stdlib cimport free, malloc

cdef extern from "<locale.h>" nogil:
    const int LC_ALL_MASK
    locale_t newlocale(int mask, const char *name, locale_t base)
    locale_t uselocale(locale_t locale)

cdef extern from "<regex.h>" nogil:
    const int REG_EXTENDED
    const int REG_NOSUB
    int regcomp(regex_t *preg, const char *pattern, int flags)
    int regexec(const regex_t *preg, const char *value, size_t nmatch, void *pmatch, int flags)
    size_t regerror(int code, const regex_t *preg, char *text, size_t size)
    void regfree(regex_t *preg)


cdef locale_t open_locale() except NULL:
    """Open C.UTF-8, which glibc 2.35+, Debian and musl have built in; other systems spell it otherwise."""
    global CODE_POINT_RANGES
    cdef locale_t opened
    for name in (b"C.UTF-8", b"C.utf8", b"en_US.UTF-8"):
        opened = newlocale(LC_ALL_MASK, name, NULL)
        if opened != NULL:
            CODE_POINT_RANGES = name.startswith(b"C.")
            return opened
    raise ImportError("expressions need a UTF-8 locale: none of C.UTF-8, C.utf8, en_US.UTF-8 exists on this system")


# Written once while the module is imported, only read afterwards.
cdef bint CODE_POINT_RANGES = False
cdef locale_t UTF8 = open_locale()
cdef locale_t BYTEWISE = newlocale(LC_ALL_MASK, b"C", NULL)
if BYTEWISE == NULL:
    raise ImportError("expressions over bytes need the locale C, which doesn't exist on this system")


cdef locale_t enter_locale(bint bytewise) noexcept nogil:
    return uselocale(BYTEWISE if bytewise else UTF8)


cdef void leave_locale(locale_t before) noexcept nogil:
    uselocale(before)


cdef int check_expression(bytes pattern, bint bytewise) except -1:
    """Raise ``RegexError`` if the C library refuses the expression."""
    cdef regex_t compiled
    compile_or_raise(&compiled, pattern, bytewise)
    regfree(&compiled)
    return 0


cdef int compile_or_raise(regex_t *compiled, bytes pattern, bint bytewise) except -1:
    cdef char reason[256]
    cdef locale_t before
    cdef int code
    if b"\0" in pattern:
        raise RegexError("NUL in a regular expression")
    before = enter_locale(bytewise)
    code = regcomp(compiled, pattern, REG_EXTENDED | REG_NOSUB)
    if code != 0:
        regerror(code, compiled, reason, sizeof(reason))
    uselocale(before)
    if code != 0:
        raise RegexError((<bytes>reason).decode("ascii", "replace"))
    return 0


cdef regex_t *compile_expression(const char *pattern) noexcept nogil:
    cdef regex_t *compiled = <regex_t *>malloc(sizeof(regex_t))
    if compiled != NULL and regcomp(compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0:
        free(compiled)
        return NULL
    return compiled


cdef void free_expression(regex_t *compiled) noexcept nogil:
    regfree(compiled)
    free(compiled)


cdef bint run_expression(const regex_t *compiled, const char *value) noexcept nogil:
    return regexec(compiled, value, 0, NULL, 0) == 0


class RegexError(ValueError):
    """An expression that the C library refuses; the text is the library's reason."""


@cython.final
cdef class Regex:
    """A compiled expression; immutable, may be used by any number of threads.

    With ``bytewise`` it works on bytes, of which only ASCII ones are letters, else on UTF-8 characters.
    """

    def __cinit__(self, bytes pattern not None, bint bytewise=False):
        self.usable = False
        self.pattern = pattern
        self.bytewise = bytewise
        compile_or_raise(&self.compiled, pattern, bytewise)
        self.usable = True

    def __dealloc__(self):
        if self.usable:
            regfree(&self.compiled)

    cdef bint matches(self, const char *value) noexcept nogil:
        cdef locale_t before = enter_locale(self.bytewise)
        cdef bint found = run_expression(&self.compiled, value)
        uselocale(before)
        return found

    def search(self, bytes value not None):
        """Return whether the expression matches anywhere in ``value`` (up to its first NUL)."""
        return self.matches(value)

    def __reduce__(self):
        return Regex, (self.pattern, self.bytewise)

    def __repr__(self):
        return f"Regex({self.pattern!r}, bytewise=True)" if self.bytewise else f"Regex({self.pattern!r})"
