"""The tables of a result as Arrow record batches.

Knows the Arrow type of each kind of column; the columns are defined in ``tables``, the rows are the result's.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

from identify._compiled._arrow_columns import ArrowColumn, numbers, texts
from identify._compiled._record_batch import RecordBatch
from identify.simulation.results.columns import Kind
from identify.simulation.results.result import Result
from identify.simulation.results.tables import (
    DROPPED,
    ENDPOINTS,
    OUTCOMES,
    PACKETS,
    SOURCES,
    UNDETERMINED,
    UNKNOWNS,
    UNUSED_RULES,
)

__all__ = ["tables_of"]

#: A frame is of use beside its message only, and an explanation of every row would take long.
LEFT_OUT = ("traffic", "frame", "nearest_miss")


def tables_of(result: Result) -> dict[str, RecordBatch]:
    """Return the tables by name, each as a record batch.

    They are ``endpoints``, ``outcomes``, ``dropped``, ``dropped_packets``, ``strangers``, ``unknowns``,
    ``undetermined`` and ``unused_rules``.  Counts are uint64, shares float64, flags bool, times timestamp[ns, UTC]; an
    unknown value is null.
    """
    filled = (
        (ENDPOINTS, result.endpoint_entries()),
        (OUTCOMES, result.outcome_entries()),
        (DROPPED, result.dropped_entries()),
        (PACKETS, result.packet_entries()),
        (SOURCES, result.source_entries()),
        (UNKNOWNS, result.unknown_entries()),
        (UNDETERMINED, result.undetermined.most()),
        (UNUSED_RULES, result.unused_rules),
    )
    return {
        table.name: RecordBatch(
            {
                column.name: ARROW[column.kind]([column.value(row) for row in rows])
                for column in table.data
                if column.name not in LEFT_OUT
            }
        )
        for table, rows in filled
    }


def _flags(values: Sequence[bool]) -> ArrowColumn:
    """Return a column of booleans, which are bits in Arrow, the first one the lowest of its byte.

    They stand at the front of a buffer of 64-bit items, one for each row: ``numbers`` counts a buffer's items.
    """
    bits = bytearray(8 * len(values))
    for number, value in enumerate(values):
        bits[number // 8] |= value << number % 8
    return numbers("b", memoryview(bits).cast("Q"))


ARROW: dict[Kind, Callable[[Sequence[Any]], ArrowColumn]] = {
    Kind.TEXT: texts,
    Kind.PROSE: texts,
    Kind.COUNT: lambda values: numbers("L", array("Q", values)),
    Kind.SHARE: lambda values: numbers("g", array("d", values)),
    Kind.TIME: lambda values: numbers("tsn:UTC", array("q", values), -1),
    Kind.FLAG: _flags,
}
