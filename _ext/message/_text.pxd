"""Cursor over the bytes of a message, and a bounded output buffer; inline functions only."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy

cdef extern from "_chars.h" nogil:
    const int SIP_TOKEN, SIP_HOST, SIP_USER, SIP_PASSWORD, SIP_PARAM, SIP_HEADER, SIP_TEL, SIP_OTHER
    const int SIP_VALUE, SIP_DIGIT, SIP_USER_END, SIP_BRACKETS
    const int SIP_USER_READ, SIP_TEL_VALUE, SIP_TEL_NAME, SIP_TEL_EXT, SIP_TEL_ISUB, SIP_TEL_CONTEXT
    uint32_t sip_class[256]
    void sip_class_init()

cdef extern from "_scan.h" nogil:
    uint64_t sip_word_at(const uint8_t *place)
    uint64_t sip_rest_word(const uint8_t *end, uint32_t rest, uint32_t size)
    bint sip_is_one_line(const uint8_t *text, uint32_t size)
    bint sip_is_bare(const uint8_t *text, uint32_t size)
    void sip_copy_lower(uint8_t *copy, const uint8_t *text, uint32_t size)
    const uint8_t *sip_find_line_end(const uint8_t *place, const uint8_t *end)
    const uint8_t *sip_run_end(const uint8_t *place, const uint8_t *end, unsigned bits)
    const uint8_t *sip_long_run_end(const uint8_t *place, const uint8_t *end, unsigned bits)

# The bytes [start, end) of a message.
ctypedef struct Span:
    uint32_t start
    uint32_t end

# A cursor.  Once `reason` is set the text is refused, `error` is the offset at which.
ctypedef struct Text:
    const uint8_t *base
    uint32_t pos
    uint32_t end
    uint32_t error
    const char *reason
    # What the search for a URI's '@' has been in vain in: it ended at the second place, and would again.
    uint32_t searched, searched_end

# What doesn't fit sets `full`; nothing is written past `size`.
ctypedef struct Out:
    uint8_t *data
    uint32_t size
    uint32_t length
    bint full


cdef inline Text cursor(const uint8_t *base, uint32_t start, uint32_t end) noexcept nogil:
    """A cursor at the beginning of [start, end)."""
    cdef Text t
    t.base = base
    t.pos = start
    t.end = end
    t.error = start
    t.reason = NULL
    t.searched = t.searched_end = 0
    return t


cdef inline Text cursor_over(const uint8_t *base, Span span) noexcept nogil:
    """A cursor at the beginning of a span."""
    return cursor(base, span.start, span.end)


cdef inline bint fail(Text *t, const char *reason) noexcept nogil:
    if t.reason == NULL:
        t.reason = reason
        t.error = t.pos
    return False


cdef inline int peek(const Text *t) noexcept nogil:
    """The byte at the cursor, -1 at the end."""
    return t.base[t.pos] if t.pos < t.end else -1


cdef inline bint at_line_end(const Text *t) noexcept nogil:
    """True at the end of the text too."""
    return t.pos >= t.end or t.base[t.pos] == c"\r" or t.base[t.pos] == c"\n"


cdef inline void skip_blanks(Text *t) noexcept nogil:
    while t.pos < t.end and (t.base[t.pos] == c" " or t.base[t.pos] == c"\t"):
        t.pos += 1


cdef inline void to_line_end(Text *t) noexcept nogil:
    """Move to the next CR, LF or NUL, or to the end of the text."""
    t.pos = <uint32_t>(sip_find_line_end(t.base + t.pos, t.base + t.end) - t.base)


cdef inline uint32_t after_line_end(const Text *t, uint32_t pos) noexcept nogil:
    """Step over one CRLF, LF or lone CR at `pos`, which must be at one."""
    if t.base[pos] == c"\r" and pos + 1 < t.end and t.base[pos + 1] == c"\n":
        return pos + 2
    return pos + 1


cdef inline void skip_lws(Text *t) noexcept nogil:
    """Blanks and one fold (a line end followed by a blank).

    Two folds in a row are never taken, not by two calls either: at the second one the line ends.
    """
    skip_lws_behind(t, 0)


cdef inline void skip_lws_behind(Text *t, uint32_t start) noexcept nogil:
    """As ``skip_lws``, where a line end before ``start`` isn't part of a fold but an element of its own."""
    cdef uint32_t after, before
    # Nearly always there is nothing to skip, or one blank.
    if t.end - t.pos >= 2:
        if t.base[t.pos] > c" ":
            return
        if t.base[t.pos] == c" " and t.base[t.pos + 1] > c" ":
            t.pos += 1
            return
    skip_blanks(t)
    if t.pos >= t.end or not (t.base[t.pos] == c"\r" or t.base[t.pos] == c"\n"):
        return
    after = after_line_end(t, t.pos)
    if after >= t.end or not (t.base[after] == c" " or t.base[after] == c"\t"):
        return
    before = t.pos
    while before > start and (t.base[before - 1] == c" " or t.base[before - 1] == c"\t"):
        before -= 1
    if before > start and (t.base[before - 1] == c"\r" or t.base[before - 1] == c"\n"):
        return
    t.pos = after
    skip_blanks(t)


cdef inline bint line_ends_here(const Text *t) noexcept nogil:
    """Is the cursor at a CRLF with a line behind it that doesn't fold?  So nearly every header ends."""
    return (t.end - t.pos >= 3 and t.base[t.pos] == c"\r" and t.base[t.pos + 1] == c"\n"
            and not (t.base[t.pos + 2] == c" " or t.base[t.pos + 2] == c"\t"))


cdef inline bint folds_here(const Text *t) noexcept nogil:
    """Is the line end at the cursor a fold?"""
    cdef uint32_t pos
    if t.pos >= t.end:
        return False
    pos = after_line_end(t, t.pos)
    if pos >= t.end or not (t.base[pos] == c" " or t.base[pos] == c"\t"):
        return False
    return True


cdef inline Span take(Text *t, int bits) noexcept nogil:
    cdef Span span
    span.start = t.pos
    span.end = t.pos = <uint32_t>(sip_run_end(t.base + t.pos, t.base + t.end, bits) - t.base)
    return span


cdef inline Span take_long(Text *t, int bits) noexcept nogil:
    """As `take`, where many characters are expected; the class must hold all letters, digits, '-' and '.'."""
    cdef Span span
    span.start = t.pos
    span.end = t.pos = <uint32_t>(sip_long_run_end(t.base + t.pos, t.base + t.end, bits) - t.base)
    return span


cdef inline bint is_hex(int c) noexcept nogil:
    return (c"0" <= c <= c"9") or (c"a" <= c <= c"f") or (c"A" <= c <= c"F")


cdef inline int hex_value(int c) noexcept nogil:
    if c <= c"9":
        return c - c"0"
    return (c | 0x20) - c"a" + 10


cdef inline int lower(int c) noexcept nogil:
    return c | 0x20 if c"A" <= c <= c"Z" else c


cdef inline int decoded(const uint8_t *base, uint32_t *pos, uint32_t end) noexcept nogil:
    """The byte at `*pos` with its %XX resolved; steps over it."""
    cdef int c = base[pos[0]]
    if c == c"%" and pos[0] + 2 < end and is_hex(base[pos[0] + 1]) and is_hex(base[pos[0] + 2]):
        c = hex_value(base[pos[0] + 1]) * 16 + hex_value(base[pos[0] + 2])
        pos[0] += 3
    else:
        pos[0] += 1
    return c


cdef inline bint same_name(const uint8_t *base, Span span, const char *name, uint32_t length) noexcept nogil:
    """Compare without case; `name` is lower case."""
    cdef uint32_t i
    if span.end - span.start != length:
        return False
    for i in range(length):
        if lower(base[span.start + i]) != <uint8_t>name[i]:
            return False
    return True


cdef inline bint same_decoded(const uint8_t *base, Span span, const char *name, uint32_t length) noexcept nogil:
    """As `same_name` for a URI parameter's name, whose %XX are resolved first."""
    cdef uint32_t pos = span.start
    cdef uint32_t i = 0
    while pos < span.end:
        if i >= length or lower(decoded(base, &pos, span.end)) != <uint8_t>name[i]:
            return False
        i += 1
    return i == length


cdef inline void put(Out *out, int c) noexcept nogil:
    if out.length < out.size:
        out.data[out.length] = <uint8_t>c
        out.length += 1
    else:
        out.full = True


cdef inline void put_bytes(Out *out, const void *data, uint32_t length) noexcept nogil:
    if length <= out.size - out.length:
        memcpy(out.data + out.length, data, length)
        out.length += length
    else:
        out.full = True


cdef inline void put_span(Out *out, const uint8_t *base, Span span) noexcept nogil:
    put_bytes(out, base + span.start, span.end - span.start)


cdef inline void put_text(Out *out, const char *text) noexcept nogil:
    while text[0]:
        put(out, <uint8_t>text[0])
        text += 1


cdef inline void put_number(Out *out, uint32_t number) noexcept nogil:
    cdef uint8_t digits[10]
    cdef int i = 10
    while True:
        i -= 1
        digits[i] = c"0" + number % 10
        number //= 10
        if number == 0:
            break
    put_bytes(out, digits + i, 10 - i)


cdef inline void put_or_escape(Out *out, int c, int bits) noexcept nogil:
    """Escape as %xx what isn't allowed unescaped."""
    if sip_class[c] & bits:
        put(out, c)
    else:
        put(out, c"%")
        put(out, (<const char *>"0123456789abcdef")[c >> 4])
        put(out, (<const char *>"0123456789abcdef")[c & 15])


cdef inline void put_escaped(Out *out, const uint8_t *base, Span span, int bits) noexcept nogil:
    """Resolve %XX, and escape as %xx what isn't allowed unescaped."""
    cdef uint32_t pos = span.start
    while pos < span.end:
        put_or_escape(out, decoded(base, &pos, span.end), bits)


cdef inline void put_escaped_as_sent(Out *out, const uint8_t *base, Span span, int bits) noexcept nogil:
    """Escape as %xx what isn't allowed unescaped; %XX isn't resolved."""
    cdef uint32_t pos
    for pos in range(span.start, span.end):
        put_or_escape(out, base[pos], bits)


cdef inline void put_decoded(Out *out, const uint8_t *base, Span span) noexcept nogil:
    """Resolve %XX."""
    cdef uint32_t pos = span.start
    while pos < span.end:
        put(out, decoded(base, &pos, span.end))


cdef inline void trim(const uint8_t **text, uint32_t *length) noexcept nogil:
    """Strip the bytes up to 0x20 from both ends."""
    while length[0] and text[0][0] <= 32:
        text[0] += 1
        length[0] -= 1
    while length[0] and text[0][length[0] - 1] <= 32:
        length[0] -= 1


cdef inline void bare(const uint8_t **text, uint32_t *length) noexcept nogil:
    """Cut a printed value as Asterisk compares it: at the first NUL, then strip its ends."""
    cdef const void *nul
    if length[0]:
        nul = memchr(text[0], 0, length[0])
        if nul != NULL:
            length[0] = <uint32_t>(<const uint8_t *>nul - text[0])
    trim(text, length)


cdef inline void trim_end(const uint8_t *base, Span *span) noexcept nogil:
    while span.end > span.start and base[span.end - 1] <= 32:
        span.end -= 1


cdef inline bint is_space(int c) noexcept nogil:
    """Is it a blank, a line end, VT or FF?"""
    return c == c" " or 9 <= c <= 13


cdef inline void trim_spaces(const uint8_t *base, Span *span) noexcept nogil:
    """Take blanks, line ends, VT and FF off both ends; other control characters stay."""
    while span.end > span.start and is_space(base[span.end - 1]):
        span.end -= 1
    while span.end > span.start and is_space(base[span.start]):
        span.start += 1


cdef inline bint take_quoted(Text *t, Span *inside) noexcept nogil:
    """A quoted string at the cursor, which may hold anything but LF; `\\` escapes the next byte."""
    cdef uint32_t start = t.pos
    cdef int c
    t.pos += 1
    while t.pos < t.end:
        c = t.base[t.pos]
        if c == c'"':
            inside.start = start + 1
            inside.end = t.pos
            t.pos += 1
            return True
        if c == c"\\" and t.pos + 1 < t.end:
            t.pos += 1
            c = t.base[t.pos]
        if c == c"\n":
            break
        t.pos += 1
    t.pos = start
    return fail(t, "a quoted string doesn't end on its line")
