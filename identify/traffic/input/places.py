"""Which files inputs are: paths, ``-`` for standard input, and URLs that name a file of this machine."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from identify.traffic.input.remote import is_url
from identify.writing import Place

__all__ = ["places_of"]

STANDARD_INPUT = 0
#: Schemes of fsspec for files of this machine; others, such as ``simplecache``, may stand before them.
LOCAL = ("file", "local")


def places_of(what: str, paths: Iterable[str]) -> list[Place]:
    """Return what outputs are compared with, so that none of them is one of these inputs."""
    places: list[Place] = []
    for path in paths:
        if path == "-":
            places.append(("standard input", STANDARD_INPUT))
        elif is_url(path):
            scheme, _, rest = path.rpartition("::")[2].partition("://")
            if scheme.lower() in LOCAL:
                places += [(what, rest), (what, unquote(rest))]
        else:
            places.append((what, path))
    return places
