"""Digest: Authorization and WWW-Authenticate, and those of proxies, read and printed (RFC 3261 20.7, 20.44).

Knows how a scheme and its list of ``name=value`` are written; which names are known, and how each is printed, is in the
rows of ``_headers``.

Facts
- Another scheme than Digest is a syntax error; the scheme is printed as it was sent.
- The known ones come in a fixed order, without those that are absent or empty, but for some that are always printed.
  The last of several counts.
- Authorization: joined by ", ", which stays in front of the second one when there is no user: ``Digest , realm="r"``.
  Unknown ones follow behind "," without quotes, with %xx for what isn't allowed in a parameter, and without "=" if
  they are empty.
- WWW-Authenticate: joined by ","; unknown ones keep their quotes.
"""

from identify._compiled._dialect cimport PARAMETERS_DECODED
from identify._compiled._header_parameters cimport (
    EMPTY_ALWAYS, FORM_QUOTED, READ_TRUE, ParameterRule, ParameterTable, parameters_of, put_value,
)
from identify._compiled._text cimport (
    SIP_TOKEN, cursor_over, fail, peek, put, put_span, put_text, same_name, sip_class_init, skip_lws, take, take_quoted,
)

sip_class_init()


# credentials = ( "Digest" LWS digest-response ) / other-response
# dig-resp    = auth-param-name EQUAL ( token / quoted-string )
cdef bint parse_digest(Text *t, int kind) noexcept nogil:
    """``Digest name=value, ...``"""
    cdef Span scheme
    cdef HeaderParameter parameter
    skip_lws(t)
    scheme = take(t, SIP_TOKEN)
    skip_lws(t)
    if not same_name(t.base, scheme, "digest", 6):
        return fail(t, "credentials of another scheme than Digest")
    while True:
        if not take_credential(t, &parameter):
            return False
        if peek(t) != c",":
            return True
        t.pos += 1


cdef bint take_credential(Text *t, HeaderParameter *parameter) noexcept nogil:
    """``name = value``; a quoted value's span is the text between the quotes."""
    skip_lws(t)
    parameter.name = take(t, SIP_TOKEN)
    if parameter.name.start == parameter.name.end:
        return fail(t, "a credential has no name")
    skip_lws(t)
    parameter.has_value = False
    parameter.value.start = parameter.value.end = t.pos
    if peek(t) == c"=":
        t.pos += 1
        parameter.has_value = True
        skip_lws(t)
        if peek(t) == c'"':
            if not take_quoted(t, &parameter.value):
                return False
        else:
            parameter.value = take(t, SIP_TOKEN)
        skip_lws(t)
    return True


cdef Span scheme_of(const uint8_t *base, Span value, Span *credentials) noexcept nogil:
    """The scheme, and what follows it."""
    cdef Text t = cursor_over(base, value)
    cdef Span scheme
    skip_lws(&t)
    scheme = take(&t, SIP_TOKEN)
    credentials.start = t.pos
    credentials.end = value.end
    return scheme


cdef bint next_credential(const uint8_t *base, Span *rest, HeaderParameter *parameter) noexcept nogil:
    """Take the first off ``rest``, whose text is known to be valid; False at the end."""
    cdef Text t = cursor_over(base, rest[0])
    if t.pos >= t.end or not take_credential(&t, parameter):
        return False
    if peek(&t) == c",":
        t.pos += 1
    rest.start = t.pos
    return True


cdef bint find_digest(const uint8_t *base, Span value, const char *name, uint32_t length, Span *found) noexcept nogil:
    """The last credential of that name; ``found`` is empty where there is none."""
    cdef Span rest
    cdef HeaderParameter parameter
    cdef bint any_found = False
    scheme_of(base, value, &rest)
    found.start = found.end = value.start
    while next_credential(base, &rest, &parameter):
        if same_name(base, parameter.name, name, length):
            found[0] = parameter.value
            any_found = True
    return any_found


# ---------------------------------------------------------------- printing

cdef bint is_known(const Printable *p, Span name) noexcept nogil:
    """Is it one of those that this header knows?  Escapes in names aren't resolved here."""
    cdef const ParameterTable *table = parameters_of(p.kind)
    cdef uint32_t i
    for i in range(table.count):
        if same_name(p.base, name, table.rules[i].name, table.rules[i].length):
            return True
    return False


cdef void print_known(const Printable *p, const char *joint, Out *out) noexcept nogil:
    """The scheme and the known ones."""
    cdef const ParameterTable *table = parameters_of(p.kind)
    cdef const ParameterRule *rule
    cdef Span found, rest
    cdef uint32_t i
    put_span(out, p.base, scheme_of(p.base, p.value, &rest))
    put(out, c" ")
    for i in range(table.count):
        rule = &table.rules[i]
        find_digest(p.base, p.value, rule.name, rule.length, &found)
        if rule.reading == READ_TRUE and not same_name(p.base, found, "true", 4):
            found.end = found.start
        if found.start == found.end and rule.empty != EMPTY_ALWAYS:
            continue
        if i:
            put_text(out, joint)
        put_text(out, rule.name)
        put(out, c"=")
        if rule.reading == READ_TRUE:
            put_text(out, "true")
        elif rule.form == FORM_QUOTED:
            put(out, c'"')
            put_span(out, p.base, found)
            put(out, c'"')
        else:
            put_span(out, p.base, found)


cdef void print_digest(const Printable *p, const char *joint, bint keeps_quotes, Out *out) noexcept nogil:
    """The scheme, the known ones with ``joint`` between them, and the unknown ones."""
    cdef HeaderParameter parameter
    cdef Printable as_sent = p[0]
    cdef Span rest
    cdef bint quoted
    print_known(p, joint, out)
    scheme_of(p.base, p.value, &rest)
    while next_credential(p.base, &rest, &parameter):
        if is_known(p, parameter.name):
            continue
        put(out, c",")
        put_value(p, parameter.name, True, out)
        # The span of a quoted value begins behind its quote.
        quoted = parameter.has_value and p.base[parameter.value.start - 1] == c'"'
        if quoted and keeps_quotes:
            # Empty ones too.
            put_text(out, '="')
            put_span(out, p.base, parameter.value)
            put(out, c'"')
        elif parameter.value.start < parameter.value.end:
            put(out, c"=")
            # In quotes escapes aren't resolved, in older releases either.
            as_sent.dialect = p.dialect & ~<uint32_t>PARAMETERS_DECODED if quoted else p.dialect
            put_value(&as_sent, parameter.value, True, out)


cdef void print_credentials(const Printable *p, Out *out) noexcept nogil:
    """What a client answers."""
    print_digest(p, ", ", False, out)


cdef void print_challenge(const Printable *p, Out *out) noexcept nogil:
    """What a server asks for."""
    print_digest(p, ",", True, out)
