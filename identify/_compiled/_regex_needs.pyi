from typing import final

BEGIN: bytes
END: bytes

class UncertainError(Exception): ...

@final
class Analysis:
    @property
    def exact(self) -> bool: ...
    @property
    def needs(self) -> tuple[set[bytes], ...]: ...

@final
class NeedsReader: ...

def needs_of(
    pattern: bytes, ranges: bool = True, bytewise: bool = False
) -> tuple[bool, list[frozenset[bytes]]]: ...  # for tests
