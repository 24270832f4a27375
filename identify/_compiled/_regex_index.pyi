from typing import final

BEGIN: bytes

@final
class IndexBuilder: ...
