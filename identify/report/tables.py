"""The tables and traces of a page: which columns, which rows, how many of them, and in which order.

Knows how each kind of column looks on a page; the columns are defined in ``identify.simulation.results.tables``, HTML
is ``page``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from identify.configuration import Configuration
from identify.identifiers import NUMBERS
from identify.report.colours import identifier_colour, outcome_colour
from identify.report.contents import Cell, Heading, PageTable, Tone, Trace, Trouble
from identify.report.given import Given
from identify.simulation.comparison import Comparison
from identify.simulation.results.columns import Column, Kind, Table
from identify.simulation.results.entries import Reading
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
    TABLES,
    UNDETERMINED,
    UNKNOWNS,
    UNMET,
    UNUSED_ENDPOINTS,
    UNUSED_RULES,
)
from identify.strings import escaped, shown

__all__ = [
    "FIRST_PROBLEMS",
    "comparison_tables",
    "first_tables",
    "further_tables",
    "read_tables",
    "shown_names",
    "traces",
    "trouble",
]

#: Changes with both traces, which are folded until a reader opens them.
MOST_TRACES = 50
#: Problems of a configuration on a page, and above all else on it.
MOST_PROBLEMS = 200
FIRST_PROBLEMS = 3

#: Sorted as numbers, and set to the right.
NUMERIC = {Kind.COUNT, Kind.SHARE, Kind.TIME, Kind.FRAME}
#: A table with more columns, or with sentences, has a line of the page for itself.
NARROW = 4

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
    SKIPPED: ("traffic", "reason", "count", "meaning"),
    PROBLEMS: ("traffic", "problem"),
    CHANGES: (
        *("before.outcome", "before.endpoint", "after.outcome", "after.endpoint"),
        *("requests", "share", "frames"),
    ),
}

#: Columns that are left away where every row has nothing, or 0, in them.
OPTIONAL = {"denied", "events", "first", "last", "frame", "message", "section"}

#: The files that were given, with what was read of them.
FILES = Table(
    name="files",
    title="What was read",
    columns=(
        Column("role", Kind.TEXT, value=lambda row: row[0], title="file of"),
        Column("file", Kind.PROSE, value=lambda row: row[1]),
        Column("size", Kind.COUNT, value=lambda row: row[2], title="bytes"),
        Column("format", Kind.PROSE, value=lambda row: row[3], title="what"),
    ),
)

CONFIGURATION = Table(
    name="configuration",
    title="Problems of the configuration",
    columns=(
        Column("severity", Kind.TEXT, value=lambda row: row[1].severity),
        Column(
            "place",
            Kind.PROSE,
            value=lambda row: f"{row[1].file}:{row[1].line}" if row[1].line else row[1].file,
        ),
        Column("problem", Kind.PROSE, value=lambda row: row[1].message),
        Column("lost", Kind.PROSE, value=lambda row: row[1].lost),
    ),
)


def first_tables(result: Result, given: Given) -> list[PageTable]:
    """Return the tables of what doesn't work, which stand above the charts, without those that would be empty."""
    beyond = result.strangers.other.requests
    undetermined = result.undetermined
    tables = (
        _table(MISMATCHES, result.expectations.mismatches, count=result.expectations.failed, tone="bad"),
        _table(UNMET, result.expectations.unmet, count=result.expectations.unmet_in_all, tone="bad"),
        _table(
            SOURCES,
            result.source_entries(MOST_ROWS, explained=MOST_EXPLAINED),
            note="The reason is that of the rule that comes nearest, for the request in this frame."
            + (" Events are what fail2ban counts." if result.events else "")
            + (f" {beyond:,} requests from further sources are not listed." if beyond else ""),
            count=len(result.strangers.rows),
            tone="bad",
            commands=_closer(given, result.readings),
        ),
        _table(
            UNKNOWNS,
            result.unknown_entries(),
            note="What answers depend on. Shares are of the requests that the identifiers were asked about.",
            tone="unsure",
        ),
        _table(
            UNDETERMINED,
            undetermined.most(MOST_ROWS),
            note=f"{undetermined.other.requests:,} requests from further sources are not listed."
            if undetermined.other.requests
            else "",
            count=len(undetermined.rows),
            tone="unsure",
        ),
    )
    return [table for table in tables if table.rows]


def further_tables(result: Result) -> list[PageTable]:
    """Return the other tables of a result, without those that would be empty."""
    tables = (
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
        _table(OUTCOMES, result.outcome_entries(), note="Shares are of all messages."),
        _table(
            DROPPED, result.dropped_entries(), note="Messages that PJSIP drops silently, by syntax error."
        ),
        _table(UNUSED_RULES, result.unused_rules),
        _table(UNUSED_ENDPOINTS, result.unused_endpoints),
        *(_table(table, rows) for table, rows in _others(result)),
    )
    return [table for table in tables if table.rows]


def read_tables(
    configurations: Sequence[tuple[str, Configuration]], readings: Sequence[Reading], given: Given
) -> list[PageTable]:
    """Return the tables of what was read: problems of configurations and of traffic, what was skipped, the files."""
    found = Result(configuration=configurations[0][1], readings=list(readings))
    several = len(readings) > 1
    problems = [
        (path, problem)
        for path, configuration in configurations
        for problem in configuration.problems
        if problem.severity != "note"
    ]
    tables = (
        _table(CONFIGURATION, problems[:MOST_PROBLEMS], count=len(problems), tone="unsure"),
        _table(PROBLEMS, found.problem_entries(), tone="unsure"),
        _table(SKIPPED, found.skipped_entries(), without=() if several else ("traffic",)),
        _table(FILES, list(_files(configurations, readings, given))),
    )
    return [table for table in tables if table.rows]


def trouble(path: str, configuration: Configuration, given: Given) -> Trouble | None:
    """Return what is to be said above all else about a configuration: what was lost of it; None if nothing was."""
    losses = configuration.losses
    if not losses and configuration.object_count:
        return None
    sentences = []
    if losses:
        sentences.append(losses.described(path))
    if not configuration.object_count and not configuration.unknowns:
        sentences.append(f"{escaped(path)} has no objects, so no request is identified")
    if not sentences:
        return None
    first = [str(problem) for problem in losses.problems[:FIRST_PROBLEMS]]
    return Trouble(
        sentence=". ".join(sentences),
        problems=first,
        left_out=len(losses.problems) - len(first),
        command=given.problems.get(path, ""),
        tone="" if configuration.object_count else "bad",
    )


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


def shown_names(table: Table) -> Sequence[str]:
    """Return the names of the columns that a page shows of a table, as far as any row has something in them."""
    return SHOWN.get(table) or [
        column.name for column in table.columns if column.kind not in (Kind.FLAG, Kind.TRACE)
    ]


def _others(result: Result) -> Iterator[tuple[Table, Sequence[Any]]]:
    """Yield the tables of a result that have no place of their own on the page, with their rows."""
    for table in TABLES:
        if table not in SHOWN:
            yield table, _rows(result, table)


def _rows(result: Result, table: Table) -> Sequence[Any]:
    """Return the rows of a table by the name of the method that gives them: those of "x_endpoints" by "endpoint"."""
    for name in (table.name, table.name.rpartition("_")[2]):
        entries = getattr(result, f"{name.removesuffix('s')}_entries", None)
        if entries is not None:
            rows: Sequence[Any] = entries()
            return rows
    return ()


def _files(
    configurations: Sequence[tuple[str, Configuration]], readings: Sequence[Reading], given: Given
) -> Iterator[tuple[str, str, int | None, str]]:
    """Yield a row for each file: its role, its path, its size, and what it is."""
    for path, configuration in configurations:
        objects = f"{configuration.object_count:,} objects"
        counted = f", {configuration.losses.counted}" if configuration.losses else ""
        yield "configuration", path, given.sizes.get(path), objects + counted
        for opened in configuration.paths:
            if opened != path:
                yield "", opened, given.sizes.get(opened), ""
    for reading in readings:
        skipped = sum(reading.counts.values())
        what = reading.format + (f", {skipped:,} skipped" if skipped else "")
        yield "traffic", reading.name, given.sizes.get(reading.name), what


def _closer(given: Given, readings: Sequence[Reading]) -> Callable[[Any], Sequence[str]]:
    """Return what gives the commands for a closer look at a source."""
    formats = {reading.name: reading.format for reading in readings}

    def commands(row: Any) -> Sequence[str]:
        frame = row.found.frame
        if frame is None:
            found = [given.listing(row.found.source)]
        else:
            found = [given.explaining(frame), given.showing(frame, formats)]
        return [command for command in found if command is not None]

    return commands


def _table(
    table: Table,
    rows: Sequence[Any],
    *,
    note: str = "",
    count: int | None = None,
    tone: Tone = "",
    without: Sequence[str] = (),
    commands: Callable[[Any], Sequence[str]] | None = None,
) -> PageTable:
    """Return the first rows of a table; ``count`` is the number of all rows where these aren't all."""
    columns = [column for column in table.pick(*shown_names(table)) if column.name not in without]
    first = rows[:MOST_ROWS]
    columns = [
        column
        for column in columns
        if column.name not in OPTIONAL or any(column.value(row) not in (None, 0, -1) for row in first)
    ]
    highest = {
        column.name: max((column.value(row) or 0 for row in first), default=0)
        for column in columns
        if column.name in ("requests", "messages", "packets") and len(first) > 1
    }
    return PageTable(
        id=table.name.replace("_", "-"),
        title=table.title,
        note=note,
        headings=[
            Heading(
                column.title,
                numeric=column.kind in NUMERIC,
                prose=column.kind is Kind.PROSE,
                time=column.kind is Kind.TIME,
            )
            for column in columns
        ],
        rows=[
            [_cell(column, row, highest, commands if place < MOST_EXPLAINED else None) for column in columns]
            for place, row in enumerate(first)
        ],
        left_out=(len(rows) if count is None else count) - len(first),
        wide=len(columns) > NARROW or any(column.kind is Kind.PROSE for column in columns),
        tone=tone,
    )


def _cell(
    column: Column, row: Any, highest: Mapping[str, int], commands: Callable[[Any], Sequence[str]] | None
) -> Cell:
    if column.kind not in NUMERIC:
        text = column.text(row)
        copied = commands(row) if commands is not None and column.name == "nearest_miss" else ()
        return Cell(text, colour=_colour(column, text), commands=copied)
    value = column.value(row)
    most = highest.get(column.name)
    bar = value / most if most and value is not None and len(highest) == 1 else None
    return Cell(column.text(row), 0 if value is None else value, bar=bar)


def _colour(column: Column, text: str) -> str:
    """Return the name of the colour that an outcome or an identifier has in charts."""
    if column.name == "identifier" and text in NUMBERS:
        return identifier_colour(text)
    if column.name in ("outcome", "before.outcome", "after.outcome"):
        return outcome_colour(text)
    return ""
