"""URIs as PJSIP reads them: sip and sips (RFC 3261 19.1), tel (RFC 3966), any other scheme opaque.

Knows syntax alone; what of a URI is printed, and how, is in ``_uri_print``.

Facts
- No blank and no fold inside a URI, but in ``[...]``.
- The user may hold ``; ? / & = + $ , #``; that there is one is known by a ``@`` before the URI's end.
- An empty password (``sip:a:@b``) is a syntax error.
- A host in ``[...]`` is anything up to the ``]``: blanks, ``>``, line ends, NUL; only ``[]`` is a syntax error.
- A port may have any number of leading zeros.
- A parameter may be empty (``x=``) or a quoted string in a sip URI, neither in a tel URI, where its value may hold
  ``, = @``.
- The value of ``ttl``, if it has one, is a number up to 255; ``+5`` and ``5x`` are 5, ``.5`` is a syntax error.
- Escapes are resolved when a URI is read, but not in the names of a tel URI's parameters.
- Another scheme is any token, and what follows its colon any letters, digits and ``-_.!~*'();/?:@&=+$,#%``, at least
  one of them: ``[`` isn't among them.
"""

from libc.string cimport memchr, memset

from identify._compiled._text cimport (
    Span, Text, SIP_DIGIT, SIP_HEADER, SIP_HOST, SIP_OTHER, SIP_PARAM, SIP_PASSWORD, SIP_TEL, SIP_TEL_VALUE, SIP_TOKEN,
    SIP_USER_END, SIP_USER_READ, cursor_over, decoded, fail, peek, same_decoded, same_name, sip_class, sip_class_init,
    take, take_long, take_quoted,
)

sip_class_init()


cdef bint has_at(Text *t) noexcept nogil:
    """Is there a '@' before the URI's end?

    The end isn't known yet: a list such as ``sip:a,sip:b,sip:c`` is searched as a whole, once for all its URIs.
    """
    cdef const uint8_t *place = t.base + t.pos
    cdef const uint8_t *end = t.base + t.end
    if t.searched <= t.pos < t.searched_end:
        return False
    while place < end and not sip_class[place[0]] & SIP_USER_END:
        place += 1
    if place < end and place[0] == c"@":
        return True
    t.searched = t.pos
    t.searched_end = <uint32_t>(place - t.base)
    return False


cdef bint take_port(Text *t, uint32_t *port) noexcept nogil:
    """The digits at the cursor, of a URI or a Via; 0 is as no port, for PJSIP prints none then."""
    cdef Span digits = take(t, SIP_DIGIT)
    cdef uint32_t number = 0
    cdef uint32_t i
    if digits.start == digits.end:
        return fail(t, "a port has no digits")
    for i in range(digits.start, digits.end):
        number = number * 10 + t.base[i] - c"0"
        if number > 65535:
            t.pos = digits.start
            return fail(t, "a port is greater than 65535")
    port[0] = number
    return True


cdef bint take_bracketed_host(Text *t, Span *host, bint *holds_colon) noexcept nogil:
    """``[host]`` at the cursor, of a URI or a Via.  It may go over lines: whatever isn't its ``]`` is part of it."""
    cdef const uint8_t *start = t.base + t.pos + 1
    cdef const void *end = memchr(start, c"]", t.end - t.pos - 1)
    if end == NULL:
        return fail(t, "a host in brackets has no closing bracket")
    if <const uint8_t *>end == start:
        return fail(t, "a host in brackets is empty")
    host.start = t.pos + 1
    host.end = <uint32_t>(<const uint8_t *>end - t.base)
    holds_colon[0] = memchr(start, c":", host.end - host.start) != NULL
    t.pos = host.end + 1
    return True


cdef bint take_parameter(Text *t, int value_bits, Parameter *parameter) noexcept nogil:
    """``;name[=value]`` with the cursor at the ``;``; the quotes of a value belong to it."""
    t.pos += 1
    parameter.name = take(t, SIP_PARAM)
    parameter.has_value = parameter.quoted = False
    parameter.value.start = parameter.value.end = t.pos
    if parameter.name.start == parameter.name.end:
        return fail(t, "a URI parameter has no name")
    if peek(t) != c"=":
        return True
    t.pos += 1
    parameter.has_value = True
    if peek(t) == c'"':
        parameter.quoted = True
        if not take_quoted(t, &parameter.value):
            return False
        parameter.value.start -= 1
        parameter.value.end += 1
    else:
        parameter.value = take(t, value_bits)
    return True


cdef bint take_parameters(Text *t, bint tel, Span *parameters) noexcept nogil:
    cdef Parameter parameter
    parameters.start = t.pos
    while peek(t) == c";":
        if not take_parameter(t, SIP_TEL_VALUE if tel else SIP_PARAM, &parameter):
            return False
        if tel:
            if parameter.has_value and (parameter.quoted or parameter.value.start == parameter.value.end):
                t.pos = parameter.value.start
                return fail(t, "a parameter of a tel URI has no value")
        elif parameter.value.start < parameter.value.end and same_decoded(t.base, parameter.name, "ttl", 3):
            if ttl_of(t.base, parameter.value) > TTL_MAXIMUM:
                t.pos = parameter.value.start
                return fail(t, "the ttl of a URI isn't a number up to 255")
    parameters.end = t.pos
    return True


cdef uint32_t ttl_of(const uint8_t *base, Span value) noexcept nogil:
    """The number at the beginning of a ttl's value, more than ``TTL_MAXIMUM`` where there is none."""
    cdef uint32_t pos = value.start
    cdef uint32_t number = 0
    cdef bint any_digit = False
    cdef int c = decoded(base, &pos, value.end)
    if c == c"+" and pos < value.end:
        c = decoded(base, &pos, value.end)
    while c"0" <= c <= c"9" and number <= TTL_MAXIMUM:
        any_digit = True
        number = number * 10 + c - c"0"
        if pos >= value.end:
            break
        c = decoded(base, &pos, value.end)
    return number if any_digit else <uint32_t>TTL_MAXIMUM + 1


cdef bint take_headers(Text *t, Span *headers) noexcept nogil:
    cdef Span name
    headers.start = t.pos + 1
    while True:
        t.pos += 1
        name = take(t, SIP_HEADER)
        if name.start == name.end:
            return fail(t, "a URI header has no name")
        if peek(t) == c"=":
            t.pos += 1
            take(t, SIP_HEADER)
        if peek(t) != c"&":
            break
    headers.end = t.pos
    return True


cdef bint take_user(Text *t, Uri *uri) noexcept nogil:
    """``user[:password]@``, if there is one."""
    cdef uint32_t start = t.pos
    uri.user = take(t, SIP_USER_READ)
    if uri.user.start < uri.user.end and peek(t) == c"@":
        # So it is nearly always; what was taken holds no end of the URI.
        uri.has_user = True
        t.pos += 1
        return True
    t.pos = start
    if not has_at(t):
        uri.user.start = uri.user.end = 0
        return True
    if uri.user.start == uri.user.end:
        return fail(t, "a URI has an empty user")
    uri.has_user = True
    t.pos = uri.user.end
    if peek(t) == c":":
        t.pos += 1
        uri.password = take(t, SIP_PASSWORD)
        if uri.password.start == uri.password.end:
            return fail(t, "a URI has an empty password")
    if peek(t) != c"@":
        return fail(t, "a URI's user holds a character that may not stand there")
    t.pos += 1
    return True


cdef bint take_sip(Text *t, bint with_parameters, Uri *uri) noexcept nogil:
    if not take_user(t, uri):
        return False
    if peek(t) == c"[":
        if not take_bracketed_host(t, &uri.host, &uri.bracketed_host):
            return False
    else:
        uri.host = take_long(t, SIP_HOST)
    if uri.host.start == uri.host.end:
        return fail(t, "a URI has no host")
    if peek(t) == c":":
        t.pos += 1
        if not take_port(t, &uri.port):
            return False
    if with_parameters:
        if not take_parameters(t, False, &uri.parameters):
            return False
        if peek(t) == c"?" and not take_headers(t, &uri.headers):
            return False
    return True


cdef bint is_sip(const Text *t) noexcept nogil:
    """Does "sip:" follow, in any case?  Setting the bit 0x20 makes no other byte a letter of it."""
    cdef const uint8_t *place = t.base + t.pos
    return (t.end - t.pos >= 4 and place[0] | 32 == c"s" and place[1] | 32 == c"i" and place[2] | 32 == c"p"
            and place[3] == c":")


cdef bint parse_uri(Text *t, bint with_parameters, Uri *uri) noexcept nogil:
    """Parse the URI at the cursor.

    ``with_parameters`` is False for an addr-spec outside of <>, whose parameters are the header's; a URI of another
    scheme has none of its own, and ends at neither ``;`` nor ``,``.
    """
    memset(uri, 0, sizeof(Uri))
    uri.text.start = t.pos
    if is_sip(t):
        # What nearly every URI is.
        uri.scheme_name.start = t.pos
        uri.scheme_name.end = t.pos + 3
        uri.scheme = SCHEME_SIP
        t.pos += 4
        if not take_sip(t, with_parameters, uri):
            return False
        uri.text.end = t.pos
        return True
    uri.scheme_name = take(t, SIP_TOKEN)
    if uri.scheme_name.start == uri.scheme_name.end or peek(t) != c":":
        t.pos = uri.text.start
        return fail(t, "a URI has no scheme")
    t.pos += 1
    if same_name(t.base, uri.scheme_name, "sip", 3):
        uri.scheme = SCHEME_SIP
    elif same_name(t.base, uri.scheme_name, "sips", 4):
        uri.scheme = SCHEME_SIPS
    elif same_name(t.base, uri.scheme_name, "tel", 3):
        uri.scheme = SCHEME_TEL
    else:
        uri.scheme = SCHEME_OTHER
    if uri.scheme <= SCHEME_SIPS:
        if not take_sip(t, with_parameters, uri):
            return False
    elif uri.scheme == SCHEME_TEL:
        uri.user = take(t, SIP_TEL)
        if uri.user.start == uri.user.end:
            return fail(t, "a tel URI has no number")
        if with_parameters and not take_parameters(t, True, &uri.parameters):
            return False
    else:
        uri.user = take(t, SIP_OTHER)
        if uri.user.start == uri.user.end:
            return fail(t, "nothing follows the scheme of a URI")
    uri.text.end = t.pos
    return True


cdef bint next_parameter(const uint8_t *base, Span *rest, Parameter *parameter) noexcept nogil:
    """Take the first of ``;name=value;...`` off ``rest``; False at the end.  The text is known to be valid."""
    cdef Text t
    if rest.start >= rest.end:
        return False
    t = cursor_over(base, rest[0])
    # What only a tel URI may have in a value can't follow one in a sip URI's text either.
    if not take_parameter(&t, SIP_TEL_VALUE, parameter):
        return False
    rest.start = t.pos
    return True


cdef bint find_parameter(const uint8_t *base, const Uri *uri, const char *name, uint32_t length,
                         Parameter *parameter) noexcept nogil:
    """Find the first parameter of that name (lower case, without escapes)."""
    cdef Span rest = uri.parameters
    while next_parameter(base, &rest, parameter):
        if uri.scheme == SCHEME_TEL:
            if same_name(base, parameter.name, name, length):
                return True
        elif same_decoded(base, parameter.name, name, length):
            return True
    return False
