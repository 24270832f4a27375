from typing import Final, final

from identify._compiled._sections import Sections

END: Final[int]
READ: Final[int]
ODD: Final[int]
NOTED: Final[int]
DIRECTIVE: Final[int]
SECTION: Final[int]
BACKSLASH: Final[int]
OUTSIDE: Final[int]
WITHOUT_EQUALS: Final[int]
WITHOUT_NAME: Final[int]
APPENDED: Final[int]
LIMIT: Final[int]

TOO_DEEP: Final[int]
UNOPENED: Final[int]
CUT: Final[int]

MAX_LINE_BYTES: Final[int]
MAX_COMMENT_DEPTH: Final[int]
MAX_NAME_BYTES: Final[int]

@final
class Counts:
    """What was read so far of a file with its includes, and how much of it is read at most."""

    items: int
    inherited: int
    def __init__(self, max_items: int, max_inherited: int) -> None: ...

@final
class Place:
    """What goes from one line to the next, and from one file to the next that the same include means."""

    section: int
    def __init__(self, section: int) -> None: ...
    @property
    def depth(self) -> int: ...
    @property
    def opened_file(self) -> int: ...
    @property
    def opened_line(self) -> int: ...

@final
class FileLines:
    """The lines of a file, which go into sections."""

    def __init__(self, sections: Sections, place: Place, counts: Counts, data: bytes, file: int) -> None: ...
    def next(self) -> int:
        """Read up to the next event."""

    def give(self, piece: bytes) -> None:
        """Let a piece of an odd line be the line that is read next: at most MAX_LINE_BYTES, and no NUL."""

    def noted(self) -> tuple[bytes, bytes, bytes]:
        """Return what there is to say about comments, as bytes, and the text and the comment of a value that is cut."""

    @property
    def file(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def line(self) -> bytes:
        """The line that is read: an odd one whole, others without comments and without blanks at their ends."""

    @property
    def appended(self) -> tuple[bytes, bytes]:
        """The name of an option that is continued, and the text behind ``+=`` with its blanks."""

    @property
    def is_last(self) -> bool:
        """Whether nothing follows the line, not even the end of a line."""
