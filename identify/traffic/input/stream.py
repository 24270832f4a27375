"""The bytes of an input: opened, counted, decompressed, and available for peeking.

Knows files, URLs, standard input and compression; nothing about formats.  The readers of formats read from a
:class:`Stream`.  A fault on the way (a truncated or damaged compressed file, a decompression bomb) ends the stream
and is added to ``problems``; everything before it has been delivered.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from collections.abc import Iterator
from typing import IO

from identify.errors import TrafficError
from identify.traffic.input.compression import DAMAGE, MAGIC_BYTES, Decompressor, compression_of, decompressor
from identify.traffic.input.remote import is_url, open_url, size_of

__all__ = ["EXPANSION", "Stream", "open_stream"]

#: The maximum ratio of decompressed to compressed bytes, applied beyond RATIO_FROM; text in gzip can't reach it,
#: a bomb in xz or Zstandard does at once.
EXPANSION = 10_000
RATIO_FROM = 64 << 20
PIECE = 256 << 10
#: The first bytes that a member is given; it is given more each time.  What a member leaves is copied, so that many
#: small ones would take long if each were given a whole piece.
FIRST_SLICE = 1 << 10
#: The maximum depth of compressed files inside compressed files.
DEEPEST = 3


class Stream(io.RawIOBase):
    """Bytes to read, decompressed; ``position`` and ``size`` refer to the stored input.

    Not thread-safe, except for ``position``, which another thread may read.
    """

    def __init__(
        self,
        file: IO[bytes],
        name: str,
        *,
        size: int | None = None,
        modified: float | None = None,
        owned: bool = False,
        limit: int | None = None,
        expansion: int = EXPANSION,
    ) -> None:
        super().__init__()
        self.name = name
        self.size = size
        #: When the file was last written, in seconds since the epoch, None if it is not a file.
        self.modified = modified
        self.problems: list[str] = []
        #: Names of the compressions, the outermost first.
        self.compressions: list[str] = []
        self._file = file
        self._start = _start_of(file)
        self._owned = owned
        self._limit = limit
        self._expansion = expansion
        self._position = 0
        self._delivered = 0
        self._ahead = bytearray()
        self._layers: list[_Layer] = []
        self._ended = False
        while len(self.compressions) < DEEPEST and (found := compression_of(self.peek(MAGIC_BYTES))):
            self._layers.append(_Layer(found, name, bytes(self._ahead)))
            self.compressions.append(found)
            self._ahead.clear()
            self._ended = False

    @property
    def position(self) -> int:
        """Bytes of the stored input that were read so far."""
        return self._position

    @contextlib.contextmanager
    def again(self) -> Iterator[Stream | None]:
        """Give the same bytes from the beginning, to be read before this stream is read on; None if that can't be."""
        if self._start is None:
            yield None
            return
        try:
            place = self._file.tell()
            self._file.seek(self._start)
        except (OSError, ValueError):
            yield None
            return
        try:
            yield Stream(self._file, self.name, limit=self._limit, expansion=self._expansion)
        finally:
            self._file.seek(place)

    @property
    def plain(self) -> IO[bytes] | None:
        """The file itself at its beginning, None if it is compressed or not seekable."""
        if self._layers or not self._file.seekable():
            return None
        self._file.seek(-self._position, os.SEEK_CUR)
        return self._file

    def peek(self, count: int) -> bytes:
        """Return the next bytes, fewer only at the end, without consuming them."""
        while len(self._ahead) < count and (piece := self._more()):
            self._ahead += piece
        return bytes(self._ahead[:count])

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, count: int = -1, /) -> bytes:
        """Return ``count`` bytes, fewer only at the end; without a count all that are left."""
        while (count < 0 or len(self._ahead) < count) and (piece := self._more()):
            self._ahead += piece
        taken = bytes(self._ahead if count < 0 else self._ahead[:count])
        del self._ahead[: len(taken)]
        return taken

    def readinto(self, buffer: object, /) -> int:
        """Fill a buffer with as much as one piece has."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._layers and not self._ahead and not self._ended and isinstance(self._file, io.FileIO):
            # Nothing is in between, so nothing needs to be copied.
            try:
                count = self._file.readinto(view) or 0
            except OSError as error:
                self.problems.append(self._unreadable(error))
                count = 0
            self._position += count
            self._ended = not count
            return count
        piece = self.read(min(len(view), PIECE))
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the file if it was opened here."""
        if self._owned and not self.closed:
            self._file.close()
        super().close()

    def _more(self) -> bytes:
        """Return the next piece to deliver, empty at the end."""
        if self._ended:
            return b""
        piece = self._from(len(self._layers))
        self._delivered += len(piece)
        if self._layers and piece and (reason := self._too_much()):
            self.problems.append(reason)
            self._ended = True
        if not piece:
            self._ended = True
        return piece

    def _from(self, layers: int) -> bytes:
        """Return the next piece of the file as decompressed by the first ``layers`` layers."""
        if not layers:
            try:
                piece = self._file.read(PIECE)
            except OSError as error:
                self.problems.append(self._unreadable(error))
                return b""
            self._position += len(piece)
            return piece
        layer = self._layers[layers - 1]
        while True:
            try:
                piece = layer.decompress(PIECE)
                if piece:
                    return piece
                if layer.over:
                    self.problems.append(f"{layer.name}: something else follows; it isn't read")
                    return b""
                if not layer.wants_input:
                    continue
                more = self._from(layers - 1)
                if not more:
                    if layer.incomplete:
                        self.problems.append(f"{layer.name}: truncated after {self._position} bytes")
                    if layer.left:
                        self.problems.append(f"{layer.name}: something else follows; it isn't read")
                    return b""
                layer.feed(more)
            except DAMAGE as error:
                self.problems.append(f"{layer.name}: damaged near byte {self._position}: {error}")
                return b""

    def _unreadable(self, error: OSError) -> str:
        return f"can't be read after {self._position} bytes: {error.strerror or error}"

    def _too_much(self) -> str | None:
        if self._limit is not None and self._delivered > self._limit:
            return f"more than {self._limit} decompressed bytes; the rest isn't read"
        if self._delivered > RATIO_FROM and self._delivered > self._expansion * max(self._position, 1):
            return (
                f"{self._delivered} bytes decompressed from {self._position}, more than {self._expansion} times "
                "as many; the rest isn't read"
            )
        return None


class _Layer:
    """One compression: a sequence of members."""

    def __init__(self, name: str, path: str, first: bytes) -> None:
        self.name = name
        #: Something that isn't a member follows one.
        self.over = False
        self._path = path
        self._pending = first
        #: How much of what is pending was given to the member, and how much it is given next.
        self._given = 0
        self._slice = FIRST_SLICE
        self._member: Decompressor | None = decompressor(name, path)
        self._begun = False

    @property
    def wants_input(self) -> bool:
        return self._member is None or (not self.left and self._member.needs_input)

    @property
    def incomplete(self) -> bool:
        return self._begun

    @property
    def left(self) -> int:
        """Bytes that no member was given yet."""
        return len(self._pending) - self._given

    def feed(self, data: bytes) -> None:
        self._pending = self._pending[self._given :] + data
        self._given = 0

    def decompress(self, count: int) -> bytes:
        if self._member is None:
            self._next_member()
            if self._member is None:
                return b""
        data = b""
        if self._member.needs_input:
            data = self._pending[self._given : self._given + self._slice]
            self._given += len(data)
            self._slice = min(2 * self._slice, PIECE)
        self._begun = self._begun or bool(data)
        piece = self._member.decompress(data, count)
        if self._member.eof:
            # It is a part of what was given last.
            self._given -= len(self._member.unused_data)
            self._member = None
            self._begun = False
            self._next_member()
        return piece

    def _next_member(self) -> None:
        """Begin the next member, if there is one, after padding."""
        if not self._pending[self._given : self._given + 1].strip(b"\0"):
            self._pending = self._pending[self._given :].lstrip(b"\0")
            self._given = 0
        first = self._pending[self._given : self._given + MAGIC_BYTES]
        if compression_of(first) == self.name:
            self._member = decompressor(self.name, self._path)
            self._slice = FIRST_SLICE
        self.over = self._member is None and len(first) == MAGIC_BYTES


def open_stream(
    source: str | os.PathLike[str] | IO[bytes],
    *,
    limit: int | None = None,
    expansion: int = EXPANSION,
) -> Stream:
    """Open a path, a URL, ``-`` for standard input, or a binary file object.

    A file object stays open when the stream is closed.  ``limit`` is the maximum number of decompressed bytes,
    ``expansion`` their maximum ratio to the compressed bytes.
    """
    if not isinstance(source, (str, os.PathLike)):
        if isinstance(source, io.TextIOBase) or not hasattr(source, "read"):
            raise TrafficError(f"{type(source).__name__} is neither a path nor a file open for bytes")
        name = getattr(source, "name", "")
        name = name if isinstance(name, str) else f"<{type(source).__name__}>"
        size, modified = _status(source)
        return Stream(source, name, size=size, modified=modified, limit=limit, expansion=expansion)
    path = os.fspath(source)
    if path == "-":
        size, modified = _status(sys.stdin.buffer)
        return Stream(sys.stdin.buffer, path, size=size, modified=modified, limit=limit, expansion=expansion)
    if is_url(path):
        remote = open_url(path)
        return _owning(remote, path, size_of(remote), None, limit=limit, expansion=expansion)
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115 (the stream closes it)
    except IsADirectoryError as error:
        raise TrafficError("this is a directory; its files must be named one by one", str(path)) from error
    except (OSError, ValueError) as error:
        raise TrafficError(
            f"can't be read: {getattr(error, 'strerror', None) or error}", str(path)
        ) from error
    return _owning(file, path, *_status(file), limit=limit, expansion=expansion)


def _owning(
    file: IO[bytes], name: str, size: int | None, modified: float | None, *, limit: int | None, expansion: int
) -> Stream:
    """Return a stream that closes the file, even if making the stream fails."""
    try:
        return Stream(file, name, size=size, modified=modified, owned=True, limit=limit, expansion=expansion)
    except BaseException:
        file.close()
        raise


def _start_of(file: IO[bytes]) -> int | None:
    """Return where a file stands, None if it can't be read twice."""
    try:
        return file.tell() if file.seekable() else None
    except (AttributeError, OSError, ValueError):
        return None


def _status(file: IO[bytes]) -> tuple[int | None, float | None]:
    """Return the size and time of a regular file, or the size of a file object in memory."""
    try:
        status = os.fstat(file.fileno())
    except (AttributeError, OSError, ValueError):
        return (file.getbuffer().nbytes if isinstance(file, io.BytesIO) else None), None
    if not stat.S_ISREG(status.st_mode):
        return None, None
    return status.st_size, status.st_mtime
