"""The compiled engine: owns the tables, takes what Python gives, hands back prepared Match objects.

Knows ownership, Python's types and the transport sections; the decision itself is in ``_decide``.

Thread safety: nothing changes after ``__init__`` but the slots of Match objects, which are filled under the GIL.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from identify._compiled._address_tables cimport AddressTables, find_v4, find_v6
from identify._compiled._address_text cimport SIP_NO_QUAD, Source, parse_source, read_quad, sip_address_way, to_plain
from identify._compiled._addresses cimport AddressIndex
from identify._compiled._answers cimport read_answer
from identify._compiled._arrival cimport check_local_name, known_transport, port_of, source_of
from identify._compiled._block cimport Block
from identify._compiled._compile cimport compile_tables
from identify._compiled._decide cimport Arrival, decide
from identify._compiled._dialect cimport BYTES
from identify._compiled._image cimport ImageParts, read_image, write_image
from identify._compiled._message cimport begin, finish, parse_message, take_dialect
from identify._compiled._parsed cimport FIELD_ROOM, MESSAGE_LIMIT, Field, Message
from identify._compiled._regex_set cimport RegexSet
from identify._compiled._request cimport Request
from identify._compiled._tables cimport Tables, WantedHeader, part

from identify.addresses import usable_source
from identify.errors import EngineFileError, MessageError, message_error
from identify.identifiers import NAMES
from identify.model import Match
from identify.tables.side_data import read_side_data

cdef extern from "_python.h":
    const char *sip_ascii(object text, Py_ssize_t *size)
    const char *sip_text(object text, Py_ssize_t *size) except NULL

cdef enum:
    # The tables' widest numbers; mapped files and bytes are aligned, slices of them may not be.
    IMAGE_ALIGNMENT = 8

# What an engine that was never initialised reads: no identifier has anything to say.
cdef Tables NOTHING
memset(&NOTHING, 0, sizeof(Tables))
cdef AddressIndex NO_ADDRESSES = AddressIndex()


@cython.final
cdef class Mapped:
    """Holds another object's buffer as long as an engine reads from it."""

    cdef Py_buffer view
    cdef bint held

    def __cinit__(self, owner):
        PyObject_GetBuffer(owner, &self.view, PyBUF_SIMPLE)
        self.held = True

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.view)


# The tables are read until the end: the collector of cycles may not take the block away before.
@cython.no_gc_clear
cdef class Matcher:
    """The compiled half of :class:`identify.engine.Engine`.

    Made from the plan of :func:`identify.compiler.make_plan`.
    """

    def __cinit__(self, *args, **kwargs):
        self.compiled.tables = &NOTHING
        self.compiled.addresses = NO_ADDRESSES.tables
        self.release = ""
        self.identifiers = ()
        self.line_tokens = {}
        self.told = frozenset()

    def __dealloc__(self):
        cdef uint32_t i
        if self.slots != NULL:
            for i in range(self.compiled.tables.answer_count):
                Py_XDECREF(self.slots[i])
            free(self.slots)
        free(self.sets)

    def __init__(self, plan):
        if self.owner is not None:
            raise TypeError("an engine can't be initialised twice, its tables are in use")
        cdef AddressIndex index = AddressIndex.of(plan.addresses)
        cdef Block block = compile_tables(plan)
        self.load(<const Tables *>block.data, index.tables, (block, index))

    cdef load(self, const Tables *tables, const AddressTables *addresses, object owner):
        """Take tables into use; ``owner`` keeps their memory."""
        cdef Py_ssize_t i
        cdef bint bytewise
        data = read_side_data((<const char *>part(tables, tables.side_data_at))[:tables.side_data_length],
                              ranks=(tables.header_count, tables.uri_count), headers=tables.wanted_count,
                              transports=tables.transport_count)
        self.release = data["release"]
        self.identifiers = tuple(data["identifiers"])
        self.line_tokens = data["line_tokens"]
        self.told = frozenset(data["told"])
        self.transports_matter = data["transports_matter"]
        self.sections = data["sections"]
        self.first_of = {tuple(key): found for *key, found in data["first_of"]}
        self.listening = {tuple(key): found for *key, found in data["listening"]}
        self.everywhere = {tuple(key): found for *key, found in data["everywhere"]}
        self.accepting = data["accepting"]
        bytewise = (tables.dialect & <uint32_t>BYTES) != 0
        self.expressions = tuple([expression_set(rules, bytewise) for rules in data["header_expressions"]])
        self.uri_expressions = expression_set(data["uri_expressions"], bytewise)
        check_expressions(tables, self.expressions, self.uri_expressions)
        free(self.sets)
        free(self.slots)
        self.slots = NULL
        self.sets = <void **>calloc(len(self.expressions) + 1, sizeof(void *))
        self.slots = <PyObject **>calloc(tables.answer_count + 1, sizeof(PyObject *))
        if self.sets == NULL or self.slots == NULL:
            raise MemoryError("compiled tables")
        for i in range(len(self.expressions)):
            if self.expressions[i] is not None:
                self.sets[i] = <void *>self.expressions[i]
        self.compiled.header_sets = self.sets
        self.compiled.uri_set = <void *>self.uri_expressions if self.uri_expressions is not None else NULL
        self.compiled.addresses = addresses
        self.compiled.tables = tables
        self.owner = owner

    @cython.final
    cdef object answer(self, int32_t number):
        """The Match of an answer's number; one object for each, ever."""
        if number < 0:
            return None
        if <uint32_t>number < self.compiled.tables.answer_count and self.slots[number] != NULL:
            return <object>self.slots[number]
        return self.make_answer(<uint32_t>number)

    @cython.final
    cdef object make_answer(self, uint32_t number):
        """Make a Match that is asked for the first time.

        Making one may run the collector and with it any code, which may ask for the same: who fills the slot first
        decides.
        """
        endpoint, identifier, section = read_answer(self.compiled.tables, number)
        made = Match(endpoint, NAMES[identifier], section)
        if self.slots[number] == NULL:
            Py_INCREF(made)
            self.slots[number] = <PyObject *>made
        return <object>self.slots[number]

    @property
    def matches(self):
        """All distinct answers; what the batch calls return are indices into this tuple."""
        cdef uint32_t i
        return tuple([self.answer(i) for i in range(self.compiled.tables.answer_count)])

    cdef int32_t transport_section(self, str source, str transport, str local, str section) except -2:
        """The number of the transport section that a request came in on, -1 for none.

        ``section`` is its id where the caller knows it.
        Twin: ``identify.explanation.transport_section.transport_section``.
        """
        cdef object found
        if section is not None:
            found = self.sections.get(section)
            if found is not None:
                return found
        if local is None:
            return self.first_of.get((transport, 6 if ":" in source else 4), -1)
        found = self.listening.get((transport, local))
        if found is None:
            host, _, port = local.rpartition(":")
            found = self.everywhere.get((transport, 6 if ":" in host else 4, port))
        if found is None:
            found = self.accepting.get(local, -1)
        return found

    def identify_message(self, data, source, port=None, str transport not None="udp",
                         str local=None, str transport_section=None):
        """Return the answer for a request as it came off the wire, None where no identifier has one.

        ``data`` is a datagram, or a stream from the beginning of a message; bytes or another contiguous buffer.
        ``source`` is the address that sent it, ``port`` its port: text, an object of ``ipaddress``, 4 or 16 packed
        bytes or an int for IPv4; or a socket's address ``(host, port)`` or ``(host, port, flowinfo, scope_id)``, which
        has the port.  Empty text is a source that isn't known, and a scope is dropped.
        ``transport`` is udp, tcp, tls, ws or wss, ``local`` the ``address:port`` at which it arrived,
        ``transport_section`` the id of its transport section; an id that the configuration doesn't have is ignored.

        Raises ``MessageError`` where PJSIP would drop it, ``ResponseError`` for a response; ``ValueError`` for an
        address, transport or port that isn't one, ``TypeError`` for arguments of other types.
        """
        if PyBytes_CheckExact(data) and type(source) is str:
            return self.decide_message(<const uint8_t *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data), <str>source,
                                       port, transport, local, transport_section)
        return self.decide_other(data, source, port, transport, local, transport_section)

    cdef decide_other(self, data, source, port, str transport, str local, str transport_section):
        """``identify_message`` for data and sources of all types."""
        cdef Py_buffer view
        if not PyObject_CheckBuffer(data):
            raise TypeError(f"data must be bytes as they came off the wire, not {type(data).__name__}")
        text, number = (source, port) if type(source) is str else source_of(source, port)
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            return self.decide_message(<const uint8_t *>view.buf, view.len, <str>text, number, transport, local,
                                       transport_section)
        finally:
            PyBuffer_Release(&view)

    cdef decide_message(self, const uint8_t *data, Py_ssize_t length, str source, port, str transport, str local,
                        str transport_section):
        cdef Field fields[FIELD_ROOM]
        cdef Message message
        cdef Arrival arrival
        cdef bint stream = False
        cdef bint ok
        cdef int32_t number
        if transport != "udp":
            transport = known_transport(transport)
            stream = transport != "udp"
        if local is not None:
            check_local_name(local)
        _owner = take_arrival(&arrival, source, port)
        if length > MESSAGE_LIMIT:
            raise MessageError(f"longer than {MESSAGE_LIMIT} bytes", MESSAGE_LIMIT)
        if self.transports_matter:
            arrival.transport = self.transport_section(source, transport, local, transport_section)
        begin(&message, data, <uint32_t>length, fields, FIELD_ROOM)
        ok = parse_message(&message, stream) and take_dialect(&message, self.compiled.tables.dialect)
        number = decide(&self.compiled, &message, &arrival) if ok else -1
        finish(&message)
        if not ok:
            raise message_error(message.reason.decode("ascii"), message.error)
        return self.answer(number)

    def identify(self, request):
        """Return the answer for a request, None where no identifier has one.

        A request that another release has read is read again; raises ``MessageError`` if this release drops it.
        """
        cdef Arrival arrival
        cdef Request asked
        if type(request) is not Request:
            raise TypeError(f"request must be a Request, not {type(request).__name__}: for a message there"
                            f" is identify_message(data, source, port)")
        asked = <Request>request
        if asked.message.dialect != self.compiled.tables.dialect:
            asked = asked.as_dialect(self.release, self.compiled.tables.dialect)
        _owner = take_arrival(&arrival, asked.source, asked.port)
        if self.transports_matter:
            arrival.transport = self.transport_section(asked.source, asked.transport, asked.local,
                                                       asked.transport_section)
        return self.answer(decide(&self.compiled, &asked.message, &arrival))

    # As a plain method of C, which Python calls without a detour; the signature is for ``inspect``.
    @cython.binding(False)
    @cython.embedsignature(True)
    @cython.embedsignature.format("clinic")
    def identify_source(self, source, port=0):
        """Return what the identifier ``ip`` answers for a source address and port, None where it has no answer.

        ``source`` is an address as in ``identify_message``, with its port or without.  The other identifiers aren't
        asked.  Empty text has no answer; text that isn't a valid address, a wrong type, length or range raises.
        """
        cdef Py_ssize_t size
        cdef uint64_t quad = SIP_NO_QUAD
        cdef int32_t rank
        cdef int number = port_of(port)
        cdef const char *text = sip_ascii(source, &size)
        # A dotted quad stays in registers from the text to the object.
        if text != NULL:
            quad = read_quad(text, <size_t>size, sip_address_way)
        if quad != SIP_NO_QUAD:
            rank = find_v4(self.compiled.addresses, <uint32_t>quad, <uint16_t>number)
        else:
            rank = find_other(self.compiled.addresses, source, port, <uint16_t>number)
        return self.answer(rank_answer(self.compiled.tables, rank))

    def _image(self):
        """Return the compiled tables as bytes, for ``_load_image``; see ``Engine.save`` for a file."""
        return write_image(self.compiled.tables, self.compiled.addresses)

    def _load_image(self, image not None):
        """Use the tables of an image in place of a plan's; ``image`` is kept and must not change any more.

        ``image`` is bytes or another buffer, such as a mapped file.  Raises ``EngineFileError`` if it isn't an image.
        """
        cdef Mapped mapped = Mapped(image)
        cdef ImageParts parts
        if <size_t>mapped.view.buf % IMAGE_ALIGNMENT:
            mapped = Mapped(bytes(image))
        if self.owner is not None:
            raise TypeError("an engine can't be initialised twice, its tables are in use")
        read_image(<const uint8_t *>mapped.view.buf, <uint64_t>mapped.view.len, &parts)
        try:
            self.load(parts.tables, parts.addresses, mapped)
        except (RecursionError, ValueError) as error:
            raise EngineFileError(f"damaged: {error}") from error

    @property
    def size(self):
        """Bytes of the compiled tables."""
        return self.compiled.tables.size + self.compiled.addresses.size


cdef int32_t find_other(const AddressTables *addresses, source, port, uint16_t number) except -2:
    """The smallest rank that matches a source that isn't a dotted quad, -1 for none; ``number`` is the port's."""
    cdef Source address
    if isinstance(source, tuple):
        text, port = source_of(source, port or None)
        return find_other(addresses, text, port, <uint16_t>port_of(port))
    take_source(source, &address)
    if address.family == 4:
        return find_v4(addresses, <uint32_t>address.low, number)
    if address.family == 6:
        return find_v6(addresses, address.high, address.low, number)
    return -1


cdef inline int32_t rank_answer(const Tables *tables, int32_t rank) noexcept nogil:
    """The number of the answer of a rank of the address index."""
    if rank < 0 or tables.addresses_direct:
        return rank
    return (<const int32_t *>part(tables, tables.address_answers_at))[rank]


cdef int check_expressions(const Tables *tables, tuple headers, uri) except -1:
    """Hold what the tables say of expressions against those that there are."""
    cdef const WantedHeader *wanted = <const WantedHeader *>part(tables, tables.wanted_at)
    cdef uint32_t i
    for i in range(tables.wanted_count):
        if wanted[i].has_expressions and headers[i] is None:
            raise ValueError("expressions of a header are missing")
    if tables.uri_has_expressions and uri is None:
        raise ValueError("expressions of the request URI are missing")
    return 0


cdef RegexSet expression_set(rules, bint bytewise):
    if not rules:
        return None
    return RegexSet([rank for rank, _ in rules],
                    [pattern.encode("utf-8", "surrogateescape") for _, pattern in rules], bytewise)


cdef str take_arrival(Arrival *arrival, str source, port):
    """Fill in what is known without the engine; returns what must live as long as ``arrival``, besides ``source``."""
    cdef Py_ssize_t size
    cdef str usable
    arrival.port = <uint16_t>port_of(port)
    arrival.transport = -1
    arrival.text = sip_ascii(source, &size)
    if arrival.text != NULL:
        parse_source(arrival.text, <size_t>size, &arrival.source)
        if arrival.source.family != 0 or size == 0:
            return None
    usable = usable_source(source)
    arrival.text = sip_text(usable, &size)
    parse_source(arrival.text, <size_t>size, &arrival.source)
    return usable


cdef int take_source(source, Source *address) except -1:
    """Read a source of any type."""
    cdef Arrival arrival
    cdef Py_ssize_t size
    cdef const char *text = sip_ascii(source, &size)
    address.family = 0
    if text != NULL:
        parse_source(text, <size_t>size, address)
    if address.family != 0:
        return 0
    if isinstance(source, bytes):
        unpack(source, address)
    elif isinstance(source, int) and not isinstance(source, bool):
        address.family = 4
        address.high = 0
        address.low = number_v4(source)
    else:
        given, _ = (source, 0) if isinstance(source, str) else source_of(source, 0)
        _owner = take_arrival(&arrival, given, 0)
        address[0] = arrival.source
    return 0


cdef int unpack(bytes packed, Source *address) except -1:
    cdef const uint8_t *octets = <const uint8_t *>PyBytes_AS_STRING(packed)
    cdef Py_ssize_t i, size = PyBytes_GET_SIZE(packed)
    if size != 4 and size != 16:
        raise ValueError(f"source is a packed address of {size} bytes: expected 4 or 16, or a str")
    address.high = address.low = 0
    address.family = 4 if size == 4 else 6
    if size == 16:
        for i in range(8):
            address.high = address.high << 8 | octets[i]
        octets += 8
    for i in range(size if size == 4 else 8):
        address.low = address.low << 8 | octets[i]
    to_plain(address)
    return 0


cdef uint32_t number_v4(source) except? 0:
    if not 0 <= source <= 0xFFFFFFFF:
        raise ValueError(f"source {source} is not a valid IPv4 address: IPv6 is text or 16 packed bytes")
    return <uint32_t>source
