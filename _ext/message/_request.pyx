"""What is asked: a request from the wire or from metadata, with its parts as Asterisk sees them."""

import copyreg

cimport cython
from cpython.buffer cimport PyObject_CheckBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE, PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from identify._compiled._address_text cimport Source, parse_source
from identify._compiled._arrival cimport check_local_name, known_transport, port_of, source_of
from identify._compiled._header_digest cimport find_digest
from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport AUTHORIZATION, CALL_ID, CONTACT, CSEQ, FROM, GENERIC, TO, kind_of
from identify._compiled._headers cimport header_row
from identify._compiled._message cimport (
    add_header, add_method, add_request_uri, address_at, address_of, begin, finish, merged_away, parse_message_by,
    print_field, take_dialect,
)
from identify._compiled._methods cimport known_method
from identify._compiled._parsed cimport MESSAGE_LIMIT, Field
from identify._compiled._printable cimport Received
from identify._compiled._request_parts cimport (
    Authorization, as_text, bytes_at, compared_text, make_uri, put_text, size_of, text_at, text_to_nul,
)
from identify._compiled._screening cimport screen
from identify._compiled._text cimport Out, Span
from identify._compiled._transaction cimport tag_of
from identify._compiled._uri_print cimport PLACE_REQUEST, print_uri
from identify._compiled._fast_path cimport WAY_WIDEST

from identify._compiled._addresses import parse_address
from identify._compiled._arrival import STREAMS
from identify._compiled._screening import SCREENINGS
from identify.addresses import usable_source
from identify.config.releases import NEWEST, release_of
from identify.errors import LimitError, MessageError, message_error
from identify.strings import encoded_anyhow

cdef extern from "_python.h":
    const char *sip_ascii(object text, Py_ssize_t *size)

# How a message may be read, by the numbers of Way.
WAYS = ("general", "plain", "usual", "widest")
cdef str NEWEST_NAME = NEWEST.name

cdef enum:
    # The port of a request from metadata that says none.
    DEFAULT_PORT = 5060


# What it refers to is text, which makes no cycles.
@cython.final
@cython.no_gc
cdef class Request:
    """A request with what its transport knows of it; immutable.

    Made of metadata by the constructor, of bytes by ``from_message``.  A header or URI that PJSIP would refuse
    raises ``MessageError``, in either way.  ``release`` is the Asterisk release that reads it, as str or ``Release``;
    the newest without it.

    ``source`` is an address without a port: text, an object of ``ipaddress``, 4 or 16 packed bytes, or an int for
    IPv4.  It can also be a socket's address, the tuple ``(host, port)`` or ``(host, port, flowinfo, scope_id)``, which
    has the port too.  An empty text is a source that isn't known.  ``local`` is the ``address:port`` at which the
    request arrived.  Other texts, and a transport that there isn't, raise ``ValueError``.

    Thread safety: immutable; may be shared, copied and pickled.
    """

    def __cinit__(self):
        # Without __init__ it is an empty request, which can be read like any other.
        self.source = self.transport = ""
        self.release = NEWEST_NAME
        self.data = b""
        self.start()

    def __dealloc__(self):
        finish(&self.message)

    def __init__(self, *, source, port=None, str transport not None="udp", local=None, transport_section=None,
                 method="INVITE", request_uri=None, from_uri=None, to_uri=None, headers=(), release=None):
        if self.source or self.message.length:
            raise TypeError("a Request is immutable: it can't be initialised again")
        if type(source) is not str:
            source, port = source_of(source, port)
        self.take_arrival(source, DEFAULT_PORT if port is None else port, transport, local, transport_section)
        # Names and values in turn; From and To, whose URIs are put into <>, come first.
        cdef list texts = []
        cdef Py_ssize_t addresses = 0
        if from_uri is not None:
            texts += ("From", as_text(from_uri, "from_uri"))
            addresses += 1
        if to_uri is not None:
            texts += ("To", as_text(to_uri, "to_uri"))
            addresses += 1
        if not isinstance(headers, dict):
            for name, value in headers.items() if hasattr(headers, "items") else headers:
                texts.append(as_text(name, "a header's name"))
                texts.append(as_text(value, "a header's value"))
        else:
            for name, value in (<dict>headers).items():
                texts.append(as_text(name, "a header's name"))
                texts.append(as_text(value, "a header's value"))
        method = as_text(method, "method")
        if request_uri is not None:
            request_uri = as_text(request_uri, "request_uri")
        self.texts = texts
        self.given_method = method
        self.given_uri = request_uri
        self.addresses = addresses
        self.scan(method, request_uri, texts, addresses)
        if release is not None:
            self.take_release(release_of(release))

    cdef scan(self, method, request_uri, list texts, Py_ssize_t addresses):
        """Write the parts behind one another, as a message would have them, and parse each."""
        cdef uint8_t *out
        cdef uint8_t *begun
        cdef Py_ssize_t i, size = size_of(method) + 2 * addresses
        cdef Span name, uri
        cdef uint32_t start
        cdef bint ok
        if request_uri is not None:
            size += size_of(request_uri)
        for i in range(len(texts)):
            size += size_of(texts[i])
        if size > MESSAGE_LIMIT:
            raise LimitError(f"a request of {size} bytes; at most {MESSAGE_LIMIT} are handled")
        self.data = PyBytes_FromStringAndSize(NULL, size)
        begun = out = <uint8_t *>PyBytes_AS_STRING(self.data)
        begin(&self.message, begun, <uint32_t>size, self.room, ROOM)
        out = put_text(out, method)
        self.message.method.end = <uint32_t>(out - begun)
        ok = add_method(&self.message)
        if request_uri is not None:
            uri.start = <uint32_t>(out - begun)
            out = put_text(out, request_uri)
            ok = ok and add_request_uri(&self.message, uri.start, <uint32_t>(out - begun))
        for i in range(0, len(texts), 2):
            name.start = <uint32_t>(out - begun)
            out = put_text(out, texts[i])
            name.end = <uint32_t>(out - begun)
            if i < 2 * addresses:
                out[0] = c"<"
                out = put_text(out + 1, texts[i + 1])
                out[0] = c">"
                out += 1
            else:
                out = put_text(out, texts[i + 1])
            start = name.end
            ok = ok and add_header(&self.message, name, start, <uint32_t>(out - begun))
        if not ok:
            self.complain()

    cdef void start(self):
        begin(&self.message, <const uint8_t *>PyBytes_AS_STRING(self.data), <uint32_t>PyBytes_GET_SIZE(self.data),
              NULL, 0)

    cdef take_arrival(self, str source, port, str transport, str local, str transport_section):
        cdef Source address
        cdef Py_ssize_t size
        cdef const char *text = sip_ascii(source, &size)
        address.family = 0
        if text != NULL:
            parse_source(text, <size_t>size, &address)
        self.source = usable_source(source) if address.family == 0 and source else source
        self.port = port_of(port)
        self.transport = transport if transport == "udp" else known_transport(transport)
        if local is not None:
            check_local_name(local)
        self.local = local
        self.transport_section = transport_section

    cdef take_release(self, release):
        """Be read by a release, once scanned."""
        self.release = release.name
        if not take_dialect(&self.message, release.dialect):
            self.complain()

    cdef complain(self):
        raise message_error(self.message.reason.decode("ascii"), self.message.error)

    def __reduce__(self):
        """Pickle what the request was made of, which is read again."""
        arrival = self.source, self.port, self.transport, self.local, self.transport_section
        if self.texts is not None:
            return restored, (self.given_method, self.given_uri, tuple(self.texts), self.addresses, arrival,
                              self.release)
        if not self.data:
            return copyreg.__newobj__, (Request,)
        return Request.from_message, (self.data, *arrival, self.release)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __eq__(self, other):
        if not isinstance(other, Request):
            return NotImplemented
        return self is other or self.__reduce__() == other.__reduce__()

    def __hash__(self):
        return hash((self.data, self.source, self.port, self.transport))

    @staticmethod
    def from_message(data, source, port=None, str transport not None="udp", local=None, transport_section=None,
                     release=None):
        """Read a request as it came off the wire.

        ``data`` is a datagram, or a stream from the beginning of a message (what follows it isn't looked at); another
        contiguous buffer than bytes is copied.
        ``source`` is the address that sent it, as in the constructor, ``port`` its port, unless ``source`` has it.
        ``local`` is the ``address:port`` at which it arrived, ``transport_section`` the id of its transport,
        ``release`` the Asterisk release that reads it (the newest if it is None).
        Raise ``MessageError`` where PJSIP would drop it.
        """
        if type(source) is not str:
            source, port = source_of(source, port)
        cdef Request request = read_by(WAY_WIDEST, data, source, port, transport, local, transport_section)
        if release is not None:
            request.take_release(release_of(release))
        return request

    def as_read_by(self, release not None):
        """Return this request as another Asterisk release reads it; itself where both read alike.

        ``release`` is a str or ``Release``.  Raise ``MessageError`` if that release would drop it.
        """
        found = release_of(release)
        return self if found.dialect == self.message.dialect else self.as_dialect(found.name, found.dialect)

    cdef Request as_dialect(self, str release, uint32_t dialect):
        cdef Request other = Request.__new__(Request)
        other.take_arrival(self.source, self.port, self.transport, self.local, self.transport_section)
        other.release = release
        other.data = self.data
        other.texts = self.texts
        other.given_method = self.given_method
        other.given_uri = self.given_uri
        other.addresses = self.addresses
        other.message = self.message
        # Fields of its own: each of the two frees what it has.
        other.message.grown = False
        other.message.fields = <Field *>malloc((self.message.capacity + 1) * sizeof(Field))
        if other.message.fields == NULL:
            raise MemoryError
        other.message.grown = True
        memcpy(other.message.fields, self.message.fields, self.message.count * sizeof(Field))
        if not take_dialect(&other.message, dialect):
            reason = other.message.reason.decode("ascii")
            raise message_error(f"Asterisk {release} drops this request: {reason}", other.message.error)
        return other

    @property
    def source_address(self):
        """The family (4 or 6) and the integer of the source; None if it isn't one.

        IPv4-mapped IPv6 is IPv4, a scope is dropped.
        """
        return parse_address(self.source)

    @property
    def method(self):
        """The method; one that PJSIP knows in any case is in capitals."""
        cdef const char *known = known_method(self.message.base, self.message.method)
        return text_at(self.message.base, self.message.method) if known == NULL else known.decode("ascii")

    @property
    def request_uri(self):
        """The request URI, None where there is none."""
        if not self.message.has_request_uri:
            return None
        return make_uri(self.message.base, &self.message.request_uri)

    cdef uri_of(self, int kind):
        cdef NameAddress room
        cdef const NameAddress *address = address_of(&self.message, kind, &room)
        if address == NULL:
            return None
        return make_uri(self.message.base, &address.uri)

    @property
    def from_uri(self):
        """The URI of the From, None where there is none."""
        return self.uri_of(FROM)

    @property
    def to_uri(self):
        """The URI of the To, None where there is none."""
        return self.uri_of(TO)

    @property
    def to_tag(self):
        """The tag of the To, empty where it has none."""
        return text_at(self.message.base, tag_of(&self.message, TO))

    @property
    def call_id(self):
        """The Call-ID, None where there is none."""
        return self.only_value(CALL_ID)

    @property
    def cseq(self):
        """The number and the method of the CSeq, None where there is none."""
        found = self.only_value(CSEQ)
        if found is None:
            return None
        number, _, method = found.partition(" ")
        return int(number), method

    cdef only_value(self, int kind):
        found = self.prints(None, kind, None)
        return found[0][1] if found else None

    def header(self, str name not None):
        """Return the value of the first header of that name as PJSIP prints it, None where there is none.

        The case of ``name`` doesn't matter, and the short and the long name of a header are one, as ``f`` and ``From``.
        """
        found = self.header_values(name)
        return found[0] if found else None

    def header_values(self, str name not None):
        """Return the values of all headers of that name, in their order; see ``header`` and ``printed_headers``."""
        cdef bytes wanted = encoded_anyhow(name)
        cdef Span span
        cdef int kind = GENERIC
        # The look-up is for tokens, as all names in messages are; it would take a CR for a hyphen.
        if 0 < len(wanted) <= MESSAGE_LIMIT and min(wanted) > 0x20:
            span.start = 0
            span.end = <uint32_t>len(wanted)
            kind = kind_of(<const uint8_t *>PyBytes_AS_STRING(wanted), span, span.end)
        return tuple([value for _, value, _ in self.prints(None, kind, wanted.lower())])

    @property
    def contact_uris(self):
        """The URI of every Contact but the asterisk, in their order."""
        cdef NameAddress contact
        cdef uint32_t i
        result = []
        for i in range(self.message.count):
            if self.message.fields[i].kind == CONTACT and address_at(&self.message, i, &contact) and not contact.star:
                result.append(make_uri(self.message.base, &contact.uri))
        return tuple(result)

    @property
    def authorizations(self):
        """The credentials of every Authorization header, in their order."""
        cdef uint32_t i
        cdef Span found
        cdef Authorization one
        result = []
        for i in range(self.message.count):
            if self.message.fields[i].kind == AUTHORIZATION:
                one = Authorization.__new__(Authorization)
                find_digest(self.message.base, self.message.fields[i].value, "username", 8, &found)
                one.username = text_at(self.message.base, found)
                find_digest(self.message.base, self.message.fields[i].value, "realm", 5, &found)
                one.realm = text_at(self.message.base, found)
                result.append(one)
        return tuple(result)

    @property
    def screening(self):
        """What Asterisk answers before it would identify: "pass" or an answer's number with its reason."""
        return SCREENINGS[screen(&self.message)]

    @property
    def printed_request_uri(self):
        """The request URI as ``match_request_uri`` is compared with it; empty where there is none.

        PJSIP's print up to its first NUL.
        """
        return self.request_uri_print()[0]

    def request_uri_print(self):
        """Return ``printed_request_uri``, and how many bytes PJSIP prints, before the text is cut at a NUL."""
        cdef Out out
        cdef uint8_t *scratch
        if not self.message.has_request_uri:
            return "", 0
        # An escape makes at most three bytes of one; the rest is a few known names.
        out.size = self.message.length * 3 + 256
        out.length = 0
        out.full = False
        scratch = <uint8_t *>malloc(out.size)
        if scratch == NULL:
            raise MemoryError
        out.data = scratch
        try:
            print_uri(self.message.base, &self.message.request_uri, PLACE_REQUEST, self.message.dialect, NULL, &out)
            # Other than a header it isn't stripped.
            return text_to_nul(scratch, out.length), out.length
        finally:
            free(scratch)

    @property
    def printed_headers(self):
        """Every header as ``match_header`` is compared with it: pairs of long name and value.

        PJSIP's print up to its first NUL, without control characters and blanks at its ends.
        """
        return self.headers_through(None)

    def headers_through(self, symmetric_transport):
        """Return ``printed_headers`` as seen through a transport with ``symmetric_transport`` of that id.

        Such a transport adds ``x-ast-txp`` to the first Contact; None is any other transport.
        """
        return tuple([(name, value) for name, value, _ in self.header_prints(symmetric_transport)])

    def header_prints(self, symmetric_transport):
        """Return ``headers_through``, and of each how many bytes PJSIP prints, before it is cut and stripped."""
        return tuple(self.prints(symmetric_transport, -1, None))

    cdef list prints(self, symmetric_transport, int kind, bytes name):
        """The ``header_prints`` of one kind, of the generic one those of a name in lower case; of -1 all."""
        cdef Out out
        cdef Received received
        cdef uint8_t *scratch
        cdef uint32_t i
        cdef const char *added = NULL
        cdef bytes source = encoded_anyhow(self.source)
        cdef bytes section
        if symmetric_transport is not None:
            section = encoded_anyhow(symmetric_transport)
            added = section
        received.address = source
        received.port = self.port
        out.size = self.message.length * 3 + 512 + <uint32_t>len(source)
        if added != NULL:
            out.size += <uint32_t>len(section)
        out.data = scratch = <uint8_t *>malloc(out.size)
        if scratch == NULL:
            raise MemoryError
        result = []
        try:
            for i in range(self.message.count):
                if kind != -1 and self.message.fields[i].kind != kind or merged_away(&self.message, i):
                    continue
                if kind == GENERIC and bytes_at(self.message.base, self.message.fields[i].name).lower() != name:
                    continue
                out.length = 0
                out.full = False
                print_field(&self.message, i, &received, added, &out)
                if self.message.fields[i].kind == GENERIC:
                    printed = text_at(self.message.base, self.message.fields[i].name)
                else:
                    printed = header_row(self.message.fields[i].kind).name.decode("ascii")
                result.append((printed, compared_text(scratch, out.length), out.length))
        finally:
            free(scratch)
        return result

    def __repr__(self):
        return f"<Request {self.method} from {self.source}:{self.port}/{self.transport}>"


cdef Request read_by(int way, data, str source, port, str transport, local, transport_section):
    cdef Request request = Request.__new__(Request)
    request.take_arrival(source, port, transport, local, transport_section)
    if not isinstance(data, bytes):
        if not PyObject_CheckBuffer(data):
            raise TypeError(f"data must be bytes as they came off the wire, not {type(data).__name__}")
        data = memoryview(data).cast("B")[:MESSAGE_LIMIT + 1].tobytes()
    request.data = data
    if PyBytes_GET_SIZE(data) > MESSAGE_LIMIT:
        raise MessageError(f"longer than {MESSAGE_LIMIT} bytes", MESSAGE_LIMIT)
    request.start()
    if not parse_message_by(&request.message, request.transport in STREAMS, way):
        request.complain()
    return request


def restored(method, request_uri, texts, Py_ssize_t addresses, arrival, str release not None):
    """Return a pickled request that was made of metadata; ``texts`` are names and values of its headers in turn."""
    cdef Request request = Request.__new__(Request)
    source, port, transport, local, transport_section = arrival
    request.take_arrival(source, port, transport, local, transport_section)
    request.texts = [as_text(text, "a header") for text in texts]
    if len(texts) % 2 or not 0 <= 2 * addresses <= len(texts):
        raise ValueError("this isn't a pickled request")
    request.given_method = as_text(method, "method")
    request.given_uri = None if request_uri is None else as_text(request_uri, "request_uri")
    request.addresses = addresses
    request.scan(request.given_method, request.given_uri, request.texts, addresses)
    request.take_release(release_of(release))
    return request


def read_request(str way not None, data, str source not None, port, str transport not None="udp"):
    """``Request.from_message`` by one of the ``WAYS``, which all come to the same; for tests."""
    return read_by(WAYS.index(way), data, source, port, transport, None, None)
