"""What transactions and dialogs are told apart by: method, Call-ID, tags, the first Via's branch, the CSeq's number.

Knows where they are in a scanned message (RFC 3261 8.1.1, 12, 17.2.3), not what is made of them.  Of several To or
From the first counts, as everywhere in the identification.
"""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport CALL_ID, CSEQ, FROM, TO, VIA
from identify._compiled._message cimport address_of
from identify._compiled._methods cimport is_method
from identify._compiled._parsed cimport Message
from identify._compiled._text cimport (
    SIP_DIGIT, SIP_TOKEN, Span, Text, cursor_over, peek, same_name, sip_class_init, skip_lws, take,
)

sip_class_init()

cdef const char *METHOD_NAMES[15]
METHOD_NAMES[:] = [
    "", "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "SUBSCRIBE", "NOTIFY", "PUBLISH", "MESSAGE", "INFO",
    "UPDATE", "PRACK", "REFER",
]


cdef const char *method_name(int method) noexcept nogil:
    """The name of a method, empty for ``METHOD_OTHER``."""
    return METHOD_NAMES[method]


cdef int method_of(const uint8_t *base, Span name) noexcept nogil:
    """The number of a name, in any case where PJSIP takes any (``_methods``)."""
    cdef uint32_t length = name.end - name.start
    cdef int c = base[name.start] | 0x20 if length else 0
    if c == c"i":
        if is_method(base, name, "INVITE", 6):
            return METHOD_INVITE
        return METHOD_INFO if is_method(base, name, "INFO", 4) else METHOD_OTHER
    if c == c"r":
        if is_method(base, name, "REGISTER", 8):
            return METHOD_REGISTER
        return METHOD_REFER if is_method(base, name, "REFER", 5) else METHOD_OTHER
    if c == c"p":
        if is_method(base, name, "PUBLISH", 7):
            return METHOD_PUBLISH
        return METHOD_PRACK if is_method(base, name, "PRACK", 5) else METHOD_OTHER
    if c == c"o":
        return METHOD_OPTIONS if is_method(base, name, "OPTIONS", 7) else METHOD_OTHER
    if c == c"a":
        return METHOD_ACK if is_method(base, name, "ACK", 3) else METHOD_OTHER
    if c == c"b":
        return METHOD_BYE if is_method(base, name, "BYE", 3) else METHOD_OTHER
    if c == c"c":
        return METHOD_CANCEL if is_method(base, name, "CANCEL", 6) else METHOD_OTHER
    if c == c"s":
        return METHOD_SUBSCRIBE if is_method(base, name, "SUBSCRIBE", 9) else METHOD_OTHER
    if c == c"n":
        return METHOD_NOTIFY if is_method(base, name, "NOTIFY", 6) else METHOD_OTHER
    if c == c"m":
        return METHOD_MESSAGE if is_method(base, name, "MESSAGE", 7) else METHOD_OTHER
    if c == c"u":
        return METHOD_UPDATE if is_method(base, name, "UPDATE", 6) else METHOD_OTHER
    return METHOD_OTHER


cdef bint is_bare(int c) noexcept nogil:
    """Does an unquoted value of a parameter go on with this byte?"""
    return not (c == c";" or c == c"," or c == c" " or c == c"\t" or c == c"\r" or c == c"\n")


cdef Span parameter(const uint8_t *base, Span place, const char *name, uint32_t length) noexcept nogil:
    """The value of the first parameter of a name behind a ``;``; empty where there is none.

    The text is known to be valid, so that only quoted strings have to be stepped over.
    """
    cdef Text t = cursor_over(base, place)
    cdef Span found, value
    cdef int c
    value.start = value.end = place.end
    while t.pos < t.end:
        c = base[t.pos]
        t.pos += 1
        if c == c'"':
            while t.pos < t.end and base[t.pos] != c'"':
                t.pos += 2 if base[t.pos] == c"\\" else 1
            t.pos += 1
        elif c == c";":
            skip_lws(&t)
            found = take(&t, SIP_TOKEN)
            if same_name(base, found, name, length):
                skip_lws(&t)
                if peek(&t) != c"=":
                    return value
                t.pos += 1
                skip_lws(&t)
                value.start = t.pos
                while t.pos < t.end and is_bare(base[t.pos]):
                    t.pos += 1
                value.end = t.pos
                return value
    return value


cdef Span tag_of(const Message *m, int kind) noexcept nogil:
    """The tag of the first From or To, empty where it has none."""
    cdef NameAddress room
    cdef Span nothing
    cdef const NameAddress *address = address_of(m, kind, &room)
    nothing.start = nothing.end = 0
    return nothing if address == NULL else parameter(m.base, address.parameters, "tag", 3)


cdef void find_transaction_ids(const Message *m, TransactionIds *ids) noexcept nogil:
    """Fill in all that ``TransactionIds`` has; the message has been parsed without an error."""
    cdef Span name
    cdef Text t = cursor_over(m.base, m.fields[m.first[<int>CSEQ]].value)
    ids.sequence = 0
    ids.call_id = m.fields[m.first[<int>CALL_ID]].value
    skip_lws(&t)
    name = take(&t, SIP_DIGIT)
    while name.start < name.end:
        ids.sequence = ids.sequence * 10 + (m.base[name.start] - c"0")
        name.start += 1
    skip_lws(&t)
    name = take(&t, SIP_TOKEN)
    ids.method_name = m.method if m.method.start < m.method.end else name
    ids.method = method_of(m.base, ids.method_name)
    ids.branch = parameter(m.base, m.fields[m.first[<int>VIA]].value, "branch", 6)
    ids.from_tag = tag_of(m, FROM)
    ids.to_tag = tag_of(m, TO)
