from typing import final

@final
class Columns:
    def fresh(self) -> None: ...
