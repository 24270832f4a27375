from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, final

from identify._compiled._matcher import Matcher
from identify._compiled._sockets import Sockets

METHOD_NAMES: Final[tuple[str, ...]]
OUTCOME_COUNT: Final[int]
TRANSPORTS: Final[tuple[str, ...]]

@final
class Replay:
    def __init__(self, engine: Matcher, settings: Mapping[str, Any]) -> None: ...
    @property
    def hits(self) -> list[int]: ...
    @property
    def outcomes(self) -> list[int]: ...
    @property
    def challenged(self) -> int: ...
    @property
    def contact_names(self) -> int: ...
    @property
    def forgotten(self) -> tuple[int, int, int]: ...
    def learn(self, token: bytes, answer: int) -> None: ...

@final
class Replayer:
    def __init__(self, sockets: Sockets, on_register: Callable[[Any, int], object]) -> None: ...
    @property
    def on_register(self) -> Callable[[Any, int], object]: ...
    @property
    def reasons(self) -> dict[str, int]: ...
    def run(
        self,
        batch: Any,
        replays: Sequence[Replay],
        verdicts: Sequence[Any],
        methods: object,
        notable: object,
    ) -> int: ...
