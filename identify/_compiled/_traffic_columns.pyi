from typing import final

@final
class TrafficColumns:
    def fresh(self) -> None: ...
