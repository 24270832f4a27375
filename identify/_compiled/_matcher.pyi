from typing import Any, Final, final

from typing_extensions import Buffer, disjoint_base

from identify._compiled._request import Request
from identify.model import Match

NAMES: Final[tuple[str, ...]]
STREAMS: Final[frozenset[str]]

@final
class Mapped:
    def __init__(self, owner: Buffer) -> None: ...

# The base of Engine, hence not final.
@disjoint_base
class Matcher:
    def __init__(self, plan: Any) -> None: ...
    @property
    def release(self) -> str: ...
    @property
    def identifiers(self) -> tuple[str, ...]: ...
    @property
    def line_tokens(self) -> dict[str, str]: ...
    @property
    def matches(self) -> tuple[Match, ...]: ...
    def image(self) -> bytes: ...
    def load_image(self, image: Buffer) -> None: ...
    @property
    def size(self) -> int: ...
    def identify_message(
        self,
        data: Buffer,
        source: str,
        port: int,
        transport: str = "udp",
        local: str | None = None,
        transport_section: str | None = None,
    ) -> Match | None: ...
    def identify(self, request: Request) -> Match | None: ...
    def identify_source(self, source: str | bytes | int, port: int = 0) -> Match | None: ...
