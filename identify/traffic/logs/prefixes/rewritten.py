"""A log whose lines are written anew while it is read: what its kinds have in common, ``read`` and ``peek``.

Knows nothing of lines.
"""

from __future__ import annotations

import abc

from identify.traffic.input.stream import Stream

__all__ = ["RewrittenLog"]


class RewrittenLog(abc.ABC):
    """A stream in the place of another one; ``read`` is that of a file."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        #: The part of a line that was read, and what was written and not delivered.
        self._rest = b""
        self._out = bytearray()
        self._ended = False

    def read(self, count: int, /) -> bytes:
        """Return that many bytes, fewer only at the end."""
        self._fill(count)
        taken = bytes(self._out[:count])
        del self._out[:count]
        return taken

    def peek(self, count: int) -> bytes:
        """Return that many of the next bytes, fewer only at the end, without consuming them."""
        self._fill(count)
        return bytes(self._out[:count])

    @abc.abstractmethod
    def _fill(self, count: int) -> None:
        """Read on until that many bytes wait in ``_out``, or nothing is left."""
