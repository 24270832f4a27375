from collections.abc import Iterable
from typing import final

BEGIN: bytes
END: bytes
AUTOMATA: bool

@final
class RegexSet:
    @property
    def patterns(self) -> tuple[bytes, ...]: ...
    @property
    def ranks(self) -> tuple[int, ...]: ...
    @property
    def bytewise(self) -> bool: ...
    def __init__(self, ranks: Iterable[int], patterns: Iterable[bytes], bytewise: bool = False) -> None: ...
    def search(self, value: bytes, best: int | None = None) -> int | None: ...
