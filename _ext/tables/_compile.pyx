"""Writing of the compiled tables (see ``_tables.pxd``) from the plan that ``identify.compiler`` makes of a model.

Knows both layouts; decides nothing.  The same plan gives the same bytes.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from identify._compiled._answers cimport put_answers
from identify._compiled._header_names cimport KINDS
from identify._compiled._headers cimport header_row
from identify._compiled._text_table cimport put_names
from identify._compiled._tables cimport (
    IDENTIFIERS, KIND_CAPACITY, NO_ANSWER, NO_WANTED, EndpointAnswers, Tables, TransportText, WantedHeader,
)
from libc.stdint cimport int32_t, uint32_t, uint64_t

from identify._compiled._answers import NUMBERS

cdef bytes encoded(str text):
    return text.encode("utf-8", "surrogateescape")


cdef uint64_t put_text(Block block, bytes text) except? 0:
    return block.put_text(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))


cdef uint64_t put_answer_map(Block block, list answers) except? 0:
    """An array of int32."""
    cdef Py_ssize_t i, count = len(answers)
    cdef int32_t *numbers = <int32_t *>malloc((count + 1) * sizeof(int32_t))
    if numbers == NULL:
        raise MemoryError("compiled tables")
    try:
        for i in range(count):
            numbers[i] = answers[i]
        return block.put(numbers, count * sizeof(int32_t))
    finally:
        free(numbers)


cdef int put_endpoints(Block block, Tables *tables, plan) except -1:
    cdef list names = plan.endpoint_names
    cdef list usernames = plan.endpoint_usernames
    cdef list auth_usernames = plan.endpoint_auth_usernames
    cdef list anonymous = plan.endpoint_anonymous
    cdef Py_ssize_t i, count = len(names)
    cdef EndpointAnswers *written = <EndpointAnswers *>malloc((count + 1) * sizeof(EndpointAnswers))
    if written == NULL:
        raise MemoryError("compiled tables")
    try:
        for i in range(count):
            written[i].username = usernames[i]
            written[i].auth_username = auth_usernames[i]
            written[i].anonymous = anonymous[i]
        tables.endpoint_answers_at = block.put(written, count * sizeof(EndpointAnswers))
    finally:
        free(written)
    put_names(block, &tables.endpoints, names, None, None, count)
    return 0


cdef int put_headers(Block block, Tables *tables, plan) except -1:
    cdef WantedHeader *written
    cdef Py_ssize_t i, count = len(plan.header_names)
    cdef int kind
    cdef bytes name
    for i in range(KIND_CAPACITY):
        tables.wanted_kinds[i] = <uint32_t>NO_WANTED
    tables.wanted_name_bits = 0
    tables.wanted_bits = 0
    known = {(<bytes>header_row(kind).name).lower(): kind for kind in range(1, <int>KINDS)}
    written = <WantedHeader *>malloc((count + 1) * sizeof(WantedHeader))
    if written == NULL:
        raise MemoryError("compiled tables")
    try:
        for i in range(count):
            name = plan.header_names[i]
            written[i].name_length = <uint32_t>len(name)
            written[i].least_rank = plan.header_least_ranks[i]
            written[i].has_literals = plan.header_has_literals[i]
            written[i].has_expressions = 1 if plan.header_expressions[i] else 0
            if name in known:
                kind = known[name]
                tables.wanted_kinds[kind] = i
                tables.wanted_bits |= <uint32_t>1 << kind
            elif name:
                tables.wanted_name_bits |= <uint64_t>1 << ((len(name) + (name[0] | 0x20)) & 63)
        tables.wanted_at = block.put(written, count * sizeof(WantedHeader))
        tables.wanted_count = <uint32_t>count
    finally:
        free(written)
    put_names(block, &tables.header_names, plan.header_names, None, None, count)
    put_names(block, &tables.header_literals, plan.header_literals, plan.header_literal_names,
              plan.header_literal_ranks, len(plan.header_answers), plan.header_answers)
    return 0


cdef uint64_t put_transports(Block block, list transports) except? 0:
    """Each is a pair of its domain and, where it is symmetric, its id, else None."""
    cdef Py_ssize_t i, count = len(transports)
    cdef TransportText *written = <TransportText *>malloc((count + 1) * sizeof(TransportText))
    cdef bytes text
    if written == NULL:
        raise MemoryError("compiled tables")
    try:
        for i in range(count):
            domain, symmetric = transports[i]
            text = encoded(domain)
            written[i].domain_at = <uint32_t>put_text(block, text)
            written[i].domain_length = <uint32_t>len(text)
            written[i].symmetric_at = 0
            written[i].unused = 0
            if symmetric is not None:
                text = encoded(symmetric) + b"\0"
                written[i].symmetric_at = <uint32_t>put_text(block, text)
        return block.put(written, count * sizeof(TransportText))
    finally:
        free(written)


cdef Block compile_tables(plan):
    """Write everything but the address index, which has a block of its own."""
    cdef Block block = Block()
    cdef Tables tables
    cdef Py_ssize_t i
    memset(&tables, 0, sizeof(Tables))
    # What is found by an offset of 0 would be the header itself: no part begins there.
    block.reserve(sizeof(Tables))
    tables.order_count = <uint32_t>len(plan.order)
    if tables.order_count > IDENTIFIERS:
        raise ValueError(f"{tables.order_count} identifiers: there are only {IDENTIFIERS}")
    for i in range(tables.order_count):
        tables.order[i] = NUMBERS[plan.order[i]]
    tables.disable_multi_domain = plan.disable_multi_domain
    tables.ignore_uri_user_options = plan.ignore_uri_user_options
    tables.dialect = plan.dialect
    tables.addresses_direct = plan.addresses_direct
    tables.address_count = <uint32_t>len(plan.address_answers)
    tables.header_count = <uint32_t>len(plan.header_answers)
    tables.uri_count = <uint32_t>len(plan.uri_answers)
    put_answers(block, &tables, plan.answer_identifiers, plan.answer_endpoints, plan.answer_sections)
    tables.address_answers_at = put_answer_map(block, [] if plan.addresses_direct else plan.address_answers)
    tables.header_answers_at = put_answer_map(block, plan.header_answers)
    tables.uri_answers_at = put_answer_map(block, plan.uri_answers)
    put_endpoints(block, &tables, plan)
    put_names(block, &tables.tokens, plan.tokens, None,
              [<uint32_t>NO_ANSWER if one < 0 else one for one in plan.token_answers], <uint32_t>NO_ANSWER + 1)
    put_names(block, &tables.aliases, plan.alias_names, None, None, len(plan.alias_names))
    tables.alias_count = <uint32_t>len(plan.alias_names)
    tables.alias_texts_at = put_transports(block, [(domain, None) for domain in plan.alias_domains])
    put_headers(block, &tables, plan)
    put_names(block, &tables.uri_literals, plan.uri_literals, None, plan.uri_literal_ranks, len(plan.uri_answers),
              plan.uri_answers)
    tables.uri_has_expressions = 1 if plan.uri_expressions else 0
    tables.transports_at = put_transports(block, plan.transports)
    tables.transport_count = <uint32_t>len(plan.transports)
    tables.side_data_length = <uint64_t>len(plan.side_data)
    tables.side_data_at = put_text(block, plan.side_data)
    block.close()
    tables.size = block.length
    (<Tables *>block.data)[0] = tables
    return block
