"""SIP messages in Asterisk's JSON logs (``[json]`` in logger.conf).

Knows one object per line; ``segments`` knows what a text with several messages means.

Facts

- The text of a record is exact up to a NUL, and ends with an LF of the logger.  So unlike in a text log it needs no
  byte count, and a text that doesn't fit its byte count but has all of its body was edited.
- Records that aren't UTF-8 are lost.
- Some lines are not objects (a banner, backtraces).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

import attrs

from identify.traffic.batch import MESSAGE_LIMIT
from identify.traffic.logs.headlines import HEADLINE, LIKE_HEADLINE, MARK
from identify.traffic.logs.records import (
    INCOMPLETE,
    MALFORMED,
    RESIZED,
    TELLING,
    TOO_LARGE,
    LogMessage,
    Source,
    completed,
)
from identify.traffic.logs.segments import Runs, is_whole, leading_line_ends, message_spans

__all__ = ["JsonLog", "LogLine", "SIGN"]

PIECE = 4 << 20
LONGEST_LINE = 1 << 20
#: The text by which a line with a SIP message is found.
SIGN = b'"message":"' + MARK


@attrs.define
class LogLine:
    """A record of a JSON log that isn't a SIP message."""

    line: int
    thread: bytes
    file: bytes
    text: bytes
    stamp: bytes


class JsonLog:
    """The messages of a JSON log, and its other records: all with ``others``, or those that may be notices."""

    def __init__(self, stream: Source, counts: Counter[str], *, others: bool = False) -> None:
        self._stream = stream
        self._counts = counts
        self._others = others
        self._runs = Runs()

    def __iter__(self) -> Iterator[LogMessage | LogLine]:
        """Yield messages and other records in order."""
        buffer, line, ended = b"", 1, False
        while not ended:
            piece = self._stream.read(PIECE) or b""
            ended = len(piece) < PIECE
            buffer += piece
            whole = len(buffer) if ended else buffer.rfind(b"\n") + 1
            yield from self._lines(buffer[:whole], line)
            line += buffer.count(b"\n", 0, whole)
            buffer = buffer[whole:]
            if len(buffer) > LONGEST_LINE:
                self._counts[TOO_LARGE] += 1
                buffer = b""

    def _lines(self, text: bytes, first: int) -> Iterator[LogMessage | LogLine]:
        if self._others:
            for number, line in enumerate(text.split(b"\n"), first):
                if line[:1] == b"{" and (record := self._record(line, number)):
                    yield record
            return
        at, number = 0, first
        for index in sorted(place for each in (SIGN, *TELLING) for place in _places(text, each)):
            if index < at:
                continue
            begin = text.rfind(b"\n", 0, index) + 1
            end = text.find(b"\n", index)
            end = end if end >= 0 else len(text)
            number += text.count(b"\n", at, begin)
            if record := self._record(text[begin:end], number):
                yield record
            at = end

    def _record(self, line: bytes, number: int) -> LogMessage | LogLine | None:
        try:
            found = json.loads(line)
            text = found["logmsg"]["message"].encode("utf-8", "surrogatepass")
            file = str(found["logmsg"]["location"]["filename"]).encode("utf-8", "replace")
            thread = str(found["identifiers"]["lwp"]).encode()
            stamp = str(found.get("timestamp", "")).encode("utf-8", "replace")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._counts[MALFORMED] += 1
            return None
        if text.startswith(MARK) and (headline := HEADLINE.match(text)):
            return self._message(headline, text, stamp=stamp, thread=thread, number=number)
        if LIKE_HEADLINE.match(text):
            self._counts[MALFORMED] += 1
        return LogLine(number, thread, file, text.rstrip(b"\n"), stamp)

    def _message(
        self, headline: re.Match[bytes], text: bytes, *, stamp: bytes, thread: bytes, number: int
    ) -> LogMessage | None:
        count = int(headline[3])
        if count > MESSAGE_LIMIT:
            self._counts[TOO_LARGE] += 1
            return None
        body = text[headline.end() :]
        body = body[:-1] if body.endswith(b"\n") else body
        received = headline[1] == b"Received"
        stream = headline[4] != b"UDP"
        start = leading_line_ends(body)
        complete = True
        if len(body) == count:
            data = body
        elif len(body) - start < count:
            complete = is_whole(body, start)
            data = body[start:] if complete else completed(body, count, stream)
            self._counts[RESIZED if complete else INCOMPLETE] += 1
        elif received and stream:
            peer = (headline[4], headline[5] or headline[6], headline[7])
            fits = any(end - begin == count for begin, end in message_spans(body, 0, len(body)))
            data = self._runs.message(peer, body, count if fits else None)
            if not fits:
                self._counts[RESIZED] += 1
        else:
            # Nothing is printed beyond the byte count of a datagram, or of what Asterisk sent.
            data = body[start:][:MESSAGE_LIMIT]
            if len(data) != count:
                self._counts[RESIZED] += 1
        return LogMessage.of(headline, data, line=number, stamp=stamp, thread=thread, complete=complete)


def _places(text: bytes, sign: bytes) -> Iterator[int]:
    """Yield where a text occurs in another."""
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + len(sign))
