"""Open traffic: the reader for a file, chosen by its content.

Knows the readers and the order in which they are tried; nothing about what they read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timezone, tzinfo
from typing import IO

import attrs

from identify.errors import TrafficError
from identify.strings import quoted
from identify.traffic import logs
from identify.traffic.batch import Batch, DroppedPackets, Reader
from identify.traffic.captures.capture import CaptureReader
from identify.traffic.captures.collectors import SIP_PORTS, HepChoice
from identify.traffic.captures.hep import HepReader
from identify.traffic.input.stream import EXPANSION, Stream, open_stream
from identify.traffic.other_content import other_content
from identify.traffic.rows.arrow_rows import ARROW_FILE, ARROW_STREAM, PARQUET, TableReader
from identify.traffic.rows.delimited import CsvReader, header_of
from identify.traffic.rows.fields import FieldColumns
from identify.traffic.rows.objects import JsonReader
from identify.traffic.texts import reader as texts

__all__ = ["FORMATS", "format_of", "open_traffic"]

#: Bytes at the beginning of a file by which its format is recognised.
RECOGNISED_BYTES = 64 << 10
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


@attrs.frozen(kw_only=True)
class _Options:
    zone: tzinfo
    year: int | None
    columns: Mapping[str, str] | None
    duplicates: bool
    hep: tuple[str, ...]
    sip: tuple[str, ...]


@attrs.frozen
class _Format:
    """A format: how its beginning is recognised, and its reader."""

    recognises: Callable[[bytes, _Options], bool]
    open: Callable[[Stream, str, _Options], Reader]


def _is_json(first: bytes, options: _Options) -> bool:
    text = first.removeprefix(BYTE_ORDER_MARK).lstrip()
    return text.startswith(b"{") or (text.startswith(b"[") and text[1:].lstrip()[:1] in (b"{", b"]"))


def _is_csv(first: bytes, options: _Options) -> bool:
    return header_of(first, FieldColumns(options.columns)) is not None


def _is_arrow(first: bytes, options: _Options) -> bool:
    return first.startswith(ARROW_FILE) or (first.startswith(ARROW_STREAM) and len(first) > 8)


#: In the order in which they are tried: formats with a magic number first, JSON logs before JSON, and CSV, by its
#: header line, and what tools print of packets before logs, since messages in them may contain anything.
FORMATS: dict[str, _Format] = {
    "capture": _Format(
        lambda first, _: CaptureReader.recognises(first) is not None,
        lambda stream, name, options: CaptureReader(
            stream, name, duplicates=options.duplicates, hep=options.hep, sip=options.sip, again=stream.again
        ),
    ),
    "hep": _Format(
        lambda first, _: HepReader.recognises(first) is not None,
        lambda stream, name, options: HepReader(stream, name),
    ),
    "parquet": _Format(
        lambda first, _: first.startswith(PARQUET),
        lambda stream, name, options: TableReader(stream, name, options.columns),
    ),
    "arrow": _Format(_is_arrow, lambda stream, name, options: TableReader(stream, name, options.columns)),
    "csv": _Format(_is_csv, lambda stream, name, options: CsvReader(stream, name, options.columns)),
    "text": _Format(
        lambda first, _: texts.recognises(first),
        lambda stream, name, options: texts.TextReader(stream, name, zone=options.zone),
    ),
    "log": _Format(
        lambda first, _: logs.recognises(first),
        lambda stream, name, options: logs.LogReader(stream, name, zone=options.zone, year=options.year),
    ),
    "json": _Format(_is_json, lambda stream, name, options: JsonReader(stream, name, options.columns)),
}


class _Nothing(Reader):
    """An empty file: a log that was just rotated is not an error."""

    def __iter__(self) -> Iterator[Batch]:
        return iter(())


class _Opened(Reader):
    """A reader together with its stream, which is closed with it."""

    def __init__(self, stream: Stream, reader: Reader) -> None:
        super().__init__(reader.name, reader.format)
        self._stream = stream
        self._reader = reader
        self.asterisk = reader.asterisk
        self.counts = reader.counts
        stream.problems += reader.problems
        self.problems = reader.problems = stream.problems

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._reader)

    @property
    def hep_messages(self) -> int:
        return self._reader.hep_messages

    @property
    def notices(self) -> int:
        return self._reader.notices

    @property
    def dropped_packets(self) -> tuple[DroppedPackets, ...]:
        return self._reader.dropped_packets

    @property
    def untrusted_hep(self) -> tuple[str, ...]:
        return self._reader.untrusted_hep

    @property
    def tunnels(self) -> dict[str, int]:
        return self._reader.tunnels

    @property
    def position(self) -> int:
        return self._stream.position

    @property
    def size(self) -> int | None:
        return self._stream.size

    def close(self) -> None:
        self._reader.close()
        self._stream.close()


def open_traffic(
    source: str | os.PathLike[str] | IO[bytes],
    *,
    format: str | None = None,
    zone: tzinfo = timezone.utc,
    year: int | None = None,
    columns: Mapping[str, str] | None = None,
    duplicates: bool = True,
    hep: str | Iterable[str] = "auto",
    sip: Iterable[str] = SIP_PORTS,
    limit: int | None = None,
    expansion: int = EXPANSION,
) -> Reader:
    """Open a file of traffic in any known format; return its reader, to be used as a context manager.

    ``source`` is a path, ``-`` for standard input, or a binary file object, which stays open.  Compression and
    format are found from the content, never from the name; ``format`` names one of FORMATS instead.

    For logs, ``zone`` is the zone of dates without one, and ``year`` the year of the first date without a year.  For
    rows, ``columns`` maps fields to the names of the columns that have them.  For captures, ``duplicates`` drops
    packets that occur twice, ``hep`` says which HEP3 in them is believed, by the addresses or ports of collectors, and
    ``sip`` names Asterisk's own sockets: see :class:`~identify.traffic.captures.capture.CaptureReader`.  For compressed
    files, ``limit`` is the maximum number of decompressed bytes, and ``expansion`` the maximum ratio of decompressed to
    compressed bytes; what was read up to there is delivered, and a problem reports the rest.

    Raises TrafficError if the source can't be read, no format fits, or a library for it is missing.
    """
    if format is not None and format not in FORMATS:
        raise TrafficError(f"{quoted(format)} is not a known format: expected one of {', '.join(FORMATS)}")
    choices = (hep,) if isinstance(hep, str) else tuple(hep)
    HepChoice.of(choices)
    options = _Options(
        zone=zone, year=year, columns=columns, duplicates=duplicates, hep=choices, sip=tuple(sip)
    )
    FieldColumns(columns)
    stream = open_stream(source, limit=limit, expansion=expansion)
    try:
        first = stream.peek(RECOGNISED_BYTES)
        if not first:
            if not stream.problems:
                stream.problems.append("the file is empty")
            return _Opened(stream, _Nothing(stream.name, "empty"))
        name = format if format is not None else _recognised(first, options)
        if name is not None:
            return _Opened(stream, FORMATS[name].open(stream, stream.name, options))
        raise TrafficError(_unknown(first), stream.name, offset=0)
    except BaseException:
        stream.close()
        raise


#: The first bytes of archives and compressed files that aren't read, with their names.
_UNSUPPORTED = {
    b"\x04\x22\x4d\x18": "LZ4",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x1f\x9d": "compress",
    b"LZIP": "lzip",
    b"\x5d\x00\x00": "lzma",
}


def format_of(first: bytes) -> str | None:
    """Return the name in FORMATS of traffic that begins with these bytes, None if they are nothing of the kind."""
    options = _Options(zone=timezone.utc, year=None, columns=None, duplicates=True, hep=(), sip=())
    return _recognised(first[:RECOGNISED_BYTES], options)


def _recognised(first: bytes, options: _Options) -> str | None:
    return next((name for name, format in FORMATS.items() if format.recognises(first, options)), None)


def _unknown(first: bytes) -> str:
    for magic, name in _UNSUPPORTED.items():
        if first.startswith(magic):
            return f"the content is in the format {name}, which isn't read; unpack it first"
    if first.startswith(WIDE_MARKS):
        return "the content is UTF-16; convert it to UTF-8"
    other = other_content(first)
    if other is not None:
        return f"this is {other.what}, not traffic; {other.use}"
    begins = logs.begins_with_something_else(first)
    if begins is not None:
        return begins
    return (
        f"content that begins with {first[:24]!r} has none of the known formats ({', '.join(FORMATS)}); "
        "the header line of CSV must name a source and one more known column"
    )
