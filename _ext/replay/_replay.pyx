"""Replay of batches of messages: what an Asterisk would do with each, and what it learns on the way.

Knows which message meets which configuration, and which transport section a request came in on; the stages
are in ``_stages``, the columns in ``_replay_columns``, the counting of what came of them is in ``identify.simulation``.

Strategy
1. One pass over a batch without the GIL, which is taken only where a socket is new or Asterisk sends a REGISTER.
2. A message is scanned once, however many configurations it meets.
3. What Python has to look at is listed: the requests that nothing identified, and those whose source may be new.
   Everything else Python sees as bytes in columns, or not at all.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc
from libc.string cimport memcmp, memcpy, memset

from identify._compiled._address_print cimport ADDRESS_ROOM, is_nowhere, is_v4, print_address
from identify._compiled._addresses cimport AddressIndex
from identify._compiled._access cimport Access
from identify._compiled._decide cimport Arrival
from identify._compiled._doubt cimport Doubts
from identify._compiled._matcher cimport Matcher
from identify._compiled._message cimport begin, finish, parse_message, parse_response, take_dialect
from identify._compiled._parsed cimport FIELD_ROOM, MESSAGE_LIMIT, Field, Message
from identify._compiled._replay_columns cimport AnswerColumns, BatchColumns, check_columns, take_answer_columns
from identify._compiled._sockets cimport NOTICE, OURS, RECEIVED, UNKNOWN, Sockets
from identify._compiled._stages cimport (
    DROPPED, FLAG_CONTACT_NAME, FLAG_EVENT, FLAG_SOURCE, FOREIGN, NOT_SIP, OUTCOMES, RESPONSE, SENT, UNDETERMINED,
    UNIDENTIFIED, UNKNOWN_DIALOG, Core, Event, core_begin, core_end, core_time, learn_token, receive_request,
    send_request, take_response,
)
from identify._compiled._tables cimport LINE
from identify._compiled._text cimport Text, after_line_end, cursor, folds_here, peek, skip_lws
from identify._compiled._transaction cimport METHOD_REGISTER, METHODS, TransactionIds, find_transaction_ids, method_name

import os

from identify.model import TRANSPORTS

cdef enum:
    # Distinct reasons for which messages are dropped: texts of the scanner, which has fewer.
    REASONS = 255
    # Entries of one generation of what is remembered, so that sizes in bytes can't overflow.
    MOST_REMEMBERED = 1 << 26

#: Methods by their code in a column; the first stands for every other one.
METHOD_NAMES = tuple([method_name(i).decode("ascii") for i in range(<int>METHODS)])
#: How many outcomes there are.
OUTCOME_COUNT = <int>OUTCOMES

# A message of a batch on its way; what isn't the configuration's is filled in once.
ctypedef struct Passing:
    Py_ssize_t row
    int direction
    bint response
    Field fields[FIELD_ROOM]
    Message message
    TransactionIds ids
    # Of a request that Asterisk received: where it came from, the source's text.
    Arrival arrival
    char text[ADDRESS_ROOM]
    Event event


cdef void take_source(const uint8_t *address, Arrival *arrival) noexcept nogil:
    cdef int i
    arrival.source.high = arrival.source.low = 0
    if is_v4(address):
        arrival.source.family = 4
        for i in range(12, 16):
            arrival.source.low = arrival.source.low << 8 | address[i]
        return
    arrival.source.family = 6
    for i in range(8):
        arrival.source.high = arrival.source.high << 8 | address[i]
        arrival.source.low = arrival.source.low << 8 | address[i + 8]


cdef inline bint is_end(int c) noexcept nogil:
    return c == c"\r" or c == c"\n"


cdef uint32_t first_byte(const uint8_t *data, uint32_t length) noexcept nogil:
    """Where the first line begins: behind line ends and blanks."""
    cdef uint32_t i = 0
    while i < length and (is_end(data[i]) or data[i] == c" " or data[i] == c"\t"):
        i += 1
    return i


cdef bint names_sip(const uint8_t *data, uint32_t length, uint32_t i) noexcept nogil:
    """Is "SIP" at ``i``, in any case, and a "/" behind it, or behind blanks and a fold?"""
    cdef Text t
    if length - i < 4 or data[i] | 0x20 != c"s" or data[i + 1] | 0x20 != c"i" or data[i + 2] | 0x20 != c"p":
        return False
    t = cursor(data, i + 3, length)
    skip_lws(&t)
    return peek(&t) == c"/"


cdef bint is_response(const uint8_t *data, uint32_t length) noexcept nogil:
    return names_sip(data, length, first_byte(data, length))


cdef bint is_sip(const uint8_t *data, uint32_t length) noexcept nogil:
    """Does the first line, with the lines that continue it, name SIP's version?  For what can't be parsed."""
    cdef Text t = cursor(data, first_byte(data, length), length)
    while t.pos < length and not names_sip(data, length, t.pos):
        if is_end(data[t.pos]) and not folds_here(&t):
            return False
        # Elsewhere than at a line end it is one byte.
        t.pos = after_line_end(&t, t.pos)
    return t.pos < length


cdef const Socket *find_socket(const ReplayState *state, const uint8_t *address, uint16_t port, uint8_t transport,
                               uint8_t family) noexcept nogil:
    cdef uint32_t i
    for i in range(state.socket_count):
        if (state.sockets[i].port == port and state.sockets[i].transport == transport
                and state.sockets[i].family == family and memcmp(state.sockets[i].address, address, 16) == 0):
            return &state.sockets[i]
    return NULL


cdef bint is_new_source(ReplayState *state, int32_t answer, const uint8_t *address) noexcept nogil:
    """False only if this answer's source was seen before."""
    cdef uint64_t words[2]
    cdef Pair *pair
    memcpy(words, address, 16)
    words[0] = (words[0] ^ words[1] ^ <uint64_t>answer) * <uint64_t>0x9E3779B97F4A7C15
    pair = &state.pairs[words[0] >> 51]
    if pair.answer == answer + 1 and memcmp(pair.address, address, 16) == 0:
        return False
    pair.answer = answer + 1
    memcpy(pair.address, address, 16)
    return True


@cython.final
cdef class Replay:
    """One configuration's part of a replay; not for several threads at once.

    ``engine`` answers; ``settings`` is a mapping: ``everybody`` and each of ``accesses`` has two address indexes that
    find what is denied by source and by Contact, or None, and the numbers of unknowns, or -1: of lists for the
    source, of lists for Contacts, and of the addresses of names in Contacts; ``access_of`` and ``auth_flags_of`` have
    a number for each answer; ``counting``, ``least_count``, ``period`` and ``prune_interval`` (nanoseconds) say when
    unidentified requests are reported; ``assume_dialogs`` takes every To tag for a live dialog's; ``remembered`` is
    how many dialogs, and transactions, and counted sources are remembered at least; ``doubts`` are what isn't known,
    None where everything is.
    """

    def __cinit__(self, *args, **kwargs):
        cdef bytes key = os.urandom(16)
        memset(&self.state, 0, sizeof(ReplayState))
        memcpy(self.state.core.keys, PyBytes_AS_STRING(key), 16)
        core_begin(&self.state.core, 1)

    def __dealloc__(self):
        core_end(&self.state.core)

    def __init__(self, Matcher engine not None, settings):
        cdef uint32_t i
        cdef Core *core = &self.state.core
        if self.engine is not None:
            raise TypeError("a Replay can't be initialised twice")
        self.engine = engine
        core.compiled = &engine.compiled
        self.state.transports_matter = engine.transports_matter
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
        self.doubts = settings["doubts"]
        if self.doubts is not None:
            if self.doubts.state.answer_count != core.answer_count:
                raise ValueError(f"doubts of {self.doubts.state.answer_count} answers, not {core.answer_count}")
            core.doubt = &self.doubts.state
            if self.doubts.own_tokens and engine.compiled.tables.order[0] == LINE:
                core.doubt.first = 1

    @property
    def hits(self):
        """How often each answer of the engine was given."""
        return [self.state.core.hits[i] for i in range(self.state.core.answer_count)]

    @property
    def outcomes(self):
        """How many messages had each outcome."""
        return [self.state.core.outcomes[i] for i in range(<int>OUTCOMES)]

    @property
    def challenged(self):
        """How many identified requests were asked for credentials."""
        return self.state.core.challenged

    @property
    def contact_names(self):
        """How many requests had a Contact with a name that an ACL would have resolved."""
        return self.state.core.contact_names

    @property
    def forgotten(self):
        """How many dialogs, transactions and counted sources were forgotten because there were too many."""
        return (self.state.core.dialogs.dropped, self.state.core.invites.dropped + self.state.core.transactions.dropped,
                self.state.core.sources.dropped)

    def learn(self, bytes token not None, answer):
        """Know a registration's token from now on; ``answer`` is -1 where its endpoint doesn't exist."""
        cdef int32_t number = answer
        if not -1 <= number < <int64_t>self.state.core.answer_count:
            raise ValueError(f"no answer {answer}")
        learn_token(&self.state.core, <const uint8_t *>PyBytes_AS_STRING(token), <size_t>PyBytes_GET_SIZE(token),
                    number)

    cdef int add_socket(self, const uint8_t *address, uint16_t port, uint8_t transport, uint8_t family,
                        str source) except -1:
        """Ask the engine for a socket's transport section and remember it in the place of the oldest."""
        cdef Socket *socket = &self.state.sockets[self.state.next_socket]
        cdef char text[ADDRESS_ROOM]
        local = None
        if not is_nowhere(address):
            print_address(address, text)
            host = text.decode("ascii")
            local = f"{host}:{port}" if is_v4(address) else f"[{host}]:{port}"
        socket.section = self.engine.transport_section(source, TRANSPORTS[transport], local, None)
        memcpy(socket.address, address, 16)
        socket.port = port
        socket.transport = transport
        socket.family = family
        self.state.next_socket = (self.state.next_socket + 1) % <uint32_t>SOCKETS
        if self.state.socket_count < <uint32_t>SOCKETS:
            self.state.socket_count += 1
        return 0


cdef take_access(settings, Access *access):
    """Take two address indexes, each of which may be None, and the numbers of three unknowns."""
    cdef AddressIndex index
    source, contact, access.source_unknown, access.contact_unknown, access.names = settings
    if source is not None:
        index = source
        access.source = index.tables
    if contact is not None:
        index = contact
        access.contact = index.tables


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
        self.reason_count = self.now = 0

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
        is notable for one of the replays; ``notable`` must have room for all.  Those with a notice only are left out.
        """
        cdef BatchColumns columns
        cdef AnswerColumns verdict[2]
        cdef ReplayState *states[2]
        cdef Replay replay
        cdef Py_ssize_t count = check_columns(batch, &columns)
        cdef Py_ssize_t i
        cdef int k, which = <int>len(replays)
        cdef uint32_t listed = 0
        cdef Passing passing
        cdef bint noted, dropped
        if not (1 <= which <= 2 and len(verdicts) == which):
            raise ValueError(f"{which} replays with {len(verdicts)} answer columns; one or two are expected")
        if methods.shape[0] != count or notable.shape[0] < count:
            raise ValueError(f"the columns aren't for {count} messages")
        # Kept here, so that none goes away meanwhile.
        cdef tuple kept = tuple(replays)
        for k in range(which):
            replay = kept[k]
            if replay is None or replay.engine is None or self.sockets is None:
                raise TypeError("a replay and what runs it have to be initialised")
            states[k] = &replay.state
            take_answer_columns(verdicts[k], count, &verdict[k])
            if replay.doubts is not None:
                replay.doubts.batch = batch
        with nogil:
            for i in range(count):
                if columns.directions[i] == NOTICE:
                    notable[listed] = <uint32_t>i
                    listed += 1
                    continue
                if not self.classify(&columns, i, &passing):
                    methods[i] = 0
                    for k in range(which):
                        write_answer(states[k], &passing, &verdict[k])
                    continue
                methods[i] = <uint8_t>passing.ids.method
                noted = dropped = False
                for k in range(which):
                    hold(states[k], &columns, &passing, kept, k)
                    if passing.event.outcome == DROPPED and not dropped:
                        dropped = True
                        self.count_reason(passing.message.reason)
                    write_answer(states[k], &passing, &verdict[k])
                    noted = noted or is_notable(&passing.event)
                if noted:
                    notable[listed] = <uint32_t>i
                    listed += 1
                finish(&passing.message)
                if passing.direction == OURS and not passing.response and passing.ids.method == METHOD_REGISTER:
                    with gil:
                        self.on_register(batch, i)
        return listed

    cdef bint classify(self, const BatchColumns *columns, Py_ssize_t row, Passing *passing) noexcept nogil:
        """Say whose a message is, and scan it; False where there is nothing to hold: its outcome is the same for all.

        After True the message is to be finished.
        """
        cdef Event *event = &passing.event
        cdef const uint8_t *local = columns.locals + 16 * row
        cdef int64_t size = columns.offsets[row + 1] - columns.offsets[row]
        cdef uint32_t length = <uint32_t>size if size <= MESSAGE_LIMIT else <uint32_t>MESSAGE_LIMIT + 1
        cdef bint ok
        passing.row = row
        event.answer = event.unknown = -1
        event.flags = event.status = 0
        event.address = columns.sources + 16 * row
        event.stream = columns.transports[row] != 0
        passing.direction = columns.directions[row]
        if passing.direction == UNKNOWN:
            passing.direction = self.sockets.direction(event.address, columns.ports[row], local,
                                                       columns.local_ports[row], event.stream)
        if passing.direction != RECEIVED and passing.direction != OURS:
            event.outcome = FOREIGN
            return False
        if columns.times[row] >= 0:
            self.now = columns.times[row]
        event.time = self.now
        begin(&passing.message, columns.data + columns.offsets[row], length, passing.fields, FIELD_ROOM)
        passing.response = is_response(passing.message.base, length)
        if passing.response:
            ok = parse_response(&passing.message, event.stream, &event.status)
        else:
            ok = parse_message(&passing.message, event.stream)
        if not ok:
            event.outcome = unread_outcome(passing, length)
            if event.outcome == DROPPED:
                self.count_reason(passing.message.reason)
            finish(&passing.message)
            return False
        find_transaction_ids(&passing.message, &passing.ids)
        event.message = &passing.message
        event.ids = &passing.ids
        event.arrival = &passing.arrival
        if not passing.response and passing.direction == RECEIVED:
            print_address(event.address, passing.text)
            take_source(event.address, &passing.arrival)
            passing.arrival.text = passing.text
            passing.arrival.port = columns.ports[row]
        return True


cdef int unread_outcome(const Passing *passing, uint32_t length) noexcept nogil:
    """What becomes of a message that PJSIP's parser refuses."""
    if not is_sip(passing.message.base, length):
        return NOT_SIP
    if passing.direction == OURS:
        return RESPONSE if passing.response else SENT
    return DROPPED


cdef int hold(ReplayState *state, const BatchColumns *columns, Passing *passing, tuple replays,
              int number) except -1 nogil:
    """Take a message through the stages of one configuration, the one of ``replays`` with that number."""
    cdef Event *event = &passing.event
    core_time(&state.core, event.time)
    if passing.response:
        event.outcome = RESPONSE
        take_response(&state.core, event, passing.direction == OURS)
        return 0
    if passing.direction == OURS:
        event.outcome = SENT
        send_request(&state.core, event)
        return 0
    if not take_dialect(&passing.message, state.core.compiled.tables.dialect):
        event.answer = -1
        event.flags = 0
        event.outcome = DROPPED
        return 0
    passing.arrival.transport = -1
    if state.transports_matter:
        passing.arrival.transport = find_section(state, columns, passing, replays, number)
    if state.core.doubt != NULL:
        state.core.doubt.row = passing.row
    receive_request(&state.core, event)
    if state.core.doubt != NULL and state.core.doubt.failed:
        with gil:
            raise_failure(<Doubts>(<Replay>replays[number]).doubts)
    if event.answer >= 0 and is_new_source(state, event.answer, event.address):
        event.flags |= <uint32_t>FLAG_SOURCE
    if event.flags & <uint32_t>FLAG_CONTACT_NAME:
        state.core.contact_names += 1
    return 0


cdef int raise_failure(Doubts doubts) except -1:
    """Raise what Python raised when it was asked about an answer."""
    doubts.state.failed = False
    raise doubts.failure


cdef int32_t find_section(ReplayState *state, const BatchColumns *columns, const Passing *passing, tuple replays,
                          int number) except -2 nogil:
    """The transport section of the socket at which a request arrived; the engine is asked once for each socket."""
    cdef Py_ssize_t row = passing.row
    cdef const uint8_t *local = columns.locals + 16 * row
    cdef uint8_t family = <uint8_t>passing.arrival.source.family
    cdef uint16_t port = columns.local_ports[row]
    cdef uint8_t transport = columns.transports[row]
    cdef const Socket *socket = find_socket(state, local, port, transport, family)
    if socket == NULL:
        with gil:
            (<Replay>replays[number]).add_socket(local, port, transport, family, passing.arrival.text.decode("ascii"))
        socket = find_socket(state, local, port, transport, family)
    return socket.section


cdef inline void write_answer(ReplayState *state, const Passing *passing, AnswerColumns *verdict) noexcept nogil:
    """Write what came of a message, and count it."""
    verdict.outcomes[passing.row] = <uint8_t>passing.event.outcome
    verdict.answers[passing.row] = passing.event.answer
    verdict.flags[passing.row] = <uint8_t>passing.event.flags
    if verdict.unknowns != NULL:
        verdict.unknowns[passing.row] = passing.event.unknown
    state.core.outcomes[passing.event.outcome] += 1


cdef inline bint is_notable(const Event *event) noexcept nogil:
    """Has Python to look at the request: nothing was found, or its source may be new, or an event is reported?"""
    if event.flags & <uint32_t>(FLAG_SOURCE | FLAG_EVENT):
        return True
    return event.answer < 0 and (event.outcome == UNIDENTIFIED or event.outcome == UNKNOWN_DIALOG
                                 or event.outcome == UNDETERMINED)
