"""What the readers of text logs and of JSON logs hand on."""

from __future__ import annotations

import attrs

from identify.traffic.logs.segments import HEADERS_END, LENGTH

__all__ = ["COUNTS", "Gap", "INCOMPLETE", "LARGEST", "LogMessage", "MALFORMED", "TOO_LARGE", "completed"]

#: Messages of more bytes are passed over; also what the library takes.
LARGEST = 65_536

#: Reasons in ``counts``: delivered, but the log has less of it than its byte count says.
INCOMPLETE = "log-message-incomplete"
#: Passed over: more than LARGEST bytes.
TOO_LARGE = "log-message-too-large"
#: Passed over: address or port aren't any.
MALFORMED = "log-record-malformed"
COUNTS = (INCOMPLETE, TOO_LARGE, MALFORMED)


@attrs.define(kw_only=True)
class LogMessage:
    """A SIP message of the logger, with what the line above it says."""

    #: The line of the log at which the record begins, 1-based.
    line: int
    #: Date as written, empty where there is none.
    stamp: bytes
    #: Thread that wrote it, empty where the log doesn't say.
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


@attrs.define
class Gap:
    """What a log has between two messages: whole lines of other records."""

    text: bytes = attrs.field(repr=False)
    #: Line number of its first line.
    line: int


def completed(data: bytes, count: int, stream: bool) -> bytes:
    """Return a message that the log has cut, with its body filled up by NULs where a stream's framing wants it.

    What is lost is the rest of the body after a NUL, or terminal escapes: a parser must not take the message for
    one of which the rest is still on its way.
    """
    headers = HEADERS_END.search(data)
    if not stream or headers is None:
        return data
    length = LENGTH.search(data, 0, headers.end())
    missing = headers.end() + int(length[1]) - len(data) if length else 0
    return data + bytes(max(min(missing, count - len(data)), 0))
