"""The answers as they are kept: which identifier found which endpoint, by which section.

Knows the packed form and how one answer is read out of it; not what asks, nor the objects made of it.

A large table has as many answers as identifies, nearly all with an id that differs from the one before in a letter
or two, and each of them is read once in the life of an engine.  So they are packed, one behind the other:

    head      varint: zigzag(endpoint - the endpoint before) << 4 | 8 if there is a section | identifier
    shared    varint: bytes that the section has in common with the section before   } only where
    length    varint: bytes that follow                                              } there is
    bytes     the rest of the section, UTF-8 with surrogateescape                    } a section

A varint has seven bits a byte, the lowest first, and the highest bit in all bytes but the last.  The endpoint is an
index into the table of endpoints' names.  Every sixteenth answer begins anew, with 0 and "" before it, and is found
by its offset.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

from identify._compiled._block cimport Block
from identify._compiled._tables cimport Tables

cdef enum:
    ANSWERS_A_RUN = 16
    HAS_SECTION = 8
    IDENTIFIER_MASK = 7
    ENDPOINT_SHIFT = 4

# A reader; `section` is the caller's, of `room` bytes.
cdef struct AnswerReader:
    const uint8_t *place
    const uint8_t *end
    uint32_t endpoint
    uint32_t identifier
    uint8_t *section
    uint32_t room
    uint32_t length
    bint has_section


cdef inline bint read_number(AnswerReader *reader, uint64_t *number) noexcept nogil:
    """Read a varint; False where there is none."""
    cdef int shift = 0
    cdef uint8_t byte
    number[0] = 0
    while reader.place < reader.end and shift < 63:
        byte = reader.place[0]
        reader.place += 1
        number[0] |= <uint64_t>(byte & 0x7F) << shift
        if byte < 0x80:
            return True
        shift += 7
    return False


cdef inline bint next_answer(AnswerReader *reader) noexcept nogil:
    """Read an answer; False where the bytes aren't one, as only in a damaged file."""
    cdef uint64_t head, moved, shared, length
    if not read_number(reader, &head):
        return False
    reader.identifier = <uint32_t>(head & <uint64_t>IDENTIFIER_MASK)
    reader.has_section = (head & <uint64_t>HAS_SECTION) != 0
    moved = head >> ENDPOINT_SHIFT
    reader.endpoint += <uint32_t>((moved >> 1) ^ (0 - (moved & 1)))
    if reader.has_section:
        if not read_number(reader, &shared) or not read_number(reader, &length):
            return False
        if shared > reader.length or length > reader.room - shared:
            return False
        if length > <uint64_t>(reader.end - reader.place):
            return False
        memcpy(reader.section + shared, reader.place, length)
        reader.place += length
        reader.length = <uint32_t>(shared + length)
    return True


# Columns of one entry for each answer: the identifier's name, the endpoint's number, the section's id or None.
cdef int put_answers(Block block, Tables *tables, list identifiers, list endpoints, list sections) except -1
# (endpoint, identifier, section or None) of an answer, the identifier as its number.
cdef tuple read_answer(const Tables *tables, uint32_t number)
