"""What transactions and dialogs are told apart by, of a scanned message."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._parsed cimport Message
from identify._compiled._text cimport Span

cdef enum Method:
    METHOD_OTHER = 0
    METHOD_INVITE, METHOD_ACK, METHOD_BYE, METHOD_CANCEL, METHOD_REGISTER, METHOD_OPTIONS, METHOD_SUBSCRIBE
    METHOD_NOTIFY, METHOD_PUBLISH, METHOD_MESSAGE, METHOD_INFO, METHOD_UPDATE, METHOD_PRACK, METHOD_REFER
    METHODS

ctypedef struct TransactionIds:
    # Of a response the one in its CSeq.
    int method
    Span method_name
    uint32_t sequence
    Span call_id
    # Empty where there is none.
    Span branch
    Span from_tag
    Span to_tag

cdef int method_of(const uint8_t *base, Span name) noexcept nogil
cdef const char *method_name(int method) noexcept nogil
cdef Span tag_of(const Message *m, int kind) noexcept nogil
cdef void find_transaction_ids(const Message *m, TransactionIds *ids) noexcept nogil
