"""The compiled engine: owns the tables, takes what Python gives, hands back prepared Match objects.

Knows ownership, Python's types and the transport sections; the decision itself is in ``_decide``.

Thread safety: nothing changes after ``__init__`` but the slots of Match objects, which are filled under the GIL.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from identify._address_text cimport Source, parse_source, to_plain
from identify._addresses cimport AddressIndex
from identify._block cimport Block
from identify._compile cimport compile_tables
from identify._decide cimport Place, decide, decide_ip
from identify._message cimport MESSAGE_LIMIT, Field, Message, begin, finish, parse_message
from identify._regex_set cimport RegexSet
from identify._request cimport Request, port_of
from identify._tables cimport NO_SECTION, Answer, Tables, part

import json

from identify._request import STREAMS
from identify.errors import MessageError
from identify.model import Match

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

cdef enum:
    # Fields of a message that need no memory from the heap; few requests have more.
    FIELD_ROOM = 64

NAMES = ("line", "ip", "username", "anonymous", "header", "request_uri", "auth_username")

# What an engine that was never initialised reads: no identifier has anything to say.
cdef Tables NOTHING
memset(&NOTHING, 0, sizeof(Tables))
cdef AddressIndex NO_ADDRESSES = AddressIndex()


# The tables are read until the end: the collector of cycles may not take the block away before.
@cython.no_gc_clear
cdef class Matcher:
    """The compiled half of :class:`identify.engine.Engine`.

    Made from the plan of :func:`identify.compiler.make_plan`.
    """

    def __cinit__(self, *args, **kwargs):
        self.compiled.tables = &NOTHING
        self.compiled.addresses = NO_ADDRESSES.tables
        self.index = NO_ADDRESSES
        self.identifiers = ()

    def __dealloc__(self):
        cdef uint32_t i
        if self.slots != NULL:
            for i in range(self.compiled.tables.answer_count):
                Py_XDECREF(self.slots[i])
            free(self.slots)
        free(self.sets)

    def __init__(self, plan):
        cdef uint32_t i
        if self.block is not None:
            raise TypeError("an engine can't be initialised twice, its tables are in use")
        self.index = AddressIndex.from_identifies(plan.addresses)
        cdef Block block = compile_tables(plan)
        self.load(<const Tables *>block.data, block)
        for i in range(self.compiled.tables.answer_count):
            self.answer(i)

    cdef load(self, const Tables *tables, Block block):
        """Take tables into use; ``block`` owns them."""
        cdef Py_ssize_t i
        notes = json.loads((<const char *>part(tables, tables.notes_at))[:tables.notes_length])
        self.identifiers = tuple(notes["identifiers"])
        self.transports_matter = notes["transports_matter"]
        self.sections = notes["sections"]
        self.first_of = {tuple(key): found for *key, found in notes["first_of"]}
        self.listening = {tuple(key): found for *key, found in notes["listening"]}
        self.everywhere = {tuple(key): found for *key, found in notes["everywhere"]}
        self.accepting = notes["accepting"]
        self.expressions = tuple([expression_set(rules) for rules in notes["header_expressions"]])
        self.uri_expressions = expression_set(notes["uri_expressions"])
        self.sets = <void **>calloc(len(self.expressions) + 1, sizeof(void *))
        self.slots = <PyObject **>calloc(tables.answer_count + 1, sizeof(PyObject *))
        if self.sets == NULL or self.slots == NULL:
            raise MemoryError("compiled tables")
        for i in range(len(self.expressions)):
            if self.expressions[i] is not None:
                self.sets[i] = <void *>self.expressions[i]
        self.compiled.header_sets = self.sets
        self.compiled.uri_set = <void *>self.uri_expressions if self.uri_expressions is not None else NULL
        self.compiled.addresses = self.index.tables
        self.compiled.tables = tables
        self.block = block

    cdef object answer(self, int32_t number):
        """The Match of an answer's number; one object for each, ever."""
        cdef const Tables *tables = self.compiled.tables
        cdef const Answer *answer
        cdef object made
        if number < 0:
            return None
        if self.slots[number] == NULL:
            answer = &(<const Answer *>part(tables, tables.answers_at))[number]
            made = Match(
                text_at(tables, answer.endpoint_at, answer.endpoint_length),
                NAMES[answer.identifier],
                None if answer.section_length == <uint32_t>NO_SECTION
                else text_at(tables, answer.section_at, answer.section_length),
            )
            Py_INCREF(made)
            self.slots[number] = <PyObject *>made
        return <object>self.slots[number]

    @property
    def matches(self):
        """All distinct answers; what the batch calls return are indices into this tuple."""
        cdef uint32_t i
        return tuple([self.answer(i) for i in range(self.compiled.tables.answer_count)])

    cdef int32_t transport_of(self, str source, str transport, str local, str transport_section) except -2:
        """The number of the transport section that Asterisk finds, see ``identify.explanation.transports``."""
        cdef object found
        if transport_section is not None:
            found = self.sections.get(transport_section)
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

    def identify_message(self, data, str source not None, port, str transport not None="udp",
                         str local=None, str transport_section=None):
        """Return the answer for a request as it came off the wire, None where no identifier has one.

        ``data`` is a datagram, or a stream from the beginning of a message; bytes or another contiguous buffer.
        ``local`` is the ``address:port`` at which it arrived, ``transport_section`` the id of its transport section.
        Raises ``MessageError`` where PJSIP would drop it, ``ValueError`` for a port outside of 0..65535.
        """
        cdef Py_buffer view
        if PyBytes_CheckExact(data):
            return self.decide_message(<const uint8_t *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data), source, port,
                                       transport, local, transport_section)
        if not PyObject_CheckBuffer(data):
            raise TypeError(f"data must be bytes as they came off the wire, not {type(data).__name__}")
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            return self.decide_message(<const uint8_t *>view.buf, view.len, source, port, transport, local,
                                       transport_section)
        finally:
            PyBuffer_Release(&view)

    cdef decide_message(self, const uint8_t *data, Py_ssize_t length, str source, port, str transport, str local,
                        str transport_section):
        cdef Field fields[FIELD_ROOM]
        cdef Message message
        cdef Place place
        cdef bint stream = False
        cdef bint ok
        cdef int32_t number
        if transport != "udp":
            transport = transport.lower()
            stream = transport in STREAMS
        _owner = take_place(&place, source, port)
        if length > MESSAGE_LIMIT:
            raise MessageError(f"longer than {MESSAGE_LIMIT} bytes", MESSAGE_LIMIT)
        if self.transports_matter:
            place.transport = self.transport_of(source, transport, local, transport_section)
        begin(&message, data, <uint32_t>length, fields, FIELD_ROOM)
        ok = parse_message(&message, stream)
        number = decide(&self.compiled, &message, &place) if ok else -1
        finish(&message)
        if not ok:
            raise MessageError(message.reason.decode("ascii"), message.error)
        return self.answer(number)

    def identify(self, Request request not None):
        """Return the answer for a request, None where no identifier has one."""
        cdef Place place
        _owner = take_place(&place, request.source, request.port)
        if self.transports_matter:
            place.transport = self.transport_of(request.source, request.transport, request.local,
                                                request.transport_section)
        return self.answer(decide(&self.compiled, &request.message, &place))

    def identify_source(self, source not None, port=0):
        """Return what the identifier ``ip`` answers for a source address and port, None where it has no answer.

        ``source`` is an address as str, 4 or 16 packed bytes in network order, or an int for IPv4.  The other
        identifiers aren't asked.  Text that is no address has no answer; a wrong type, length or range raises.
        """
        cdef Source address
        cdef Py_ssize_t size
        cdef const char *text
        cdef int number = port_of(port)
        if isinstance(source, str):
            try:
                text = PyUnicode_AsUTF8AndSize(source, &size)
            except UnicodeEncodeError:
                return None
            parse_source(text, <size_t>size, &address)
        elif isinstance(source, bytes):
            unpack(source, &address)
        else:
            address.family = 4
            address.high = 0
            address.low = number_v4(source)
        return self.answer(decide_ip(&self.compiled, &address, <uint16_t>number))

    @property
    def size(self):
        """Bytes of the compiled tables."""
        return self.compiled.tables.size + self.compiled.addresses.size


cdef str text_at(const Tables *tables, uint32_t offset, uint32_t length):
    return (<const char *>part(tables, offset))[:length].decode("utf-8", "surrogateescape")


cdef RegexSet expression_set(rules):
    if not rules:
        return None
    return RegexSet([rank for rank, _ in rules],
                    [pattern.encode("utf-8", "surrogateescape") for _, pattern in rules])


cdef bytes take_place(Place *place, str source, port):
    """Fill in what is known without the engine; returns what must live as long as ``place``."""
    cdef Py_ssize_t size
    cdef bytes kept = None
    place.port = <uint16_t>port_of(port)
    place.transport = -1
    try:
        place.text = PyUnicode_AsUTF8AndSize(source, &size)
    except UnicodeEncodeError:
        kept = source.encode("utf-8", "surrogateescape")
        place.text = kept
        size = len(kept)
    parse_source(place.text, <size_t>size, &place.source)
    return kept


cdef int unpack(bytes packed, Source *address) except -1:
    cdef const uint8_t *octets = <const uint8_t *>PyBytes_AS_STRING(packed)
    cdef Py_ssize_t i, size = PyBytes_GET_SIZE(packed)
    if size != 4 and size != 16:
        raise ValueError(f"a packed address of {size} bytes; 4 or 16 are expected")
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
    if not isinstance(source, int):
        raise TypeError(f"source must be str, bytes or int, not {type(source).__name__}")
    if not 0 <= source <= 0xFFFFFFFF:
        raise ValueError(f"{source} is no IPv4 address; give IPv6 as text or 16 packed bytes")
    return <uint32_t>source
