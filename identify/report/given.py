"""What a report was made from and how: the files, the release, the time, and the command for a closer look.

All of it comes from whoever asks for the report: nothing is read or looked up here.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePath

import attrs

from identify.strings import shown

__all__ = ["Given"]

#: Characters of a command on the page: with more or longer names of files there is none, and only the frame is said.
LONGEST_COMMAND = 2_000
#: Files of the traffic that a title names.
MOST_IN_TITLE = 3


@attrs.frozen(kw_only=True)
class Given:
    """What was given to the simulation.

    ``release`` is the sentence that commands print, ``made`` the time of making in nanoseconds since the epoch.
    ``command`` are the words before the traffic of a command that simulates the same, ``problems`` a command that lists
    the problems of each configuration, by its path.  ``sizes`` are the sizes of files in bytes, as far as known.
    """

    config: str
    traffic: Sequence[str]
    against: str | None = None
    release: str = ""
    made: int = -1
    command: Sequence[str] = ()
    problems: Mapping[str, str] = attrs.field(factory=dict)
    sizes: Mapping[str, int] = attrs.field(factory=dict)

    @property
    def traffic_names(self) -> str:
        """The names of the traffic without their folders, the first few."""
        names = [short_name(path) for path in self.traffic[:MOST_IN_TITLE]]
        more = len(self.traffic) - MOST_IN_TITLE
        return (", ".join(names) + (f" and {more:,} more" if more > 0 else "")) or "no traffic"

    def explaining(self, frame: int) -> str | None:
        """Return the command that prints the trace of a frame, None if there is none to copy."""
        return self._simulating("--explain", str(frame))

    def listing(self, source: str) -> str | None:
        """Return the command that prints the unidentified requests of a source, None as above."""
        # An endpoint's access list may deny a source as well.
        only = ("--only", "unidentified", "--only", "endpoint acl")
        return self._simulating(*only, "--where", f"source={source}", "-o", "-")

    def showing(self, frame: int, formats: Mapping[str, str]) -> str | None:
        """Return the command that shows a frame of a capture, None for other traffic or several files.

        ``formats`` are those of the files, by path.
        """
        if len(self.traffic) != 1 or not formats.get(self.traffic[0], "").startswith("pcap"):
            return None
        return _command(["tshark", "-r", self.traffic[0], "-Y", f"frame.number=={frame}", "-V"])

    def _simulating(self, *words: str) -> str | None:
        # What came from standard input is gone.
        if not self.command or "-" in self.traffic:
            return None
        return _command([*self.command, *self.traffic, *words])


def short_name(path: str) -> str:
    """Return the name of a file or folder without its folders, as people read it.

    >>> short_name("/etc/asterisk/"), short_name("-")
    ('asterisk', 'standard input')
    """
    if path == "-":
        return "standard input"
    return shown(PurePath(path).name or path)


def _command(words: Sequence[str]) -> str | None:
    """Return a command as it is typed, None if it is too long or has what can't be typed."""
    text = shlex.join(words)
    return text if text.isprintable() and len(text) <= LONGEST_COMMAND else None
