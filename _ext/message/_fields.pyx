"""Header fields that PJSIP reads itself: their names, their syntax, and how PJSIP prints them.

Facts
- A syntax error in any of them drops the message, needed or not.  Other headers may hold anything but NUL.
- Blanks and folds may stand around ``; = , /`` of header parameters and Via, never inside ``<...>`` (but for
  blanks just inside the brackets), a quoted string or an unquoted display name.
- Outside of <> the parameters after a URI are the header's (RFC 3261 20.10), but in Route and Record-Route.
- Replaces: its Call-ID is everything up to the next ``;`` of the message, line ends included.
"""

from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset, strlen

from identify._compiled._text cimport (
    Out, Span, Text, SIP_DIGIT, SIP_HOST, SIP_IPV6, SIP_TOKEN, SIP_VALUE, after_line_end, at_line_end, fail,
    line_ends_here, lower, peek, put, put_number, put_span, put_text, same_name, sip_class_init, sip_word_at,
    skip_blanks, skip_lws, take, take_long, take_quoted, to_line_end, trim_end,
)
from identify._compiled._uri cimport (
    PLACE_CONTACT, PLACE_FROM_TO, PLACE_ROUTE, parse_uri, print_uri, SCHEME_OTHER,
)

sip_class_init()

cdef const char *NAMES[29]
NAMES[:] = [
    "", "Accept", "Allow", "Authorization", "Call-ID", "Contact", "Content-Length", "Content-Type", "CSeq", "Event",
    "Expires", "From", "Max-Forwards", "Min-Expires", "Min-SE", "Proxy-Authenticate", "Proxy-Authorization",
    "Record-Route", "Replaces", "Require", "Retry-After", "Route", "Session-Expires", "Subscription-State",
    "Supported", "To", "Unsupported", "Via", "WWW-Authenticate",
]


# Names of one letter (RFC 3261 7.3.3, and Asterisk's own modules'); NULL where a kind has none.
cdef const char *COMPACT_NAMES[29]
COMPACT_NAMES[<int>CALL_ID] = "i"
COMPACT_NAMES[<int>CONTACT] = "m"
COMPACT_NAMES[<int>CONTENT_LENGTH] = "l"
COMPACT_NAMES[<int>CONTENT_TYPE] = "c"
COMPACT_NAMES[<int>EVENT] = "o"
COMPACT_NAMES[<int>FROM] = "f"
COMPACT_NAMES[<int>SESSION_EXPIRES] = "x"
COMPACT_NAMES[<int>SUPPORTED] = "k"
COMPACT_NAMES[<int>TO] = "t"
COMPACT_NAMES[<int>VIA] = "v"


cdef const char *long_name(int kind) noexcept nogil:
    return NAMES[kind]


cdef enum:
    # Multipliers that are tried; about one of 300 keeps the names apart.
    MOST_TRIES = 100000

cdef KnownNames KNOWN


cdef const KnownNames *known_names() noexcept nogil:
    """The names of all kinds, for ``kind_among``."""
    return &KNOWN


cdef bint add_name(const char *name, int kind) noexcept nogil:
    """Give a name its place; False where another one has it."""
    cdef uint8_t lowered[LONGEST_NAME]
    cdef uint32_t length = <uint32_t>strlen(name)
    cdef uint64_t first
    cdef uint32_t i
    cdef KnownName *one
    memset(lowered, 0, sizeof(lowered))
    for i in range(length):
        lowered[i] = <uint8_t>lower(<uint8_t>name[i])
    first = sip_word_at(lowered)
    one = &KNOWN.names[sort_of(first, length, KNOWN.multiplier)]
    if one.length:
        return False
    one.kind = kind
    one.length = length
    one.first = first
    if length > 8:
        one.middle = sip_word_at(lowered + 8)
        one.last = sip_word_at(lowered + length - 8)
    return True


cdef bint add_names() noexcept nogil:
    cdef int kind
    memset(KNOWN.names, 0, sizeof(KNOWN.names))
    for kind in range(1, <int>KINDS):
        if not add_name(NAMES[kind], kind):
            return False
        if COMPACT_NAMES[kind] != NULL and not add_name(COMPACT_NAMES[kind], kind):
            return False
    return True


cdef int make_names() except -1:
    """Fill ``KNOWN`` by the first multiplier that keeps all names apart."""
    cdef uint32_t length
    for length in range(<uint32_t>LONGEST_NAME + 1):
        memset(&KNOWN.masks[length], 0xFF, length if length < 8 else 8)
    KNOWN.multiplier = 0x9E3779B97F4A7C15
    for _ in range(<uint32_t>MOST_TRIES):
        if add_names():
            return 0
        KNOWN.multiplier = KNOWN.multiplier * <uint64_t>6364136223846793005 + 2
    raise ImportError("no multiplier keeps the names of headers apart")


make_names()


cdef int kind_of(const uint8_t *base, Span name, uint32_t end) noexcept nogil:
    """The kind of a header name, see ``kind_among``.  Nothing at or behind ``end`` is read."""
    # The compiler doesn't see that a short name is read no further than eight bytes.
    cdef uint8_t copied[LONGEST_NAME]
    cdef uint32_t length = name.end - name.start
    if length == 0:
        return GENERIC
    if length < 8 and end - name.start < 8:
        memset(copied, 0, sizeof(copied))
        memcpy(copied, base + name.start, length)
        return kind_among(&KNOWN, copied, length)
    return kind_among(&KNOWN, base + name.start, length)


# ---------------------------------------------------------------- header parameters

ctypedef struct HeaderParameter:
    Span name
    Span value
    bint has_value


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
    cdef Text t
    t.base = base
    t.pos = rest.start
    t.end = rest.end
    t.reason = NULL
    skip_lws(&t)
    if peek(&t) != c";" or not take_parameter(&t, parameter):
        return False
    rest.start = t.pos
    return True


cdef void print_parameter(const uint8_t *base, const HeaderParameter *parameter, Out *out) noexcept nogil:
    put(out, c";")
    put_span(out, base, parameter.name)
    if parameter.value.start < parameter.value.end:
        put(out, c"=")
        put_span(out, base, parameter.value)


# ---------------------------------------------------------------- name-addr

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
    if route and address.uri.scheme == SCHEME_OTHER:
        return fail(t, "a route isn't a SIP URI")
    skip_lws(t)
    if peek(t) != c">":
        return fail(t, "no '>' after an address")
    t.pos += 1
    return take_parameters(t, &address.parameters)


cdef bint parsed_again(const uint8_t *base, int kind, Span value, NameAddress *address) noexcept nogil:
    cdef Text t
    t.base = base
    t.pos = value.start
    t.end = value.end
    t.reason = NULL
    return parse_name_address(&t, kind, address)


cdef void print_name_address(const uint8_t *base, int kind, Span value, const char *added, Out *out) noexcept nogil:
    cdef NameAddress address
    cdef HeaderParameter parameter
    cdef Span rest
    cdef int place = PLACE_FROM_TO
    if not parsed_again(base, kind, value, &address):
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
    print_uri(base, &address.uri, place, added, out)
    put(out, c">")
    if kind == CONTACT:
        print_contact_parameters(base, address.parameters, out)
        return
    if kind == FROM or kind == TO:
        print_last(base, address.parameters, "tag", 3, out)
    rest = address.parameters
    while next_parameter(base, &rest, &parameter):
        if (kind == FROM or kind == TO) and same_name(base, parameter.name, "tag", 3):
            continue
        print_parameter(base, &parameter, out)


cdef bint last_parameter(const uint8_t *base, Span parameters, const char *name, uint32_t length,
                         HeaderParameter *found) noexcept nogil:
    cdef Span rest = parameters
    cdef HeaderParameter parameter
    cdef bint any_found = False
    while next_parameter(base, &rest, &parameter):
        if same_name(base, parameter.name, name, length):
            found[0] = parameter
            any_found = True
    return any_found


cdef void print_last(const uint8_t *base, Span parameters, const char *name, uint32_t length,
                     Out *out) noexcept nogil:
    """Print a known parameter with a value, under its lower-case name; the last of several counts."""
    cdef HeaderParameter found
    if last_parameter(base, parameters, name, length, &found) and found.value.start < found.value.end:
        put(out, c";")
        put_text(out, name)
        put(out, c"=")
        put_span(out, base, found.value)


cdef uint32_t number_of(const uint8_t *base, Span span) noexcept nogil:
    """Modulo 2**32, as PJSIP reads numbers; the leading digits count."""
    cdef uint32_t number = 0
    cdef uint32_t i
    for i in range(span.start, span.end):
        if not c"0" <= base[i] <= c"9":
            break
        number = number * 10 + base[i] - c"0"
    return number


cdef void print_contact_parameters(const uint8_t *base, Span parameters, Out *out) noexcept nogil:
    """q without trailing zeros, expires as a number, then the others."""
    cdef HeaderParameter parameter
    cdef Span rest = parameters
    if last_parameter(base, parameters, "q", 1, &parameter) and parameter.value.start < parameter.value.end:
        put_text(out, ";q=")
        print_q(base, parameter.value, out)
    if last_parameter(base, parameters, "expires", 7, &parameter) and parameter.value.start < parameter.value.end:
        put_text(out, ";expires=")
        put_number(out, number_of(base, parameter.value))
    while next_parameter(base, &rest, &parameter):
        if same_name(base, parameter.name, "q", 1) or same_name(base, parameter.name, "expires", 7):
            continue
        print_parameter(base, &parameter, out)


cdef void print_q(const uint8_t *base, Span value, Out *out) noexcept nogil:
    """Thousandths, as PJSIP keeps them: 0.50 -> 0.5, 1.0 -> 1, .5 -> 0.5."""
    cdef uint32_t whole = 0
    cdef uint32_t thousandths = 0
    cdef uint32_t scale = 100
    cdef uint32_t i = value.start
    while i < value.end and c"0" <= base[i] <= c"9":
        whole = whole * 10 + base[i] - c"0"
        i += 1
    if i < value.end and base[i] == c".":
        i += 1
        while i < value.end and c"0" <= base[i] <= c"9" and scale:
            thousandths += (base[i] - c"0") * scale
            scale //= 10
            i += 1
    put_number(out, whole)
    if thousandths:
        put(out, c".")
        put(out, c"0" + thousandths // 100)
        if thousandths % 100:
            put(out, c"0" + thousandths // 10 % 10)
            if thousandths % 10:
                put(out, c"0" + thousandths % 10)


# ---------------------------------------------------------------- Via

ctypedef struct Hop:
    Span transport
    Span host
    bint bracketed
    uint32_t port
    Span parameters


cdef bint parse_hop(Text *t, Hop *hop) noexcept nogil:
    """``SIP / 2.0 / UDP host[:port] *(;parameter)`` (RFC 3261 20.42)."""
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
        t.pos += 1
        hop.bracketed = True
        hop.host = take(t, SIP_IPV6)
        if peek(t) != c"]":
            return fail(t, "an IPv6 address has no closing bracket")
        t.pos += 1
    else:
        hop.host = take_long(t, SIP_HOST)
    if hop.host.start == hop.host.end:
        return fail(t, "a Via has no host")
    skip_lws(t)
    if peek(t) == c":":
        t.pos += 1
        skip_lws(t)
        part = take(t, SIP_DIGIT)
        if part.start == part.end:
            return fail(t, "a port has no digits")
        if part.end - part.start > 9 or number_of(t.base, part) > 65535:
            t.pos = part.start
            return fail(t, "a port is greater than 65535")
        hop.port = number_of(t.base, part)
    if not take_parameters(t, &hop.parameters):
        return False
    if peek(t) == c"(":
        while t.pos < t.end and t.base[t.pos] != c")" and not at_line_end(t):
            t.pos += 1
        if peek(t) != c")":
            return fail(t, "a comment doesn't end on its line")
        t.pos += 1
        skip_lws(t)
    return True


cdef void print_hop(const uint8_t *base, Span value, const Received *received, Out *out) noexcept nogil:
    """ttl, rport, maddr, received, branch, then the others; the first Via carries the packet's source."""
    cdef Text t
    cdef Hop hop
    cdef HeaderParameter parameter
    cdef Span rest
    cdef uint32_t i
    t.base = base
    t.pos = value.start
    t.end = value.end
    t.reason = NULL
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
    if last_parameter(base, hop.parameters, "ttl", 3, &parameter):
        put_text(out, ";ttl=")
        put_number(out, number_of(base, parameter.value))
    if last_parameter(base, hop.parameters, "rport", 5, &parameter):
        put_text(out, ";rport")
        if parameter.value.start < parameter.value.end:
            put(out, c"=")
            put_number(out, number_of(base, parameter.value))
        elif received != NULL:
            put(out, c"=")
            put_number(out, received.port)
    print_last(base, hop.parameters, "maddr", 5, out)
    if received != NULL:
        put_text(out, ";received=")
        put_text(out, received.address)
    else:
        print_last(base, hop.parameters, "received", 8, out)
    print_last(base, hop.parameters, "branch", 6, out)
    rest = hop.parameters
    while next_parameter(base, &rest, &parameter):
        if (same_name(base, parameter.name, "ttl", 3) or same_name(base, parameter.name, "rport", 5)
                or same_name(base, parameter.name, "maddr", 5) or same_name(base, parameter.name, "received", 8)
                or same_name(base, parameter.name, "branch", 6)):
            continue
        print_parameter(base, &parameter, out)


# ---------------------------------------------------------------- Authorization

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


cdef bint take_digest(Text *t) noexcept nogil:
    """``Digest name=value, ...`` (RFC 3261 20.7); any other scheme is a syntax error to PJSIP."""
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


cdef bint next_credential(const uint8_t *base, Span *rest, HeaderParameter *parameter) noexcept nogil:
    cdef Text t
    t.base = base
    t.pos = rest.start
    t.end = rest.end
    t.reason = NULL
    if t.pos >= t.end or not take_credential(&t, parameter):
        return False
    if peek(&t) == c",":
        t.pos += 1
    rest.start = t.pos
    return True


cdef Span credentials_of(const uint8_t *base, Span value) noexcept nogil:
    """What follows the scheme."""
    cdef Text t
    cdef Span rest
    t.base = base
    t.pos = value.start
    t.end = value.end
    t.reason = NULL
    skip_lws(&t)
    take(&t, SIP_TOKEN)
    rest.start = t.pos
    rest.end = value.end
    return rest


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


cdef const char *CREDENTIALS[10]
CREDENTIALS[:] = ["username", "realm", "nonce", "uri", "response", "algorithm", "cnonce", "opaque", "qop", "nc"]
# Printed as PJSIP prints them: the first five and cnonce, opaque are quoted.
cdef int QUOTED[10]
QUOTED[:] = [1, 1, 1, 1, 1, 0, 1, 1, 0, 0]
# Printed though absent or empty.
cdef int ALWAYS[10]
ALWAYS[:] = [1, 1, 1, 0, 1, 0, 0, 0, 0, 0]


cdef void print_digest(const uint8_t *base, Span value, Out *out) noexcept nogil:
    cdef Span found, rest
    cdef HeaderParameter parameter
    cdef int i
    cdef bint first = True
    cdef bint is_known
    put_text(out, "Digest ")
    for i in range(10):
        find_digest(base, value, CREDENTIALS[i], <uint32_t>strlen(CREDENTIALS[i]), &found)
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
    rest = credentials_of(base, value)
    while next_credential(base, &rest, &parameter):
        is_known = False
        for i in range(10):
            if same_name(base, parameter.name, CREDENTIALS[i], <uint32_t>strlen(CREDENTIALS[i])):
                is_known = True
        if is_known:
            continue
        put(out, c",")
        put_span(out, base, parameter.name)
        put(out, c"=")
        put_span(out, base, parameter.value)


# ---------------------------------------------------------------- everything by kind

cdef bint take_integer(Text *t, Span *digits) noexcept nogil:
    skip_lws(t)
    digits[0] = take(t, SIP_DIGIT)
    if digits.start == digits.end:
        return fail(t, "a number is expected")
    return True


cdef bint take_cseq(Text *t) noexcept nogil:
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


cdef bint take_list(Text *t) noexcept nogil:
    """Comma-separated text (Accept, Allow, Require, Supported, Unsupported): anything on the line."""
    while True:
        to_line_end(t)
        if t.pos >= t.end or t.base[t.pos] == 0:
            return True
        skip_lws(t)
        if at_line_end(t):
            return True


cdef bint take_replaces(Text *t) noexcept nogil:
    cdef Span parameters
    while t.pos < t.end and t.base[t.pos] != c";":
        t.pos += 1
    return take_parameters(t, &parameters)


cdef bint parse_value(Text *t, int kind, Span *value, bint *more) noexcept nogil:
    """Parse one value of a header that isn't generic; the cursor is left after it.

    ``more`` tells whether a comma follows and another value of the same header after it.
    """
    cdef NameAddress address
    cdef Hop hop
    cdef Span part
    cdef bint ok
    more[0] = False
    skip_lws(t)
    value.start = t.pos
    if kind == FROM or kind == TO or kind == CONTACT or kind == ROUTE or kind == RECORD_ROUTE:
        ok = parse_name_address(t, kind, &address)
        more[0] = kind != FROM and kind != TO
    elif kind == VIA:
        ok = parse_hop(t, &hop)
        more[0] = True
    elif kind == CSEQ:
        ok = take_cseq(t)
    elif kind == CALL_ID:
        to_line_end(t)
        ok = True
    elif kind == AUTHORIZATION or kind == PROXY_AUTHORIZATION or kind == WWW_AUTHENTICATE or kind == PROXY_AUTHENTICATE:
        ok = take_digest(t)
    elif kind == ACCEPT or kind == ALLOW or kind == REQUIRE or kind == SUPPORTED or kind == UNSUPPORTED:
        ok = take_list(t)
    elif kind == CONTENT_TYPE:
        part = take(t, SIP_TOKEN)
        ok = part.start < part.end or fail(t, "a Content-Type has no type")
        if ok:
            skip_lws(t)
            ok = peek(t) == c"/" or fail(t, "a Content-Type has no '/'")
        if ok:
            t.pos += 1
            skip_lws(t)
            part = take(t, SIP_TOKEN)
            ok = part.start < part.end or fail(t, "a Content-Type has no subtype")
        if ok:
            ok = take_parameters(t, &part)
    elif kind == EVENT or kind == SUBSCRIPTION_STATE:
        part = take(t, SIP_TOKEN)
        ok = part.start < part.end or fail(t, "a token is expected")
        if ok:
            ok = take_parameters(t, &part)
    elif kind == REPLACES:
        ok = take_replaces(t)
    elif kind == SESSION_EXPIRES or kind == MIN_SE:
        ok = take_integer(t, &part) and take_parameters(t, &part)
    elif kind == RETRY_AFTER:
        ok = take_integer(t, &part)
        if ok:
            skip_lws(t)
            if peek(t) == c"(":
                while t.pos < t.end and t.base[t.pos] != c")" and not at_line_end(t):
                    t.pos += 1
                ok = peek(t) == c")" or fail(t, "a comment doesn't end on its line")
                t.pos += ok
        if ok:
            ok = take_parameters(t, &part)
    else:
        ok = take_integer(t, &part)
    if not ok:
        return False
    value.end = t.pos
    if line_ends_here(t) and value.end > value.start and t.base[value.end - 1] > c" ":
        more[0] = False
        return True
    trim_end(t.base, value)
    skip_lws(t)
    if more[0]:
        if peek(t) == c",":
            t.pos += 1
            return True
        more[0] = False
    if not at_line_end(t):
        return fail(t, "something follows a header's value")
    return True


cdef void print_list(const uint8_t *base, Span value, bint *begun, Out *out) noexcept nogil:
    """Items joined by ", "; blanks before a comma stay, those after it and empty items at the ends go."""
    cdef Text t
    cdef Span item
    t.base = base
    t.pos = value.start
    t.end = value.end
    t.reason = NULL
    while t.pos < t.end:
        skip_lws(&t)
        item.start = t.pos
        while t.pos < t.end and t.base[t.pos] != c"," and not at_line_end(&t):
            t.pos += 1
        item.end = t.pos
        skip_lws(&t)
        if item.start < item.end:
            if begun[0]:
                put_text(out, ", ")
            begun[0] = True
            put_span(out, base, item)
        if peek(&t) == c",":
            t.pos += 1


cdef void print_generic(const uint8_t *base, Span value, Out *out) noexcept nogil:
    """As received; a fold with the blanks after it is one blank."""
    cdef Text t
    cdef Span line
    t.base = base
    t.pos = value.start
    t.end = value.end
    t.reason = NULL
    while True:
        line.start = t.pos
        to_line_end(&t)
        line.end = t.pos
        put_span(out, base, line)
        if t.pos >= t.end:
            return
        if base[t.pos] == 0:
            put(out, 0)
            t.pos += 1
        else:
            put(out, c" ")
            t.pos = after_line_end(&t, t.pos)
            skip_blanks(&t)


cdef void print_value(const uint8_t *base, int kind, Span value, const Received *received, const char *added,
                      Out *out) noexcept nogil:
    """Print a value as PJSIP prints it for comparison.

    ``received`` is given for the first Via, ``added`` (see ``print_uri``) for the first Contact only.
    """
    cdef Text t
    cdef Span part
    cdef bint begun = False
    cdef HeaderParameter parameter
    t.base = base
    t.pos = value.start
    t.end = value.end
    t.reason = NULL
    if kind == GENERIC:
        print_generic(base, value, out)
    elif kind == FROM or kind == TO or kind == CONTACT or kind == ROUTE or kind == RECORD_ROUTE:
        print_name_address(base, kind, value, added, out)
    elif kind == VIA:
        print_hop(base, value, received, out)
    elif kind == AUTHORIZATION or kind == PROXY_AUTHORIZATION or kind == WWW_AUTHENTICATE or kind == PROXY_AUTHENTICATE:
        print_digest(base, value, out)
    elif kind == ACCEPT or kind == ALLOW or kind == REQUIRE or kind == SUPPORTED or kind == UNSUPPORTED:
        print_list(base, value, &begun, out)
    elif kind == CALL_ID:
        put_span(out, base, value)
    elif kind == CSEQ:
        part = take(&t, SIP_DIGIT)
        put_number(out, number_of(base, part))
        put(out, c" ")
        skip_lws(&t)
        put_span(out, base, take(&t, SIP_TOKEN))
    elif kind == CONTENT_TYPE:
        put_span(out, base, take(&t, SIP_TOKEN))
        skip_lws(&t)
        t.pos += 1
        skip_lws(&t)
        put(out, c"/")
        put_span(out, base, take(&t, SIP_TOKEN))
        print_rest(base, t.pos, value.end, out)
    elif kind == EVENT or kind == SUBSCRIPTION_STATE:
        put_span(out, base, take(&t, SIP_TOKEN))
        print_rest(base, t.pos, value.end, out)
    elif kind == REPLACES:
        while t.pos < t.end and base[t.pos] != c";":
            t.pos += 1
        part.start = value.start
        part.end = t.pos
        put_span(out, base, part)
        part.end = value.end
        part.start = t.pos
        print_last(base, part, "to-tag", 6, out)
        print_last(base, part, "from-tag", 8, out)
        if last_parameter(base, part, "early-only", 10, &parameter):
            put_text(out, ";early-only")
        while next_parameter(base, &part, &parameter):
            if (same_name(base, parameter.name, "to-tag", 6) or same_name(base, parameter.name, "from-tag", 8)
                    or same_name(base, parameter.name, "early-only", 10)):
                continue
            print_parameter(base, &parameter, out)
    else:
        part = take(&t, SIP_DIGIT)
        put_number(out, number_of(base, part))
        if kind == RETRY_AFTER:
            skip_lws(&t)
            if peek(&t) == c"(":
                part.start = t.pos
                while t.pos < t.end and base[t.pos] != c")":
                    t.pos += 1
                t.pos += 1
                part.end = t.pos
                put_span(out, base, part)
                put(out, c" ")
        print_rest(base, t.pos, value.end, out)


cdef void print_rest(const uint8_t *base, uint32_t start, uint32_t end, Out *out) noexcept nogil:
    cdef Span rest
    cdef HeaderParameter parameter
    rest.start = start
    rest.end = end
    while next_parameter(base, &rest, &parameter):
        print_parameter(base, &parameter, out)
