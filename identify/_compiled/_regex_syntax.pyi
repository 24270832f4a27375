from typing import final

BEGIN: bytes
END: bytes
ANY: frozenset[int]
NONE: frozenset[int]

@final
class Analysis:
    @property
    def exact(self) -> bool: ...
    @property
    def needs(self) -> tuple[set[bytes], ...]: ...
    @property
    def automatic(self) -> bool: ...

@final
class PatternReader: ...

def needs_of(
    pattern: bytes, ranges: bool = True, bytewise: bool = False
) -> tuple[bool, list[frozenset[bytes]]]: ...  # for tests
