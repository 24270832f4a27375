from typing import final

BEGIN: bytes
END: bytes

class UncertainError(Exception): ...

@final
class PatternPart: ...

@final
class Run: ...
