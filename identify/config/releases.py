"""What differs between Asterisk releases, each difference in one place.

Only the newest release is here; an older one is another :class:`Release`.

Facts: from 20.16, 21.11, 22.6 and 23 on identify objects are tried sorted by the bytes of their ids, and of
two of one id, one of them made by a wizard, there is only that of pjsip.conf.  From 20.18.1, 22.8.1 and
23.2.1 on regular expressions work on UTF-8 characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import attrs

from identify.strings import encoded

__all__ = ["NEWEST", "Release"]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Release:
    """The behaviour of a group of releases."""

    name: str
    #: Whether ``.`` and classes of regular expressions stand for UTF-8 characters, else for bytes.
    regex_characters: bool = True

    def order(self, ids: Iterable[str]) -> list[str]:
        """Return ids in the order in which Asterisk tries their objects."""
        return sorted(ids, key=encoded)

    def merged(self, configured: Mapping[str, T], made: Mapping[str, T]) -> dict[str, T]:
        """Return the objects of pjsip.conf and those that wizards made, in the order they are tried."""
        both = {**made, **configured}
        return {name: both[name] for name in self.order(both)}


NEWEST = Release(name="newest")
