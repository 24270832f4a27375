"""How the commands print: JSON, columns, colours, and errors that end the command; no content.

Colours are left out where the output isn't a terminal.  Text of a configuration or a message is shown with
escapes for what could steer a terminal.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from identify.commands.output.status import Status
from identify.commands.output.streams import STANDARD_OUTPUT
from identify.errors import IdentifyError, OutputError
from identify.strings import escaped, shown

if TYPE_CHECKING:
    from identify.commands.config_options import AnsweredRelease

__all__ = [
    "NAME",
    "SCHEMA_VERSION",
    "UnusableError",
    "columns",
    "config_argument",
    "json_option",
    "escaped",
    "print_json",
    "print_release",
    "shown",
    "styled",
    "unusable_input",
    "warn",
]

#: The command, which is also the name of the distribution.
NAME = "sip-identify"

#: Raised when a field of the JSON output changes its meaning or goes; new fields don't raise it.
SCHEMA_VERSION = 1

STYLES: Mapping[str, dict[str, Any]] = {
    "answer": {"fg": "green", "bold": True},
    "no answer": {"fg": "red", "bold": True},
    "heading": {"bold": True},
    "warning": {"fg": "yellow"},
    "error": {"fg": "red"},
    "faint": {"dim": True},
}

config_argument = click.argument("config", metavar="CONFIG", type=click.Path())
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, see docs/reference/json.md.")


class UnusableError(click.ClickException):
    """An input can't be read or used; ends the command with the status of wrong usage."""

    exit_code = int(Status.UNUSABLE)


@contextlib.contextmanager
def unusable_input(path: str = "") -> Iterator[None]:
    """End the command with what an error of reading or writing says; ``path`` is named where that names no file."""
    try:
        yield
    except OutputError as error:
        if error.path == STANDARD_OUTPUT:
            raise
        click.echo(f"error: {escaped(str(error))}", err=True)
        raise Exit(int(Status.UNUSABLE)) from error
    except OSError as error:
        name = error.filename or path
        said = error.strerror or str(error)
        raise UnusableError(escaped(f"{name}: {said}" if name else said)) from error
    except IdentifyError as error:
        raise UnusableError(escaped(str(error))) from error


def styled(text: str, style: str) -> str:
    """Return the text in one of the styles above, or as it is for any other name."""
    return click.style(text, **STYLES[style]) if style in STYLES else text


def warn(text: str) -> None:
    """Print a warning, on standard error."""
    click.echo(styled(text, "warning"), err=True)


def columns(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a heading, the columns as wide as their widest cell."""
    table = [heading, *([shown(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for number, row in enumerate(table):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.echo(line if number else styled(line, "heading"))


def print_json(command: str, answered: AnsweredRelease | None, content: Mapping[str, Any]) -> None:
    """Print one JSON object, in ASCII; bytes that aren't UTF-8 are lone surrogates, as in PEP 383.

    ``answered`` is the release that is answered for, None if the content says for which.
    """
    beginning: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "command": command}
    if answered is not None:
        beginning["release"] = answered.as_dict()
    click.echo(json.dumps({**beginning, **content}, indent=2))


def print_release(answered: AnsweredRelease, *, err: bool = False) -> None:
    """Print for which release the command answers; on standard error if the output is something else's form."""
    click.echo(styled(escaped(str(answered)), "faint"), err=err)
