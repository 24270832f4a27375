"""Asterisk's logs as batches of messages.

Knows the reader's interface and how a log is recognised; ``headlines``, ``text_log`` and ``objects`` know what records
look like.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timezone, tzinfo
from functools import lru_cache

from identify.addresses import packed
from identify.errors import TrafficError
from identify.strings import decoded, quoted
from identify.traffic.batch import TRANSPORTS, Batch, Direction, DroppedPackets, Reader
from identify.traffic.input.stream import Stream
from identify.traffic.logs.banner import version_written
from identify.traffic.logs.headlines import LIKE_HEADLINE, START
from identify.traffic.logs.notices import Notice, Notices
from identify.traffic.logs.objects import JsonLog, LogLine
from identify.traffic.logs.prefixes import UnprefixedLog, begins_like_a_log
from identify.traffic.logs.records import MALFORMED, Gap, LogMessage, Source
from identify.traffic.logs.text_log import TextLog
from identify.traffic.timestamps import Timestamps

__all__ = ["LogReader", "LogRecords", "begins_with_something_else", "recognises"]

#: A batch is delivered once it has this many messages or bytes.
MOST_MESSAGES = 2048
MOST_BYTES = 2 << 20
RECOGNISED_BYTES = 64 << 10
#: Bytes of a line that an error shows.
MOST_SHOWN = 60
#: The line above a SIP message, whatever a conversion has made of its first character.
SIGN = re.compile(
    rb"(?:<|&lt;|\\u003c)--- (?:Received|Transmitting) SIP re(?:quest|sponse) \(\d{1,7} bytes\) "
)
ESCAPED = re.compile(rb"^(?:&lt;|\\u003c)--- ", re.MULTILINE)
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
    """Return whether bytes are the beginning of one of Asterisk's logs or of what its console prints.

    Lines may have a prefix.
    """
    if json_log(first) or START.search(first) or CONSOLE.search(first) or begins_like_a_log(first):
        return True
    return UnprefixedLog.recognises(first)


def begins_with_something_else(first: bytes) -> str | None:
    """Return what to say of a log in which a SIP message seems to begin, though not as in any log that can be read.

    None if there is no such place.
    """
    found = SIGN.search(first)
    if found is None:
        return None
    line = first.rfind(b"\n", 0, found.start()) + 1
    if line == found.start():
        shown = quoted(decoded(found[0]))
        return f"lines above SIP messages are not as Asterisk writes them ({shown}); expected '<--- ... --->'"
    shown = quoted(decoded(first[line : found.start()][:MOST_SHOWN]))
    return (
        f"lines begin with something that is not Asterisk's ({shown}); "
        "remove it from each line, for example with sed or cut"
    )


class LogRecords:
    """The records of a log in any of its forms."""

    def __init__(self, stream: Stream, counts: Counter[str], *, verdicts: bool = False) -> None:
        first = stream.peek(RECOGNISED_BYTES)
        unprefixed = UnprefixedLog.of(stream, first)
        source: Source = unprefixed or stream
        if unprefixed is not None:
            first = unprefixed.peek(RECOGNISED_BYTES)
        self._begins = begins_with_something_else(first)
        if self._begins is not None and ESCAPED.search(first) and not LIKE_HEADLINE.search(first):
            raise TrafficError(self._begins, stream.name)
        #: The version that the log begins with, if it does.
        self.asterisk = version_written(first)
        self.json = json_log(first)
        #: What the log tells of requests without a message.
        self.notices = Notices(counts)
        place = unprefixed.place if unprefixed is not None else None
        self._log: JsonLog | TextLog = (
            JsonLog(source, counts, others=verdicts)
            if self.json
            else TextLog(source, counts, gaps=verdicts, place=place)
        )

    def __iter__(self) -> Iterator[LogMessage | LogLine | Gap]:
        """Yield the messages, and the other records or the text between messages: all, or those with notices."""
        for record in self._log:
            if isinstance(record, LogMessage):
                self.notices.remember(record)
            yield record

    def without_messages(self) -> str:
        """Return what to say if there are no SIP messages."""
        if self._begins is not None:
            return f"no SIP messages in this log: {self._begins}"
        return "no SIP messages in this log: Asterisk writes them after `pjsip set logger on`"


class LogReader(Reader):
    """The SIP messages of one of Asterisk's logs, received and sent; ``frames`` are line numbers.

    ``zone`` is the zone of dates without one.  ``year`` is the year of the first date without one; if not given, it
    follows from the time of the file.
    """

    def __init__(
        self, stream: Stream, name: str, *, zone: tzinfo = timezone.utc, year: int | None = None
    ) -> None:
        # ``counts`` are those of the reader, which the class makes.
        super().__init__(name, "log")
        self._log = LogRecords(stream, self.counts)
        self.format = "json-log" if self._log.json else "log"
        self.asterisk = self._log.asterisk
        self._timestamps = Timestamps(zone=zone, year=year, latest=stream.modified)

    def __iter__(self) -> Iterator[Batch]:
        """Deliver the batches."""
        batch = Batch()
        found = False
        for record in self._log:
            if isinstance(record, LogMessage):
                found = True
                self._add(batch, record)
            else:
                for notice in self._log.notices.take(record):
                    self._add_notice(batch, notice)
                    if len(batch.frames) >= MOST_MESSAGES:
                        yield batch
                        batch = Batch()
            if len(batch.frames) >= MOST_MESSAGES or len(batch.data) >= MOST_BYTES:
                yield batch
                batch = Batch()
        if len(batch):
            yield batch
        found = found or bool(self.notices or self.dropped_packets)
        if not found and not self.counts and not self.problems:
            self.problems.append(self._log.without_messages())

    @property
    def notices(self) -> int:
        """Requests so far of which the log has only a notice."""
        return self._log.notices.taken

    @property
    def dropped_packets(self) -> tuple[DroppedPackets, ...]:
        """Packets that Asterisk dropped, by source and reason."""
        return self._log.notices.packets

    def _add_notice(self, batch: Batch, notice: Notice) -> None:
        batch.append(
            notice.data,
            frame=notice.line,
            time=self._timestamps.time(notice.stamp),
            source=decoded(notice.address),
            port=notice.port,
            direction=Direction.NOTICE,
        )

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
