from collections.abc import Sequence
from typing import Any, final

from identify._compiled._matcher import Matcher

@final
class Doubts:
    def __init__(
        self,
        asker: Any,
        asks_of: Sequence[int],
        endpoint_of: Sequence[int],
        unknown_endpoint_of: Sequence[int],
        names: tuple[Matcher, Sequence[int]] | None,
        tangled: tuple[Matcher, Sequence[int]] | None,
        own_tokens: bool = False,
    ) -> None: ...
    def tell_untold(self, numbers: Sequence[int]) -> None: ...
