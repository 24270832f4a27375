"""The canonical print: how PJSIP prints a header before it is compared with ``match_header``.

A header isn't compared as it was received: PJSIP parses it and prints what it has kept.  Knows a printer for each
syntax of ``_header_grammar``, over text that is known to be valid; which header has which printer is in ``_headers``.
URIs inside of addresses are printed by ``_uri_print``.

Facts
- A header that PJSIP doesn't read itself is printed as received; a fold with the blanks after it is one blank.
- Addresses: a display name is quoted, the URI is in ``<>``.
- Via: the first one carries the packet's source as ``received``, and its port as ``rport`` where that has no value.
- A Contact's URI loses ``x-ast-...``; the first one of a request over a transport with ``symmetric_transport`` carries
  ``x-ast-txp``.
- Retry-After: of several comments the last counts, and ``()`` isn't printed: ``5 (a);y (b)`` is ``5(b) ;y``.
- Numbers lose their leading zeros and are modulo 2**32.
- Methods that PJSIP knows are printed in capitals (``_methods``).
- Parameters, lists and Digest have modules of their own.
"""

from identify._compiled._header_grammar cimport (
    Hop, MediaType, NameAddress, parse_hop, parse_media, parse_name_address,
)
from identify._compiled._header_names cimport CONTACT, RECORD_ROUTE, ROUTE
from identify._compiled._header_numbers cimport number_of
from identify._compiled._header_parameters cimport (
    HeaderParameter, next_parameter, print_parameters, take_comment,
)
from identify._compiled._methods cimport put_method
from identify._compiled._text cimport (
    SIP_DIGIT, SIP_TOKEN, Span, Text, after_line_end, cursor_over, peek, put, put_number, put_span, put_text,
    sip_class_init, skip_blanks, skip_lws, take, to_line_end,
)
from identify._compiled._uri_print cimport PLACE_CONTACT, PLACE_FROM_TO, PLACE_ROUTE, print_host, print_uri

sip_class_init()


# ---------------------------------------------------------------- From, To, Contact, Route, Record-Route

cdef void print_address(const Printable *p, Out *out) noexcept nogil:
    """``["display" ]<uri>[;parameters]``, or an asterisk."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef const uint8_t *base = p.base
    cdef int kind = p.kind
    cdef NameAddress address
    cdef int place = PLACE_FROM_TO
    if not parse_name_address(&t, kind, &address):
        return
    if address.star:
        put(out, c"*")
        return
    if kind == CONTACT:
        place = PLACE_CONTACT
    elif kind == ROUTE or kind == RECORD_ROUTE:
        place = PLACE_ROUTE
    if address.has_display:
        put(out, c'"')
        put_span(out, base, address.display)
        put(out, c'"')
        put(out, c" ")
    put(out, c"<")
    print_uri(base, &address.uri, place, p.dialect, p.added, out)
    put(out, c">")
    print_parameters(p, address.parameters, out)


# ---------------------------------------------------------------- Via

cdef void print_via(const Printable *p, Out *out) noexcept nogil:
    """Protocol, host and parameters; the comment isn't kept."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef const uint8_t *base = p.base
    cdef Hop hop
    cdef uint32_t i
    if not parse_hop(&t, &hop):
        return
    put_text(out, "SIP/2.0/")
    for i in range(hop.transport.start, hop.transport.end):
        put(out, base[i] - 32 if c"a" <= base[i] <= c"z" else base[i])
    put(out, c" ")
    print_host(base, hop.host, hop.bracketed, out)
    if hop.port:
        put(out, c":")
        put_number(out, hop.port)
    print_parameters(p, hop.parameters, out)


# ---------------------------------------------------------------- the other headers

cdef void print_line(const Printable *p, Out *out) noexcept nogil:
    """As received."""
    put_span(out, p.base, p.value)


cdef void print_cseq(const Printable *p, Out *out) noexcept nogil:
    cdef Text t = cursor_over(p.base, p.value)
    put_number(out, number_of(p.base, take(&t, SIP_DIGIT)))
    put(out, c" ")
    skip_lws(&t)
    put_method(out, p.base, take(&t, SIP_TOKEN))


cdef void print_media_type(const Printable *p, Out *out) noexcept nogil:
    """``type/subtype`` and parameters."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef MediaType media
    if not parse_media(&t, &media):
        return
    put_span(out, p.base, media.type)
    put(out, c"/")
    put_span(out, p.base, media.subtype)
    print_parameters(p, media.parameters, out)


cdef void print_token(const Printable *p, Out *out) noexcept nogil:
    """A token and parameters."""
    cdef Text t = cursor_over(p.base, p.value)
    put_span(out, p.base, take(&t, SIP_TOKEN))
    print_parameters(p, rest_of(&t), out)


cdef void print_replaces(const Printable *p, Out *out) noexcept nogil:
    """The Call-ID, as received, and parameters."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef Span part = p.value
    while t.pos < t.end and p.base[t.pos] != c";":
        t.pos += 1
    part.end = t.pos
    put_span(out, p.base, part)
    print_parameters(p, rest_of(&t), out)


cdef void print_number(const Printable *p, Out *out) noexcept nogil:
    """A number and parameters."""
    cdef Text t = cursor_over(p.base, p.value)
    put_number(out, number_of(p.base, take(&t, SIP_DIGIT)))
    print_parameters(p, rest_of(&t), out)


cdef bint find_comment(const Printable *p, Span rest, Span *comment) noexcept nogil:
    """The last comment before, between and behind the parameters, empty where there is none; are there parameters?"""
    cdef Text t = cursor_over(p.base, rest)
    cdef HeaderParameter parameter
    cdef bint any_parameter = False
    comment.start = comment.end = rest.start
    while True:
        skip_lws(&t)
        while peek(&t) == c"(":
            comment.start = t.pos
            take_comment(&t)
            comment.end = t.pos
            skip_lws(&t)
        rest.start = t.pos
        if not next_parameter(p.base, p.kind, &rest, &parameter):
            return any_parameter
        any_parameter = True
        t.pos = rest.start


cdef void print_retry_after(const Printable *p, Out *out) noexcept nogil:
    """The number, the last comment without a blank before it and with one behind it, parameters."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef Span comment
    cdef bint any_parameter
    put_number(out, number_of(p.base, take(&t, SIP_DIGIT)))
    any_parameter = find_comment(p, rest_of(&t), &comment)
    # "()" isn't kept.
    if comment.end - comment.start > 2:
        put_span(out, p.base, comment)
        if any_parameter:
            put(out, c" ")
    print_parameters(p, rest_of(&t), out)


cdef void print_generic(const Printable *p, Out *out) noexcept nogil:
    """As received; a fold with the blanks after it is one blank."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef Span line
    while True:
        line.start = t.pos
        to_line_end(&t)
        line.end = t.pos
        put_span(out, p.base, line)
        if t.pos >= t.end:
            return
        put(out, c" ")
        t.pos = after_line_end(&t, t.pos)
        skip_blanks(&t)


cdef inline Span rest_of(const Text *t) noexcept nogil:
    """What is left behind the cursor."""
    cdef Span rest
    rest.start = t.pos
    rest.end = t.end
    return rest
