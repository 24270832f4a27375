"""What ``sip-identify examples`` writes: which files, and where they are.

``setup.py`` runs this file for the names and copies the files into a wheel, beside the package of the commands.  In a
checkout they are taken from where they stand.  Hence nothing but the standard library is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Traversable

__all__ = ["FOLDER", "LEFT_OUT", "NAMES", "materials"]

#: Files and folders of a checkout, which has more beside them: what people try and read, and what that links to.
NAMES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    "docs",
    "examples",
    "benchmarks/README.md",
    "benchmarks/results/published.json",
    "_ext/README.md",
)
#: Folders in these that are left out: ``docs/site`` makes the documents a site, which takes a checkout.
LEFT_OUT = frozenset({"__pycache__", "site"})
#: Where a wheel has them, in the package of the commands.
FOLDER = "materials"


def materials() -> Iterator[tuple[str, Traversable]]:
    """Yield each file's path in the new folder and where its content is; nothing if the installation has none."""
    installed = files("identify.commands") / FOLDER
    if installed.is_dir():
        yield from _below("", installed)
        return
    checkout = Path(__file__).parents[3]
    # Something else may be called docs or examples beside a package that was copied.
    if not (checkout / "setup.py").exists():
        return
    for name in NAMES:
        yield from _below(name, checkout / name)


def _below(path: str, place: Traversable) -> Iterator[tuple[str, Traversable]]:
    if place.is_file():
        yield path, place
    elif place.name not in LEFT_OUT:
        for inner in sorted(place.iterdir(), key=lambda one: one.name):
            yield from _below(f"{path}/{inner.name}" if path else inner.name, inner)
