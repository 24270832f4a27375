"""The rows of the published tables, by subject."""

from benchmarks.rows import asterisk, batch, building, expressions, message, source
from benchmarks.rows.row import Row

__all__ = ["ROWS"]

_ALL = [
    row for subject in (source, message, expressions, batch, building, asterisk) for row in subject.rows()
]

#: All rows by id, in the order of the tables.
ROWS: dict[str, Row] = {row.id: row for row in _ALL}
