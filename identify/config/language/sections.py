"""What the text of a file falls into: sections and their lines, each with its place.

It knows how lines are inherited and found again, not how text is read.
"""

from __future__ import annotations

from typing import NamedTuple

import attrs

from identify.model import Origin
from identify.strings import ascii_lower

__all__ = ["BLANKS", "Document", "Section", "Variable", "words"]

#: What is blank to Asterisk: every byte below 33.
BLANKS = "".join(map(chr, range(33)))


class Variable(NamedTuple):
    """One option line of a section; ``template`` is the section it was inherited from, None for its own."""

    name: str
    value: str
    file: str
    line: int
    template: str | None = None

    @property
    def origin(self) -> Origin:
        """Where the line stands."""
        return Origin(self.file, self.line, self.template)


class Section:
    """A section with all its lines, inherited ones first; ``template`` ones make no objects."""

    __slots__ = (
        "_bequest",
        "_bequest_size",
        "_indexed",
        "_last",
        "file",
        "line",
        "name",
        "template",
        "variables",
    )

    def __init__(self, name: str, file: str, line: int) -> None:
        self.name = name
        self.file = file
        self.line = line
        self.template = False
        self.variables: list[Variable] = []
        # The lines as a section that inherits from this one has them; None until asked for.
        self._bequest: list[Variable] | None = None
        self._bequest_size = 0
        # Name in lower case -> index of its last line, for the first ``_indexed`` lines; for +=.
        self._last: dict[str, int] | None = None
        self._indexed = 0

    @property
    def origin(self) -> Origin:
        """Where the section starts."""
        return Origin(self.file, self.line)

    def add(self, variable: Variable) -> None:
        """Append a line of its own."""
        self.variables.append(variable)
        self._bequest = None

    def bequest(self) -> tuple[list[Variable], int]:
        """Return the lines as an heir gets them, marked with the section in which they stand.

        With them comes the number of characters of their values.
        """
        if self._bequest is None:
            self._bequest = [
                variable
                if variable.template is not None
                else Variable(variable.name, variable.value, variable.file, variable.line, self.name)
                for variable in self.variables
            ]
            self._bequest_size = sum(len(variable.value) for variable in self.variables)
        return self._bequest, self._bequest_size

    def last(self, name: str) -> int | None:
        """Return the index of the last line of that name in any case."""
        if self._last is None:
            self._last = {}
        for index in range(self._indexed, len(self.variables)):
            self._last[ascii_lower(self.variables[index].name)] = index
        self._indexed = len(self.variables)
        return self._last.get(ascii_lower(name))

    def replace(self, index: int, variable: Variable) -> None:
        """Put a line in the place of another one of the same name."""
        self.variables[index] = variable
        self._bequest = None


@attrs.frozen
class Document:
    """What a file says, with its includes; an invalid one says nothing."""

    name: str
    sections: tuple[Section, ...] = ()
    valid: bool = True


def words(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())
