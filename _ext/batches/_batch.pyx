"""The batch calls: many sources or messages in one loop without the GIL, by one thread or several.

Knows rows and blocks; what Python gives becomes columns in ``_inputs``, the decision is in ``_decide``, its
overlapped address look-ups in ``_address_batch``.

Strategy
1. Everything is checked and allocated before the loop: in it there is no Python object, no error and no allocation
   but for what a single message would need too.
2. Rows are taken in pieces, by one thread or several (``_pieces``); each piece writes its own part of the result.
3. What can't be read is a number in the result: ``NO_MATCH`` for nulls and for text that isn't an address, ``DROPPED``
   for messages that ``identify_message`` raises for.
"""

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy

from identify._compiled._address_batch cimport BLOCK, find_block_v4, find_block_v6, prefetch
from identify._compiled._address_print cimport print_v4, print_v6
from identify._compiled._address_text cimport Source, parse_source, to_plain
from identify._compiled._arrival cimport check_local_name, known_transport, port_of
from identify._compiled._bytes cimport big32, big64
from identify._compiled._column cimport (
    PACKED4, PACKED16, POINTERS, QUADS, Chunk, Column, Cursor, advance, bytes_at, is_null, refresh, seek,
)
from identify._compiled._decide cimport Arrival, Compiled, decide
from identify._compiled._header_names cimport VIA
from identify._compiled._indices cimport Indices, make_indices
from identify._compiled._inputs cimport take_addresses, take_messages, take_ports
from identify._compiled._matcher cimport Matcher
from identify._compiled._message cimport begin, finish, parse_message, take_dialect
from identify._compiled._parsed cimport FIELD_ROOM, MESSAGE_LIMIT, Field, Message
from identify._compiled._pieces cimport MAX_THREADS, Pieces, run_pieces
from identify._compiled._tables cimport NO_WANTED, part

from identify._compiled._addresses import parse_address
from identify.addresses import usable_source
from identify.strings import encoded

cdef enum:
    # A thread for less work than this would cost more than it saves.
    SOURCES_PIECE = 16384
    MESSAGES_PIECE = 256
    # A longer text for an address makes every Via too long to be compared, whatever follows.
    TEXT_ROOM = 4100
    # As far as the heads of messages mostly go.
    HEAD_SIZE = 768
    CACHE_LINE = 64

cdef enum:
    NO_ANSWER = -1
    DROPPED_ANSWER = -2

NO_MATCH = NO_ANSWER
DROPPED = DROPPED_ANSWER

ctypedef struct Job:
    const Compiled *compiled
    Pieces pieces
    int32_t *answers
    # A column without chunks wasn't given: all rows have the source or port of `arrival`.
    const Chunk *messages
    size_t message_chunks
    const Chunk *sources
    size_t source_chunks
    const Chunk *ports
    size_t port_chunks
    Arrival arrival
    # The transport section of sources whose text has no colon, and of those that have one.
    int32_t transport_v4
    int32_t transport_v6
    bint stream
    # Whether the source's text can have a say: somebody compares Via.
    bint wants_text


def identify_sources(Matcher matcher not None, addresses, ports, threads):
    """Return the indices of what ``ip`` answers for each source."""
    cdef Job job
    cdef int workers = workers_of(threads)
    cdef Column sources = take_addresses(addresses, "addresses")
    cdef Column _port_column = None
    cdef Indices answers
    open_job(&job, matcher, sources.count, &run_sources)
    job.pieces.size = SOURCES_PIECE
    job.sources = sources.chunks
    job.source_chunks = sources.chunk_count
    if ports is not None:
        _port_column = set_ports(&job, ports, "sources")
    answers = make_indices(job.pieces.count)
    job.answers = answers.values
    run_pieces(&job.pieces, workers)
    return answers


def identify_messages(Matcher matcher not None, messages, sources, ports, str transport not None, str local,
                      str transport_section, threads):
    """Return the indices of the answers for each message."""
    cdef Job job
    cdef int workers = workers_of(threads)
    cdef Column message_column = take_messages(messages)
    cdef Column source_column = None, _port_column
    cdef Indices answers
    cdef bytes text = None
    open_job(&job, matcher, message_column.count, &run_messages)
    job.pieces.size = MESSAGES_PIECE
    job.messages = message_column.chunks
    job.message_chunks = message_column.chunk_count
    job.wants_text = job.compiled.tables.wanted_kinds[<int>VIA] != <uint32_t>NO_WANTED
    transport = known_transport(transport)
    job.stream = transport != "udp"
    if local is not None:
        check_local_name(local)
    if matcher.transports_matter:
        job.transport_v4 = matcher.transport_section("", transport, local, transport_section)
        job.transport_v6 = matcher.transport_section(":", transport, local, transport_section)
    _port_column = set_ports(&job, ports, "messages")
    if isinstance(sources, (str, int)) and not isinstance(sources, bool):
        text = one_text(sources)
        job.arrival.text = text
        set_text(&job, <const uint8_t *>job.arrival.text, <size_t>len(text), &job.arrival)
    else:
        source_column = take_addresses(sources, "sources")
        if source_column.count != job.pieces.count:
            raise ValueError(f"{source_column.count} sources for {job.pieces.count} messages")
        job.sources = source_column.chunks
        job.source_chunks = source_column.chunk_count
    answers = make_indices(job.pieces.count)
    job.answers = answers.values
    run_pieces(&job.pieces, workers)
    return answers


cdef int workers_of(threads) except -1:
    if not isinstance(threads, int):
        raise TypeError(f"threads must be int, not {type(threads).__name__}")
    if not 1 <= threads <= MAX_THREADS:
        raise ValueError(f"threads={threads} is outside of 1..{MAX_THREADS}")
    return threads


cdef void open_job(Job *job, Matcher matcher, size_t count,
                   void (*run)(const void *, size_t, size_t) noexcept nogil) noexcept:
    job.compiled = &matcher.compiled
    job.pieces.run = run
    job.pieces.job = job
    job.pieces.count = count
    job.pieces.taken = 0
    job.answers = NULL
    job.messages = job.sources = job.ports = NULL
    job.message_chunks = job.source_chunks = job.port_chunks = 0
    job.arrival.text = b""
    job.arrival.source.high = job.arrival.source.low = 0
    job.arrival.source.family = 0
    job.arrival.port = 0
    job.arrival.transport = -1
    job.transport_v4 = job.transport_v6 = -1
    job.stream = job.wants_text = False


cdef Column set_ports(Job *job, ports, str rows):
    """Take one port or a column of them; return what must live as long as the job."""
    cdef Column column
    if isinstance(ports, int):
        job.arrival.port = <uint16_t>port_of(ports)
        return None
    column = take_ports(ports)
    if column.count != job.pieces.count:
        raise ValueError(f"{column.count} ports for {job.pieces.count} {rows}")
    job.ports = column.chunks
    job.port_chunks = column.chunk_count
    return column


cdef bytes one_text(source):
    """Return the source of all messages as bytes."""
    if isinstance(source, str):
        return encoded(source if not source or parse_address(source) is not None else usable_source(source))
    if not 0 <= source <= 0xFFFFFFFF:
        raise ValueError(f"{source} is not a valid IPv4 address; give IPv6 as text")
    return b"%d.%d.%d.%d" % (source >> 24, source >> 16 & 255, source >> 8 & 255, source & 255)


# ---------------------------------------------------------------- sources

# What the rows of a block are, by family, with their places in the block.
ctypedef struct Sorted:
    uint32_t quads[BLOCK]
    uint16_t quad_ports[BLOCK]
    uint8_t quad_places[BLOCK]
    size_t quad_count
    uint64_t highs[BLOCK]
    uint64_t lows[BLOCK]
    uint16_t wide_ports[BLOCK]
    uint8_t wide_places[BLOCK]
    size_t wide_count


cdef void run_sources(const void *argument, size_t row, size_t count) noexcept nogil:
    cdef const Job *job = <const Job *>argument
    cdef Cursor at, port_at
    cdef uint16_t ports[BLOCK]
    cdef const uint16_t *own = NULL
    cdef int32_t *answers = job.answers + row
    cdef size_t block, i
    seek(&at, job.sources, job.source_chunks, row)
    seek(&port_at, job.ports, job.port_chunks, row)
    if port_at.chunk != NULL:
        own = ports
    while count:
        refresh(&at)
        block = count if count < <size_t>BLOCK else <size_t>BLOCK
        if at.left < block:
            block = at.left
        if own != NULL:
            for i in range(block):
                refresh(&port_at)
                ports[i] = port_of_row(port_at.chunk, port_at.row)
                advance(&port_at, 1)
        if at.chunk.layout == QUADS:
            find_block_v4(job.compiled.addresses, <const uint32_t *>at.chunk.rows + at.row, own, job.arrival.port,
                          block, answers)
            if at.chunk.validity != NULL:
                for i in range(block):
                    if is_null(at.chunk, at.row + i):
                        answers[i] = NO_ANSWER
        else:
            find_sorted(job, at.chunk, at.row, own, block, answers)
        to_answers(job.compiled, answers, block)
        advance(&at, block)
        answers += block
        count -= block


cdef inline uint16_t port_of_row(const Chunk *chunk, size_t row) noexcept nogil:
    return 0 if is_null(chunk, row) else (<const uint16_t *>chunk.rows)[row]


cdef inline void to_answers(const Compiled *compiled, int32_t *answers, size_t count) noexcept nogil:
    """Make answers of the ranks that the address index gave."""
    cdef const int32_t *of_ranks
    cdef size_t i
    if compiled.tables.addresses_direct:
        return
    of_ranks = <const int32_t *>part(compiled.tables, compiled.tables.address_answers_at)
    for i in range(count):
        if answers[i] >= 0:
            answers[i] = of_ranks[answers[i]]


cdef void find_sorted(const Job *job, const Chunk *chunk, size_t row, const uint16_t *ports, size_t count,
                      int32_t *ranks) noexcept nogil:
    """Look up a block of rows that may be of either family, or of none."""
    cdef Sorted sort
    cdef Source source
    cdef int32_t found[BLOCK]
    cdef uint16_t port
    cdef size_t i
    sort.quad_count = sort.wide_count = 0
    for i in range(count):
        port = ports[i] if ports != NULL else job.arrival.port
        read_source(chunk, row + i, &source)
        ranks[i] = NO_ANSWER
        if source.family == 4:
            sort.quads[sort.quad_count] = <uint32_t>source.low
            sort.quad_ports[sort.quad_count] = port
            sort.quad_places[sort.quad_count] = <uint8_t>i
            sort.quad_count += 1
        elif source.family == 6:
            sort.highs[sort.wide_count] = source.high
            sort.lows[sort.wide_count] = source.low
            sort.wide_ports[sort.wide_count] = port
            sort.wide_places[sort.wide_count] = <uint8_t>i
            sort.wide_count += 1
    if sort.quad_count:
        find_block_v4(job.compiled.addresses, sort.quads, sort.quad_ports if ports != NULL else NULL, job.arrival.port,
                      sort.quad_count, found)
        for i in range(sort.quad_count):
            ranks[sort.quad_places[i]] = found[i]
    if sort.wide_count:
        find_block_v6(job.compiled.addresses, sort.highs, sort.lows, sort.wide_ports if ports != NULL else NULL,
                      job.arrival.port, sort.wide_count, found)
        for i in range(sort.wide_count):
            ranks[sort.wide_places[i]] = found[i]


cdef inline void read_source(const Chunk *chunk, size_t row, Source *source) noexcept nogil:
    """Read a row of any layout; family 0 for a null and for text that isn't an address."""
    cdef const uint8_t *at
    cdef uint64_t size
    source.high = source.low = 0
    source.family = 0
    if chunk.layout == QUADS or chunk.layout == PACKED4 or chunk.layout == PACKED16:
        if is_null(chunk, row):
            return
        source.family = 4
        if chunk.layout == QUADS:
            source.low = (<const uint32_t *>chunk.rows)[row]
        elif chunk.layout == PACKED4:
            source.low = big32(<const uint8_t *>chunk.rows + 4 * row)
        else:
            source.family = 6
            source.high = big64(<const uint8_t *>chunk.rows + 16 * row)
            source.low = big64(<const uint8_t *>chunk.rows + 16 * row + 8)
            to_plain(source)
    elif bytes_at(chunk, row, &at, &size):
        parse_source(<const char *>at, <size_t>size, source)


# ---------------------------------------------------------------- messages

cdef void run_messages(const void *argument, size_t row, size_t count) noexcept nogil:
    cdef const Job *job = <const Job *>argument
    cdef Cursor at, source_at, port_at
    cdef Field fields[FIELD_ROOM]
    cdef Message message
    cdef Arrival arrival = job.arrival
    cdef char text[TEXT_ROOM]
    cdef int32_t *answer = job.answers + row
    cdef const uint8_t *data
    cdef uint64_t size
    cdef size_t i
    seek(&at, job.messages, job.message_chunks, row)
    seek(&source_at, job.sources, job.source_chunks, row)
    seek(&port_at, job.ports, job.port_chunks, row)
    for i in range(count):
        refresh(&at)
        if at.left > 1 and i + 1 < count:
            prefetch_message(at.chunk, at.row + 1)
        if source_at.chunk != NULL:
            refresh(&source_at)
            read_arrival(job, source_at.chunk, source_at.row, text, &arrival)
            advance(&source_at, 1)
        if port_at.chunk != NULL:
            refresh(&port_at)
            arrival.port = port_of_row(port_at.chunk, port_at.row)
            advance(&port_at, 1)
        if not bytes_at(at.chunk, at.row, &data, &size):
            answer[i] = NO_ANSWER
        elif size > <uint64_t>MESSAGE_LIMIT:
            answer[i] = DROPPED_ANSWER
        else:
            begin(&message, data, <uint32_t>size, fields, FIELD_ROOM)
            answer[i] = DROPPED_ANSWER
            if parse_message(&message, job.stream) and take_dialect(&message, job.compiled.tables.dialect):
                answer[i] = decide(job.compiled, &message, &arrival)
            finish(&message)
        advance(&at, 1)


cdef inline void prefetch_message(const Chunk *chunk, size_t row) noexcept nogil:
    """Ask for the head of a message, as far as heads mostly go, while the one before it is read."""
    cdef const uint8_t *data
    cdef uint64_t size, at = 0
    if not bytes_at(chunk, row, &data, &size):
        return
    if size > <uint64_t>HEAD_SIZE:
        size = HEAD_SIZE
    while at < size:
        prefetch(data + at)
        at += CACHE_LINE


cdef inline void read_arrival(const Job *job, const Chunk *chunk, size_t row, char *room,
                              Arrival *arrival) noexcept nogil:
    """Fill in the source of a row; ``room`` has TEXT_ROOM bytes for its text."""
    cdef const uint8_t *at = NULL
    cdef uint64_t size = 0
    cdef size_t kept
    if chunk.layout == QUADS or chunk.layout == PACKED4 or chunk.layout == PACKED16:
        read_source(chunk, row, &arrival.source)
        arrival.transport = job.transport_v6 if arrival.source.family == 6 else job.transport_v4
        if job.wants_text:
            print_source(&arrival.source, room)
            arrival.text = room
        return
    if not bytes_at(chunk, row, &at, &size):
        at = <const uint8_t *>b""
    set_text(job, at, <size_t>size, arrival)
    if not job.wants_text:
        return
    if chunk.layout == POINTERS:
        arrival.text = <const char *>at
    else:
        kept = <size_t>size if size < <uint64_t>TEXT_ROOM else <size_t>TEXT_ROOM - 1
        memcpy(room, at, kept)
        room[kept] = 0
        arrival.text = room


cdef inline void set_text(const Job *job, const uint8_t *text, size_t size, Arrival *arrival) noexcept nogil:
    """Fill in what a source's text says."""
    parse_source(<const char *>text, size, &arrival.source)
    arrival.transport = job.transport_v4
    if job.transport_v4 != job.transport_v6 and size and memchr(text, c":", size) != NULL:
        arrival.transport = job.transport_v6


cdef void print_source(const Source *source, char *room) noexcept nogil:
    """Write an address as everybody does, and nothing for none."""
    cdef uint8_t octets[16]
    cdef uint32_t i
    if source.family == 4:
        print_v4(<uint32_t>source.low, room)
    elif source.family == 6:
        for i in range(8):
            octets[i] = <uint8_t>(source.high >> (56 - 8 * i))
            octets[8 + i] = <uint8_t>(source.low >> (56 - 8 * i))
        print_v6(octets, room)
    else:
        room[0] = 0
