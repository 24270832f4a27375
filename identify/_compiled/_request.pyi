from collections.abc import Iterable, Mapping
from typing import Any, Final, final, overload

from typing_extensions import Buffer

from identify._compiled._request_parts import Authorization, Uri
from identify.addresses import AnySource, SocketAddress
from identify.config.releases import Release
from identify.model import TransportName

SCREENINGS: Final[tuple[str, ...]]
STREAMS: Final[frozenset[str]]
WAYS: Final[tuple[str, ...]]

@final
class Request:
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

    def __init__(
        self,
        *,
        source: AnySource | SocketAddress,
        port: int | None = None,
        transport: TransportName = "udp",
        local: str | None = None,
        transport_section: str | None = None,
        method: str = "INVITE",
        request_uri: str | bytes | None = None,
        from_uri: str | bytes | None = None,
        to_uri: str | bytes | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        release: str | Release | None = None,
    ) -> None: ...
    def __copy__(self) -> Request: ...
    def __deepcopy__(self, memo: Any) -> Request: ...
    @overload
    @staticmethod
    def from_message(
        data: Buffer,
        source: AnySource,
        port: int,
        transport: TransportName = "udp",
        local: str | None = None,
        transport_section: str | None = None,
        release: str | Release | None = None,
    ) -> Request:
        """Read a request as it came off the wire.

        ``data`` is a datagram, or a stream from the beginning of a message (what follows it isn't looked at); another
        contiguous buffer than bytes is copied.
        ``source`` is the address that sent it, as in the constructor, ``port`` its port, unless ``source`` has it.
        ``local`` is the ``address:port`` at which it arrived, ``transport_section`` the id of its transport,
        ``release`` the Asterisk release that reads it (the newest if it is None).
        Raise ``MessageError`` where PJSIP would drop it.
        """
    @overload
    @staticmethod
    def from_message(
        data: Buffer,
        source: SocketAddress,
        port: None = None,
        transport: TransportName = "udp",
        local: str | None = None,
        transport_section: str | None = None,
        release: str | Release | None = None,
    ) -> Request: ...
    def as_read_by(self, release: str | Release) -> Request:
        """Return this request as another Asterisk release reads it; itself where both read alike.

        ``release`` is a str or ``Release``.  Raise ``MessageError`` if that release would drop it.
        """
    @property
    def release(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def source_address(self) -> tuple[int, int] | None:
        """The family (4 or 6) and the integer of the source; None if it isn't one.

        IPv4-mapped IPv6 is IPv4, a scope is dropped.
        """
    @property
    def port(self) -> int: ...
    @property
    def transport(self) -> TransportName: ...
    @property
    def local(self) -> str | None: ...
    @property
    def transport_section(self) -> str | None: ...
    @property
    def method(self) -> str:
        """The method; one that PJSIP knows in any case is in capitals."""
    @property
    def request_uri(self) -> Uri | None:
        """The request URI, None where there is none."""
    @property
    def from_uri(self) -> Uri | None:
        """The URI of the From, None where there is none."""
    @property
    def to_uri(self) -> Uri | None:
        """The URI of the To, None where there is none."""
    @property
    def to_tag(self) -> str:
        """The tag of the To, empty where it has none."""
    @property
    def call_id(self) -> str | None:
        """The Call-ID, None where there is none."""
    @property
    def cseq(self) -> tuple[int, str] | None:
        """The number and the method of the CSeq, None where there is none."""
    def header(self, name: str) -> str | None:
        """Return the value of the first header of that name as PJSIP prints it, None where there is none.

        The case of ``name`` doesn't matter, and the short and the long name of a header are one, as ``f`` and ``From``.
        """
    def header_values(self, name: str) -> tuple[str, ...]:
        """Return the values of all headers of that name, in their order; see ``header`` and ``printed_headers``."""
    @property
    def contact_uris(self) -> tuple[Uri, ...]:
        """The URI of every Contact but the asterisk, in their order."""
    @property
    def authorizations(self) -> tuple[Authorization, ...]:
        """The credentials of every Authorization header, in their order."""
    @property
    def screening(self) -> str:
        """What Asterisk answers before it would identify: "pass" or an answer's number with its reason."""
    @property
    def printed_request_uri(self) -> str:
        """The request URI as ``match_request_uri`` is compared with it; empty where there is none.

        PJSIP's print up to its first NUL.
        """
    def request_uri_print(self) -> tuple[str, int]:
        """Return ``printed_request_uri``, and how many bytes PJSIP prints, before the text is cut at a NUL."""
    @property
    def printed_headers(self) -> tuple[tuple[str, str], ...]:
        """Every header as ``match_header`` is compared with it: pairs of long name and value.

        PJSIP's print up to its first NUL, without control characters and blanks at its ends.
        """
    def headers_through(self, symmetric_transport: str | None) -> tuple[tuple[str, str], ...]:
        """Return ``printed_headers`` as seen through a transport with ``symmetric_transport`` of that id.

        Such a transport adds ``x-ast-txp`` to the first Contact; None is any other transport.
        """
    def header_prints(self, symmetric_transport: str | None) -> tuple[tuple[str, str, int], ...]:
        """Return ``headers_through``, and of each how many bytes PJSIP prints, before it is cut and stripped."""

def restored(
    method: str | bytes,
    request_uri: str | bytes | None,
    texts: tuple[str | bytes, ...],
    addresses: int,
    arrival: tuple[Any, ...],
    release: str,
) -> Request: ...
def read_request(
    way: str, data: Buffer, source: str, port: int, transport: TransportName = "udp"
) -> Request: ...  # for tests
