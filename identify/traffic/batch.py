"""Messages of traffic as columns, and the base class of readers.

Knows the shape of the data that readers deliver and the simulation takes; nothing about any format.
"""

from __future__ import annotations

import enum
from array import array
from collections import Counter
from collections.abc import Iterator
from types import TracebackType

import attrs

from identify.addresses import ADDRESS_BYTES, UNKNOWN_ADDRESS, packed, unpacked
from identify.model import TRANSPORTS

__all__ = [
    "MESSAGE_LIMIT",
    "NOT_GIVEN",
    "NO_METHOD",
    "TRANSPORTS",
    "Batch",
    "Direction",
    "DroppedPackets",
    "NotGiven",
    "Reader",
]

#: Bytes of the largest message that is delivered; larger ones are skipped.
MESSAGE_LIMIT = 65_536
#: What the columns can hold: times to the year 2262.
LAST_TIME = (1 << 63) - 1
LAST_FRAME = (1 << 64) - 1


class Direction(enum.IntEnum):
    """Whether Asterisk received or sent a message; captures don't say, Asterisk's logs do."""

    UNKNOWN = 0
    RECEIVED = 1
    SENT = 2
    #: Received, but the log has only a notice of it: method, From, Call-ID and source are known, and nothing else.
    NOTICE = 3


#: The method in the bytes of such a request if the notice doesn't tell it.
NO_METHOD = b"-"

LAST_DIRECTION = int(Direction.NOTICE)


class NotGiven(enum.Enum):
    """The type of :data:`NOT_GIVEN`."""

    NOT_GIVEN = "not given"


#: The value in :attr:`Batch.expected` for a message without an expectation; None expects that nothing is identified.
NOT_GIVEN = NotGiven.NOT_GIVEN


@attrs.define(eq=False)
class Batch:
    """Messages in the order in which they were read.

    Message ``i`` is ``data[offsets[i]:offsets[i + 1]]``.  Addresses are 16 bytes in network order, IPv4 as
    ``::ffff:a.b.c.d``; all zeros means unknown.  Times count nanoseconds since the epoch, -1 if unknown.
    """

    data: bytearray = attrs.field(factory=bytearray, repr=False)
    offsets: array[int] = attrs.field(factory=lambda: array("q", [0]), repr=False)
    times: array[int] = attrs.field(factory=lambda: array("q"), repr=False)
    #: Packet numbers in a capture (1-based; the last packet of a reassembled message), line numbers in a log.
    frames: array[int] = attrs.field(factory=lambda: array("Q"), repr=False)
    transports: bytearray = attrs.field(factory=bytearray, repr=False)
    sources: bytearray = attrs.field(factory=bytearray, repr=False)
    ports: array[int] = attrs.field(factory=lambda: array("H"), repr=False)
    locals: bytearray = attrs.field(factory=bytearray, repr=False)
    local_ports: array[int] = attrs.field(factory=lambda: array("H"), repr=False)
    directions: bytearray = attrs.field(factory=bytearray, repr=False)
    #: Endpoints that rows name as expected, None for "nothing identified"; absent if no row has one.
    expected: list[str | NotGiven | None] | None = attrs.field(default=None, repr=False)

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.frames)

    def append(
        self,
        data: bytes,
        *,
        frame: int,
        time: int = -1,
        transport: str = "udp",
        source: str,
        port: int,
        local: str | None = None,
        local_port: int = 0,
        direction: Direction = Direction.UNKNOWN,
        expected: str | NotGiven | None = NOT_GIVEN,
    ) -> None:
        """Add a message.

        Raises, adding nothing, ValueError if an address or transport isn't valid or a number is out of range, and
        TypeError for a value of another type.
        """
        code = TRANSPORTS.index(transport)
        packed_source = packed(source)
        packed_local = packed(local) if local is not None else UNKNOWN_ADDRESS
        if not (0 <= port <= 0xFFFF and 0 <= local_port <= 0xFFFF):
            raise ValueError(f"port {port if not 0 <= port <= 0xFFFF else local_port}: expected 0 to 65535")
        if not (-1 <= time <= LAST_TIME and 0 <= frame <= LAST_FRAME and 0 <= direction <= LAST_DIRECTION):
            raise ValueError(
                f"time {time}, frame {frame}, direction {int(direction)}: expected a time from -1 to {LAST_TIME}, a "
                f"frame from 0 to {LAST_FRAME}, and a Direction"
            )
        try:
            self.data += data
            self.offsets.append(len(self.data))
            self.times.append(time)
            self.ports.append(port)
            self.local_ports.append(local_port)
            self.frames.append(frame)
            self.directions.append(direction)
        except BaseException:
            self._cut(len(self.transports))
            raise
        self.transports.append(code)
        self.sources += packed_source
        self.locals += packed_local
        if expected is not NOT_GIVEN and self.expected is None:
            self.expected = [NOT_GIVEN] * (len(self) - 1)
        if self.expected is not None:
            self.expected.append(expected)

    def _cut(self, count: int) -> None:
        """Keep the first messages of every column."""
        del self.offsets[count + 1 :]
        del self.data[self.offsets[count] :]
        for column in (self.times, self.ports, self.local_ports, self.frames, self.directions):
            del column[count:]

    @property
    def has_notices(self) -> bool:
        """Whether there are requests of which only a notice tells."""
        return Direction.NOTICE in self.directions

    def message(self, number: int) -> bytes:
        """Return the bytes of a message; of a request that only a notice tells of, made up around what it tells."""
        return bytes(self.data[self.offsets[number] : self.offsets[number + 1]])

    def source(self, number: int) -> str:
        """Return the source address of a message as text."""
        return unpacked(self.sources[ADDRESS_BYTES * number : ADDRESS_BYTES * (number + 1)])

    def local(self, number: int) -> str | None:
        """Return the address at which a message arrived as text, None if it is unknown."""
        address = bytes(self.locals[ADDRESS_BYTES * number : ADDRESS_BYTES * (number + 1)])
        return None if address == UNKNOWN_ADDRESS else unpacked(address)


@attrs.frozen(kw_only=True)
class DroppedPackets:
    """How many packets of a source PJSIP dropped for a reason; ``transport`` is None if the log doesn't say.

    The ``source`` is None for all packets of further sources.
    """

    source: str | None
    transport: str | None
    reason: str
    packets: int


class Reader:
    """Traffic as batches: a context manager and an iterator that can be used once.

    ``counts`` says how much was skipped, by reason; ``problems`` says what is wrong with the input as a whole.
    Both are complete once the iteration has ended.
    """

    #: The name of the input in messages and tables: a path, or ``-``.
    name: str
    #: The recognised format, such as ``pcap`` or ``log``.
    format: str
    #: The version of the Asterisk that wrote it, as its banner names it, such as ``20.15.2``; None if none does.
    asterisk: str | None = None

    def __init__(self, name: str, format: str) -> None:
        self.name = name
        self.format = format
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []

    def __iter__(self) -> Iterator[Batch]:
        """Deliver the batches, each bounded in messages and bytes."""
        raise TypeError(f"{type(self).__name__} has no __iter__")

    @property
    def hep_messages(self) -> int:
        """Messages so far that were delivered because of what HEP packets say, not as packets of their own."""
        return 0

    @property
    def untrusted_hep(self) -> tuple[str, ...]:
        """Addresses and ports that HEP packets were sent to that weren't believed, most of them first; not all."""
        return ()

    @property
    def notices(self) -> int:
        """Requests so far of which a log has only a notice."""
        return 0

    @property
    def dropped_packets(self) -> tuple[DroppedPackets, ...]:
        """Packets that Asterisk dropped, as a log says, by source and reason."""
        return ()

    @property
    def tunnels(self) -> dict[str, int]:
        """Messages so far that came in tunnels, by the name of the outermost one."""
        return {}

    @property
    def position(self) -> int:
        """Bytes of the stored input that were read so far."""
        return 0

    @property
    def size(self) -> int | None:
        """Bytes of the stored input, None if that isn't known before the end."""
        return None

    def close(self) -> None:
        """Close the input; may be called twice."""

    def __enter__(self) -> Reader:
        """Return the reader."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the input."""
        self.close()
