from typing import Any, Final, final

ADDRESSES_EXPECTED: Final[str]
NATIVE_ORDERS: Final[str]

@final
class Held:
    def __init__(self, given: Any, what: str) -> None: ...
