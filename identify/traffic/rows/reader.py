"""Rows as batches of messages, whatever file they are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from identify.traffic.batch import Batch, Reader
from identify.traffic.input.stream import Stream
from identify.traffic.rows.fields import Columns, RowError, passed_over

__all__ = ["LONGEST_ROW", "RowReader", "lines"]

#: A batch is delivered when it has so many messages or bytes.
MOST_MESSAGES = 2048
MOST_BYTES = 2 << 20
#: A row of more bytes is passed over: a message of 64 KiB in base64 or with each byte escaped fits.
LONGEST_ROW = 1 << 20
PIECE = 256 << 10


class RowReader(Reader):
    """Rows of a file; ``frames`` are numbers of lines or, where a file has none, of rows.

    ``columns`` names, by field, the columns whose names aren't known.
    """

    def __init__(
        self, stream: Stream, name: str, format: str, columns: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(name, format)
        self._stream = stream
        self._columns = Columns(columns, name)

    def _rows(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        """Yield number and row, or what is wrong with it."""
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
                passed_over(self.counts, self.problems, error, f"{self._unit} {number}")
            if len(batch.frames) >= MOST_MESSAGES or len(batch.data) >= MOST_BYTES:
                yield batch
                batch = Batch()
        if len(batch):
            yield batch

    #: What the numbers are of, for problems.
    _unit = "line"


def lines(stream: Stream) -> Iterator[bytes | None]:
    """Yield lines with their ends; None in place of one that is longer than a row may be."""
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
