from typing import final

@final
class Regex:
    pattern: bytes
    bytewise: bool
    @property
    def obstacle(self) -> str | None: ...
    def __init__(self, pattern: bytes, bytewise: bool = False) -> None: ...
    def search(self, value: bytes) -> bool: ...
    def library_search(self, value: bytes) -> bool: ...  # for tests
