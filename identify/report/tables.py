"""The tables of a result and of a comparison: which columns, which rows, how many of them.

Knows what was counted and how it is called; nothing of HTML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from identify.errors import MessageError
from identify.report.contents import Cell, Column, Table, Trace, name, number, sentence, share
from identify.simulation.comparison import Comparison
from identify.simulation.files.rows import time_text
from identify.simulation.outcomes import Outcome
from identify.simulation.results.result import Result
from identify.strings import escaped, shown
from identify.traffic.captures.skipped import SKIP_REASONS

__all__ = ["comparison_tables", "result_tables", "traces"]

#: Rows of a table; a browser sorts so many at once.
MOST_ROWS = 1_000
#: Sources with an explanation, which is slow with many rules.
MOST_EXPLAINED = 100
#: Changes with both traces.
MOST_TRACES = 50


def result_tables(result: Result) -> list[Table]:
    """Return the tables of a simulation, without those that would be empty."""
    tables = (
        _outcomes(result),
        _dropped(result),
        _endpoints(result),
        _strangers(result),
        _mismatches(result),
        _unused_rules(result),
        _unused_endpoints(result),
        _passed(result),
        _problems(result),
    )
    return [table for table in tables if table.rows]


def comparison_tables(comparison: Comparison) -> list[Table]:
    """Return the table of what changes, unless nothing does."""
    changes = comparison.most()
    rows = [
        [
            sentence(change.before.outcome.value),
            name(change.before.endpoint),
            sentence(change.after.outcome.value),
            name(change.after.endpoint),
            number(count),
            share(count, comparison.messages),
            sentence(", ".join(str(example.frame) for example in comparison.examples.get(change, ()))),
        ]
        for change, count in changes[:MOST_ROWS]
    ]
    columns = [
        *(Column("before"), Column("endpoint before"), Column("after"), Column("endpoint after")),
        *(Column("requests", numeric=True), Column("share of messages", numeric=True), Column("frames")),
    ]
    table = Table(
        id="changes",
        title="Changes",
        note="Frames are the first ones, as Wireshark numbers them, or lines of a log.",
        columns=columns,
        rows=rows,
        left_out=len(changes) - len(rows),
    )
    return [table] if rows else []


def traces(comparison: Comparison) -> Iterator[Trace]:
    """Yield both traces of an example of each of the most frequent changes."""
    for change, _ in comparison.most()[:MOST_TRACES]:
        for example in comparison.examples.get(change, ())[:1]:
            try:
                before, after = comparison.explain(example)
            except MessageError as error:
                before = after = f"dropped: {shown(error.reason)}"
            yield Trace(
                title=f"Frame {example.frame} from {example.source}: {shown(str(change.before))} → "
                f"{shown(str(change.after))}",
                before=before,
                after=after,
            )


def _outcomes(result: Result) -> Table:
    rows = [
        [sentence(outcome.value), number(count), share(count, result.messages)]
        for outcome in Outcome
        for count in [result.outcomes[outcome]]
        if count
    ]
    return Table(
        id="outcomes",
        title="Outcomes",
        columns=[Column("outcome"), Column("messages", numeric=True), Column("share", numeric=True)],
        rows=rows,
    )


def _dropped(result: Result) -> Table:
    rows = [[name(reason), number(count)] for reason, count in result.dropped.most_common(MOST_ROWS)]
    return Table(
        id="dropped",
        title="Dropped",
        note="What PJSIP drops in silence, by the error in its syntax.",
        columns=[Column("reason"), Column("messages", numeric=True)],
        rows=rows,
        left_out=len(result.dropped) - len(rows),
    )


def _endpoints(result: Result) -> Table:
    hits = result.most_hit()
    rows = []
    for match, count in hits[:MOST_ROWS]:
        sources = result.sources.get(match)
        rows.append(
            [
                name(match.endpoint),
                sentence(match.identifier),
                name(match.section or ""),
                number(count),
                share(count, result.asked),
                number(sources.count, "" if sources.exact else "+") if sources is not None else number(0),
            ]
        )
    columns = [
        *(Column("endpoint"), Column("identifier"), Column("section"), Column("requests", numeric=True)),
        *(Column("share", numeric=True), Column("sources", numeric=True)),
    ]
    return Table(
        id="endpoints",
        title="Endpoints by identifier",
        note="Shares are of the requests that the identifiers were asked about.",
        columns=columns,
        rows=rows,
        left_out=len(hits) - len(rows),
    )


def _strangers(result: Result) -> Table:
    rows = []
    for place, stranger in enumerate(result.strangers.most(MOST_ROWS)):
        example = stranger.example
        miss = result.nearest_miss(example) if example is not None and place < MOST_EXPLAINED else ""
        rows.append(
            [
                sentence(stranger.source),
                number(stranger.requests),
                number(stranger.denied),
                number(stranger.events),
                sentence(miss),
                number(example.frame) if example is not None else Cell("", 0),
                _time(stranger.first),
                _time(stranger.last),
            ]
        )
    columns = [
        *(Column("source"), Column("requests", numeric=True), Column("denied", numeric=True)),
        *(Column("events", numeric=True), Column("nearest miss", prose=True), Column("frame", numeric=True)),
        *(Column("first", numeric=True), Column("last", numeric=True)),
    ]
    beyond = result.strangers.other.requests
    return Table(
        id="strangers",
        title="Unidentified sources",
        note="Denied are those that an endpoint's ACL denies; events are the security events that Asterisk would "
        "report, which is what fail2ban counts."
        + (f" {beyond:,} requests of further sources weren't told apart." if beyond else ""),
        columns=columns,
        rows=rows,
        left_out=len(result.strangers.rows) - len(rows),
    )


def _mismatches(result: Result) -> Table:
    expectations = result.expectations
    rows = [
        [
            number(one.example.frame),
            sentence(one.example.source),
            name(one.expected if one.expected is not None else "none"),
            name(one.found if one.found is not None else "none"),
            sentence(one.outcome.value),
        ]
        for one in expectations.mismatches[:MOST_ROWS]
    ]
    return Table(
        id="expectations",
        title="Not as expected",
        columns=[
            Column("frame", numeric=True),
            *(Column(title) for title in ("source", "expected", "found", "outcome")),
        ],
        rows=rows,
        left_out=expectations.failed - len(rows),
    )


def _unused_rules(result: Result) -> Table:
    rules = result.unused_rules
    rows = [
        [
            name(rule.section),
            sentence(rule.identifier),
            name(rule.endpoint),
            sentence("endpoint doesn't exist" if rule.dangling else ""),
        ]
        for rule in rules[:MOST_ROWS]
    ]
    return Table(
        id="unused-rules",
        title="Rules never hit",
        columns=[Column(title) for title in ("section", "identifier", "endpoint", "why")],
        rows=rows,
        left_out=len(rules) - len(rows),
    )


def _unused_endpoints(result: Result) -> Table:
    unused = result.unused_endpoints
    rows = [[name(id)] for id in unused[:MOST_ROWS]]
    return Table(
        id="unused-endpoints",
        title="Endpoints never reached",
        columns=[Column("endpoint")],
        rows=rows,
        left_out=len(unused) - len(rows),
    )


def _passed(result: Result) -> Table:
    every = (
        [
            name(reading.name),
            sentence(reading.format),
            name(reason),
            number(count),
            sentence(SKIP_REASONS.get(reason, "")),
        ]
        for reading in result.readings
        for reason, count in reading.counts.items()
    )  # fmt: skip
    return Table(
        id="passed",
        title="Passed over by the readers",
        columns=[
            *(Column("traffic"), Column("format"), Column("reason")),
            *(Column("count", numeric=True), Column("meaning", prose=True)),
        ],
        rows=list(islice(every, MOST_ROWS)),
        left_out=max(0, sum(len(reading.counts) for reading in result.readings) - MOST_ROWS),
    )


def _problems(result: Result) -> Table:
    every: Iterator[Sequence[Cell]] = (
        [name(reading.name), Cell(escaped(problem))]
        for reading in result.readings
        for problem in reading.problems
    )
    return Table(
        id="problems",
        title="Problems of the traffic",
        columns=[Column("traffic"), Column("problem", prose=True)],
        rows=list(islice(every, MOST_ROWS)),
        left_out=max(0, sum(len(reading.problems) for reading in result.readings) - MOST_ROWS),
    )


def _time(nanoseconds: int) -> Cell:
    """Return a time to the second, which is sorted by the nanosecond."""
    text = time_text(nanoseconds) or ""
    return Cell(text[:19].replace("T", " "), nanoseconds)
