"""The grammar of the headers that PJSIP reads itself: how a value is parsed, and what is a syntax error.

Knows syntax, a function for each, with its production of RFC 3261 (25.1, where nothing else is said) above it; which
header has which syntax is in ``_headers``, how values are printed in ``_header_print``.  Parameters, lists and Digest
have modules of their own.

Facts
- A syntax error in any of them drops the message, needed or not.  Other headers may hold anything but NUL; of one
  with several folds only the text around or behind the last stays (``take_generic``).
- A Call-ID may hold anything on its line, but not be empty.
- Blanks and folds are allowed around ``; = , /`` of header parameters and Via, never inside ``<...>`` (except
  just inside the brackets), a quoted string or an unquoted display name.
- Without <> the parameters after a URI are the header's (RFC 3261 20.10), except in Route and Record-Route, and
  except for other schemes than sip, sips and tel: all that follows on the line is such a URI, and no blank or fold may
  be behind it, with or without <>.
- An unquoted display name loses blanks, line ends, VT and FF at its ends, and keeps other control characters.  A fold
  may stand behind it, and in its place behind another fold: there alone two folds in a row are taken.
- Via: a host in brackets is anything up to the ``]``.  A comment may follow all parameters, over several lines too;
  it ends with the first ``)``.
- Content-Type: any one character stands for the ``/``; ``application sdp`` is ``application/dp``.
- Replaces: its Call-ID is everything up to the next ``;`` of the message, line ends included.
- Content-Length and Retry-After of 2**31 or more are a syntax error.
"""

from libc.string cimport memset

from identify._compiled._header_names cimport CONTACT, CONTENT_TYPE, RECORD_ROUTE, ROUTE, VIA
from identify._compiled._header_numbers cimport bounded_number
from identify._compiled._header_parameters cimport parameters_of, take_parameters
from identify._compiled._text cimport (
    SIP_DIGIT, SIP_HOST, SIP_TOKEN, after_line_end, at_line_end, fail, folds_here, line_ends_here, peek, same_name,
    sip_class_init, skip_blanks, skip_lws, skip_lws_behind, take, take_long, take_quoted, to_line_end, trim_end,
    trim_spaces,
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
        if pos < t.end and t.base[pos] == c":":
            if not parse_uri(t, route, &address.uri):
                return False
            if address.uri.scheme == SCHEME_OTHER:
                # Its ; and , were its own, so its line ends here, and doesn't fold.
                address.parameters.start = address.parameters.end = t.pos
                return (at_line_end(t) and not folds_here(t)) or fail(t, "something follows a URI")
            return take_parameters(t, kind, &address.parameters)
        address.display.start = t.pos
        address.display.end = t.pos = pos
        trim_spaces(t.base, &address.display)
        address.has_display = address.display.start < address.display.end
        if at_line_end(t) and folds_here(t):
            # Between the display name, which may be nothing after another fold, and the "<".
            t.pos = after_line_end(t, t.pos)
            skip_blanks(t)
        if peek(t) != c"<":
            return fail(t, "neither an address nor a display name")
    t.pos += 1
    skip_lws(t)
    if not parse_uri(t, True, &address.uri):
        return False
    if address.uri.scheme != SCHEME_OTHER:
        skip_lws(t)
    if peek(t) != c">":
        return fail(t, "no '>' after an address")
    t.pos += 1
    return take_parameters(t, kind, &address.parameters)


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
    if not take_parameters(t, VIA, &hop.parameters):
        return False
    if peek(t) == c"(":
        while t.pos < t.end and t.base[t.pos] != c")":
            t.pos += 1
        if peek(t) != c")":
            return fail(t, "a comment doesn't end")
        t.pos += 1
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
    cdef MediaType media
    return parse_media(t, &media)


cdef bint parse_media(Text *t, MediaType *media) noexcept nogil:
    """Type and subtype with any one character between them, which may be a line end too, and parameters."""
    media.type = take(t, SIP_TOKEN)
    if media.type.start == media.type.end:
        return fail(t, "a Content-Type has no type")
    skip_lws(t)
    if t.pos >= t.end or t.base[t.pos] == 0:
        return fail(t, "a Content-Type has nothing behind its type")
    t.pos += 1
    skip_lws_behind(t, t.pos)
    media.subtype = take(t, SIP_TOKEN)
    if media.subtype.start == media.subtype.end:
        return fail(t, "a Content-Type has no subtype")
    return take_parameters(t, CONTENT_TYPE, &media.parameters)


# Event              = event-type *( SEMI event-param )        (RFC 6665 8.4)
# Subscription-State = substate-value *( SEMI subexp-params )
cdef bint parse_token(Text *t, int kind) noexcept nogil:
    """A token and parameters."""
    cdef Span part = take(t, SIP_TOKEN)
    if part.start == part.end:
        return fail(t, "a token is expected")
    return take_parameters(t, kind, &part)


# Replaces = callid *( SEMI replaces-param )                   (RFC 3891 6.1)
cdef bint parse_replaces(Text *t, int kind) noexcept nogil:
    cdef Span parameters
    while t.pos < t.end and t.base[t.pos] != c";":
        t.pos += 1
    return take_parameters(t, kind, &parameters)


# Expires         = delta-seconds; Max-Forwards, Content-Length = 1*DIGIT
# Session-Expires = delta-seconds *( SEMI se-params )          (RFC 4028 4)
# Retry-After     = delta-seconds [ comment ] *( SEMI retry-param )
cdef bint parse_number(Text *t, int kind) noexcept nogil:
    cdef Span digits
    return take_number(t, kind, &digits)


cdef bint parse_number_parameters(Text *t, int kind) noexcept nogil:
    cdef Span part
    return take_number(t, kind, &part) and take_parameters(t, kind, &part)


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

cdef bint take_integer(Text *t, Span *digits) noexcept nogil:
    skip_lws(t)
    digits[0] = take(t, SIP_DIGIT)
    if digits.start == digits.end:
        return fail(t, "a number is expected")
    return True


cdef bint take_number(Text *t, int kind, Span *digits) noexcept nogil:
    """The number that a header is; 2**31 and more drops the message in some of them."""
    cdef uint32_t number
    if not take_integer(t, digits):
        return False
    if parameters_of(kind).signed_number and not bounded_number(t.base, digits[0], False, 0x7FFFFFFF, &number):
        t.pos = digits.start
        return fail(t, "a number of 2**31 or more")
    return True
