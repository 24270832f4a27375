"""Access lists over a scanned message, for other compiled modules."""

from identify._compiled._address_tables cimport AddressTables
from identify._compiled._address_text cimport Source
from identify._compiled._parsed cimport Message

# Lists that deny whatever they find; NULL allows everything.
ctypedef struct Access:
    const AddressTables *source
    const AddressTables *contact

cdef bint is_refused(const Access *access, const Message *m, const Source *source, bint *named) noexcept nogil
