"""Access lists: is the source of a request denied, or the host of any of its Contacts?

Knows what lists find, as address indexes, and the Contacts of a scanned message; not whose lists they are.
"""

from libc.stdint cimport uint32_t

from identify._compiled._address_tables cimport AddressTables, find_v4, find_v6
from identify._compiled._address_text cimport Source, parse_source
from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport CONTACT
from identify._compiled._message cimport address_at
from identify._compiled._parsed cimport Message
from identify._compiled._text cimport Span, same_name


cdef bint is_denied(const AddressTables *tables, const Source *source) noexcept nogil:
    if source.family == 4:
        return find_v4(tables, <uint32_t>source.low, 0) >= 0
    return source.family == 6 and find_v6(tables, source.high, source.low, 0) >= 0


cdef bint is_refused(const Access *access, const Message *m, const Source *source, bint *named) noexcept nogil:
    """Is the source denied, or the host of any Contact?  Names can't be resolved and pass, but for localhost.

    ``named`` is set where there is such a name.
    """
    cdef NameAddress contact
    cdef Source host
    cdef uint32_t i
    cdef Span name
    if access.source != NULL and is_denied(access.source, source):
        return True
    if access.contact == NULL:
        return False
    for i in range(m.count):
        if m.fields[i].kind != CONTACT or not address_at(m, i, &contact) or contact.star:
            continue
        name = contact.uri.host
        if name.start == name.end:
            continue
        if same_name(m.base, name, "localhost", 9):
            host.family = 4
            host.high = 0
            host.low = 0x7F000001
        else:
            parse_source(<const char *>m.base + name.start, name.end - name.start, &host)
        if host.family == 0:
            named[0] = True
        elif is_denied(access.contact, &host):
            return True
    return False
