"""A SIP request, scanned once: spans of its lines, nothing copied."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from identify._fields cimport GENERIC, NameAddress, Received
from identify._text cimport Out, Span
from identify._uri cimport Uri

# Messages up to here (RFC 3261 18.1.1: UDP can't carry more) are looked at.
cdef enum:
    MESSAGE_LIMIT = 65536

cdef enum:
    KIND_ROOM = 32

ctypedef struct Field:
    int kind
    Span name
    Span value

ctypedef struct Message:
    const uint8_t *base
    uint32_t length
    Field *fields
    uint32_t count
    uint32_t capacity
    # The array is on the heap: the first one, of the caller, was too small.
    bint grown
    Span method
    bint has_request_uri
    # The first From and To, if the scan has kept their parts.
    bint kept_from
    bint kept_to
    # Bit 1 << kind is set for every kind that is there.
    uint32_t kinds
    # Bit 1 << name_sort is set for every name of a generic header.
    uint64_t sorts
    # The index of the first field of each kind that is there.
    uint32_t first[KIND_ROOM]
    Uri request_uri
    NameAddress from_address
    NameAddress to_address
    uint32_t error
    const char *reason


cdef inline bint has(const Message *m, int kind) noexcept nogil:
    return m.kinds >> kind & 1


cdef inline uint32_t name_sort(const uint8_t *base, uint32_t start, uint32_t end) noexcept nogil:
    """A number below 64 of the name in [start, end), the same in any case."""
    return (end - start + (<uint32_t>base[start] | 0x20)) & 63


cdef inline void note_field(Message *m, int kind, Span name) noexcept nogil:
    """Remember that the field that is added next is of this kind and name."""
    if kind == GENERIC:
        m.sorts |= <uint64_t>1 << name_sort(m.base, name.start, name.end)
    if not has(m, kind):
        m.first[kind] = m.count
        m.kinds |= <uint32_t>1 << kind


cdef enum Screening:
    SCREENING_PASS = 0
    SCREENING_416_FROM, SCREENING_416_TO, SCREENING_416_CONTACT, SCREENING_400_CONTACT, SCREENING_481

cdef void begin(Message *m, const uint8_t *base, uint32_t length, Field *fields, uint32_t capacity) noexcept nogil
cdef void finish(Message *m) noexcept nogil
cdef bint parse_message(Message *m, bint stream) noexcept nogil
cdef bint parse_message_by(Message *m, bint stream, int way) noexcept nogil
cdef bint parse_response(Message *m, bint stream, uint32_t *status) noexcept nogil
cdef bint add_method(Message *m) noexcept nogil
cdef bint add_header(Message *m, Span name, uint32_t start, uint32_t end) noexcept nogil
cdef bint add_request_uri(Message *m, uint32_t start, uint32_t end) noexcept nogil
cdef int screen(const Message *m) noexcept nogil
cdef bint address_at(const Message *m, uint32_t index, NameAddress *address) noexcept nogil
cdef const NameAddress *address_of(const Message *m, int kind, NameAddress *room) noexcept nogil
cdef void print_field(const Message *m, uint32_t index, const Received *received, const char *added,
                      Out *out) noexcept nogil
cdef bint merged_away(const Message *m, uint32_t index) noexcept nogil
