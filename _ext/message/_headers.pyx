"""The headers that PJSIP reads itself, a row each: names, grammar, canonical print, fast path.

Knows what belongs to which header, and nothing of how it is done: a row names a parser of ``_header_grammar``, a
printer of ``_header_print`` and a shape of ``_fast_path``.  A new header gets a number in ``_header_names.pxd``, a row
here, and functions of its own only if no other header has its syntax.
"""

from libc.string cimport memset

from identify._compiled._header_grammar cimport (
    parse_address, parse_cseq, parse_digest, parse_line, parse_list, parse_media_type, parse_number,
    parse_number_parameters, parse_replaces, parse_retry_after, parse_token, parse_via,
)
from identify._compiled._header_names cimport (
    ACCEPT, ALLOW, AUTHORIZATION, CALL_ID, CONTACT, CONTENT_LENGTH, CONTENT_TYPE, CSEQ, EVENT, EXPIRES, FROM, GENERIC,
    KINDS, MAX_FORWARDS, MIN_EXPIRES, MIN_SE, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, RECORD_ROUTE, REPLACES, REQUIRE,
    RETRY_AFTER, ROUTE, SESSION_EXPIRES, SUBSCRIPTION_STATE, SUPPORTED, TO, UNSUPPORTED, VIA, WWW_AUTHENTICATE,
    HeaderName, know_names,
)
from identify._compiled._header_print cimport (
    print_address, print_cseq, print_digest, print_generic, print_line, print_list, print_media_type, print_number,
    print_replaces, print_retry_after, print_token, print_via,
)
from identify._compiled._text cimport at_line_end, fail, line_ends_here, peek, skip_lws, trim_end

cdef HeaderRow ROWS[KINDS]
memset(ROWS, 0, sizeof(ROWS))


cdef void row(int kind, const char *name, const char *compact_name, Parse parse, Print printer, int shape,
              int flags) noexcept:
    ROWS[kind].name = name
    ROWS[kind].compact_name = compact_name
    ROWS[kind].parse = parse
    ROWS[kind].print = printer
    ROWS[kind].shape = shape
    ROWS[kind].flags = flags


# Compact names are RFC 3261's (7.3.3), and those of Asterisk's own modules.  The last column
# holds bits of ``HeaderFlag``.
row(GENERIC, "", NULL, NULL, print_generic, SHAPE_LINE, AMPERSAND_STAYS)
row(ACCEPT, "Accept", NULL, parse_list, print_list, SHAPE_LINE, AMPERSAND_STAYS)
row(ALLOW, "Allow", NULL, parse_list, print_list, SHAPE_LINE, AMPERSAND_STAYS)
row(AUTHORIZATION, "Authorization", NULL, parse_digest, print_digest, SHAPE_DIGEST, 0)
row(CALL_ID, "Call-ID", "i", parse_line, print_line, SHAPE_LINE, AMPERSAND_STAYS)
row(CONTACT, "Contact", "m", parse_address, print_address, SHAPE_CONTACT, REPEATS)
row(CONTENT_LENGTH, "Content-Length", "l", parse_number, print_number, SHAPE_NUMBER, 0)
row(CONTENT_TYPE, "Content-Type", "c", parse_media_type, print_media_type, SHAPE_MEDIA_TYPE, 0)
row(CSEQ, "CSeq", NULL, parse_cseq, print_cseq, SHAPE_CSEQ, 0)
row(EVENT, "Event", "o", parse_token, print_token, SHAPE_TOKEN, 0)
row(EXPIRES, "Expires", NULL, parse_number, print_number, SHAPE_NUMBER, 0)
row(FROM, "From", "f", parse_address, print_address, SHAPE_FROM, 0)
row(MAX_FORWARDS, "Max-Forwards", NULL, parse_number, print_number, SHAPE_NUMBER, 0)
row(MIN_EXPIRES, "Min-Expires", NULL, parse_number, print_number, SHAPE_NUMBER, 0)
row(MIN_SE, "Min-SE", NULL, parse_number_parameters, print_number, SHAPE_NUMBER_PARAMETERS, 0)
row(PROXY_AUTHENTICATE, "Proxy-Authenticate", NULL, parse_digest, print_digest, SHAPE_NONE, 0)
row(PROXY_AUTHORIZATION, "Proxy-Authorization", NULL, parse_digest, print_digest, SHAPE_DIGEST, 0)
row(RECORD_ROUTE, "Record-Route", NULL, parse_address, print_address, SHAPE_ROUTE, REPEATS)
row(REPLACES, "Replaces", NULL, parse_replaces, print_replaces, SHAPE_NONE, 0)
row(REQUIRE, "Require", NULL, parse_list, print_list, SHAPE_LINE, AMPERSAND_STAYS | MERGES)
row(RETRY_AFTER, "Retry-After", NULL, parse_retry_after, print_retry_after, SHAPE_NONE, AMPERSAND_STAYS)
row(ROUTE, "Route", NULL, parse_address, print_address, SHAPE_ROUTE, REPEATS)
row(SESSION_EXPIRES, "Session-Expires", "x", parse_number_parameters, print_number, SHAPE_NUMBER_PARAMETERS, 0)
row(SUBSCRIPTION_STATE, "Subscription-State", NULL, parse_token, print_token, SHAPE_TOKEN, 0)
row(SUPPORTED, "Supported", "k", parse_list, print_list, SHAPE_LINE, AMPERSAND_STAYS | MERGES)
row(TO, "To", "t", parse_address, print_address, SHAPE_TO, 0)
row(UNSUPPORTED, "Unsupported", NULL, parse_list, print_list, SHAPE_LINE, AMPERSAND_STAYS)
row(VIA, "Via", "v", parse_via, print_via, SHAPE_VIA, REPEATS)
row(WWW_AUTHENTICATE, "WWW-Authenticate", NULL, parse_digest, print_digest, SHAPE_NONE, 0)


cdef int check_rows() except -1:
    """Every kind has a row; hand the names over."""
    cdef HeaderName names[KINDS]
    cdef int kind
    for kind in range(<int>KINDS):
        if ROWS[kind].name == NULL:
            raise ImportError(f"the header of kind {kind} has no row")
        names[kind].name = ROWS[kind].name
        names[kind].compact_name = ROWS[kind].compact_name
        names[kind].shape = ROWS[kind].shape
    return know_names(names)


check_rows()


cdef const HeaderRow *header_row(int kind) noexcept nogil:
    """The row of a kind."""
    return &ROWS[kind]


cdef bint parse_value(Text *t, int kind, Span *value, bint *more) noexcept nogil:
    """Parse one value of a header that isn't generic; the cursor is left behind it, at a line end or a ``&``.

    ``more`` says whether a comma follows, and another value of the same header behind it.
    """
    cdef const HeaderRow *header = &ROWS[kind]
    more[0] = False
    skip_lws(t)
    value.start = t.pos
    if not header.parse(t, kind):
        return False
    value.end = t.pos
    if line_ends_here(t) and value.end > value.start and t.base[value.end - 1] > c" ":
        return True
    trim_end(t.base, value)
    skip_lws(t)
    if header.flags & <int>REPEATS and peek(t) == c",":
        more[0] = True
        t.pos += 1
        return True
    if not (at_line_end(t) or ampersand_ends(t, kind)):
        return fail(t, "something follows a header's value")
    return True


cdef inline bint ampersand_ends(const Text *t, int kind) noexcept nogil:
    """Is the cursor, behind a value, at a ``&`` that ends the header?

    A value with ``AMPERSAND_STAYS`` has taken all of its line, so that here one can only stand behind a fold:
    ``Require: a`` and a line of ``&X: 1``.  To Retry-After it is a syntax error everywhere.
    """
    return peek(t) == c"&" and kind != RETRY_AFTER


cdef void print_value(const Printable *p, Out *out) noexcept nogil:
    """Print a value as PJSIP prints it for comparison."""
    ROWS[p.kind].print(p, out)
