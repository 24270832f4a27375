from typing import final

@final
class Datagrams:
    def __init__(self, hep: object, collectors: object) -> None: ...
