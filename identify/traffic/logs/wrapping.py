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
    #: Where ``data`` begins in the original text.
    begin: int
    #: The position in ``data`` of each removed part, and the number of bytes removed up to it.
    places: list[int]
    removed: list[int]
    #: Whether this is the end of the log.
    last: bool

    @classmethod
    def of(cls, text: bytes, begin: int, *, terminal: bool, dated: bool, last: bool) -> UnwrappedText:
        """Return a text from a line on without the CR before LF (``terminal``) and the date of a line (``dated``)."""
        if not terminal and not dated:
            return cls(text, 0, [], [], last)
        pieces, places, removed = [], [], []
        at, count = begin, 0
        for found in WRAPPING[terminal, dated].finditer(text, begin):
            pieces.append(text[at : found.start()])
            places.append(found.start() - begin - count)
            at = found.end()
            count += at - found.start()
            removed.append(count)
        pieces.append(text[at:])
        return cls(b"".join(pieces), begin, places, removed, last)

    def raw(self, position: int) -> int:
        """Return the position in the original text of a position in ``data``."""
        number = bisect_right(self.places, position - 1)
        return self.begin + position + (self.removed[number - 1] if number else 0)

    def place(self, raw: int) -> int:
        """Return the position in ``data`` of a position in the original text that wasn't removed, or begins a line."""
        number = self._before(raw)
        return raw - self.begin - (self.removed[number - 1] if number else 0)

    def _before(self, raw: int) -> int:
        """Return how many of the removed parts begin before a position in the original text."""
        low, high = 0, len(self.places)
        while low < high:
            middle = (low + high) // 2
            begins = self.begin + self.places[middle] + (self.removed[middle - 1] if middle else 0)
            low, high = (middle + 1, high) if begins < raw else (low, middle)
        return low


def with_line_ends(data: bytes, begin: int, count: int) -> tuple[bytes, int] | None:
    """Restore a text whose CRLFs have become LFs; return it and its end here, None if it doesn't fit the count."""
    at, length = begin, 0
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
    return data[begin:end].replace(b"\n", b"\r\n"), end
