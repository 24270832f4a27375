"""Requests as nearly everyone writes them: a request line and header fields of the usual shape, read quickly.

Knows the shapes that make up nearly all traffic (which header has which is in ``_headers``), and no errors: what isn't
of such a shape, right or wrong, is left to ``_message``, ``_header_grammar`` and ``_uri``, which read everything and
leave the same behind.

Strategy
1. An index of the head (``_index.h``) has a bit for each byte that isn't a letter, digit, ``-``, ``.`` or ``_``, and
   one for each line end.  A token, host, user or value is taken in a few instructions, however long it is.
2. A header is taken only if its line ends in CRLF, doesn't fold, has at most one blank before its value and none
   behind it.  Its end is known before anything in it is looked at, so nothing in it is checked for the message's end.
3. In a header with a known name only those blanks are expected that everyone writes.

Every function returns the position behind what it has read, 0 for a shape that isn't usual.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint16_t
from libc.string cimport memcpy, memset

from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_lists cimport LIST_LIMIT
from identify._compiled._header_names cimport (
    FROM, GENERIC, REQUIRE, SUPPORTED, TO, KnownName, KnownNames, find_name, known_names,
)
from identify._compiled._headers cimport (
    SHAPE_CONTACT, SHAPE_CSEQ, SHAPE_DIGEST, SHAPE_FROM, SHAPE_LINE, SHAPE_LIST, SHAPE_MEDIA_TYPE, SHAPE_NUMBER,
    SHAPE_NUMBER_PARAMETERS, SHAPE_ROUTE, SHAPE_TO, SHAPE_TOKEN, SHAPE_VIA,
)
from identify._compiled._parsed cimport Field, name_hash
from identify._compiled._text cimport (
    SIP_PARAM, SIP_TOKEN, SIP_USER_END, SIP_USER_READ, SIP_VALUE, same_name, sip_class, sip_class_init, sip_word_at,
)
from identify._compiled._uri cimport SCHEME_SIP, Uri

cdef extern from "_index.h" nogil:
    ctypedef void (*IndexFunction "sip_index_function")(Index *index, const uint8_t *bytes, uint32_t size)
    void sip_index_plain(Index *index, const uint8_t *bytes, uint32_t size)
    void sip_index_usual(Index *index, const uint8_t *bytes, uint32_t size)
    IndexFunction sip_index_chosen()
    uint32_t sip_next(const uint64_t *bits, uint32_t at)
    uint32_t sip_count(const uint64_t *bits, uint32_t at, uint32_t end)
    uint32_t sip_digits_before(const uint8_t *place, uint32_t length)

cdef enum:
    # "sip:" as a number, and the bits that make its letters lower case.
    SIP_COLON = 0x3A706973
    LETTERS = 0x00202020
    # CR and LF as the middle bytes of four; a colon and a blank.
    CR_LF_INSIDE = 0x000A0D00
    COLON_BLANK = 0x203A
    NO_NUMBER = 0xFFFFFFFF
    WORD = 8
    # Of a header; with its line end and the next byte it fills a word.
    SHORTEST = 5

sip_class_init()

cdef IndexFunction index_widest = sip_index_chosen()
cdef const KnownNames *KNOWN = known_names()
cdef uint64_t VIA_START
cdef uint64_t VERSION_END
cdef uint64_t DIGEST_START
memcpy(&VIA_START, <const char *>b"SIP/2.0/", 8)
memcpy(&VERSION_END, <const char *>b"SIP/2.0\r", 8)
memcpy(&DIGEST_START, <const char *>b"Digest u", 8)


cdef void make_index(Index *index, const uint8_t *base, uint32_t end, int way) noexcept nogil:
    """Index the first ``end`` bytes, or as much of them as there is of a head and room."""
    if way == WAY_WIDEST:
        index_widest(index, base, end)
    elif way == WAY_USUAL:
        sip_index_usual(index, base, end)
    elif way == WAY_PLAIN:
        sip_index_plain(index, base, end)
    else:
        sip_index_plain(index, base, 0)


def index_of(bytes data not None, int way):
    """The bitmaps of a head as two integers, and how many bytes they are of; for tests.  ``way`` is a ``Way``."""
    cdef Index index
    cdef bytes special, ends
    make_index(&index, <const uint8_t *>PyBytes_AS_STRING(data), <uint32_t>PyBytes_GET_SIZE(data), way)
    special = (<const char *>index.special)[:sizeof(uint64_t) * ((index.length + 63) // 64)]
    ends = (<const char *>index.ends)[:sizeof(uint64_t) * ((index.length + 63) // 64)]
    return int.from_bytes(special, "little"), int.from_bytes(ends, "little"), index.length


# A line: the bytes of the message, their index, and where it ends, which is the furthest that anything below comes.
ctypedef struct Head:
    const uint8_t *base
    const uint64_t *special
    uint32_t end


cdef inline uint32_t run_end(const Head *head, uint32_t pos, unsigned bits) noexcept nogil:
    """The first byte from ``pos`` on that is in none of the classes, which must hold all that isn't special."""
    pos = sip_next(head.special, pos)
    while sip_class[head.base[pos]] & bits:
        pos = sip_next(head.special, pos + 1)
    return pos


cdef inline uint32_t usual_port(const Head *head, uint32_t colon, uint32_t *port) noexcept nogil:
    """The digits behind a colon."""
    cdef uint32_t pos = sip_next(head.special, colon + 1)
    cdef uint32_t number = sip_digits_before(head.base + pos, pos - colon - 1)
    port[0] = number
    return pos if number <= 65535 else 0


cdef inline bint is_sip_at(const Head *head, uint32_t pos) noexcept nogil:
    """Does "sip:" follow, in any case?  Setting the bit 0x20 makes no other byte a letter of it."""
    cdef uint32_t word
    if head.end - pos < 4:
        return False
    memcpy(&word, head.base + pos, 4)
    return word | <uint32_t>LETTERS == <uint32_t>SIP_COLON


cdef inline bint may_be_ttl(const uint8_t *name) noexcept nogil:
    """Must the value of a URI parameter be looked at?  A name that begins with an escape is told apart elsewhere."""
    return name[0] == c"%" or (name[0] | 32 == c"t" and (name[1] == c"%" or name[1] | 32 == c"t"))


cdef inline uint32_t usual_uri(const Head *head, uint32_t pos, bint with_parameters, Uri *uri) noexcept nogil:
    """``sip:[user@]host[:port][;name[=value]]...``, as ``parse_uri`` leaves it."""
    cdef const uint8_t *base = head.base
    cdef uint32_t start, other
    cdef uint32_t strange = 0
    if not is_sip_at(head, pos):
        return 0
    memset(uri, 0, sizeof(Uri))
    uri.scheme = SCHEME_SIP
    uri.text.start = uri.scheme_name.start = pos
    uri.scheme_name.end = pos + 3
    pos += 4
    start = pos
    other = sip_next(head.special, pos)
    while not sip_class[base[other]] & SIP_USER_END:
        strange |= ~<uint32_t>sip_class[base[other]] & <uint32_t>SIP_USER_READ
        other = sip_next(head.special, other + 1)
    if base[other] == c"@":
        if strange or other == start:
            return 0
        uri.has_user = True
        uri.user.start = start
        uri.user.end = other
        pos = other + 1
    uri.host.start = pos
    pos = sip_next(head.special, pos)
    if pos == uri.host.start:
        return 0
    uri.host.end = pos
    if base[pos] == c":":
        pos = usual_port(head, pos, &uri.port)
        if not pos:
            return 0
    if with_parameters:
        uri.parameters.start = pos
        while base[pos] == c";":
            start = pos + 1
            pos = run_end(head, start, SIP_PARAM)
            if pos == start:
                return 0
            if base[pos] == c"=":
                if base[pos + 1] == c'"' or may_be_ttl(base + start):
                    return 0
                pos = run_end(head, pos + 1, SIP_PARAM)
        uri.parameters.end = pos
        if base[pos] == c"?":
            return 0
    uri.text.end = pos
    return pos


cdef inline bint is_usual(const Head *head, int shape, uint32_t name, uint32_t equals, uint32_t end) noexcept nogil:
    """Is ``name=value`` a parameter that may hold anything, or a number that is surely taken?

    The rules of ``_headers`` that can drop a message are those of q in Contact, ttl and rport in Via; a name of the
    same length and first letter is looked at by ``_header_parameters`` too.
    """
    cdef uint32_t length = equals - name
    cdef uint32_t size = end - equals - 1
    cdef int letter = head.base[name] | 0x20
    if shape == SHAPE_CONTACT:
        # Six characters are less than 2**31 thousandths, whatever they are.
        return length != 1 or letter != c"q" or (size <= 6 and is_digit(head.base[equals + 1]))
    if shape == SHAPE_VIA:
        if length == 5 and letter == c"r":
            return sip_digits_before(head.base + end, size) <= 65535
        return length != 3 or letter != c"t"
    return True


cdef inline bint is_digit(int c) noexcept nogil:
    return c"0" <= c <= c"9"


cdef inline uint32_t usual_parameters(const Head *head, uint32_t pos, int shape) noexcept nogil:
    """``;name[=value]...`` of a header, nothing quoted, no blanks."""
    cdef const uint8_t *base = head.base
    cdef uint32_t start, equals
    while base[pos] == c";":
        start = pos + 1
        pos = run_end(head, start, SIP_TOKEN)
        if pos == start:
            return 0
        if base[pos] == c"=":
            equals = pos
            if base[pos + 1] == c'"' or base[pos + 1] <= c" ":
                return 0
            pos = run_end(head, pos + 1, SIP_VALUE)
            if not is_usual(head, shape, start, equals, pos):
                return 0
    return pos


cdef inline uint32_t usual_quoted(const Head *head, uint32_t pos) noexcept nogil:
    """The place behind a quoted string at ``pos`` without escapes."""
    pos = sip_next(head.special, pos + 1)
    while head.base[pos] != c'"':
        if head.base[pos] == c"\\" or pos >= head.end:
            return 0
        pos = sip_next(head.special, pos + 1)
    return pos + 1


cdef inline uint32_t usual_address(const Head *head, uint32_t pos, int shape, NameAddress *address) noexcept nogil:
    """``[display] <uri>[;parameters]`` or a sip URI alone, as ``parse_name_address`` leaves it."""
    cdef const uint8_t *base = head.base
    address.star = False
    address.has_display = False
    address.display.start = address.display.end = 0
    if base[pos] != c"<":
        if base[pos] == c'"':
            address.display.start = pos + 1
            pos = usual_quoted(head, pos)
            if not pos:
                return 0
            address.display.end = pos - 1
            address.has_display = address.display.start < address.display.end
            pos += base[pos] == c" "
            if base[pos] != c"<":
                return 0
        else:
            if is_sip_at(head, pos):
                if shape == SHAPE_ROUTE:
                    return 0
                pos = usual_uri(head, pos, False, &address.uri)
                if not pos:
                    return 0
                address.parameters.start = pos
                pos = usual_parameters(head, pos, shape)
                address.parameters.end = pos
                return pos
            address.display.start = pos
            while base[pos] != c"<":
                if base[pos] == c":" or pos >= head.end:
                    return 0
                pos = sip_next(head.special, pos + 1)
            # A line of a usual shape has no other control characters that are taken off.
            address.display.end = pos
            while base[address.display.end - 1] == c" ":
                address.display.end -= 1
            address.has_display = True
    pos = usual_uri(head, pos + 1, True, &address.uri)
    if not pos or base[pos] != c">":
        return 0
    address.parameters.start = pos + 1
    pos = usual_parameters(head, pos + 1, shape)
    address.parameters.end = pos
    return pos


cdef inline uint32_t usual_hop(const Head *head, uint32_t pos) noexcept nogil:
    """``SIP/2.0/transport host[:port][;parameters]``."""
    cdef const uint8_t *base = head.base
    cdef uint32_t start, port
    if head.end - pos < <uint32_t>WORD or sip_word_at(base + pos) != VIA_START:
        return 0
    start = pos + 8
    pos = sip_next(head.special, start)
    if pos == start or base[pos] != c" ":
        return 0
    start = pos + 1
    pos = sip_next(head.special, start)
    if pos == start:
        return 0
    if base[pos] == c":":
        pos = usual_port(head, pos, &port)
        if not pos:
            return 0
    return usual_parameters(head, pos, SHAPE_VIA)


cdef inline uint32_t usual_list(const Head *head, uint32_t pos) noexcept nogil:
    """A line that can't hold more elements than are allowed: it is short, or has few special bytes, so few commas."""
    if head.end - pos < 2 * LIST_LIMIT or sip_count(head.special, pos, head.end) < LIST_LIMIT:
        return head.end
    return 0


cdef inline uint32_t usual_number(const Head *head, uint32_t pos) noexcept nogil:
    cdef uint32_t start = pos
    pos = sip_next(head.special, pos)
    return 0 if sip_digits_before(head.base + pos, pos - start) == <uint32_t>NO_NUMBER else pos


cdef inline uint32_t usual_token(const Head *head, uint32_t pos) noexcept nogil:
    cdef uint32_t start = pos
    pos = run_end(head, pos, SIP_TOKEN)
    return 0 if pos == start else pos


cdef inline uint32_t usual_digest(const Head *head, uint32_t pos) noexcept nogil:
    """``Digest name=value, name="value", ...``, the user's name first."""
    cdef const uint8_t *base = head.base
    if head.end - pos < <uint32_t>WORD or sip_word_at(base + pos) != DIGEST_START:
        return 0
    pos += 7
    while True:
        pos = usual_token(head, pos)
        if not pos or base[pos] != c"=":
            return 0
        pos += 1
        pos = usual_quoted(head, pos) if base[pos] == c'"' else run_end(head, pos, SIP_TOKEN)
        if not pos or base[pos] != c",":
            return pos
        pos += 1
        pos += base[pos] == c" "


cdef inline uint32_t usual_value(Message *m, const Head *head, const KnownName *known, uint32_t value) noexcept nogil:
    """The value of a known header at ``value``, read by its ``Shape``."""
    cdef const uint8_t *base = head.base
    cdef NameAddress scratch
    cdef uint32_t place
    cdef uint32_t shape = known.shape
    if shape == SHAPE_LINE:
        place = head.end
    elif shape == SHAPE_LIST:
        # Of several that count together no more than one is usual.
        if m.kinds >> known.kind & 1 and (known.kind == SUPPORTED or known.kind == REQUIRE):
            place = 0
        else:
            place = usual_list(head, value)
    elif shape == SHAPE_VIA:
        place = usual_hop(head, value)
    elif shape == SHAPE_FROM:
        if m.kinds >> FROM & 1:
            place = usual_address(head, value, SHAPE_FROM, &scratch)
        else:
            place = usual_address(head, value, SHAPE_FROM, &m.from_address)
            m.kept_from = place == head.end
    elif shape == SHAPE_TO:
        if m.kinds >> TO & 1:
            place = usual_address(head, value, SHAPE_TO, &scratch)
        else:
            place = usual_address(head, value, SHAPE_TO, &m.to_address)
            m.kept_to = place == head.end
    elif shape == SHAPE_CONTACT:
        # An asterisk isn't an address.
        place = usual_address(head, value, SHAPE_CONTACT, &scratch) if base[value] != c"*" else 0
    elif shape == SHAPE_ROUTE:
        place = usual_address(head, value, SHAPE_ROUTE, &scratch)
    elif shape == SHAPE_CSEQ:
        place = usual_number(head, value)
        if place:
            place = usual_token(head, place + 1) if base[place] == c" " else 0
    elif shape == SHAPE_NUMBER:
        place = usual_number(head, value)
    elif shape == SHAPE_NUMBER_PARAMETERS:
        place = usual_number(head, value)
        if place:
            place = usual_parameters(head, place, shape)
    elif shape == SHAPE_MEDIA_TYPE:
        place = usual_token(head, value)
        if place:
            place = usual_token(head, place + 1) if base[place] == c"/" else 0
        if place:
            place = usual_parameters(head, place, shape)
    elif shape == SHAPE_TOKEN:
        place = usual_token(head, value)
        if place:
            place = usual_parameters(head, place, shape)
    elif shape == SHAPE_DIGEST:
        place = usual_digest(head, value)
    else:
        place = 0
    return place


cdef uint32_t take_usual_request_line(Message *m, const Index *index, uint32_t pos, uint32_t end) noexcept nogil:
    """``Method sip-URI SIP/2.0``; returns the beginning of the next line."""
    cdef const uint8_t *base = m.base
    cdef Head head
    cdef uint32_t line_end
    if pos >= index.length:
        return 0
    line_end = sip_next(index.ends, pos)
    if line_end >= index.length or line_end + 2 > end or line_end - pos < 16 or base[line_end + 1] != c"\n":
        return 0
    if sip_word_at(base + line_end - 7) != VERSION_END:
        return 0
    head.base = base
    head.special = index.special
    head.end = line_end
    m.method.start = pos
    pos = sip_next(head.special, pos)
    m.method.end = pos
    if pos == m.method.start or base[pos] != c" ":
        return 0
    # A line of SIP is that of a response.
    if same_name(base, m.method, "sip", 3):
        return 0
    pos = usual_uri(&head, pos + 1, True, &m.request_uri)
    if not pos or base[pos] != c" " or pos + 8 != line_end:
        return 0
    if line_end + 2 < end and (base[line_end + 2] == c" " or base[line_end + 2] == c"\t"):
        return 0
    m.has_request_uri = True
    return line_end + 2


cdef uint32_t take_usual_headers(Message *m, const Index *index, uint32_t pos, uint32_t end) noexcept nogil:
    """Take header after header; returns the beginning of the first line that isn't one of a usual shape."""
    cdef const uint8_t *base = m.base
    cdef uint32_t count = m.count
    cdef Field *field = m.fields + count
    cdef Head head
    cdef uint32_t line_end, colon, value, place, around
    # One more byte tells whether a line folds.
    cdef uint32_t limit = index.length if index.length + 2 <= end else end - 2
    cdef uint16_t two
    cdef const KnownName *known
    cdef uint32_t kind
    head.base = base
    head.special = index.special
    # The index ends in set bits, so a search from a little behind it is one that finds nothing.
    if pos >= limit:
        return pos
    while count < m.capacity:
        line_end = sip_next(index.ends, pos)
        if line_end >= limit or line_end - pos < <uint32_t>SHORTEST:
            break
        # The last byte, CR, LF, and the first byte of the next line.
        memcpy(&around, base + line_end - 1, 4)
        if around & 0xFFFF00 != <uint32_t>CR_LF_INSIDE or around & 0xFF <= c" ":
            break
        around >>= 24
        if around == c" " or around == c"\t":
            break
        colon = sip_next(head.special, pos)
        memcpy(&two, base + colon, 2)
        if two == <uint16_t>COLON_BLANK:
            value = colon + 2
        elif base[colon] == c":":
            value = colon + 1
        else:
            break
        if colon == pos or base[value] <= c" ":
            break
        head.end = line_end
        # Written before its value is known to be of a usual shape: then fewer registers are needed meanwhile.
        field.name.start = pos
        field.name.end = colon
        field.value.start = value
        field.value.end = line_end
        known = find_name(KNOWN, base + pos, colon - pos)
        if known == NULL:
            field.kind = kind = GENERIC
            m.name_bits |= <uint64_t>1 << name_hash(base, pos, colon)
            place = line_end
        else:
            field.kind = kind = known.kind
            place = usual_value(m, &head, known, value)
        if place != line_end:
            break
        if not m.kinds >> kind & 1:
            m.kinds |= <uint32_t>1 << kind
            m.first[kind] = count
        field += 1
        count += 1
        pos = line_end + 2
    m.count = count
    return pos
