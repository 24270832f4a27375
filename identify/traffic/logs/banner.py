"""The version of Asterisk that a log begins with; records and messages are other modules' parts.

Facts

- Asterisk begins each file with ``[date] Asterisk VERSION built by USER @ HOST on a ...``, JSON logs too, and again
  whenever it opens the file: when it starts, and when the file is rotated.
- A console begins with ``Asterisk VERSION, Copyright (C) ...``; a remote one adds ``Connected to Asterisk VERSION
  currently running on HOST (pid = N)``, which is the version of the server.
- Other lines may come before a console's, but no record.  Whoever sends requests can put such a line into a message
  or into a record of the error in it, so nothing after the first of these counts, and of a file only its first line.
"""

from __future__ import annotations

import re

from identify.config.versions import version_in
from identify.traffic.logs.headlines import MARK, START

__all__ = ["version_written"]

#: Bytes at the beginning of a log in which its banner is searched.
SEARCHED = 64 << 10
VERSION = rb"(?P<version>[\x21-\x7e]{1,160})"
FILE = re.compile(rb"\[[^\]\[\r\n]{4,64}\] Asterisk " + VERSION + rb" built by ")
STAMP = rb"^(?:\[[^\]\[\r\n]{4,64}\] )?"
CONSOLES = (
    re.compile(STAMP + rb"Connected to Asterisk " + VERSION + rb" currently running on ", re.MULTILINE),
    re.compile(STAMP + rb"Asterisk " + VERSION + rb", Copyright \(C\) ", re.MULTILINE),
)
OBJECT = re.compile(rb"^\{", re.MULTILINE)


def version_written(first: bytes) -> str | None:
    """Return the version in the banner of a log that begins with these bytes; None if there is none."""
    first = first[:SEARCHED]
    for record in (START.search(first), OBJECT.search(first)):
        if record is not None:
            first = first[: record.start()]
    first = first.partition(MARK)[0]
    found = FILE.match(first)
    for console in CONSOLES:
        found = found or console.search(first)
    return version_in(found["version"].decode("ascii")) if found is not None else None
