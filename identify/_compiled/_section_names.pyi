from array import array
from typing import final

from identify._compiled._sections import Sections

def are_distinct(sections: Sections, numbers: array[int]) -> bool:
    """Return whether each of these sections has a name, and no two the same."""

@final
class SectionNames:
    """Sections in the order of their names' bytes.

    Thread safety: immutable; may be shared.
    """

    def __init__(self, sections: Sections, numbers: array[int]) -> None: ...
    @property
    def sections(self) -> Sections: ...
    @property
    def numbers(self) -> array[int]: ...
    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, index: int) -> str:
        """Return the name at a place."""

    def absent(self, texts: array[int]) -> array[int]:
        """Return the numbers of those texts that are no names of these sections, each once, as an array of uint32."""

    def find(self, name: bytes) -> int:
        """Return the number of the section with a name, -1 if there is none."""
