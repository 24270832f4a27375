"""``sip-identify examples``: the examples and the documents, written into a new folder to try the commands in.

A wheel has copies of both beside this package; in a checkout they are taken from where they stand.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from identify.commands.command import command
from identify.commands.output.printing import UnusableError, escaped, unusable_input

if TYPE_CHECKING:
    from importlib.abc import Traversable

__all__ = ["examples"]

#: What is tried first, in a folder of the examples.
FIRST_FOLDER = "examples/outbound-proxy"
FIRST_COMMANDS = (
    "sip-identify explain pjsip.conf --message requests/invite.sip --source 192.168.0.1:5060",
    "sip-identify simulate pjsip.conf traffic.pcap --expect expected.jsonl",
)
#: Of a checkout, which has more beside them.
FOLDERS = ("docs", "examples")
NAMES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")


@command(["sip-identify examples sip-identify-examples"])
@click.argument("folder", metavar="DIR", type=click.Path())
def examples(folder: str) -> None:
    """Write the examples and the documents into DIR.

    DIR is made, or is an empty folder; nothing is ever overwritten.
    """
    found = dict(_materials())
    if not found:
        raise UnusableError("this installation has no examples; they are in the source distribution")
    with unusable_input(folder):
        _check_empty(folder)
        _write_all(Path(folder), found)
    click.echo(f"{len(found)} files in {escaped(folder)}:")
    for part, count in _counts(found):
        click.echo(f"  {part}" + (f" ({count} files)" if count else ""))
    click.echo("\nTo try first:")
    for line in (f"cd {shlex.quote(os.path.join(folder, FIRST_FOLDER))}", *FIRST_COMMANDS):
        click.echo(f"  {escaped(line)}")
    click.echo("\nThe README.md of each folder goes on from there.")


def _materials() -> Iterator[tuple[str, Traversable]]:
    """Yield each file's path in the new folder and where its content is."""
    installed = files("identify.commands") / "materials"
    if installed.is_dir():
        yield from _below("", installed)
        return
    checkout = Path(__file__).parents[3]
    # Something else may be called docs or examples beside a package that was copied.
    if not (checkout / "setup.py").exists():
        return
    for name in (*NAMES, *FOLDERS):
        yield from _below(name, checkout / name)


def _below(path: str, place: Traversable) -> Iterator[tuple[str, Traversable]]:
    if place.is_file():
        yield path, place
    elif place.name != "__pycache__":
        for inner in sorted(place.iterdir(), key=lambda one: one.name):
            yield from _below(f"{path}/{inner.name}" if path else inner.name, inner)


def _check_empty(folder: str) -> None:
    """Refuse a folder that has anything, and what is no folder."""
    try:
        with os.scandir(folder) as entries:
            if next(entries, None) is not None:
                raise UnusableError(
                    escaped(f"{folder}: is not empty, and nothing is overwritten; name a new folder")
                )
    except FileNotFoundError:
        return


def _write_all(folder: Path, found: dict[str, Traversable]) -> None:
    """Write the files, or leave none of them behind."""
    made: list[Path] = []
    try:
        for name, content in found.items():
            path = folder / name
            missing = [parent for parent in (path.parent, *path.parent.parents) if not parent.exists()]
            for parent in reversed(missing):
                parent.mkdir()
                made.append(parent)
            with open(path, "xb") as file:
                made.append(path)
                file.write(content.read_bytes())
    except OSError:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _counts(found: dict[str, Traversable]) -> Iterator[tuple[str, int]]:
    """Yield the folders with what they are worth listing for: files at the top, scenarios, kinds of documents."""
    counted: dict[str, int] = {}
    for name in found:
        parts = name.split("/")
        part = "/".join(parts[:2]) if len(parts) > 2 else name
        counted[part] = counted.get(part, 0) + (len(parts) > 2)
    yield from counted.items()
