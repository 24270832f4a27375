from typing import Any, Final, final, overload

from typing_extensions import Buffer, disjoint_base

from identify._compiled._request import Request
from identify.addresses import AnySource, SocketAddress
from identify.identifiers import IdentifierName
from identify.model import Match, TransportName

NAMES: Final[tuple[IdentifierName, ...]]

@final
class Mapped:
    def __init__(self, owner: Buffer) -> None: ...

# The base of Engine, hence not final.
@disjoint_base
class Matcher:
    """The compiled half of :class:`identify.engine.Engine`.

    Made from the plan of :func:`identify.compiler.make_plan`.
    """

    def __init__(self, plan: Any) -> None: ...
    @property
    def release(self) -> str: ...
    @property
    def identifiers(self) -> tuple[IdentifierName, ...]: ...
    @property
    def line_tokens(self) -> dict[str, str]: ...
    @property
    def told(self) -> frozenset[str]: ...
    @property
    def matches(self) -> tuple[Match, ...]:
        """All distinct answers; what the batch calls return are indices into this tuple."""
    def _image(self) -> bytes: ...
    def _load_image(self, image: Buffer) -> None: ...
    @property
    def size(self) -> int:
        """Bytes of the compiled tables."""
    @overload
    def identify_message(
        self,
        data: Buffer,
        source: AnySource,
        port: int,
        transport: TransportName = "udp",
        local: str | None = None,
        transport_section: str | None = None,
    ) -> Match | None:
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
    @overload
    def identify_message(
        self,
        data: Buffer,
        source: SocketAddress,
        port: None = None,
        transport: TransportName = "udp",
        local: str | None = None,
        transport_section: str | None = None,
    ) -> Match | None: ...
    def identify(self, request: Request) -> Match | None:
        """Return the answer for a request, None where no identifier has one.

        A request that another release has read is read again; raises ``MessageError`` if this release drops it.
        """
    def identify_source(self, source: AnySource | SocketAddress, port: int = 0) -> Match | None:
        """Return what the identifier ``ip`` answers for a source address and port, None where it has no answer.

        ``source`` is an address as in ``identify_message``, with its port or without.  The other identifiers aren't
        asked.  Empty text has no answer; text that isn't a valid address, a wrong type, length or range raises.
        """
