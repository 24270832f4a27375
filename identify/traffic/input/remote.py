"""Files named by URLs, such as ``s3://bucket/monday.pcap``, opened by fsspec and its libraries for each scheme.

Knows what a URL is and how to open it; credentials and endpoints are configured in those libraries.
"""

from __future__ import annotations

import re
from typing import IO, Any

from identify.errors import TrafficError

__all__ = ["is_url", "open_url", "size_of"]

#: A scheme (RFC 3986 3.1), also after fsspec's chains such as ``simplecache::``.
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.:-]+://")


def is_url(path: str) -> bool:
    """Return whether the path is a URL; ``C://`` isn't, it names a drive."""
    return URL.match(path) is not None


def open_url(url: str) -> IO[bytes]:
    """Open a URL as a binary file; TrafficError if that fails, or a library is missing."""
    try:
        import fsspec  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise TrafficError(
            "URLs need a library that isn't installed: pip install 'sip-identify[dask]' or fsspec", url
        ) from error
    try:
        file: IO[bytes] = fsspec.open(url, "rb").open()
    except Exception as error:
        # Each scheme's library raises its own errors, and the error for a missing library says what to install.
        raise TrafficError(f"can't be read: {_worded(error)}", url) from error
    return file


def size_of(file: Any) -> int | None:
    """Return the size that fsspec reports, None if it doesn't know."""
    size = getattr(file, "size", None)
    return size if isinstance(size, int) and not isinstance(size, bool) else None


def _worded(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
