"""Compiled tables of everything but addresses: how they are laid out in their block.

Knows the layout only.  ``_compile`` writes it, ``_decide`` reads it, ``_table_check`` vets it.

Numbers of *answers* are what a decision returns: an index into the table of distinct (endpoint, identifier,
section), -1 for none.  Answers of ``ip`` come first, in the order of the identifies, so that a rank of the address
index is mostly an answer already.  A *rank* counts the identifies that have a rule of one kind, in Asterisk's order.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from identify._compiled._text_table cimport NameTable

cdef enum Identifier:
    LINE = 0
    IP, USERNAME, ANONYMOUS, HEADER, REQUEST_URI, AUTH_USERNAME
    IDENTIFIERS

cdef enum:
    # Kinds of header fields, see ``_header_names``; a spare few keep the layout when one is added.
    KIND_CAPACITY = 32
    NO_WANTED = 0xFFFFFFFF

# A header that some rule wants.
cdef struct WantedHeader:
    # Bytes of its name.
    uint32_t name_length
    # The smallest rank of its rules.
    uint32_t least_rank
    # Whether it has literals, whether it has expressions.
    uint32_t has_literals
    uint32_t has_expressions

cdef struct EndpointAnswers:
    # Whose identify_by lacks the method has -1.
    int32_t username
    int32_t auth_username
    # Of an endpoint named anonymous or anonymous@..., else -1.
    int32_t anonymous

cdef struct TransportText:
    uint32_t domain_at
    uint32_t domain_length
    # The id of a transport with symmetric_transport, NUL-terminated; 0 for others.
    uint32_t symmetric_at
    uint32_t unused

cdef struct Tables:
    uint64_t size
    # Identifiers that can have an answer at all, in effective order.
    uint8_t order[8]
    uint32_t order_count
    uint32_t disable_multi_domain
    uint32_t ignore_uri_user_options
    # 1 if answers of ip are the ranks of the address index themselves.
    uint32_t addresses_direct
    uint64_t address_answers_at
    uint64_t header_answers_at
    uint64_t uri_answers_at
    # See ``_answers``: packed answers, and where each run of them begins.
    uint64_t answers_at
    uint64_t answers_size
    uint64_t answer_runs_at
    uint32_t longest_section
    # Of the release that reads messages, bits of ``Dialect``.
    uint32_t dialect
    uint32_t answer_count
    uint32_t address_count
    uint32_t header_count
    uint32_t uri_count
    # Text -> index into endpoint_answers, which is also the number of the record.
    NameTable endpoints
    uint64_t endpoint_answers_at
    # Text -> answer; 2**31 where the registration's endpoint doesn't exist.
    NameTable tokens
    # Domain -> index into alias_texts.
    NameTable aliases
    uint64_t alias_texts_at
    # Name in lower case -> index into wanted.
    NameTable header_names
    # Value, salted with the wanted header's number -> rank, and the rank's answer.
    NameTable header_literals
    # Value -> rank, and the rank's answer.
    NameTable uri_literals
    uint64_t wanted_at
    uint32_t wanted_count
    uint32_t uri_has_expressions
    # Wanted header of each kind that PJSIP reads itself.
    uint32_t wanted_kinds[KIND_CAPACITY]
    # Bit 1 << ``name_hash`` is set if a generic header of such a name is wanted, bit 1 << kind if one of the kind is.
    uint64_t wanted_name_bits
    uint32_t wanted_bits
    uint32_t unused_too
    uint64_t transports_at
    uint32_t transport_count
    uint32_t alias_count
    # JSON of what is only needed while loading, see ``identify.compiler``.
    uint64_t side_data_at
    uint64_t side_data_length

# Marks a known token whose registration has no answer.
cdef enum:
    NO_ANSWER = 0x80000000


cdef inline const void *part(const Tables *tables, uint64_t offset) noexcept nogil:
    return <const uint8_t *>tables + offset
