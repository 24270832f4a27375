"""What Asterisk answers before it would identify a request: 416, 400 and 481.

Knows a scanned request alone; whether a transaction or dialog is live is not its subject (``_stages`` has these).

Facts
- The checks come in this order.
- 416 for a From or To whose scheme isn't sip, sips or tel.  Of several From or To the last is looked at.
- Releases with ``TEL_REFUSED`` answer 416 to tel there too, and before that in the request URI.
- 416 for any Contact whose scheme isn't sip or sips; the asterisk has none.
- 400 for INVITE, SUBSCRIBE, REFER, UPDATE or NOTIFY without Contact.
- 481 for a BYE or CANCEL that belongs to no dialog or transaction.
- ``invite``, ``bye`` and ``cancel`` count in any case, the others as they are written here: ``refer`` without Contact
  passes (``_methods``).
"""

from libc.stdint cimport uint32_t

from identify._compiled._dialect cimport TEL_REFUSED
from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport CONTACT, FROM, TO
from identify._compiled._message cimport address_at
from identify._compiled._methods cimport is_method
from identify._compiled._parsed cimport has
from identify._compiled._uri cimport SCHEME_OTHER, SCHEME_SIP, SCHEME_SIPS, SCHEME_TEL

#: The texts of Screening, by its numbers.
SCREENINGS = ("pass", "416 request uri", "416 from", "416 to", "416 contact", "400 missing contact",
              "481 BYE/CANCEL outside a dialog")


cdef int screen(const Message *m) noexcept nogil:
    """What Asterisk answers before it would identify; a ``Screening``."""
    cdef NameAddress address
    cdef uint32_t i
    if m.has_request_uri and refuses(m, m.request_uri.scheme):
        return SCREENING_416_REQUEST_URI
    if last_is_refused(m, FROM):
        return SCREENING_416_FROM
    if last_is_refused(m, TO):
        return SCREENING_416_TO
    for i in range(m.count):
        if m.fields[i].kind != CONTACT or not address_at(m, i, &address) or address.star:
            continue
        if address.uri.scheme != SCHEME_SIP and address.uri.scheme != SCHEME_SIPS:
            return SCREENING_416_CONTACT
    if not has(m, CONTACT) and makes_dialog(m):
        return SCREENING_400_CONTACT
    if is_method(m.base, m.method, "BYE", 3) or is_method(m.base, m.method, "CANCEL", 6):
        return SCREENING_481
    return SCREENING_PASS


cdef inline bint refuses(const Message *m, int scheme) noexcept nogil:
    """Is a URI of that scheme answered 416 as request URI, From or To?"""
    return scheme == SCHEME_OTHER or (scheme == SCHEME_TEL and m.dialect & <uint32_t>TEL_REFUSED != 0)


cdef bint last_is_refused(const Message *m, int kind) noexcept nogil:
    """Has the last From or To a scheme that is refused?"""
    cdef NameAddress address
    cdef uint32_t i = m.count
    while i:
        i -= 1
        if m.fields[i].kind == kind:
            return address_at(m, i, &address) and refuses(m, address.uri.scheme)
    return False


cdef bint makes_dialog(const Message *m) noexcept nogil:
    """Has it a method that makes a dialog or renews its target, so that a Contact is required?"""
    return (is_method(m.base, m.method, "INVITE", 6) or is_method(m.base, m.method, "SUBSCRIBE", 9)
            or is_method(m.base, m.method, "REFER", 5) or is_method(m.base, m.method, "UPDATE", 6)
            or is_method(m.base, m.method, "NOTIFY", 6))
