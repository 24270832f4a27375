"""A SIP request, scanned once: which header lines it has, and whether PJSIP's parser would take it.

Knows lines, framing and which headers must be there; values are parsed by ``_headers``, messages of the usual shapes
by ``_fast_path``.

Strategy
1. One pass over the head.  Headers that PJSIP reads itself are parsed as they come, for their syntax alone can
   drop the message; of all the spans are kept, nothing is copied.
2. The first thing wrong ends the pass with its reason and offset.
3. Printing and the parts of an address are made from the spans when they are asked for.

Facts
- UDP: CRLF, LF and lone CR all end a line; a datagram of 32 bytes or less is not a message; the final empty
  line may be missing.
- Streams: the head ends at LF CR LF, Content-Length is required, at the beginning of a line, and the body must be
  there.  A message of more than 65,535 bytes is never taken.
- A fold is a line end with a blank behind it.  One is allowed around the parts of the request line, before and after
  the colon of a header, between tokens and at the end of a value; two in a row drop the message, but for those
  before the ``<`` of an address (``_header_grammar``).
- Lines of blanks before the first line are skipped, and one directly after it.
- A ``&`` behind the value ends a header as a line end does, but for those that take it into their value (``_headers``);
  the next header follows on the same line.  With nothing behind it, it ends the head.
- A request with the method SIP, in any case, is dropped.
- Of several From, To and Via the first is identified by.
- Several Supported, or Require, are printed as one, in the place of the first.
- Releases with ``EMPTY_LIST_REFUSED`` drop a message with a list that begins with a comma, such as ``Allow: ,,``: in
  the recorded answers the syntax error is at its first comma.
"""

from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy

from identify._compiled._fast_path cimport WAY_WIDEST, Index, make_index, take_usual_headers, take_usual_request_line
from identify._compiled._header_grammar cimport parse_name_address, take_generic
from identify._compiled._header_names cimport (
    CALL_ID, CONTACT, CSEQ, FROM, GENERIC, KINDS, SUPPORTED, TO, VIA, kind_of,
)
from identify._compiled._header_lists cimport LIST_LIMIT, elements_of
from identify._compiled._headers cimport MERGES, SYNTAX_LIST, header_row, parse_value, print_value
from identify._compiled._parsed cimport MESSAGE_LIMIT, has, note_field
from identify._compiled._printable cimport Printable
from identify._compiled._text cimport (
    SIP_DIGIT, SIP_TOKEN, Text, after_line_end, at_line_end, cursor, cursor_over, fail, folds_here, peek, same_name,
    sip_class, sip_class_init, skip_lws, take, take_long,
)
from identify._compiled._uri cimport SCHEME_OTHER, parse_uri

sip_class_init()

# PJSIP's transport throws shorter datagrams away unread.
cdef enum:
    DATAGRAM_MINIMUM = 32
    # PJSIP's buffer for a stream is full before a longer message is complete.
    STREAM_LIMIT = 65535

# Bits 1 << kind of the headers that are lists, and of those of which several are one.
cdef uint32_t LISTS = 0
cdef uint32_t MERGING = 0


cdef void know_kinds() noexcept:
    """Take both from the rows."""
    global LISTS, MERGING
    cdef int kind
    for kind in range(<int>KINDS):
        if header_row(kind).syntax == SYNTAX_LIST:
            LISTS |= <uint32_t>1 << kind
        if header_row(kind).flags & <int>MERGES:
            MERGING |= <uint32_t>1 << kind


know_kinds()


cdef void begin(Message *m, const uint8_t *base, uint32_t length, Field *fields, uint32_t capacity) noexcept nogil:
    """Make an empty message over ``length`` bytes; ``fields`` is the caller's array for the first fields."""
    # Not the whole structure: it is large, and what isn't set here is set before it is read.
    m.base = base
    m.length = length
    m.dialect = 0
    m.fields = fields
    m.count = 0
    m.capacity = capacity
    m.grown = False
    m.method.start = m.method.end = 0
    m.has_request_uri = m.kept_from = m.kept_to = False
    m.kinds = 0
    m.name_bits = 0
    m.supported = m.required = 0
    m.error = 0
    m.reason = NULL


cdef void finish(Message *m) noexcept nogil:
    """Free what ``begin`` and what followed allocated."""
    if m.grown:
        free(m.fields)
        m.grown = False


cdef bint refuse(Message *m, const char *reason, uint32_t offset) noexcept nogil:
    m.reason = reason
    m.error = offset
    return False


cdef bint grow(Message *m) noexcept nogil:
    """Make room for another field; False where there is no memory."""
    # A message of 64 KiB has at most 2**15 fields, so this doubles a few times at most.
    cdef uint32_t capacity = m.capacity * 2 if m.capacity else 64
    cdef Field *larger
    if m.grown:
        larger = <Field *>realloc(m.fields, capacity * sizeof(Field))
    else:
        larger = <Field *>malloc(capacity * sizeof(Field))
        if larger != NULL and m.count:
            memcpy(larger, m.fields, m.count * sizeof(Field))
    if larger == NULL:
        return False
    m.fields = larger
    m.capacity = capacity
    m.grown = True
    return True


cdef bint add_field(Message *m, int kind, Span name, Span value) noexcept nogil:
    if m.count == m.capacity and not grow(m):
        return refuse(m, "out of memory", name.start)
    note_field(m, kind, name)
    m.fields[m.count].kind = kind
    m.fields[m.count].name = name
    m.fields[m.count].value = value
    m.count += 1
    return True


cdef bint take_values(Message *m, Text *t, int kind, Span name) noexcept nogil:
    """Everything after the colon, up to the line end or the ``&`` that ends the header."""
    cdef Span value
    cdef bint more = True
    if kind == GENERIC:
        return take_generic(t, &value) and add_field(m, kind, name, value)
    while more:
        if not parse_value(t, kind, &value, &more):
            return False
        if MERGING >> kind & 1 and has(m, kind) and not take_merged(m, kind, value):
            t.pos = value.start
            return fail(t, "lists that are one have more than 32 elements")
        if not add_field(m, kind, name, value):
            return False
    return True


cdef bint take_merged(Message *m, int kind, Span value) noexcept nogil:
    """Count the elements of another Supported or Require; False if there are too many.

    The first one isn't counted while it is read, for nearly always it is the only one.
    """
    cdef uint32_t *total = &m.supported if kind == SUPPORTED else &m.required
    if total[0] == 0:
        total[0] = elements_of(m.base, m.fields[m.first[kind]].value)
    total[0] += elements_of(m.base, value)
    return total[0] <= <uint32_t>LIST_LIMIT


cdef bint take_header(Message *m, Text *t) noexcept nogil:
    cdef Span name = take_long(t, SIP_TOKEN)
    if name.start == name.end:
        return fail(t, "a header has no name")
    skip_lws(t)
    if peek(t) != c":":
        return fail(t, "no ':' after a header's name")
    t.pos += 1
    if not take_values(m, t, kind_of(t.base, name, t.end), name):
        return False
    if peek(t) == c"&":
        t.pos += 1
        skip_lws(t)
    elif t.pos < t.end:
        t.pos = after_line_end(t, t.pos)
    return True


cdef bint take_version(Text *t) noexcept nogil:
    """``SIP/2.0`` in any case, blanks and folds around its slash."""
    cdef uint32_t start = t.pos
    if same_name(t.base, take(t, SIP_TOKEN), "sip", 3):
        skip_lws(t)
        if peek(t) == c"/":
            t.pos += 1
            skip_lws(t)
            if same_name(t.base, take(t, SIP_TOKEN), "2.0", 3):
                return True
    t.pos = start
    return fail(t, "the version isn't SIP/2.0")


cdef void skip_blank_lines(Text *t) noexcept nogil:
    """Lines with nothing but blanks, and the blanks before a first line."""
    while t.pos < t.end and (at_line_end(t) or t.base[t.pos] == c" " or t.base[t.pos] == c"\t"):
        t.pos += 1


cdef bint is_sip(const Message *m) noexcept nogil:
    """Is the method SIP, so that PJSIP takes the line for that of a response?"""
    return same_name(m.base, m.method, "sip", 3)


cdef bint take_request_line(Message *m, Text *t) noexcept nogil:
    """``Method SP Request-URI SP SIP/2.0`` (RFC 3261 7.1), with blanks and folds wherever there may be one."""
    skip_blank_lines(t)
    m.method = take(t, SIP_TOKEN)
    if m.method.start == m.method.end:
        return fail(t, "the request line has no method")
    if is_sip(m):
        return fail(t, "a response, not a request")
    skip_lws(t)
    if t.pos == m.method.end:
        return fail(t, "no blank after the method")
    if not parse_uri(t, True, &m.request_uri):
        return False
    if m.request_uri.scheme == SCHEME_OTHER:
        return fail(t, "the request URI is neither sip, sips nor tel")
    m.has_request_uri = True
    skip_lws(t)
    if not take_version(t):
        return False
    # A line of blanks behind the line is a fold at its end.
    skip_lws(t)
    if t.pos >= t.end or not at_line_end(t):
        return fail(t, "something follows the version")
    t.pos = after_line_end(t, t.pos)
    return True


cdef bint take_status_line(Text *t, uint32_t *status) noexcept nogil:
    """``SIP/2.0 SP three digits SP reason`` (RFC 3261 7.2)."""
    cdef Span code
    cdef uint32_t i
    skip_blank_lines(t)
    if not take_version(t):
        return False
    skip_lws(t)
    code = take(t, SIP_DIGIT)
    if code.end - code.start != 3:
        return fail(t, "the status of a response has three digits")
    status[0] = 0
    for i in range(code.start, code.end):
        status[0] = status[0] * 10 + t.base[i] - c"0"
    while not at_line_end(t):
        t.pos += 1
    if t.pos < t.end:
        t.pos = after_line_end(t, t.pos)
    return True


cdef bint take_head(Message *m, Text *t, int way, uint32_t *status) noexcept nogil:
    """The first line and all headers."""
    cdef Index index
    cdef bint first = True
    cdef uint32_t pos
    make_index(&index, m.base, t.end, way)
    if status != NULL:
        if not take_status_line(t, status):
            return False
    else:
        pos = take_usual_request_line(m, &index, t.pos, t.end)
        if pos:
            t.pos = pos
        elif not take_request_line(m, t):
            return False
    # The line after the first one must be a header.
    while first or (t.pos < t.end and not at_line_end(t)):
        pos = take_usual_headers(m, &index, t.pos, t.end)
        if pos == t.pos:
            if not take_header(m, t):
                return False
        t.pos = pos if pos > t.pos else t.pos
        first = False
    return True


cdef bint parse_head(Message *m, Text *t, int way, uint32_t *status) noexcept nogil:
    if m.capacity == 0 and not grow(m):
        return refuse(m, "out of memory", 0)
    if not take_head(m, t, way, status):
        # Without a reason of the text's, it is the message's: no memory.
        return refuse(m, t.reason, t.error) if t.reason != NULL else False
    if not has(m, VIA):
        return refuse(m, "no Via", t.pos)
    if not has(m, FROM):
        return refuse(m, "no From", t.pos)
    if not has(m, TO):
        return refuse(m, "no To", t.pos)
    if not has(m, CALL_ID):
        return refuse(m, "no Call-ID", t.pos)
    if not has(m, CSEQ):
        return refuse(m, "no CSeq", t.pos)
    return True


cdef bint find_frame(Message *m, Text *t) noexcept nogil:
    """Cut a stream at the end of its first message: the head ends at LF CR LF, Content-Length says the rest."""
    cdef uint32_t head = t.pos
    cdef uint32_t length = 0
    cdef uint32_t after
    cdef Text line = t[0]
    while True:
        if head + 2 >= t.end:
            return refuse(m, "the head of the message isn't complete", t.end)
        if t.base[head] == c"\n" and t.base[head + 1] == c"\r" and t.base[head + 2] == c"\n":
            break
        head += 1
    line.end = head + 3
    while take_content_length(&line, &length) != LENGTH_GIVEN:
        while line.pos < head and line.base[line.pos] != c"\n":
            line.pos += 1
        line.pos += 1
        if line.pos >= head:
            return refuse(m, "a stream needs a Content-Length", t.pos)
    after = head + 3 + length
    if after - t.pos > <uint32_t>STREAM_LIMIT:
        return refuse(m, "a stream's message is longer than 65535 bytes", t.pos)
    if after > t.end:
        return refuse(m, "the body of the message isn't complete", t.end)
    t.end = after
    return True


cdef Length take_content_length(Text *line, uint32_t *length) noexcept nogil:
    """Read a Content-Length at the cursor, which nothing may follow."""
    cdef Span name = take(line, SIP_TOKEN)
    cdef Span digits
    cdef uint32_t i
    if not (same_name(line.base, name, "content-length", 14) or same_name(line.base, name, "l", 1)):
        return LENGTH_ABSENT
    skip_lws(line)
    if peek(line) != c":":
        return LENGTH_ABSENT
    line.pos += 1
    skip_lws(line)
    digits = take(line, SIP_DIGIT)
    skip_lws(line)
    if digits.start == digits.end or not at_line_end(line) or folds_here(line):
        return LENGTH_BAD
    length[0] = 0
    for i in range(digits.start, digits.end):
        length[0] = length[0] * 10 + line.base[i] - c"0"
        # More than any message has: the digits that follow can't make it less.
        if length[0] > MESSAGE_LIMIT:
            break
    return LENGTH_GIVEN


cdef bint parse_message(Message *m, bint stream) noexcept nogil:
    """Parse a datagram or the first message of a stream; False with ``reason`` and ``error`` set."""
    return parse_message_by(m, stream, WAY_WIDEST)


cdef bint parse_message_by(Message *m, bint stream, int way) noexcept nogil:
    """``parse_message`` by a ``Way``; all come to the same."""
    return parse_either(m, stream, way, NULL)


cdef bint parse_response(Message *m, bint stream, uint32_t *status) noexcept nogil:
    """As ``parse_message`` for a response, whose status is kept; it has no method and no request URI."""
    return parse_either(m, stream, WAY_WIDEST, status)


cdef bint parse_either(Message *m, bint stream, int way, uint32_t *status) noexcept nogil:
    cdef Text t = cursor(m.base, 0, m.length)
    if m.length > MESSAGE_LIMIT:
        return refuse(m, "longer than 65536 bytes", MESSAGE_LIMIT)
    if not stream and m.length <= DATAGRAM_MINIMUM:
        return refuse(m, "a datagram of 32 bytes or less", 0)
    while t.pos < t.end and at_line_end(&t):
        t.pos += 1
    if t.pos >= t.end:
        return refuse(m, "nothing but line ends", 0)
    if stream and not find_frame(m, &t):
        return False
    return parse_head(m, &t, way, status)


cdef bint check_lists(Message *m) noexcept nogil:
    """False, with ``reason`` and ``error`` set, if a list begins with a comma."""
    cdef uint32_t i
    if not m.kinds & LISTS:
        return True
    for i in range(m.count):
        if LISTS >> m.fields[i].kind & 1 and m.fields[i].value.start < m.fields[i].value.end:
            if m.base[m.fields[i].value.start] == c",":
                return refuse(m, "a list begins with a comma", m.fields[i].value.start)
    return True


cdef bint is_token(const Message *m, Span span) noexcept nogil:
    cdef uint32_t i
    for i in range(span.start, span.end):
        if not sip_class[m.base[i]] & SIP_TOKEN:
            return False
    return span.start < span.end


cdef bint add_method(Message *m) noexcept nogil:
    """Check a method that was given apart from a message."""
    if not is_token(m, m.method):
        return refuse(m, "the method is no token", m.method.start)
    return not is_sip(m) or refuse(m, "a response, not a request", m.method.start)


cdef bint add_header(Message *m, Span name, uint32_t start, uint32_t end) noexcept nogil:
    """Add a header that was given apart from a message; its value is [start, end)."""
    cdef Text t = cursor(m.base, start, end)
    if not is_token(m, name):
        return refuse(m, "the name of a header is no token", name.start)
    if not take_values(m, &t, kind_of(m.base, name, m.length), name):
        return refuse(m, t.reason, t.error) if t.reason != NULL else False
    if t.pos < end:
        return refuse(m, "a '&' ends a header" if m.base[t.pos] == c"&" else "a line end in a header", t.pos)
    return True


cdef bint add_request_uri(Message *m, uint32_t start, uint32_t end) noexcept nogil:
    """Set a request URI that was given apart from a message."""
    cdef Text t = cursor(m.base, start, end)
    if not parse_uri(&t, True, &m.request_uri):
        return refuse(m, t.reason, t.error)
    if t.pos < end:
        return refuse(m, "something follows the request URI", t.pos)
    if m.request_uri.scheme == SCHEME_OTHER:
        return refuse(m, "the request URI is neither sip, sips nor tel", start)
    m.has_request_uri = True
    return True


cdef bint address_at(const Message *m, uint32_t index, NameAddress *address) noexcept nogil:
    """Parse the From, To, Contact or Route at ``index`` anew."""
    cdef Text t = cursor_over(m.base, m.fields[index].value)
    return parse_name_address(&t, m.fields[index].kind, address)


cdef const NameAddress *address_of(const Message *m, int kind, NameAddress *room) noexcept nogil:
    """The first From or To, NULL where there is none; ``room`` is used where the scan hasn't kept it."""
    if not has(m, kind):
        return NULL
    if kind == FROM and m.kept_from:
        return &m.from_address
    if kind == TO and m.kept_to:
        return &m.to_address
    return room if address_at(m, m.first[kind], room) else NULL


cdef bint merged_away(const Message *m, uint32_t index) noexcept nogil:
    """Several Supported, or Require, are one: the first."""
    cdef int kind = m.fields[index].kind
    return MERGING >> kind & 1 and index != m.first[kind]


cdef void print_field(const Message *m, uint32_t index, const Received *received, const char *added,
                      Out *out) noexcept nogil:
    """Print the value of a field as PJSIP prints it for comparison."""
    cdef const Field *field = &m.fields[index]
    cdef bint first = index == m.first[field.kind]
    cdef uint32_t i
    cdef Printable p
    p.base = m.base
    p.dialect = m.dialect
    p.kind = field.kind
    p.value = field.value
    p.received = received if first and field.kind == VIA else NULL
    p.added = added if first and field.kind == CONTACT else NULL
    print_value(&p, out)
    if MERGING >> field.kind & 1:
        for i in range(index + 1, m.count):
            if m.fields[i].kind != field.kind or m.fields[i].value.start == m.fields[i].value.end:
                continue
            p.value = m.fields[i].value
            print_value(&p, out)
