"""Checks of an engine's tables from a file: whatever they say, no request leads outside of them.

Knows the layout in ``_tables``; not the address index (``_address_check``), nor whether answers are right.

Strategy
1. The offsets, the counts and the few small parts are checked here, in time that doesn't grow with the number of
   endpoints and identifies.
2. What the large parts say is checked where it is read: names against their table's ``limit``, which is checked here
   against what they index (``_text_table``); packed answers are bounded (``_answers``), numbers of answers too
   (``_matcher``).
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.string cimport memchr

from identify._compiled._answers cimport ANSWERS_A_RUN
from identify._compiled._dialect cimport DIALECTS
from identify._compiled._text_table cimport NameTable, NameSlot
from identify._compiled._tables cimport (
    IDENTIFIERS, KIND_CAPACITY, NO_ANSWER, NO_WANTED, EndpointAnswers, TransportText, WantedHeader, part,
)

cdef enum:
    ALIGNMENT = 64
    # What ``_decide`` has room for, see ``identify.compiler.LONGEST_HEADER_NAME``.
    LONGEST_NAME = 4090


cdef inline bint spans(const Tables *tables, uint64_t at, uint64_t size) noexcept nogil:
    """Say whether that many bytes lie in the block."""
    return at <= tables.size and size <= tables.size - at


cdef inline bint holds(const Tables *tables, uint64_t at, uint64_t count, uint64_t unit) noexcept nogil:
    """Say whether an array lies in the block; counts are of 32 bits."""
    return at % ALIGNMENT == 0 and spans(tables, at, count * unit)


cdef bint check_names(const Tables *tables, const NameTable *names, uint64_t limit) noexcept nogil:
    """Check a table of names whose values must be below ``limit``."""
    return (
        names.capacity > 0
        and names.limit <= limit
        and names.texts_end <= tables.size
        and holds(tables, names.slots_at, names.capacity, sizeof(NameSlot))
        and holds(tables, names.records_at, names.count, sizeof(uint32_t))
    )


cdef bint check_transports(const Tables *tables, uint64_t at, uint32_t count) noexcept nogil:
    cdef const TransportText *texts
    cdef uint32_t i
    if not holds(tables, at, count, sizeof(TransportText)):
        return False
    texts = <const TransportText *>part(tables, at)
    for i in range(count):
        if not spans(tables, texts[i].domain_at, texts[i].domain_length):
            return False
        if texts[i].symmetric_at == 0:
            continue
        if texts[i].symmetric_at >= tables.size:
            return False
        if memchr(part(tables, texts[i].symmetric_at), 0, tables.size - texts[i].symmetric_at) == NULL:
            return False
    return True


cdef bint check_headers(const Tables *tables) noexcept nogil:
    cdef const WantedHeader *wanted
    cdef uint32_t i
    if not holds(tables, tables.wanted_at, tables.wanted_count, sizeof(WantedHeader)):
        return False
    wanted = <const WantedHeader *>part(tables, tables.wanted_at)
    for i in range(tables.wanted_count):
        if wanted[i].name_length > <uint32_t>LONGEST_NAME:
            return False
    for i in range(<uint32_t>KIND_CAPACITY):
        if tables.wanted_kinds[i] != <uint32_t>NO_WANTED and tables.wanted_kinds[i] >= tables.wanted_count:
            return False
    return True


cdef bint check_answers(const Tables *tables) noexcept nogil:
    cdef uint64_t runs = (<uint64_t>tables.answer_count + ANSWERS_A_RUN - 1) // ANSWERS_A_RUN
    return (
        spans(tables, tables.answers_at, tables.answers_size)
        # Each one has a byte at least.
        and tables.answer_count <= tables.answers_size
        and tables.longest_section <= tables.answers_size
        and holds(tables, tables.answer_runs_at, runs, sizeof(uint32_t))
        and holds(tables, tables.address_answers_at, 0 if tables.addresses_direct else tables.address_count,
                  sizeof(int32_t))
        and holds(tables, tables.header_answers_at, tables.header_count, sizeof(int32_t))
        and holds(tables, tables.uri_answers_at, tables.uri_count, sizeof(int32_t))
        and holds(tables, tables.endpoint_answers_at, tables.endpoints.count, sizeof(EndpointAnswers))
    )


cdef const char *tables_fault(const Tables *tables, uint64_t size) noexcept nogil:
    cdef uint32_t i
    if size < sizeof(Tables) or tables.size != size:
        return "the tables have another size than the file says"
    if tables.order_count > <uint32_t>IDENTIFIERS:
        return "there are too many identifiers"
    for i in range(tables.order_count):
        if tables.order[i] >= <uint8_t>IDENTIFIERS:
            return "there is an unknown identifier"
    if tables.dialect & ~<uint32_t>DIALECTS:
        return "there is an unknown dialect"
    if not check_answers(tables):
        return "the answers lie outside of the tables"
    if not (check_names(tables, &tables.endpoints, tables.endpoints.count)
            and check_names(tables, &tables.tokens, <uint64_t>NO_ANSWER + 1)
            and check_names(tables, &tables.aliases, tables.alias_count)
            and check_names(tables, &tables.header_names, tables.wanted_count)
            and check_names(tables, &tables.header_literals, tables.header_count)
            and check_names(tables, &tables.uri_literals, tables.uri_count)):
        return "names lie outside of the tables"
    if not check_headers(tables):
        return "the headers lie outside of the tables"
    if not (check_transports(tables, tables.alias_texts_at, tables.alias_count)
            and check_transports(tables, tables.transports_at, tables.transport_count)):
        return "the transports lie outside of the tables"
    if not spans(tables, tables.side_data_at, tables.side_data_length):
        return "the side data lie outside of the tables"
    return NULL
