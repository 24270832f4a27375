"""Which message a record of the SIP logger means if its text contains more than one.

Knows how messages follow one another in a stream, and how the logger prints them; nothing about logs.

Facts

- For each of several messages that arrive in one segment, the logger prints the receive buffer from its start: the
  texts are equal, only the byte counts are those of the messages.  So the k-th record of such a run means the k-th
  message in the text.
- Line ends before a message are printed but not counted.
- Blanks and a fold may stand around the colon of Content-Length and at its end.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["BLANKS", "SIP", "Runs", "is_whole", "leading_line_ends", "message_spans"]

#: What PJSIP takes between the parts of a header: blanks, and a line end with a blank after it.
BLANKS = rb"[ \t]*(?:(?:\r\n|\r|\n)[ \t]+)?"
#: A header with more than a number, behind a fold too, doesn't say how long a message is.
LENGTH = re.compile(
    rb"^(?:content-length|l)" + BLANKS + rb":" + BLANKS + rb"0*(\d{1,9})"
    + BLANKS + rb"(?=(?:\r\n|\r(?!\n)|\n)(?![ \t]))",
    re.IGNORECASE | re.MULTILINE,
)  # fmt: skip
HEADERS_END = re.compile(rb"\r\n\r\n|\n\n|\n\r\n")
#: A line that isn't a header, but starts a log record.
NO_HEADER = re.compile(rb"^(?:\[|<--- |\r?\x1b|[\w.-]{0,80}\*CLI> )", re.MULTILINE)
#: The first line of a message.
SIP = re.compile(
    rb"[A-Z0-9.!%*_+`'~-]{1,64}[ \t]{1,16}\S{1,1024}[ \t]{1,16}SIP/2\.0[ \t]{0,16}\r?\n|SIP/2\.0 \d{3} ",
    re.IGNORECASE,
)
LINE_ENDS = re.compile(rb"(?:\r?\n)*")
#: The maximum number of messages in one text; a receive buffer has room for more only if they are tiny.
MOST_MESSAGES = 256
#: The maximum number of connections whose last text is kept.
MOST_PEERS = 256


def leading_line_ends(data: bytes, position: int = 0) -> int:
    """Return the position after the line ends at a position."""
    found = LINE_ENDS.match(data, position)
    return found.end() if found else position


def message_spans(
    data: bytes,
    position: int,
    end: int,
    *,
    most: int = MOST_MESSAGES,
    headers_end: Callable[[int, int], re.Match[bytes] | None] | None = None,
) -> list[tuple[int, int]]:
    """Return the start and end of each complete message between two positions.

    ``headers_end`` finds the first end of headers between two positions of this text.
    """
    found: list[tuple[int, int]] = []
    while len(found) < most:
        begin = leading_line_ends(data, position)
        headers = headers_end(begin, end) if headers_end else HEADERS_END.search(data, begin, end)
        if headers is None or NO_HEADER.search(data, begin, headers.start()):
            break
        length = LENGTH.search(data, begin, headers.end())
        position = headers.end() + (int(length[1]) if length else 0)
        if position > end:
            break
        found.append((begin, position))
    return found


def is_whole(data: bytes, begin: int) -> bool:
    """Return whether one message begins at a position and ends with the text, as its Content-Length says."""
    headers = HEADERS_END.search(data, begin)
    length = LENGTH.search(data, begin, headers.end()) if headers else None
    return bool(headers and length and headers.end() + int(length[1]) == len(data))


class Runs:
    """The last text of each connection, to count the records of a run."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[bytes, ...], tuple[bytes, int]] = OrderedDict()

    def message(self, peer: tuple[bytes, ...], text: bytes, count: int | None) -> bytes:
        """Return the message meant by a record with this text and byte count, None if the count is not the text's.

        A message that is longer than its byte count was edited.
        """
        parts = message_spans(text, 0, len(text))
        before, number = self._last.get(peer, (b"", 0))
        number = number + 1 if text == before else 0
        sizes = [end - begin for begin, end in parts]
        if number >= len(parts) or count not in (None, sizes[number]):
            # The records before it aren't in the log, or it is a text that came again.
            number = sizes.index(count) if count in sizes else 0
        if len(parts) > 1:
            self._last[peer] = (text, number)
            self._last.move_to_end(peer)
            if len(self._last) > MOST_PEERS:
                self._last.popitem(last=False)
        else:
            self._last.pop(peer, None)
        begin, end = parts[number] if parts else (leading_line_ends(text), len(text))
        if count is not None and not (parts and count < end - begin):
            end = begin + count
        return text[begin:end]
