"""SIP messages in the text of Asterisk's logs and consoles.

Knows where a record's message ends; ``headlines`` knows how records begin, ``segments`` what a text with several
messages means.

Facts

- A message may contain anything, even text that looks like Asterisk's records, so only its byte count ends it; an LF
  and the next record follow.
- Files lack the terminal escapes of a message and everything after a NUL, so the text may be shorter.
- Line ends before a message and the other messages of a segment are printed but not counted, so it may be longer.

Strategy

Skip the line ends before the message, and use the byte count if the next record begins right after it.  Otherwise try
whole messages of a stream by their Content-Length, then a text that has lost its CRs.  Otherwise the text ends before
the first record of a thread that has written before.

Senders may try to forge records in the log.  They can't know the threads, so wherever they could have chosen the bytes
at the byte count, only a thread that was seen before is trusted: in a stream, where bytes after a message are printed
but not counted, and after a text that already contains a record of such a thread and so is shorter than its byte
count.  Consoles don't name the thread of a SIP message; there the text isn't taken to be shorter than its byte count
unless a record of another kind says so, and bytes after a message in the same segment can pass for a record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from identify.traffic.batch import MESSAGE_LIMIT
from identify.traffic.input.stream import Stream
from identify.traffic.logs.headlines import (
    HEADLINE,
    LEVEL,
    LONGEST_LINE_START,
    MARK,
    PROMPT,
    STAMP,
    START,
    headline_prefix,
)
from identify.traffic.logs.records import INCOMPLETE, TOO_LARGE, Gap, LogMessage, completed
from identify.traffic.logs.segments import Runs, leading_line_ends, message_spans
from identify.traffic.logs.wrapping import UnwrappedText, with_line_ends

__all__ = ["TextLog"]

PIECE = 4 << 20
#: Bytes after the line above a message that are available when its end is searched.
AHEAD = 512 << 10
#: The maximum length of a line.
LONGEST_LINE = 1 << 20
#: The maximum length of records of unknown threads after a message of a stream: that of a receive buffer.
UNPROVEN = 64 << 10
#: The maximum number of threads remembered.
MOST_THREADS = 65_536
#: Bytes beyond the byte count that are examined first in a text that must be unwrapped.
NEAR = 2048

#: The first line of a message.
SIP = re.compile(
    rb"[A-Z0-9.!%*_+`'~-]{1,64}[ \t]{1,16}\S{1,1024}[ \t]{1,16}SIP/2\.0[ \t]{0,16}\r?\n|SIP/2\.0 \d{3} ",
    re.IGNORECASE,
)
BANNER = re.compile(rb"^" + PROMPT + STAMP + rb"Asterisk ", re.MULTILINE)
#: The start of a record after the date of each line was removed.
UNDATED = re.compile(rb"^()" + LEVEL, re.MULTILINE)

#: Transport, address and port of the other side, as written.
_Peer = tuple[bytes, bytes, bytes]


class TextLog:
    """The messages of a log, one after the other, and the text between them if ``gaps`` is set."""

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
        #: How many bytes after the current text are only assumed to be records, and where in the buffer they end.
        self._unproven = 0
        self._unproven_until = 0

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
        self._unproven_until -= self._at
        self._at = 0

    def _message(
        self, headline: re.Match[bytes], stamp: bytes, thread: bytes
    ) -> tuple[LogMessage | None, int]:
        """Return the message below a headline, and where its text ends."""
        count = int(headline[3])
        begin = headline.end()
        if count > MESSAGE_LIMIT:
            self._counts[TOO_LARGE] += 1
            return None, begin
        peer = _peer(headline)
        unproven = self._at < self._unproven_until
        if thread and not unproven:
            self._learn(thread)
        received = headline[1] == b"Received"
        run = peer if (received or unproven) and headline[4] != b"UDP" else None
        self._unproven = 0
        wrapped = (bool(headline[8]), bool(stamp) and not thread)
        data, end = None, begin + count
        if not any(wrapped):
            # The case of nearly all records, without copying the text that follows.
            text = self._buffer[begin:end]
            if self._plain(text, count, run) and self._follows(
                self._buffer, end, self._ended, levelled=bool(thread), stream=run
            ):
                data, end = text, end + 1
        elif not wrapped[1]:
            data, end = self._on_terminal(begin, count, run)
        complete = True
        if data is None:
            data, end, complete = self._looked_for(begin, count, run, wrapped, levelled=bool(thread))
            if not complete:
                self._counts[INCOMPLETE] += 1
                data = completed(data, count, headline[4] != b"UDP")
        self._unproven_until = max(end + self._unproven, self._unproven_until)
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

    def _unwrapped(self, begin: int, length: int, wrapped: tuple[bool, bool]) -> UnwrappedText:
        return UnwrappedText.of(
            self._buffer[begin : begin + length],
            terminal=wrapped[0],
            dated=wrapped[1],
            last=self._ended and begin + length >= len(self._buffer),
        )

    def _plain(self, text: bytes, count: int, run: _Peer | None) -> bool:
        """Return whether a text as long as the byte count may be the whole text of the record."""
        if text[:1] in (b"\r", b"\n") or (run and message_spans(text, 0, len(text), most=1) != [(0, count)]):
            return False
        return b"\n[" not in text or self._next_known(text, dated=False) is None

    def _on_terminal(self, begin: int, count: int, run: _Peer | None) -> tuple[bytes | None, int]:
        """Return the message and the end of its text if the byte count ends it and each LF has its CR; else None."""
        window = self._buffer[begin : begin + count + count // 4 + NEAR]
        data = window.replace(b"\r\n", b"\n")
        end = count + 1 + data.count(b"\n", 0, count + 1)
        if window[:end].replace(b"\r\n", b"\n") != data[: count + 1]:
            return None, 0
        last = self._ended and begin + len(window) >= len(self._buffer)
        if not self._plain(data[:count], count, run):
            return None, 0
        if not self._follows(data, count, last, levelled=False, stream=run):
            return None, 0
        return data[:count], begin + end

    def _looked_for(
        self,
        begin: int,
        count: int,
        run: _Peer | None,
        wrapped: tuple[bool, bool],
        *,
        levelled: bool,
    ) -> tuple[bytes, int, bool]:
        """Return the message, the end of its text, and whether it is complete, where the end must be searched."""
        for length in (4 * count + NEAR, AHEAD):
            unwrapped = self._unwrapped(begin, length, wrapped)
            found = self._settled(
                unwrapped,
                count,
                run,
                levelled=levelled,
                dated=wrapped[1],
                all=length >= AHEAD or unwrapped.last,
            )
            if found is not None:
                break
        else:
            # Nothing that follows looks like a record.
            found = unwrapped.data[:count], min(count, len(unwrapped.data)), False
        return found[0], begin + unwrapped.raw(found[1]), found[2]

    def _settled(
        self,
        unwrapped: UnwrappedText,
        count: int,
        run: _Peer | None,
        *,
        levelled: bool,
        dated: bool,
        all: bool,
    ) -> tuple[bytes, int, bool] | None:
        """Return the message, the end of its text, and whether it is complete; None if more text is needed to tell.

        ``all`` says that there is no more text.
        """
        data = unwrapped.data
        known = self._next_known(data, dated=dated)

        def ends_at(end: int) -> bool:
            return (known is None or end < known) and self._follows(
                data, end, unwrapped.last, levelled=levelled, dated=dated, stream=run
            )

        for _, end in message_spans(data, 0, len(data)) if run else ():
            if run and ends_at(end):
                return self._runs.message(run, data[:end], count), end + 1, True
        start = leading_line_ends(data)
        if not run and ends_at(start + count):
            return data[start : start + count], start + count + 1, True
        if b"\r" not in data[: count or 1] and (restored := with_line_ends(data, count)):
            message, end = restored
            if ends_at(end):
                return message, end + 1, True
        if known is None and not all:
            return None
        border = known if known is not None else self._next_after(data, count, unwrapped.last, dated=dated)
        if border is None:
            return None
        text = data[: border - 1] if border and data[border - 1 : border] == b"\n" else data[:border]
        if len(text) - leading_line_ends(text) < count:
            return text, border, False
        if run:
            return self._runs.message(run, text, count), border, True
        start = leading_line_ends(text)
        return text[start : start + count], border, True

    def _follows(
        self,
        data: bytes,
        end: int,
        last: bool,
        *,
        levelled: bool,
        dated: bool = False,
        stream: _Peer | None = None,
    ) -> bool:
        """Return whether the text may end here: an LF, and the next record or nothing.

        The sender of a ``stream`` may have chosen the bytes here.
        """
        if end >= len(data):
            return last and end == len(data)
        if data[end : end + 1] != b"\n":
            return False
        if end + 1 == len(data):
            return last
        found = (UNDATED if dated else START).match(data, end + 1)
        if found and stream and levelled:
            return found[3] in self._threads or self._answers(data, end + 1, last, stream)
        if found:
            if not stream:
                self._learn(found[3])
            return True
        if levelled:
            return not stream and BANNER.match(data, end + 1) is not None
        # Other records of a console may begin with anything; a message doesn't end between CR and LF.
        return data[end - 1 : end] != b"\r" and not SIP.match(data, leading_line_ends(data, end))

    def _answers(self, data: bytes, begin: int, last: bool, peer: _Peer) -> bool:
        """Return whether the only messages before a record of a known thread are answers to the peer of a stream.

        An answer that a sender forges to itself deceives nobody else.
        """
        limit = len(data) if last else -1
        for found in START.finditer(data, begin, begin + UNPROVEN):
            if found[3] in self._threads:
                limit = found.start()
                break
            headline = HEADLINE.match(data, found.end())
            if headline and (headline[1], headline[2], _peer(headline)) != (
                b"Transmitting",
                b"response",
                peer,
            ):
                return False
        self._unproven = max(limit - begin, 0)
        return limit >= 0

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
        """Return where the first record after ``count`` bytes begins, or the end of the log."""
        at = data.find(b"\n", count)
        while at >= 0:
            at += 1
            if (UNDATED if dated else START).match(data, at) or HEADLINE.match(data, at):
                return at
            at = data.find(b"\n", at)
        return len(data) if last else None


def _peer(headline: re.Match[bytes]) -> _Peer:
    return headline[4], headline[5] or headline[6], headline[7]
