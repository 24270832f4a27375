"""Parquet and Arrow IPC, by pyarrow (``pip install 'sip-identify[parquet]'``).

Knows how to get rows from pyarrow a few at a time; ``fields`` knows which column means what.

Facts

- Parquet and the file form of Arrow are read from the end, so an input that isn't seekable is first copied to a
  temporary file.  The stream form of Arrow isn't.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

from identify.errors import TrafficError
from identify.strings import decoded, escaped
from identify.traffic.input.stream import Stream
from identify.traffic.rows.fields import VALUE, RowError
from identify.traffic.rows.reader import RowReader
from identify.traffic.rows.values import Nanoseconds

__all__ = ["ARROW_FILE", "ARROW_STREAM", "PARQUET", "TableReader"]

PARQUET = b"PAR1"
ARROW_FILE = b"ARROW1"
#: The continuation marker before the schema's length.
ARROW_STREAM = b"\xff\xff\xff\xff"
ROWS = 1024
PIECE = 1 << 20
IN_MEMORY = 16 << 20
#: The maximum number of bytes copied to a temporary file.
LARGEST_COPY = 4 << 30


#: Nanoseconds of the units of times.
UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
DAY = 86_400 * UNITS["s"]
#: The types of bytes with the layout of types of text.
BYTES = {"string": "binary", "large_string": "large_binary", "string_view": "binary_view"}


class TableReader(RowReader):
    """Rows of a table, reading only known columns; ``frames`` are row numbers, 1-based."""

    _unit = "row"

    def __init__(self, stream: Stream, name: str, columns: Mapping[str, str] | None = None) -> None:
        first = stream.peek(8)
        format = "parquet" if first.startswith(PARQUET) else "arrow"
        super().__init__(stream, name, format, columns)
        try:
            import pyarrow  # noqa: PLC0415 (an extra)
            import pyarrow.parquet  # noqa: PLC0415
        except ImportError as error:
            raise TrafficError(
                f"{format} needs a library that isn't installed: pip install 'sip-identify[parquet]'", name
            ) from error
        self._pyarrow: Any = pyarrow
        self._seekable = not first.startswith(ARROW_STREAM)
        self._temporary: IO[bytes] | None = None

    def _rows(self) -> Iterator[tuple[int, Mapping[str, object] | RowError]]:
        number = 0
        try:
            for batch in self._batches():
                for row in self._values(batch):
                    number += 1
                    yield number, row
        except TrafficError:
            raise
        except (self._pyarrow.ArrowException, OSError, ValueError, RuntimeError) as error:
            self.problems.append(f"damaged after row {number}: {escaped(str(error)[:200])}")

    def _values(self, batch: Any) -> Iterator[Mapping[str, object] | RowError]:
        """Yield the rows of a batch; a row with a value that Python can't represent doesn't affect the others."""
        names = batch.schema.names
        columns = [self._column(batch.column(place)) for place in range(len(names))]
        for cells in zip(*columns, strict=True):
            row: dict[str, object] = {}
            for name, cell in zip(names, cells, strict=True):
                if isinstance(cell, RowError):
                    yield cell
                    break
                # Of two columns of a name the first with a value counts.
                if row.get(name) is None:
                    row[name] = cell
            else:
                yield row

    def _column(self, column: Any) -> list[object]:
        """Return the values of a column as ``values`` reads them."""
        types = self._pyarrow.types
        if types.is_dictionary(column.type):
            column = column.dictionary_decode()
        unit = 0
        if types.is_timestamp(column.type):
            column, unit = column.view("int64"), UNITS[column.type.unit]
        elif types.is_date32(column.type):
            column, unit = column.view("int32"), DAY
        elif types.is_date64(column.type):
            column, unit = column.view("int64"), UNITS["ms"]
        try:
            # An Arrow file's description of its own buffers can't be trusted.
            column.validate(full=True)
        except self._pyarrow.ArrowInvalid:
            if str(column.type) not in BYTES:
                raise
            # Bytes that aren't UTF-8 are kept, as in the other formats.
            column = column.view(BYTES[str(column.type)])
            column.validate(full=True)
            return [None if value is None else decoded(value) for value in column.to_pylist()]
        try:
            values: list[object] = column.to_pylist()
        except (ValueError, OverflowError):
            values = [_value(item) for item in column]
        if unit:
            # Exactly, and also those that Python's dates can't hold.
            return [Nanoseconds(value * unit) if isinstance(value, int) else value for value in values]
        if types.is_decimal(column.type):
            return [
                value if value is None or isinstance(value, RowError) else f"{value:f}" for value in values
            ]
        return values

    def _batches(self) -> Iterator[Any]:
        file: Any = self._file() if self._seekable else self._stream
        if self.format == "parquet":
            table = self._pyarrow.parquet.ParquetFile(file, pre_buffer=False)
            wanted = [name for name in table.schema_arrow.names if self._columns.field(name)]
            self._check(wanted, table.schema_arrow.names)
            yield from table.iter_batches(batch_size=ROWS, columns=wanted, use_threads=False)
            return
        reader = self._pyarrow.ipc.open_file(file) if self._seekable else self._pyarrow.ipc.open_stream(file)
        names = reader.schema.names
        wanted = [place for place, name in enumerate(names) if self._columns.field(name)]
        self._check([names[place] for place in wanted], names)
        batches = (
            (reader.get_batch(number) for number in range(reader.num_record_batches))
            if self._seekable
            else reader
        )
        for batch in batches:
            for begin in range(0, batch.num_rows, ROWS):
                yield batch.select(wanted).slice(begin, ROWS)

    def _check(self, wanted: list[str], names: list[str]) -> None:
        if "source" not in self._columns.known(wanted):
            raise TrafficError(
                f"none of the columns {escaped(', '.join(names[:20]))} is known as source: name it, as in "
                "columns={'source': 'name'}",
                self.name,
            )
        self._note_missing(names)

    def _file(self) -> IO[bytes]:
        """Return the input as a seekable file."""
        if plain := self._stream.plain:
            return plain
        temporary = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed with the reader)
        self._temporary = temporary
        size = 0
        while piece := self._stream.read(PIECE):
            size += len(piece)
            if size > LARGEST_COPY:
                raise TrafficError(
                    f"{self.format} from an input that isn't seekable, of more than {LARGEST_COPY} bytes",
                    self.name,
                )
            temporary.write(piece)
        temporary.seek(0)
        return temporary

    def close(self) -> None:
        """Close the input and the temporary file."""
        if self._temporary is not None:
            self._temporary.close()
        super().close()


def _value(item: Any) -> object:
    try:
        return item.as_py()
    except (ValueError, OverflowError) as error:
        return RowError(VALUE, str(error)[:200])
