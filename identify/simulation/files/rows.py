"""Files of rows, a row for each request: JSON Lines, CSV and Parquet.

Knows the columns and the formats; ``selection`` decides which rows are written.  All columns are text but ``frame`` and
``port``; a missing value is null, in CSV empty.  Times are UTC with nanoseconds as they were captured.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import IO, Any

from identify.addresses import host_port
from identify.errors import OutputError, TrafficError
from identify.simulation.results.columns import time_text
from identify.simulation.rows import Row, Rows
from identify.writing import Outputs

__all__ = ["COLUMNS", "RowWriter", "local_text", "open_rows"]

COLUMNS = (
    "frame", "time", "source", "port", "transport", "local", "method", "outcome", "endpoint", "identifier", "section",
    "unknown", "refused_by", "traffic",
)  # fmt: skip

#: Rows that wait for being written to Parquet at once.
GROUP = 65_536


def open_rows(path: str, outputs: Outputs) -> RowWriter:
    """Open a file for rows by the ending of its name, ``-`` for JSON Lines on standard output.

    It takes its place with the other ``outputs``.  Raises :class:`~identify.errors.TrafficError` for an ending that
    isn't known, or a library that is missing; :class:`~identify.errors.OutputError` if the file can't be written.
    """
    if path == "-":
        if sys.stdout is None:
            raise OutputError("it is closed", "standard output")
        return JsonRows(sys.stdout)
    ending = os.path.splitext(path)[1].lower()
    if ending not in WRITERS:
        raise TrafficError(f"rows are written to files that end in {', '.join(WRITERS)}", path)
    if ending == ".parquet":
        return ParquetRows(path, outputs)
    return WRITERS[ending](outputs.open(path).text("utf-8", errors="backslashreplace"))


class RowWriter:
    """A file that takes rows in their order."""

    def __init__(self, file: IO[str]) -> None:
        self.written = 0
        self._file = file

    def write(self, rows: Rows, numbers: Iterable[int], traffic: str) -> None:
        """Add some of a batch's rows; ``traffic`` names the file that they come from."""
        values = [row_values(rows.row(number), traffic) for number in numbers]
        self.written += len(values)
        self._put(values)

    def _put(self, values: Sequence[tuple[Any, ...]]) -> None:
        """Write rows of values in the order of ``COLUMNS``."""
        raise TypeError(f"{type(self).__name__} writes nothing")

    def append(self, file: IO[bytes]) -> None:
        """Add all rows of another file of the same format, and close that."""
        with io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
            shutil.copyfileobj(text, self._file)

    def finish(self) -> None:
        """Write what waits."""
        self._file.flush()

    def abandon(self) -> None:
        """Write nothing more: the file is discarded."""


class JsonRows(RowWriter):
    """One JSON object a line, in ASCII."""

    def _put(self, values: Sequence[tuple[Any, ...]]) -> None:
        self._file.writelines(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in values)


class CsvRows(RowWriter):
    """Comma-separated values with a heading, as RFC 4180 has them."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)

    def _put(self, values: Sequence[tuple[Any, ...]]) -> None:
        self._writer.writerows(values)

    def append(self, file: IO[bytes]) -> None:
        """Add all rows of another file, without its heading, and close that."""
        with io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
            next(text, None)
            shutil.copyfileobj(text, self._file)


class ParquetRows(RowWriter):
    """A Parquet file, by pyarrow (``pip install 'sip-identify[parquet]'``); ``time`` is a timestamp."""

    def __init__(self, path: str, outputs: Outputs) -> None:
        try:
            import pyarrow  # noqa: PLC0415 (an extra)
            import pyarrow.parquet  # noqa: PLC0415
        except ImportError as error:
            raise TrafficError(
                "Parquet needs a library that isn't installed: pip install 'sip-identify[parquet]'", path
            ) from error
        self.written = 0
        self._arrow: Any = pyarrow
        numbers = {
            "frame": pyarrow.uint64(),
            "port": pyarrow.uint16(),
            "time": pyarrow.timestamp("ns", "UTC"),
        }
        self._schema = pyarrow.schema([(name, numbers.get(name, pyarrow.string())) for name in COLUMNS])
        self._tables: Any = pyarrow.parquet.ParquetWriter(outputs.open(path).file, self._schema)
        self._waiting: list[tuple[Any, ...]] = []

    def write(self, rows: Rows, numbers: Iterable[int], traffic: str) -> None:
        """Add some of a batch's rows; ``traffic`` names the file that they come from."""
        for number in numbers:
            row = rows.row(number)
            values = row_values(row, traffic)
            self._waiting.append((values[0], row.time if row.time >= 0 else None, *values[2:]))
        if len(self._waiting) >= GROUP:
            self._flush()

    def _flush(self) -> None:
        self.written += len(self._waiting)
        columns = zip(*self._waiting, strict=True) if self._waiting else [()] * len(COLUMNS)
        arrays = [
            self._arrow.array([_encodable(value) for value in column], field.type)
            for column, field in zip(columns, self._schema, strict=True)
        ]
        self._tables.write_batch(self._arrow.record_batch(arrays, schema=self._schema))
        self._waiting.clear()

    def append(self, file: IO[bytes]) -> None:
        """Add all rows of another file."""
        self._flush()
        with self._arrow.parquet.ParquetFile(file) as rows:
            for batch in rows.iter_batches():
                self._tables.write_batch(batch)

    def finish(self) -> None:
        """Write what waits, and the end of the file."""
        self._flush()
        self._tables.close()

    def abandon(self) -> None:
        """Write nothing more: the file is discarded."""
        # Otherwise it is closed when the collector finds it, and complains that it can't.
        with contextlib.suppress(Exception):
            self._tables.close()


#: Writers by the ending of a file's name.
WRITERS: dict[str, type[RowWriter]] = {".jsonl": JsonRows, ".csv": CsvRows, ".parquet": ParquetRows}


def row_values(row: Row, traffic: str) -> tuple[Any, ...]:
    """Return the values of a row in the order of ``COLUMNS``."""
    return (
        row.frame,
        time_text(row.time),
        row.source,
        row.port,
        row.transport,
        local_text(row),
        row.method or None,
        row.outcome.value,
        row.endpoint,
        row.identifier,
        row.section,
        row.unknown,
        row.refused_by,
        traffic,
    )


def local_text(row: Row) -> str | None:
    """Return ``address:port`` of the socket at which a message arrived, None where it is unknown."""
    return None if row.local is None else host_port(row.local, row.local_port)


def _encodable(value: Any) -> Any:
    """Return text that UTF-8 can hold: bytes that weren't UTF-8 are escaped, as in the other formats."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
