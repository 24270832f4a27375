"""What sngrep, ngrep, sipgrep, Homer and tcpdump print of packets, as batches of messages.

Knows what stands below the line above a packet, and what is lost on the way; ``heads`` knows that line.

Facts

- ``ngrep -W byline`` prints a dot for each CR, and for every other byte that isn't printable, too; without
  ``-W byline`` it breaks lines anywhere, and then they can't be told apart.
- ``tcpdump -v`` prints the lines of a message behind a tab, ``-A`` those of the packet, so that the first one stands
  behind the headers of IP and UDP; both leave the CRs out.
- Nothing ends a message but the line above the next one, so a body may have a packet in it that never was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timezone, tzinfo

from identify.traffic.batch import MESSAGE_LIMIT, TRANSPORTS, Batch, Reader
from identify.traffic.input.stream import Stream
from identify.traffic.logs.headlines import MARK, START
from identify.traffic.logs.records import completed
from identify.traffic.logs.segments import LENGTH
from identify.traffic.texts.heads import COLOUR, Head, Heads
from identify.traffic.timestamps import Timestamps

__all__ = ["COUNTS", "DELIVERED", "NOT_SIP", "TextReader", "recognises"]

#: A batch is delivered once it has this many messages or bytes.
MOST_MESSAGES = 2048
MOST_BYTES = 2 << 20
PIECE = 256 << 10
LONGEST_LINE = 1 << 20
#: Bytes of text that are kept for one message, with what a tool adds to its lines.
MOST_TEXT = 2 * MESSAGE_LIMIT
#: Delivered, but the text has less of the body than Content-Length says.
INCOMPLETE = "text-message-incomplete"
#: Skipped: a packet without SIP, such as a keep-alive.
NOT_SIP = "text-not-sip"
#: Skipped: SIP whose lines can't be told apart, or of which only a summary was printed.
UNREADABLE = "text-message-unreadable"
TOO_LARGE = "text-message-too-large"
#: Skipped: the line above has names instead of addresses, or no valid port.
MALFORMED = "text-record-malformed"
COUNTS = {
    INCOMPLETE: "delivered: messages of which the text has less than their Content-Length says",
    NOT_SIP: "packets without SIP, such as keep-alives",
    UNREADABLE: "messages without their lines, or of which only a summary was printed",
    TOO_LARGE: "messages of more than 65,536 bytes",
    MALFORMED: "packets without a valid address and port",
}
DELIVERED = (INCOMPLETE,)

FIRST = rb"(?:[A-Z0-9.!%*_+`'~-]{1,64} [^\r\n]{1,4096} SIP/2\.0|SIP/2\.0 \d{3}(?: [^\r\n]{0,256})?)"
FIRST_LINE = re.compile(FIRST + rb"\.?[ \t]*\Z")
#: A message's first line behind the headers of a packet, if nothing says which method it has.
BEHIND = re.compile(
    rb"(?:INVITE|REGISTER|OPTIONS|ACK|BYE|CANCEL|SUBSCRIBE|NOTIFY|REFER|MESSAGE|INFO|UPDATE|PRACK|PUBLISH) "
    rb"[^\r\n]{1,4096} SIP/2\.0\Z|SIP/2\.0 \d{3}(?: [^\r\n]{0,256})?\Z"
)
#: Lines between packets: marks of ngrep for packets that don't match, and what it says at its end.
BETWEEN = re.compile(rb"[#\s]*\Z|exit\s*\Z|\d+ received, \d+ (?:matched|dropped).*\Z|-{2,}\s*\Z")
VIA = re.compile(rb"^(?:via|v)[ \t]*:[ \t]*SIP/2\.0/([A-Za-z]{2,4})\b", re.IGNORECASE | re.MULTILINE)
EPOCH = re.compile(rb"(\d{9,11})\.(\d{1,9})\Z")


def recognises(first: bytes) -> bool:
    """Return whether bytes are the beginning of such a text: the line above a packet, and SIP after it.

    A message with such a line in it isn't, nor is a log of Asterisk.
    """
    heads = Heads()
    found = False
    for line in first.split(b"\n"):
        head = heads.head(line)
        found = found or (head is not None and head.kind != "other")
        if b"SIP/2.0" in line and (found or FIRST_LINE.match(line.strip())):
            return found
        if not found and (MARK in line or START.match(line)):
            return False
    return False


class TextReader(Reader):
    """The messages of such a text; ``frames`` are the numbers of the lines above them."""

    def __init__(self, stream: Stream, name: str, *, zone: tzinfo = timezone.utc) -> None:
        super().__init__(name, "text")
        self._stream = stream
        self._timestamps = Timestamps(zone=zone, latest=stream.modified)

    def __iter__(self) -> Iterator[Batch]:
        """Deliver the batches."""
        batch = Batch()
        for head, number, lines in self._records():
            data = self._message(head, lines)
            if data is not None:
                self._add(batch, head, number, data)
            if len(batch) >= MOST_MESSAGES or len(batch.data) >= MOST_BYTES:
                yield batch
                batch = Batch()
        if len(batch):
            yield batch
        if self.counts[UNREADABLE]:
            self.problems.append(
                "lines of messages are missing: print them by ngrep -W byline, or by tcpdump -A"
            )

    def _lines(self) -> Iterator[bytes]:
        rest, ended = b"", False
        while not ended:
            piece = self._stream.read(PIECE)
            ended = not piece
            lines = (rest + piece).split(b"\n")
            rest = lines.pop()
            yield from lines
            while len(rest) >= LONGEST_LINE:
                yield rest[:LONGEST_LINE]
                rest = rest[LONGEST_LINE:]
        if rest:
            yield rest

    def _records(self) -> Iterator[tuple[Head, int, list[bytes]]]:
        """Yield the line above each packet, its number, and the lines below, whose size is bounded."""
        heads = Heads()
        head: Head | None = None
        lines: list[bytes] = []
        begun = size = 0
        for number, line in enumerate(self._lines(), 1):
            found = heads.head(line)
            if found is None:
                size += len(line) + 1
                if size <= MOST_TEXT and head is not None:
                    lines.append(line)
                continue
            if head is not None:
                yield from self._bounded(head, begun, lines, size)
            head, begun, lines, size = found, number, [], 0
        if head is not None:
            yield from self._bounded(head, begun, lines, size)

    def _bounded(
        self, head: Head, number: int, lines: list[bytes], size: int
    ) -> Iterator[tuple[Head, int, list[bytes]]]:
        if size <= MOST_TEXT:
            yield head, number, lines
        else:
            self.counts[TOO_LARGE] += 1

    def _message(self, head: Head, lines: list[bytes]) -> bytes | None:
        """Return the message below such a line, None if there is none."""
        if head.kind == "other" and not lines:
            return None
        if head.coloured:
            lines = [COLOUR.sub(b"", line) for line in lines]
        any_sip = head.summary or any(b"SIP/2.0" in line for line in lines)
        if head.kind == "tcpdump":
            lines = _of_tcpdump(head, lines)
        while lines and BETWEEN.match(lines[-1]):
            # The empty line after the headers is put back.
            lines = lines[:-1]
        while lines and BETWEEN.match(lines[0]):
            lines = lines[1:]
        if head.kind == "other" or not lines or not FIRST_LINE.match(lines[0].rstrip(b"\r")):
            self.counts[UNREADABLE if any_sip else NOT_SIP] += 1
            return None
        return self._assembled(head, lines)

    def _assembled(self, head: Head, lines: list[bytes]) -> bytes | None:
        """Return the lines as a message, with the line ends that they had."""
        bare = [line.rstrip(b"\r") for line in lines]
        # The empty line after the headers is a dot, or was taken away with those between packets.
        dotted = head.kind == "split" and bare[0].endswith(b".") and (b"." in bare or b"" not in bare)
        blank = b"." if dotted else b""
        end = bare.index(blank) if blank in bare else len(bare)
        headers = b"\r\n".join(line.removesuffix(b".") if dotted else line for line in bare[:end])
        headers += b"\r\n\r\n"
        if dotted:
            body = b"".join(
                line[:-1] + b"\r\n" if line.endswith(b".") else line + b"\n" for line in bare[end + 1 :]
            )
        elif any(line.endswith(b"\r") for line in lines):
            body = b"".join(line + b"\n" for line in lines[end + 1 :])
        else:
            body = b"".join(line + b"\r\n" for line in bare[end + 1 :])
        length = LENGTH.search(headers)
        if length is not None:
            count = int(length[1])
            if not body[count:].strip():
                body = body[:count]
            if len(body) < count and body:
                body += b"\r\n" if len(body) + 2 == count else b""
            if len(body) < count:
                self.counts[INCOMPLETE] += 1
                stream = head.transport not in (None, "udp")
                return completed(headers + body, MESSAGE_LIMIT, stream)
        if len(headers) + len(body) > MESSAGE_LIMIT:
            self.counts[TOO_LARGE] += 1
            return None
        return headers + body

    def _add(self, batch: Batch, head: Head, number: int, data: bytes) -> None:
        transport = head.transport
        if transport not in TRANSPORTS:
            via = VIA.search(data)
            named = via[1].decode().lower() if via else ""
            transport = named if named in TRANSPORTS else "udp"
        try:
            batch.append(
                data,
                frame=number,
                time=self._time(head.date),
                transport=transport,
                source=head.source.decode(),
                port=head.port,
                local=head.local.decode(),
                local_port=head.local_port,
            )
        except ValueError:
            self.counts[MALFORMED] += 1

    def _time(self, date: bytes) -> int:
        if found := EPOCH.match(date):
            return int(found[1]) * 1_000_000_000 + int(found[2].ljust(9, b"0"))
        return self._timestamps.time(date)


def _of_tcpdump(head: Head, lines: list[bytes]) -> list[bytes]:
    """Return the lines of the message in what tcpdump prints of a packet; nothing if it prints none."""
    found: list[bytes] = []
    for line in lines if lines[:1] and lines[0].startswith(b"\t") else ():
        if line.startswith(b"\t") and not line.startswith(b"\t0x"):
            found.append(line[1:])
        elif found:
            # What -A prints of the same packet.
            break
    if found:
        return found
    for number, line in enumerate(lines):
        bare = line.rstrip(b"\r")
        if head.summary and bare.endswith(head.summary):
            return [head.summary, *lines[number + 1 :]]
        if not head.summary and (first := BEHIND.search(bare)):
            return [first[0], *lines[number + 1 :]]
    return []
