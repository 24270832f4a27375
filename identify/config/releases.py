"""What differs between Asterisk releases, each difference in one place.

A :class:`Release` is passed down to whatever reads or compares; nothing else asks for a version.

Facts

- Since 20.16, 21.11, 22.6 and 23, identify objects are tried sorted by the bytes of their ids.  If pjsip.conf and a
  wizard make objects with the same id, only that of pjsip.conf exists.
- Since 20.18.1, 22.8.1 and 23.2.1, regular expressions work on UTF-8 characters, not bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from identify.identifiers import LOAD_ORDER
from identify.model import Identify
from identify.strings import encoded

__all__ = ["NEWEST", "Release", "release_of"]


@attrs.frozen(kw_only=True)
class Release:
    """The behaviour of a release.

    ``name`` is its version, such as ``"18.10.0"``; ``identifiers`` are the names of its identifiers other than
    ``line``, in the order in which its modules are loaded.
    """

    name: str = "23"
    identifiers: tuple[str, ...] = LOAD_ORDER

    @property
    def dialect(self) -> int:
        """How requests are parsed, printed and screened: bits of ``Dialect`` in ``_ext/message/_dialect.pxd``."""
        return 0

    def arranged(
        self, configured: Sequence[Identify], made: Sequence[Identify], sections: int
    ) -> list[Identify]:
        """Return the identify objects of pjsip.conf and those that wizards made, in the order in which they are tried.

        Both are in file order; ``sections`` counts pjsip.conf's sections of the type, refused ones too.
        """
        both = {identify.id: identify for identify in (*made, *configured)}
        return sorted(both.values(), key=lambda identify: encoded(identify.id))


NEWEST = Release()


def release_of(release: str | Release) -> Release:
    """Return the release of a version as people write it: ``18.10.0``, ``20``, ``certified/20.7``.

    Raises ValueError for what is not a version, and for versions that aren't known here.
    """
    if isinstance(release, Release):
        return release
    if release == NEWEST.name:
        return NEWEST
    raise ValueError(f"{release!r} is not a known release")
