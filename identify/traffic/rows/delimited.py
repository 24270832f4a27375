"""CSV, with any of the usual delimiters.

Knows the header line and the standard library's reader; ``fields`` knows which column means what.

Strategy

1. The delimiter is the one with which most columns of the header line are known.
2. The csv module reads strictly: text after a closing quote makes a row malformed.  So a quote that was left open is
   noticed where the next quote is, at the latest after the longest row or at the end of the file.  It costs its own
   line; the lines behind it are read again.
3. Reading again would take quadratic time for a file of nothing but such lines.  Whether a line closes quotes that
   were opened before it doesn't depend on where; so each line is asked once, and what is known about the lines ahead
   says at once whether the quotes of the next row are closed.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping

from identify.errors import TrafficError
from identify.strings import decoded, quoted
from identify.traffic.input.stream import Stream
from identify.traffic.rows.fields import MALFORMED, TOO_LARGE, FieldColumns, RowError
from identify.traffic.rows.reader import LONGEST_ROW, RowReader, lines

__all__ = ["CsvReader", "header_of"]

DELIMITERS = ",;\t|"
BYTE_ORDER_MARK = "\ufeff"
LONGEST_HEADER = 64 << 10
#: What the csv module's errors mean.
WORDS = {
    "expected after": "text after a closing quote, or an earlier quote that isn't closed",
    "field larger": f"a cell of more than {csv.field_size_limit()} characters, or a quote that isn't closed",
    "new-line": "a CR that ends no line",
}
#: The line with which spreadsheet programs are told the delimiter.
DELIMITER_LINE = re.compile(rb'(?:\xef\xbb\xbf)?"?(?i:sep)=[,;\t|]"?\r?\n')


def header_of(first: bytes, columns: FieldColumns) -> tuple[str, list[str]] | None:
    """Return the delimiter and the column names if the bytes begin with a header line that has known columns."""
    if told := DELIMITER_LINE.match(first):
        first = first[told.end() :]
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
        first = stream.peek(LONGEST_HEADER)
        found = header_of(first, self._columns)
        if found is None:
            line = first[:200].partition(b"\n")[0].decode("utf-8", "replace").strip()
            raise TrafficError(
                f"the header line {quoted(line)} has no source column, or no other known column: name them, as in "
                "columns={'source': 'name', 'message': 'name'}",
                name,
                line=1,
            )
        self._delimiter, self._names = found
        self._before = 2 if DELIMITER_LINE.match(first) else 1
        self._note_missing(self._names)

    def _rows(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        fed = _RowLines(lines(self._stream), self._delimiter)
        reader = fed.reader()
        while True:
            fed.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                fed.give_back(error)
                reader = fed.reader()
                if fed.first > self._before:
                    yield fed.first, RowError(MALFORMED, _worded(error))
                fed.begin()
                begin = fed.first
                passed = fed.pass_unclosed()
                if passed:
                    yield begin, RowError(MALFORMED, "a quote isn't closed", passed)
                continue
            if fed.first == self._before and fed.last > fed.first and not fed.too_long:
                # The names of further columns have line ends.
                self._names = [cells[0].removeprefix(BYTE_ORDER_MARK), *cells[1:]]
            if fed.too_long:
                yield fed.first, RowError(TOO_LARGE, f"more than {LONGEST_ROW} bytes in a line")
            elif fed.first > self._before and (len(cells) > 1 or (cells and cells[0].strip())):
                yield fed.first, self._row(cells, fed)

    def _row(self, cells: list[str], fed: _RowLines) -> Mapping[str, object] | RowError:
        if len(cells) > len(self._names):
            place = f" in lines {fed.first} to {fed.last}" if fed.last > fed.first else ""
            return RowError(MALFORMED, f"{len(cells)} cells for {len(self._names)} columns{place}")
        row = dict(zip(self._names, cells, strict=False))
        if len(row) < len(cells):
            # Of several columns for one field the first with a value counts, also if they have the same name.
            for name, cell in zip(reversed(self._names[: len(cells)]), reversed(cells), strict=True):
                row[name] = cell or row[name]
        return row


def _worded(error: csv.Error) -> str:
    """Return what is wrong with a row, in words that don't need the csv module's documentation."""
    text = str(error)
    return next((words for begin, words in WORDS.items() if begin in text), text)


class _UnclosedError(csv.Error):
    """A quote that nothing closes: none of the lines that the csv module got so far does."""


class _RowLines:
    """Lines of text for the csv module, which asks for the second line of a row only if quotes are open.

    ``_ahead`` are lines that were seen behind a row that failed.  None of them closes quotes that were opened before
    it, but perhaps the last: ``_end`` is True if that closes them, False if a row can't go on there, else None.
    """

    def __init__(self, source: Iterator[bytes | None], delimiter: str) -> None:
        self._source = source
        self._delimiter = delimiter
        self._ahead: deque[bytes | None] = deque()
        self._ahead_size = 0
        self._end: bool | None = None
        #: The lines of the current row, and their bytes.
        self._row: list[bytes | None] = []
        self._size = 0
        self.first = 1
        self.too_long = False

    @property
    def last(self) -> int:
        """The number of the last line of the row."""
        return self.first + len(self._row) - 1

    def __iter__(self) -> Iterator[str]:
        """Yield the lines; a row that can't be complete ends it with an _UnclosedError."""
        row, ahead = self._row, self._ahead
        while True:
            if ahead:
                line = self._from_ahead()
            elif self._size > LONGEST_ROW:
                raise _UnclosedError(f"a quote isn't closed within {LONGEST_ROW} bytes")
            else:
                line = next(self._source, b"")
            if not line:
                if line is not None:
                    break
                if row:
                    self._see(line)
                    raise _UnclosedError("a quote isn't closed before a line that is too long")
                self.too_long = True
                line = b"\n"
            row.append(line)
            self._size += len(line)
            yield decoded(line)
        if row:
            raise _UnclosedError("a quote isn't closed before the end of the file")

    def reader(self) -> Iterator[list[str]]:
        """Return a csv reader of the lines from here on."""
        return csv.reader(self, delimiter=self._delimiter, strict=True)

    def begin(self) -> None:
        """Begin a new row."""
        self.first += len(self._row)
        self._row.clear()
        self._size = 0
        self.too_long = False

    def give_back(self, error: csv.Error) -> None:
        """Return the lines of a row that failed, but for its first."""
        back = self._row[1:]
        del self._row[1:]
        if not back:
            return
        self._ahead.extendleft(reversed(back))
        self._ahead_size += sum(len(line or b"") for line in back)
        if not isinstance(error, _UnclosedError):
            # Whatever row comes to the lines that failed fails too.
            self._end = False

    def pass_unclosed(self) -> int:
        """Pass the lines from here on that open a quote which nothing closes; return how many they are.

        It is what reading them again would come to, without a reader for each of a million lines.
        """
        passed = 0
        # The last line ahead is what ``_end`` is about, so that nothing is known of what is behind it.
        while len(self._ahead) > 1:
            line = self._ahead[0]
            if line is None or b'"' not in line:
                break
            try:
                next(csv.reader((decoded(line),), delimiter=self._delimiter, strict=True))
                break
            except csv.Error as error:
                if "unexpected end" not in str(error) or not self._stays_unclosed():
                    break
            self._from_ahead()
            passed += 1
        self.first += passed
        return passed

    def _stays_unclosed(self) -> bool:
        try:
            self._seek_end()
        except _UnclosedError:
            return True
        return False

    def _from_ahead(self) -> bytes | None:
        if self._row:
            self._seek_end()
        line = self._ahead.popleft()
        self._ahead_size -= len(line or b"")
        if not self._ahead:
            self._end = None
        return line

    def _seek_end(self) -> None:
        """Look for the line that closes the quotes of the current row; _UnclosedError if there is none."""
        while self._end is None:
            if self._size + self._ahead_size > LONGEST_ROW:
                raise _UnclosedError(f"a quote isn't closed within {LONGEST_ROW} bytes")
            try:
                self._see(next(self._source))
            except StopIteration:
                raise _UnclosedError("a quote isn't closed before the end of the file") from None
        if not self._end:
            raise _UnclosedError("a quote isn't closed")

    def _see(self, line: bytes | None) -> None:
        self._ahead.append(line)
        self._ahead_size += len(line or b"")
        self._end = False if line is None else self._closes(line)

    def _closes(self, line: bytes) -> bool | None:
        """Return what a line does to open quotes: close them, be impossible (False), or leave them open (None)."""
        if b'"' not in line:
            return None

        def opened() -> Iterator[str]:
            yield '"\n'
            yield decoded(line)
            raise _UnclosedError

        try:
            next(csv.reader(opened(), delimiter=self._delimiter, strict=True))
        except _UnclosedError:
            return None
        except csv.Error:
            return False
        return True
