"""Which message a record of the SIP logger means, where its text holds more than one.

Knows how messages follow one another in a stream, and the logger's habit; nothing of logs.

*Facts*: for several messages that arrive in one segment, the logger prints the receive buffer from its start for
each: the texts are alike, only the byte counts are those of the messages.  So the k-th record of such a run means
the k-th message in the text.  Line ends before a message are printed and not counted.
"""

from __future__ import annotations

import re
from collections import OrderedDict

__all__ = ["Runs", "frames", "leading_line_ends"]

LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})", re.IGNORECASE | re.MULTILINE)
HEADERS_END = re.compile(rb"\r\n\r\n|\n\n|\n\r\n")
#: A line that no header is, but that a log record begins with.
NO_HEADER = re.compile(rb"^(?:\[|<--- |\r?\x1b)", re.MULTILINE)
LINE_ENDS = re.compile(rb"(?:\r?\n)*")
#: Messages in one text that are told apart; a receive buffer has room for more only with tiny ones.
MOST_FRAMES = 256
#: Connections of which the last text is kept.
MOST_PEERS = 256


def leading_line_ends(data: bytes, position: int = 0) -> int:
    """Return where the line ends that begin at a position end."""
    found = LINE_ENDS.match(data, position)
    return found.end() if found else position


def frames(data: bytes, position: int, end: int, most: int = MOST_FRAMES) -> list[tuple[int, int]]:
    """Return begin and end of the messages that are complete between two positions."""
    found: list[tuple[int, int]] = []
    while len(found) < most:
        begin = leading_line_ends(data, position)
        headers = HEADERS_END.search(data, begin, end)
        if headers is None or NO_HEADER.search(data, begin, headers.start()):
            break
        length = LENGTH.search(data, begin, headers.end())
        position = headers.end() + (int(length[1]) if length else 0)
        if position > end:
            break
        found.append((begin, position))
    return found


class Runs:
    """The last text of each connection, so that the records of a run are counted."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[bytes, ...], tuple[bytes, int]] = OrderedDict()

    def message(self, peer: tuple[bytes, ...], text: bytes, count: int) -> bytes:
        """Return the message that a record with this text and byte count means."""
        parts = frames(text, 0, len(text))
        before, number = self._last.get(peer, (b"", 0))
        number = number + 1 if text == before else 0
        if number >= len(parts) or parts[number][1] - parts[number][0] != count:
            number = 0
        if len(parts) > 1:
            self._last[peer] = (text, number)
            self._last.move_to_end(peer)
            if len(self._last) > MOST_PEERS:
                self._last.popitem(last=False)
        else:
            self._last.pop(peer, None)
        if number:
            return text[parts[number][0] : parts[number][1]]
        begin = leading_line_ends(text)
        return text[begin : begin + count]
