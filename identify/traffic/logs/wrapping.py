"""How terminals and conversions change the lines of a log, and how to undo it.

Knows line ends and the date before each line; nothing about records.
"""

from __future__ import annotations

import re
from bisect import bisect_right

import attrs

from identify.traffic.logs.headlines import STAMP

__all__ = ["UnwrappedText", "with_line_ends"]

WRAPPING = {
    (True, False): re.compile(rb"\r(?=\n)"),
    (False, True): re.compile(rb"^" + STAMP, re.MULTILINE),
    (True, True): re.compile(rb"\r(?=\n)|^" + STAMP, re.MULTILINE),
}


@attrs.define
class UnwrappedText:
    """A text without the CRs of a terminal or the date of each line, with positions in the original text."""

    data: bytes
    #: The position in ``data`` of each removed part, and the number of bytes removed up to it.
    places: list[int]
    removed: list[int]
    #: Whether this is the end of the log.
    last: bool

    @classmethod
    def of(cls, text: bytes, *, terminal: bool, dated: bool, last: bool) -> UnwrappedText:
        """Return a text without the CR before each LF (``terminal``), without the date of each line (``dated``)."""
        if not terminal and not dated:
            return cls(text, [], [], last)
        pieces, places, removed = [], [], []
        at = count = 0
        for found in WRAPPING[terminal, dated].finditer(text):
            pieces.append(text[at : found.start()])
            places.append(found.start() - count)
            at = found.end()
            count += at - found.start()
            removed.append(count)
        pieces.append(text[at:])
        return cls(b"".join(pieces), places, removed, last)

    def raw(self, position: int) -> int:
        """Return the position in the original text of a position in ``data``."""
        number = bisect_right(self.places, position - 1)
        return position + (self.removed[number - 1] if number else 0)


def with_line_ends(data: bytes, count: int) -> tuple[bytes, int] | None:
    """Restore a text whose CRLFs have become LFs; return it and its length here, None if it doesn't fit the count."""
    at = length = 0
    while length < count:
        end = data.find(b"\n", at)
        if end < 0 or length + end - at >= count:
            # The last line, without an end.
            end = at + count - length
            break
        length += end - at + 2
        at = end + 1
    else:
        end = at
    if length > count or end > len(data):
        return None
    return data[:end].replace(b"\n", b"\r\n"), end
