"""What a scan has found, as numbers; for tests, which compare the ways of reading.

Knows the parts of a message and the order in which tests get them, and nothing of what they mean.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._fast_path cimport WAY_WIDEST, Index, make_index, take_usual_headers, take_usual_request_line
from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport FROM, KINDS, TO
from identify._compiled._message cimport address_of, begin
from identify._compiled._parsed cimport Field, Message, has
from identify._compiled._request cimport Request
from identify._compiled._text cimport Span
from identify._compiled._uri cimport Uri


def usual_end(bytes data not None):
    """How far the request line and headers of a datagram are of the usual shapes, from its beginning; for tests."""
    cdef Index index
    cdef Message m
    cdef Field fields[64]
    cdef uint32_t pos
    cdef uint32_t end = <uint32_t>PyBytes_GET_SIZE(data)
    begin(&m, <const uint8_t *>PyBytes_AS_STRING(data), end, fields, 64)
    make_index(&index, m.base, end, WAY_WIDEST)
    pos = take_usual_request_line(&m, &index, 0, end)
    return take_usual_headers(&m, &index, pos, end) if pos else 0


cdef tuple pair(Span span):
    return span.start, span.end


cdef tuple uri_spans(const Uri *uri):
    return (uri.scheme, pair(uri.text), pair(uri.scheme_name), uri.has_user, pair(uri.user), pair(uri.password),
            pair(uri.host), uri.bracketed_host, uri.port, pair(uri.parameters), pair(uri.headers))


cdef tuple address_spans(const Message *m, int kind):
    cdef NameAddress room
    cdef const NameAddress *address = address_of(m, kind, &room)
    if address == NULL:
        return None
    return (address.star, address.has_display, pair(address.display), uri_spans(&address.uri),
            pair(address.parameters))


def spans_of(Request request not None):
    """All that the scan of a request has found, as numbers; for tests."""
    cdef const Message *m = &request.message
    cdef uint32_t i
    fields = [(m.fields[i].kind, pair(m.fields[i].name), pair(m.fields[i].value)) for i in range(m.count)]
    first = [m.first[i] for i in range(<uint32_t>KINDS) if has(m, i)]
    return (pair(m.method), uri_spans(&m.request_uri) if m.has_request_uri else None, fields, m.kinds, first,
            address_spans(m, FROM), address_spans(m, TO))
