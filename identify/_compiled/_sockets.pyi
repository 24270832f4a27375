from collections.abc import Iterable
from typing import final

@final
class Sockets:
    def __init__(
        self,
        addresses: Iterable[tuple[bytes, int]] = (),
        wildcards: Iterable[tuple[int, int]] = (),
        always: bool = False,
        *,
        unanswered: Iterable[bytes] = (),
    ) -> None: ...
    @property
    def addresses(self) -> list[tuple[bytes, int]]: ...
    # Contiguous buffers of 16 bytes for each row.
    def sends_out(self, addresses: object, targets: object, row: int) -> bool: ...
