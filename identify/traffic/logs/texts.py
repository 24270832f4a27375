"""SIP messages in the text of Asterisk's logs and consoles.

Knows where a record's message ends; what records begin with is in ``lines``, what a text with several messages
means in ``segments``.

*Facts*: a message may hold anything, records that look like Asterisk's too, so its byte count is what ends it, and
an LF and the next record follow.  Three things break this: files lack the terminal escapes that a message had and
what follows a NUL, so the text is shorter; line ends before a message and the other messages of a segment are
printed but not counted, so it is longer.

*Strategy*: take the byte count where the next record begins right there.  Else try the text without the line ends
before it, then whole messages of a stream by their Content-Length, then a text that has lost its CRs.  Else the
text ends before the first record of a thread that has been seen writing: a sender can put a record into a message
but can't know the threads.  Consoles don't name the thread of a SIP message, so there the text isn't shorter than
its byte count unless a record of another kind says so; what begins in between is passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import Final

import attrs

from identify.traffic.logs.lines import (
    HEADLINE,
    LEVEL,
    LONGEST_LINE_START,
    MARK,
    PROMPT,
    STAMP,
    START,
    headline_prefix,
)
from identify.traffic.logs.records import INCOMPLETE, LARGEST, TOO_LARGE, Gap, LogMessage, completed
from identify.traffic.logs.segments import Runs, frames, leading_line_ends
from identify.traffic.stream import Stream

__all__ = ["TextLog"]

PIECE: Final = 4 << 20
#: So much of the text after the line above a message is at hand when its end is looked for.
AHEAD: Final = 512 << 10
#: A line without an end is given up after so many bytes.
LONGEST_LINE: Final = 1 << 20
#: Threads that are remembered.
MOST_THREADS: Final = 65_536
#: What is looked at first of a text that has to be unwrapped.
NEAR: Final = 2048

BANNER: Final = re.compile(rb"^" + PROMPT + STAMP + rb"Asterisk ", re.MULTILINE)
#: Where the date of each line was taken away.
UNDATED: Final = re.compile(rb"^()" + LEVEL, re.MULTILINE)
WRAPPING: Final = {
    (True, False): re.compile(rb"\r(?=\n)"),
    (False, True): re.compile(rb"^" + STAMP, re.MULTILINE),
    (True, True): re.compile(rb"\r(?=\n)|^" + STAMP, re.MULTILINE),
}


@attrs.define
class _View:
    """A text without what a terminal or a date on each line added, and the way back to where it stood."""

    data: bytes
    #: Position in ``data`` of each thing that was taken away, and how much was taken away up to it.
    places: list[int]
    taken: list[int]
    #: Whether nothing follows.
    last: bool

    def raw(self, position: int) -> int:
        """Return how much of the text was read up to a position of ``data``."""
        number = bisect_right(self.places, position - 1)
        return position + (self.taken[number - 1] if number else 0)


class TextLog:
    """The messages of a log, one after the other, and what is between them where ``gaps`` are asked for."""

    def __init__(self, stream: Stream, counts: Counter[str], *, gaps: bool = False) -> None:
        self._stream = stream
        self._counts = counts
        self._gaps = gaps
        self._buffer = b""
        self._at = 0
        self._line = 1
        self._ended = False
        self._threads: set[bytes] = set()
        self._runs = Runs()

    def __iter__(self) -> Iterator[LogMessage | Gap]:
        """Yield messages and gaps in order."""
        look = 0
        while True:
            index = self._buffer.find(MARK, look)
            if not self._ended and (index < 0 or index + AHEAD > len(self._buffer)):
                kept = len(self._buffer) - LONGEST_LINE_START if index < 0 else index
                begin = max(self._buffer.rfind(b"\n", self._at, max(kept, self._at)) + 1, self._at)
                if kept - begin > LONGEST_LINE:
                    begin = kept
                if gap := self._gap(begin):
                    yield gap
                self._advance(begin)
                self._refill()
                look = 0
                continue
            if index < 0:
                if gap := self._gap(len(self._buffer)):
                    yield gap
                return
            begin = self._buffer.rfind(b"\n", max(self._at, index - LONGEST_LINE_START), index) + 1
            begin = begin or self._at
            headline = HEADLINE.match(self._buffer, index) if index - begin <= LONGEST_LINE_START else None
            prefix = headline_prefix(self._buffer[begin:index]) if headline else None
            if headline is None or prefix is None:
                look = index + len(MARK)
                continue
            if gap := self._gap(begin):
                yield gap
            self._advance(begin)
            message, end = self._message(headline, *prefix)
            if message is not None:
                yield message
            self._advance(end)
            look = self._at

    def _gap(self, end: int) -> Gap | None:
        if not self._gaps or end <= self._at:
            return None
        return Gap(self._buffer[self._at : end], self._line)

    def _advance(self, end: int) -> None:
        self._line += self._buffer.count(b"\n", self._at, end)
        self._at = end

    def _refill(self) -> None:
        piece = self._stream.read(PIECE)
        self._ended = len(piece) < PIECE
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0

    def _message(
        self, headline: re.Match[bytes], stamp: bytes, thread: bytes
    ) -> tuple[LogMessage | None, int]:
        """Return the message below a line, and where its text ends."""
        count = int(headline[3])
        begin = headline.end()
        if count > LARGEST:
            self._counts[TOO_LARGE] += 1
            return None, begin
        if thread:
            self._learn(thread)
        peer = (headline[4], headline[5] or headline[6], headline[7])
        received = headline[1] == b"Received"
        run = peer if received and headline[4] != b"UDP" else None
        wrapped = (bool(headline[8]), bool(stamp) and not thread)
        data, end = None, begin + count
        if not any(wrapped):
            # The case of nearly all records, without a copy of what follows.
            if self._follows(self._buffer, end, self._ended, levelled=bool(thread)):
                data, end = self._buffer[begin:end], end + 1
        elif not wrapped[1]:
            data, end = self._on_terminal(begin, count)
        complete = True
        if data is None:
            data, end, complete = self._looked_for(begin, count, run, wrapped, levelled=bool(thread))
            if not complete:
                self._counts[INCOMPLETE] += 1
                data = completed(data, count, headline[4] != b"UDP")
        message = LogMessage(
            line=self._line,
            stamp=stamp,
            thread=thread,
            received=received,
            response=headline[2] == b"response",
            transport=headline[4],
            address=peer[1],
            port=int(headline[7]),
            data=data,
            complete=complete,
        )
        return message, min(end, len(self._buffer))

    def _view(self, begin: int, length: int, wrapped: tuple[bool, bool]) -> _View:
        window = self._buffer[begin : begin + length]
        last = self._ended and begin + length >= len(self._buffer)
        if not any(wrapped):
            return _View(window, [], [], last)
        pieces, places, taken = [], [], []
        at = gone = 0
        for found in WRAPPING[wrapped].finditer(window):
            pieces.append(window[at : found.start()])
            places.append(found.start() - gone)
            at = found.end()
            gone += at - found.start()
            taken.append(gone)
        pieces.append(window[at:])
        return _View(b"".join(pieces), places, taken, last)

    def _on_terminal(self, begin: int, count: int) -> tuple[bytes | None, int]:
        """Return message and end of its text where the byte count ends it and each LF has its CR; else None."""
        window = self._buffer[begin : begin + count + count // 4 + NEAR]
        data = window.replace(b"\r\n", b"\n")
        end = count + 1 + data.count(b"\n", 0, count + 1)
        if window[:end].replace(b"\r\n", b"\n") != data[: count + 1]:
            return None, 0
        last = self._ended and begin + len(window) >= len(self._buffer)
        if not self._follows(data, count, last, levelled=False):
            return None, 0
        return data[:count], begin + end

    def _looked_for(
        self,
        begin: int,
        count: int,
        run: tuple[bytes, ...] | None,
        wrapped: tuple[bool, bool],
        *,
        levelled: bool,
    ) -> tuple[bytes, int, bool]:
        """Return message, end of its text, and whether it is complete, where this has to be looked for."""
        for length in (4 * count + NEAR, AHEAD):
            view = self._view(begin, length, wrapped)
            found = self._settled(
                view, count, run, levelled=levelled, dated=wrapped[1], all=length >= AHEAD or view.last
            )
            if found is not None:
                break
        else:
            # Nothing that looks like a record follows at all.
            found = view.data[:count], min(count, len(view.data)), False
        return found[0], begin + view.raw(found[1]), found[2]

    def _settled(
        self,
        view: _View,
        count: int,
        run: tuple[bytes, ...] | None,
        *,
        levelled: bool,
        dated: bool,
        all: bool,
    ) -> tuple[bytes, int, bool] | None:
        """Return message, end of its text, and whether it is complete; None where the view doesn't tell.

        ``all`` is whether a larger view can't be had.
        """
        data = view.data
        for start in (0, leading_line_ends(data)):
            if self._follows(data, start + count, view.last, levelled=levelled, dated=dated):
                return data[start : start + count], start + count + 1, True
        known = self._next_known(data, dated=dated)
        for _, end in frames(data, 0, len(data)) if run else ():
            if known is not None and end > known:
                break
            if run and self._follows(data, end, view.last, levelled=levelled, dated=dated):
                return self._runs.message(run, data[:end], count), end + 1, True
        if b"\r" not in data[: count or 1] and (restored := _with_line_ends(data, count)):
            message, end = restored
            if self._follows(data, end, view.last, levelled=levelled, dated=dated):
                return message, end + 1, True
        if known is None and not all:
            return None
        border = known if known is not None else self._next_after(data, count, view.last, dated=dated)
        if border is None:
            return None
        text = data[: border - 1] if border and data[border - 1 : border] == b"\n" else data[:border]
        if len(text) - leading_line_ends(text) < count:
            return text, border, False
        if run:
            return self._runs.message(run, text, count), border, True
        start = leading_line_ends(text)
        return text[start : start + count], border, True

    def _follows(self, data: bytes, end: int, last: bool, *, levelled: bool, dated: bool = False) -> bool:
        """Return whether the text may end here: an LF, and the next record or nothing."""
        if end >= len(data):
            return last and end == len(data)
        if data[end : end + 1] != b"\n":
            return False
        if end + 1 == len(data):
            return last
        found = (UNDATED if dated else START).match(data, end + 1)
        if found:
            self._learn(found[3])
            return True
        if levelled:
            return BANNER.match(data, end + 1) is not None
        # Other records of a console begin with anything; a message doesn't end between CR and LF.
        return data[end - 1 : end] != b"\r"

    def _learn(self, thread: bytes) -> None:
        if len(self._threads) < MOST_THREADS:
            self._threads.add(thread)

    def _next_known(self, data: bytes, *, dated: bool) -> int | None:
        """Return where the first record of a known thread begins."""
        for found in (UNDATED if dated else START).finditer(data):
            if found[3] in self._threads:
                return found.start()
        return None

    def _next_after(self, data: bytes, count: int, last: bool, *, dated: bool) -> int | None:
        """Return where the first record after so many bytes begins, or the end of the log."""
        at = data.find(b"\n", count)
        while at >= 0:
            at += 1
            if (UNDATED if dated else START).match(data, at) or HEADLINE.match(data, at):
                return at
            at = data.find(b"\n", at)
        return len(data) if last else None


def _with_line_ends(data: bytes, count: int) -> tuple[bytes, int] | None:
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
