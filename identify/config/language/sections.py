"""What the text of a file consists of: sections and their lines, each with its place.

It knows no texts of files: these are read into :class:`~identify._compiled._sections.Sections`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, overload

import attrs

from identify._compiled._sections import INCOMPLETE, PARENT, TEMPLATE, Sections
from identify.model import Origin

__all__ = ["BLANKS", "Document", "Section", "SectionList", "Variable", "words"]

#: The characters that Asterisk treats as blanks: every byte below 33.
BLANKS = "".join(map(chr, range(33)))


class Variable(NamedTuple):
    """One option line of a section; ``template`` is the section it was inherited from, None for the section's own."""

    name: str
    value: str
    file: str
    line: int
    template: str | None = None

    @property
    def origin(self) -> Origin:
        """The place of the line."""
        return Origin(self.file, self.line, self.template)


class Section:
    """A section with all its lines, inherited lines first; one with ``template`` set makes no object.

    It is a view: its lines are numbers in :class:`~identify._compiled._sections.Sections` until they are asked for.
    """

    __slots__ = ("_sections", "number")

    def __init__(self, sections: Sections, number: int) -> None:
        self._sections = sections
        self.number = number

    @property
    def name(self) -> str:
        """The name, cut as Asterisk stores it."""
        return self._sections.name(self.number)

    @property
    def file(self) -> str:
        """The file in which it starts."""
        return self._sections.place(self.number)[0]

    @property
    def line(self) -> int:
        """The line in which it starts."""
        return self._sections.place(self.number)[1]

    @property
    def origin(self) -> Origin:
        """Where the section starts."""
        return Origin(*self._sections.place(self.number))

    @property
    def template(self) -> bool:
        """Whether it makes no object."""
        return bool(self._sections.flags(self.number) & TEMPLATE)

    @property
    def incomplete(self) -> bool:
        """Whether it inherits from a section, or adds to one, that may be in a missing file."""
        return bool(self._sections.flags(self.number) & INCOMPLETE)

    @property
    def inherited(self) -> bool:
        """Whether another section inherits from it."""
        return bool(self._sections.flags(self.number) & PARENT)

    @property
    def key(self) -> object:
        """What tells it from other sections: there may be several views of one."""
        return (id(self._sections), self.number)

    @property
    def variables(self) -> list[Variable]:
        """All lines, made when they are asked for."""
        return self._sections.variables(self.number, Variable)

    def __len__(self) -> int:
        """Return how many lines it has."""
        return self._sections.size(self.number)


class SectionList(Sequence[Section]):
    """The sections of a document, in order."""

    __slots__ = ("_numbers", "sections")

    def __init__(self, sections: Sections) -> None:
        self.sections = sections
        self._numbers: Sequence[int] = sections.added()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Section: ...
    @overload
    def __getitem__(self, index: slice) -> list[Section]: ...
    def __getitem__(self, index: int | slice) -> Section | list[Section]:
        """Return a section, or several."""
        if isinstance(index, slice):
            return [Section(self.sections, number) for number in self._numbers[index]]
        return Section(self.sections, self._numbers[index])


@attrs.frozen
class Document:
    """A file with its includes; an invalid one has no sections, but those before its error are ``lost``.

    ``missing`` are the included files that don't exist, with the lines that include them, if it was read without them;
    ``executed`` are the commands of ``#exec``, which are never run.
    """

    name: str
    sections: Sequence[Section] = ()
    valid: bool = True
    lost: Sequence[Section] = ()
    missing: tuple[tuple[str, Origin], ...] = ()
    executed: tuple[tuple[str, Origin], ...] = ()


def words(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())
