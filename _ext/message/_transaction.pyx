"""What transactions and dialogs are told apart by: method, Call-ID, tags, the first Via's branch, the CSeq's number.

Knows where they are in a scanned message (RFC 3261 8.1.1, 12, 17.2.3), not what is made of them.  Of several To or
From the first counts, as everywhere in the identification; of several tags or branches the one that PJSIP prints.
"""

from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memcmp

from identify._compiled._header_grammar cimport Hop, NameAddress, parse_hop
from identify._compiled._header_names cimport CALL_ID, CSEQ, FROM, TO, VIA
from identify._compiled._header_parameters cimport HeaderParameter, ParameterTable, last_parameter, parameters_of
from identify._compiled._message cimport address_of
from identify._compiled._methods cimport is_method
from identify._compiled._parsed cimport Message
from identify._compiled._printable cimport Printable
from identify._compiled._text cimport (
    SIP_DIGIT, SIP_TOKEN, Span, Text, cursor, cursor_over, sip_class_init, skip_lws, take,
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


cdef Span parameter(const Message *m, int kind, Span parameters, const char *name, uint32_t length) noexcept nogil:
    """The value of a parameter that the header of this kind knows, as it is printed: the last one that counts.

    Empty where there is none.
    """
    cdef const ParameterTable *table = parameters_of(kind)
    cdef HeaderParameter found
    cdef Printable p
    cdef Span nothing
    cdef uint32_t i
    nothing.start = nothing.end = 0
    p.base = m.base
    p.kind = kind
    p.dialect = m.dialect
    for i in range(table.count):
        if table.rules[i].length == length and memcmp(table.rules[i].name, name, length) == 0:
            return found.value if last_parameter(&p, parameters, &table.rules[i], &found) else nothing
    return nothing


cdef Span branch_of(const Message *m) noexcept nogil:
    """The branch of the first Via."""
    cdef Span parameters = m.fields[m.first[<int>VIA]].value
    cdef uint32_t start = parameters.start
    cdef Text t
    cdef Hop hop
    # In nearly every Via the first ";" begins the parameters; in brackets and comments there may be others.
    while parameters.start < parameters.end and m.base[parameters.start] not in (c";", c"[", c"("):
        parameters.start += 1
    if parameters.start < parameters.end and m.base[parameters.start] != c";":
        t = cursor(m.base, start, parameters.end)
        if parse_hop(&t, &hop):
            parameters = hop.parameters
    return parameter(m, VIA, parameters, "branch", 6)


cdef Span tag_of(const Message *m, int kind) noexcept nogil:
    """The tag of the first From or To, empty where it has none."""
    cdef NameAddress room
    cdef Span nothing
    cdef const NameAddress *address = address_of(m, kind, &room)
    nothing.start = nothing.end = 0
    return nothing if address == NULL else parameter(m, kind, address.parameters, "tag", 3)


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
    ids.branch = branch_of(m)
    ids.from_tag = tag_of(m, FROM)
    ids.to_tag = tag_of(m, TO)
