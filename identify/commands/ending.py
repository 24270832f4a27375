"""How a command ends: with which status, what was lost on the way, and ``--strict``.

Every command with a CONFIG ends by :func:`end`, so that none forgets to say what was lost of it.  Lines about losses
go to standard error.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import click

from identify.commands.config_options import SourceOptions
from identify.commands.output.printing import NAME, warn
from identify.commands.output.status import Status, first_status
from identify.strings import escaped

if TYPE_CHECKING:
    from identify.configuration import Configuration

__all__ = ["LoadedConfig", "configurations_as_dict", "end", "problems_command"]


@attrs.frozen
class LoadedConfig:
    """A configuration that a command read, by the path that was given.

    ``release`` is named if the command answers for more than one.
    """

    path: str
    configuration: Configuration
    release: str | None = None

    @property
    def losses_line(self) -> str | None:
        """The line that says what was lost of it, None if nothing was."""
        losses = self.configuration.losses
        return losses.described(self._named) if losses else None

    @property
    def is_empty(self) -> bool:
        """Whether it has no objects at all, though nothing was lost and nothing is unknown."""
        configuration = self.configuration
        return not (configuration.object_count or configuration.losses or configuration.unknowns)

    @property
    def _named(self) -> str:
        return self.path if self.release is None else f"{self.path} as Asterisk {self.release}"

    def as_dict(self) -> dict[str, Any]:
        """Return how much there is of it and what was lost, as values for JSON."""
        configuration = self.configuration
        return {"path": self.path, "objects": configuration.object_count, **configuration.losses.as_dict()}


def configurations_as_dict(configs: Sequence[LoadedConfig]) -> dict[str, Any]:
    """Return what JSON says about the configurations that a command read: one, or one before and one after."""
    return dict(
        zip(("configuration", "configuration_after"), (each.as_dict() for each in configs), strict=False)
    )


def end(
    context: click.Context,
    status: Status,
    options: SourceOptions,
    configs: Sequence[LoadedConfig],
    lost: Iterable[str] = (),
    *,
    pointer: bool = True,
) -> NoReturn:
    """Say what was lost of the configurations, and end the command.

    ``lost`` are sentences about what else was lost, which only ``--strict`` asks about; ``pointer`` is false where the
    output itself lists the problems.
    """
    lines = {line: each for each in configs if (line := each.losses_line) is not None}
    for line, each in lines.items():
        warn(f"{line}, see: {problems_command(each, options)}" if pointer else line)
    for path in dict.fromkeys(each.path for each in configs if each.is_empty):
        warn(f"{escaped(path)} has no objects, so no request is identified")
    strictly = [*lines, *lost] if options.strict else []
    if strictly:
        for line in strictly[len(lines) :]:
            warn(line)
        warn(f"exit status {int(Status.UNUSABLE)}: --strict, and something was lost")
        status = first_status(status, Status.UNUSABLE)
    context.exit(int(status))


def problems_command(each: LoadedConfig, options: SourceOptions) -> str:
    """Return the command that lists the problems of the configuration as it was read."""
    from identify.config.releases import NEWEST  # noqa: PLC0415  Help and completion do without.

    words = [NAME, "show", "problems", each.path]
    release = each.configuration.release
    words += [] if release == NEWEST else ["--release", release.name]
    words += ["--offline"] if options.offline else []
    words += ["--names", options.names] if options.names is not None else []
    words += ["--partial"] if options.partial else []
    return escaped(shlex.join(words))
