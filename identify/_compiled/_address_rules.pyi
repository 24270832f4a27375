from array import array
from collections.abc import Sequence
from typing import Literal, final, overload

from identify.model import AddressRule

@final
class AddressRules:
    """Items of ``match`` as numbers.

    Thread safety: nothing changes once whoever makes them has given them away.
    """

    def __len__(self) -> int: ...
    @overload
    @staticmethod
    def of(owners: Sequence[Sequence[AddressRule]], tuples: Literal[False] = False) -> AddressRules: ...
    @overload
    @staticmethod
    def of(
        owners: Sequence[Sequence[tuple[bool, int, int, int, int]]], tuples: Literal[True]
    ) -> AddressRules:
        """Return the ``AddressRule`` objects of each owner, or tuples (negated, family, address, mask, port)."""

    @staticmethod
    def arranged(
        order: array[int], first: AddressRules, first_count: int, second: AddressRules
    ) -> AddressRules:
        """Return the items of two lists of owners in another order.

        ``order`` is a buffer of uint32, the number of an owner for each place: those of ``first``, then, from
        ``first_count`` on, those of ``second``.  The owners of the result are the places.
        """

    def owners(self) -> array[int]:
        """Return the owners that have items, in order, as an array of uint32."""

    def ranked(self) -> AddressRules:
        """Return the items with ranks as owners, which count the owners that have items."""

    def lists(self) -> tuple[list[int], list[int], list[int], list[int], list[int], list[bool]]:
        """Return the owners, families, addresses, masks, ports and signs (whether negated), a list of each."""
