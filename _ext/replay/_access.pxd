"""Access lists over a scanned message, for other compiled modules."""

from libc.stdint cimport int32_t

from identify._compiled._address_tables cimport AddressTables
from identify._compiled._address_text cimport Source
from identify._compiled._parsed cimport Message

# Lists that deny whatever they find; NULL allows everything.
ctypedef struct Access:
    const AddressTables *source
    const AddressTables *contact
    # The numbers of unknowns, -1 for none: lists whose rules aren't known, and the addresses of names in Contacts.
    int32_t source_unknown
    int32_t contact_unknown
    int32_t names

cdef bint is_refused(const Access *access, const Message *m, const Source *source, bint *named,
                     int32_t *unknown) noexcept nogil
