"""The tables of a result and of a comparison: their columns, each defined once.

JSON, Arrow, the terminal and the page of a report read these definitions.  The rows come from
:class:`~identify.simulation.results.result.Result` and ``Comparison``, which are not known here.
"""

from __future__ import annotations

from operator import attrgetter

from identify.simulation.results.columns import Column, Kind, Table

__all__ = [
    "CHANGES",
    "DROPPED",
    "ENDPOINTS",
    "MISMATCHES",
    "MOST_EXPLAINED",
    "MOST_ROWS",
    "OUTCOMES",
    "PACKETS",
    "PROBLEMS",
    "SKIPPED",
    "SOURCES",
    "TABLES",
    "UNDETERMINED",
    "UNKNOWNS",
    "UNMET",
    "UNUSED_ENDPOINTS",
    "UNUSED_RULES",
]

#: Rows of a table on a page, and of ``strangers`` in JSON: what a browser sorts at once, and a reader scrolls through.
MOST_ROWS = 1_000
#: Unidentified sources with an explanation, on a page and in JSON: it is slow with many rules.
MOST_EXPLAINED = 100

OUTCOMES = Table(
    name="outcomes",
    title="Outcomes",
    columns=(
        Column("outcome", Kind.TEXT),
        Column("messages", Kind.COUNT),
        Column("share", Kind.SHARE, derived=True),
    ),
)

DROPPED = Table(
    name="dropped",
    title="Dropped",
    columns=(Column("reason", Kind.TEXT), Column("messages", Kind.COUNT)),
)

PACKETS = Table(
    name="dropped_packets",
    title="Packets that Asterisk dropped, by its log",
    columns=(
        Column("source", Kind.TEXT, absent="others"),
        Column("transport", Kind.TEXT),
        Column("reason", Kind.PROSE),
        Column("packets", Kind.COUNT),
    ),
)

ENDPOINTS = Table(
    name="endpoints",
    title="Endpoints",
    columns=(
        Column("endpoint", Kind.TEXT),
        Column("identifier", Kind.TEXT, short_title="by"),
        Column("section", Kind.TEXT),
        Column("requests", Kind.COUNT),
        Column("share", Kind.SHARE),
        Column("sources", Kind.COUNT, suffix=lambda entry: "" if entry.sources_exact else "+"),
        Column("sources_exact", Kind.FLAG),
    ),
)

SOURCES = Table(
    name="strangers",
    title="Unidentified sources",
    columns=(
        Column("source", Kind.TEXT, value=attrgetter("found.source")),
        Column("requests", Kind.COUNT, value=attrgetter("found.requests"), derived=True),
        Column("unidentified", Kind.COUNT, value=attrgetter("found.unidentified")),
        Column("denied", Kind.COUNT, value=attrgetter("found.denied")),
        Column("events", Kind.COUNT, value=attrgetter("found.events")),
        Column("first", Kind.TIME, value=attrgetter("found.first")),
        Column("last", Kind.TIME, value=attrgetter("found.last")),
        Column("frame", Kind.FRAME, value=attrgetter("found.frame")),
        Column("nearest_miss", Kind.PROSE),
    ),
)

UNKNOWNS = Table(
    name="unknowns",
    title="Not known",
    columns=(
        Column("what", Kind.PROSE, value=attrgetter("unknown.what"), title="unknown"),
        Column("kind", Kind.TEXT, value=attrgetter("unknown.kind")),
        Column("place", Kind.TEXT),
        Column("requests", Kind.COUNT),
        Column("share", Kind.SHARE),
        Column("reason", Kind.PROSE, value=attrgetter("unknown.reason")),
        Column("settles", Kind.PROSE, value=attrgetter("unknown.settles"), title="settled by"),
    ),
)

UNDETERMINED = Table(
    name="undetermined",
    title="Sources of undetermined requests",
    columns=(
        Column("source", Kind.TEXT),
        Column("unknown", Kind.PROSE, value=attrgetter("what")),
        Column("requests", Kind.COUNT),
        Column("first", Kind.TIME),
        Column("last", Kind.TIME),
        Column("frame", Kind.FRAME),
    ),
)

UNUSED_RULES = Table(
    name="unused_rules",
    title="Rules never hit",
    columns=(
        Column("section", Kind.TEXT),
        Column("identifier", Kind.TEXT, short_title="by"),
        Column("endpoint", Kind.TEXT, suffix=lambda rule: " (doesn't exist)" if rule.dangling else ""),
        Column("dangling", Kind.FLAG),
    ),
)

UNUSED_ENDPOINTS = Table(
    name="unused_endpoints",
    title="Endpoints never reached",
    columns=(Column("endpoint", Kind.TEXT, value=str),),
)

MISMATCHES = Table(
    name="mismatches",
    title="Not as expected",
    columns=(
        Column("frame", Kind.FRAME, value=attrgetter("example.frame")),
        Column("source", Kind.TEXT, value=attrgetter("example.source"), derived=True),
        Column("expected", Kind.TEXT, absent="none"),
        Column(
            "found", Kind.TEXT, absent=lambda mismatch: "none" if mismatch.is_known else "no known answer"
        ),
        Column("outcome", Kind.TEXT, value=attrgetter("outcome.value")),
    ),
)

UNMET = Table(
    name="unmet",
    title="Expected of messages that aren't there",
    columns=(
        Column(
            "traffic",
            Kind.TEXT,
            suffix=lambda unmet: "" if unmet.known_file else " (no such file in the traffic)",
        ),
        Column("frame", Kind.FRAME),
        Column("message", Kind.COUNT),
        Column("expected", Kind.TEXT, absent="none"),
        Column("known_file", Kind.FLAG),
    ),
)

SKIPPED = Table(
    name="skipped",
    title="Skipped by the readers",
    columns=(
        Column("traffic", Kind.TEXT),
        Column("format", Kind.TEXT),
        Column("reason", Kind.TEXT),
        Column("count", Kind.COUNT),
        Column("meaning", Kind.PROSE),
    ),
)

PROBLEMS = Table(
    name="problems",
    title="Problems with the traffic",
    columns=(Column("traffic", Kind.TEXT), Column("problem", Kind.PROSE)),
)

CHANGES = Table(
    name="changes",
    title="Changes",
    columns=(
        Column("before", Kind.TEXT, value=lambda entry: str(entry.before), derived=True),
        Column("after", Kind.TEXT, value=lambda entry: str(entry.after), derived=True),
        Column("before.outcome", Kind.TEXT, value=attrgetter("before.outcome.value"), title="before"),
        Column(
            "before.endpoint",
            Kind.TEXT,
            value=lambda entry: entry.before.endpoint or None,
            title="endpoint before",
        ),
        Column("after.outcome", Kind.TEXT, value=attrgetter("after.outcome.value"), title="after"),
        Column(
            "after.endpoint",
            Kind.TEXT,
            value=lambda entry: entry.after.endpoint or None,
            title="endpoint after",
        ),
        Column("requests", Kind.COUNT),
        Column("share", Kind.SHARE, title="share of messages", derived=True),
        Column("frames", Kind.FRAMES),
        Column("trace_before", Kind.TRACE),
        Column("trace_after", Kind.TRACE),
    ),
)

#: All of them, in the order of a report.
TABLES = (
    OUTCOMES,
    DROPPED,
    PACKETS,
    ENDPOINTS,
    UNKNOWNS,
    UNDETERMINED,
    SOURCES,
    MISMATCHES,
    UNMET,
    UNUSED_RULES,
    UNUSED_ENDPOINTS,
    SKIPPED,
    PROBLEMS,
    CHANGES,
)
