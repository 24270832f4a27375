from typing import final

@final
class Block:
    @property
    def length(self) -> int: ...
