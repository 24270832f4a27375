"""CSV, with any of the usual delimiters.

Knows the header line and the standard library's reader; ``fields`` knows which column means what.

Strategy

The delimiter is the one with which most columns of the header line are known.  An unclosed quote would make the rest
of the file a single cell; the reader stops after 128 KiB, and the lines after the row's first line are read again.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import chain

from identify.errors import TrafficError
from identify.strings import decoded, quoted
from identify.traffic.input.stream import Stream
from identify.traffic.rows.fields import MALFORMED, TOO_LARGE, FieldColumns, RowError
from identify.traffic.rows.reader import LONGEST_ROW, RowReader, lines

__all__ = ["CsvReader", "header_of"]

DELIMITERS = ",;\t|"
BYTE_ORDER_MARK = "\ufeff"
LONGEST_HEADER = 64 << 10


def header_of(first: bytes, columns: FieldColumns) -> tuple[str, list[str]] | None:
    """Return the delimiter and the column names if the bytes begin with a header line that has known columns."""
    line, end, _ = first.partition(b"\n")
    if (not end and len(first) >= LONGEST_HEADER) or b"\0" in line:
        return None
    text = line.decode("utf-8", "replace").removeprefix(BYTE_ORDER_MARK).strip()
    best: tuple[str, list[str]] | None = None
    most = 0
    for delimiter in DELIMITERS:
        try:
            names = next(csv.reader([text], delimiter=delimiter), [])
        except csv.Error:
            continue
        known = len(columns.known(names))
        if len(names) > 1 and known > most and "source" in columns.known(names):
            best, most = (delimiter, names), known
    return best if most > 1 else None


class CsvReader(RowReader):
    """Rows of a CSV file whose first line names the columns; ``frames`` are the lines at which rows begin."""

    def __init__(self, stream: Stream, name: str, columns: Mapping[str, str] | None = None) -> None:
        super().__init__(stream, name, "csv", columns)
        found = header_of(stream.peek(LONGEST_HEADER), self._columns)
        if found is None:
            line = stream.peek(200).partition(b"\n")[0].decode("utf-8", "replace").strip()
            raise TrafficError(
                f"the header line {quoted(line)} has no source column, or no other known column: name them, as in "
                "columns={'source': 'name', 'message': 'name'}",
                name,
                line=1,
            )
        self._delimiter, self._names = found

    def _rows(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        fed = _RowLines(lines(self._stream))
        reader = csv.reader(fed, delimiter=self._delimiter)
        begun = False
        while True:
            fed.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield fed.first, RowError(MALFORMED, str(error))
                fed.again()
                reader = csv.reader(fed, delimiter=self._delimiter)
                continue
            if begun and (cells or fed.too_long):
                yield fed.first, self._row(cells, too_long=fed.too_long)
            begun = True

    def _row(self, cells: list[str], *, too_long: bool) -> Mapping[str, object] | RowError:
        if too_long:
            return RowError(TOO_LARGE, f"more than {LONGEST_ROW} bytes in a line")
        if len(cells) > len(self._names):
            return RowError(MALFORMED, f"{len(cells)} cells for {len(self._names)} columns")
        return dict(zip(self._names, cells, strict=False))


class _RowLines:
    """Lines of text for the csv module; it remembers those of the current row."""

    def __init__(self, source: Iterator[bytes | None]) -> None:
        self._source = source
        self._waiting: deque[bytes | None] = deque()
        self._row: list[bytes | None] = []
        self._number = 0
        self.first = 1
        self.too_long = False

    def __iter__(self) -> _RowLines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._source)
        self._number += 1
        self._row.append(line)
        if line is None:
            self.too_long = True
            return "\n"
        return decoded(line)

    def begin(self) -> None:
        """Begin a new row."""
        self._row.clear()
        self.first = self._number + 1
        self.too_long = False

    def again(self) -> None:
        """Return all lines of the row but the first once more."""
        self._waiting = deque(chain(self._row[1:], self._waiting))
        self._number -= len(self._row) - 1 if self._row else 0
        self._row.clear()
