"""URIs as PJSIP prints them, at each place where one can stand.

Knows what is printed of a URI that ``_uri`` has read, and nothing of how it is read.

Facts
- Printing resolves escapes, and escapes in lower-case hex what isn't allowed unescaped there.
- The parameters that PJSIP knows come first, in a fixed order, and only where RFC 3261's table in 19.1.1 allows them;
  ``method`` is printed nowhere.  Of several the last counts.
- A known parameter without a value is one as any other: printed as sent, in its place among the others, wherever the
  URI is, ``method`` too; an earlier value still counts.  ``lr`` needs none.
- ``user`` is printed with its escapes resolved, whatever they stand for; so is any other parameter's and any URI
  header's value that begins with ``"``, but not that of a known one.
- A host is printed in brackets if it holds a ``:``.  So is ``maddr``, unless it begins with ``[``.
- tel: ``ext``, ``isub`` and ``phone-context`` come first, in this order and in lower case; the last of each counts, and
  without a value it isn't printed.  Each has other characters that stay unescaped.
- A URI of another scheme is printed as sent.
- Asterisk takes ``x-ast-...`` off a request URI and a Contact's before it compares them, but for releases with
  ``X_AST_KEPT``.
"""

from libc.string cimport strlen

from identify._compiled._dialect cimport X_AST_KEPT
from identify._compiled._text cimport (
    SIP_HEADER, SIP_PARAM, SIP_PASSWORD, SIP_TEL_CONTEXT, SIP_TEL_EXT, SIP_TEL_ISUB, SIP_TEL_NAME, SIP_USER, Span,
    Text, cursor_over, decoded, lower, peek, put, put_decoded, put_escaped, put_escaped_as_sent, put_number, put_span,
    put_text, same_decoded, same_name, sip_class_init, take,
)
from identify._compiled._uri cimport SCHEME_OTHER, SCHEME_TEL, Parameter, next_parameter, ttl_of

sip_class_init()

# How the value of a parameter is printed.
cdef enum Form:
    FORM_ESCAPED
    FORM_DECODED
    FORM_NUMBER
    FORM_HOST
    # The name alone, with or without a value.
    FORM_BARE

cdef enum:
    SIP_NAMES = 6
    TEL_NAMES = 3
    NAMES = 6
    # Where a parameter is printed, as bits 1 << UriPlace.
    REQUEST = 1 << <int>PLACE_REQUEST
    FROM_TO = 1 << <int>PLACE_FROM_TO
    CONTACT = 1 << <int>PLACE_CONTACT
    ROUTE = 1 << <int>PLACE_ROUTE
    ANYWHERE = REQUEST | FROM_TO | CONTACT | ROUTE
    NOWHERE = 0

# A parameter that PJSIP knows.
ctypedef struct Known:
    const char *name
    uint32_t length
    int places
    int form
    # What stays unescaped in its value.
    int bits

# In the order in which they are printed; all but ``lr`` are known by having a value.
cdef Known SIP_KNOWN[SIP_NAMES]
cdef Known TEL_KNOWN[TEL_NAMES]


cdef void row(Known *known, const char *name, int places, int form, int bits) noexcept:
    known.name = name
    known.length = <uint32_t>strlen(name)
    known.places = places
    known.form = form
    known.bits = bits


row(&SIP_KNOWN[0], "user", ANYWHERE, FORM_DECODED, 0)
row(&SIP_KNOWN[1], "transport", REQUEST | CONTACT | ROUTE, FORM_ESCAPED, SIP_PARAM)
row(&SIP_KNOWN[2], "ttl", REQUEST | CONTACT, FORM_NUMBER, 0)
row(&SIP_KNOWN[3], "maddr", REQUEST | CONTACT | ROUTE, FORM_HOST, SIP_PARAM)
row(&SIP_KNOWN[4], "lr", REQUEST | ROUTE, FORM_BARE, 0)
row(&SIP_KNOWN[5], "method", NOWHERE, FORM_ESCAPED, SIP_PARAM)

row(&TEL_KNOWN[0], "ext", ANYWHERE, FORM_ESCAPED, SIP_TEL_EXT)
row(&TEL_KNOWN[1], "isub", ANYWHERE, FORM_ESCAPED, SIP_TEL_ISUB)
row(&TEL_KNOWN[2], "phone-context", ANYWHERE, FORM_ESCAPED, SIP_TEL_CONTEXT)


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
        print_known(base, uri, TEL_KNOWN, TEL_NAMES, place, out)
        print_others_of_tel(base, uri, out)
        return
    if uri.has_user:
        put_escaped(out, base, uri.user, SIP_USER)
        if uri.password.start < uri.password.end:
            put(out, c":")
            put_escaped(out, base, uri.password, SIP_PASSWORD)
        put(out, c"@")
    print_host(base, uri.host, uri.bracketed_host, out)
    if uri.port and place != PLACE_FROM_TO:
        put(out, c":")
        put_number(out, uri.port)
    if uri.parameters.start < uri.parameters.end:
        print_known(base, uri, SIP_KNOWN, SIP_NAMES, place, out)
        print_others(base, uri, place, dialect, added, out)
    if added != NULL:
        put_text(out, ";x-ast-txp=")
        put_text(out, added)
    if place == PLACE_CONTACT:
        print_headers(base, uri.headers, out)


cdef void print_host(const uint8_t *base, Span host, bint bracketed, Out *out) noexcept nogil:
    """The host of a URI or a Via."""
    if bracketed:
        put(out, c"[")
    put_span(out, base, host)
    if bracketed:
        put(out, c"]")


# ---------------------------------------------------------------- known parameters

cdef int number_of_sip(const uint8_t *base, const Parameter *parameter) noexcept nogil:
    """The number of its row in ``SIP_KNOWN``, -1 if it is one as any other."""
    cdef int which
    for which in range(<int>SIP_NAMES):
        if same_decoded(base, parameter.name, SIP_KNOWN[which].name, SIP_KNOWN[which].length):
            if parameter.value.start < parameter.value.end or SIP_KNOWN[which].form == FORM_BARE:
                return which
            return -1
    return -1


cdef int number_of_tel(const uint8_t *base, const Parameter *parameter) noexcept nogil:
    """The number of its row in ``TEL_KNOWN``, -1 if it is one as any other."""
    cdef int which
    for which in range(<int>TEL_NAMES):
        if same_name(base, parameter.name, TEL_KNOWN[which].name, TEL_KNOWN[which].length):
            return which
    return -1


cdef void print_known(const uint8_t *base, const Uri *uri, const Known *known, int count, int place,
                      Out *out) noexcept nogil:
    """The last of each known parameter, in the order of their rows."""
    cdef Parameter last[NAMES]
    cdef bint present[NAMES]
    cdef Parameter parameter
    cdef Span rest = uri.parameters
    cdef int which
    for which in range(count):
        present[which] = False
    while next_parameter(base, &rest, &parameter):
        which = number_of_tel(base, &parameter) if uri.scheme == SCHEME_TEL else number_of_sip(base, &parameter)
        if which >= 0:
            last[which] = parameter
            # Only one of a tel URI is known without a value: then it takes an earlier one's place, and isn't printed.
            present[which] = parameter.value.start < parameter.value.end or known[which].form == FORM_BARE
    for which in range(count):
        if present[which] and known[which].places >> place & 1:
            put(out, c";")
            put_text(out, known[which].name)
            if known[which].form != FORM_BARE:
                put(out, c"=")
                print_known_value(base, &last[which], &known[which], out)


cdef void print_known_value(const uint8_t *base, const Parameter *parameter, const Known *known,
                            Out *out) noexcept nogil:
    cdef Span value = parameter.value
    if known.form == FORM_NUMBER:
        put_number(out, ttl_of(base, value))
    elif known.form == FORM_HOST and is_bracketed(base, value):
        put(out, c"[")
        print_resolved(base, parameter, out)
        put(out, c"]")
    elif known.form == FORM_DECODED:
        print_resolved(base, parameter, out)
    elif parameter.quoted:
        # In a quoted string nothing is an escape.
        put_escaped_as_sent(out, base, value, known.bits)
    else:
        put_escaped(out, base, value, known.bits)


cdef inline void print_resolved(const uint8_t *base, const Parameter *parameter, Out *out) noexcept nogil:
    """Without escapes."""
    if parameter.quoted:
        put_span(out, base, parameter.value)
    else:
        put_decoded(out, base, parameter.value)


cdef bint is_bracketed(const uint8_t *base, Span value) noexcept nogil:
    """Is it a maddr that is printed in brackets?"""
    cdef uint32_t pos = value.start
    if decoded(base, &pos, value.end) == c"[":
        return False
    pos = value.start
    while pos < value.end:
        if decoded(base, &pos, value.end) == c":":
            return True
    return False


# ---------------------------------------------------------------- other parameters, headers

cdef inline void print_value(const uint8_t *base, Span value, bint quoted, int bits, Out *out) noexcept nogil:
    """The value of what PJSIP doesn't know."""
    cdef uint32_t pos = value.start
    if quoted:
        put_span(out, base, value)
    elif decoded(base, &pos, value.end) == c'"':
        put_decoded(out, base, value)
    else:
        put_escaped(out, base, value, bits)


cdef bint from_asterisk(const uint8_t *base, Span name) noexcept nogil:
    """``x-ast-...``, lower case only, escapes resolved: Asterisk's own, taken off before it identifies."""
    cdef const char *prefix = "x-ast-"
    cdef uint32_t pos = name.start
    cdef uint32_t i
    for i in range(6):
        if pos >= name.end or decoded(base, &pos, name.end) != <uint8_t>prefix[i]:
            return False
    return True


cdef void print_others(const uint8_t *base, const Uri *uri, int place, uint32_t dialect, const char *added,
                       Out *out) noexcept nogil:
    """What isn't known, in the order of the URI."""
    cdef Parameter parameter
    cdef Span rest = uri.parameters
    cdef bint sheds = (place == PLACE_REQUEST or place == PLACE_CONTACT) and not dialect & <uint32_t>X_AST_KEPT
    while next_parameter(base, &rest, &parameter):
        if number_of_sip(base, &parameter) >= 0:
            continue
        if sheds and from_asterisk(base, parameter.name):
            continue
        if added != NULL and same_decoded(base, parameter.name, "x-ast-txp", 9):
            continue
        put(out, c";")
        put_escaped(out, base, parameter.name, SIP_PARAM)
        if parameter.value.start < parameter.value.end:
            put(out, c"=")
            print_value(base, parameter.value, parameter.quoted, SIP_PARAM, out)


cdef void print_others_of_tel(const uint8_t *base, const Uri *uri, Out *out) noexcept nogil:
    """What isn't known, in the order of the URI; escapes in names weren't resolved, so their ``%`` is escaped."""
    cdef Parameter parameter
    cdef Span rest = uri.parameters
    while next_parameter(base, &rest, &parameter):
        if number_of_tel(base, &parameter) >= 0:
            continue
        put(out, c";")
        put_escaped_as_sent(out, base, parameter.name, SIP_TEL_NAME)
        if parameter.value.start < parameter.value.end:
            put(out, c"=")
            print_value(base, parameter.value, False, SIP_PARAM, out)


cdef void print_headers(const uint8_t *base, Span headers, Out *out) noexcept nogil:
    cdef Text t = cursor_over(base, headers)
    cdef Span part
    cdef int separator = c"?"
    while t.pos < t.end:
        put(out, separator)
        separator = c"&"
        part = take(&t, SIP_HEADER)
        put_escaped(out, base, part, SIP_HEADER)
        if peek(&t) == c"=":
            t.pos += 1
            part = take(&t, SIP_HEADER)
            if part.start < part.end:
                put(out, c"=")
                print_value(base, part, False, SIP_HEADER, out)
        t.pos += 1
