from collections.abc import Iterable
from typing import final

@final
class RegexSet:
    @property
    def patterns(self) -> tuple[bytes, ...]: ...
    @property
    def ranks(self) -> tuple[int, ...]: ...
    def __init__(self, ranks: Iterable[int], patterns: Iterable[bytes]) -> None: ...
