from array import array
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, final, type_check_only

from identify._compiled._sections import Sections

RULES: Final[Mapping[str, int]]
IGNORED_NAME: Final[int]
UNKNOWN_NAME: Final[int]

@type_check_only
class Asked(Protocol):
    def option(self, name: str, /) -> int: ...
    def value(self, option: int, value: str, /) -> bool: ...
    def together(self, values: Sequence[str | None], /) -> bool: ...

@final
class Acceptance:
    """How the options of one type are judged.

    ``asked`` has three methods: ``option(name)`` returns the number of an option, IGNORED_NAME or UNKNOWN_NAME;
    ``value(option, value)`` and ``together(values)`` return whether nothing is to be said.  ``options`` has a tuple for
    each option: its rule, one of RULES; its slot, or -1; whether in the slot it only counts if the value is empty, and
    whether its items count for the limit of these.
    """

    def __init__(
        self, sections: Sections, type: bytes, options: list[tuple[int, int, bool, bool]], asked: Asked
    ) -> None: ...
    @property
    def items(self) -> array[int]: ...
    def clean(self, numbers: array[int]) -> bytearray:
        """Return a byte for each of the sections: whether there is nothing to say about it; ``items`` counts theirs."""
