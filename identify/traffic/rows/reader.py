"""Rows as batches of messages, independent of the file format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from identify.strings import quoted
from identify.traffic.batch import Batch, Reader
from identify.traffic.input.stream import Stream
from identify.traffic.rows.fields import FieldColumns, RowError, note_skipped

__all__ = ["LONGEST_ROW", "RowReader", "lines"]

#: A batch is delivered once it has this many messages or bytes.
MOST_MESSAGES = 2048
MOST_BYTES = 2 << 20
#: Bytes of the longest row, longer ones are skipped: a message of 64 KiB fits, in base64 or with each byte escaped.
LONGEST_ROW = 1 << 20
PIECE = 256 << 10


class RowReader(Reader):
    """Rows of a file; ``frames`` are line numbers or, if a file has no lines, row numbers.

    ``columns`` names, by field, the columns whose names aren't known.
    """

    def __init__(
        self, stream: Stream, name: str, format: str, columns: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(name, format)
        self._stream = stream
        self._columns = FieldColumns(columns, name)

    def _note_missing(self, names: Iterable[str]) -> None:
        """Say which of the columns that the user named the input doesn't have."""
        for name in self._columns.missing(names):
            self.problems.append(f"there is no column {quoted(name)}")

    def _rows(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        """Yield the number of each row with the row, or with what is wrong with it."""
        raise TypeError(f"{type(self).__name__} has no rows")

    def __iter__(self) -> Iterator[Batch]:
        """Deliver the batches."""
        batch = Batch()
        for number, row in self._rows():
            try:
                if isinstance(row, RowError):
                    raise row
                self._columns.add(batch, row, number)
            except RowError as error:
                note_skipped(self.counts, self.problems, error, f"{self._unit} {number}")
            if len(batch.frames) >= MOST_MESSAGES or len(batch.data) >= MOST_BYTES:
                yield batch
                batch = Batch()
        if len(batch):
            yield batch

    #: The unit of the numbers, for problems.
    _unit = "line"


def lines(stream: Stream) -> Iterator[bytes | None]:
    """Yield lines with their ends; None in place of a line that is too long for a row."""
    rest, long = b"", False
    while piece := stream.read(PIECE):
        parts = (rest + piece).split(b"\n")
        rest = parts.pop()
        for part in parts:
            yield None if long or len(part) > LONGEST_ROW else part + b"\n"
            long = False
        if len(rest) > LONGEST_ROW:
            rest, long = b"", True
    if rest or long:
        yield None if long else rest
