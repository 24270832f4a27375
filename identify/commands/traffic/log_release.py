"""The release that traffic tells: Asterisk's logs begin with its version.

Knows which files may be looked into twice, and what is said of what they tell; where the version stands in a log is
``identify.traffic.logs.banner``'s.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from identify.commands.config_options import AnsweredRelease, ConfigOptions
from identify.commands.output.printing import warn
from identify.commands.reading import known_release
from identify.commands.traffic.options import TrafficOptions
from identify.errors import IdentifyError
from identify.strings import shown

__all__ = ["answered_for"]


def answered_for(options: ConfigOptions, traffic: Sequence[str], reading: TrafficOptions) -> AnsweredRelease:
    """Return the release that is answered for: the given one, otherwise that of the first log that tells a known one.

    What can't be read twice isn't looked into: standard input, pipes, what is opened by URL.  Says on standard error
    which versions aren't used.
    """
    if options.release is not None:
        return options.answered
    answered = options.answered
    first = ""
    for path, version in _versions(traffic, reading):
        release = known_release(version)
        if release is None:
            warn(f"{shown(path)}: the log says Asterisk {version}, which is not a known release")
        elif not first:
            first, answered = path, AnsweredRelease(release, "log")
        elif release != answered.release:
            warn(
                f"{shown(path)}: the log says Asterisk {version}, not {answered.release.name} as {shown(first)} does; "
                "its requests are answered for the first"
            )
    return answered


def _versions(traffic: Sequence[str], reading: TrafficOptions) -> Iterator[tuple[str, str]]:
    """Yield the logs that tell a version."""
    from identify.traffic import open_traffic  # noqa: PLC0415  The readers of traffic are many.

    for path in traffic:
        if path == "-" or not os.path.isfile(path):
            continue
        try:
            with open_traffic(path, **reading.reading) as reader:
                version = reader.asterisk
        except (IdentifyError, OSError, ValueError):
            # It is reported when the file is read.
            continue
        if version is not None:
            yield path, version
