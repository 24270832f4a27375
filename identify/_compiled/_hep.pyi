from typing import final

@final
class Hep:
    def __init__(self, seed: int) -> None: ...
