"""The tables of a result: JSON, Arrow and the page have the columns that are defined, and the values of one row."""

from __future__ import annotations

import doctest

import attrs
import pyarrow
import pytest
from calls import OFFICE, Traffic, configuration

from identify.report import Given
from identify.report.tables import (
    OPTIONAL,
    comparison_tables,
    first_tables,
    further_tables,
    read_tables,
    shown_names,
)
from identify.simulation import Reading, compare, simulate, tables_of
from identify.simulation.files import Expected
from identify.simulation.results import columns, sources
from identify.simulation.results.columns import Column, Kind, Table, percent, share
from identify.simulation.results.tables import (
    CHANGES,
    DROPPED,
    ENDPOINTS,
    MISMATCHES,
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
from identify.traffic.batch import DroppedPackets

#: Nine rules that no request is identified by, the odd ones of an endpoint that doesn't exist.
CONFIG = OFFICE + "".join(
    f"[u{number}]\ntype=identify\nendpoint={'gone' if number % 2 else 'bob'}\nmatch=203.0.113.{number}\n"
    for number in range(1, 10)
)
#: An identify with a host name, whose addresses aren't known, for one port.
CONFIG += "[zz]\ntype=identify\nendpoint=bob\nmatch=zz.example:5099\n"
#: What Arrow has of each table that JSON has as objects, beside the columns that are the same.
NOT_IN_ARROW = {SOURCES: {"frame", "nearest_miss"}, UNDETERMINED: {"frame"}}
#: Columns for people, which follow from others or from the traffic.
DERIVED = {
    OUTCOMES: {"share"},
    SOURCES: {"requests"},
    MISMATCHES: {"source"},
    CHANGES: {"before", "after", "share"},
}
#: What the page leaves out: it reads a suffix instead, or has a section of its own.
NOT_ON_THE_PAGE = {
    ENDPOINTS: {"sources_exact"},
    SOURCES: {"unidentified"},
    UNMET: {"known_file"},
    SKIPPED: {"format"},
    UNUSED_RULES: {"dangling"},
    CHANGES: {"before", "after", "trace_before", "trace_after"},
}
ARROW_TYPES = {
    Kind.TEXT: pyarrow.string(),
    Kind.PROSE: pyarrow.string(),
    Kind.COUNT: pyarrow.uint64(),
    Kind.SHARE: pyarrow.float64(),
    Kind.TIME: pyarrow.timestamp("ns", "UTC"),
    Kind.FLAG: pyarrow.bool_(),
}


def traffic():
    """Return traffic that fills every table: identified, unidentified, undetermined and dropped messages."""
    calls = Traffic()
    for number, (user, source) in enumerate(
        [("alice", "192.0.2.1"), ("alice", "192.0.2.2"), ("x", "198.51.100.1"), ("nobody", "192.0.2.9")]
    ):
        calls.receive(user=user, call=f"c{number}", branch=f"z9hG4bK{number}", place={"source": source})
    calls.receive(user="x", call="c5", branch="z9hG4bK5", place={"source": "192.0.2.77", "port": 5099})
    calls.batch.append(b"OPTIONS sip:a SIP/2.0\r\nVia: ?\r\n\r\n", frame=5, source="192.0.2.1", port=5060)
    return calls.batch


@pytest.fixture
def result():
    """Give a result with a row in every table."""
    found = simulate(configuration(CONFIG), [traffic()], expected={1: "bob"})
    found.readings.append(
        Reading(
            name="a.pcap",
            format="pcap",
            counts={"arp": 3},
            problems=("ends in packet 7",),
            dropped_packets=(
                DroppedPackets(source="192.0.2.9", transport="udp", reason="no SIP", packets=2),
            ),
        )
    )
    return found


def data_of(table):
    """Return the names of a table's columns for programs."""
    return [column.name for column in table.columns if column.name not in DERIVED.get(table, ())]


def test_derived_columns():
    """Exactly these columns are for people only; every other one is in JSON."""
    assert {
        table: {column.name for column in table.columns if column.derived}
        for table in TABLES
        if any(column.derived for column in table.columns)
    } == DERIVED


def test_json(result):
    """Each table in JSON has the columns for programs, in their order; the tables of pairs are objects."""
    told = result.as_dict()

    for table, rows in (
        (ENDPOINTS, told["endpoints"]),
        (PACKETS, told["dropped_packets"]),
        (SOURCES, told["strangers"]),
        (UNKNOWNS, told["unknowns"]),
        (UNDETERMINED, told["undetermined"]),
        (UNUSED_RULES, told["unused_rules"]),
        (MISMATCHES, told["expected"]["mismatches"]),
    ):
        assert [list(row) for row in rows] == [data_of(table)] * len(rows) != []
    assert told["outcomes"] == {entry.outcome: entry.messages for entry in result.outcome_entries()} != {}
    assert told["dropped"] == {entry.reason: entry.messages for entry in result.dropped_entries()} != {}
    assert told["unused_endpoints"] == ["bob"]
    assert data_of(OUTCOMES) == ["outcome", "messages"]
    assert data_of(DROPPED) == ["reason", "messages"]


def test_json_without_explanations(result):
    """A source beyond the maximum of explanations has no nearest miss; one that has no example has null."""
    assert "nearest_miss" not in result.as_dict(explained=0)["strangers"][0]

    result.strangers.most()[0].example = None

    assert result.as_dict()["strangers"][0]["nearest_miss"] is None
    assert result.as_dict()["strangers"][0]["frame"] is None


def test_json_of_changes():
    """A change in JSON has the columns for programs, those with a dot as objects, traces where they are wanted."""
    comparison = compare(
        configuration(), configuration(OFFICE.replace("[alice]\n", "[other]\n")), [traffic()]
    )
    (change,) = comparison.as_dict()["changes"]
    flat = [
        f"{name}.{inner}" if isinstance(value, dict) else name
        for name, value in change.items()
        for inner in (value if isinstance(value, dict) else [""])
    ]

    assert flat == data_of(CHANGES)
    assert list(comparison.as_dict(explained=0)["changes"][0]) == ["before", "after", "requests", "frames"]


def test_arrow(result):
    """Each table in Arrow has the columns and values that JSON has, with the type of their kind."""
    told = result.as_dict()
    tables = {name: pyarrow.record_batch(table) for name, table in tables_of(result).items()}

    assert list(tables) == [
        *("endpoints", "outcomes", "dropped", "strangers", "unknowns", "undetermined", "unused_rules"),
    ]
    for table in (ENDPOINTS, OUTCOMES, DROPPED, SOURCES, UNKNOWNS, UNDETERMINED, UNUSED_RULES):
        found = tables[table.name]
        names = [name for name in data_of(table) if name not in NOT_IN_ARROW.get(table, ())]
        assert found.schema.names == names
        assert found.schema.types == [ARROW_TYPES[column.kind] for column in table.pick(*names)]
        assert found.num_rows > 0
        if table not in (OUTCOMES, DROPPED):
            plain = [name for name in names if name not in ("first", "last")]
            assert found.select(plain).to_pylist() == [
                {name: row[name] for name in plain} for row in told[table.name]
            ]


def test_flags_in_arrow(result, monkeypatch):
    """Rules that point nowhere, and lower bounds of sources, can be told in Arrow."""
    tables = tables_of(result)

    assert pyarrow.record_batch(tables["unused_rules"])["dangling"].to_pylist() == [True, False] * 4 + [True]
    assert pyarrow.record_batch(tables["endpoints"])["sources_exact"].to_pylist() == [True, True]
    monkeypatch.setattr(sources, "MOST_SOURCES", 2)
    assert pyarrow.record_batch(tables_of(result)["endpoints"])["sources_exact"].to_pylist() == [False, True]


def test_no_flags_in_arrow():
    """Tables without rows have their columns all the same."""
    tables = tables_of(simulate(configuration("[a]\ntype=endpoint\n"), []))

    assert pyarrow.record_batch(tables["unused_rules"])["dangling"].to_pylist() == []
    assert pyarrow.record_batch(tables["endpoints"]).schema.names == data_of(ENDPOINTS)


def page_tables(result):
    """Return all tables that the page of a result has; of two files, so that each is named."""
    given = Given(config="pjsip.conf", traffic=["a.pcap", "b.pcap"])
    readings = [*result.readings, Reading(name="b.pcap", format="pcap", counts={}, problems=())]
    read = read_tables([("pjsip.conf", result.configuration)], readings, given)
    return [*first_tables(result, given), *further_tables(result), *read]


def test_page(result):
    """Each table on the page has its title and the titles of its columns; nothing that is defined is forgotten."""
    Expected({"nowhere.pcap": {(1, 0): "alice"}}).close(result.expectations, [])
    tables = {table.id: table for table in page_tables(result)}
    comparison = compare(
        configuration(), configuration(OFFICE.replace("[alice]\n", "[other]\n")), [traffic()]
    )
    tables |= {table.id: table for table in comparison_tables(comparison)}

    assert set(tables) == {table.name.replace("_", "-") for table in TABLES} | {"configuration", "files"}
    for table in TABLES:
        page = tables[table.name.replace("_", "-")]
        assert page.title == table.title
        names = shown_names(table)
        titles = [column.title for column in table.pick(*names)]
        optional = {column.title for column in table.columns if column.name in OPTIONAL}
        headings = [heading.title for heading in page.headings]
        assert [title for title in titles if title in headings or title not in optional] == headings
        assert {column.name for column in table.columns} - set(names) == NOT_ON_THE_PAGE.get(table, set())
        assert {len(row) for row in page.rows} == {len(headings)}


def test_page_leaves_rows_out(result, monkeypatch):
    """Of a long table the first rows are shown, and the page says how many are not."""
    monkeypatch.setattr("identify.report.tables.MOST_ROWS", 4)
    (rules,) = [table for table in page_tables(result) if table.id == "unused-rules"]

    assert (len(rules.rows), rules.left_out) == (4, 5)


def test_texts(result):
    """People read a lower bound with a plus, a missing endpoint as such, and what is None by its word."""
    (mismatch,) = result.expectations.mismatches
    bounded = attrs.evolve(result.endpoint_entries()[0], sources=10_000, sources_exact=False)

    assert ENDPOINTS.pick("sources")[0].text(bounded) == "10,000+"
    assert [column.text(result.unused_rules[0]) for column in UNUSED_RULES.columns] == [
        *("u1", "ip", "gone (doesn't exist)", "yes"),
    ]
    assert [column.text(mismatch) for column in MISMATCHES.columns][2:] == ["bob", "alice", "identified"]
    assert MISMATCHES.pick("expected")[0].text(attrs.evolve(mismatch, expected=None)) == "none"
    assert [column.text("bob") for column in UNUSED_ENDPOINTS.columns] == ["bob"]
    assert [column.text(entry) for entry in result.skipped_entries() for column in SKIPPED.columns] == [
        *("a.pcap", "pcap", "arp", "3", "ARP"),
    ]
    assert [column.text(entry) for entry in result.problem_entries() for column in PROBLEMS.columns] == [
        *("a.pcap", "ends in packet 7"),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.TEXT, "a\x1b[2J", "a\\x1b[2J"),
        (Kind.TEXT, "x" * 121, "x" * 120 + "..."),
        (Kind.PROSE, "y\n" + "x" * 200, "y\\x0a" + "x" * 200),
        (Kind.TRACE, "two\nlines", "two\nlines"),
        (Kind.COUNT, 1_234_567, "1,234,567"),
        (Kind.SHARE, 2 / 3, "66.7 %"),
        (Kind.TIME, 1_700_000_000_000_000_000, "2023-11-14 22:13:20"),
        (Kind.TIME, -1, ""),
        (Kind.FLAG, True, "yes"),
        (Kind.FLAG, False, "no"),
        (Kind.FRAME, 1_234, "1234"),
        (Kind.FRAMES, [1, 2_000], "1, 2000"),
        (Kind.COUNT, None, "-"),
    ],
)
def test_text_of_each_kind(kind, value, text):
    """A value of each kind as people read it; names are clipped and safe, sentences safe."""
    assert Column("it", kind, value=lambda row: row, absent="-").text(value) == text


def test_every_kind_has_a_text():
    """No kind lacks its text."""
    assert set(columns._TEXTS) == set(Kind)


def test_share_of_nothing():
    """Of an empty whole every share is 0."""
    assert (share(1, 4), share(0, 0), percent(share(0, 0))) == (0.25, 0.0, "0.0 %")


def test_titles():
    """A title is the name in words unless it is given, and a terminal's the title."""
    column = Column("nearest_miss", Kind.PROSE)
    table = Table(name="t", title="T", columns=(column, Column("identifier", Kind.TEXT, short_title="by")))

    assert [(column.title, column.short_title) for column in table.columns] == [
        ("nearest miss", "nearest miss"),
        ("identifier", "by"),
    ]
    with pytest.raises(KeyError):
        table.pick("nearest")


def test_examples_in_the_docstring():
    """The example of the module is what it does."""
    assert doctest.testmod(columns).failed == 0
