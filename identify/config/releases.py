"""What differs between Asterisk releases, each difference in one place.

Only the newest release is here; an older one is another :class:`Release`.

Facts

- Since 20.16, 21.11, 22.6 and 23, identify objects are tried sorted by the bytes of their ids.  If pjsip.conf and a
  wizard make objects with the same id, only that of pjsip.conf exists.
- Since 20.18.1, 22.8.1 and 23.2.1, regular expressions work on UTF-8 characters, not bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import attrs

from identify.strings import encoded

__all__ = ["NEWEST", "Release"]

T = TypeVar("T")


@attrs.frozen
class Release:
    """The behaviour of a group of releases."""

    def order(self, ids: Iterable[str]) -> list[str]:
        """Return ids in the order in which Asterisk tries their objects."""
        return sorted(ids, key=encoded)

    def merged(self, configured: Mapping[str, T], made: Mapping[str, T]) -> dict[str, T]:
        """Return the objects of pjsip.conf and those that wizards made, in the order in which they are tried."""
        both = {**made, **configured}
        return {id: both[id] for id in self.order(both)}


NEWEST = Release()
