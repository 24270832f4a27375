from typing import Final, final

from identify._compiled._decoder import Decoder

HEP_MODES: Final[tuple[str, ...]]
DAMAGES: Final[dict[int, str]]

@final
class CaptureDecoder(Decoder):
    def __init__(self, *, duplicates: int = 0, hep: str = "auto") -> None: ...
    def finish(self) -> bool: ...
    @property
    def packets(self) -> int: ...
    @property
    def waiting(self) -> bool: ...
    @property
    def damage(self) -> str | None: ...
