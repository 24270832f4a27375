"""Access lists: is the source of a request denied, or the host of any of its Contacts?

Knows what lists find, as address indexes, and the Contacts of a scanned message; not whose lists they are.
"""

from libc.stdint cimport int32_t, uint32_t

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


cdef bint is_refused(const Access *access, const Message *m, const Source *source, bint *named,
                     int32_t *unknown) noexcept nogil:
    """Is the source denied, or the host of any Contact?

    ``named`` is set where a Contact has a name, whose address nobody knows here but that of localhost.  Where nothing
    that is known denies it, ``unknown`` is the number of what may.
    """
    cdef bint hosts = False
    if access.source != NULL and is_denied(access.source, source):
        return True
    if (access.contact != NULL or access.contact_unknown >= 0) and denies_contact(access, m, &hosts, named):
        return True
    if access.source_unknown >= 0:
        unknown[0] = access.source_unknown
    elif hosts and access.contact_unknown >= 0:
        unknown[0] = access.contact_unknown
    elif named[0]:
        unknown[0] = access.names
    return False


cdef bint denies_contact(const Access *access, const Message *m, bint *hosts, bint *named) noexcept nogil:
    """Is the host of any Contact denied?  ``hosts`` is set where there is one, ``named`` where one is a name."""
    cdef NameAddress contact
    cdef Source host
    cdef uint32_t i
    cdef Span name
    for i in range(m.count):
        if m.fields[i].kind != CONTACT or not address_at(m, i, &contact) or contact.star:
            continue
        name = contact.uri.host
        if name.start == name.end:
            continue
        hosts[0] = True
        if access.contact == NULL:
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
