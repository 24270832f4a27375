"""extconfig.conf: which families of realtime there are, and which whole files come from a database.

It reads names only; it knows no drivers, no tables and no rows.

Facts

Found by experiment.

- ``[settings]`` has lines ``FAMILY => driver,database[,table[,priority]]``.  Names of families may have any case.
- With a line ``pjsip.conf => ...`` all of that file comes from a table, and the file itself isn't read.
  pjsip_wizard.conf is taken to be read in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from identify.config.language.files import Files
from identify.config.language.reader import read_document
from identify.config.problems import Problems
from identify.model import Origin
from identify.strings import ascii_lower

__all__ = ["Families", "read_extconfig"]

EXTCONFIG_FILE = "extconfig.conf"


@attrs.frozen
class Families:
    """The lines by family, in lower case; ``known`` says that a family that isn't here doesn't exist."""

    lines: Mapping[str, Origin] = attrs.field(factory=dict)
    known: bool = False

    def lack(self, family: str) -> bool:
        """Return whether it is known that there is no such family."""
        return self.known and ascii_lower(family) not in self.lines

    def line_of(self, name: str) -> Origin | None:
        """Return the line of a family or a file, None if there is none."""
        return self.lines.get(ascii_lower(name))


def read_extconfig(files: Files, problems: Problems) -> Families:
    """Return the families; nothing is known of them if there is no extconfig.conf, or none that can be read."""
    document = read_document(files, EXTCONFIG_FILE, problems)
    if document is None or not document.valid:
        return Families()
    lines: dict[str, Origin] = {}
    for section in document.sections:
        if ascii_lower(section.name) == "settings" and not section.template:
            for line in section.variables:
                lines.setdefault(ascii_lower(line.name), line.origin)
    return Families(lines, known=True)
