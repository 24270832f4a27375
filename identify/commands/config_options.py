"""The options of every command that reads a CONFIG: the release of Asterisk, and who is asked for host names.

Knows how they are written, what excludes what, and the release that a command answers for; ``reading`` reads with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs
import click

from identify.commands.options import gathered
from identify.strings import escaped

if TYPE_CHECKING:
    from identify.config.releases import Release

__all__ = [
    "AnsweredRelease",
    "ConfigOptions",
    "SourceOptions",
    "as_release",
    "config_options",
    "source_options",
]


@attrs.frozen
class AnsweredRelease:
    """The release that a command answers for, and how it was chosen: by option, by default, or by the log's banner."""

    release: Release
    chosen: Literal["given", "default", "log"]

    def __str__(self) -> str:
        """Return the line that the commands print."""
        from identify.config.releases import NEWEST  # noqa: PLC0415  Help and completion do without.

        name = f"as Asterisk {self.release.name}"
        if self.release.line > NEWEST.line:
            name += " (newer than any that is known here: as the newest)"
        if self.chosen == "default":
            return f"{name} (the newest known; --release VERSION for another)"
        return f"{name}, as the log says" if self.chosen == "log" else name

    def as_dict(self) -> dict[str, Any]:
        """Return it as values that JSON knows."""
        return {"version": self.release.name, "chosen": self.chosen}


@attrs.frozen(kw_only=True)
class SourceOptions:
    """What a configuration is read from besides its files; the fields are the options of the command."""

    offline: bool = False
    names: str | None = None
    partial: bool = False
    strict: bool = False

    def __attrs_post_init__(self) -> None:
        """End the command where two of them can't go together."""
        if self.offline and self.names is not None:
            raise click.UsageError(
                "--names cannot be used with --offline: with --names nobody is asked anyway"
            )


@attrs.frozen(kw_only=True)
class ConfigOptions(SourceOptions):
    """How configurations are read; the fields are the options of the command."""

    release: Release | None = None

    @property
    def answered(self) -> AnsweredRelease:
        """The release that was told, by default the newest."""
        from identify.config.releases import NEWEST  # noqa: PLC0415  Help and completion do without.

        return AnsweredRelease(self.release or NEWEST, "given" if self.release is not None else "default")


def as_release(context: click.Context, param: click.Parameter, value: str | None) -> Release | None:
    """Return the release of an option's version, None without one; end the command for one that isn't known."""
    if value is None:
        return None
    from identify.config.releases import release_of  # noqa: PLC0415  Help and completion do without.

    try:
        return release_of(value)
    except ValueError as error:
        raise click.BadParameter(escaped(str(error)), context, param) from error


RELEASE = click.option(
    "--release", metavar="VERSION", callback=as_release,
    help="Version of the Asterisk that is meant, such as 18.10.0 or certified/20.7; the newest known by default.",
)  # fmt: skip
SOURCES = [
    click.option(
        "--offline", is_flag=True,
        help="Ask nobody for the host names in CONFIG; an answer that depends on them is undetermined.",
    ),
    click.option(
        "--names", metavar="FILE", type=click.Path(),
        help="Take the addresses of host names from a file, such as names.lock or /etc/hosts, and ask nobody.",
    ),
    click.option(
        "--partial", is_flag=True,
        help="Read a CONFIG of which parts are missing, such as included files; an answer that depends on them is "
        "undetermined.",
    ),
    click.option(
        "--strict", is_flag=True,
        help="End with exit status 2 if anything of CONFIG was lost, or of the traffic or the expected answers.",
    ),
]  # fmt: skip

#: Adds the options of reading a CONFIG to a command, as its argument ``config_options``.
config_options = gathered("config_options", ConfigOptions, [RELEASE, *SOURCES])
#: The same for a command that answers for releases that it has options of its own for, as ``source_options``.
source_options = gathered("source_options", SourceOptions, SOURCES)
