"""What a log tells of requests whose messages it doesn't have: notices of those that failed, warnings of dropped ones.

Knows the wording of these lines and what is told in them; what becomes of such a request is the simulation's.

Facts

- ``Request 'METHOD' from 'FROM' failed for 'ADDRESS:PORT' (callid: ID) - TEXT``, of the distributor.  From is printed
  without port and tag, and nothing is escaped.  Older releases have no method.
- Every repetition of a request that isn't identified has a notice of its own; one with credentials has two.
- ``Dropping N bytes packet from PROTOCOL ADDRESS:PORT : REASON`` is what PJSIP says of a syntax error; older releases
  say ``Error processing``, and print the packet after it.  A missing header has no size and no protocol.

Strategy

A notice is taken only if the log has no message with its Call-ID before it: otherwise it is that message's verdict.
Whoever sends a request chooses From and Call-ID, so a notice in which either could end at several places isn't taken,
and nothing is taken from a packet that is printed.  A line that a mail or a terminal has wrapped is put together.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator

import attrs

from identify.addresses import packed
from identify.errors import MessageError
from identify.request import Request
from identify.strings import decoded, encoded
from identify.traffic.batch import MESSAGE_LIMIT, NO_METHOD, DroppedPackets
from identify.traffic.logs.headlines import COLOUR, LEVEL, PROMPT, STAMP, START
from identify.traffic.logs.objects import LogLine
from identify.traffic.logs.records import REPEATED, TELLING, UNCLEAR, Gap, LogMessage
from identify.traffic.logs.segments import BLANKS, HEADERS_END
from identify.traffic.rows.requests import Metadata, request_bytes
from identify.traffic.timestamps import Timestamps

__all__ = ["Notice", "Notices", "call_id_of"]

NOTICE = re.compile(
    r"Request (?:'([^'\s]{1,64})' )?from '(.*)' failed for '(?:\[([^\]'\s]{2,64})\]|([^\[\]'\s]{2,64})):(\d{1,5})'"
    r" \(callid: (.*)\) - "
    r"(No matching endpoint found|Not match Endpoint (?:Contact )?ACL|(?:Failed|Error) to authenticate)"
    r"(?: after \d+ tries in [\d.]+ ms)?",
    re.DOTALL,
)
#: Whether an endpoint was identified, and which list of it refused the request, by what a notice says.
SAID: dict[str, tuple[bool, str | None]] = {
    "No matching endpoint found": (False, None),
    "Not match Endpoint ACL": (True, "acl"),
    "Not match Endpoint Contact ACL": (True, "contact_acl"),
}
#: What stands between the values of a notice; of each there is one.
BETWEEN = ("' failed for '", "' (callid: ", ") - ")
DISTRIBUTOR = b"pjsip_distributor.c"
PACKET = re.compile(
    rb"(?:Dropping|Error processing)(?: (\d{1,7}) bytes)? packet from (?:(UDP|TCP|TLS|WSS|WS)6? )?"
    rb"(?:\[([^\]\s]{2,64})\]|([0-9A-Fa-f.:]{2,64})):(\d{1,5}) ?: ([^\r\n]{1,512})"
)
OF_PJPROJECT = re.compile(PROMPT + STAMP + LEVEL + COLOUR + rb"pjproject\b")
#: The place of an error and its number: packets with the same fault are counted together.
PLACE = re.compile(r"(?: on line \d+ col \d+| \[code \d+\])?:?\s*\Z")
PACKET_END = b"-- end of packet."
CALL_ID = re.compile(
    rb"^(?:call-id|i)" + BLANKS + rb":" + BLANKS + rb"([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)
#: Lines over which a notice may be wrapped, and bytes of one.
MOST_LINES = 4
LONGEST = 8192
#: Messages before a notice that are looked at for its Call-ID, and their bytes; a burst has fewer.
MOST_MESSAGES = 4096
MOST_BYTES = 16 << 20
#: Call-IDs of messages that are remembered once a log has notices.
MOST_CALLS = 65_536
#: Notices of which another one is taken for a repetition, and how long, in nanoseconds: as a request is repeated.
MOST_RECENT = 4096
REPEATS = 32_000_000_000
#: Kinds of dropped packets, by source and reason, that are counted apart.
MOST_KINDS = 10_000


@attrs.frozen(kw_only=True)
class Notice:
    """A request that failed; ``data`` is a request made up around its method, From and Call-ID."""

    line: int
    stamp: bytes
    address: bytes
    port: int
    data: bytes = attrs.field(repr=False)
    #: Whether an endpoint was identified; None if the notice doesn't say.
    identified: bool | None
    #: The endpoint's access list that refused it: ``acl`` or ``contact_acl``.
    refused: str | None


class Notices:
    """What the records of a log tell of requests without a message, taken in their order."""

    def __init__(self, counts: Counter[str]) -> None:
        #: How many requests were taken from notices.
        self.taken = 0
        self._counts = counts
        #: Messages whose Call-IDs weren't looked at yet, and their bytes.
        self._messages: deque[bytes] = deque()
        self._bytes = 0
        self._calls: OrderedDict[bytes, None] = OrderedDict()
        self._recent: OrderedDict[tuple[str | int, ...], int] = OrderedDict()
        # Only for the time between two notices.
        self._times = Timestamps(year=2000, latest=None)
        self._packets: Counter[tuple[str, str, str]] = Counter()

    def remember(self, message: LogMessage) -> None:
        """Take notice of a message, whose Call-ID no request from a notice has."""
        if not message.received or message.response:
            return
        self._messages.append(message.data)
        self._bytes += len(message.data)
        while self._bytes > MOST_BYTES or len(self._messages) > MOST_MESSAGES:
            self._bytes -= len(self._messages.popleft())

    def take(self, record: Gap | LogLine) -> list[Notice]:
        """Return the requests that a record, or the text between two messages, tells of."""
        return [*(self._in_gap(record) if isinstance(record, Gap) else self._in_line(record))]

    @property
    def packets(self) -> tuple[DroppedPackets, ...]:
        """The packets that PJSIP dropped, the most frequent kind first."""
        found = sorted(self._packets.items(), key=lambda counted: (-counted[1], counted[0]))
        return tuple(
            DroppedPackets(source=source or None, transport=transport or None, reason=reason, packets=count)
            for (source, transport, reason), count in found
        )

    def _in_line(self, record: LogLine) -> Iterator[Notice]:
        if record.file.rpartition(b"/")[2] == DISTRIBUTOR and TELLING[0] in record.text:
            yield from self._notice([record.text], record.stamp, record.line)
        elif record.file.startswith(b"pjproject") and (found := PACKET.search(record.text)):
            self._count(found)

    def _in_gap(self, gap: Gap) -> Iterator[Notice]:
        text, done, number, counted = gap.text, 0, 0, 0
        for place in sorted(_places(text)):
            if place < done:
                continue
            begin = text.rfind(b"\n", 0, place) + 1
            end = _end_of_line(text, place)
            done = end
            if text.startswith(TELLING[1], place):
                if OF_PJPROJECT.match(text, begin) and (found := PACKET.search(text, begin, end)):
                    self._count(found)
                    done = _end_of_packet(text, end, found)
                continue
            record = _record(text, begin)
            if record is None or record[4].rpartition(b"/")[2] != DISTRIBUTOR:
                continue
            number += text.count(b"\n", counted, record.start())
            counted = record.start()
            yield from self._notice(_texts(text, record.end()), record[1], gap.number(number))

    def _notice(self, texts: list[bytes], stamp: bytes, line: int) -> Iterator[Notice]:
        """Yield the request that a notice tells of, unless the log has told of it before."""
        found = next((found for text in texts if (found := NOTICE.fullmatch(decoded(text)))), None)
        if found is None or not all(found[0].count(each) == 1 for each in BETWEEN):
            self._counts[UNCLEAR] += 1
            return
        method, sender, port, call_id = found[1] or "", found[2], int(found[5]), found[6]
        address = found[3] or found[4]
        data = _request(method, sender, address, port, call_id, line)
        if data is None:
            self._counts[UNCLEAR] += 1
            return
        if self._has_message(encoded(call_id)):
            return
        if self._is_repeated((method, sender, address, port, call_id), self._times.time(stamp)):
            self._counts[REPEATED] += 1
            return
        self.taken += 1
        identified, refused = SAID.get(found[7], (None, None))
        yield Notice(
            line=line,
            stamp=stamp,
            address=address.encode("ascii"),
            port=port,
            data=data,
            identified=identified,
            refused=refused,
        )

    def _has_message(self, call_id: bytes) -> bool:
        """Return whether a message before has this Call-ID."""
        for data in self._messages:
            if found := call_id_of(data):
                self._calls[found] = None
        self._messages.clear()
        self._bytes = 0
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)
        return call_id in self._calls

    def _is_repeated(self, key: tuple[str | int, ...], time: int) -> bool:
        """Return whether the same notice came a moment before; without times, among the last ones."""
        first = self._recent.get(key)
        if first is not None and (time < 0 or first < 0 or 0 <= time - first <= REPEATS):
            return True
        self._recent[key] = time
        self._recent.move_to_end(key)
        if len(self._recent) > MOST_RECENT:
            self._recent.popitem(last=False)
        return False

    def _count(self, found: re.Match[bytes]) -> None:
        """Count a packet that PJSIP dropped."""
        source = decoded(found[3] or found[4])
        transport = decoded(found[2] or b"").lower()
        kind = (source, transport, PLACE.sub("", decoded(found[6])))
        if kind not in self._packets and len(self._packets) >= MOST_KINDS:
            kind = ("", "", "")
        self._packets[kind] += 1


def call_id_of(data: bytes) -> bytes | None:
    """Return the Call-ID of a message, None if it has none."""
    headers = HEADERS_END.search(data)
    found = CALL_ID.search(data, 0, headers.start() + 1 if headers else len(data))
    return found[1].rstrip(b" \t") if found else None


def _places(text: bytes) -> Iterator[int]:
    """Yield where a text has something that may be told in it."""
    for sign in TELLING:
        at = text.find(sign)
        while at >= 0:
            yield at
            at = text.find(sign, at + len(sign))


def _end_of_line(text: bytes, place: int) -> int:
    end = text.find(b"\n", place)
    return end if end >= 0 else len(text)


def _end_of_packet(text: bytes, end: int, found: re.Match[bytes]) -> int:
    """Return where a packet ends that is printed below a warning, which ends with a colon then."""
    if not found[6].rstrip().endswith(b":"):
        return end
    size = min(int(found[1]) if found[1] else MESSAGE_LIMIT, MESSAGE_LIMIT)
    limit = end + size + len(PACKET_END) + 2
    # Of a packet without a size the first mark ends it, otherwise the last one: the packet may have one too.
    last = text.rfind(PACKET_END, end, limit) if found[1] else text.find(PACKET_END, end, limit)
    return last if last >= 0 else min(end + size, len(text)) if found[1] else end


def _record(text: bytes, begin: int) -> re.Match[bytes] | None:
    """Return the start of the record to which a line belongs, the line's own or one of a few before it."""
    for _ in range(MOST_LINES):
        if found := START.match(text, begin):
            return found
        if not begin:
            break
        begin = text.rfind(b"\n", 0, begin - 1) + 1
    return None


def _texts(text: bytes, begin: int) -> list[bytes]:
    """Return what may be the text of a record: its line, or a few lines that were one."""
    lines: list[bytes] = []
    while len(lines) < MOST_LINES and begin <= len(text):
        if lines and START.match(text, begin):
            break
        end = _end_of_line(text, begin)
        lines.append(text[begin : min(end, begin + LONGEST)].rstrip(b"\r \t"))
        begin = end + 1
    return [
        lines[0],
        *(
            between.join(each.lstrip(b" \t") for each in lines[:count])
            for count in range(2, len(lines) + 1)
            for between in (b" ", b"")
        ),
    ]


def _request(method: str, sender: str, address: str, port: int, call_id: str, line: int) -> bytes | None:
    """Return a request with these values, None if one of them isn't valid.

    Its other headers are made up; a Contact of an asterisk is none that an access list would test.
    """
    metadata = Metadata(
        method=method or decoded(NO_METHOD), from_uri=sender, call_id=call_id, headers=[("Contact", "*")]
    )
    try:
        packed(address)
        data = request_bytes(metadata, source=address, port=port, transport="udp", local=None, number=line)
        Request.from_message(data, address, port)
    except (MessageError, ValueError):
        return None
    return data
