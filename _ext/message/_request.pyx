"""What is asked: a request from the wire or from metadata, with its parts as Asterisk sees them."""

cimport cython
from cpython.buffer cimport PyObject_CheckBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE, PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcpy

from identify._compiled._header_digest cimport find_digest
from identify._compiled._header_grammar cimport NameAddress
from identify._compiled._header_names cimport AUTHORIZATION, CONTACT, FROM, GENERIC, TO
from identify._compiled._headers cimport header_row
from identify._compiled._message cimport (
    add_header, add_method, add_request_uri, address_at, address_of, begin, finish, merged_away, parse_message_by,
    print_field, take_dialect,
)
from identify._compiled._methods cimport known_method
from identify._compiled._parsed cimport MESSAGE_LIMIT, Field
from identify._compiled._printable cimport Received
from identify._compiled._screening cimport screen
from identify._compiled._text cimport Out, Span, bare, decoded
from identify._compiled._transaction cimport tag_of
from identify._compiled._uri cimport SCHEME_SIP, SCHEME_TEL, Parameter, Uri as UriParts, next_parameter
from identify._compiled._uri_print cimport PLACE_REQUEST, print_uri
from identify._compiled._fast_path cimport WAY_WIDEST

from identify._compiled._addresses import parse_address
from identify._compiled._screening import SCREENINGS
from identify.config.releases import NEWEST, release_of
from identify.errors import LimitError, MessageError
from identify.model import TRANSPORTS
from identify.strings import encoded, encoded_anyhow, escaped

cdef extern from "Python.h":
    bint PyUnicode_IS_ASCII(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    void *PyUnicode_DATA(object text)

# How a message may be read, by the numbers of Way.
WAYS = ("general", "plain", "usual", "widest")
STREAMS = frozenset(TRANSPORTS[1:])
cdef str NEWEST_NAME = NEWEST.name


cdef str text_of(const uint8_t *data, uint32_t length):
    return PyUnicode_DecodeUTF8(<const char *>data, length, "surrogateescape")


cdef str compared_text(const uint8_t *data, uint32_t length):
    """A print as Asterisk compares it: up to its first NUL, without the bytes up to 0x20 at its ends."""
    bare(&data, &length)
    return text_of(data, length)
cdef str text_to_nul(const uint8_t *data, uint32_t length):
    cdef const void *nul = memchr(data, 0, length)
    return text_of(data, length if nul == NULL else <uint32_t>(<const uint8_t *>nul - data))


cdef str text_at(const uint8_t *base, Span span):
    return text_of(base + span.start, span.end - span.start)


cdef str decoded_at(const uint8_t *base, Span span):
    cdef bytearray out
    cdef uint32_t pos = span.start
    if span.end == span.start or memchr(base + span.start, c"%", span.end - span.start) == NULL:
        return text_at(base, span)
    out = bytearray()
    while pos < span.end:
        out.append(decoded(base, &pos, span.end))
    return bytes(out).decode("utf-8", "surrogateescape")


@cython.final
cdef class Uri:
    """A URI of a request (RFC 3261 19.1, RFC 3966).

    ``user`` is percent-decoded, None where there is none; of a tel URI it is the number, of another scheme all
    that follows the colon.  ``host`` is as sent, without brackets; ``port`` 0 where none is given.  Names and values of
    ``parameters`` are percent-decoded, but not the names of a tel URI's.
    """

    cdef readonly str text, scheme, user, password, host
    cdef readonly int port
    cdef readonly tuple parameters

    def __init__(self):
        raise TypeError("Uri objects are made by Request")

    def parameter(self, str name not None):
        """Return the value of the first URI parameter of that name, without case; None where there is none."""
        wanted = name.lower()
        for key, value in self.parameters:
            if key.lower() == wanted:
                return value
        return None

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"<Uri {self.text!r}>"


cdef Uri make_uri(const uint8_t *base, const UriParts *parts):
    cdef Uri uri = Uri.__new__(Uri)
    cdef Span rest = parts.parameters
    cdef Parameter parameter
    uri.text = text_at(base, parts.text)
    uri.scheme = "sip" if parts.scheme == SCHEME_SIP else text_at(base, parts.scheme_name).lower()
    uri.user = decoded_at(base, parts.user) if parts.has_user or not parts.host.end else None
    uri.password = decoded_at(base, parts.password) if parts.password.end else None
    uri.host = text_at(base, parts.host)
    uri.port = parts.port
    found = []
    while next_parameter(base, &rest, &parameter):
        found.append((text_at(base, parameter.name) if parts.scheme == SCHEME_TEL else decoded_at(base, parameter.name),
                      decoded_at(base, parameter.value)))
    uri.parameters = tuple(found)
    return uri


@cython.final
cdef class Authorization:
    """The credentials of one Authorization header, always Digest (RFC 3261 20.7)."""

    cdef readonly str username, realm

    def __init__(self):
        raise TypeError("Authorization objects are made by Request")

    def __repr__(self):
        return f"<Authorization username={self.username!r} realm={self.realm!r}>"


cdef object as_text(object value, str what):
    """The value as bytes or, where these would be the same, as str."""
    if isinstance(value, str):
        return value if PyUnicode_IS_ASCII(value) else wire_bytes(<str>value, what)
    if isinstance(value, bytes):
        return value
    raise TypeError(f"{what} must be str or bytes, not {type(value).__name__}")


cdef bytes wire_bytes(str value, str what):
    """The bytes that text stands for; ``MessageError`` for a surrogate that stands for none."""
    try:
        return encoded(value)
    except UnicodeEncodeError as error:
        place = error.start
    raise MessageError(f"{what}: character {place} is {escaped(value[place])}, which no bytes stand for")


cdef inline Py_ssize_t size_of(object text):
    """Bytes of what ``as_text`` has returned."""
    return PyBytes_GET_SIZE(text) if isinstance(text, bytes) else PyUnicode_GET_LENGTH(text)


cdef inline uint8_t *put_text(uint8_t *out, object text):
    """Write what ``as_text`` has returned; returns the place behind it."""
    cdef Py_ssize_t size = size_of(text)
    memcpy(out, PyBytes_AS_STRING(text) if isinstance(text, bytes) else <char *>PyUnicode_DATA(text), size)
    return out + size


@cython.final
cdef class Request:
    """A request with what its transport knows of it; immutable.

    Made of metadata by the constructor, of bytes by ``from_message``.  A header or URI that PJSIP would refuse
    raises ``MessageError``, in either way.  ``release`` is the Asterisk release that reads it, as str or ``Release``;
    the newest without it.
    """

    def __cinit__(self):
        # Without __init__ it is an empty request, which can be read like any other.
        self.source = self.transport = ""
        self.release = NEWEST_NAME
        self.data = b""
        self.start()

    def __dealloc__(self):
        finish(&self.message)

    def __init__(self, *, str source not None, port=5060, str transport not None="udp", local=None,
                 transport_section=None, method="INVITE", request_uri=None, from_uri=None, to_uri=None, headers=(),
                 release=None):
        if self.source or self.message.length:
            raise TypeError("a Request is immutable: it can't be initialised again")
        self.take_arrival(source, port, transport, local, transport_section)
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

    cdef take_arrival(self, source, port, transport, local, transport_section):
        self.source = source
        self.port = port_of(port)
        self.transport = transport if transport == "udp" else transport.lower()
        self.local = local
        self.transport_section = transport_section

    cdef take_release(self, release):
        """Be read by a release, once scanned."""
        self.release = release.name
        if not take_dialect(&self.message, release.dialect):
            self.complain()

    cdef complain(self):
        raise MessageError(self.message.reason.decode("ascii"), self.message.error)

    @staticmethod
    def from_message(data, str source not None, port, str transport not None="udp", local=None,
                     transport_section=None, release=None):
        """Read a request as it came off the wire.

        ``data`` is a datagram, or a stream from the beginning of a message (what follows it isn't looked at); another
        contiguous buffer than bytes is copied.
        ``local`` is the ``address:port`` at which it arrived, ``transport_section`` the id of its transport,
        ``release`` the Asterisk release that reads it (the newest if it is None).
        Raise ``MessageError`` where PJSIP would drop it.
        """
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
            raise MessageError(f"Asterisk {release} drops this request: {reason}", other.message.error)
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
        return self.uri_of(FROM)

    @property
    def to_uri(self):
        return self.uri_of(TO)

    @property
    def to_tag(self):
        """The tag of the To, empty where it has none."""
        return text_at(self.message.base, tag_of(&self.message, TO))

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
                if merged_away(&self.message, i):
                    continue
                out.length = 0
                out.full = False
                print_field(&self.message, i, &received, added, &out)
                if self.message.fields[i].kind == GENERIC:
                    name = text_at(self.message.base, self.message.fields[i].name)
                else:
                    name = header_row(self.message.fields[i].kind).name.decode("ascii")
                result.append((name, compared_text(scratch, out.length), out.length))
        finally:
            free(scratch)
        return tuple(result)

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


def read_request(str way not None, data, str source not None, port, str transport not None="udp"):
    """``Request.from_message`` by one of the ``WAYS``, which all come to the same; for tests."""
    return read_by(WAYS.index(way), data, source, port, transport, None, None)
