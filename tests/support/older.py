"""An older release for the tests: identify objects in the order of hashes, and whatever else a test wants of it."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from identify.config.releases import Release
from identify.strings import encoded

ODD_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61)


def hash_of(id: str) -> int:
    """Return the hash of an id: h = h * 33 ^ byte, in 32 bits, without the top bit."""
    value = 5381
    for byte in encoded(id):
        value = (value * 33 & 0xFFFFFFFF) ^ byte
    return value & 0x7FFFFFFF


def hash_order(ids: Sequence[str], sections: int) -> list[str]:
    """Return ids of pjsip.conf in the order in which releases before 20.16 and 22.6 try them."""
    buckets = max((prime for prime in ODD_PRIMES if prime <= sections), default=1)
    return sorted(ids, key=lambda one: hash_of(one) % buckets)


@attrs.frozen(kw_only=True)
class OlderRelease(Release):
    """The order of hashes; two objects of one id are both tried."""

    name: str = "20.15.2"
    bits: int = 0

    @property
    def dialect(self) -> int:
        """What a test wants."""
        return self.bits

    @property
    def sorted_identifies(self) -> bool:
        """Whether objects are tried in the order of their ids."""
        return False
