"""Where the text of configuration files comes from: a given set of texts, or a directory.

A source answers for a name: the text of the file, which files an include of that name means, and which file it is.
It knows nothing about the contents of a file.

Facts

- Names in ``#include`` are relative to the configuration directory, not to the including file; absolute names are
  allowed.
- ``*``, ``?``, ``[...]`` and ``{a,b}`` work, and matches are read in byte order.  A name without any of these is
  taken literally.  A backslash takes the next character literally in either.

Judgements

- What wasn't observed is as in the C library's ``glob``: a pattern that ends with ``/`` means directories only, and one
  that begins with a dot (``d/.*``) also means ``.`` and ``..``.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from identify.config.language.globs import TooManyNamesError, expand_braces, has_wildcard, matches, unescaped
from identify.config.language.limits import COMPARED_A_STEP
from identify.strings import encoded, encoded_anyhow

__all__ = [
    "MAX_FILE_BYTES",
    "DirectoryFiles",
    "FileTooLargeError",
    "Files",
    "GivenFiles",
    "UnreadableError",
]

#: No known pjsip.conf comes near this; more is a mistake or an attack.
MAX_FILE_BYTES = 64 * 1024 * 1024
#: Directory entries examined for one include; ``/*/*/*/*`` would walk the whole machine.
MAX_GLOB_ENTRIES = 100_000
#: As how many steps it counts to look into a directory.
STEPS_A_QUESTION = 20
#: The directory that absolute names in an include refer to when the files are given as texts.
CONFIGURATION_DIRECTORY = "/etc/asterisk"
#: What each directory has of itself and of the one above it: only a pattern that begins with a dot means them.
_ITSELF = (".", "..")


#: Counts steps.
Spend = Callable[[int], None]


class UnreadableError(Exception):
    """A file exists but can't be read; the text is the reason."""


class FileTooLargeError(Exception):
    """A file, or the files that an include's pattern means, exceed a limit."""


class Files(Protocol):
    """A source of files."""

    def read(self, name: str) -> bytes | None:
        """Return the contents of a file, None where it doesn't exist."""
        ...

    def expand(self, pattern: str, spend: Spend) -> list[str]:
        """Return the existing files and directories that an include means, in the order in which they are read.

        ``spend`` counts the steps that it takes, and raises an error if they are too many.
        """
        ...

    def is_directory(self, name: str) -> bool:
        """Return whether a name is that of a directory."""
        ...

    def identity(self, name: str) -> str:
        """Return one text for all names of a file."""
        ...


class GivenFiles:
    """A set of texts in place of the configuration directory; no other file exists."""

    def __init__(self, texts: Mapping[str, str | bytes]) -> None:
        self._texts = {_normal(name): text for name, text in texts.items()}
        self._directories = _directories(self._texts)

    def read(self, name: str) -> bytes | None:
        """Return the contents of a file, None if it isn't in the set."""
        data = self._texts.get(_normal(name))
        if data is None:
            return None
        if len(data) > MAX_FILE_BYTES:
            raise FileTooLargeError(f"more than {MAX_FILE_BYTES} bytes")
        return data if isinstance(data, bytes) else encoded_anyhow(data)

    def expand(self, pattern: str, spend: Spend) -> list[str]:
        """Return the names in the set that an include means, and the directories that they are in."""
        found = []
        for name in _braces(pattern, spend):
            only_directories = name.endswith("/")
            name = _normal(name)
            if has_wildcard(name):
                found.extend(self._matching(name, only_directories, spend))
            else:
                name = unescaped(name)
                found.extend([name] if name in self._texts or name in self._directories else [])
        return found

    def _matching(self, pattern: str, only_directories: bool, spend: Spend) -> list[str]:
        """Return the names that match a pattern; the directories have those of themselves too."""
        every = [] if only_directories else list(self._texts)
        every.extend(self._directories)
        if "." in pattern:
            every.extend(
                posixpath.join(directory, own).removeprefix("./")
                for directory in self._directories
                for own in _ITSELF
            )
        spend(sum(_steps(name, pattern) for name in every))
        return sorted({name for name in every if _matches(name, pattern)}, key=encoded)

    def is_directory(self, name: str) -> bool:
        """Return whether files of the set are in a directory of that name."""
        return _normal(name) in self._directories

    def identity(self, name: str) -> str:
        """Return the canonical form of a name."""
        return _normal(name)


class DirectoryFiles:
    """The files in a configuration directory, and files with absolute names."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        #: Paths of the files that were read, each once.
        self.opened: dict[str, None] = {}

    def read(self, name: str) -> bytes | None:
        """Return the contents of a regular file, None where there is none."""
        path = os.path.join(self._directory, name)
        try:
            # A FIFO without a writer would block the plain open.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise UnreadableError(_reason(error)) from error
        self.opened[path] = None
        try:
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise UnreadableError("not a regular file")
                data = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise UnreadableError(_reason(error)) from error
        if len(data) > MAX_FILE_BYTES:
            raise FileTooLargeError(f"more than {MAX_FILE_BYTES} bytes")
        return data

    def expand(self, pattern: str, spend: Spend) -> list[str]:
        """Return the names that an include means, relative names relative to the directory."""
        found: list[str] = []
        for name in _braces(pattern, spend):
            if "\0" in name:
                continue
            if has_wildcard(name):
                start = "/" if name.startswith("/") else ""
                paths = self._walk(start, [segment for segment in name.split("/") if segment], spend)
                if name.endswith("/"):
                    paths = [path for path in paths if self.is_directory(path)]
                found.extend(sorted(paths, key=encoded))
            else:
                name = unescaped(name)
                found.extend([name] if os.path.exists(os.path.join(self._directory, name)) else [])
        return found

    def is_directory(self, name: str) -> bool:
        """Return whether there is a directory of that name."""
        return os.path.isdir(os.path.join(self._directory, name))

    def identity(self, name: str) -> str:
        """Return the path of a file, with its links followed."""
        return os.path.realpath(os.path.join(self._directory, name))

    def _walk(self, start: str, segments: list[str], spend: Spend) -> list[str]:
        """Return the paths below ``start`` that match a pattern's segments."""
        paths, budget = [start], [MAX_GLOB_ENTRIES]
        for depth, segment in enumerate(segments):
            above = [path for path in paths if self.is_directory(path)] if depth else paths
            paths = [
                path + name if path in ("", "/") else f"{path}/{name}"
                for path in above
                for name in _matching_entries(os.path.join(self._directory, path), segment, budget, spend)
            ]
        return paths


def _matching_entries(directory: str, segment: str, budget: list[int], spend: Spend) -> list[str]:
    """Return the names in a directory that match a segment of a pattern, none if it can't be listed.

    ``budget`` is the number of entries that may still be examined.
    """
    # Asking the machine takes longer than comparing a few characters, and the longer the deeper the directory is.
    spend(STEPS_A_QUESTION + len(directory))
    if not has_wildcard(segment):
        segment = unescaped(segment)
        return [segment] if os.path.lexists(os.path.join(directory, segment)) else []
    names = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                budget[0] -= 1
                if budget[0] < 0:
                    raise FileTooLargeError(f"more than {MAX_GLOB_ENTRIES} directory entries")
                spend(_steps(entry.name, segment))
                if matches(entry.name, segment):
                    names.append(entry.name)
    except OSError:
        return []
    return names + [name for name in _ITSELF if matches(name, segment)]


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _normal(name: str) -> str:
    """Return the canonical form of a name in a given set: relative to the configuration directory."""
    normal = posixpath.normpath(name)
    return "." if normal == CONFIGURATION_DIRECTORY else normal.removeprefix(CONFIGURATION_DIRECTORY + "/")


def _matches(name: str, pattern: str) -> bool:
    """Return whether a path matches a pattern segment by segment (``*`` doesn't match ``/``)."""
    names, patterns = name.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(map(matches, names, patterns))


def _directories(names: Iterable[str]) -> frozenset[str]:
    """Return the directories that files with these names are in, and the configuration directory."""
    found = {"."}
    for name in names:
        directory = posixpath.dirname(name)
        while directory not in ("", "/") and directory not in found:
            found.add(directory)
            directory = posixpath.dirname(directory)
    return frozenset(found)


def _steps(name: str, pattern: str) -> int:
    """Return as how many steps the comparison of a name with a pattern counts."""
    return 1 + len(name) * len(pattern) // COMPARED_A_STEP


def _braces(pattern: str, spend: Spend) -> list[str]:
    """Return the names and patterns that an include stands for; an empty name means nothing."""
    try:
        return [name for name in expand_braces(pattern, spend) if name]
    except TooManyNamesError as error:
        raise FileTooLargeError(str(error)) from error
