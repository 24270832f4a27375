"""URIs as PJSIP reads and prints them: sip and sips (RFC 3261 19.1), tel (RFC 3966), any other scheme opaque.

Facts
- No blank and no fold inside a URI.
- The user may hold ``; ? / & = + $ ,``; that there is one is known by a ``@`` before the URI's end.
- A parameter may be empty (``x=`` is printed ``x``) or a quoted string in a sip URI, neither in a tel URI.
- Printing resolves escapes, and escapes in lower-case hex what isn't allowed unescaped there.
- Known parameters come first, in a fixed order, and only where RFC 3261's table in 19.1.1 allows them.
- Asterisk takes ``x-ast-...`` off a request URI and a Contact's before it compares them, but for releases with
  ``X_AST_KEPT``.
"""

from libc.string cimport memset

from identify._compiled._dialect cimport X_AST_KEPT
from identify._compiled._text cimport (
    Out, Span, Text, SIP_DIGIT, SIP_HEADER, SIP_HOST, SIP_IPV6, SIP_OTHER, SIP_PARAM, SIP_PASSWORD, SIP_TEL,
    SIP_TOKEN, SIP_USER, SIP_USER_END, fail, peek, put, put_escaped, put_number, put_span, put_text,
    same_decoded, same_name, sip_class, sip_class_init, take, take_escaped, take_long, take_quoted, lower,
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
    """``:port`` at the cursor; 0 means none (PJSIP prints no port 0)."""
    cdef uint32_t number = 0
    cdef Span digits
    cdef uint32_t i
    port[0] = 0
    if peek(t) != c":":
        return True
    t.pos += 1
    digits = take(t, SIP_DIGIT)
    if digits.start == digits.end:
        return fail(t, "a port has no digits")
    for i in range(digits.start, digits.end):
        number = number * 10 + t.base[i] - c"0"
        if number > 65535:
            t.pos = digits.start
            return fail(t, "a port is greater than 65535")
    port[0] = number
    return True


cdef bint take_parameters(Text *t, bint tel, Span *parameters) noexcept nogil:
    cdef Span name, value
    parameters.start = t.pos
    while peek(t) == c";":
        t.pos += 1
        name = take_escaped(t, SIP_PARAM)
        if name.start == name.end:
            return fail(t, "a URI parameter has no name")
        if peek(t) != c"=":
            continue
        t.pos += 1
        if peek(t) == c'"' and not tel:
            if not take_quoted(t, &value):
                return False
            continue
        value = take_escaped(t, SIP_PARAM)
        if tel and value.start == value.end:
            return fail(t, "a parameter of a tel URI has no value")
    parameters.end = t.pos
    return True


cdef bint take_headers(Text *t, Span *headers) noexcept nogil:
    cdef Span name
    headers.start = t.pos + 1
    while True:
        t.pos += 1
        name = take_escaped(t, SIP_HEADER)
        if name.start == name.end:
            return fail(t, "a URI header has no name")
        if peek(t) == c"=":
            t.pos += 1
            take_escaped(t, SIP_HEADER)
        if peek(t) != c"&":
            break
    headers.end = t.pos
    return True


cdef bint take_user(Text *t, Uri *uri) noexcept nogil:
    """``user[:password]@``, if there is one."""
    cdef uint32_t start = t.pos
    uri.user = take_escaped(t, SIP_USER)
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
        uri.password = take_escaped(t, SIP_PASSWORD)
    if peek(t) != c"@":
        return fail(t, "a URI's user holds a character that may not stand there")
    t.pos += 1
    return True


cdef bint take_sip(Text *t, bint with_parameters, Uri *uri) noexcept nogil:
    if not take_user(t, uri):
        return False
    if peek(t) == c"[":
        t.pos += 1
        uri.bracketed_host = True
        uri.host = take(t, SIP_IPV6)
        if peek(t) != c"]":
            return fail(t, "an IPv6 address has no closing bracket")
        t.pos += 1
    else:
        uri.host = take_long(t, SIP_HOST)
    if uri.host.start == uri.host.end:
        return fail(t, "a URI has no host")
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

    ``with_parameters`` is False for an addr-spec outside of <>, whose parameters are the header's.
    """
    cdef uint32_t start
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
        start = t.pos
        uri.user.start = start
        while t.pos < t.end and t.base[t.pos] != 0:
            if not with_parameters and (t.base[t.pos] == c";" or t.base[t.pos] == c","):
                break
            if not sip_class[t.base[t.pos]] & SIP_OTHER:
                break
            t.pos += 1
        uri.user.end = t.pos
    uri.text.end = t.pos
    return True


cdef bint next_parameter(const uint8_t *base, Span *rest, Parameter *parameter) noexcept nogil:
    """Take the first of ``;name=value;...`` off ``rest``; False at the end.  The text is known to be valid."""
    cdef Text t
    if rest.start >= rest.end:
        return False
    t.base = base
    t.pos = rest.start + 1
    t.end = rest.end
    t.reason = NULL
    parameter.name = take_escaped(&t, SIP_PARAM)
    parameter.has_value = False
    parameter.quoted = False
    parameter.value.start = parameter.value.end = t.pos
    if peek(&t) == c"=":
        t.pos += 1
        parameter.has_value = True
        if peek(&t) == c'"':
            parameter.quoted = True
            if not take_quoted(&t, &parameter.value):
                return False
            # The quotes belong to the value.
            parameter.value.start -= 1
            parameter.value.end += 1
        else:
            parameter.value = take_escaped(&t, SIP_PARAM)
    rest.start = t.pos
    return True


cdef bint find_parameter(const uint8_t *base, const Uri *uri, const char *name, uint32_t length,
                         Parameter *parameter) noexcept nogil:
    """Find the first parameter of that name (lower case, without escapes)."""
    cdef Span rest = uri.parameters
    while next_parameter(base, &rest, parameter):
        if same_decoded(base, parameter.name, name, length):
            return True
    return False


cdef int known(const uint8_t *base, Span name) noexcept nogil:
    """1 user, 2 transport, 3 ttl, 4 maddr, 5 lr, 6 method, 0 any other."""
    if same_decoded(base, name, "user", 4):
        return 1
    if same_decoded(base, name, "transport", 9):
        return 2
    if same_decoded(base, name, "ttl", 3):
        return 3
    if same_decoded(base, name, "maddr", 5):
        return 4
    if same_decoded(base, name, "lr", 2):
        return 5
    if same_decoded(base, name, "method", 6):
        return 6
    return 0


cdef bint printed_at(int which, int place) noexcept nogil:
    """RFC 3261's table in 19.1.1, as PJSIP has it."""
    if which == 1:
        return True
    if which == 2 or which == 4:
        return place != PLACE_FROM_TO
    if which == 3:
        return place == PLACE_REQUEST or place == PLACE_CONTACT
    if which == 5:
        return place == PLACE_REQUEST or place == PLACE_ROUTE
    return False


cdef bint from_asterisk(const uint8_t *base, Span name) noexcept nogil:
    """``x-ast-...``, lower case only: Asterisk's own, taken off before it identifies."""
    cdef const char *prefix = "x-ast-"
    cdef uint32_t i
    if name.end - name.start < 6:
        return False
    for i in range(6):
        if base[name.start + i] != <uint8_t>prefix[i]:
            return False
    return True


cdef void print_known(const uint8_t *base, const Parameter *parameter, int which, Out *out) noexcept nogil:
    cdef uint32_t number = 0
    cdef uint32_t i
    if which == 5:
        put_text(out, ";lr")
        return
    if which == 3:
        for i in range(parameter.value.start, parameter.value.end):
            if not c"0" <= base[i] <= c"9":
                break
            number = number * 10 + base[i] - c"0"
        put_text(out, ";ttl=")
        put_number(out, number)
        return
    if parameter.value.start == parameter.value.end:
        return
    if which == 1:
        put_text(out, ";user=")
    elif which == 2:
        put_text(out, ";transport=")
    else:
        put_text(out, ";maddr=")
    print_value(base, parameter, out)


cdef void print_value(const uint8_t *base, const Parameter *parameter, Out *out) noexcept nogil:
    if parameter.quoted:
        put_span(out, base, parameter.value)
    else:
        put_escaped(out, base, parameter.value, SIP_PARAM)


cdef void print_parameters(const uint8_t *base, const Uri *uri, int place, uint32_t dialect, const char *added,
                           Out *out) noexcept nogil:
    cdef Parameter last[6]
    cdef bint present[6]
    cdef Parameter parameter
    cdef Span rest = uri.parameters
    cdef bint sheds = (place == PLACE_REQUEST or place == PLACE_CONTACT) and not dialect & <uint32_t>X_AST_KEPT
    cdef int which
    for which in range(6):
        present[which] = False
    while next_parameter(base, &rest, &parameter):
        which = known(base, parameter.name)
        if which:
            last[which - 1] = parameter
            present[which - 1] = True
    for which in range(1, 6):
        if present[which - 1] and printed_at(which, place):
            print_known(base, &last[which - 1], which, out)
    rest = uri.parameters
    while next_parameter(base, &rest, &parameter):
        if known(base, parameter.name):
            continue
        if sheds and from_asterisk(base, parameter.name):
            continue
        if added != NULL and same_name(base, parameter.name, "x-ast-txp", 9):
            continue
        put(out, c";")
        put_escaped(out, base, parameter.name, SIP_PARAM)
        if parameter.value.start < parameter.value.end:
            put(out, c"=")
            print_value(base, &parameter, out)
    if added != NULL:
        put_text(out, ";x-ast-txp=")
        put_text(out, added)


cdef void print_headers(const uint8_t *base, Span headers, Out *out) noexcept nogil:
    cdef Text t
    cdef Span part
    cdef int separator = c"?"
    t.base = base
    t.pos = headers.start
    t.end = headers.end
    t.reason = NULL
    while t.pos < t.end:
        put(out, separator)
        separator = c"&"
        part = take_escaped(&t, SIP_HEADER)
        put_escaped(out, base, part, SIP_HEADER)
        if peek(&t) == c"=":
            t.pos += 1
            part = take_escaped(&t, SIP_HEADER)
            if part.start < part.end:
                put(out, c"=")
                put_escaped(out, base, part, SIP_HEADER)
        t.pos += 1


cdef void print_uri(const uint8_t *base, const Uri *uri, int place, uint32_t dialect, const char *added,
                    Out *out) noexcept nogil:
    """Print as PJSIP does at that place; ``added`` is the id of a transport with symmetric_transport, or NULL."""
    cdef uint32_t i
    if uri.scheme == SCHEME_OTHER:
        put_span(out, base, uri.text)
        return
    for i in range(uri.scheme_name.start, uri.scheme_name.end):
        put(out, lower(base[i]))
    put(out, c":")
    if uri.scheme == SCHEME_TEL:
        put_span(out, base, uri.user)
        print_parameters_tel(base, uri, out)
        return
    if uri.has_user:
        put_escaped(out, base, uri.user, SIP_USER)
        if uri.password.start < uri.password.end:
            put(out, c":")
            put_escaped(out, base, uri.password, SIP_PASSWORD)
        put(out, c"@")
    if uri.bracketed_host:
        put(out, c"[")
    put_span(out, base, uri.host)
    if uri.bracketed_host:
        put(out, c"]")
    if uri.port and place != PLACE_FROM_TO:
        put(out, c":")
        put_number(out, uri.port)
    print_parameters(base, uri, place, dialect, added, out)
    if place == PLACE_CONTACT:
        print_headers(base, uri.headers, out)


cdef void print_parameters_tel(const uint8_t *base, const Uri *uri, Out *out) noexcept nogil:
    """isub, ext and phone-context first, as RFC 3966 orders them; then the others as they came."""
    cdef Parameter parameter
    cdef Span rest
    cdef int turn, which
    for turn in range(1, 5):
        rest = uri.parameters
        while next_parameter(base, &rest, &parameter):
            if same_decoded(base, parameter.name, "isub", 4):
                which = 1
            elif same_decoded(base, parameter.name, "ext", 3):
                which = 2
            elif same_decoded(base, parameter.name, "phone-context", 13):
                which = 3
            else:
                which = 4
            if which != turn:
                continue
            put(out, c";")
            put_escaped(out, base, parameter.name, SIP_PARAM)
            if parameter.value.start < parameter.value.end:
                put(out, c"=")
                print_value(base, &parameter, out)
