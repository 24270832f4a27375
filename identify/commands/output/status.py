"""The exit statuses of the command, and which goes first if several apply."""

from __future__ import annotations

import enum

__all__ = ["Status", "first_status"]


class Status(enum.IntEnum):
    """The exit statuses; docs/reference/command.md says what each means for which command."""

    DONE = 0
    #: Not identified; something changes, differs, isn't as expected, or was lost where that is the question.
    DIFFERS = 1
    #: Wrong usage, an input that can't be used, or an output that can't be written; with ``--strict`` also an input
    #: that can't be used as a whole.
    UNUSABLE = 2
    #: The answer depends on something that isn't known.
    UNDETERMINED = 3
    #: The program itself failed; Python's own status for that would read as "not identified".
    FAILURE = 70


#: If several apply, the first of these is the status: what is certain goes before what isn't known.
PRIORITY = (Status.UNUSABLE, Status.DIFFERS, Status.UNDETERMINED, Status.DONE)


def first_status(*statuses: Status) -> Status:
    """Return the one of several statuses that goes first."""
    return next(status for status in PRIORITY if status in (*statuses, Status.DONE))
