"""What Asterisk answers before it would identify a request: 416, 400 and 481.

Knows a scanned request alone; whether a transaction or dialog is live is not its subject (``_stages`` has these).

Facts
- The checks come in this order.
- 416 for a From or To whose scheme isn't sip, sips or tel.  Of several From or To the last is looked at.
- 416 for any Contact whose scheme isn't sip or sips; the asterisk has none.
- 400 for INVITE, SUBSCRIBE, REFER, UPDATE or NOTIFY without Contact.
- 481 for a BYE or CANCEL that belongs to no dialog or transaction.
- Methods are compared without case, though RFC 3261 7.1 says otherwise.
"""

from libc.stdint cimport uint32_t

from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport CONTACT, FROM, TO
from identify._compiled._message cimport address_at
from identify._compiled._parsed cimport has
from identify._compiled._text cimport same_name
from identify._compiled._uri cimport SCHEME_OTHER, SCHEME_SIP, SCHEME_SIPS

#: The texts of Screening, by its numbers.
SCREENINGS = ("pass", "416 from", "416 to", "416 contact", "400 missing contact", "481 BYE/CANCEL outside a dialog")


cdef int screen(const Message *m) noexcept nogil:
    """What Asterisk answers before it would identify; a ``Screening``."""
    cdef NameAddress address
    cdef uint32_t i
    if last_is_other(m, FROM):
        return SCREENING_416_FROM
    if last_is_other(m, TO):
        return SCREENING_416_TO
    for i in range(m.count):
        if m.fields[i].kind != CONTACT or not address_at(m, i, &address) or address.star:
            continue
        if address.uri.scheme != SCHEME_SIP and address.uri.scheme != SCHEME_SIPS:
            return SCREENING_416_CONTACT
    if not has(m, CONTACT) and (is_method(m, "invite", 6) or is_method(m, "subscribe", 9) or is_method(m, "refer", 5)
                                or is_method(m, "update", 6) or is_method(m, "notify", 6)):
        return SCREENING_400_CONTACT
    if is_method(m, "bye", 3) or is_method(m, "cancel", 6):
        return SCREENING_481
    return SCREENING_PASS


cdef bint last_is_other(const Message *m, int kind) noexcept nogil:
    """Has the last From or To another scheme than sip, sips and tel?"""
    cdef NameAddress address
    cdef uint32_t i = m.count
    while i:
        i -= 1
        if m.fields[i].kind == kind:
            return address_at(m, i, &address) and address.uri.scheme == SCHEME_OTHER
    return False


cdef bint is_method(const Message *m, const char *name, uint32_t length) noexcept nogil:
    """Is it this method, in any case?  `name` is lower case."""
    return same_name(m.base, m.method, name, length)
