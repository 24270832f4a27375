"""What ``explain`` is given: one message, as received or pasted, or traffic in which one is to be found.

Knows how a file is told to be one or the other; nothing about deciding and printing.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import sys
from typing import IO

import attrs

from identify.commands.order import right_order
from identify.commands.output.printing import UnusableError, escaped, shown, warn

__all__ = ["Given", "hint_at_paste", "read_given", "without_source"]

#: One byte more than the largest message: what is larger is refused without being read to its end.
READ_LIMIT = 64 * 1024 + 1
#: How the line above a message in Asterisk's log begins.
MARK = b"<--- "
#: A line without text, perhaps with the marks of a quotation.
HEADERS_END = re.compile(rb"\n[ \t\r>|]*\n")
#: Where a request was sent from, as its sender says; ``received`` is what somebody on the way saw.
VIA = re.compile(
    rb"^(?:via|v)[ \t]*:[ \t]*SIP/2\.0/\w{2,8}[ \t]+(\[[0-9A-Fa-f:.]{2,45}\]|[0-9.]{7,15})(?::(\d{1,5}))?",
    re.IGNORECASE | re.MULTILINE,
)


@attrs.frozen(kw_only=True)
class Given:
    """A message, or files of traffic; ``content`` is that of the only one if it can't be read by its name again."""

    path: str
    message: bytes | None = None
    traffic: tuple[str, ...] = ()
    content: IO[bytes] | None = None


class _Joined(io.RawIOBase):
    """What was read of a stream, and the rest of it."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        super().__init__()
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Close the stream, unless it is standard input."""
        if self._rest is not sys.stdin.buffer:
            self._rest.close()
        super().close()

    def readinto(self, buffer: object, /) -> int:
        """Fill a buffer with what there is at once."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        taken = self._first[: len(view)] or self._rest.read(len(view))
        self._first = self._first[len(taken) :]
        view[: len(taken)] = taken
        return len(taken)


def read_given(path: str) -> Given:
    """Return what the file is, ``-`` for standard input, or end the command; traffic is read when it is asked for."""
    from identify.traffic.texts.pasted import is_message  # noqa: PLC0415  Help and completion do without.

    if os.path.isdir(path):
        from identify.commands.traffic.files import traffic_files  # noqa: PLC0415  Few messages are in one.

        return Given(path=path, traffic=traffic_files([path]))
    if "://" in path:
        # What a URL names is opened by whoever reads the traffic.
        return Given(path=path, traffic=(path,))
    file, regular = _opened(path)
    with contextlib.ExitStack() as ends:
        ends.callback(lambda: file.close() if path != "-" else None)
        data = _first_of(file, path)
        if not data:
            raise UnusableError(f"{escaped(path)} is empty: expected a SIP message, a capture or a log")
        if is_message(data):
            _say_more(path, data)
            return Given(path=path, message=data)
        found = _told(path, data, None if regular else file)
        if not regular and found.traffic:
            # What isn't read yet is read, and closed, by whoever reads the traffic.
            ends.pop_all()
    return found


def _told(path: str, data: bytes, rest: IO[bytes] | None) -> Given:
    """Return what a file is that begins with these bytes; ``rest`` has the others if they can't be read twice."""
    from identify.traffic.opening import format_of  # noqa: PLC0415  Loads every reader of traffic.
    from identify.traffic.other_content import CONFIGURATION, other_content  # noqa: PLC0415
    from identify.traffic.texts.pasted import has_fence, is_message, unpasted  # noqa: PLC0415

    first = _decompressed(data)
    if other_content(first) is CONFIGURATION:
        raise UnusableError(f"{escaped(path)} is not a message but a configuration", right_order())
    whole = first is data and len(data) < READ_LIMIT
    text, changes = unpasted(data) if whole else (data, [])
    if is_message(text):
        _say_changes(path, changes)
        _say_more(path, text)
        return Given(path=path, message=_with_end(path, text))
    if format_of(first) is not None and not has_fence(first):
        text = first
    elif format_of(text) is not None:
        _say_changes(path, changes)
    else:
        return Given(path=path, message=data)
    text = _with_end(path, text) if whole and MARK in text else text
    if text is not first:
        return Given(path=path, traffic=(path,), content=io.BytesIO(text))
    content = io.BufferedReader(_Joined(data, rest)) if rest is not None else None
    return Given(path=path, traffic=(path,), content=content)


def hint_at_paste(path: str, data: bytes) -> None:
    """Say on standard error what a dropped message begins with that was hardly sent."""
    from identify.traffic.texts.pasted import is_message  # noqa: PLC0415  Help and completion do without.

    if not is_message(data):
        warn(f"{escaped(path)} doesn't begin as a SIP message does: is it what was received?")
    elif not HEADERS_END.search(data):
        warn(f"{escaped(path)} has no empty line after the headers: is it all that was received?")


def without_source(path: str, data: bytes) -> UnusableError:
    """Return the error of a message alone for which nobody says where it came from."""
    from identify.traffic.texts.pasted import is_message  # noqa: PLC0415  Help and completion do without.

    if not is_message(data):
        return UnusableError(f"{escaped(path)} is neither a SIP message nor a capture, a log or rows")
    said = "--source ADDR[:PORT] is missing, the address that the message came from"
    via = VIA.search(data)
    if via is not None:
        place = f"{via[1].decode()}:{(via[2] or b'5060').decode()}"
        said += f" (its Via has {place}, which is it if nothing stands between, such as a NAT or a proxy)"
    return UnusableError(
        f"{escaped(path)}: {said}; it isn't needed with the line above the message in Asterisk's log, "
        "'<--- Received SIP request (...) from UDP:ADDR:PORT --->', nor with a capture"
    )


def _opened(path: str) -> tuple[IO[bytes], bool]:
    """Return a file, and whether it can be opened again; or end the command."""
    if path == "-":
        return sys.stdin.buffer, False
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115  The caller closes it.
        return file, stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except (OSError, ValueError) as error:
        raise UnusableError(f"{escaped(path)}: {getattr(error, 'strerror', None) or error}") from error


def _first_of(file: IO[bytes], path: str) -> bytes:
    """Return the first bytes, fewer than the limit only of a shorter file, or end the command."""
    data = b""
    try:
        while len(data) < READ_LIMIT and (piece := file.read(READ_LIMIT - len(data))):
            data += piece
    except OSError as error:
        raise UnusableError(f"{escaped(path)}: {error.strerror or error}") from error
    return data


def _decompressed(data: bytes) -> bytes:
    """Return the first bytes of a file, decompressed."""
    from identify.errors import IdentifyError  # noqa: PLC0415  Help and completion do without.
    from identify.traffic.input.stream import open_stream  # noqa: PLC0415

    try:
        with open_stream(io.BytesIO(data)) as stream:
            return stream.peek(READ_LIMIT - 1) if stream.compressions else data
    except IdentifyError:
        return data


def _with_end(path: str, text: bytes) -> bytes:
    """Return a text with the empty line after the headers, which copying often loses at the end of a text."""
    if HEADERS_END.search(text, max(text.rfind(MARK), 0)):
        return text
    warn(f"{shown(path)}: the empty line after the headers is missing; it is taken as lost by copying")
    return text.rstrip(b" \t\r\n") + b"\n\n"


def _say_changes(path: str, changes: list[str]) -> None:
    if changes:
        warn(f"{shown(path)} is read without {', '.join(changes)}")


def _say_more(path: str, text: bytes) -> None:
    """Say on standard error if another message begins where the first one ends."""
    from identify.traffic.texts.pasted import message_count  # noqa: PLC0415  Help and completion do without.

    if message_count(text) > 1:
        warn(f"{shown(path)} has more than one message: only the first is explained")
