"""What is measured with is what it says: tables whose hits hit and whose misses miss, messages of one length."""

from __future__ import annotations

import json
import re
from collections import Counter
from socket import inet_ntoa

import pytest

from benchmarks.against import loops
from benchmarks.against.captures import sliced_packets
from benchmarks.counting import __main__ as counting
from benchmarks.material import address_tables, captures, configurations, messages, patterns
from benchmarks.rows.batch import COMPACT
from benchmarks.rows.building import BYTES_A_RULE, BYTES_APART
from benchmarks.rows.captures import our_packets
from benchmarks.rows.message import engine_for
from identify._compiled import _regex_set
from identify.configuration import Configuration
from identify.engine import Engine


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Draw everything anew."""
    monkeypatch.setattr(address_tables, "CACHE", tmp_path)


@pytest.fixture
def cached_captures(tmp_path, monkeypatch):
    """Write captures anew."""
    monkeypatch.setattr(captures, "CACHE", tmp_path)


@pytest.mark.parametrize("name", ["v4-10", "v4-1k", "v6-1k"])
def test_addresses_of_a_table(name):
    """Every hit is identified, by the longest prefix around it, and no miss is."""
    table = address_tables.table(name)
    engine = Engine(configurations.of_table(table))
    full = (1 << table.width) - 1

    for address in table.hits(300):
        around = [
            number
            for number, (begin, length) in enumerate(table.prefixes)
            if address & (full ^ full >> length) == begin
        ]
        (text,) = address_tables.printed([address], table.width)
        expected = configurations.user(table.identify_of(min(around)))
        assert engine.identify_source(text).endpoint == expected
        assert table.prefixes[min(around)][1] == max(table.prefixes[number][1] for number in around)
    for text in address_tables.printed(table.misses(300), table.width):
        assert engine.identify_source(text) is None


@pytest.mark.parametrize("structure", ["dir24", "dir24-prefetched", "dir24-16bit", "bucket16", "poptrie"])
def test_loops_in_c_answer_as_the_engine(structure):
    """The loops that are measured against give the engine's answers."""
    table = address_tables.table("v4-1k")
    addresses = table.hits(500) + table.misses(500)
    identify = Engine(configurations.of_table(table)).identify_source

    found = loops.loop_over(structure, table, address_tables.packed(addresses))()

    answers = [identify(text) for text in address_tables.printed(addresses, 32)]
    assert [f"identify{value - 1:07}" if value else None for value in found] == [
        answer and answer.section for answer in answers
    ]


@pytest.mark.parametrize(
    ("structure", "name"),
    [
        ("dir24", "v4-10k"),
        ("dir24-prefetched", "v4-10k"),
        ("dir24-16bit", "v4-1k"),
        ("bucket16", "v4-10k"),
        ("poptrie", "v4-10k"),
        ("hash", "hosts-100k"),
        ("hash-prefetched", "hosts-100k"),
    ],
)
def test_compact_structures_are_those_within_the_bound_of_ours(structure, name):
    """What counts as compact needs no more bytes than our tables may, everything else does."""
    table = address_tables.table(name)

    size = loops.bytes_of(structure, table)

    assert (size <= len(table.prefixes) * BYTES_A_RULE + BYTES_APART) == (structure in COMPACT)


@pytest.mark.parametrize("structure", ["hash", "hash-prefetched", "dir24-prefetched", "bucket16", "poptrie"])
def test_loops_in_c_answer_single_addresses(structure):
    """So they do for a table of single addresses, some of them neighbours."""
    prefixes = [(address, 32) for address in (0, 1, 2, 0x0A000001, 0x0A0000FF, 0x0A000100, 0xFFFFFFFF)]
    table = address_tables.Table(name="few", width=32, prefixes=prefixes)
    around = {(address + step) % 2**32 for address, _ in prefixes for step in (-1, 0, 1)}

    found = loops.loop_over(structure, table, address_tables.packed(sorted(around)))()

    assert list(found) == [
        next((number + 1 for number, prefix in enumerate(prefixes) if prefix[0] == address), 0)
        for address in sorted(around)
    ]


def test_messages_have_one_length():
    """All variants of the INVITE have its length, and no two are the same."""
    made = messages.invites(50, [configurations.user(1)], [configurations.trunk(1)], ["abcdefg"])

    assert {len(message) for message in made} == {messages.LENGTH}
    assert len(set(made)) == 50


@pytest.mark.parametrize("way", ["ip", "line", "header", "username"])
def test_messages_are_found_the_way_they_should_be(way):
    """Each configuration's messages are answered by the identifier that it is for."""
    engine, users, trunks, lines, source = engine_for(way, 100)

    for message in messages.invites(20, users, trunks, lines):
        assert engine.identify_message(message, source, 5060).identifier == way


@pytest.mark.parametrize("literals", [True, False])
def test_values_meet_expressions_in_every_second_case(literals):
    """About half of the values are found by an expression."""
    given = patterns.with_literals(50) if literals else patterns.without_literals(50)
    compiled = [re.compile(pattern.encode()) for pattern in given]

    found = sum(
        any(pattern.search(value) for pattern in compiled)
        for value in patterns.values(200, 50, literals=literals)
    )

    assert 60 < found < 140


@pytest.mark.parametrize("literals", [True, False])
def test_hits_are_hits_and_misses_are_misses_without_automata_too(literals, monkeypatch):
    """An expression matches each hit and none a miss; sets with and without automata answer alike."""
    given = patterns.with_literals(50) if literals else patterns.without_literals(50)
    expressions = [pattern.encode() for pattern in given]
    hits, misses = (make(100, 50, literals=literals) for make in (patterns.hits, patterns.misses))
    usual = _regex_set.RegexSet(range(50), expressions)
    monkeypatch.setattr(_regex_set, "AUTOMATA", False)
    without = _regex_set.RegexSet(range(50), expressions)

    assert None not in map(usual.search, hits)
    assert set(map(usual.search, misses)) == {None}
    assert [*map(without.search, hits + misses)] == [*map(usual.search, hits + misses)]


def test_captures_are_read_alike(cached_captures):
    """Slices and the traffic reader find the same packets, and a shorter capture is the beginning of a longer one."""
    sliced = list(sliced_packets(captures.capture(60)))

    assert list(our_packets(captures.capture(60))) == sliced
    assert list(sliced_packets(captures.capture(20))) == sliced[:20]


def test_captures_are_identified_by_their_configuration(cached_captures):
    """By address, header and From user each, and one request in twenty by nothing."""
    engine = Engine(Configuration.from_path(captures.configuration_file()))

    found = Counter(
        match.identifier if (match := engine.identify_message(message, inet_ntoa(source), port)) else None
        for source, port, message in our_packets(captures.capture(2000))
    )

    assert set(found) == {"ip", "header", "username", None}
    assert 50 < found[None] < 160


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [(102.0, 0, "+2.00%"), (104.0, 1, "more than 3%"), (96.0, 1, "more than 3%"), (None, 1, "not counted")],
)
def test_counts_are_held_against_the_baseline(found, status, said, capsys):
    """The gate fails for a count that is off by more than its tolerance, in either direction, or missing."""
    here = {"python": "3.11"}
    counts = {"one": found} if found else {}

    assert counting.report(["one"], counts, here, {"environment": here, "counts": {"one": 100.0}}) == status
    assert said in capsys.readouterr().out


def test_counts_of_another_compiler_are_not_compared(capsys):
    """Where the baseline is another environment's, counts are printed and nothing fails."""
    baseline = {"environment": {"python": "3.11"}, "counts": {"one": 100.0}}

    assert counting.report(["one"], {"one": 200.0}, {"python": "3.12"}, baseline) == 0
    assert "Not compared: python is 3.12, the baseline's 3.11" in capsys.readouterr().out


def test_the_baseline_has_every_workload():
    """The committed baseline counts what is counted."""
    kept = json.loads(counting.BASELINE.read_text())

    assert set(kept["counts"]) == set(counting.WORKLOADS)
    assert kept["environment"]["python"] == "3.11"
