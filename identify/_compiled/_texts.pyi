from typing import final

@final
class Texts:
    """Byte strings by number, from 0 on in the order in which they came.

    Thread safety: one thread adds; once nobody does, any number of threads may read.
    """

    def __init__(self) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, number: int) -> str:
        """Return a text by its number."""

    def place(self, text: bytes) -> int:
        """Return the number of a text, -1 if there is no such text."""
