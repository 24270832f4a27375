from typing import final

BEGIN: bytes
END: bytes

class UncertainError(Exception): ...

@final
class Part: ...

@final
class Run: ...
