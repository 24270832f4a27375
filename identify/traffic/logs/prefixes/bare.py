"""Text of a log that was copied without the beginning of its lines: without dates, or notices and nothing else.

Knows what is put in front of them to make records again; what they tell is ``notices``'s.

Facts

- ``journalctl -o cat`` prints what Asterisk gives to syslog, ``NOTICE[1]: file.c:1 in function: text``.
- In forums and mails a notice often stands alone, or behind whatever was there: a list's dash, a clock, a part of the
  record's beginning.

Strategy

Only a text is read so in which nothing begins as in a log.  What stands within the byte count of a SIP message stays
as it is, because its sender chose it.
"""

from __future__ import annotations

import re

from identify.traffic.input.stream import Stream
from identify.traffic.logs.headlines import HEADLINE
from identify.traffic.logs.prefixes.rewritten import RewrittenLog
from identify.traffic.logs.prefixes.template import VARIABLE, as_asterisk_writes, record_start
from identify.traffic.other_content import other_content

__all__ = ["BareLog"]

PIECE = 256 << 10
LONGEST_LINE = 1 << 20
#: The maximum length of what is in front of a notice.
LONGEST = 300
#: The beginning of a notice, at least up to where its line was wrapped.
NOTICE = re.compile(rb"Request (?:'[^'\s]{1,64}'(?: from '|[ \t\r]*$)|from ')", re.MULTILINE)
FAILED = b"failed for '"
ABOVE_MESSAGE = re.compile(rb"--- (?:Received|Transmitting) SIP re")
BEGINNING = b"] NOTICE[0] res_pjsip/pjsip_distributor.c: "
#: What may follow a notice that was copied out of a text.
BEHIND = b' \t\r`"*'


class BareLog(RewrittenLog):
    """The text with a beginning for each record, line by line; ``read`` is that of a file."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        #: Bytes of a SIP message that are still to come.
        self._inside = 0

    @staticmethod
    def recognises(first: bytes) -> bool:
        """Return whether text that isn't a log as Asterisk writes it begins with these bytes, and has records."""
        if first.lstrip()[:1] == b"{" or other_content(first) is not None:
            return False
        if any(map(_is_levelled, first.split(b"\n"))):
            return True
        # With messages it is a log whose prefixes aren't known, and these would be lost.
        return FAILED in first and NOTICE.search(first) is not None and ABOVE_MESSAGE.search(first) is None

    def _fill(self, count: int) -> None:
        while len(self._out) < count and not self._ended:
            piece = self._stream.read(PIECE)
            self._ended = not piece
            lines = (self._rest + piece).split(b"\n")
            self._rest = lines.pop()
            for line in lines:
                self._out += self._record(line) + b"\n"
            if len(self._rest) > LONGEST_LINE or self._ended:
                self._out += self._record(self._rest)
                self._rest = b""

    def _record(self, line: bytes) -> bytes:
        """Return a line as a log has it."""
        if self._inside > 0:
            # Copying loses CRs.
            self._inside -= len(line) + (1 if line.endswith(b"\r") else 2)
            return line
        if _is_levelled(line):
            line = as_asterisk_writes(line, b"")
        elif found := NOTICE.search(line, 0, LONGEST):
            times = (each[0] for each in VARIABLE.finditer(line[: found.start()]) if each["time"])
            line = b"[" + next(times, b"unknown") + BEGINNING + line[found.start() :].rstrip(BEHIND)
        if headline := HEADLINE.search(line + b"\n"):
            self._inside = int(headline[3])
        return line


def _is_levelled(line: bytes) -> bool:
    """Return whether a line begins with the level of a record, without a date."""
    return line[:1].isupper() and record_start(line)
