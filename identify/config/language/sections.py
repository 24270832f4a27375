"""What the text of a file consists of: sections and their lines, each with its place.

It knows how lines are inherited and looked up, not how text is read.
"""

from __future__ import annotations

from typing import NamedTuple

import attrs

from identify.model import Origin

__all__ = ["BLANKS", "Document", "Section", "Variable", "words"]

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

    ``inherited`` says that another section inherits from it.  ``incomplete`` says that it inherits from a section, or
    adds to one, that may stand in a missing file.
    """

    __slots__ = (
        "_bequest",
        "_bequest_size",
        "_indexed",
        "_last",
        "file",
        "incomplete",
        "inherited",
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
        self.incomplete = False
        self.inherited = False
        self.variables: list[Variable] = []
        # The lines as a section that inherits from this one has them; None until asked for.
        self._bequest: list[Variable] | None = None
        self._bequest_size = 0
        # Name -> index of its last line, for the first ``_indexed`` lines; for +=.
        self._last: dict[str, int] | None = None
        self._indexed = 0

    @property
    def origin(self) -> Origin:
        """Where the section starts."""
        return Origin(self.file, self.line)

    def add(self, variable: Variable) -> None:
        """Append a line of the section's own."""
        self.variables.append(variable)
        self._bequest = None

    def inherit(self, lines: list[Variable]) -> None:
        """Append lines of another section, as :meth:`bequest` gives them; its own are allowed too."""
        self.variables.extend(lines)
        self._bequest = None

    def take_over(self, begun: Section) -> None:
        """Take what a section line began before it said that it continues this section."""
        self.inherit(begun.variables)
        self.template = self.template or begun.template
        self.incomplete = self.incomplete or begun.incomplete

    def bequest(self) -> tuple[list[Variable], int]:
        """Return the lines as sections that inherit them get them, marked with the section they come from.

        The second result is the number of characters of their values.
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
        """Return the index of the last line with exactly that name."""
        if self._last is None:
            self._last = {}
        for index in range(self._indexed, len(self.variables)):
            self._last[self.variables[index].name] = index
        self._indexed = len(self.variables)
        return self._last.get(name)

    def replace(self, index: int, variable: Variable) -> None:
        """Replace a line by another with the same name."""
        self.variables[index] = variable
        self._bequest = None


@attrs.frozen
class Document:
    """A file with its includes; an invalid one has no sections, but those before its error are ``lost``.

    ``missing`` are the included files that don't exist, with the lines that include them, if it was read without them;
    ``executed`` are the commands of ``#exec``, which are never run.
    """

    name: str
    sections: tuple[Section, ...] = ()
    valid: bool = True
    lost: tuple[Section, ...] = ()
    missing: tuple[tuple[str, Origin], ...] = ()
    executed: tuple[tuple[str, Origin], ...] = ()


def words(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())
