"""Decompression as a stream, in constant memory: gzip, xz, bzip2 and Zstandard.

Knows the magic bytes of compressed files and how to ask each library for a bounded piece; nothing about the
content.

Strategy

All four libraries have objects that take some input and return a bounded amount of output.  A file may consist of
several members or frames, and zeros may follow each; anything else that follows is a problem and isn't read.  Memory is
bounded by the window size, which the file chooses: 256 MiB for xz, 128 MiB for Zstandard; a file that needs more
counts as damaged.
"""

from __future__ import annotations

import bz2
import lzma
import re
import sys
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from identify.errors import TrafficError

__all__ = ["DAMAGE", "MAGIC_BYTES", "Decompressor", "compression_of", "decompressor"]

#: The first bytes of compressed files.
MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    # A block, or the end at once, of nothing.
    "bzip2": re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    # A frame, or one to be skipped, which parallel compressors write in front (RFC 8878 3.1.2).
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
}
MAGIC_BYTES = 10
XZ_MEMORY = 256 << 20
ZSTD_WINDOW_LOG = 27
ZLIB_GZIP = 16 + zlib.MAX_WBITS


class Decompressor(Protocol):
    """One member of a compressed file."""

    @property
    def eof(self) -> bool:
        """Whether the member is complete."""

    @property
    def needs_input(self) -> bool:
        """Whether more output needs more input."""

    @property
    def unused_data(self) -> bytes:
        """Input that follows the member."""

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        """Return at most that many bytes."""


class _Gzip:
    """zlib's object with the interface of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(ZLIB_GZIP)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.eof and not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(max_length, 0))


def _xz() -> Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)


def _zstd() -> Decompressor:
    if TYPE_CHECKING or sys.version_info < (3, 14):
        from backports import zstd  # noqa: PLC0415 (an extra)
    else:
        from compression import zstd  # noqa: PLC0415
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
    made: Decompressor = zstd.ZstdDecompressor(options=options)
    return made


_MAKERS: dict[str, Callable[[], Decompressor]] = {
    "gzip": _Gzip,
    "xz": _xz,
    "bzip2": bz2.BZ2Decompressor,
    "zstd": _zstd,
}


def _damage() -> tuple[type[Exception], ...]:
    """Return the exceptions that the libraries raise for damaged input."""
    common = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)
    try:
        if TYPE_CHECKING or sys.version_info < (3, 14):
            from backports.zstd import ZstdError  # noqa: PLC0415
        else:
            from compression.zstd import ZstdError  # noqa: PLC0415
    except ImportError:
        return common
    return (*common, ZstdError)


#: The exceptions that :meth:`Decompressor.decompress` raises for damaged input.
DAMAGE = _damage()


def compression_of(first: bytes) -> str | None:
    """Return the name of the compression of a file with these first bytes, None for none."""
    for name, magic in MAGIC.items():
        if magic.match(first):
            return name
    return None


def decompressor(name: str, path: str) -> Decompressor:
    """Return an object for one member; TrafficError if the library is missing."""
    try:
        return _MAKERS[name]()
    except ImportError as error:
        raise TrafficError(
            "compressed with Zstandard, which needs a library that isn't installed: pip install 'sip-identify[zstd]'",
            path,
        ) from error
