"""How ``simulate`` prints what it found: tables of a result, changes of a comparison.

Knows the layout on a terminal; columns are defined in ``identify.simulation.results.tables``, all numbers come from
``identify.simulation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from identify.commands.output.printing import paragraph, shown, styled
from identify.commands.output.printing import table as printed_table
from identify.model import Unknown
from identify.simulation import Comparison, Expectations, Outcome, Result
from identify.simulation.results.columns import Table, time_text
from identify.simulation.results.tables import (
    CHANGES,
    ENDPOINTS,
    MISMATCHES,
    OUTCOMES,
    PACKETS,
    SOURCES,
    UNDETERMINED,
    UNKNOWNS,
    UNMET,
    UNUSED_ENDPOINTS,
    UNUSED_RULES,
)
from identify.strings import escaped
from identify.traffic.batch import DroppedPackets

__all__ = ["print_comparison", "print_packets", "print_result", "unknown_of"]

#: Rows of a table: two of them fit on a screen.  The rest is only counted; JSON has all of it.
MOST_ROWS = 20
#: Changes with both traces, which are long.
MOST_TRACES = 5


def print_result(result: Result) -> None:
    """Print the tables of a simulation."""
    span = _span(result.first, result.last)
    click.echo(f"{result.messages:,} messages{', ' if span else ''}{span}")
    if result.notices:
        click.echo(styled(_of_notices(result.notices, result.messages), "warning"))
    _print_undetermined(result)
    _print_table(OUTCOMES, result.outcome_entries(), ("outcome", "messages", "share"), "outcomes")
    taken = result.own_sockets.line(result.outcomes)
    if taken is not None:
        _print_faintly(escaped(taken))
    for dropped in result.dropped_entries()[:MOST_ROWS]:
        _print_faintly(f"dropped: {escaped(dropped.reason)} ({dropped.messages:,})")
    _print_table(
        ENDPOINTS,
        result.endpoint_entries(),
        ("endpoint", "identifier", "section", "requests", "share", "sources"),
        "answers",
    )
    _print_table(
        UNDETERMINED,
        result.undetermined.most(MOST_ROWS),
        ("source", "requests", "frame", "unknown"),
        "sources",
        count=len(result.undetermined.rows),
    )
    if result.undetermined.other.requests:
        _print_faintly(f"further sources: {result.undetermined.other.requests:,} undetermined requests")
    _print_table(
        SOURCES,
        result.source_entries(MOST_ROWS, explained=MOST_ROWS),
        ("source", "requests", "events", "nearest_miss"),
        "sources",
        count=len(result.strangers.rows),
    )
    if result.strangers.other.requests:
        _print_faintly(f"further sources: {result.strangers.other.requests:,} requests")
    print_packets(result.packet_entries())
    _print_table(UNUSED_RULES, result.unused_rules, ("section", "identifier", "endpoint"), "rules")
    _print_unused_endpoints(result.unused_endpoints)
    _print_expectations(result.expectations)


def _of_notices(notices: int, messages: int) -> str:
    """Say what the requests are of which a log has only a notice."""
    which = "all" if notices == messages else f"{notices:,}"
    return (
        f"{which} of them are notices of requests that failed when they were logged; "
        "known are method, From and source, and what follows is today's configuration"
    )


def print_comparison(comparison: Comparison, name: str) -> None:
    """Print what changes from one configuration to the other."""
    click.echo(f"{comparison.messages:,} messages")
    if comparison.undetermined:
        note = f"{comparison.undetermined:,} are undetermined with both: whether they change isn't known"
        click.echo(styled(note, "warning"))
    if not comparison.changed:
        click.echo(styled(f"nothing changes with {shown(name)}", "answer"))
        return
    click.echo(styled(f"{comparison.changed:,} change with {shown(name)}", "no answer"))
    entries = comparison.entries(traced=MOST_TRACES)
    _print_table(CHANGES, entries, ("before", "after", "requests", "frames"), "changes")
    for entry in entries:
        if entry.trace_before is None:
            continue
        _print_heading(
            f"Frame {entry.examples[0].frame}: {shown(str(entry.before))} -> {shown(str(entry.after))}"
        )
        click.echo(f"before: {entry.trace_before}")
        click.echo(f"after: {entry.trace_after}")


def _print_undetermined(result: Result) -> None:
    """Say how many answers aren't known, what they depend on, and what settles that."""
    count = result.outcomes[Outcome.UNDETERMINED]
    if not count:
        return
    entries = result.unknown_entries()
    known_of = unknown_of(entry.unknown for entry in entries)
    note = f"{count:,} requests are undetermined: their answers depend on what isn't known of {known_of}"
    click.echo(styled(note, "warning"))
    _print_table(UNKNOWNS, entries, ("requests", "what", "place", "reason"), "unknowns")
    _print_heading("Settled by")
    for settles in list(dict.fromkeys(escaped(entry.unknown.settles) for entry in entries))[:MOST_ROWS]:
        click.echo(settles)


def unknown_of(unknowns: Iterable[Unknown]) -> str:
    """Return whose unknowns these are: the configuration's, or of requests that only notices tell of."""
    kinds = {unknown.kind == "request" for unknown in unknowns}
    whose = [
        name for name, wanted in (("the configuration", False), ("the requests", True)) if wanted in kinds
    ]
    return " and ".join(whose) or "the configuration"


def print_packets(packets: Sequence[DroppedPackets]) -> None:
    """Print the packets that Asterisk dropped."""
    _print_table(PACKETS, packets, ("source", "transport", "reason", "packets"), "kinds of packets")


def _span(first: int, last: int) -> str:
    """Return the time from the first to the last message for people, in UTC, empty if it isn't known.

    Seconds are enough, unless that is too little to tell them apart.
    """
    begins, ends = time_text(first), time_text(last)
    if begins is None or ends is None:
        return ""
    length = len("2026-11-18T11:06:40") if begins[:19] != ends[:19] or begins == ends else -1
    begins, ends = (text[:length].replace("T", " ") for text in (begins, ends))
    if begins == ends:
        return f"{begins} UTC"
    return f"{begins} UTC to {ends.removeprefix(begins[:11])}"


def _print_heading(text: str) -> None:
    click.echo()
    click.echo(styled(text, "heading"))


def _print_faintly(text: str) -> None:
    click.echo(styled(text, "faint"))


def _print_table(
    table: Table, rows: Sequence[Any], names: Sequence[str], noun: str, *, count: int | None = None
) -> None:
    """Print a table with its title, unless it is empty; of many rows the first, and how many more there are.

    ``count`` is the number of all rows where these aren't all.
    """
    if not rows:
        return
    shown_columns = table.pick(*names)
    _print_heading(table.title)
    # Text of columns is safe, and clipped where it may be: sentences aren't.
    printed_table(
        [column.short_title for column in shown_columns],
        [[column.text(row) for column in shown_columns] for row in rows[:MOST_ROWS]],
    )
    more = (len(rows) if count is None else count) - MOST_ROWS
    if more > 0:
        _print_faintly(f"... and {more:,} more {noun}")


def _print_unused_endpoints(endpoints: Sequence[str]) -> None:
    """Print them in one line: most configurations have many."""
    if not endpoints:
        return
    _print_heading(UNUSED_ENDPOINTS.title)
    (column,) = UNUSED_ENDPOINTS.columns
    listed = ", ".join(column.text(endpoint) for endpoint in endpoints[:MOST_ROWS])
    more = len(endpoints) - MOST_ROWS
    paragraph(listed + (f" and {more:,} more" if more > 0 else ""))


def _print_expectations(expectations: Expectations) -> None:
    if not expectations.given:
        return
    _print_heading("Expected")
    right = expectations.checked - expectations.failed
    counts = [f"{right:,} of {expectations.given:,} as expected"]
    counts += [f"{expectations.undetermined:,} undetermined"] if expectations.undetermined else []
    counts += [f"{expectations.unmet_in_all:,} met no message"] if expectations.unmet_in_all else []
    click.echo(styled(", ".join(counts), "answer" if expectations.hold else "no answer"))
    for mismatch in expectations.mismatches[:MOST_ROWS]:
        frame, source, expected, found, outcome = (column.text(mismatch) for column in MISMATCHES.columns)
        click.echo(f"frame {frame} from {source}: expected {expected}, found {found} ({outcome})")
    if expectations.failed > MOST_ROWS:
        _print_faintly(f"... and {expectations.failed - MOST_ROWS:,} more")
    for unmet in expectations.unmet[:MOST_ROWS]:
        traffic, frame, _, expected, _ = (column.text(unmet) for column in UNMET.columns)
        message = f" message {unmet.message}" if unmet.message else ""
        click.echo(f"{traffic}: no SIP message in frame {frame}{message}: expected {expected}")
    if expectations.unmet_in_all > MOST_ROWS:
        _print_faintly(f"... and {expectations.unmet_in_all - MOST_ROWS:,} more that met no message")
