"""CSV, with whatever delimiter.

Knows the header line and the standard library's reader; which column means what is in ``fields``.

*Strategy*: the delimiter is the one that makes most columns of the header line known.  A quote that nobody closes
would take the rest of the file for one cell; the reader stops at 128 KiB of it, and what came after the row's first
line is read again.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import chain

from identify.errors import TrafficError
from identify.strings import decoded
from identify.traffic.input.stream import Stream
from identify.traffic.rows.fields import MALFORMED, TOO_LARGE, Columns, RowError
from identify.traffic.rows.reader import LONGEST_ROW, RowReader, lines

__all__ = ["CsvReader", "header_of"]

DELIMITERS = ",;\t|"
BYTE_ORDER_MARK = "\ufeff"
LONGEST_HEADER = 64 << 10


def header_of(first: bytes, columns: Columns) -> tuple[str, list[str]] | None:
    """Return delimiter and names of columns where bytes begin with a header line that has known ones."""
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
    """Rows of a CSV file, the first of which names the columns; ``frames`` are the lines at which rows begin."""

    def __init__(self, stream: Stream, name: str, columns: Mapping[str, str] | None = None) -> None:
        super().__init__(stream, name, "csv", columns)
        found = header_of(stream.peek(LONGEST_HEADER), self._columns)
        if found is None:
            line = stream.peek(200).partition(b"\n")[0].decode("utf-8", "replace").strip()
            raise TrafficError(
                f"no column of the header line {line!r} is known as source, or none else is: name them, as in "
                "columns={'source': 'name', 'message': 'name'}",
                name,
                line=1,
            )
        self._delimiter, self._names = found

    def _rows(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        fed = _Lines(lines(self._stream))
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
            if not begun:
                begun = True
            elif fed.too_long:
                yield fed.first, RowError(TOO_LARGE, f"more than {LONGEST_ROW} bytes in a line")
            elif len(cells) > len(self._names):
                yield fed.first, RowError(MALFORMED, f"{len(cells)} cells for {len(self._names)} columns")
            elif cells:
                yield fed.first, dict(zip(self._names, cells, strict=False))


class _Lines:
    """Lines of text for the csv module, which remembers those of the present row."""

    def __init__(self, source: Iterator[bytes | None]) -> None:
        self._source = source
        self._waiting: deque[bytes | None] = deque()
        self._row: list[bytes | None] = []
        self._number = 0
        self.first = 1
        self.too_long = False

    def __iter__(self) -> _Lines:
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
        """Begin a row."""
        self._row.clear()
        self.first = self._number + 1
        self.too_long = False

    def again(self) -> None:
        """Give all lines of the row but the first once more."""
        self._waiting = deque(chain(self._row[1:], self._waiting))
        self._number -= len(self._row) - 1 if self._row else 0
        self._row.clear()
