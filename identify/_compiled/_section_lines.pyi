from array import array
from collections.abc import Callable
from typing import Final, Generic, TypeVar, final

from identify._compiled._sections import Sections

_T = TypeVar("_T")

NO_VALUE: Final[int]

@final
class LineWalk(Generic[_T]):
    """The lines of a section, one after the other."""

    def __iter__(self) -> LineWalk[_T]: ...
    def __next__(self) -> _T: ...

@final
class LineMaker(Generic[_T]):
    """Makes the lines of a configuration's sections by ``make(name, value, file, line, template)``.

    Thread safety: any number of threads may use it.
    """

    def __init__(self, sections: Sections, make: Callable[[str, str, str, int, str | None], _T]) -> None: ...
    def walk(self, section: int) -> LineWalk[_T]:
        """Return an iterator over the lines of a section."""

    def first(self, section: int, name: bytes) -> _T | None:
        """Return the first line of a name in lower case, which it may have in any; None if there is none."""

def last_values(sections: Sections, numbers: array[int], name: bytes) -> array[int]:
    """Return the number of the last value of an option in each section, NO_VALUE where it has none, as an array.

    ``name`` is the option's in lower case; lines may have it in any.
    """
