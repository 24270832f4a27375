from array import array
from collections.abc import Callable
from typing import Final, final

from identify._compiled._address_rules import AddressRules
from identify._compiled._sections import Sections

OPTIONS: Final[dict[int, str]]

@final
class PlainIdentifies:
    """Identify sections of which all is plain: endpoint, items of ``match``, and silent rules with patterns.

    ``ports`` and ``in_place`` are what the release does with items, see :class:`~identify.config.releases.Release`.

    Thread safety: one thread calls :meth:`read`; once it has, nothing changes, and any number of threads may look.
    """

    def __init__(self, sections: Sections, ports: bool = True, in_place: bool = True) -> None: ...
    def __len__(self) -> int: ...
    @property
    def sections(self) -> Sections: ...
    @property
    def rules(self) -> AddressRules: ...
    @property
    def spent(self) -> int: ...
    def read(self, numbers: array[int], says_nothing: Callable[[str, str], bool], most: int) -> bytes:
        """Keep the sections that are plain, and return a byte for each: 1 if it is.

        ``numbers`` is a buffer of uint32, the numbers of sections of type identify whose options are all known and
        accepted.  ``says_nothing(option, value)`` tells whether there is nothing to report about a value of
        ``match_header`` or ``match_request_uri``.  If more than ``most`` items would be made, none is plain.
        """

    @property
    def numbers(self) -> array[int]:
        """The numbers of the sections, as an array of uint32."""

    def section(self, number: int) -> int:
        """Return the number of the section of an identify."""

    def name(self, number: int) -> str:
        """Return the id of an identify."""

    def endpoint(self, number: int) -> str:
        """Return the endpoint of an identify."""

    def header(self, number: int) -> str | None:
        """Return the value of ``match_header``, None if it has none."""

    def request_uri(self, number: int) -> str | None:
        """Return the value of ``match_request_uri``, None if it has none."""

    def names_of(self, numbers: array[int]) -> list[str | None]:
        """Return the ids of identifies, given as a buffer of uint32; None for numbers that are none."""

    def endpoints_of(self, numbers: array[int]) -> list[str | None]:
        """Return the endpoints of identifies, given as a buffer of uint32; None for numbers that are none."""

    def marks(self) -> tuple[bytes, bytes]:
        """Return two bytes objects with a byte for each: whether it has a header, and whether a request URI."""
