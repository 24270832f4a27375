"""Packing and reading of answers; the form is described in ``_answers.pxd``."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from identify._compiled._text_table cimport RECORD_ALIGNMENT, NameRecord
from identify._compiled._tables cimport IDENTIFIERS, part

from identify.errors import EngineFileError
from identify.identifiers import NUMBERS

cdef extern from "_python.h":
    const char *sip_ascii(object text, Py_ssize_t *size)

cdef enum:
    # Bytes of the three varints of an answer, at most.
    NUMBERS_ROOM = 20


cdef inline uint8_t *write_number(uint8_t *place, uint64_t number) noexcept nogil:
    while number >= 0x80:
        place[0] = <uint8_t>(number | 0x80)
        place += 1
        number >>= 7
    place[0] = <uint8_t>number
    return place + 1


cdef uint64_t room_for(list sections) except? 0:
    """As many bytes as the packed answers can need."""
    cdef uint64_t room = 1
    cdef object section
    for section in sections:
        room += <uint64_t>NUMBERS_ROOM
        if section is not None:
            # A character has at most four bytes.
            room += 4 * <uint64_t>len(<str?>section)
    return room


cdef int put_answers(Block block, Tables *tables, list identifiers, list endpoints, list sections) except -1:
    cdef Py_ssize_t i, count = len(sections)
    cdef uint8_t *packed = <uint8_t *>malloc(room_for(sections))
    cdef uint32_t *runs = <uint32_t *>malloc((count // <int>ANSWERS_A_RUN + 1) * sizeof(uint32_t))
    cdef uint8_t *place = packed
    cdef const char *text
    cdef const char *before = NULL
    cdef object section
    # Keeps what ``before`` points to.
    cdef object _section_before = None
    cdef Py_ssize_t size
    cdef uint32_t shared, length = 0, length_before = 0, longest = 0
    cdef int64_t endpoint, endpoint_before = 0
    cdef uint64_t head
    try:
        if packed == NULL or runs == NULL:
            raise MemoryError("compiled tables")
        for i in range(count):
            if i % <int>ANSWERS_A_RUN == 0:
                runs[i // <int>ANSWERS_A_RUN] = <uint32_t>(place - packed)
                endpoint_before = 0
                length_before = 0
            endpoint = endpoints[i]
            head = <uint64_t>(endpoint - endpoint_before)
            head = head << 1 ^ (0 - (head >> 63))
            head = head << ENDPOINT_SHIFT | <uint64_t>NUMBERS[identifiers[i]]
            endpoint_before = endpoint
            section = sections[i]
            if section is None:
                place = write_number(place, head)
                continue
            place = write_number(place, head | HAS_SECTION)
            text = sip_ascii(section, &size)
            if text == NULL:
                section = (<str>section).encode("utf-8", "surrogateescape")
                text = PyBytes_AS_STRING(section)
                size = PyBytes_GET_SIZE(section)
            length = <uint32_t>size
            shared = 0
            while shared < length and shared < length_before and text[shared] == before[shared]:
                shared += 1
            place = write_number(place, shared)
            place = write_number(place, length - shared)
            memcpy(place, text + shared, length - shared)
            place += length - shared
            if length > longest:
                longest = length
            before = text
            length_before = length
            _section_before = section
        tables.answer_runs_at = block.put(runs, (count + ANSWERS_A_RUN - 1) // <int>ANSWERS_A_RUN * sizeof(uint32_t))
        tables.answers_at = block.put(packed, <size_t>(place - packed))
        tables.answers_size = <uint64_t>(place - packed)
        tables.answer_count = <uint32_t>count
        tables.longest_section = longest
    finally:
        free(packed)
        free(runs)
    return 0


cdef tuple read_answer(const Tables *tables, uint32_t number):
    cdef AnswerReader reader
    cdef uint32_t run = number // <uint32_t>ANSWERS_A_RUN
    cdef uint32_t begin
    cdef bytearray room
    cdef bint ok
    if number >= tables.answer_count:
        raise EngineFileError(f"damaged: answer {number} of {tables.answer_count}")
    begin = (<const uint32_t *>part(tables, tables.answer_runs_at))[run]
    ok = begin <= tables.answers_size
    if ok:
        room = bytearray(tables.longest_section)
        reader.place = <const uint8_t *>part(tables, tables.answers_at) + begin
        reader.end = <const uint8_t *>part(tables, tables.answers_at) + tables.answers_size
        reader.endpoint = 0
        reader.identifier = 0
        reader.has_section = False
        reader.section = room
        reader.room = tables.longest_section
        reader.length = 0
        number %= <uint32_t>ANSWERS_A_RUN
        while ok:
            ok = next_answer(&reader)
            if number == 0:
                break
            number -= 1
    if not ok or reader.identifier >= <uint32_t>IDENTIFIERS or reader.endpoint >= tables.endpoints.count:
        raise EngineFileError("damaged: an answer can't be read")
    return (endpoint_name(tables, reader.endpoint), reader.identifier,
            room[:reader.length].decode("utf-8", "surrogateescape") if reader.has_section else None)


cdef str endpoint_name(const Tables *tables, uint32_t number):
    cdef uint64_t at = (<const uint32_t *>part(tables, tables.endpoints.records_at))[number]
    cdef const NameRecord *record
    # ``texts_end`` lies in the block, see ``_table_check``.
    if at % RECORD_ALIGNMENT or at + sizeof(NameRecord) > tables.endpoints.texts_end:
        raise EngineFileError("damaged: a name lies outside of the tables")
    record = <const NameRecord *>part(tables, at)
    if record.length > tables.endpoints.texts_end - at - sizeof(NameRecord):
        raise EngineFileError("damaged: a name lies outside of the tables")
    return (<const char *>record + sizeof(NameRecord))[:record.length].decode("utf-8", "surrogateescape")
