"""The grammar of the headers that PJSIP reads itself: how a value is parsed, and what is a syntax error.

Knows syntax, a function for each, with its production of RFC 3261 (25.1, where nothing else is said) above it; which
header has which syntax is in ``_headers``, how values are printed in ``_header_print``.

Facts
- A syntax error in any of them drops the message, needed or not.  Other headers may hold anything but NUL; of one
  with several folds only the text around or behind the last stays (``take_generic``).
- A Call-ID may hold anything on its line, but not be empty.
- Blanks and folds are allowed around ``; = , /`` of header parameters and Via, never inside ``<...>`` (except
  just inside the brackets), a quoted string or an unquoted display name.
- Without <> the parameters after a URI are the header's (RFC 3261 20.10), except in Route and Record-Route, and
  except for other schemes than sip, sips and tel: all that follows on the line is such a URI, and no blank or fold may
  be behind it, with or without <>.
- Credentials of another scheme than Digest are a syntax error.
- Replaces: its Call-ID is everything up to the next ``;`` of the message, line ends included.
- Lists (Accept, Allow, Require, Supported, Unsupported) may hold anything on their line.
"""

from libc.string cimport memset

from identify._compiled._header_names cimport CONTACT, RECORD_ROUTE, ROUTE
from identify._compiled._text cimport (
    SIP_DIGIT, SIP_HOST, SIP_IPV6, SIP_TOKEN, SIP_VALUE, after_line_end, at_line_end, cursor_over, fail, folds_here,
    line_ends_here, peek, same_name, sip_class_init, skip_blanks, skip_lws, take, take_long, take_quoted, to_line_end,
    trim_end,
)
from identify._compiled._uri cimport SCHEME_OTHER, parse_uri, take_bracketed_host, take_port

sip_class_init()


# ---------------------------------------------------------------- From, To, Contact, Route, Record-Route

# from-spec   = ( name-addr / addr-spec ) *( SEMI from-param )
# Contact     = STAR / ( contact-param *( COMMA contact-param ) )
# route-param = name-addr *( SEMI rr-param )
cdef bint parse_address(Text *t, int kind) noexcept nogil:
    cdef NameAddress address
    return parse_name_address(t, kind, &address)


# name-addr = [ display-name ] LAQUOT addr-spec RAQUOT
cdef bint parse_name_address(Text *t, int kind, NameAddress *address) noexcept nogil:
    """One element of From, To, Contact, Route or Record-Route."""
    cdef uint32_t pos
    cdef int c
    cdef bint route = kind == ROUTE or kind == RECORD_ROUTE
    memset(address, 0, sizeof(NameAddress))
    skip_lws(t)
    if kind == CONTACT and peek(t) == c"*":
        address.star = True
        t.pos += 1
        address.parameters.start = address.parameters.end = t.pos
        skip_lws(t)
        return True
    if peek(t) == c'"':
        if not take_quoted(t, &address.display):
            return False
        address.has_display = address.display.start < address.display.end
        skip_lws(t)
        if peek(t) != c"<":
            return fail(t, "no '<' after a display name")
    elif peek(t) != c"<":
        # On this line a '<' before any ':' ends a display name; otherwise it's an addr-spec.
        pos = t.pos
        while pos < t.end:
            c = t.base[pos]
            if c == c"<" or c == c":" or c == c"\r" or c == c"\n" or c == 0:
                break
            pos += 1
        if pos >= t.end or not (t.base[pos] == c"<" or t.base[pos] == c":"):
            return fail(t, "neither an address nor a display name")
        if t.base[pos] == c":":
            if not parse_uri(t, route, &address.uri):
                return False
            if address.uri.scheme == SCHEME_OTHER:
                # Its ; and , were its own, so its line ends here, and doesn't fold.
                address.parameters.start = address.parameters.end = t.pos
                return (at_line_end(t) and not folds_here(t)) or fail(t, "something follows a URI")
            return take_parameters(t, &address.parameters)
        address.display.start = t.pos
        address.display.end = pos
        trim_end(t.base, &address.display)
        address.has_display = True
        t.pos = pos
    t.pos += 1
    skip_lws(t)
    if not parse_uri(t, True, &address.uri):
        return False
    if address.uri.scheme != SCHEME_OTHER:
        skip_lws(t)
    if peek(t) != c">":
        return fail(t, "no '>' after an address")
    t.pos += 1
    return take_parameters(t, &address.parameters)


# ---------------------------------------------------------------- Via

cdef bint parse_via(Text *t, int kind) noexcept nogil:
    cdef Hop hop
    return parse_hop(t, &hop)


# via-parm      = sent-protocol LWS sent-by *( SEMI via-params )
# sent-protocol = protocol-name SLASH protocol-version SLASH transport
# sent-by       = host [ COLON port ]
cdef bint parse_hop(Text *t, Hop *hop) noexcept nogil:
    """One element, with the comment that may follow it (RFC 3261 20.42)."""
    cdef Span part
    memset(hop, 0, sizeof(Hop))
    skip_lws(t)
    part = take(t, SIP_TOKEN)
    if not same_name(t.base, part, "sip", 3):
        t.pos = part.start
        return fail(t, "a Via doesn't begin with SIP")
    skip_lws(t)
    if peek(t) != c"/":
        return fail(t, "a Via doesn't begin with SIP/2.0/")
    t.pos += 1
    skip_lws(t)
    part = take(t, SIP_TOKEN)
    if not same_name(t.base, part, "2.0", 3):
        t.pos = part.start
        return fail(t, "a Via isn't of SIP/2.0")
    skip_lws(t)
    if peek(t) != c"/":
        return fail(t, "a Via has no transport")
    t.pos += 1
    skip_lws(t)
    hop.transport = take(t, SIP_TOKEN)
    if hop.transport.start == hop.transport.end:
        return fail(t, "a Via has no transport")
    skip_lws(t)
    if peek(t) == c"[":
        if not take_bracketed_host(t, &hop.host, &hop.bracketed):
            return False
    else:
        hop.host = take_long(t, SIP_HOST)
    if hop.host.start == hop.host.end:
        return fail(t, "a Via has no host")
    skip_lws(t)
    if peek(t) == c":":
        t.pos += 1
        skip_lws(t)
        if not take_port(t, &hop.port):
            return False
    if not take_parameters(t, &hop.parameters):
        return False
    if not take_comment(t):
        return False
    skip_lws(t)
    return True


# ---------------------------------------------------------------- Authorization and the other headers of credentials

# credentials = ( "Digest" LWS digest-response ) / other-response
# dig-resp    = auth-param-name EQUAL ( token / quoted-string )
cdef bint parse_digest(Text *t, int kind) noexcept nogil:
    """``Digest name=value, ...`` (RFC 3261 20.7)."""
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


cdef Span credentials_of(const uint8_t *base, Span value) noexcept nogil:
    """What follows the scheme."""
    cdef Text t = cursor_over(base, value)
    cdef Span rest
    skip_lws(&t)
    take(&t, SIP_TOKEN)
    rest.start = t.pos
    rest.end = value.end
    return rest


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
    cdef Span rest = credentials_of(base, value)
    cdef HeaderParameter parameter
    found.start = found.end = value.start
    cdef bint any_found = False
    while next_credential(base, &rest, &parameter):
        if same_name(base, parameter.name, name, length):
            found[0] = parameter.value
            any_found = True
    return any_found


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
        skip_lws(t)
        if peek(t) == c'"':
            if not take_quoted(t, &parameter.value):
                return False
        else:
            parameter.value = take(t, SIP_TOKEN)
        skip_lws(t)
    return True


# ---------------------------------------------------------------- the other headers

# Call-ID = word [ "@" word ]
cdef bint parse_line(Text *t, int kind) noexcept nogil:
    """Anything on the line, but not nothing."""
    if at_line_end(t):
        return fail(t, "a Call-ID is empty")
    to_line_end(t)
    return True


# Supported = [ option-tag *( COMMA option-tag ) ], and the other lists likewise
cdef bint parse_list(Text *t, int kind) noexcept nogil:
    """Anything on the line and on those that continue it; a ``&`` behind an element and a fold ends the list."""
    cdef uint32_t end
    while True:
        to_line_end(t)
        if t.pos >= t.end or t.base[t.pos] == 0:
            return True
        end = t.pos
        while t.base[end - 1] == c" " or t.base[end - 1] == c"\t":
            end -= 1
        skip_lws(t)
        if at_line_end(t) or (peek(t) == c"&" and t.base[end - 1] != c","):
            return True


# CSeq = 1*DIGIT LWS Method
cdef bint parse_cseq(Text *t, int kind) noexcept nogil:
    cdef Span part
    cdef uint32_t i
    cdef uint32_t number = 0
    if not take_integer(t, &part):
        return False
    for i in range(part.start, part.end):
        if number > 214748364 or (number == 214748364 and t.base[i] > c"7"):
            t.pos = part.start
            return fail(t, "a CSeq of 2**31 or more")
        number = number * 10 + t.base[i] - c"0"
    skip_lws(t)
    part = take(t, SIP_TOKEN)
    if part.start == part.end:
        return fail(t, "a CSeq has no method")
    return True


# Content-Type = m-type SLASH m-subtype *( SEMI m-parameter )
cdef bint parse_media_type(Text *t, int kind) noexcept nogil:
    cdef Span part = take(t, SIP_TOKEN)
    if part.start == part.end:
        return fail(t, "a Content-Type has no type")
    skip_lws(t)
    if peek(t) != c"/":
        return fail(t, "a Content-Type has no '/'")
    t.pos += 1
    skip_lws(t)
    part = take(t, SIP_TOKEN)
    if part.start == part.end:
        return fail(t, "a Content-Type has no subtype")
    return take_parameters(t, &part)


# Event              = event-type *( SEMI event-param )        (RFC 6665 8.4)
# Subscription-State = substate-value *( SEMI subexp-params )
cdef bint parse_token(Text *t, int kind) noexcept nogil:
    """A token and parameters."""
    cdef Span part = take(t, SIP_TOKEN)
    if part.start == part.end:
        return fail(t, "a token is expected")
    return take_parameters(t, &part)


# Replaces = callid *( SEMI replaces-param )                   (RFC 3891 6.1)
cdef bint parse_replaces(Text *t, int kind) noexcept nogil:
    cdef Span parameters
    while t.pos < t.end and t.base[t.pos] != c";":
        t.pos += 1
    return take_parameters(t, &parameters)


# Expires = delta-seconds; Max-Forwards, Content-Length = 1*DIGIT
cdef bint parse_number(Text *t, int kind) noexcept nogil:
    cdef Span digits
    return take_integer(t, &digits)


# Session-Expires = delta-seconds *( SEMI se-params )          (RFC 4028 4)
cdef bint parse_number_parameters(Text *t, int kind) noexcept nogil:
    cdef Span part
    return take_integer(t, &part) and take_parameters(t, &part)


# Retry-After = delta-seconds [ comment ] *( SEMI retry-param )
cdef bint parse_retry_after(Text *t, int kind) noexcept nogil:
    cdef Span part
    if not take_integer(t, &part):
        return False
    skip_lws(t)
    return take_comment(t) and take_parameters(t, &part)


# extension-header = header-name HCOLON header-value
cdef bint take_generic(Text *t, Span *value) noexcept nogil:
    """Anything but NUL up to the line end; of the pieces between folds only the last one or two stay.

    The pieces are taken in pairs: of ``a b c d`` with a fold between each and the next ``c d`` is left, of ``a b c``
    only ``c``.  A fold behind the colon isn't one between pieces, and a line of nothing but blanks ends the header.
    """
    cdef uint32_t pieces = 1
    skip_lws(t)
    value.start = t.pos
    while True:
        to_line_end(t)
        if t.pos < t.end and t.base[t.pos] == 0:
            return fail(t, "NUL in a header")
        value.end = t.pos
        # An empty first piece is a line of blanks behind the colon's fold.
        if value.end == value.start or line_ends_here(t) or not folds_here(t):
            break
        t.pos = after_line_end(t, t.pos)
        skip_blanks(t)
        if at_line_end(t):
            break
        pieces += 1
        if pieces % 2:
            value.start = t.pos
    trim_end(t.base, value)
    return True


# ---------------------------------------------------------------- parts of values

# generic-param = token [ EQUAL gen-value ]
# gen-value     = token / host / quoted-string
cdef bint take_parameter(Text *t, HeaderParameter *parameter) noexcept nogil:
    """``;name[=value]`` with the cursor at the ``;``."""
    t.pos += 1
    skip_lws(t)
    parameter.name = take(t, SIP_TOKEN)
    if parameter.name.start == parameter.name.end:
        return fail(t, "a header parameter has no name")
    parameter.value.start = parameter.value.end = t.pos
    parameter.has_value = False
    skip_lws(t)
    if peek(t) != c"=":
        return True
    t.pos += 1
    parameter.has_value = True
    skip_lws(t)
    parameter.value.start = t.pos
    if peek(t) == c'"':
        if not take_quoted(t, &parameter.value):
            return False
        parameter.value.start -= 1
        parameter.value.end += 1
    elif peek(t) == c"[":
        t.pos += 1
        take(t, SIP_IPV6)
        if peek(t) != c"]":
            return fail(t, "a bracketed parameter value has no closing bracket")
        t.pos += 1
        parameter.value.end = t.pos
    else:
        parameter.value = take_long(t, SIP_VALUE)
    return True


cdef bint take_parameters(Text *t, Span *parameters) noexcept nogil:
    cdef HeaderParameter parameter
    skip_lws(t)
    parameters.start = t.pos
    parameters.end = t.pos
    while peek(t) == c";":
        if not take_parameter(t, &parameter):
            return False
        parameters.end = t.pos
        skip_lws(t)
    return True


cdef bint next_parameter(const uint8_t *base, Span *rest, HeaderParameter *parameter) noexcept nogil:
    """Take the first off ``rest``, whose text is known to be valid; False at the end."""
    cdef Text t = cursor_over(base, rest[0])
    skip_lws(&t)
    if peek(&t) != c";" or not take_parameter(&t, parameter):
        return False
    rest.start = t.pos
    return True


cdef bint take_integer(Text *t, Span *digits) noexcept nogil:
    skip_lws(t)
    digits[0] = take(t, SIP_DIGIT)
    if digits.start == digits.end:
        return fail(t, "a number is expected")
    return True


# comment = LPAREN *( ctext / quoted-pair / comment ) RPAREN
cdef bint take_comment(Text *t) noexcept nogil:
    """The comment at the cursor, if there is one: up to the first ``)``."""
    if peek(t) != c"(":
        return True
    while t.pos < t.end and t.base[t.pos] != c")" and not at_line_end(t):
        t.pos += 1
    if peek(t) != c")":
        return fail(t, "a comment doesn't end on its line")
    t.pos += 1
    return True
