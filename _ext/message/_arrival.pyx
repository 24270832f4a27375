"""What is known of a request besides its text: the transport and the local address, checked; the port is inline.

A source is text that is read where it is needed; what else can be given as one, ``identify.addresses`` makes text of.
"""

from libc.stddef cimport size_t
from libc.stdint cimport uint32_t

from identify._compiled._address_text cimport Source, read_plain, sip_address_way

from identify.addresses import check_local, source_and_port
from identify.model import TRANSPORTS
from identify.strings import quoted

cdef extern from "_python.h":
    const char *sip_ascii(object text, Py_ssize_t *size)

STREAMS = frozenset(TRANSPORTS[1:])
*OTHERS, LAST = TRANSPORTS


cdef str known_transport(str transport):
    """A transport that isn't written ``udp``, in lower case; ``ValueError`` if there is none of that name."""
    cdef str lower = transport.lower()
    if lower != "udp" and lower not in STREAMS:
        raise ValueError(f"transport {quoted(transport)} is not known: expected {', '.join(OTHERS)} or {LAST}")
    return lower


cdef tuple source_of(source, port):
    """The source as text, and its port, of a source that isn't plain text; most are the addresses of sockets."""
    if type(source) is tuple and port is None and len(<tuple>source) in (2, 4):
        host = (<tuple>source)[0]
        if type(host) is str and "%" not in <str>host:
            return <tuple>source if len(<tuple>source) == 2 else (<tuple>source)[:2]
    return source_and_port(source, port)


cdef int check_local_name(str local) except -1:
    """Refuse what isn't ``address:port``; the usual forms are recognised here."""
    cdef Source address
    cdef Py_ssize_t size, colon, bracketed
    cdef uint32_t digit, port = 0
    cdef const char *text = sip_ascii(local, &size)
    if text != NULL:
        colon = size - 1
        while colon > 0 and text[colon] != c":":
            colon -= 1
        if colon > 0 and 1 < size - colon <= 6:
            for i in range(colon + 1, size):
                digit = <uint32_t>text[i] - <uint32_t>c"0"
                # More than any port, whatever follows.
                port = port * 10 + digit if digit <= 9 else 0x10000
            if port <= 0xFFFF:
                bracketed = text[0] == c"[" and text[colon - 1] == c"]"
                if read_plain(text + bracketed, <size_t>(colon - 2 * bracketed), sip_address_way, &address):
                    if address.family == <uint32_t>(6 if bracketed else 4):
                        return 0
    check_local(local)
    return 0
