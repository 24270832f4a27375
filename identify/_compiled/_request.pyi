from collections.abc import Iterable, Mapping
from typing import Final, final

from typing_extensions import Buffer

from identify.config.releases import Release

SCREENINGS: Final[tuple[str, ...]]
STREAMS: Final[frozenset[str]]
TRANSPORTS: Final[tuple[str, ...]]
WAYS: Final[tuple[str, ...]]

@final
class Uri:
    @property
    def text(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def user(self) -> str | None: ...
    @property
    def password(self) -> str | None: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def parameters(self) -> tuple[tuple[str, str], ...]: ...
    def parameter(self, name: str) -> str | None: ...

@final
class Authorization:
    @property
    def username(self) -> str: ...
    @property
    def realm(self) -> str: ...

@final
class Request:
    def __init__(
        self,
        *,
        source: str,
        port: int = 5060,
        transport: str = "udp",
        local: str | None = None,
        transport_section: str | None = None,
        method: str = "INVITE",
        request_uri: str | bytes | None = None,
        from_uri: str | bytes | None = None,
        to_uri: str | bytes | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        release: str | Release | None = None,
    ) -> None: ...
    @staticmethod
    def from_message(
        data: Buffer,
        source: str,
        port: int,
        transport: str = "udp",
        local: str | None = None,
        transport_section: str | None = None,
        release: str | Release | None = None,
    ) -> Request: ...
    def as_read_by(self, release: str | Release) -> Request: ...
    @property
    def release(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def source_address(self) -> tuple[int, int] | None: ...
    @property
    def port(self) -> int: ...
    @property
    def transport(self) -> str: ...
    @property
    def local(self) -> str | None: ...
    @property
    def transport_section(self) -> str | None: ...
    @property
    def method(self) -> str: ...
    @property
    def request_uri(self) -> Uri | None: ...
    @property
    def from_uri(self) -> Uri | None: ...
    @property
    def to_uri(self) -> Uri | None: ...
    @property
    def authorizations(self) -> tuple[Authorization, ...]: ...
    @property
    def screening(self) -> str: ...
    @property
    def printed_request_uri(self) -> str: ...
    def request_uri_print(self) -> tuple[str, int]: ...
    @property
    def printed_headers(self) -> tuple[tuple[str, str], ...]: ...
    def headers_through(self, symmetric_transport: str | None) -> tuple[tuple[str, str], ...]: ...
    def header_prints(self, symmetric_transport: str | None) -> tuple[tuple[str, str, int], ...]: ...

def read_request(
    way: str, data: Buffer, source: str, port: int, transport: str = "udp"
) -> Request: ...  # for tests
def spans_of(request: Request) -> tuple[object, ...]: ...  # for tests
def usual_end(data: bytes) -> int: ...  # for tests
