"""The common part of readers with compiled decoders: from a stream of bytes to batches.

Knows buffers, the end of a stream and how columns become a batch; nothing about formats.

Strategy

There is one buffer, a little larger than the longest packet; the bytes that a decoder leaves are moved to its start.
So memory doesn't grow with the input, and pipes and decompressed streams are read like files.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Protocol

from identify.traffic.batch import Batch, Reader
from identify.traffic.captures.skipped import counts_by_name
from identify.traffic.captures.tunnels import tunnels_by_name

__all__ = ["BUFFER", "ByteStream", "DecodedReader", "Decoder", "peeked"]

#: Bytes of a reader's buffer: it fits into a second-level cache, and holds the longest packet with room to spare.
BUFFER = 1 << 20


class ByteStream(Protocol):
    """The interface that a reader needs of its input: binary files, pipes and decompressors have it."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill the buffer from its start; return the number of bytes, 0 at the end."""


def peeked(stream: ByteStream, count: int) -> bytes:
    """Return the first bytes of a stream if it can be peeked into, else none."""
    peek = getattr(stream, "peek", None)
    return bytes(peek(count)[:count]) if peek is not None else b""


class Decoder(Protocol):
    """The interface of a compiled decoder."""

    @property
    def full(self) -> bool:
        """Whether the batch must be taken before more is decoded."""

    @property
    def rows(self) -> int:
        """Messages in the batch."""

    @property
    def packets(self) -> int:
        """Packets that were read so far."""

    @property
    def waiting(self) -> bool:
        """Whether the decoder is inside something that it skips."""

    @property
    def hep_messages(self) -> int:
        """Messages of the batches so far that come from HEP."""

    def in_tunnels(self) -> list[int]:
        """Messages of the batches so far by the numbers of the tunnels that they came in."""

    @property
    def damage(self) -> str | None:
        """Why nothing more can be read, None if more can."""

    def feed(self, data: bytearray, start: int, end: int) -> int:
        """Decode, and return where decoding stopped."""

    def finish(self) -> bool:
        """Give up incomplete messages; True once everything is in the batch."""

    def take(
        self,
    ) -> tuple[bytearray, bytes, bytes, bytes, bytearray, bytearray, bytes, bytearray, bytes, bytearray]:
        """Return the columns in the order of Batch's fields."""

    def counts(self) -> list[int]:
        """Return how much was skipped, by the numbers of the reasons."""


class DecodedReader(Reader):
    """Delivers the messages that a decoder finds in a stream; can be iterated once, by one thread.

    The stream isn't closed: it belongs to the caller.
    """

    def __init__(self, stream: ByteStream, name: str, format: str, decoder: Decoder) -> None:
        super().__init__(name, format)
        self._stream = stream
        self._decoder = decoder

    @property
    def packets(self) -> int:
        """Packets that were read so far."""
        return self._decoder.packets

    @property
    def hep_messages(self) -> int:
        """Messages so far that come from HEP."""
        return self._decoder.hep_messages

    @property
    def tunnels(self) -> dict[str, int]:
        """Messages so far that came in tunnels, by the name of the outermost one."""
        return tunnels_by_name(self._decoder.in_tunnels())

    def __iter__(self) -> Iterator[Batch]:
        """Deliver batches of about a mebibyte or 4,096 messages.

        A fault of the input as a whole ends the iteration, with a line in ``problems``; errors of the
        stream itself, such as OSError, are raised.
        """
        decoder = self._decoder
        buffer = bytearray(BUFFER)
        view = memoryview(buffer)
        start = end = 0
        while decoder.damage is None:
            start = decoder.feed(buffer, start, end)
            if decoder.full:
                yield self._batch()
                continue
            # Everything but an incomplete packet has been decoded.
            buffer[: end - start] = view[start:end]
            start, end = 0, end - start
            read = self._stream.readinto(view[end:])
            if not read:
                break
            end += read
        if decoder.damage is not None:
            self.problems.append(f"{decoder.damage}; the rest isn't read")
        elif start < end or decoder.waiting:
            self.problems.append(f"truncated after packet {decoder.packets}")
        done = False
        while not done:
            done = decoder.finish()
            if decoder.rows or done:
                yield from self._last() if done else [self._batch()]

    def _last(self) -> Iterator[Batch]:
        """Deliver the remaining messages, if any, once the counts are complete."""
        batch = self._batch()
        if len(batch):
            yield batch

    def _batch(self) -> Batch:
        data, offsets, times, frames, transports, sources, ports, locals, local_ports, directions = (
            self._decoder.take()
        )
        self.counts.clear()
        self.counts.update(counts_by_name(self._decoder.counts()))
        return Batch(
            data=data,
            offsets=array("q", offsets),
            times=array("q", times),
            frames=array("Q", frames),
            transports=transports,
            sources=sources,
            ports=array("H", ports),
            locals=locals,
            local_ports=array("H", local_ports),
            directions=directions,
        )
