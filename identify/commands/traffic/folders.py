"""Directories given as traffic: the files in them, in the order in which they are read.

Knows which files of a directory are traffic, by their content, and says which aren't; nothing about reading them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from identify.commands.output.printing import UnusableError, escaped, shown, unusable_input, warn

__all__ = ["traffic_files"]

#: The maximum number of files in one directory.
MOST_FILES = 10_000
#: Skipped files that are named, about a screen.
MOST_NAMED = 20


def traffic_files(paths: Sequence[str], reading: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Return the paths, the traffic in each directory, sorted by name, in place of the directory.

    Files that aren't traffic are named on standard error, and so are directories in it, which aren't looked into.
    ``reading`` are arguments of ``open_traffic``.  Ends the command for a directory without traffic.
    """
    found: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            found += _files_in(path, reading or {})
        else:
            found.append(path)
    return tuple(found)


def _files_in(folder: str, reading: Mapping[str, Any]) -> list[str]:
    names = _names_in(folder)
    found, skipped = [], []
    for name in names:
        path = os.path.join(folder, name)
        reason = _not_traffic(path, reading)
        if reason is None:
            found.append(path)
        else:
            skipped.append(f"{shown(path)}: skipped: {escaped(reason)}")
    if not found:
        what = "a configuration" if "pjsip.conf" in names else "a directory"
        raise UnusableError(f"{escaped(folder)} is {what} without any file of traffic")
    for line in skipped[:MOST_NAMED]:
        warn(line)
    if len(skipped) > MOST_NAMED:
        warn(f"{shown(folder)}: {len(skipped) - MOST_NAMED:,} more files skipped")
    return found


def _names_in(folder: str) -> list[str]:
    with unusable_input(folder), os.scandir(folder) as entries:
        names = [entry.name for entry, _ in zip(entries, range(MOST_FILES + 1), strict=False)]
    if len(names) > MOST_FILES:
        raise UnusableError(
            f"{escaped(folder)} has more than {MOST_FILES:,} files: name those that are meant"
        )
    return sorted(names)


def _not_traffic(path: str, reading: Mapping[str, Any]) -> str | None:
    """Return why a file in a directory isn't read, None if it is traffic; an unreadable file ends the command."""
    from identify.errors import MissingLibraryError, TrafficError  # noqa: PLC0415  Help and completion do without.
    from identify.traffic import open_traffic  # noqa: PLC0415

    if os.path.isdir(path):
        return "a directory"
    # Opening a pipe or a device may wait for ever.
    if not os.path.isfile(path):
        return "not a file"
    with unusable_input(path):
        with open(path, "rb"):
            pass
        try:
            with open_traffic(path, **reading):
                return None
        except MissingLibraryError:
            # It is traffic, and reading it says what to install.
            return None
        except TrafficError as error:
            return error.reason
