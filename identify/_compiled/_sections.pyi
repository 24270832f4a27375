from array import array
from collections.abc import Callable
from typing import Final, TypeVar, final

from identify._compiled._texts import Texts

_T = TypeVar("_T")

TEMPLATE: Final[int]
INCOMPLETE: Final[int]
PARENT: Final[int]
ADDED: Final[int]
GONE: Final[int]

@final
class Sections:
    """Sections by number, in the order in which they begin.

    Thread safety: one thread reads a configuration; once it has, nothing changes, and any number of threads may look.
    """

    #: The section that was begun or continued last, -1 before the first.
    latest: int
    def __init__(self) -> None: ...
    @property
    def texts(self) -> Texts: ...
    @property
    def files(self) -> list[str]: ...
    def __len__(self) -> int:
        """Return how many there are, those included that aren't in the document."""

    def add_file(self, name: str) -> int:
        """Return the number of a further file name."""

    def start(self, name: bytes, file: int, line: int) -> int:
        """Begin a section; it isn't found by its name before :meth:`add`."""

    def add(self, section: int, name: bytes) -> None:
        """Make a section that was begun one of the document, under a name."""

    def name(self, section: int) -> str:
        """Return the name."""

    def place(self, section: int) -> tuple[str, int]:
        """Return the file and the line in which a section starts."""

    def flags(self, section: int) -> int:
        """Return the flags of a section."""

    def mark(self, section: int, flags: int) -> None:
        """Set flags of a section."""

    def size(self, section: int) -> int:
        """Return how many lines a section has."""

    def next_named(self, section: int) -> int:
        """Return the next section of the same name, in any case; -1 if there is none."""

    def first(self, name: bytes) -> int:
        """Return the first section of a name, in any case; -1 if there is none."""

    def first_of_all(self) -> int:
        """Return the very first section, -1 if there is none."""

    def added(self) -> array[int]:
        """Return the numbers of the sections of the document, in order, as an array of uint32."""

    def first_object(self, name: bytes) -> int:
        """Return the first section of a name, in any case, that isn't a template; -1 if there is none.

        The empty name means all sections.  A template stays one, so none is looked at twice.
        """

    def add_line(self, section: int, name: bytes, value: bytes, file: int, line: int) -> None:
        """Append a line of a section's own."""

    def last_value(self, section: int, name: bytes) -> bytes | None:
        """Return the value of the last line with exactly that name, as bytes; None if there is none."""

    def replace_last(self, section: int, name: bytes, value: bytes, file: int, line: int) -> None:
        """Put another line of a section's own in the place of the last one with exactly that name."""

    def settle(self, section: int) -> int:
        """Make texts of values that were continued, and return how many bytes these have."""

    def settle_all(self) -> None:
        """Make texts of all values that were continued; the reading has ended."""

    def bequest(self, section: int) -> tuple[int, int]:
        """Return how many lines an heir gets, and how many characters their values have."""

    def inherit(self, heir: int, parent: int) -> None:
        """Append the lines of another section, or of the same; they are inherited."""

    def take_over(self, section: int, begun: int) -> None:
        """Append what a section line began before it said that it continues a section."""

    def numbers(self, section: int) -> array[int]:
        """Return the numbers of name and value of each line, one after the other, as an array of uint32."""

    def variables(self, section: int, make: Callable[[str, str, str, int, str | None], _T]) -> list[_T]:
        """Return ``make(name, value, file, line, template)`` for each line; the template is None for its own."""
