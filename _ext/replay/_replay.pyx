"""Replay of batches of messages: what an Asterisk would do with each, and what it learns on the way.

Knows the columns of ``identify.traffic.batch.Batch`` and which transport section a request came in on; the stages are
in ``_stages``, the counting of what came of them is in ``identify.simulation``.

Strategy
1. One pass over a batch without the GIL, which is taken only where a socket is new or Asterisk sends a REGISTER.
2. A message is scanned once, however many configurations it is held against.
3. What Python has to look at is listed: the requests of which nothing was found, and those whose source may be new.
   Everything else Python sees as bytes in columns, or not at all.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc
from libc.string cimport memcmp, memcpy, memset

from identify._compiled._addresses cimport AddressIndex
from identify._compiled._decide cimport Place
from identify._compiled._sockets cimport OURS, RECEIVED, UNKNOWN, Sockets, is_nowhere, is_v4
from identify._compiled._matcher cimport Matcher
from identify._compiled._message cimport begin, finish, parse_message, parse_response
from identify._compiled._parsed cimport FIELD_ROOM, MESSAGE_LIMIT, Field, Message
from identify._compiled._stages cimport (
    DROPPED, FLAG_CONTACT_NAME, FLAG_EVENT, FLAG_SOURCE, FOREIGN, NOT_SIP, OUTCOMES, RESPONSE, SENT, UNIDENTIFIED,
    UNKNOWN_DIALOG, Access, Core, Event, core_begin, core_end, core_time, learn_token, receive_request, send_request,
    take_response,
)
from identify._compiled._transaction cimport METHOD_REGISTER, METHODS, TransactionIds, find_transaction_ids, method_name

import os

cdef extern from "<arpa/inet.h>" nogil:
    const char *inet_ntop(int family, const void *source, char *text, uint32_t size)
    const int AF_INET6

cdef enum:
    ADDRESS_ROOM = 48
    # Reasons for which messages are dropped; they are texts of the scanner's, of which it has fewer.
    REASONS = 255
    # Entries of one generation of what is remembered, so that sizes in bytes can't overflow.
    MOST_REMEMBERED = 1 << 26

#: Methods by their code in a column; the first stands for every other one.
METHOD_NAMES = tuple([method_name(i).decode("ascii") for i in range(<int>METHODS)])
#: How many outcomes there are.
OUTCOME_COUNT = <int>OUTCOMES
#: Transports by their code, as in ``identify.traffic.batch``.
TRANSPORTS = ("udp", "tcp", "tls", "ws", "wss")

ctypedef struct Columns:
    const uint8_t *data
    const int64_t *offsets
    const int64_t *times
    const uint8_t *transports
    const uint8_t *sources
    const uint16_t *ports
    const uint8_t *locals
    const uint16_t *local_ports
    const uint8_t *directions

ctypedef struct AnswerColumns:
    uint8_t *outcomes
    int32_t *answers
    uint8_t *flags


cdef void print_address(const uint8_t *address, char *text) noexcept nogil:
    """Write an address as the C library prints it; ``text`` has ADDRESS_ROOM bytes."""
    cdef int i
    cdef uint8_t octet
    text[0] = 0
    if not is_v4(address):
        inet_ntop(AF_INET6, address, text, ADDRESS_ROOM)
        return
    for i in range(12, 16):
        octet = address[i]
        if octet >= 100:
            text[0] = <char>(c"0" + octet // 100)
            text += 1
        if octet >= 10:
            text[0] = <char>(c"0" + octet // 10 % 10)
            text += 1
        text[0] = <char>(c"0" + octet % 10)
        text[1] = 0 if i == 15 else c"."
        text += 2


cdef void take_source(const uint8_t *address, Place *place) noexcept nogil:
    cdef int i
    place.source.high = place.source.low = 0
    if is_v4(address):
        place.source.family = 4
        for i in range(12, 16):
            place.source.low = place.source.low << 8 | address[i]
        return
    place.source.family = 6
    for i in range(8):
        place.source.high = place.source.high << 8 | address[i]
        place.source.low = place.source.low << 8 | address[i + 8]


cdef inline bint is_end(int c) noexcept nogil:
    return c == c"\r" or c == c"\n"


cdef uint32_t first_byte(const uint8_t *data, uint32_t length) noexcept nogil:
    """Where the first line begins: behind line ends and blanks."""
    cdef uint32_t i = 0
    while i < length and (is_end(data[i]) or data[i] == c" " or data[i] == c"\t"):
        i += 1
    return i


cdef bint is_response(const uint8_t *data, uint32_t length) noexcept nogil:
    cdef uint32_t i = first_byte(data, length)
    return (length - i > 4 and (data[i] | 0x20) == c"s" and (data[i + 1] | 0x20) == c"i"
            and (data[i + 2] | 0x20) == c"p" and data[i + 3] == c"/")


cdef bint is_sip(const uint8_t *data, uint32_t length) noexcept nogil:
    """Does the first line name SIP's version?  For what can't be parsed."""
    cdef uint32_t i = first_byte(data, length)
    while i + 3 < length and not is_end(data[i]):
        if ((data[i] | 0x20) == c"s" and (data[i + 1] | 0x20) == c"i" and (data[i + 2] | 0x20) == c"p"
                and data[i + 3] == c"/"):
            return True
        i += 1
    return False


cdef const Socket *find_socket(const Part *part, const uint8_t *address, uint16_t port, uint8_t transport,
                               uint8_t family) noexcept nogil:
    cdef uint32_t i
    for i in range(part.socket_count):
        if (part.sockets[i].port == port and part.sockets[i].transport == transport
                and part.sockets[i].family == family and memcmp(part.sockets[i].address, address, 16) == 0):
            return &part.sockets[i]
    return NULL


cdef bint is_new_source(Part *part, int32_t answer, const uint8_t *address) noexcept nogil:
    """False only if this answer's source was seen before."""
    cdef uint64_t words[2]
    cdef Pair *pair
    memcpy(words, address, 16)
    words[0] = (words[0] ^ words[1] ^ <uint64_t>answer) * <uint64_t>0x9E3779B97F4A7C15
    pair = &part.pairs[words[0] >> 51]
    if pair.answer == answer + 1 and memcmp(pair.address, address, 16) == 0:
        return False
    pair.answer = answer + 1
    memcpy(pair.address, address, 16)
    return True


@cython.final
cdef class Replay:
    """One configuration's part of a replay; not for several threads at once.

    ``engine`` answers; ``settings`` is a mapping: ``everybody`` and each of ``accesses`` is a pair of address indexes
    that find what is denied by source and by Contact, or None; ``access_of`` and ``auth_flags_of`` have a number for
    each answer; ``counting``, ``least_count``, ``period`` and ``prune_interval`` (nanoseconds) say when unidentified
    requests are reported; ``assume_dialogs`` takes every To tag for a live dialog's; ``remembered`` is how many
    dialogs, and transactions, and counted sources are remembered at least.
    """

    def __cinit__(self, *args, **kwargs):
        cdef bytes key = os.urandom(16)
        memset(&self.part, 0, sizeof(Part))
        memcpy(self.part.core.keys, PyBytes_AS_STRING(key), 16)
        core_begin(&self.part.core, 1)

    def __dealloc__(self):
        core_end(&self.part.core)

    def __init__(self, Matcher engine not None, settings):
        cdef uint32_t i
        cdef Core *core = &self.part.core
        if self.engine is not None:
            raise TypeError("a Replay can't be initialised twice")
        self.engine = engine
        core.compiled = &engine.compiled
        self.part.transports_matter = engine.transports_matter
        core.answer_count = engine.compiled.tables.answer_count
        accesses = settings["accesses"]
        access_of = settings["access_of"]
        auth_flags_of = settings["auth_flags_of"]
        if len(access_of) != core.answer_count or len(auth_flags_of) != core.answer_count:
            raise ValueError(f"settings for {len(access_of)} answers, the engine has {core.answer_count}")
        core.accesses = <Access *>calloc(len(accesses) + 1, sizeof(Access))
        core.access_of = <int32_t *>calloc(core.answer_count + 1, sizeof(int32_t))
        core.auth_flags_of = <uint8_t *>calloc(core.answer_count + 1, 1)
        core.hits = <uint64_t *>calloc(core.answer_count + 1, sizeof(uint64_t))
        if core.accesses == NULL or core.access_of == NULL or core.auth_flags_of == NULL or core.hits == NULL:
            raise MemoryError
        self.kept = (settings["everybody"], tuple(accesses))
        take_access(settings["everybody"], &core.everybody)
        for i in range(<uint32_t>len(accesses)):
            take_access(accesses[i], &core.accesses[i])
        for i in range(core.answer_count):
            if not -1 <= access_of[i] < len(accesses):
                raise ValueError(f"no access list {access_of[i]}")
            core.access_of[i] = access_of[i]
            core.auth_flags_of[i] = auth_flags_of[i]
        core.counting = settings["counting"]
        core.least_count = settings["least_count"]
        core.period = settings["period"]
        core.prune_interval = settings["prune_interval"]
        core.assume_dialogs = settings["assume_dialogs"]
        if not 1 <= settings["remembered"] <= <int64_t>MOST_REMEMBERED:
            raise ValueError(f"remembered {settings['remembered']}: 1 to {<int64_t>MOST_REMEMBERED} is possible")
        core_begin(core, settings["remembered"])

    @property
    def hits(self):
        """How often each answer of the engine was given."""
        return [self.part.core.hits[i] for i in range(self.part.core.answer_count)]

    @property
    def outcomes(self):
        """How many messages had each outcome."""
        return [self.part.core.outcomes[i] for i in range(<int>OUTCOMES)]

    @property
    def challenged(self):
        """How many identified requests were asked for credentials."""
        return self.part.core.challenged

    @property
    def contact_names(self):
        """How many requests had a Contact with a name that an ACL would have resolved."""
        return self.part.core.contact_names

    @property
    def forgotten(self):
        """How many dialogs, transactions and counted sources were forgotten because there were too many."""
        return (self.part.core.dialogs.dropped, self.part.core.invites.dropped + self.part.core.transactions.dropped,
                self.part.core.sources.dropped)

    @property
    def counted_sources(self):
        """How many sources are being counted, with those that would have been pruned since."""
        return self.part.core.sources.now.used + self.part.core.sources.before.used

    def learn(self, bytes token not None, answer):
        """Know a registration's token from now on; ``answer`` is -1 where its endpoint doesn't exist."""
        cdef int32_t number = answer
        if not -1 <= number < <int64_t>self.part.core.answer_count:
            raise ValueError(f"no answer {answer}")
        learn_token(&self.part.core, <const uint8_t *>PyBytes_AS_STRING(token), <size_t>PyBytes_GET_SIZE(token), number)

    cdef int add_socket(self, const uint8_t *address, uint16_t port, uint8_t transport, uint8_t family,
                        str source) except -1:
        """Ask the engine for a socket's transport section and remember it in the place of the oldest."""
        cdef Socket *socket = &self.part.sockets[self.part.next_socket]
        cdef char text[ADDRESS_ROOM]
        local = None
        if not is_nowhere(address):
            print_address(address, text)
            host = text.decode("ascii")
            local = f"{host}:{port}" if is_v4(address) else f"[{host}]:{port}"
        socket.section = self.engine.transport_of(source, TRANSPORTS[transport], local, None)
        memcpy(socket.address, address, 16)
        socket.port = port
        socket.transport = transport
        socket.family = family
        self.part.next_socket = (self.part.next_socket + 1) % <uint32_t>SOCKETS
        if self.part.socket_count < <uint32_t>SOCKETS:
            self.part.socket_count += 1
        return 0


cdef take_access(pair, Access *access):
    """Take a pair of address indexes, each of which may be None."""
    cdef AddressIndex index
    source, contact = pair
    if source is not None:
        index = source
        access.source = index.tables
    if contact is not None:
        index = contact
        access.contact = index.tables


cdef Py_ssize_t check_columns(batch, Columns *columns) except -1:
    """Borrow the columns of a batch, whose owner must not change them meanwhile; returns the number of messages."""
    cdef const uint8_t[::1] data = batch.data
    cdef const int64_t[::1] offsets = batch.offsets
    cdef const int64_t[::1] times = batch.times
    cdef const uint8_t[::1] transports = batch.transports
    cdef const uint8_t[::1] sources = batch.sources
    cdef const uint16_t[::1] ports = batch.ports
    cdef const uint8_t[::1] locals_ = batch.locals
    cdef const uint16_t[::1] local_ports = batch.local_ports
    cdef const uint8_t[::1] directions = batch.directions
    cdef Py_ssize_t i, count = len(batch)
    if not (offsets.shape[0] == count + 1 and times.shape[0] == transports.shape[0] == count
            and sources.shape[0] == locals_.shape[0] == 16 * count and directions.shape[0] == count
            and ports.shape[0] == local_ports.shape[0] == count):
        raise ValueError("the columns of a batch don't have the same length")
    if count == 0:
        return 0
    if offsets[0] < 0 or offsets[count] > data.shape[0]:
        raise ValueError("the offsets of a batch are outside of its data")
    for i in range(count):
        if offsets[i] > offsets[i + 1]:
            raise ValueError(f"the offsets of a batch go back at message {i}")
        if transports[i] >= 5:
            raise ValueError(f"no transport has the code {transports[i]}")
    columns.data = &data[0] if data.shape[0] else <const uint8_t *>b""
    columns.offsets = &offsets[0]
    columns.times = &times[0]
    columns.transports = &transports[0]
    columns.sources = &sources[0]
    columns.ports = &ports[0]
    columns.locals = &locals_[0]
    columns.local_ports = &local_ports[0]
    columns.directions = &directions[0]
    return count


cdef int take_answer_columns(verdicts, Py_ssize_t count, AnswerColumns *verdict) except -1:
    cdef uint8_t[::1] outcomes = verdicts.outcomes
    cdef int32_t[::1] answers = verdicts.answers
    cdef uint8_t[::1] flags = verdicts.flags
    if outcomes.shape[0] != count or answers.shape[0] != count or flags.shape[0] != count:
        raise ValueError(f"the answer columns aren't for {count} messages")
    if count:
        verdict.outcomes = &outcomes[0]
        verdict.answers = &answers[0]
        verdict.flags = &flags[0]
    return 0


@cython.final
cdef class Replayer:
    """Takes batches through one replay, or two at once; remembers what time it is and why messages were dropped."""

    cdef Sockets sockets
    cdef const char *texts[REASONS]
    cdef uint64_t counts[REASONS]
    cdef uint32_t reason_count
    cdef int64_t now
    cdef readonly object on_register

    def __init__(self, Sockets sockets not None, on_register):
        self.sockets = sockets
        self.on_register = on_register
        self.reason_count = 0
        self.now = 0

    @property
    def reasons(self):
        """How many messages were dropped, by reason."""
        found = {}
        for i in range(self.reason_count):
            text = self.texts[i].decode("ascii")
            found[text] = found.get(text, 0) + self.counts[i]
        return found

    cdef void count_reason(self, const char *reason) noexcept nogil:
        cdef uint32_t i
        for i in range(self.reason_count):
            if self.texts[i] == reason:
                self.counts[i] += 1
                return
        if self.reason_count < <uint32_t>REASONS:
            self.texts[self.reason_count] = reason
            self.counts[self.reason_count] = 1
            self.reason_count += 1

    def run(self, batch, replays, verdicts, uint8_t[::1] methods not None, uint32_t[::1] notable not None):
        """Replay a batch, and return how many messages of it are listed in ``notable``.

        ``replays`` and ``verdicts`` are one or two each; ``methods`` gets the code of each message's method.  A message
        is notable for one of the replays; ``notable`` must have room for all.
        """
        cdef Columns columns
        cdef AnswerColumns verdict[2]
        cdef Replay replay
        cdef Py_ssize_t count = check_columns(batch, &columns)
        cdef Py_ssize_t i
        cdef uint32_t listed = 0
        cdef int k, direction, which = <int>len(replays)
        cdef Field fields[FIELD_ROOM]
        cdef Message message
        cdef TransactionIds ids
        cdef Place place
        cdef Event event
        cdef char text[ADDRESS_ROOM]
        cdef const uint8_t *local
        cdef const Socket *socket
        cdef Part *each[2]
        cdef Part *part
        cdef Sockets own = self.sockets
        cdef uint32_t length
        cdef uint16_t port
        cdef uint8_t family
        cdef bint ok, response, stream, noted
        if not (1 <= which <= 2 and len(verdicts) == which):
            raise ValueError(f"{which} replays with {len(verdicts)} answer columns; one or two are expected")
        if methods.shape[0] != count or notable.shape[0] < count:
            raise ValueError(f"the columns aren't for {count} messages")
        # Kept here, so that none goes away meanwhile.
        replays = tuple(replays)
        for k in range(which):
            replay = replays[k]
            if replay is None or replay.engine is None or own is None:
                raise TypeError("a replay and what runs it have to be initialised")
            each[k] = &replay.part
            take_answer_columns(verdicts[k], count, &verdict[k])
        with nogil:
            for i in range(count):
                methods[i] = 0
                for k in range(which):
                    verdict[k].answers[i] = -1
                    verdict[k].flags[i] = 0
                stream = columns.transports[i] != 0
                local = columns.locals + 16 * i
                direction = columns.directions[i]
                if direction == UNKNOWN:
                    direction = own.direction(columns.sources + 16 * i, columns.ports[i], local,
                                              columns.local_ports[i], stream)
                if direction != RECEIVED and direction != OURS:
                    for k in range(which):
                        verdict[k].outcomes[i] = FOREIGN
                        each[k].core.outcomes[<int>FOREIGN] += 1
                    continue
                if columns.times[i] >= 0:
                    self.now = columns.times[i]
                length = <uint32_t>MESSAGE_LIMIT + 1
                if columns.offsets[i + 1] - columns.offsets[i] <= MESSAGE_LIMIT:
                    length = <uint32_t>(columns.offsets[i + 1] - columns.offsets[i])
                begin(&message, columns.data + columns.offsets[i], length, fields, FIELD_ROOM)
                response = is_response(message.base, length)
                event.status = 0
                if response:
                    ok = parse_response(&message, stream, &event.status)
                else:
                    ok = parse_message(&message, stream)
                if not ok:
                    event.outcome = DROPPED if is_sip(message.base, length) else NOT_SIP
                    if event.outcome == DROPPED and direction == RECEIVED:
                        self.count_reason(message.reason)
                    if direction == OURS and event.outcome == DROPPED:
                        event.outcome = RESPONSE if response else SENT
                    finish(&message)
                    for k in range(which):
                        verdict[k].outcomes[i] = <uint8_t>event.outcome
                        each[k].core.outcomes[event.outcome] += 1
                    continue
                find_transaction_ids(&message, &ids)
                methods[i] = <uint8_t>ids.method
                event.message = &message
                event.ids = &ids
                event.place = &place
                event.address = columns.sources + 16 * i
                event.stream = stream
                event.time = self.now
                event.answer = -1
                event.flags = 0
                noted = False
                if not response and direction == RECEIVED:
                    print_address(event.address, text)
                    take_source(event.address, &place)
                    place.text = text
                    place.port = columns.ports[i]
                for k in range(which):
                    part = each[k]
                    core_time(&part.core, self.now)
                    if response:
                        event.outcome = RESPONSE
                        take_response(&part.core, &event, direction == OURS)
                    elif direction == OURS:
                        event.outcome = SENT
                        send_request(&part.core, &event)
                    else:
                        place.transport = -1
                        if part.transports_matter:
                            family = <uint8_t>place.source.family
                            port = columns.local_ports[i]
                            socket = find_socket(part, local, port, columns.transports[i], family)
                            if socket == NULL:
                                with gil:
                                    replay = replays[k]
                                    replay.add_socket(local, port, columns.transports[i], family,
                                                      text.decode("ascii"))
                                socket = find_socket(part, local, port, columns.transports[i], family)
                            place.transport = socket.section
                        receive_request(&part.core, &event)
                        if event.answer >= 0:
                            if is_new_source(part, event.answer, event.address):
                                event.flags |= <uint32_t>FLAG_SOURCE
                        elif event.outcome == UNIDENTIFIED or event.outcome == UNKNOWN_DIALOG:
                            noted = True
                        if event.flags & <uint32_t>FLAG_CONTACT_NAME:
                            part.core.contact_names += 1
                        noted = noted or event.flags & <uint32_t>(FLAG_SOURCE | FLAG_EVENT)
                    verdict[k].outcomes[i] = <uint8_t>event.outcome
                    verdict[k].answers[i] = event.answer
                    verdict[k].flags[i] = <uint8_t>event.flags
                    part.core.outcomes[event.outcome] += 1
                if noted:
                    notable[listed] = <uint32_t>i
                    listed += 1
                finish(&message)
                if direction == OURS and not response and ids.method == METHOD_REGISTER:
                    with gil:
                        self.on_register(batch, i)
        return listed
