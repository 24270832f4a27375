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
    def __init__(self, ranks: Iterable[int], patterns: Iterable[bytes]) -> None: ...
    def search(self, value: bytes, best: int | None = None) -> int | None: ...
