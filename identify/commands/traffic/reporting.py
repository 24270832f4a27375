"""What ``--html`` puts on its page besides the result: the files and their sizes, the time, commands for a closer look.

Knows how the options were given on the command line; what the page says is ``identify.report``'s.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

import rich_click as click
from click.core import ParameterSource

from identify.commands.config_options import AnsweredRelease, SourceOptions
from identify.commands.ending import LoadedConfig, problems_command
from identify.commands.output.printing import NAME
from identify.writing import Outputs

if TYPE_CHECKING:
    from identify.report import Given

__all__ = ["given_of", "opened_page"]

#: Options by which traffic or a configuration is read in another way, so that a command without them answers otherwise.
READING = (
    *(
        "--release",
        "--offline",
        "--names",
        "--partial",
        "--line-token",
        "--line-tokens",
        "--local",
        "--format",
    ),
    *("--zone", "--year", "--column", "--hep", "--assume-dialogs"),
)


def opened_page(path: str | None, outputs: Outputs) -> IO[str] | None:
    """Open the page before the traffic is read, which ends the command where none could be written afterwards."""
    if path is None:
        return None
    from identify.report import require_libraries  # noqa: PLC0415  Few runs make a page.

    require_libraries()
    return outputs.open(path).text("utf-8")


def given_of(
    configs: Sequence[LoadedConfig],
    traffic: Sequence[str],
    answered: AnsweredRelease,
    options: SourceOptions,
) -> Given:
    """Return what was given to this call of the command."""
    from identify.report import Given  # noqa: PLC0415  Few runs make a page.

    context: click.Context = click.get_current_context()  # type: ignore[assignment]  # It isn't silent.
    config, *against = (each.path for each in configs)
    files = [*traffic, *(path for each in configs for path in (each.path, *each.configuration.paths))]
    return Given(
        config=config,
        against=against[0] if against else None,
        traffic=traffic,
        release=str(answered),
        made=time.time_ns(),
        # The files of a cluster's workers may not be here.
        command=[NAME, "simulate", config, *_reading_words(context)] if not context.params["dask"] else (),
        problems={each.path: problems_command(each, options) for each in configs},
        sizes=dict(_sizes(files)),
    )


def _reading_words(context: click.Context) -> Iterator[str]:
    """Yield the options that say how something is read, as they were given."""
    for param in context.command.params:
        option = max(param.opts, key=len)
        if (
            param.name is None
            or option not in READING
            or context.get_parameter_source(param.name) is not ParameterSource.COMMANDLINE
        ):
            continue
        value = context.params[param.name]
        if value is True:
            yield option
        else:
            for text in _texts(value):
                yield option
                yield text


def _texts(value: Any) -> list[str]:
    """Return the values of an option as they are written."""
    if isinstance(value, Mapping):
        return [f"{key}={text}" for key, text in value.items()]
    if isinstance(value, (tuple, list)):
        return [str(each) for each in value]
    # A release has a name, and so has a value that a callback read.
    return [str(getattr(value, "name", value))]


def _sizes(paths: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the size of each path that is a file of this machine."""
    for path in dict.fromkeys(paths):
        if os.path.isfile(path):
            yield path, os.path.getsize(path)
