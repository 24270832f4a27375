"""How the commands print: JSON, columns, colours, and errors that end the command; no content.

Colours are left out where the output isn't a terminal.  Text of a configuration or a message is shown with
escapes for what could steer a terminal.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from identify.commands.output.errors import NAME, UnusableError, print_error
from identify.commands.output.status import Status
from identify.commands.output.streams import STANDARD_OUTPUT
from identify.commands.output.table import table_lines, wrapped
from identify.errors import IdentifyError, OutputError
from identify.strings import escaped, shown

if TYPE_CHECKING:
    from identify.commands.config_options import AnsweredRelease

__all__ = [
    "NAME",
    "QUIET",
    "SCHEMA_VERSION",
    "UnusableError",
    "WIDTH",
    "columns",
    "config_argument",
    "json_option",
    "paragraph",
    "escaped",
    "is_quiet",
    "print_json",
    "print_release",
    "shown",
    "styled",
    "table",
    "unusable_input",
    "warn",
]

#: Where a call's context keeps the width of its tables, and whether it says only errors.
WIDTH = "sip-identify.width"
QUIET = "sip-identify.quiet"

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


@contextlib.contextmanager
def unusable_input(path: str = "") -> Iterator[None]:
    """End the command with what an error of reading or writing says; ``path`` is named where that names no file."""
    try:
        yield
    except OutputError as error:
        if error.path == STANDARD_OUTPUT:
            raise
        print_error(str(error))
        raise Exit(int(Status.UNUSABLE)) from error
    except OSError as error:
        name = path if error.filename is None else error.filename or "''"
        said = error.strerror or str(error)
        raise UnusableError(escaped(f"{name}: {said}" if name else said)) from error
    except IdentifyError as error:
        raise UnusableError(escaped(str(error))) from error


def styled(text: str, style: str) -> str:
    """Return the text in one of the styles above, or as it is for any other name."""
    return click.style(text, **STYLES[style]) if style in STYLES else text


def is_quiet() -> bool:
    """Return whether the call is to print no progress and no remarks; outside of a call it isn't."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(QUIET))


def warn(text: str) -> None:
    """Print a warning, on standard error."""
    if not is_quiet():
        click.echo(styled(text, "warning"), err=True)


def columns(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a heading, fitted into the terminal or ``--width``; long values are clipped.

    Sentences aren't clipped: see :func:`table`.
    """
    table(heading, [[shown(cell) for cell in row] for row in rows])


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text that is safe for a terminal, in the same way."""
    lines, first = table_lines(heading, rows, _table_width())
    for number, line in enumerate(lines):
        click.echo(styled(line, "heading") if number < first else line)


def paragraph(text: str) -> None:
    """Print text that is safe for a terminal, broken at spaces if it doesn't fit into the width of tables."""
    width = _table_width()
    for line in [text] if width is None else wrapped(text, width):
        click.echo(line)


def _table_width() -> int | None:
    """Return into how many columns tables are fitted, None where the output is no terminal and nothing is asked for."""
    context = click.get_current_context(silent=True)
    given: int | None = context.meta.get(WIDTH) if context is not None else None
    if given is not None:
        return given
    if not sys.stdout.isatty():
        return None
    import shutil  # noqa: PLC0415  It loads what compresses, and few outputs of programs are terminals.

    # Python 3.10 gives 0 for a terminal that doesn't know its size.
    return shutil.get_terminal_size().columns or 80


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
    if not (err and is_quiet()):
        click.echo(styled(escaped(str(answered)), "faint"), err=err)
