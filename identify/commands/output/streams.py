"""Standard output and standard error of the command's process: their errors are messages, never tracebacks."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from typing import IO, TYPE_CHECKING

from identify.commands.output.errors import print_error
from identify.errors import OutputError
from identify.writing import StandardStream

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["STANDARD_OUTPUT", "ReaderGone", "end_by_pipe", "fail_for", "finish_streams", "take_streams"]

STANDARD_OUTPUT = "standard output"


class ReaderGone(BaseException):
    """Who read standard output has gone; no error, because nobody should handle it as one."""


class _Results(StandardStream):
    """Standard output, whose reader may have had enough."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what can be written; ReaderGone, which ends everything in order, if nobody reads it."""
        try:
            return super().write(data)
        except OutputError as error:
            if error.errno == errno.EPIPE:
                raise ReaderGone from error
            raise


class _Diagnostics(StandardStream):
    """Standard error: what can't be written there can't be reported anywhere, and ends nothing."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what can be written."""
        try:
            return super().write(data)
        except OutputError:
            return memoryview(data).nbytes


def take_streams() -> None:
    """Let errors of standard output name it, and no character make printing fail."""
    sys.stdout = _taken(sys.stdout, 1, _Results)
    sys.stderr = _taken(sys.stderr, 2, _Diagnostics)


def finish_streams() -> None:
    """Write what waits; OutputError if standard output doesn't take it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def fail_for(error: OutputError) -> None:
    """Say what couldn't be written, and let what waits go: the interpreter would try it again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if error.path == STANDARD_OUTPUT:
        os.dup2(nowhere, 1)
    os.close(nowhere)
    print_error(str(error))


def end_by_pipe() -> None:
    """End the process as other programs end whose output nobody reads.

    Only then: a lost connection to a name server, a scheduler or a process of ours is the same signal.
    """
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.raise_signal(signal.SIGPIPE)


def _taken(stream: IO[str], descriptor: int, kind: type[StandardStream]) -> IO[str]:
    if not isinstance(stream, io.TextIOWrapper) or stream.fileno() != descriptor:
        return stream
    stream.flush()
    raw = kind(descriptor, STANDARD_OUTPUT if descriptor == 1 else "standard error")
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
