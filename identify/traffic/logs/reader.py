"""Asterisk's logs as batches of messages.

Knows the reader's interface and how a log is recognised; ``headlines``, ``text_log`` and ``objects`` know what records
look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timezone, tzinfo
from functools import lru_cache

from identify.addresses import packed
from identify.traffic.batch import TRANSPORTS, Batch, Direction, Reader
from identify.traffic.input.stream import Stream
from identify.traffic.logs.banner import version_written
from identify.traffic.logs.headlines import HEADLINE, MARK, START
from identify.traffic.logs.objects import JsonLog
from identify.traffic.logs.records import MALFORMED, LogMessage
from identify.traffic.logs.text_log import TextLog
from identify.traffic.timestamps import Timestamps

__all__ = ["LogReader", "json_log", "recognises"]

#: A batch is delivered once it has this many messages or bytes.
MOST_MESSAGES = 2048
MOST_BYTES = 2 << 20
CODES = {name.upper().encode(): code for code, name in enumerate(TRANSPORTS)}
OBJECT = re.compile(rb'^\{"hostname":.{0,4096}?"logmsg":', re.MULTILINE)
CONSOLE = re.compile(
    rb"^Asterisk [^\r\n]{1,200}, Copyright \(C\) |^Connected to Asterisk |^\[[^\]\n]{4,64}\] Asterisk ",
    re.MULTILINE,
)


def json_log(first: bytes) -> bool:
    """Return whether a log that begins with these bytes is a JSON log."""
    return OBJECT.search(first) is not None


def recognises(first: bytes) -> bool:
    """Return whether bytes are the beginning of one of Asterisk's logs or of what its console prints."""
    if json_log(first) or START.search(first) or CONSOLE.search(first):
        return True
    return MARK in first and any(HEADLINE.match(first, found.start()) for found in re.finditer(MARK, first))


class LogReader(Reader):
    """The SIP messages of one of Asterisk's logs, received and sent; ``frames`` are line numbers.

    ``zone`` is the zone of dates without one.  ``year`` is the year of the first date without one; if not given, it
    follows from the time of the file.
    """

    def __init__(
        self, stream: Stream, name: str, *, zone: tzinfo = timezone.utc, year: int | None = None
    ) -> None:
        first = stream.peek(64 << 10)
        self._json = json_log(first)
        super().__init__(name, "json-log" if self._json else "log")
        self.asterisk = version_written(first)
        self._stream = stream
        self._timestamps = Timestamps(zone=zone, year=year, latest=stream.modified)

    def __iter__(self) -> Iterator[Batch]:
        """Deliver the batches."""
        log = JsonLog(self._stream, self.counts) if self._json else TextLog(self._stream, self.counts)
        batch = Batch()
        for message in log:
            if isinstance(message, LogMessage):
                self._add(batch, message)
                if len(batch.frames) >= MOST_MESSAGES or len(batch.data) >= MOST_BYTES:
                    yield batch
                    batch = Batch()
        if len(batch):
            yield batch

    def _add(self, batch: Batch, message: LogMessage) -> None:
        source = _address(message.address)
        if source is None or message.port > 0xFFFF:
            self.counts[MALFORMED] += 1
            return
        batch.frames.append(message.line)
        batch.times.append(self._timestamps.time(message.stamp))
        batch.data += message.data
        batch.offsets.append(len(batch.data))
        batch.transports.append(CODES[message.transport])
        unknown = bytes(len(source))
        if message.received:
            batch.sources += source
            batch.ports.append(message.port)
            batch.locals += unknown
            batch.local_ports.append(0)
            batch.directions.append(Direction.RECEIVED)
        else:
            # Asterisk sent this from an address that isn't in the log.
            batch.sources += unknown
            batch.ports.append(0)
            batch.locals += source
            batch.local_ports.append(message.port)
            batch.directions.append(Direction.SENT)


@lru_cache(maxsize=4096)
def _address(text: bytes) -> bytes | None:
    try:
        return packed(text.decode("ascii"))
    except ValueError:
        return None
