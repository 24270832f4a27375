from collections.abc import Iterable
from typing import final

@final
class Collectors:
    def __init__(
        self,
        places: Iterable[tuple[bytes, int]] = (),
        own: Iterable[tuple[bytes, int]] = (),
        *,
        everything: bool = False,
    ) -> None: ...
    def refused(self) -> list[tuple[bytes, int]]: ...
