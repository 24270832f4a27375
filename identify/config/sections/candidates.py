"""The sections of a type as candidates, which are made when they are asked for, and so are their lines."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from identify._compiled._section_lines import LineMaker
from identify._compiled._sections import Sections
from identify.config.language.sections import Variable
from identify.config.objects.candidates import Candidate, made_up_id

__all__ = ["Candidates"]


class Candidates(Sequence[Candidate]):
    """The sections of one type in file order, as candidates that are made when they are asked for."""

    __slots__ = ("_maker", "numbers", "sections", "type")

    def __init__(self, type: str, sections: Sections, numbers: array[int]) -> None:
        self.type = type
        self.sections = sections
        self.numbers = numbers
        self._maker = LineMaker(sections, Variable)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> Candidates: ...
    def __getitem__(self, index: int | slice) -> Candidate | Candidates:
        """Return a candidate, or some of them."""
        if isinstance(index, slice):
            return self.only(self.numbers[index])
        return self.of(self.numbers[index])

    def only(self, numbers: array[int]) -> Candidates:
        """Return those of some sections."""
        return Candidates(self.type, self.sections, numbers)

    def of(self, section: int) -> Candidate:
        """Return that of a section."""
        file, line = self.sections.place(section)
        id = self.sections.name(section) or made_up_id(file, line)
        lines = _Lines(self._maker, section, self.sections.size(section))
        return Candidate(self.type, id, lines, file, line, section)


class _Lines(Sequence[Variable]):
    """The lines of a section, made when they are asked for: an heir may have millions."""

    __slots__ = ("_maker", "_section", "_size")

    def __init__(self, maker: LineMaker[Variable], section: int, size: int) -> None:
        self._maker = maker
        self._section = section
        self._size = size

    def __iter__(self) -> Iterator[Variable]:
        """Yield the lines in order."""
        return self._maker.walk(self._section)

    def __len__(self) -> int:
        """Return how many there are."""
        return self._size

    @overload
    def __getitem__(self, index: int) -> Variable: ...
    @overload
    def __getitem__(self, index: slice) -> list[Variable]: ...
    def __getitem__(self, index: int | slice) -> Variable | list[Variable]:
        """Return a line, or several."""
        return list(self)[index]
