"""The parts of a request for Python: URIs, credentials, text of its bytes and bytes of text."""

cimport cython
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memchr

from identify._compiled._text cimport Span, bare, decoded
from identify._compiled._uri cimport SCHEME_SIP, SCHEME_TEL, Parameter, Uri as UriParts, next_parameter

from identify.errors import MessageError
from identify.strings import encoded, escaped

cdef extern from "Python.h":
    bint PyUnicode_IS_ASCII(object text)


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


cdef bytes bytes_at(const uint8_t *base, Span span):
    return (<const char *>base)[span.start:span.end]


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
