from typing import final

class RegexError(ValueError): ...

@final
class Regex:
    pattern: bytes
    bytewise: bool
    def __init__(self, pattern: bytes, bytewise: bool = False) -> None: ...
    def search(self, value: bytes) -> bool: ...
