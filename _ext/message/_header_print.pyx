"""The canonical print: how PJSIP prints a header before it is compared with ``match_header``.

A header isn't compared as it was received: PJSIP parses it and prints what it has kept.  Knows a printer for each
syntax of ``_header_grammar``, over text that is known to be valid; which header has which printer is in ``_headers``.
URIs inside of addresses are printed by ``_uri``.

Facts
- A header that PJSIP doesn't read itself is printed as received; a fold with the blanks after it is one blank.
- Addresses: a display name is quoted, the URI is in ``<>``.  Of From and To ``tag`` comes first, of Contact ``q``
  (without trailing zeros: 0.50 is 0.5) and ``expires`` (as a number); the last of several counts.
- Via: ``ttl``, ``rport``, ``maddr``, ``received``, ``branch``, then the others.  The first Via carries the source of
  the packet as ``received``, and its port as ``rport`` where that has no value.
- A Contact's URI loses ``x-ast-...``; the first one of a request over a transport with ``symmetric_transport`` carries
  ``x-ast-txp``.
- Credentials: the known ones in a fixed order (``username``, ``realm``, ``nonce`` and ``response`` even if they are
  absent), then the others, without quotes.
- Lists: items joined by ", "; several Supported, or Require, are one list (``print_field`` in ``_message``).
- Numbers lose their leading zeros and are modulo 2**32.
- Methods that PJSIP knows are printed in capitals (``_methods``).
- Releases with ``PARAMETERS_DECODED`` resolve the escapes in names and values of parameters that aren't quoted, and in
  those of credentials that they don't know, when they read them: ``;t%61g=%41`` is the tag A.
"""

from libc.string cimport strlen

from identify._compiled._dialect cimport PARAMETERS_DECODED
from identify._compiled._header_grammar cimport (
    HeaderParameter, Hop, NameAddress, credentials_of, find_digest, next_credential, next_parameter, number_of,
    parse_hop, parse_name_address,
)
from identify._compiled._header_names cimport CONTACT, FROM, RECORD_ROUTE, ROUTE, TO
from identify._compiled._methods cimport put_method
from identify._compiled._text cimport (
    SIP_DIGIT, SIP_TOKEN, Text, after_line_end, at_line_end, cursor_over, decoded, peek, put, put_decoded, put_number,
    put_span, put_text, same_decoded, same_name, sip_class_init, skip_blanks, skip_lws, take, to_line_end,
)
from identify._compiled._uri_print cimport PLACE_CONTACT, PLACE_FROM_TO, PLACE_ROUTE, print_uri

sip_class_init()


# ---------------------------------------------------------------- From, To, Contact, Route, Record-Route

cdef void print_address(const Printable *p, Out *out) noexcept nogil:
    """``["display" ]<uri>[;parameters]``, or an asterisk."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef const uint8_t *base = p.base
    cdef int kind = p.kind
    cdef NameAddress address
    cdef HeaderParameter parameter
    cdef Span rest
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
    if kind == CONTACT:
        print_contact_parameters(p, address.parameters, out)
        return
    if kind == FROM or kind == TO:
        print_last(p, address.parameters, "tag", 3, out)
    rest = address.parameters
    while next_parameter(base, &rest, &parameter):
        if (kind == FROM or kind == TO) and is_named(p, &parameter, "tag", 3):
            continue
        print_parameter(p, &parameter, out)


cdef void print_contact_parameters(const Printable *p, Span parameters, Out *out) noexcept nogil:
    """q without trailing zeros, expires as a number, then the others."""
    cdef const uint8_t *base = p.base
    cdef HeaderParameter parameter
    cdef Span rest = parameters
    if last_parameter(p, parameters, "q", 1, &parameter) and parameter.value.start < parameter.value.end:
        put_text(out, ";q=")
        print_q(p, parameter.value, out)
    if last_parameter(p, parameters, "expires", 7, &parameter) and parameter.value.start < parameter.value.end:
        put_text(out, ";expires=")
        put_number(out, number_in(p, parameter.value))
    while next_parameter(base, &rest, &parameter):
        if is_named(p, &parameter, "q", 1) or is_named(p, &parameter, "expires", 7):
            continue
        print_parameter(p, &parameter, out)


cdef void print_q(const Printable *p, Span value, Out *out) noexcept nogil:
    """Thousandths, as PJSIP keeps them: 0.50 -> 0.5, 1.0 -> 1, .5 -> 0.5."""
    cdef uint32_t whole = 0
    cdef uint32_t thousandths = 0
    cdef uint32_t scale = 100
    cdef int c = next_byte(p, &value)
    while c"0" <= c <= c"9":
        whole = whole * 10 + c - c"0"
        c = next_byte(p, &value)
    if c == c".":
        c = next_byte(p, &value)
        while c"0" <= c <= c"9" and scale:
            thousandths += (c - c"0") * scale
            scale //= 10
            c = next_byte(p, &value)
    put_number(out, whole)
    if thousandths:
        put(out, c".")
        put(out, c"0" + thousandths // 100)
        if thousandths % 100:
            put(out, c"0" + thousandths // 10 % 10)
            if thousandths % 10:
                put(out, c"0" + thousandths % 10)


# ---------------------------------------------------------------- Via

cdef void print_via(const Printable *p, Out *out) noexcept nogil:
    """ttl, rport, maddr, received, branch, then the others; the first Via carries the packet's source."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef const uint8_t *base = p.base
    cdef Hop hop
    cdef HeaderParameter parameter
    cdef Span rest
    cdef uint32_t i
    if not parse_hop(&t, &hop):
        return
    put_text(out, "SIP/2.0/")
    for i in range(hop.transport.start, hop.transport.end):
        put(out, base[i] - 32 if c"a" <= base[i] <= c"z" else base[i])
    put(out, c" ")
    if hop.bracketed:
        put(out, c"[")
    put_span(out, base, hop.host)
    if hop.bracketed:
        put(out, c"]")
    if hop.port:
        put(out, c":")
        put_number(out, hop.port)
    if last_parameter(p, hop.parameters, "ttl", 3, &parameter):
        put_text(out, ";ttl=")
        put_number(out, number_in(p, parameter.value))
    if last_parameter(p, hop.parameters, "rport", 5, &parameter):
        put_text(out, ";rport")
        if parameter.value.start < parameter.value.end:
            put(out, c"=")
            put_number(out, number_in(p, parameter.value))
        elif p.received != NULL:
            put(out, c"=")
            put_number(out, p.received.port)
    print_last(p, hop.parameters, "maddr", 5, out)
    if p.received != NULL:
        put_text(out, ";received=")
        put_text(out, p.received.address)
    else:
        print_last(p, hop.parameters, "received", 8, out)
    print_last(p, hop.parameters, "branch", 6, out)
    rest = hop.parameters
    while next_parameter(base, &rest, &parameter):
        if (is_named(p, &parameter, "ttl", 3) or is_named(p, &parameter, "rport", 5)
                or is_named(p, &parameter, "maddr", 5) or is_named(p, &parameter, "received", 8)
                or is_named(p, &parameter, "branch", 6)):
            continue
        print_parameter(p, &parameter, out)


# ---------------------------------------------------------------- Authorization and the other headers of credentials

cdef const char *CREDENTIALS[10]
CREDENTIALS[:] = ["username", "realm", "nonce", "uri", "response", "algorithm", "cnonce", "opaque", "qop", "nc"]
# Whether each is quoted.
cdef int QUOTED[10]
QUOTED[:] = [1, 1, 1, 1, 1, 0, 1, 1, 0, 0]
# Printed though absent or empty.
cdef int ALWAYS[10]
ALWAYS[:] = [1, 1, 1, 0, 1, 0, 0, 0, 0, 0]


cdef void print_digest(const Printable *p, Out *out) noexcept nogil:
    cdef const uint8_t *base = p.base
    cdef Span found, rest
    cdef HeaderParameter parameter
    cdef int i
    cdef bint first = True
    cdef bint is_known
    put_text(out, "Digest ")
    for i in range(10):
        find_digest(base, p.value, CREDENTIALS[i], <uint32_t>strlen(CREDENTIALS[i]), &found)
        if found.start == found.end and not ALWAYS[i]:
            continue
        if not first:
            put_text(out, ", ")
        first = False
        put_text(out, CREDENTIALS[i])
        put(out, c"=")
        if QUOTED[i]:
            put(out, c'"')
        put_span(out, base, found)
        if QUOTED[i]:
            put(out, c'"')
    rest = credentials_of(base, p.value)
    while next_credential(base, &rest, &parameter):
        is_known = False
        for i in range(10):
            if same_name(base, parameter.name, CREDENTIALS[i], <uint32_t>strlen(CREDENTIALS[i])):
                is_known = True
        if is_known:
            continue
        put(out, c",")
        put_part(p, parameter.name, out)
        put(out, c"=")
        # The span of a quoted value begins behind its quote.
        if base[parameter.value.start - 1] == c'"':
            put_span(out, base, parameter.value)
        else:
            put_part(p, parameter.value, out)


# ---------------------------------------------------------------- the other headers

cdef void print_line(const Printable *p, Out *out) noexcept nogil:
    """As received."""
    put_span(out, p.base, p.value)


cdef void print_list(const Printable *p, Out *out) noexcept nogil:
    """Items joined by ", "; blanks before a comma stay, those after it and empty items at the ends go."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef Span item
    cdef bint begun = False
    while t.pos < t.end:
        skip_lws(&t)
        item.start = t.pos
        while t.pos < t.end and t.base[t.pos] != c"," and not at_line_end(&t):
            t.pos += 1
        item.end = t.pos
        skip_lws(&t)
        if item.start < item.end:
            if begun:
                put_text(out, ", ")
            begun = True
            put_span(out, p.base, item)
        if peek(&t) == c",":
            t.pos += 1


cdef void print_cseq(const Printable *p, Out *out) noexcept nogil:
    cdef Text t = cursor_over(p.base, p.value)
    put_number(out, number_of(p.base, take(&t, SIP_DIGIT)))
    put(out, c" ")
    skip_lws(&t)
    put_method(out, p.base, take(&t, SIP_TOKEN))


cdef void print_media_type(const Printable *p, Out *out) noexcept nogil:
    cdef Text t = cursor_over(p.base, p.value)
    put_span(out, p.base, take(&t, SIP_TOKEN))
    skip_lws(&t)
    t.pos += 1
    skip_lws(&t)
    put(out, c"/")
    put_span(out, p.base, take(&t, SIP_TOKEN))
    print_rest(p, &t, out)


cdef void print_token(const Printable *p, Out *out) noexcept nogil:
    cdef Text t = cursor_over(p.base, p.value)
    put_span(out, p.base, take(&t, SIP_TOKEN))
    print_rest(p, &t, out)


cdef void print_replaces(const Printable *p, Out *out) noexcept nogil:
    """The Call-ID, to-tag, from-tag, early-only, then the others."""
    cdef const uint8_t *base = p.base
    cdef Span part = p.value
    cdef HeaderParameter parameter
    cdef uint32_t end = p.value.start
    while end < p.value.end and base[end] != c";":
        end += 1
    part.end = end
    put_span(out, base, part)
    part.start = end
    part.end = p.value.end
    print_last(p, part, "to-tag", 6, out)
    print_last(p, part, "from-tag", 8, out)
    if last_parameter(p, part, "early-only", 10, &parameter):
        put_text(out, ";early-only")
    while next_parameter(base, &part, &parameter):
        if (is_named(p, &parameter, "to-tag", 6) or is_named(p, &parameter, "from-tag", 8)
                or is_named(p, &parameter, "early-only", 10)):
            continue
        print_parameter(p, &parameter, out)


cdef void print_number(const Printable *p, Out *out) noexcept nogil:
    """A number and parameters."""
    cdef Text t = cursor_over(p.base, p.value)
    put_number(out, number_of(p.base, take(&t, SIP_DIGIT)))
    print_rest(p, &t, out)


cdef void print_retry_after(const Printable *p, Out *out) noexcept nogil:
    """The number, the comment and a blank without one between them, parameters."""
    cdef Text t = cursor_over(p.base, p.value)
    cdef Span comment
    put_number(out, number_of(p.base, take(&t, SIP_DIGIT)))
    skip_lws(&t)
    if peek(&t) == c"(":
        comment.start = t.pos
        while t.pos < t.end and p.base[t.pos] != c")":
            t.pos += 1
        t.pos += 1
        comment.end = t.pos
        put_span(out, p.base, comment)
        put(out, c" ")
    print_rest(p, &t, out)


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


# ---------------------------------------------------------------- parameters

cdef inline bint is_named(const Printable *p, const HeaderParameter *parameter, const char *name,
                          uint32_t length) noexcept nogil:
    """Is it the parameter of that name, which is lower case?"""
    if p.dialect & <uint32_t>PARAMETERS_DECODED:
        return same_decoded(p.base, parameter.name, name, length)
    return same_name(p.base, parameter.name, name, length)


cdef bint last_parameter(const Printable *p, Span parameters, const char *name, uint32_t length,
                         HeaderParameter *found) noexcept nogil:
    """The last parameter of that name; False where there is none."""
    cdef Span rest = parameters
    cdef HeaderParameter parameter
    cdef bint any_found = False
    while next_parameter(p.base, &rest, &parameter):
        if is_named(p, &parameter, name, length):
            found[0] = parameter
            any_found = True
    return any_found


cdef inline int next_byte(const Printable *p, Span *rest) noexcept nogil:
    """Take the first byte of a parameter's value off ``rest``; -1 at the end."""
    if rest.start >= rest.end:
        return -1
    if p.dialect & <uint32_t>PARAMETERS_DECODED:
        return decoded(p.base, &rest.start, rest.end)
    rest.start += 1
    return p.base[rest.start - 1]


cdef uint32_t number_in(const Printable *p, Span value) noexcept nogil:
    """As ``number_of``, of a parameter's value."""
    cdef uint32_t number = 0
    cdef int c = next_byte(p, &value)
    while c"0" <= c <= c"9":
        number = number * 10 + c - c"0"
        c = next_byte(p, &value)
    return number


cdef inline void put_part(const Printable *p, Span part, Out *out) noexcept nogil:
    """Print the name or the value of a parameter."""
    if p.dialect & <uint32_t>PARAMETERS_DECODED and part.start < part.end and p.base[part.start] != c'"':
        put_decoded(out, p.base, part)
    else:
        put_span(out, p.base, part)


cdef void print_parameter(const Printable *p, const HeaderParameter *parameter, Out *out) noexcept nogil:
    put(out, c";")
    put_part(p, parameter.name, out)
    if parameter.value.start < parameter.value.end:
        put(out, c"=")
        put_part(p, parameter.value, out)


cdef void print_last(const Printable *p, Span parameters, const char *name, uint32_t length,
                     Out *out) noexcept nogil:
    """Print a known parameter with a value, under its lower-case name; the last of several counts."""
    cdef HeaderParameter found
    if last_parameter(p, parameters, name, length, &found) and found.value.start < found.value.end:
        put(out, c";")
        put_text(out, name)
        put(out, c"=")
        put_part(p, found.value, out)


cdef void print_rest(const Printable *p, const Text *t, Out *out) noexcept nogil:
    """The parameters from the cursor on, as they come."""
    cdef Span rest
    cdef HeaderParameter parameter
    rest.start = t.pos
    rest.end = t.end
    while next_parameter(t.base, &rest, &parameter):
        print_parameter(p, &parameter, out)
