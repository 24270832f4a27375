from typing import final

@final
class Memory:
    def __init__(self) -> None: ...

@final
class Column:
    @property
    def count(self) -> int: ...
    def __init__(self) -> None: ...
