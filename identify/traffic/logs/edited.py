"""SIP messages in a log that somebody edited: names and numbers replaced, so that byte counts don't fit the texts.

Knows the structure of a SIP message in a text, how an edited log is recognised, and where a text ends in one.

Facts

- Asterisk's own messages have a Content-Length, and their byte count is that of headers and body together.
- Files lack terminal escapes, so the text of a message may be shorter than its byte count, that of an answer that
  repeats them too.  Nothing makes the text of a message that Asterisk sent longer.
- The journal of systemd drops empty lines, so the one between headers and body, too.

Strategy

A log counts as edited if a message that Asterisk sent is longer than its byte count, or if none that it sent is as
long.  Without such messages it counts as edited if most that were received have headers that go beyond the byte count,
or if all are shorter.  Only records that are believed in any case are looked at, and whoever sends requests doesn't
choose these lengths.  In an edited log a message ends after the body that its Content-Length names if a record follows
there, SDP after its last line, and anything else where the next record begins.  The byte count isn't asked, since it
may end at any place.
"""

from __future__ import annotations

import re
from itertools import takewhile

from identify.traffic.batch import MESSAGE_LIMIT
from identify.traffic.logs.ahead import RECORD, UNPROVEN, Ahead, Peer
from identify.traffic.logs.headlines import HEADLINE, LONGEST_LINE_START, MARK, headline_prefix
from identify.traffic.logs.segments import LENGTH, Runs, leading_line_ends, message_spans
from identify.traffic.logs.wrapping import UnwrappedText, with_line_ends

__all__ = ["Survey", "edited_text", "has_lost_its_crs", "longer_text", "unlimited_text"]

#: Bytes at the beginning of a log by which it is seen that it was edited.
SURVEYED = 256 << 10
#: The maximum number of records by which it is seen that a log was edited, and of bytes between two of them.
MOST_RECORDS = 64
FARTHEST = 128 << 10
#: The maximum length of headers.
LONGEST_HEADERS = 64 << 10
#: The first line, headers with their folds, and the empty line if there is one.
HEADERS = re.compile(
    rb"(?:[A-Z0-9.!%*_+`'~-]{1,64}[ \t]{1,16}[^\s]{1,4096}[ \t]{1,16}SIP/2\.0|SIP/2\.0[ \t]+\d{3}[^\r\n]*)[ \t]*\r?\n"
    rb"(?:[A-Za-z0-9.!%*_+`'~-]{1,64}[ \t]*:[^\n]*\n|[ \t]+[^\s][^\n]*\n)*(\r?\n)?",
    re.IGNORECASE,
)
SDP = re.compile(rb"(?:[a-z]=[^\n]*(?:\n|\Z))+")


class Survey:
    """How many messages of a log are as long as their byte counts say."""

    def __init__(self) -> None:
        self._longer = self._shorter = self._fitting = self._received = self._beyond = self._less = 0

    @property
    def records(self) -> int:
        """How many records were looked at."""
        return self._longer + self._shorter + self._fitting + self._received

    @property
    def longer(self) -> bool:
        """Whether a message that Asterisk sent is longer than its byte count, which says that the log was edited."""
        return self._longer > 0

    @property
    def edited(self) -> bool:
        """Whether the log was edited, by what was seen so far."""
        if self._longer or self._fitting:
            return self.longer
        if self._shorter:
            return True
        return self._beyond * 2 > self._received or (self._less > 2 and self._less == self._received)

    @classmethod
    def of(cls, buffer: bytes, begin: int, wrapped: tuple[bool, bool]) -> Survey:
        """Return what the records from a line of a buffer on say, with lines wrapped by a terminal, and by dates.

        Nothing in the bytes that a record counts is looked at, since its sender may have chosen them, and in a file
        nothing soon after a message of a stream, which other bytes of its sender may follow.
        """
        terminal, dated = wrapped
        piece = buffer[begin : begin + SURVEYED]
        data = UnwrappedText.of(piece, 0, terminal=terminal, dated=dated, last=False).data
        survey, begin = cls(), 0
        while survey.records < MOST_RECORDS and (at := data.find(MARK, begin, begin + FARTHEST)) >= 0:
            line = data.rfind(b"\n", max(at - LONGEST_LINE_START, 0), at) + 1
            headline = HEADLINE.match(data, at)
            begin = at + len(MARK)
            if headline is None or headline_prefix(data[line:at]) is None:
                continue
            received = headline[1] == b"Received"
            begin = leading_line_ends(data, headline.end())
            survey.note(data, begin, int(headline[3]), received=received)
            # A console names no threads, so there a sender's other bytes are believed in any case.
            levelled = headline_prefix(data[line:at]) not in (None, (b"", b""))
            begin += UNPROVEN if levelled and received and headline[4] != b"UDP" else int(headline[3])
        return survey

    def note(self, data: bytes, begin: int, count: int, *, received: bool) -> None:
        """Look at the text of a record that begins at a position; what isn't whole says nothing."""
        begin = leading_line_ends(data, begin)
        headers = HEADERS.match(data, begin, begin + LONGEST_HEADERS)
        if headers is None or data.find(b"\n", headers.end()) < 0:
            return
        bare = _is_bare(data, headers)
        lacks_empty_line = headers[1] is None and bare
        if headers[1] is None and not bare:
            return
        size = headers.end() - begin
        if received:
            self._received += 1
            self._beyond += size > count or lacks_empty_line
        size += _length(data, headers) + (data.count(b"\n", begin, headers.end()) if bare else 0)
        if received:
            # A record or nothing must follow: two messages in a datagram have a byte count of both.
            end = begin + size - (data.count(b"\n", begin, headers.end()) if bare else 0)
            follows = data[end : end + 1] == b"\n" and (
                end + 1 == len(data) or any(each.match(data, end + 1) for each in RECORD.values())
            )
            self._less += size < count and follows
            return
        if size > count or lacks_empty_line:
            self._longer += 1
        elif size < count:
            self._shorter += 1
        else:
            self._fitting += 1


def edited_text(
    ahead: Ahead, begin: int, limit: int, count: int, stream: Peer | None, runs: Runs
) -> tuple[bytes, int, bool] | None:
    """Return a message of an edited log, the end of its text, and whether its byte count fits.

    None if what begins there isn't SIP.
    """
    data = ahead.data
    start = leading_line_ends(data, begin)
    headers = HEADERS.match(data, start, min(start + LONGEST_HEADERS, limit))
    if headers is None:
        return None
    bare, length = _is_bare(data, headers), _length(data, headers)
    head, body = data[start : headers.end()], headers.end()
    if headers[1] is None:
        head += b"\n" if bare else b"\r\n"
    end = _end_of_body(ahead, body, limit, length, bare=bare)
    if end is None and stream and not bare and (several := _end_of_several(ahead, start, limit)):
        text = runs.message(stream, data[start:several], None)
        return text, several + 1, len(text) == count
    if end is None:
        end = _end_of_edited_body(ahead, body, limit, length)
    text = head + data[body:end]
    text = (text.replace(b"\n", b"\r\n") if bare else text)[:MESSAGE_LIMIT]
    fits = len(text) == count
    if not fits:
        size = len(head) + (head.count(b"\n") if bare else 0) + length
        if len(text) < size <= MESSAGE_LIMIT:
            # A parser must not wait for the rest of a body that was shortened.
            text += bytes(size - len(text))
        elif stream:
            text = text[:size]
    return text, end + (data[end : end + 1] == b"\n"), fits


def longer_text(ahead: Ahead, begin: int, border: int, count: int) -> tuple[bytes, int] | None:
    """Return a message that its Content-Length, or its SDP, ends beyond its byte count, and the end of its text.

    None if nothing says so, or if it would go beyond the border.  Only an edited message is like that: in what PJSIP
    takes, Content-Length doesn't go beyond the byte count.
    """
    start = leading_line_ends(ahead.data, begin)
    headers = HEADERS.match(ahead.data, start, min(start + LONGEST_HEADERS, border))
    if headers is None or headers[1] is None:
        return None
    body, length = headers.end(), _length(ahead.data, headers)
    ends = _end_of_body(ahead, body, border, length, bare=_is_bare(ahead.data, headers)) is not None
    if not ends and not SDP.match(ahead.data, body, border):
        return None
    text, end, _ = edited_text(ahead, begin, border, count, None, Runs()) or (b"", 0, False)
    return (text, end) if len(text) > count else None


def unlimited_text(text: bytes, count: int, end: int) -> tuple[bytes, int] | None:
    """Return a datagram of a log file, and its end, if it is longer than its byte count; None if it may end there.

    Nothing of a datagram is printed beyond its byte count, but for the line ends before it.
    """
    start = leading_line_ends(text)
    if text[start + count : start + count + 1] == b"\n":
        return None
    text = text if b"\r" in text else text.replace(b"\n", b"\r\n")
    return text[leading_line_ends(text) :][:MESSAGE_LIMIT], end


def has_lost_its_crs(data: bytes, begin: int, count: int) -> bool:
    """Return whether the message at a position has as many bytes as counted if each LF was CR LF."""
    headers = HEADERS.match(data, begin, begin + LONGEST_HEADERS)
    if headers is None or headers[1] is None or not _is_bare(data, headers):
        return False
    size = headers.end() - begin + data.count(b"\n", begin, headers.end()) + _length(data, headers)
    return size == count


def _is_bare(data: bytes, headers: re.Match[bytes]) -> bool:
    """Return whether the text has lost its CRs."""
    return data.find(b"\r", headers.start(), headers.end()) < 0


def _length(data: bytes, headers: re.Match[bytes]) -> int:
    length = LENGTH.search(data, headers.start(), headers.end())
    return int(length[1]) if length else 0


def _ends(ahead: Ahead, end: int) -> bool:
    """Return whether a record or nothing follows the LF at a place."""
    data = ahead.data
    if end + 1 >= len(data):
        return ahead.last and end <= len(data)
    return data[end : end + 1] == b"\n" and ahead.record.match(data, end + 1) is not None


def _end_of_body(ahead: Ahead, body: int, limit: int, length: int, *, bare: bool) -> int | None:
    """Return the end of a body of this length, None if the text doesn't look as if it ended there."""
    data, end = ahead.data, body + length
    if length and ahead.record.match(data, body):
        # The body is missing.
        return None
    if bare and length:
        restored = with_line_ends(data, body, length)
        end = restored[1] if restored else limit
    if end > limit:
        return None
    if _ends(ahead, end):
        return end
    if data[end : end + 1] != b"\n" or SDP.match(data, end + 1) or HEADERS.match(data, end + 1):
        return None
    record = ahead.next_record(body - 1, limit)
    return end if record is None or record > end else None


def _end_of_edited_body(ahead: Ahead, body: int, limit: int, length: int) -> int:
    """Return where a body ends whose length isn't that of its header."""
    if sdp := SDP.match(ahead.data, body, limit):
        return sdp.end()
    if not length:
        return body
    record = ahead.next_record(body - 1, limit)
    if record is None:
        return limit if ahead.last else min(body + length, limit)
    return max(record - 1, body)


def _end_of_several(ahead: Ahead, start: int, limit: int) -> int | None:
    """Return the end of the messages of a segment, None if there is only one."""
    spans = message_spans(ahead.data, start, limit, headers_end=ahead.headers_ends.next)
    whole = takewhile(lambda span: HEADERS.match(ahead.data, span[0], limit), spans)
    return next((end for _, end in list(whole)[1:] if _ends(ahead, end)), None)
