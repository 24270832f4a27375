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
from collections.abc import Callable, Iterator

from identify.traffic.batch import MESSAGE_LIMIT
from identify.traffic.logs import records
from identify.traffic.logs.ahead import UNPROVEN, Ahead, Peer, Threads, peer_of
from identify.traffic.logs.edited import Survey, edited_text, has_lost_its_crs, longer_text, unlimited_text
from identify.traffic.logs.headlines import (
    BANNER,
    HEADLINE,
    LIKE_HEADLINE,
    LONGEST_LINE_START,
    MARK,
    headline_prefix,
)
from identify.traffic.logs.records import Gap, LogMessage, Source, completed
from identify.traffic.logs.segments import SIP, Runs, leading_line_ends, message_spans
from identify.traffic.logs.wrapping import UnwrappedText, with_line_ends

__all__ = ["TextLog"]

PIECE = 4 << 20
#: Bytes after the line above a message that are available when its end is searched.
AHEAD = 512 << 10
#: The maximum length of a line.
LONGEST_LINE = 1 << 20
#: The maximum number of bytes of line ends after the last record.
LINE_ENDS = 64
#: Bytes in which a message has its first CR, unless it has lost them all.
FIRST_LINE = 512
#: Bytes beyond the byte count that are examined first in a text that must be unwrapped.
NEAR = 2048


class TextLog:
    """The messages of a log, one after the other, and the text between them: all with ``gaps``, or what has notices.

    ``place`` returns the number that a line has in the original, and its time there.
    """

    def __init__(
        self,
        stream: Source,
        counts: Counter[str],
        *,
        gaps: bool = False,
        place: Callable[[int], tuple[int, bytes]] | None = None,
    ) -> None:
        self._place = place
        self._stream = stream
        self._counts = counts
        self._gaps = gaps
        self._buffer = b""
        self._at = 0
        self._line = 1
        self._ended = False
        self._threads = Threads()
        #: What follows in the buffer, by how its lines are wrapped.
        self._ahead: dict[tuple[bool, bool], Ahead] = {}
        #: How many bytes of this buffer were unwrapped for one record each.
        self._spent = 0
        #: The text in which the end of the last message was searched, and where it begins.
        self._looked_at = (b"", 0)
        self._survey = Survey()
        #: Whether the log was edited after Asterisk wrote it, None before its beginning was looked at.
        self._edited: bool | None = None
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
                self._count_unread(begin, index)
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

    def _count_unread(self, begin: int, index: int) -> None:
        """Count what looks like the line above a message, but can't be read or doesn't begin a record."""
        if index - begin > LONGEST_LINE_START or not LIKE_HEADLINE.match(self._buffer, index):
            return
        levelled = headline_prefix(self._buffer[begin:index])
        self._counts[records.MISPLACED if levelled is None else records.MALFORMED] += 1

    def _gap(self, end: int) -> Gap | None:
        if end <= self._at or not (
            self._gaps or any(self._buffer.find(each, self._at, end) >= 0 for each in records.TELLING)
        ):
            return None
        if self._place is None:
            return Gap(self._buffer[self._at : end], self._line)
        first, place = self._line, self._place
        return Gap(self._buffer[self._at : end], place(first)[0], lambda line: place(first + line)[0])

    def _advance(self, end: int) -> None:
        self._line += self._buffer.count(b"\n", self._at, end)
        self._at = end

    def _refill(self) -> None:
        piece = self._stream.read(PIECE) or b""
        self._ended = len(piece) < PIECE
        self._buffer = self._buffer[self._at :] + piece
        self._unproven_until -= self._at
        self._at = 0
        self._ahead.clear()
        self._spent = 0
        if self._place:
            # It forgets the lines before this one.
            self._place(self._line)

    def _message(
        self, headline: re.Match[bytes], stamp: bytes, thread: bytes
    ) -> tuple[LogMessage | None, int]:
        """Return the message below a headline, and where its text ends."""
        count = int(headline[3])
        begin = headline.end()
        if count > MESSAGE_LIMIT:
            self._counts[records.TOO_LARGE] += 1
            return None, begin
        peer = peer_of(headline)
        unproven = self._at < self._unproven_until
        if thread and not unproven:
            self._threads.learn(thread)
        received = headline[1] == b"Received"
        run = peer if (received or unproven) and headline[4] != b"UDP" else None
        self._unproven = 0
        wrapped = (bool(headline[8]), bool(stamp) and not thread)
        if self._edited is None:
            self._survey = Survey.of(self._buffer, self._at, wrapped)
            self._edited = self._survey.edited
        data, end, complete = None, begin + count, True
        if self._edited:
            data, end = self._of_edited(begin, count, peer if headline[4] != b"UDP" else None, wrapped)
        elif not any(wrapped):
            # The case of nearly all records, without copying the text that follows.
            text = self._buffer[begin:end]
            ahead = self._ahead_of(wrapped, begin)
            if (
                b"\r" in text[:FIRST_LINE]
                and self._plain(text, count, run)
                and (b"\n[" not in text or ahead.known(begin, end) is None)
                and self._follows(ahead, end, levelled=bool(thread), stream=run)
            ):
                data, end = text, end + 1
        elif not wrapped[1] and wrapped not in self._ahead:
            data, end = self._on_terminal(begin, count, run)
        if data is None:
            data, end, complete = self._looked_for(begin, count, run, wrapped, levelled=bool(thread))
            if not unproven:
                self._survey.note(*self._looked_at, count, received=received)
                self._edited = self._edited or self._survey.longer
            if not complete:
                self._counts[records.INCOMPLETE] += 1
                data = completed(data, count, headline[4] != b"UDP")
        self._unproven_until = max(end + self._unproven, self._unproven_until)
        line = self._line
        if self._place:
            line, time = self._place(line)
            stamp = stamp or time
        message = LogMessage.of(headline, data, line=line, stamp=stamp, thread=thread, complete=complete)
        return message, min(end, len(self._buffer))

    def _ahead_of(self, wrapped: tuple[bool, bool], begin: int) -> Ahead:
        """Return what follows a position in the buffer, with its lines unwrapped."""
        ahead = self._ahead.get(wrapped)
        if ahead is None:
            terminal, dated = wrapped
            text = UnwrappedText.of(self._buffer, self._at, terminal=terminal, dated=dated, last=self._ended)
            ahead = self._ahead[wrapped] = Ahead(text, text.place(self._at), self._threads, dated=dated)
        ahead.current = ahead.text.place(begin) if any(wrapped) else begin
        return ahead

    def _of_edited(
        self, begin: int, count: int, stream: Peer | None, wrapped: tuple[bool, bool]
    ) -> tuple[bytes | None, int]:
        """Return the message and the end of its text in a log that was edited; None if it has no structure."""
        ahead = self._ahead_of(wrapped, begin)
        place = ahead.current
        found = edited_text(ahead, place, min(place + AHEAD, len(ahead.data)), count, stream, self._runs)
        if found is None:
            return None, 0
        data, end, fits = found
        if not fits:
            self._counts[records.RESIZED] += 1
        return data, ahead.text.raw(end)

    def _plain(self, text: bytes, count: int, run: Peer | None) -> bool:
        """Return whether a text as long as the byte count may be the whole text but for records in it."""
        if text[:1] in (b"\r", b"\n"):
            return False
        return run is None or message_spans(text, 0, len(text), most=1) == [(0, count)]

    def _on_terminal(self, begin: int, count: int, run: Peer | None) -> tuple[bytes | None, int]:
        """Return the message and the end of its text if the byte count ends it and each LF has its CR; else None."""
        window = self._buffer[begin : begin + count + count // 4 + NEAR]
        data = window.replace(b"\r\n", b"\n")
        end = count + 1 + data.count(b"\n", 0, count + 1)
        if window[:end].replace(b"\r\n", b"\n") != data[: count + 1]:
            return None, 0
        last = self._ended and begin + len(window) >= len(self._buffer)
        if data.find(b"\n[", 0, count) >= 0 or not self._plain(data[:count], count, run):
            return None, 0
        ahead = Ahead(UnwrappedText(data, 0, [], [], last), 0, self._threads, dated=False)
        if not self._follows(ahead, count, levelled=False, stream=run):
            return None, 0
        return data[:count], begin + end

    def _looked_for(
        self, begin: int, count: int, run: Peer | None, wrapped: tuple[bool, bool], *, levelled: bool
    ) -> tuple[bytes, int, bool]:
        """Return the message, the end of its text, and whether it is complete, where the end must be searched."""
        length = 4 * count + NEAR
        if any(wrapped) and wrapped not in self._ahead and self._spent < AHEAD + 4 * self._at:
            # Most texts end soon; only if many don't, it is faster to unwrap all that follows at once.
            self._spent += length
            last = self._ended and begin + length >= len(self._buffer)
            piece = self._buffer[begin : begin + length]
            text = UnwrappedText.of(piece, 0, terminal=wrapped[0], dated=wrapped[1], last=last)
            near = Ahead(text, 0, self._threads, dated=wrapped[1])
            self._looked_at = text.data, 0
            found = self._settled(near, 0, len(text.data), count, run, levelled=levelled, whole=last)
            if found is not None:
                return found[0], begin + text.raw(found[1]), found[2]
        ahead = self._ahead_of(wrapped, begin)
        self._looked_at = data, place = ahead.data, ahead.current
        limit = min(place + AHEAD, len(data))
        found = self._settled(ahead, place, limit, count, run, levelled=levelled)
        if found is None:
            # Nothing that follows looks like a record.
            found = data[place : place + count], min(place + count, len(data)), False
        return found[0], ahead.text.raw(found[1]), found[2]

    def _settled(
        self,
        ahead: Ahead,
        begin: int,
        limit: int,
        count: int,
        run: Peer | None,
        *,
        levelled: bool,
        whole: bool = True,
    ) -> tuple[bytes, int, bool] | None:
        """Return the message, the end of its text, and whether it is complete; None if no end is found.

        Unless the text is ``whole``, only an end that is certain counts.
        """
        data = ahead.data
        known = ahead.known(begin, limit)

        def ends_at(end: int) -> bool:
            return (known is None or end < known) and self._follows(ahead, end, levelled=levelled, stream=run)

        if has_lost_its_crs(data, leading_line_ends(data, begin), count):
            restored = with_line_ends(data, leading_line_ends(data, begin), count)
            if restored and ends_at(restored[1]):
                return restored[0], restored[1] + 1, True
        if run:
            for number, (_, end) in enumerate(
                message_spans(data, begin, limit, headers_end=ahead.headers_ends.next)
            ):
                if ends_at(end):
                    if number and not levelled and ahead.next_record(begin, end) is not None:
                        self._counts[records.UNCERTAIN] += 1
                    return self._of_run(run, data[begin:end], count, end + 1)
        start = leading_line_ends(data, begin)
        if not run and ends_at(start + count):
            return data[start : start + count], start + count + 1, True
        if data.find(b"\r", begin, begin + (count or 1)) < 0 and (
            restored := with_line_ends(data, begin, count)
        ):
            message, end = restored
            if ends_at(end):
                return message, end + 1, True
        if known is None and not whole:
            return None
        last = ahead.last and limit == len(data)
        border = known if known is not None else ahead.next_record(begin + count, limit)
        if border is None and last:
            border = len(data)
        if border is None:
            return None
        text = data[begin : border - 1 if data[border - 1 : border] == b"\n" else border]
        if len(text) - leading_line_ends(text) < count:
            return text, border, False
        start = leading_line_ends(text)
        inner = ahead.next_record(begin + start, border - 1)
        if not run:
            longer = longer_text(ahead, begin, border if inner is None else inner, count)
            if longer is None and inner is None and levelled:
                longer = unlimited_text(text, count, border)
            self._counts[records.UNCERTAIN if longer is None else records.RESIZED] += 1
            return (*longer, True) if longer else (text[start : start + count], border, True)
        if inner is not None:
            self._counts[records.UNCERTAIN] += 1
        return self._of_run(run, text, count, border)

    def _of_run(self, peer: Peer, text: bytes, count: int, end: int) -> tuple[bytes, int, bool]:
        """Return the message that a record of a stream means, the end of its text, and whether it is complete."""
        if len(message := self._runs.message(peer, text, count)) > count:
            self._counts[records.RESIZED] += 1
        return message, end, len(message) >= count

    def _follows(self, ahead: Ahead, end: int, *, levelled: bool, stream: Peer | None = None) -> bool:
        """Return whether the text may end here: an LF, and the next record or nothing.

        The sender of a ``stream`` may have chosen the bytes here.
        """
        data = ahead.data
        if end >= len(data):
            return ahead.last and end == len(data)
        if data[end : end + 1] != b"\n":
            return False
        if ahead.last and len(data) - end <= LINE_ENDS and not data[end:].strip(b"\r\n"):
            return True
        if end + 1 == len(data):
            return False
        found = ahead.start.match(data, end + 1)
        if found and stream and levelled:
            return found[3] in self._threads or self._answers(ahead, end + 1, stream)
        if found:
            if not stream:
                self._threads.learn(found[3])
            return True
        if levelled:
            return not stream and BANNER.match(data, end + 1) is not None
        # Other records of a console may begin with anything; a message doesn't end between CR and LF.
        return data[end - 1 : end] != b"\r" and not SIP.match(data, leading_line_ends(data, end))

    def _answers(self, ahead: Ahead, begin: int, peer: Peer) -> bool:
        """Return whether the only messages before a record of a known thread are answers to the peer of a stream.

        An answer that a sender forges to itself deceives nobody else.
        """
        known = ahead.known(begin, begin + UNPROVEN)
        limit = known if known is not None else len(ahead.data) if ahead.last else None
        if not ahead.only_answers(begin, begin + UNPROVEN if known is None else known, peer):
            return False
        self._unproven = limit - begin if limit is not None else 0
        return limit is not None
