"""The rows of the published tables, by subject."""

from benchmarks.rows import (
    asterisk,
    automata,
    batch,
    building,
    captures,
    command,
    explaining,
    expressions,
    loading,
    message,
    reading,
    source,
)
from benchmarks.rows.row import Row

__all__ = ["ROWS"]

#: In the order of the tables.
_SUBJECTS = (
    *(source, message, expressions, automata, batch, building, reading, explaining),
    *(captures, command, asterisk, loading),
)

_ALL = [row for subject in _SUBJECTS for row in subject.rows()]

#: All rows by id, in the order of the tables.
ROWS: dict[str, Row] = {row.id: row for row in _ALL}
