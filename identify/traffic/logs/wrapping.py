"""What terminals and conversions do to the lines of a log, and how it is undone.

Knows line ends and the date before each line; nothing of records.
"""

from __future__ import annotations

import re
from bisect import bisect_right

import attrs

from identify.traffic.logs.headlines import STAMP

__all__ = ["View", "with_line_ends"]

WRAPPING = {
    (True, False): re.compile(rb"\r(?=\n)"),
    (False, True): re.compile(rb"^" + STAMP, re.MULTILINE),
    (True, True): re.compile(rb"\r(?=\n)|^" + STAMP, re.MULTILINE),
}


@attrs.define
class View:
    """A text without what a terminal or a date on each line added, and the way back to where it stood."""

    data: bytes
    #: Position in ``data`` of each thing that was taken away, and how much was taken away up to it.
    places: list[int]
    taken: list[int]
    #: Whether nothing follows.
    last: bool

    @classmethod
    def of(cls, text: bytes, *, terminal: bool, dated: bool, last: bool) -> View:
        """Return a text without the CR before each LF (``terminal``), without the date of each line (``dated``)."""
        if not terminal and not dated:
            return cls(text, [], [], last)
        pieces, places, taken = [], [], []
        at = gone = 0
        for found in WRAPPING[terminal, dated].finditer(text):
            pieces.append(text[at : found.start()])
            places.append(found.start() - gone)
            at = found.end()
            gone += at - found.start()
            taken.append(gone)
        pieces.append(text[at:])
        return cls(b"".join(pieces), places, taken, last)

    def raw(self, position: int) -> int:
        """Return how much of the text was read up to a position of ``data``."""
        number = bisect_right(self.places, position - 1)
        return position + (self.taken[number - 1] if number else 0)


def with_line_ends(data: bytes, count: int) -> tuple[bytes, int] | None:
    """Return a text whose CRLFs have become LFs as it was, and its length; None where this doesn't fit the count."""
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
