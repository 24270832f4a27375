"""What the commands that read traffic have in common: their options, progress, and how a message is named.

Knows nothing of what is done with the traffic.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timezone, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from identify.commands.arguments import complete_registrations, parse_tokens
from identify.commands.output import UnusableError, shown
from identify.configuration import Configuration
from identify.traffic import Reader
from identify.traffic.opening import FORMATS

__all__ = ["check_tokens", "progress", "read_tokens", "reading_of", "traffic_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

#: Tokens of registrations are few.
LONGEST_TOKENS = 1 << 20


def _zone(context: click.Context, param: click.Parameter, value: str) -> tzinfo:
    if value.upper() == "UTC":
        return timezone.utc
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter(
            f"{value!r} is no time zone, such as Europe/Berlin", context, param
        ) from error


def _columns(context: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for value in values:
        field, equals, column = value.partition("=")
        if not (field and equals and column):
            raise click.BadParameter(f"{value!r} is not of the form FIELD=COLUMN", context, param)
        columns[field] = column
    return columns


OPTIONS = (
    click.option(
        "--line-token", "line_tokens", metavar="ID=TOKEN", multiple=True, callback=parse_tokens,
        shell_complete=complete_registrations,
        help="The token of a registration with line = yes; others are learned from Asterisk's REGISTERs.",
    ),
    click.option(
        "--line-tokens", "tokens_file", metavar="FILE", type=click.Path(),
        help="A JSON object of such tokens by registration.",
    ),
    click.option(
        "--local", metavar="ADDR[:PORT]", multiple=True,
        help="An address of Asterisk; without any, the transports and the traffic tell.",
    ),
    click.option(
        "--format", "form", type=click.Choice(sorted(FORMATS)), help="The format, where the content doesn't tell."
    ),
    click.option(
        "--zone", default="UTC", show_default=True, callback=_zone, metavar="ZONE",
        help="The time zone of dates that name none.",
    ),
    click.option("--year", type=click.IntRange(1970, 9999), help="The year of the first date that has none."),
    click.option(
        "--column", "columns", metavar="FIELD=COLUMN", multiple=True, callback=_columns,
        help="Which column of rows has a field; may be repeated.",
    ),
)  # fmt: skip


def traffic_options(command: Command) -> Command:
    """Add the options of reading traffic to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def reading_of(
    form: str | None, zone: tzinfo, year: int | None, columns: Mapping[str, str]
) -> dict[str, Any]:
    """Return the arguments of ``open_traffic`` that the options ask for."""
    return {"format": form, "zone": zone, "year": year, "columns": dict(columns) or None}


def read_tokens(path: str | None, given: Mapping[str, str]) -> dict[str, str]:
    """Return the tokens of a file with those that were given beside it, or end the command."""
    if path is None:
        return dict(given)
    try:
        with open(path, "rb") as file:
            text = file.read(LONGEST_TOKENS + 1)
        tokens = json.loads(text)
    except OSError as error:
        raise UnusableError(f"{shown(path)}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise UnusableError(f"{shown(path)}: no JSON: {shown(str(error))}") from error
    if not isinstance(tokens, dict) or not all(isinstance(one, str) and one for one in tokens.values()):
        raise UnusableError(f"{shown(path)}: expected an object of tokens by registration")
    return {**tokens, **given}


def check_tokens(configuration: Configuration, tokens: Mapping[str, str]) -> None:
    """End the command if an id isn't in the configuration: a mistyped one would look like an answer."""
    with_line = [one.id for one in configuration.registrations.values() if one.line]
    for id in tokens:
        if id not in with_line:
            known = ", ".join(map(shown, with_line)) or "none"
            raise UnusableError(f"no registration {shown(id)!r} with line = yes; there is: {known}")


@contextlib.contextmanager
def progress(paths: Sequence[str]) -> Iterator[Callable[[int, Reader | str], None]]:
    """Show how far the traffic is read, on standard error and only on a terminal.

    Yields a function that takes the requests since its last call and their reader, or the path of a file that is done.
    """
    if not sys.stderr.isatty():
        yield lambda _count, _reader: None
        return
    sizes = {path: _size(path) for path in paths}
    known = sum(size for size in sizes.values() if size)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("reading", total=known if all(sizes.values()) else None, rate="")
        before: dict[str, int] = {}
        messages = 0

        def move(count: int, reader: Reader | str) -> None:
            nonlocal messages
            messages += count
            if isinstance(reader, str):
                before[reader] = sizes.get(reader) or 0
            else:
                before[reader.name] = reader.position
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = f"{messages / elapsed:,.0f} messages/s" if elapsed and messages else ""
            bar.update(task, completed=sum(before.values()), rate=rate)

        yield move


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size if path != "-" else None
    except OSError:
        return None
