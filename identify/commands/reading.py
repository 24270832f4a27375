"""How the commands read a CONFIG: for which release, with whose answers about host names; what that prints.

Names are looked up as Asterisk does when it starts, unless the options say otherwise; if the configuration has none,
nobody is asked and no library for it is loaded.  Everything is printed on standard error.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from identify.commands.config_options import AnsweredRelease, ConfigOptions, SourceOptions
from identify.commands.order import right_order
from identify.commands.output.files import check_outputs
from identify.commands.output.printing import UnusableError, unusable_input, warn
from identify.strings import escaped, shown

if TYPE_CHECKING:
    from identify.config.releases import Release
    from identify.configuration import Configuration, Resolver
    from identify.model import Problem

#: Bytes of a file by which is told what it is.
MOST_LOOKED_AT = 1 << 20
#: Without one of these a file makes no object: a type, a section that is its own type, another file.
BINDING = re.compile(
    rb"^[\t\r ]*(?:type[\t ]*\+?=|\[[\t ]*(?:global|system)[\t ]*\]|#(?:include|tryinclude|exec)\b)",
    re.MULTILINE | re.IGNORECASE,
)

__all__ = [
    "configuration_places",
    "known_release",
    "load",
    "load_all",
    "load_as",
    "load_with",
    "point_to_release",
]


def load(path: str, options: ConfigOptions, answered: AnsweredRelease | None = None) -> Configuration:
    """Read a configuration, or end the command; ``answered`` is the release, by default that of the options."""
    (configuration,) = load_all([path], options, answered)
    return configuration


def load_all(
    paths: Sequence[str], options: ConfigOptions, answered: AnsweredRelease | None = None
) -> list[Configuration]:
    """Read configurations, or end the command; a name that several of them have is asked once."""
    answered = answered if answered is not None else options.answered
    with _resolver(options) as resolver:
        configurations = [load_with(path, resolver, options, answered.release) for path in paths]
    point_to_release(configurations, answered)
    return configurations


def load_as(path: str, options: SourceOptions, releases: Sequence[Release]) -> list[Configuration]:
    """Read one configuration as each of some releases does, or end the command; a name is asked once."""
    with _resolver(options) as resolver:
        return [load_with(path, resolver, options, release) for release in releases]


def load_with(
    path: str, resolver: Resolver | None, options: SourceOptions, release: Release
) -> Configuration:
    """Read a configuration with somebody else's answers about host names, or end the command."""
    from identify.configuration import Configuration  # noqa: PLC0415  Help and completion do without.

    with unusable_input():
        configuration = Configuration.from_path(
            path, resolver=resolver, release=release, partial=options.partial
        )
    check_outputs(configuration_places([configuration], options))
    if not (configuration.object_count or configuration.unknowns):
        _check_is_configuration(path, configuration)
    return configuration


def configuration_places(
    configurations: Iterable[Configuration], options: SourceOptions
) -> list[tuple[str, str | int]]:
    """Return the files that configurations were read from, none of which may be written."""
    found: list[tuple[str, str | int]] = []
    for configuration in configurations:
        found += [("the configuration", path) for path in configuration.paths]
    return found + ([("--names", options.names)] if options.names is not None else [])


def point_to_release(configurations: Iterable[Configuration], answered: AnsweredRelease) -> None:
    """Say which release a configuration gives away, where none was told."""
    if answered.chosen == "default":
        proposals = [line for line in map(_proposal, configurations) if line is not None]
        for line in dict.fromkeys(proposals):
            warn(line)


def known_release(version: str) -> Release | None:
    """Return the release of a version that was found somewhere, None if it isn't known here."""
    from identify.config.releases import release_of  # noqa: PLC0415  Help and completion do without.

    try:
        return release_of(version)
    except ValueError:
        return None


def _check_is_configuration(path: str, configuration: Configuration) -> None:
    """End the command if a file of which nothing was loaded is something else, such as a capture.

    A configuration is never refused: one without objects has a section or an include, or nothing but comments.
    """
    # Of a directory its pjsip.conf was read.
    files = [path] if os.path.isfile(path) else [os.path.join(path, "pjsip.conf")]
    for file in filter(os.path.isfile, files):
        with unusable_input(file), open(file, "rb") as opened:
            content = opened.read(MOST_LOOKED_AT)
        name = os.path.basename(file)
        outside = [
            each
            for each in configuration.problems
            if each.code == "option-outside-section" and each.file == name
        ]
        what = _other_than_configuration(content, outside[0] if outside else None)
        if what is not None:
            raise UnusableError(f"{escaped(file)} is not a configuration: {what}", right_order())


def _other_than_configuration(content: bytes, outside: Problem | None) -> str | None:
    """Return what a file without objects is that isn't a configuration, None if it is one.

    ``outside`` is the error of a line before its first section.
    """
    from identify.traffic.input.compression import compression_of  # noqa: PLC0415
    from identify.traffic.opening import format_of  # noqa: PLC0415  Loads every reader of traffic.
    from identify.traffic.other_content import CONFIGURATION, other_content  # noqa: PLC0415

    other = other_content(content)
    if other is CONFIGURATION:
        return None
    format = format_of(content)
    if format is not None:
        return f"it is traffic ({format})"
    if other is not None:
        return f"it is {other.what}"
    compression = compression_of(content)
    if compression is not None:
        return f"it is compressed ({compression})"
    if outside is None or BINDING.search(content):
        return None
    if b"\0" in content:
        return "it is binary"
    return f"it has nothing that makes an object, and line {outside.line} stands before any section"


def _proposal(configuration: Configuration) -> str | None:
    """Return what to do if ``user_agent`` gives another release away."""
    from identify.config.versions import user_agent_version  # noqa: PLC0415  Help and completion do without.

    origin = configuration.settings.user_agent_origin
    version = user_agent_version(configuration.settings)
    if origin is None or version is None or version == configuration.release.name:
        return None
    named = f"{shown(origin.file)}:{origin.line}: user_agent names Asterisk {version}"
    if known_release(version) is None:
        return f"{named}, which is not a known release"
    return f"{named}: --release {version} to answer for it"


@contextlib.contextmanager
def _resolver(options: SourceOptions) -> Iterator[Resolver | None]:
    """Give who answers for host names, None for nobody."""
    if options.offline:
        yield None
        return
    if options.names is not None:
        from identify.config.hostnames import names_file  # noqa: PLC0415  Few calls have such a file.

        with unusable_input(options.names):
            resolver = names_file(options.names)
        yield resolver
        return
    from identify.commands.host_names import AnnouncedResolver  # noqa: PLC0415  Help does without.

    with AnnouncedResolver() as announced:
        yield announced
