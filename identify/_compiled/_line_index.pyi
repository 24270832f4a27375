from typing import final

@final
class LineIndex:
    """Places of lines by section and name."""

    def __init__(self) -> None: ...
