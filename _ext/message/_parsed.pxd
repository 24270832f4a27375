"""What one scan of a SIP message leaves: spans of its lines, nothing copied; inline.

Only structs and inline functions, for whoever fills them (``_message``, ``_fast_path``) and whoever reads them.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport GENERIC
from identify._compiled._text cimport Span
from identify._compiled._uri cimport Uri

# Messages up to here (RFC 3261 18.1.1: UDP can't carry more) are looked at.
cdef enum:
    MESSAGE_LIMIT = 65536

cdef enum:
    KIND_ROOM = 32
    # Fields that a caller has room for on its stack; few messages have more, and those get an array from the heap.
    FIELD_ROOM = 64

ctypedef struct Field:
    int kind
    Span name
    Span value

ctypedef struct Message:
    const uint8_t *base
    uint32_t length
    # Of the release that reads it, bits of ``Dialect``.
    uint32_t dialect
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
    # Bit 1 << name_hash is set for every name of a generic header.
    uint64_t name_bits
    # The elements of all Supported and of all Require, from the second one on.
    uint32_t supported
    uint32_t required
    # The index of the first field of each kind that is there.
    uint32_t first[KIND_ROOM]
    Uri request_uri
    NameAddress from_address
    NameAddress to_address
    uint32_t error
    const char *reason


cdef inline bint has(const Message *m, int kind) noexcept nogil:
    return m.kinds >> kind & 1


cdef inline uint32_t name_hash(const uint8_t *base, uint32_t start, uint32_t end) noexcept nogil:
    """A number below 64 of the name in [start, end), the same in any case."""
    return (end - start + (<uint32_t>base[start] | 0x20)) & 63


cdef inline void note_field(Message *m, int kind, Span name) noexcept nogil:
    """Remember that the field that is added next is of this kind and name."""
    if kind == GENERIC:
        m.name_bits |= <uint64_t>1 << name_hash(m.base, name.start, name.end)
    if not has(m, kind):
        m.first[kind] = m.count
        m.kinds |= <uint32_t>1 << kind
