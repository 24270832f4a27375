"""What the readers of compiled decoders have in common: from a stream of bytes to batches.

Knows buffers, the end of a stream and how columns become a batch; nothing of formats.

Strategy: one buffer, a little larger than the longest thing that has to be whole; what a decoder leaves is moved to
its begin.  So memory doesn't grow with the input, and pipes and decompressed streams are read like files.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Protocol

from identify.traffic.batch import Batch, Reader
from identify.traffic.captures.skipped import named

__all__ = ["BUFFER", "ByteStream", "DecodedReader", "Decoder", "peeked"]

#: Bytes of a reader's buffer: it stays in a second-level cache, and holds the longest packet with room to spare.
BUFFER = 1 << 20


class ByteStream(Protocol):
    """What a reader needs of its input: binary files, pipes and decompressors have it."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill the buffer from its begin; return how many bytes, 0 at the end."""


def peeked(stream: ByteStream, count: int) -> bytes:
    """Return the first bytes of a stream that can be looked at without reading them, else none."""
    peek = getattr(stream, "peek", None)
    return bytes(peek(count)[:count]) if peek is not None else b""


class Decoder(Protocol):
    """What a compiled decoder offers."""

    @property
    def full(self) -> bool:
        """Whether the batch has to be taken first."""

    @property
    def rows(self) -> int:
        """Messages in the batch."""

    @property
    def packets(self) -> int:
        """Packets that were read so far."""

    @property
    def waiting(self) -> bool:
        """Whether it stands inside something that it skips."""

    @property
    def damage(self) -> str | None:
        """Why nothing can be read any more."""

    def feed(self, data: bytearray, start: int, end: int) -> int:
        """Decode, return where it stopped."""

    def finish(self) -> bool:
        """Give up what is incomplete; True once all is in the batch."""

    def take(
        self,
    ) -> tuple[bytearray, bytes, bytes, bytes, bytearray, bytearray, bytes, bytearray, bytes, bytearray]:
        """Return the columns in the order of Batch's fields."""

    def counts(self) -> list[int]:
        """Return what was passed over, by the numbers of the reasons."""


class DecodedReader(Reader):
    """Delivers what a decoder finds in a stream; once over, for one thread.

    The stream isn't closed: it belongs to who opened it.
    """

    def __init__(self, stream: ByteStream, name: str, format: str, decoder: Decoder) -> None:
        super().__init__(name, format)
        self._stream = stream
        self._decoder = decoder

    @property
    def packets(self) -> int:
        """Packets that were read so far."""
        return self._decoder.packets

    def __iter__(self) -> Iterator[Batch]:
        """Deliver batches of about a mebibyte or 4,096 messages.

        What is wrong with the input as a whole ends the iteration, with a line in ``problems``; errors of the
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
            # All but an incomplete packet is decoded.
            buffer[: end - start] = view[start:end]
            start, end = 0, end - start
            read = self._stream.readinto(view[end:])
            if not read:
                break
            end += read
        if decoder.damage is not None:
            self.problems.append(f"{decoder.damage}; the rest isn't read")
        elif start < end or decoder.waiting:
            self.problems.append(f"ends in the middle of what follows packet {decoder.packets}")
        done = False
        while not done:
            done = decoder.finish()
            if decoder.rows or done:
                yield from self._last() if done else [self._batch()]

    def _last(self) -> Iterator[Batch]:
        """Deliver what is left, if anything, after the counts are complete."""
        batch = self._batch()
        if len(batch):
            yield batch

    def _batch(self) -> Batch:
        data, offsets, times, frames, transports, sources, ports, locals, local_ports, directions = (
            self._decoder.take()
        )
        self.counts.clear()
        self.counts.update(named(self._decoder.counts()))
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
