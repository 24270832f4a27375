from typing import final

@final
class Streams: ...
