"""How ``simulate`` prints what it found: tables of a result, changes of a comparison, traces of messages.

Knows words and columns; all numbers come from ``identify.simulation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import rich_click as click

from identify.addresses import host_port
from identify.commands.output import columns, shown, styled
from identify.errors import MessageError
from identify.simulation import Comparison, Outcome, Result, Rows, Simulation
from identify.simulation.files.rows import local_text, time_text

__all__ = ["print_comparison", "print_result", "trace"]

#: Rows of a table on a terminal; the rest is told by number, and all of it is in the JSON.
MOST_ROWS = 20
#: Changes of which both traces are printed.
MOST_TRACES = 5


def print_result(result: Result) -> None:
    """Print the tables of a simulation."""
    _print_outcomes(result)
    _print_endpoints(result)
    _print_strangers(result)
    _print_unused(result)
    _print_expectations(result)
    _print_notes(result)


def _heading(text: str) -> None:
    click.echo()
    click.echo(styled(text, "heading"))


def _table(title: str, heading: Sequence[str], rows: Sequence[Sequence[str]], more: str) -> None:
    """Print a table with its title; of many rows the first, and how many more there are."""
    _heading(title)
    columns(heading, rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        click.echo(styled(f"... and {len(rows) - MOST_ROWS:,} more {more}", "faint"))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _print_outcomes(result: Result) -> None:
    span = ""
    if result.first >= 0:
        span = f", {time_text(result.first)} to {time_text(result.last)}"
    click.echo(f"{result.messages:,} messages{span}")
    if not result.messages:
        return
    rows = [
        (outcome.value, f"{result.outcomes[outcome]:,}", _share(result.outcomes[outcome], result.messages))
        for outcome in Outcome
        if result.outcomes[outcome]
    ]
    _table("Outcomes", ("outcome", "messages", "share"), rows, "outcomes")
    for reason, count in result.dropped.most_common(MOST_ROWS):
        click.echo(styled(f"dropped: {shown(reason)} ({count:,})", "faint"))


def _print_endpoints(result: Result) -> None:
    asked = result.asked
    rows = [
        (
            match.endpoint,
            match.identifier,
            match.section or "",
            f"{count:,}",
            _share(count, asked),
            f"{result.sources[match].count:,}" + ("" if result.sources[match].exact else "+"),
        )
        for match, count in result.most_hit()
    ]
    if rows:
        heading = ("endpoint", "by", "section", "requests", "share", "sources")
        _table("Endpoints", heading, rows, "answers")


def _print_strangers(result: Result) -> None:
    strangers = result.strangers.most()
    if not strangers:
        return
    rows = []
    for stranger in strangers[:MOST_ROWS]:
        miss = result.nearest_miss(stranger.example) if stranger.example is not None else ""
        rows.append((stranger.source, f"{stranger.requests:,}", f"{stranger.events:,}", miss))
    rows += [("", "", "", "")] * (len(strangers) - len(rows))
    _table("Unidentified sources", ("source", "requests", "events", "nearest miss"), rows, "sources")
    if result.strangers.other.requests:
        click.echo(styled(f"further sources: {result.strangers.other.requests:,} requests", "faint"))


def _print_unused(result: Result) -> None:
    rules = [
        (rule.section, rule.identifier, rule.endpoint + (" (doesn't exist)" if rule.dangling else ""))
        for rule in result.unused_rules
    ]
    if rules:
        _table("Rules never hit", ("section", "by", "endpoint"), rules, "rules")
    if result.unused_endpoints:
        _heading("Endpoints never reached")
        _print_names(result.unused_endpoints)


def _print_names(names: Sequence[str]) -> None:
    listed = ", ".join(shown(name) for name in names[:MOST_ROWS])
    click.echo(listed + (f" and {len(names) - MOST_ROWS:,} more" if len(names) > MOST_ROWS else ""))


def _print_expectations(result: Result) -> None:
    expectations = result.expectations
    if not expectations.checked:
        return
    _heading("Expected")
    right = expectations.checked - expectations.failed
    style = "answer" if right == expectations.checked else "no answer"
    click.echo(styled(f"{right:,} of {expectations.checked:,} as expected", style))
    for mismatch in expectations.mismatches[:MOST_ROWS]:
        example = mismatch.example
        click.echo(
            f"frame {example.frame} from {example.source}: expected {shown(mismatch.expected or 'none')}, "
            f"found {shown(mismatch.found or 'none')} ({mismatch.outcome})"
        )
    if expectations.failed > MOST_ROWS:
        click.echo(styled(f"... and {expectations.failed - MOST_ROWS:,} more", "faint"))


def _print_notes(result: Result) -> None:
    for line in _notes(result):
        click.echo(styled(line, "warning"), err=True)


def _notes(result: Result) -> Iterable[str]:
    """Yield what the reader of the tables should know of them."""
    for reading in result.readings:
        passed = ", ".join(f"{count:,} {reason}" for reason, count in reading.counts.items())
        if passed:
            yield f"{shown(reading.name)} ({reading.format}): passed over: {shown(passed)}"
        for problem in reading.problems:
            yield f"{shown(reading.name)}: {shown(problem)}"
    yield from result.remarks


def print_comparison(comparison: Comparison, name: str) -> None:
    """Print what changes from one configuration to the other."""
    click.echo(f"{comparison.messages:,} messages")
    if not comparison.changed:
        click.echo(styled(f"nothing changes with {shown(name)}", "answer"))
        return
    click.echo(styled(f"{comparison.changed:,} change with {shown(name)}", "no answer"))
    changes = comparison.most()
    rows = [
        (str(change.before), str(change.after), f"{count:,}", ", ".join(
            str(example.frame) for example in comparison.examples.get(change, ())))
        for change, count in changes
    ]  # fmt: skip
    _table("Changes", ("before", "after", "requests", "frames"), rows, "changes")
    for change, _ in changes[:MOST_TRACES]:
        for example in comparison.examples.get(change, [])[:1]:
            _heading(f"Frame {example.frame}: {shown(str(change.before))} -> {shown(str(change.after))}")
            try:
                before, after = comparison.explain(example)
            except MessageError as error:
                click.echo(f"dropped: {shown(error.reason)}")
                continue
            click.echo(f"before: {before}")
            click.echo(f"after: {after}")


def trace(simulation: Simulation, rows: Rows, number: int) -> str:
    """Return what became of a message and, where the identifiers would be asked, why."""
    row = rows.row(number)
    source = host_port(row.source, row.port)
    to = f" to {local_text(row)}" if row.local is not None else ""
    head = (
        f"frame {row.frame}: {row.method or 'message'} from {source}{to} over {row.transport}: {row.outcome}"
    )
    if not row.outcome.is_request:
        return shown(head)
    try:
        return f"{shown(head)}\n{simulation.explain(rows.batch, number)}"
    except MessageError as error:
        return f"{shown(head)}\ndropped: {shown(error.reason)} (at byte {error.offset})"
