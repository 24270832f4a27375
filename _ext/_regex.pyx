"""POSIX extended regular expressions as the C library has them, always over UTF-8 characters.

``match_header`` and ``match_request_uri`` are ``regcomp(REG_EXTENDED | REG_NOSUB)`` and
``regexec`` in the locale C.UTF-8, which Asterisk sets for itself.  A locale object of this module's
own is put in place for the thread during each call, so the process's locale has no influence and
isn't changed.
"""

cimport cython

cdef extern from "<locale.h>" nogil:
    ctypedef void *locale_t
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
    cdef locale_t opened
    for name in (b"C.UTF-8", b"C.utf8", b"en_US.UTF-8"):
        opened = newlocale(LC_ALL_MASK, name, NULL)
        if opened != NULL:
            return opened
    raise ImportError("identify._regex needs a UTF-8 locale: none of C.UTF-8, C.utf8, en_US.UTF-8 exists here")


# Written once while the module is imported, only read afterwards.
cdef locale_t UTF8 = open_locale()


class RegexError(ValueError):
    """An expression that the C library refuses; the text is the library's reason."""


@cython.final
cdef class Regex:
    """A compiled expression; immutable, may be used by any number of threads."""

    def __cinit__(self, bytes pattern not None):
        cdef char reason[256]
        cdef locale_t before
        cdef int code
        self.usable = False
        self.pattern = pattern
        if b"\0" in pattern:
            raise RegexError("NUL in a regular expression")
        before = uselocale(UTF8)
        code = regcomp(&self.compiled, pattern, REG_EXTENDED | REG_NOSUB)
        if code != 0:
            regerror(code, &self.compiled, reason, sizeof(reason))
        uselocale(before)
        if code != 0:
            raise RegexError((<bytes>reason).decode("ascii", "replace"))
        self.usable = True

    def __dealloc__(self):
        if self.usable:
            regfree(&self.compiled)

    cdef bint matches(self, const char *value) noexcept nogil:
        cdef locale_t before = uselocale(UTF8)
        cdef int code = regexec(&self.compiled, value, 0, NULL, 0)
        uselocale(before)
        return code == 0

    def search(self, bytes value not None):
        """Return whether the expression matches anywhere in ``value`` (up to its first NUL)."""
        return self.matches(value)

    def __reduce__(self):
        return Regex, (self.pattern,)

    def __repr__(self):
        return f"Regex({self.pattern!r})"
