from collections.abc import Sequence
from typing import Final, TypedDict, final, type_check_only

from identify._compiled._address_rules import AddressRules

NEGATED: Final[int]
IPV6: Final[int]
WAYS: Final[tuple[str, ...]]

@type_check_only
class Structure(TypedDict):
    words: int
    host_capacity: int
    ports: int
    masks: int
    irregular: int

def parse_address(text: str | bytes) -> tuple[int, int] | None: ...
def parse_plain(text: str, way: int) -> tuple[int, int] | None: ...  # for tests

@final
class AddressIndex:
    # Contiguous buffers; the annotation for those (collections.abc.Buffer) came with Python 3.12.
    def __init__(
        self,
        ranks: object = b"",
        flags: object = b"",
        addresses: object = b"",
        masks: object = b"",
        ports: object = b"",
    ) -> None: ...
    @staticmethod
    def from_rules(identifies: Sequence[Sequence[tuple[bool, int, int, int, int]]]) -> AddressIndex: ...
    @staticmethod
    def of(rules: AddressRules) -> AddressIndex: ...
    def lookup(self, family: int, address: int, port: int) -> int: ...
    def lookup_text(self, text: str | bytes, port: int) -> int: ...  # for tests
    def checksum(self, family: int, addresses: object, port: int) -> int: ...  # for tests
    @property
    def rules(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def structure(self) -> dict[int, Structure]: ...  # for tests
    def __len__(self) -> int: ...
