"""The decision: which answer the identifiers have for a scanned message, in their order.

Knows the compiled tables and the message; not how either came to be.  Nothing here scans the identify objects, the
endpoints or the registrations, and nothing is allocated but for keys longer than ``KEY_ROOM``.  The rules are
written down, with reasons, in ``identify.explanation``: each ``decide_`` function names its readable twin.

Strategy
1. The identifiers that can have an answer are asked in effective order; the first answer is returned.
2. ``header``: two bitmaps say whether the message has a field that may be wanted; only what is wanted is printed, into
   a buffer on the stack unless it is printed as received, and looked up; expressions run only below the best rank so
   far.
3. Names of endpoints are put together on the stack (user, ``@``, domain), unless they are longer than any endpoint's.
"""

from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcpy

from identify._compiled._address_tables cimport find_v4, find_v6
from identify._compiled._dialect cimport TEL_REFUSED
from identify._compiled._header_digest cimport find_digest
from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport AUTHORIZATION, FROM, GENERIC, TO
from identify._compiled._message cimport address_of, merged_away, print_field
from identify._compiled._parsed cimport Field, name_hash
from identify._compiled._printable cimport Received
from identify._compiled._text_table cimport NO_NAME, NameSlot, find_name, find_slot
from identify._compiled._regex_set cimport RegexSet
from identify._compiled._tables cimport (
    ANONYMOUS, HEADER, IP, LINE, NO_ANSWER, NO_WANTED, REQUEST_URI, USERNAME, EndpointAnswers, TransportText,
    WantedHeader, part,
)
from identify._compiled._text cimport Out, Span, bare, decoded, sip_copy_lower, sip_is_bare, sip_is_one_line, trim
from identify._compiled._uri cimport SCHEME_SIP, SCHEME_SIPS, SCHEME_TEL, Parameter, Uri, find_parameter
from identify._compiled._uri_print cimport PLACE_REQUEST, print_uri

cdef enum:
    # Asterisk's buffer for a printed header has 4 KiB; see ``identify.explanation.header``.
    PRINTED_HEADER_LIMIT = 4092
    # Asterisk's buffer for a printed request URI, without its NUL.
    PRINTED_URI_LIMIT = 511
    # Bytes of a From user that Asterisk keeps.
    USER_LIMIT = 255
    # Ids of sections have at most 79 bytes; longer keys come from models that programs made.
    KEY_ROOM = 512
    # A header with a longer name prints to more than is compared.
    NAME_ROOM = 4096
    NO_RANK = 0xFFFFFFFF


cdef int32_t decide(const Compiled *compiled, const Message *m, const Arrival *arrival) noexcept nogil:
    """Return the number of the answer for a message, -1 for none."""
    return decide_from(compiled, m, arrival, 0)


cdef int32_t decide_from(const Compiled *compiled, const Message *m, const Arrival *arrival,
                         uint32_t first) noexcept nogil:
    """Return the answer of the identifiers from a place in the order on."""
    cdef const Tables *tables = compiled.tables
    cdef int32_t answer = -1
    cdef uint32_t i
    for i in range(first, tables.order_count):
        if tables.order[i] == IP:
            answer = decide_ip(compiled, &arrival.source, arrival.port)
        elif tables.order[i] == USERNAME:
            answer = decide_username(tables, m, arrival)
        elif tables.order[i] == LINE:
            answer = decide_line(tables, m)
        elif tables.order[i] == HEADER:
            answer = decide_header(compiled, m, arrival)
        elif tables.order[i] == REQUEST_URI:
            answer = decide_request_uri(compiled, m)
        elif tables.order[i] == ANONYMOUS:
            answer = decide_anonymous(tables, m, arrival)
        else:
            answer = decide_auth_username(tables, m, arrival)
        if answer >= 0:
            return answer
    return -1


cdef int32_t decide_ip(const Compiled *compiled, const Source *source, uint16_t port) noexcept nogil:
    """Return the answer of ``ip`` alone.

    Twin: ``identify.explanation.ip.ip``.
    """
    cdef int32_t rank
    if source.family == 4:
        rank = find_v4(compiled.addresses, <uint32_t>source.low, port)
    elif source.family == 6:
        rank = find_v6(compiled.addresses, source.high, source.low, port)
    else:
        return -1
    if rank < 0 or compiled.tables.addresses_direct:
        return rank
    return (<const int32_t *>part(compiled.tables, compiled.tables.address_answers_at))[rank]


# ---------------------------------------------------------------- line

cdef bint line_token(const Message *m, Span *token) noexcept nogil:
    """Find the To URI's token, or where it has none the request URI's; escapes aren't resolved.

    A tel URI that is refused elsewhere has none.
    """
    cdef NameAddress room
    cdef Parameter parameter
    cdef const NameAddress *to = address_of(m, TO, &room)
    if to != NULL and find_parameter(m.base, &to.uri, "line", 4, &parameter) and not ignores_tel(m, &to.uri):
        token[0] = parameter.value
        return True
    if (m.has_request_uri and find_parameter(m.base, &m.request_uri, "line", 4, &parameter)
            and not ignores_tel(m, &m.request_uri)):
        token[0] = parameter.value
        return True
    return False


cdef inline bint ignores_tel(const Message *m, const Uri *uri) noexcept nogil:
    """Is it a tel URI, and of a release that looks at none?"""
    return uri.scheme == SCHEME_TEL and m.dialect & <uint32_t>TEL_REFUSED != 0


cdef int32_t decide_line(const Tables *tables, const Message *m) noexcept nogil:
    """Look up the token of a registration with ``line=yes``.

    Twin: ``identify.explanation.line.line``.
    """
    cdef Span token
    return answer_of_token(tables, m.base, token) if line_token(m, &token) else -1


cdef int32_t answer_of_token(const Tables *tables, const uint8_t *base, Span value) noexcept nogil:
    cdef uint8_t room[KEY_ROOM]
    cdef uint8_t *key = room
    cdef uint32_t length = 0
    cdef uint32_t found
    if value.start == value.end:
        return -1
    # An escape makes one byte of three.
    if (value.end - value.start) // 3 > tables.tokens.longest:
        return -1
    if value.end - value.start <= tables.tokens.longest and is_bare_text(base, value):
        found = find_name(tables, &tables.tokens, base + value.start, value.end - value.start, 0)
        return -1 if found >= <uint32_t>NO_ANSWER else <int32_t>found
    if value.end - value.start > KEY_ROOM:
        key = <uint8_t *>malloc(value.end - value.start)
        if key == NULL:
            return -1
    key[0] = 0
    while value.start < value.end:
        key[length] = <uint8_t>decoded(base, &value.start, value.end)
        length += 1
    found = find_name(tables, &tables.tokens, key, length, 0)
    if key != room:
        free(key)
    return -1 if found >= <uint32_t>NO_ANSWER else <int32_t>found


# ---------------------------------------------------------------- username, auth_username, anonymous

cdef const EndpointAnswers *endpoint_of_key(const Tables *tables, const uint8_t *user, uint32_t user_length, int at,
                                            const uint8_t *domain, uint32_t domain_length) noexcept nogil:
    """Look up user@domain, or user alone where ``at`` is 0."""
    cdef uint8_t room[KEY_ROOM]
    cdef uint8_t *key = room
    cdef uint64_t length = <uint64_t>user_length + (1 + domain_length if at else 0)
    cdef uint32_t found
    if length > tables.endpoints.longest:
        return NULL
    room[0] = 0
    if at:
        if length > KEY_ROOM:
            key = <uint8_t *>malloc(length)
            if key == NULL:
                return NULL
        memcpy(key, user, user_length)
        key[user_length] = c"@"
        memcpy(key + user_length + 1, domain, domain_length)
        found = find_name(tables, &tables.endpoints, key, <uint32_t>length, 0)
        if key != room:
            free(key)
    else:
        found = find_name(tables, &tables.endpoints, user, user_length, 0)
    if found == <uint32_t>NO_NAME:
        return NULL
    return &(<const EndpointAnswers *>part(tables, tables.endpoint_answers_at))[found]


cdef const EndpointAnswers *endpoint_of(const Tables *tables, const Arrival *arrival, const uint8_t *user,
                                        uint32_t user_length, const uint8_t *domain,
                                        uint32_t domain_length) noexcept nogil:
    """The first endpoint that exists of: user@domain, user@alias, user@transport's domain, user."""
    cdef const EndpointAnswers *found
    cdef const TransportText *text
    cdef uint32_t alias
    if not tables.disable_multi_domain:
        found = endpoint_of_key(tables, user, user_length, 1, domain, domain_length)
        if found != NULL:
            return found
        if tables.aliases.count:
            alias = find_name(tables, &tables.aliases, domain, domain_length, 0)
            if alias != <uint32_t>NO_NAME:
                text = &(<const TransportText *>part(tables, tables.alias_texts_at))[alias]
                found = endpoint_of_key(tables, user, user_length, 1,
                                        <const uint8_t *>part(tables, text.domain_at), text.domain_length)
                if found != NULL:
                    return found
        if arrival.transport >= 0:
            text = &(<const TransportText *>part(tables, tables.transports_at))[arrival.transport]
            if text.domain_length:
                found = endpoint_of_key(tables, user, user_length, 1,
                                        <const uint8_t *>part(tables, text.domain_at), text.domain_length)
                if found != NULL:
                    return found
    return endpoint_of_key(tables, user, user_length, 0, NULL, 0)


cdef const NameAddress *sip_from(const Message *m, NameAddress *room) noexcept nogil:
    """The first From if it has a sip or sips URI, else NULL."""
    cdef const NameAddress *address = address_of(m, FROM, room)
    if address != NULL and (address.uri.scheme == SCHEME_SIP or address.uri.scheme == SCHEME_SIPS):
        return address
    return NULL


cdef inline bint is_bare_text(const uint8_t *base, Span span) noexcept nogil:
    """Has it no byte that might have to be resolved or end it: '%', ';', NUL?"""
    return sip_is_bare(base + span.start, span.end - span.start)


cdef int32_t decide_username(const Tables *tables, const Message *m, const Arrival *arrival) noexcept nogil:
    """Look up the user and domain of From.

    Twin: ``identify.explanation.named_endpoints.username``.
    """
    cdef NameAddress room
    cdef const NameAddress *address = sip_from(m, &room)
    cdef const EndpointAnswers *found
    cdef uint8_t user[USER_LIMIT]
    cdef uint32_t length = 0
    cdef uint32_t pos
    cdef int c
    if address == NULL:
        return -1
    pos = address.uri.user.start
    if is_bare_text(m.base, address.uri.user) and address.uri.user.end - pos <= <uint32_t>USER_LIMIT:
        found = endpoint_of(tables, arrival, m.base + pos, address.uri.user.end - pos, m.base + address.uri.host.start,
                            domain_length(m.base, address.uri.host))
        return found.username if found != NULL else -1
    while pos < address.uri.user.end and length < USER_LIMIT:
        c = decoded(m.base, &pos, address.uri.user.end)
        if c == 0 or (c == c";" and tables.ignore_uri_user_options):
            break
        user[length] = <uint8_t>c
        length += 1
    found = endpoint_of(tables, arrival, user, length, m.base + address.uri.host.start,
                        domain_length(m.base, address.uri.host))
    return found.username if found != NULL else -1


cdef int32_t decide_anonymous(const Tables *tables, const Message *m, const Arrival *arrival) noexcept nogil:
    """Look up ``anonymous`` and the domain of From.

    Twin: ``identify.explanation.named_endpoints.anonymous``.
    """
    cdef NameAddress room
    cdef const NameAddress *address = sip_from(m, &room)
    cdef const EndpointAnswers *found
    if address == NULL:
        return -1
    found = endpoint_of(tables, arrival, <const uint8_t *>b"anonymous", 9, m.base + address.uri.host.start,
                        domain_length(m.base, address.uri.host))
    return found.anonymous if found != NULL else -1


cdef uint32_t c_string(const uint8_t *base, Span span) noexcept nogil:
    """Bytes up to the first NUL."""
    cdef const void *nul
    if span.end == span.start:
        return 0
    nul = memchr(base + span.start, 0, span.end - span.start)
    return span.end - span.start if nul == NULL else <uint32_t>(<const uint8_t *>nul - (base + span.start))


cdef inline uint32_t domain_length(const uint8_t *base, Span host) noexcept nogil:
    """Bytes of a host up to its first NUL, which only a host in brackets can hold."""
    return c_string(base, host) if base[host.start - 1] == c"[" else host.end - host.start


cdef int32_t decide_auth_username(const Tables *tables, const Message *m, const Arrival *arrival) noexcept nogil:
    """Look up the user and realm of each Authorization.

    Twin: ``identify.explanation.named_endpoints.auth_username``.
    """
    cdef const EndpointAnswers *found
    cdef Span username, realm
    cdef uint32_t i
    for i in range(m.count):
        if m.fields[i].kind != AUTHORIZATION:
            continue
        find_digest(m.base, m.fields[i].value, "username", 8, &username)
        find_digest(m.base, m.fields[i].value, "realm", 5, &realm)
        found = endpoint_of(tables, arrival, m.base + username.start, c_string(m.base, username),
                            m.base + realm.start, c_string(m.base, realm))
        if found != NULL and found.auth_username >= 0:
            return found.auth_username
    return -1


# ---------------------------------------------------------------- header and request_uri

cdef inline uint32_t wanted_number(const Tables *tables, const Message *m, const Field *field) noexcept nogil:
    """The number of the wanted header that a field is, NO_WANTED for none."""
    if field.kind != GENERIC:
        return tables.wanted_kinds[field.kind]
    if not tables.wanted_name_bits >> name_hash(m.base, field.name.start, field.name.end) & 1:
        return <uint32_t>NO_WANTED
    return wanted_name(tables, m, field)


cdef inline bint is_one_line(const Message *m, Span value) noexcept nogil:
    """Does a value go on to its end without a fold or a NUL, so that it is printed as received?"""
    return sip_is_one_line(m.base + value.start, value.end - value.start)


cdef uint32_t wanted_name(const Tables *tables, const Message *m, const Field *field) noexcept nogil:
    """``wanted_number`` of a generic header whose name may be a wanted one."""
    cdef uint8_t name[NAME_ROOM]
    cdef uint32_t length = field.name.end - field.name.start
    cdef uint32_t found
    if length > tables.header_names.longest or length > NAME_ROOM:
        return <uint32_t>NO_WANTED
    sip_copy_lower(name, m.base + field.name.start, length)
    found = find_name(tables, &tables.header_names, name, length, 0)
    return <uint32_t>NO_WANTED if found == <uint32_t>NO_NAME else found


cdef int32_t decide_header(const Compiled *compiled, const Message *m, const Arrival *arrival) noexcept nogil:
    """Look up each wanted header as PJSIP prints it; the best rank decides.

    Twin: ``identify.explanation.header.header``.
    """
    cdef const Tables *tables = compiled.tables
    cdef const WantedHeader *wanted = <const WantedHeader *>part(tables, tables.wanted_at)
    cdef uint8_t room[PRINTED_HEADER_LIMIT + 1]
    cdef uint32_t best = <uint32_t>NO_RANK
    cdef uint32_t i, number, rank, length
    cdef uint32_t bits = tables.wanted_bits
    cdef int32_t answer = -1
    cdef const Field *field
    cdef const NameSlot *slot
    cdef const uint8_t *value
    cdef const char *added = NULL
    cdef const TransportText *transport
    cdef Received received
    cdef Out out
    if not (m.kinds & tables.wanted_bits or m.name_bits & tables.wanted_name_bits):
        return -1
    received.address = arrival.text
    received.port = arrival.port
    if arrival.transport >= 0:
        transport = &(<const TransportText *>part(tables, tables.transports_at))[arrival.transport]
        if transport.symmetric_at:
            added = <const char *>part(tables, transport.symmetric_at)
    for i in range(m.count):
        field = &m.fields[i]
        # The bit of generic headers is never set: these are known by their sort.
        if field.kind != GENERIC and not bits >> field.kind & 1:
            continue
        number = wanted_number(tables, m, field)
        if number == <uint32_t>NO_WANTED or wanted[number].least_rank >= best or merged_away(m, i):
            continue
        out.data = room
        out.size = <uint32_t>PRINTED_HEADER_LIMIT - 2 - wanted[number].name_length
        out.length = 0
        out.full = False
        if field.kind == GENERIC and not wanted[number].has_expressions and is_one_line(m, field.value):
            value = m.base + field.value.start
            length = field.value.end - field.value.start
            if length > out.size:
                continue
            trim(&value, &length)
        else:
            print_field(m, i, &received, added, &out)
            if out.full:
                continue
            value = room
            length = out.length
            bare(&value, &length)
        if wanted[number].has_literals:
            slot = find_slot(tables, &tables.header_literals, value, length, number)
            if slot != NULL and slot.value < best:
                best = slot.value
                answer = slot.answer
        if wanted[number].has_expressions:
            # Behind the value there is always room: out.size is below that of the buffer.
            room[value - room + length] = 0
            rank = first_expression(compiled.header_sets[number], <const char *>value, length, best)
            if rank != best:
                best = rank
                answer = (<const int32_t *>part(tables, tables.header_answers_at))[rank]
    return answer


cdef int32_t decide_request_uri(const Compiled *compiled, const Message *m) noexcept nogil:
    """Look up the request URI as PJSIP prints it; the best rank decides.

    Twin: ``identify.explanation.request_uri.request_uri``.
    """
    cdef const Tables *tables = compiled.tables
    cdef uint8_t room[PRINTED_URI_LIMIT + 1]
    cdef uint32_t best = <uint32_t>NO_RANK
    cdef uint32_t rank, length
    cdef int32_t answer = -1
    cdef const NameSlot *slot
    cdef Span printed
    cdef Out out
    if not m.has_request_uri:
        return -1
    out.data = room
    out.size = PRINTED_URI_LIMIT
    out.length = 0
    out.full = False
    print_uri(m.base, &m.request_uri, PLACE_REQUEST, m.dialect, NULL, &out)
    if out.full:
        return -1
    # Other than a header it isn't stripped.
    printed.start = 0
    printed.end = out.length
    length = c_string(room, printed)
    slot = find_slot(tables, &tables.uri_literals, room, length, 0)
    if slot != NULL:
        best = slot.value
        answer = slot.answer
    if tables.uri_has_expressions:
        room[length] = 0
        rank = first_expression(compiled.uri_set, <const char *>room, length, best)
        if rank != best:
            answer = (<const int32_t *>part(tables, tables.uri_answers_at))[rank]
    return answer


cdef uint32_t first_expression(void *expressions, const char *value, uint32_t length, uint32_t best) noexcept nogil:
    return (<RegexSet>expressions).first(value, length, best)
