"""POSIX extended regular expressions as the C library has them, over UTF-8 characters or over bytes.

``match_header`` and ``match_request_uri`` are ``regcomp(REG_EXTENDED | REG_NOSUB)`` and
``regexec`` in the locale C.UTF-8, which Asterisk sets for itself; releases with the bit ``BYTES`` of their
dialect run them in the locale C.  A locale object of this module's own is put in place for the thread during
each call, so the process's locale has no influence and isn't changed.
"""

from libc.stdlib cimport free, malloc

from identify._compiled._regex_syntax cimport CLASSES, class_name

cdef extern from "<locale.h>" nogil:
    const int LC_ALL_MASK
    locale_t newlocale(int mask, const char *name, locale_t base)
    locale_t uselocale(locale_t locale)

cdef extern from "<wctype.h>" nogil:
    ctypedef unsigned int wint_t
    ctypedef unsigned long wctype_t
    wctype_t wctype_l(const char *name, locale_t locale)
    int iswctype_l(wint_t character, wctype_t kind, locale_t locale)

cdef extern from "<regex.h>" nogil:
    const int REG_EXTENDED
    const int REG_NOSUB
    int regcomp(regex_t *preg, const char *pattern, int flags)
    int regexec(const regex_t *preg, const char *value, size_t nmatch, void *pmatch, int flags)
    size_t regerror(int code, const regex_t *preg, char *text, size_t size)
    void regfree(regex_t *preg)

cdef extern from *:
    """
    #ifdef __GLIBC__
    #define IDENTIFY_GNU_LIBRARY 1
    #else
    #define IDENTIFY_GNU_LIBRARY 0
    #endif
    """
    bint IDENTIFY_GNU_LIBRARY


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
cdef bint GNU_LIBRARY = IDENTIFY_GNU_LIBRARY
cdef locale_t UTF8 = open_locale()
cdef locale_t BYTEWISE = newlocale(LC_ALL_MASK, b"C", NULL)
if BYTEWISE == NULL:
    raise ImportError("expressions over bytes need the locale C, which doesn't exist on this system")

cdef wctype_t CLASS_TYPES[CLASSES]
cdef uint32_t at
for at in range(<uint32_t>CLASSES):
    CLASS_TYPES[at] = wctype_l(class_name(at), UTF8)


class RegexError(ValueError):
    """An expression that the C library refuses; the text is the library's reason."""


cdef int check_expression(bytes pattern, bint bytewise) except -1:
    """Raise ``RegexError`` if the C library refuses the expression."""
    cdef regex_t compiled
    cdef char reason[256]
    cdef locale_t before
    cdef int code
    if b"\0" in pattern:
        raise RegexError("NUL in a regular expression")
    before = uselocale(BYTEWISE if bytewise else UTF8)
    code = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB)
    if code != 0:
        regerror(code, &compiled, reason, sizeof(reason))
    else:
        regfree(&compiled)
    uselocale(before)
    if code != 0:
        raise RegexError((<bytes>reason).decode("ascii", "replace"))
    return 0


cdef regex_t *compile_expression(const char *pattern, bint bytewise) noexcept nogil:
    cdef regex_t *compiled = <regex_t *>malloc(sizeof(regex_t))
    cdef locale_t before
    if compiled == NULL:
        return NULL
    before = uselocale(BYTEWISE if bytewise else UTF8)
    if regcomp(compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0:
        free(compiled)
        compiled = NULL
    uselocale(before)
    return compiled


cdef void free_expression(regex_t *compiled) noexcept nogil:
    if compiled != NULL:
        regfree(compiled)
    free(compiled)


cdef bint run_expression(const regex_t *compiled, const char *value, bint bytewise) noexcept nogil:
    cdef locale_t before = uselocale(BYTEWISE if bytewise else UTF8)
    cdef bint found = regexec(compiled, value, 0, NULL, 0) == 0
    uselocale(before)
    return found


cdef uint32_t classes_of(uint32_t code) noexcept nogil:
    cdef uint32_t found = 0, i
    for i in range(<uint32_t>CLASSES):
        if iswctype_l(code, CLASS_TYPES[i], UTF8):
            found |= <uint32_t>1 << i
    return found
