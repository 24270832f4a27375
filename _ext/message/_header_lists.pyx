"""Lists: Accept, Allow, Require, Supported and Unsupported, read and printed.

Knows elements and commas, nothing of what elements mean; several headers that are one list are joined by ``_message``.

Facts
- An element is anything but a comma and a line end, ``;``, ``&`` and quotes too; blanks before a comma belong to it.
- A fold may stand around commas.  Inside an element or in place of a comma it drops the message, but for one before
  ``&``, which ends the header as a line end does.
- Empty elements aren't kept, so ``a,,b`` has two; but one behind the last comma counts.  More than 32 drop the message.
- Elements are printed joined by ", ", without the empty ones.
"""

from identify._compiled._text cimport at_line_end, cursor_over, fail, peek, put_span, put_text, skip_lws


# Supported = [ option-tag *( COMMA option-tag ) ], and the other lists likewise
cdef bint parse_list(Text *t, int kind) noexcept nogil:
    """Elements up to the end of the line, or of the last one that continues it."""
    if walk_list(t) > <uint32_t>LIST_LIMIT:
        return fail(t, "a list has more than 32 elements")
    return True


cdef inline bint skip_commas(Text *t) noexcept nogil:
    """Commas, with blanks and folds around each; True if there was one."""
    cdef bint any_comma = False
    skip_lws(t)
    while peek(t) == c",":
        any_comma = True
        t.pos += 1
        skip_lws(t)
    return any_comma


cdef inline Span take_element(Text *t) noexcept nogil:
    """Anything up to a comma, a line end or a NUL."""
    cdef Span element
    element.start = t.pos
    while t.pos < t.end and t.base[t.pos] != c"," and not at_line_end(t) and t.base[t.pos] != 0:
        t.pos += 1
    element.end = t.pos
    return element


cdef uint32_t walk_list(Text *t) noexcept nogil:
    """Read a list and return how many elements count; the cursor is left where it ends, or goes on without a comma."""
    cdef uint32_t count = 0
    cdef bint comma
    while True:
        comma = skip_commas(t)
        if at_line_end(t) or peek(t) == 0:
            return count + comma
        if count and not comma:
            return count
        take_element(t)
        count += 1


cdef uint32_t elements_of(const uint8_t *base, Span value) noexcept nogil:
    """How many elements count in a list that is known to be valid."""
    cdef Text t = cursor_over(base, value)
    return walk_list(&t)


cdef void print_list(const Printable *p, Out *out) noexcept nogil:
    """Elements joined by ", ", to those of an earlier header that were printed before."""
    cdef Text t = cursor_over(p.base, p.value)
    while t.pos < t.end:
        skip_commas(&t)
        if t.pos >= t.end or at_line_end(&t):
            return
        if out.length:
            put_text(out, ", ")
        put_span(out, p.base, take_element(&t))
