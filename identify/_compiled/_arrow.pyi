from typing import Final, final

EXPECTED: Final[dict[int, str]]
NAMES: Final[dict[str, str]]

@final
class Owned:
    def __init__(self) -> None: ...
