"""What ends the reading of a file: what Asterisk takes as invalid, and the limits of this program.

Asterisk loses the rest of an invalid file; what exceeds a limit of ours ends the reading of everything, because what
is left wouldn't be what Asterisk reads.  The limits are far above the largest known configuration: memory and time
are linear in them.
"""

from __future__ import annotations

from identify._compiled._file_lines import Counts
from identify.strings import decoded

__all__ = ["MAX_ITEMS", "ExceededError", "InvalidError", "Limits"]

#: Without the limit of items, sections that inherit from each other could double endlessly.
MAX_ITEMS = 5_000_000
MAX_LINES = 8_000_000
MAX_INCLUDES = 10_000
MAX_TOTAL_CHARACTERS = 256 * 1024 * 1024
#: Every heir may be judged by all that it inherits.
MAX_INHERITED_CHARACTERS = 64 * 1024 * 1024
MAX_VALUE_CHARACTERS = 65_536
#: Steps on the way from the names in includes to files: a character of a name that braces stand for is two, one are
#: :data:`COMPARED_A_STEP` comparisons of a character of a name with one of a pattern.
MAX_STEPS = 10_000_000
COMPARED_A_STEP = 16


class InvalidError(Exception):
    """Something that makes a file invalid from there on."""

    def __init__(self, code: str, file: str, line: int, message: str) -> None:
        super().__init__(message)
        self.code, self.file, self.line, self.message = code, file, line, message


class ExceededError(InvalidError):
    """Something that exceeds a limit of this program."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__("limit-exceeded", file, line, message)


class Limits:
    """What one file with its includes took so far."""

    __slots__ = ("characters", "counts", "includes", "lines", "steps")

    def __init__(self) -> None:
        #: Items and inherited characters, which compiled code counts too.
        self.counts = Counts(MAX_ITEMS, MAX_INHERITED_CHARACTERS)
        self.lines = 0
        self.characters = 0
        self.includes = 0
        self.steps = 0

    def take_items(self, number: int, file: str, line: int) -> None:
        """Count sections and lines."""
        self.counts.items += number
        if self.counts.items > MAX_ITEMS:
            message = f"more than {MAX_ITEMS} sections and lines, including inherited lines"
            raise ExceededError(file, line, message)

    def take_text(self, data: bytes, file: str) -> None:
        """Count the text of a file."""
        self.characters += len(data) if data.isascii() else len(decoded(data))
        self.lines += data.count(b"\n")
        if self.characters > MAX_TOTAL_CHARACTERS or self.lines > MAX_LINES:
            message = f"more than {MAX_TOTAL_CHARACTERS} characters or {MAX_LINES} lines in all"
            raise ExceededError(file, 0, message)

    def take_inherited(self, characters: int, file: str, line: int) -> None:
        """Count the values of inherited lines."""
        self.counts.inherited += characters
        if self.counts.inherited > MAX_INHERITED_CHARACTERS:
            raise ExceededError(
                file, line, f"more than {MAX_INHERITED_CHARACTERS} characters of inherited text"
            )

    def take_include(self, file: str, line: int) -> None:
        """Count an include, or a further file that it means."""
        self.includes += 1
        if self.includes > MAX_INCLUDES:
            raise ExceededError(file, line, f"more than {MAX_INCLUDES} includes")

    def take_steps(self, steps: int, file: str, line: int) -> None:
        """Count steps on the way from an include to its files."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise ExceededError(
                file, line, f"more than {MAX_STEPS} steps to find the files that includes mean"
            )

    @staticmethod
    def check_value(value: str, file: str, line: int) -> None:
        """Check the length of a value that grew."""
        if len(value) > MAX_VALUE_CHARACTERS:
            raise ExceededError(
                file, line, f"+= makes a value of more than {MAX_VALUE_CHARACTERS} characters"
            )
