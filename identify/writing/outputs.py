"""Files that are written together: all take their places, or none; no output is an input, or another output.

Files are compared by what they are, not by their names: links and other spellings don't matter.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from identify.errors import OutputError
from identify.strings import shown
from identify.writing.leftovers import not_interrupted
from identify.writing.output import Output

__all__ = ["Outputs", "Place", "check_apart", "same_file"]

#: Something that is read or written: what it is for, and its path or descriptor.
Place: TypeAlias = "tuple[str, str | int]"


class Outputs:
    """Files that take their places together when the block ends, and are discarded if it fails.

    ``inputs`` are read meanwhile, so none of them can be opened here.  ``descriptors`` are written in place of the
    paths that they stand for, and ``durable`` says whether files are worth waiting for the disk.
    """

    def __init__(
        self,
        inputs: Iterable[Place] = (),
        *,
        descriptors: Mapping[str, int] | None = None,
        durable: bool = True,
    ) -> None:
        self._inputs = list(inputs)
        self._descriptors = descriptors or {}
        self._durable = durable
        self._opened: list[Output] = []

    def open(self, path: str | os.PathLike[str]) -> Output:
        """Open a file; OutputError if it is an input, another output, or can't be written."""
        name = os.fspath(path)
        if name in self._descriptors:
            output = Output(name, descriptor=self._descriptors[name])
        else:
            others: list[Place] = [("the output", opened.path) for opened in self._opened]
            check_apart([("the output", name), *others], self._inputs)
            output = Output(name)
        self._opened.append(output)
        return output

    def __enter__(self) -> Outputs:
        """Return the group."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """Put all files into their places, or discard them."""
        try:
            if kind is None:
                for output in self._opened:
                    output.finish(durable=self._durable)
                with not_interrupted():
                    for output in self._opened:
                        output.commit()
        finally:
            for output in self._opened:
                output.discard()
            self._opened.clear()


def check_apart(outputs: Sequence[Place], inputs: Iterable[Place]) -> None:
    """Raise OutputError where an output is one of the inputs, or two outputs are one file."""
    read = {_identity(place): (what, place) for what, place in inputs if _is_kept(place)}
    written: dict[object, Place] = {}
    for what, place in outputs:
        identity = _identity(place)
        if identity is None:
            continue
        if _is_kept(place) and identity in read:
            raise OutputError(f"it is also read: {_named(read[identity])}", _named((what, place)))
        if identity in written:
            raise OutputError(
                f"it is also written by another name: {_named(written[identity])}", _named((what, place))
            )
        written[identity] = what, place


def same_file(first: str | int, second: str | int) -> bool:
    """Say whether two places are one file that keeps what is written to it."""
    return _is_kept(first) and _is_kept(second) and _identity(first) == _identity(second)


def _named(place: Place) -> str:
    what, name = place
    return what if isinstance(name, int) else f"{what} {shown(name)}"


def _status(place: str | int) -> os.stat_result | None:
    try:
        return os.stat(place)
    except (OSError, ValueError):
        return None


def _is_kept(place: str | int) -> bool:
    """Say whether a place keeps what is written to it, so that it can be destroyed."""
    status = _status(place)
    return status is not None and (stat.S_ISREG(status.st_mode) or stat.S_ISBLK(status.st_mode))


def _identity(place: str | int) -> object:
    """Return what is equal for all names of a file, None if two may write there, as to a terminal."""
    status = _status(place)
    if status is not None:
        return None if stat.S_ISCHR(status.st_mode) else (status.st_dev, status.st_ino)
    if isinstance(place, int):
        return None
    # It doesn't exist yet: a name in a folder.
    folder, name = os.path.split(os.path.realpath(place))
    above = _status(folder)
    return (above.st_dev, above.st_ino, name) if above is not None else (place,)
