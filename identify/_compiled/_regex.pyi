from typing import final

from identify._compiled._regex_library import RegexError as RegexError

@final
class Regex:
    pattern: bytes
    bytewise: bool
    @property
    def obstacle(self) -> str | None: ...
    def __init__(self, pattern: bytes, bytewise: bool = False) -> None: ...
    def search(self, value: bytes) -> bool: ...
    def library_search(self, value: bytes) -> bool: ...  # for tests
