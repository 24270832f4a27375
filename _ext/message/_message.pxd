"""A SIP request, scanned once: spans of its lines, nothing copied."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._dialect cimport EMPTY_LIST_REFUSED
from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._parsed cimport Field, Message
from identify._compiled._printable cimport Received
from identify._compiled._text cimport Out, Span, Text

# What a line of a stream says of the length of its message.
cdef enum Length:
    # It isn't a Content-Length.
    LENGTH_ABSENT
    LENGTH_GIVEN
    # It is one without a number, or with more than a number.
    LENGTH_BAD

cdef void begin(Message *m, const uint8_t *base, uint32_t length, Field *fields, uint32_t capacity) noexcept nogil
cdef void finish(Message *m) noexcept nogil
cdef bint parse_message(Message *m, bint stream) noexcept nogil
cdef bint parse_message_by(Message *m, bint stream, int way) noexcept nogil
cdef bint check_lists(Message *m) noexcept nogil
cdef Length take_content_length(Text *line, uint32_t *length) noexcept nogil
cdef bint parse_response(Message *m, bint stream, uint32_t *status) noexcept nogil
cdef bint add_method(Message *m) noexcept nogil
cdef bint add_header(Message *m, Span name, uint32_t start, uint32_t end) noexcept nogil
cdef bint add_request_uri(Message *m, uint32_t start, uint32_t end) noexcept nogil
cdef bint address_at(const Message *m, uint32_t index, NameAddress *address) noexcept nogil
cdef const NameAddress *address_of(const Message *m, int kind, NameAddress *room) noexcept nogil
cdef void print_field(const Message *m, uint32_t index, const Received *received, const char *added,
                      Out *out) noexcept nogil
cdef bint merged_away(const Message *m, uint32_t index) noexcept nogil


cdef inline bint take_dialect(Message *m, uint32_t dialect) noexcept nogil:
    """Let a message that was scanned be one that a release with this dialect reads.

    False, with ``reason`` and ``error`` set, for a message that such a release drops.  May be called again.
    """
    m.dialect = dialect
    return not dialect & <uint32_t>EMPTY_LIST_REFUSED or check_lists(m)
