from typing import final

@final
class Records: ...
