"""The decision over a scanned message, for other compiled modules."""

from libc.stdint cimport int32_t, uint16_t, uint32_t

from identify._compiled._address_tables cimport AddressTables
from identify._compiled._address_text cimport Source
from identify._compiled._parsed cimport Message
from identify._compiled._tables cimport Tables
from identify._compiled._text cimport Span

# Everything a decision reads; owned by a Matcher, never changed while one uses it.
ctypedef struct Compiled:
    const AddressTables *addresses
    const Tables *tables
    # RegexSet of each wanted header, and of the request URI; NULL where there is none.  Borrowed.
    void **header_sets
    void *uri_set

# Where a request came from.
ctypedef struct Arrival:
    # As text, NUL-terminated: what PJSIP prints into the first Via.
    const char *text
    Source source
    uint16_t port
    # The transport section that Asterisk finds, by its number in the tables; -1 for none.
    int32_t transport

cdef int32_t decide(const Compiled *compiled, const Message *m, const Arrival *arrival) noexcept nogil
cdef int32_t decide_from(const Compiled *compiled, const Message *m, const Arrival *arrival,
                         uint32_t first) noexcept nogil
cdef int32_t decide_ip(const Compiled *compiled, const Source *source, uint16_t port) noexcept nogil
cdef bint line_token(const Message *m, Span *token) noexcept nogil
