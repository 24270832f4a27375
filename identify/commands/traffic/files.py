"""What is given as traffic: files, and directories of them, in the order in which they are read.

Knows which files of a directory are traffic, by their content, and says which aren't; nothing about reading them.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import click

from identify.commands.order import right_order
from identify.commands.output.files import check_outputs
from identify.commands.output.printing import NAME, UnusableError, escaped, shown, unusable_input, warn

__all__ = ["check_names", "traffic_files"]

#: The maximum number of files in one directory.
MOST_FILES = 10_000
#: Bytes of a file by which is told whether it is a message alone.
LOOKED_AT = 64 << 10
#: Skipped files that are named, about a screen.
MOST_NAMED = 20


def traffic_files(
    paths: Sequence[str], reading: Mapping[str, Any] | None = None, *, only: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the paths, with the traffic in each directory, sorted by name, in place of the directory.

    Files that aren't traffic are named on standard error, and so are directories in it, which aren't looked into.
    ``reading`` are arguments of ``open_traffic``; ``only`` are the formats of a reader that are meant.

    Ends the command for a directory without traffic, and for a SIP message, since nothing says where it came from.
    """
    found: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            found += _files_in(path, reading or {}, only)
        else:
            _check_is_no_message(path, reading or {})
            found.append(path)
    return tuple(found)


def check_names(paths: Sequence[str], options: Sequence[str]) -> None:
    """End the command where two inputs can't be told apart by options that know files by their names."""
    for path in paths:
        if paths.count(path) > 1:
            raise click.UsageError(f"{escaped(path)} is given twice")
    if not options:
        return
    first: dict[str, str] = {}
    for path in paths:
        other = first.setdefault(os.path.basename(path), path)
        if other != path:
            raise click.UsageError(
                f"{escaped(other)} and {escaped(path)} have the same name, by which {options[0]} tells files apart"
            )


def _check_is_no_message(path: str, reading: Mapping[str, Any]) -> None:
    """End the command for a file with a SIP message and nothing else, which another command takes."""
    from identify.traffic.texts.pasted import is_message, message_count  # noqa: PLC0415  Help does without.

    if reading.get("format") is not None or not os.path.isfile(path):
        return
    with unusable_input(path), open(path, "rb") as file:
        first = file.read(LOOKED_AT)
    context = click.get_current_context(silent=True)
    if not is_message(first) or context is None:
        return
    from identify.traffic.opening import format_of  # noqa: PLC0415  Help does without.

    if format_of(first) is not None:
        return
    config = str(context.params.get("config") or "CONFIG")
    several = message_count(first) > 1
    what = "SIP messages, which don't say where they came from" if several else "one SIP message, not traffic"
    command = f"{escaped(shlex.join([NAME, 'explain', config, path]))} --source ADDR[:PORT]"
    raise UnusableError(
        f"{escaped(path)} is {what}; explain takes {'the first' if several else 'it'}: {command}"
    )


def _files_in(folder: str, reading: Mapping[str, Any], only: Sequence[str]) -> list[str]:
    names = _names_in(folder)
    found, skipped = [], []
    for name in names:
        path = os.path.join(folder, name)
        reason = _not_traffic(path, reading, only)
        if reason is None:
            found.append(path)
        else:
            skipped.append(f"{shown(path)}: skipped: {escaped(reason)}")
    if not found:
        what = "a configuration" if "pjsip.conf" in names else "a directory"
        raise UnusableError(f"{escaped(folder)} is {what} without any file of traffic", right_order())
    # Standard error may go into one of them.
    check_outputs([("the traffic", path) for path in found])
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


def _not_traffic(path: str, reading: Mapping[str, Any], only: Sequence[str]) -> str | None:
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
            with open_traffic(path, **reading) as reader:
                return None if not only or reader.format in only else f"{reader.format}, not {only[0]}"
        except MissingLibraryError:
            # It is traffic, and reading it says what to install.
            return None
        except TrafficError as error:
            return "not traffic" if "known formats" in error.reason else error.reason.partition("; ")[0]
