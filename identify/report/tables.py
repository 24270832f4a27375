"""The tables and traces of a page: which columns, which rows, how many of them.

Knows how each kind of column looks on a page; the columns are defined in ``identify.simulation.results.tables``, HTML
is ``page``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from identify.report.contents import Cell, Heading, PageTable, Trace
from identify.simulation.comparison import Comparison
from identify.simulation.results.columns import Column, Kind, Table
from identify.simulation.results.result import Result
from identify.simulation.results.tables import (
    CHANGES,
    DROPPED,
    ENDPOINTS,
    MISMATCHES,
    MOST_EXPLAINED,
    MOST_ROWS,
    OUTCOMES,
    PACKETS,
    PROBLEMS,
    SKIPPED,
    SOURCES,
    UNDETERMINED,
    UNKNOWNS,
    UNMET,
    UNUSED_ENDPOINTS,
    UNUSED_RULES,
)
from identify.strings import shown

__all__ = ["comparison_tables", "result_tables", "traces"]

#: Changes with both traces, which are folded until a reader opens them.
MOST_TRACES = 50

#: Sorted as numbers, and set to the right.
NUMERIC = {Kind.COUNT, Kind.SHARE, Kind.TIME, Kind.FRAME}

#: The columns of each table on a page, in their order there.
SHOWN = {
    OUTCOMES: ("outcome", "messages", "share"),
    DROPPED: ("reason", "messages"),
    PACKETS: ("source", "transport", "reason", "packets"),
    ENDPOINTS: ("endpoint", "identifier", "section", "requests", "share", "sources"),
    SOURCES: ("source", "requests", "denied", "events", "nearest_miss", "frame", "first", "last"),
    UNKNOWNS: ("what", "kind", "place", "requests", "share", "reason", "settles"),
    UNDETERMINED: ("source", "unknown", "requests", "frame", "first", "last"),
    MISMATCHES: ("frame", "source", "expected", "found", "outcome"),
    UNMET: ("traffic", "frame", "message", "expected"),
    UNUSED_RULES: ("section", "identifier", "endpoint"),
    UNUSED_ENDPOINTS: ("endpoint",),
    SKIPPED: ("traffic", "format", "reason", "count", "meaning"),
    PROBLEMS: ("traffic", "problem"),
    CHANGES: (
        *("before.outcome", "before.endpoint", "after.outcome", "after.endpoint"),
        *("requests", "share", "frames"),
    ),
}


def result_tables(result: Result) -> list[PageTable]:
    """Return the tables of a simulation, without those that would be empty."""
    beyond = result.strangers.other.requests
    undetermined = result.undetermined
    tables = (
        _table(OUTCOMES, result.outcome_entries()),
        _table(
            UNKNOWNS,
            result.unknown_entries(),
            note="What answers depend on. Shares are of the requests that the identifiers were asked about.",
        ),
        _table(
            UNDETERMINED,
            undetermined.most(MOST_ROWS),
            note=f"{undetermined.other.requests:,} requests from further sources are not listed."
            if undetermined.other.requests
            else "",
            count=len(undetermined.rows),
        ),
        _table(
            DROPPED, result.dropped_entries(), note="Messages that PJSIP drops silently, by syntax error."
        ),
        _table(
            PACKETS,
            result.packet_entries(),
            note="Packets that never became messages, as warnings of the log say.",
        ),
        _table(
            ENDPOINTS,
            result.endpoint_entries(),
            note="Shares are of the requests that the identifiers were asked about.",
        ),
        _table(
            SOURCES,
            result.source_entries(MOST_ROWS, explained=MOST_EXPLAINED),
            note="Denied: requests that an endpoint's ACL denies. Events: security events that Asterisk would report, "
            "which is what fail2ban counts."
            + (f" {beyond:,} requests from further sources are not listed." if beyond else ""),
            count=len(result.strangers.rows),
        ),
        _table(MISMATCHES, result.expectations.mismatches, count=result.expectations.failed),
        _table(UNMET, result.expectations.unmet, count=result.expectations.unmet_in_all),
        _table(UNUSED_RULES, result.unused_rules),
        _table(UNUSED_ENDPOINTS, result.unused_endpoints),
        _table(SKIPPED, result.skipped_entries()),
        _table(PROBLEMS, result.problem_entries()),
    )
    return [table for table in tables if table.rows]


def comparison_tables(comparison: Comparison) -> list[PageTable]:
    """Return the table of what changes, unless nothing does."""
    table = _table(
        CHANGES,
        comparison.entries(),
        note="Frames: the first of each change, by their numbers in Wireshark or their lines in a log.",
    )
    return [table] if table.rows else []


def traces(comparison: Comparison) -> Iterator[Trace]:
    """Yield both traces of an example of each of the most frequent changes."""
    for entry in comparison.entries(traced=MOST_TRACES):
        if entry.trace_before is None or entry.trace_after is None:
            continue
        example = entry.examples[0]
        yield Trace(
            title=f"Frame {example.frame} from {example.source}: {shown(str(entry.before))} → "
            f"{shown(str(entry.after))}",
            before=entry.trace_before,
            after=entry.trace_after,
        )


def _table(table: Table, rows: Sequence[Any], *, note: str = "", count: int | None = None) -> PageTable:
    """Return the first rows of a table; ``count`` is the number of all rows where these aren't all."""
    columns = table.pick(*SHOWN[table])
    first = rows[:MOST_ROWS]
    return PageTable(
        id=table.name.replace("_", "-"),
        title=table.title,
        note=note,
        headings=[
            Heading(column.title, numeric=column.kind in NUMERIC, prose=column.kind is Kind.PROSE)
            for column in columns
        ],
        rows=[[_cell(column, row) for column in columns] for row in first],
        left_out=(len(rows) if count is None else count) - len(first),
    )


def _cell(column: Column, row: Any) -> Cell:
    if column.kind not in NUMERIC:
        return Cell(column.text(row))
    value = column.value(row)
    return Cell(column.text(row), 0 if value is None else value)
