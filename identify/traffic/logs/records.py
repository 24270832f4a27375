"""The records that the readers of text logs and of JSON logs deliver."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

import attrs

from identify.traffic.logs.segments import HEADERS_END, LENGTH

__all__ = [
    "COUNTS",
    "DELIVERED",
    "Gap",
    "INCOMPLETE",
    "LogMessage",
    "MALFORMED",
    "MISPLACED",
    "REPEATED",
    "RESIZED",
    "Source",
    "TELLING",
    "TOO_LARGE",
    "UNCERTAIN",
    "UNCLEAR",
    "completed",
]

#: Reasons in ``counts``: the message was delivered, but the log has fewer bytes of it than its byte count says.
INCOMPLETE = "log-message-incomplete"
#: The message was delivered, but the log was edited: its text doesn't have as many bytes as were counted.
RESIZED = "log-byte-count-differs"
#: The message was delivered, but nothing confirms its byte count; there may be records in its text.
UNCERTAIN = "log-message-uncertain"
#: Skipped: more than MESSAGE_LIMIT bytes.
TOO_LARGE = "log-message-too-large"
#: Skipped: what looks like the line above a message stands inside another line.
MISPLACED = "log-record-misplaced"
#: Skipped: byte count, address or port are not valid.
MALFORMED = "log-record-malformed"
#: A request that another notice has told of a moment before: a retransmission, or a second notice about it.
REPEATED = "log-notice-repeated"
#: Skipped: a notice of a request from which its values can't be taken for certain.
UNCLEAR = "log-notice-unclear"
#: The meaning of each reason.
COUNTS = {
    INCOMPLETE: "delivered: messages of which the log has less than their byte counts say",
    RESIZED: "delivered: messages of an edited log whose byte counts don't fit their texts",
    UNCERTAIN: "delivered: messages whose byte counts nothing confirms, and that may have records in them",
    TOO_LARGE: "messages of more than 65,536 bytes, or lines of JSON of more than a mebibyte",
    MISPLACED: "lines like that above a message that don't begin a record",
    REPEATED: "notices of a request that another notice has told of a moment before",
    UNCLEAR: "notices of a request that are cut, or whose values could end at several places",
    MALFORMED: "records with an invalid byte count, address or port, or lines of JSON that aren't records",
}

#: Those of messages that were delivered.
DELIVERED = (INCOMPLETE, RESIZED, UNCERTAIN)

#: What lines have that tell of a request that failed, or of packets that PJSIP dropped.
TELLING = (b"failed for '", b" packet from ")


class Source(Protocol):
    """Where a log is read from."""

    def read(self, count: int, /) -> bytes | None:
        """Return that many bytes, fewer only at the end."""


@attrs.define(kw_only=True)
class LogMessage:
    """A SIP message of the logger, with the contents of the line above it."""

    #: The line of the log at which the record begins, 1-based.
    line: int
    #: The date as written, empty if there is none.
    stamp: bytes
    #: The thread that wrote it, empty if the log doesn't say.
    thread: bytes
    received: bool
    response: bool
    #: ``UDP``, ``TCP``, ``TLS``, ``WS`` or ``WSS``.
    transport: bytes
    #: Address and port of the other side, as written, without brackets.
    address: bytes
    port: int
    data: bytes = attrs.field(repr=False)
    complete: bool

    @classmethod
    def of(
        cls, headline: re.Match[bytes], data: bytes, *, line: int, stamp: bytes, thread: bytes, complete: bool
    ) -> LogMessage:
        """Return a message with what the line above it says."""
        return cls(
            line=line,
            stamp=stamp,
            thread=thread,
            received=headline[1] == b"Received",
            response=headline[2] == b"response",
            transport=headline[4],
            address=headline[5] or headline[6],
            port=int(headline[7]),
            data=data,
            complete=complete,
        )


@attrs.define
class Gap:
    """The part of a log between two messages: whole lines of other records."""

    text: bytes = attrs.field(repr=False)
    #: Line number of its first line.
    line: int
    #: What numbers its lines from the first one on, if they have other numbers in the original; they only rise.
    place: Callable[[int], int] | None = attrs.field(default=None, repr=False)

    def number(self, line: int) -> int:
        """Return the number of one of its lines, given by its place from 0 on; asked for in their order."""
        return self.place(line) if self.place is not None else self.line + line


def completed(data: bytes, count: int, stream: bool) -> bytes:
    """Return a message that is cut in the log, with NULs for missing body bytes if a stream's framing needs them.

    The rest of the body after a NUL is missing, or terminal escapes are: a parser must not wait for the rest of the
    message.
    """
    headers = HEADERS_END.search(data)
    if not stream or headers is None:
        return data
    length = LENGTH.search(data, 0, headers.end())
    missing = headers.end() + int(length[1]) - len(data) if length else 0
    return data + bytes(max(min(missing, count - len(data)), 0))
