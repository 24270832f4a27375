"""What a simulation counts, expects and never sees; how parts add up."""

import json
import pickle

import pytest
from calls import OFFICE, START, Traffic, configuration
from hypothesis import given
from hypothesis import strategies as st

from identify.model import Match
from identify.simulation import Outcome, Simulation, simulate
from identify.simulation.results import sources
from identify.traffic.batch import NOT_GIVEN, Batch, Direction, Reader

ALICE = Match("alice", "username", None)
TRUNK = Match("trunk", "ip", "trunk")


def mixed():
    """Return requests of alice from two addresses, the trunk from three, nobody from one; one call with a dialog."""
    traffic = Traffic()
    places = [
        ("alice", "192.0.2.1"),
        ("alice", "192.0.2.2"),
        ("x", "198.51.100.1"),
        ("x", "198.51.100.2"),
        ("x", "198.51.100.3"),
        ("nobody", "192.0.2.1"),
    ]
    for number, (user, source) in enumerate(places * 2):
        traffic.receive(user=user, call=f"c{number}", branch=f"z9hG4bK{number}", place={"source": source})
    traffic.receive("INVITE", call="call", branch="z9hG4bKi").receive(
        "ACK", call="call", branch="z9hG4bKa", to_tag="t"
    )
    return traffic


def test_totals():
    """Messages, times, outcomes and answers are counted."""
    result = mixed().result()

    assert (result.messages, result.first, result.last) == (14, START, START + 13 * 10**9)
    assert result.outcomes == {Outcome.IDENTIFIED: 11, Outcome.UNIDENTIFIED: 2, Outcome.IN_DIALOG: 1}
    assert result.hits == {ALICE: 5, TRUNK: 6}
    assert result.asked == 13


def test_distinct_sources():
    """Each answer has the number of its distinct sources."""
    result = mixed().result()

    assert {match: (found.count, found.exact) for match, found in result.sources.items()} == {
        ALICE: (2, True),
        TRUNK: (3, True),
    }


def test_many_sources(monkeypatch):
    """Beyond the limit there are at least so many."""
    monkeypatch.setattr(sources, "MOST_SOURCES", 2)
    result = mixed().result()

    assert (result.sources[TRUNK].count, result.sources[TRUNK].exact) == (2, False)


def test_many_unidentified_sources(monkeypatch):
    """Beyond the limit of rows the requests are only summed up, and only the largest rows have an example."""
    monkeypatch.setattr(sources, "MOST_UNIDENTIFIED", 3)
    monkeypatch.setattr(sources, "MOST_EXAMPLES", 1)
    traffic = Traffic()
    for number in range(5):
        traffic.receive(user="x", call=str(number), place={"source": f"203.0.113.{number}"})
    result = traffic.result()

    assert len(result.strangers.rows) == 3
    assert result.strangers.other.requests == 2
    assert [row.example is not None for row in result.strangers.most()] == [True, False, False]
    assert result.as_dict()["strangers_other"] == 2


def requests_of(*addresses):
    """Return traffic with an unidentified request from each of these hosts of one network."""
    traffic = Traffic()
    for number, address in enumerate(addresses):
        traffic.receive(user="x", call=str(number), place={"source": f"203.0.113.{address}"})
    return traffic


def test_examples_of_the_largest_sources(monkeypatch):
    """The sources with the most requests have an example, whatever came first; many small ones in between don't matter."""
    monkeypatch.setattr(sources, "MOST_EXAMPLES", 8)
    scan = range(20, 120)
    large = [address for address in range(8) for _ in range(address + 2)]
    for traffic in (
        requests_of(*scan, *large),
        requests_of(*large, *scan),
        requests_of(*[address for pair in zip(scan, large * 2, strict=False) for address in pair], *large),
    ):
        strangers = traffic.result().strangers
        kept = [row for row in strangers.rows.values() if row.example is not None]

        assert len(strangers.rows) > 50
        assert {row.source for row in kept} == {f"203.0.113.{address}" for address in range(8)}
        assert all(row.example.source == row.source for row in kept)


def test_examples_of_sources_in_parts(monkeypatch):
    """Parts that are added up keep the examples of the largest rows of all."""
    monkeypatch.setattr(sources, "MOST_EXAMPLES", 3)
    first, second = (requests_of(*addresses).result() for addresses in ((1, 1, 2, 3, 4), (4, 4, 4, 5, 1, 6)))
    first.merge(second)
    rows = first.strangers.most()

    assert [(row.source[-1], row.requests) for row in rows[:3]] == [("4", 4), ("1", 3), ("2", 1)]
    assert [row.example is not None for row in rows] == [True] * 3 + [False] * 3


def test_examples_of_sources_beyond_the_rows(monkeypatch):
    """The sum of the sources that have no row has no example either."""
    monkeypatch.setattr(sources, "MOST_UNIDENTIFIED", 1)
    first = requests_of(1, 2, 2, 2).result().strangers
    first.merge(requests_of(3).result().strangers)

    assert (first.other.requests, first.other.example) == (4, None)


def test_many_sources_of_one_answer():
    """Sources that don't fit into the compiled part's memory of pairs are still counted once."""
    traffic = Traffic()
    for _ in range(2):
        for number in range(9000):
            traffic.receive(
                "MESSAGE",
                user="x",
                call="c",
                after=0,
                branch=f"z9hG4bK{len(traffic.batch)}",
                place={"source": f"10.9.{number >> 8}.{number & 255}"},
            )
    result = traffic.result(OFFICE.replace("198.51.100.0/24", "10.0.0.0/8"))

    assert result.sources[TRUNK].count == 9000
    assert result.hits[TRUNK] == 18000


def test_unused():
    """Rules and endpoints that nothing was identified by are told, with those that point nowhere."""
    config = OFFICE + (
        "[i]\ntype=identify\nendpoint=bob\nmatch=203.0.113.1\nmatch_header=X-A: 1\nmatch_request_uri=sip:1@2\n"
        "[j]\ntype=identify\nendpoint=gone\nmatch=203.0.113.2\n"
        "[r]\ntype=registration\nserver_uri=sip:a.example\nclient_uri=sip:me@a.example\nline=yes\nendpoint=bob\n"
    )
    traffic = mixed().receive(user="x", call="h", branch="z9hG4bKh", headers=["X-A: 1"])
    result = traffic.result(config)

    assert [(rule.section, rule.identifier, rule.dangling) for rule in result.unused_rules] == [
        ("i", "ip", False),
        ("i", "request_uri", False),
        ("j", "ip", True),
        ("r", "line", False),
    ]
    assert traffic.result(OFFICE).unused_endpoints == ["bob"]


def test_expected_by_rows():
    """Endpoints that batches name are compared; None expects that nothing is identified."""
    traffic = mixed()
    wanted = ["alice", "bob", None, "trunk", NOT_GIVEN, None]
    traffic.batch.expected = wanted + [NOT_GIVEN] * (len(traffic.batch) - len(wanted))
    expectations = traffic.result().expectations

    assert (expectations.checked, expectations.failed) == (5, 2)
    assert [
        (mismatch.example.frame, mismatch.expected, mismatch.found) for mismatch in expectations.mismatches
    ] == [
        (2, "bob", "alice"),
        (3, None, "trunk"),
    ]


def test_expected_by_frame():
    """A mapping of frames does the same."""
    expectations = mixed().result(expected={1: "alice", 2: None, 99: "x"}).expectations

    assert (expectations.checked, expectations.failed) == (2, 1)
    assert expectations.mismatches[0].outcome is Outcome.IDENTIFIED


def test_mismatches_are_bounded():
    """All mismatches are counted, the first are kept."""
    traffic = Traffic()
    for number in range(150):
        traffic.receive(call=str(number))
    expectations = traffic.result(expected=dict.fromkeys(range(1, 151), "bob")).expectations

    assert (expectations.failed, len(expectations.mismatches)) == (150, 100)


def pieces(traffic, sizes):
    """Cut traffic into batches."""
    whole, start = traffic.batch, 0
    for size in [*sizes, len(whole)]:
        end = min(start + size, len(whole))
        batch = Batch()
        for i in range(start, end):
            batch.append(
                whole.message(i),
                frame=whole.frames[i],
                time=whole.times[i],
                source=whole.source(i),
                port=whole.ports[i],
                local=whole.local(i),
                local_port=whole.local_ports[i],
                direction=Direction(whole.directions[i]),
            )
        yield batch
        start = end


def told(result):
    """Return all that a result says, without what is said of readers."""
    return result.as_dict()


@given(st.lists(st.integers(0, 6), max_size=4))
def test_batches_do_not_matter(sizes):
    """The same traffic in any batches comes to the same."""
    assert told(simulate(configuration(), pieces(mixed(), sizes))) == told(mixed().result())


@given(st.integers(0, 12), st.booleans())
def test_parts_add_up(size, turned):
    """Parts that ran apart add up to the whole, in either order, if no dialog goes from one to the other."""
    first, second = pieces(mixed(), [size])
    results = [simulate(configuration(), [part]) for part in (first, second)]
    if turned:
        results.reverse()
    total, other = results
    total.merge(other)

    assert told(total) == told(mixed().result())
    assert len(total.configuration.endpoints) == 3


def test_results_can_be_sent():
    """A result can be pickled, so that parts may run in several processes."""
    result = mixed().result()

    assert told(pickle.loads(pickle.dumps(result))) == told(result)


def test_a_result_stands():
    """What was handed out doesn't change when more is fed."""
    simulation, _ = mixed().simulation()
    before = told(simulation.result)
    result = simulation.result
    simulation.feed(Traffic().receive(user="nobody", call="late").batch)

    assert told(result) == before
    assert simulation.result.messages == result.messages + 1


def test_json():
    """All of it goes into JSON; shares are of the requests that were identified or not."""
    shown = json.loads(json.dumps(mixed().result().as_dict()))

    assert shown["endpoints"][0] == {
        "endpoint": "trunk",
        "identifier": "ip",
        "section": "trunk",
        "requests": 6,
        "share": 6 / 13,
        "sources": 3,
        "sources_exact": True,
    }
    assert shown["outcomes"] == {"identified": 11, "unidentified": 2, "in dialog": 1}
    assert shown["strangers"][0]["source"] == "192.0.2.1"
    assert "nobody" in shown["strangers"][0]["nearest_miss"]


class Recorded(Reader):
    """A reader of what is at hand."""

    def __init__(self, traffic):
        super().__init__("here", "hand")
        self.batches = [traffic.batch]

    def __iter__(self):
        """Deliver the batch and note what was passed over."""
        yield from self.batches
        self.counts["fragments"] += 2
        self.problems.append("cut short")


def test_reader():
    """What a reader passed over is in the result."""
    (reading,) = simulate(configuration(), Recorded(mixed())).readings

    assert (reading.name, reading.format) == ("here", "hand")
    assert (reading.counts, reading.problems) == ({"fragments": 2}, ("cut short",))


def test_rows_of_a_reader():
    """Rows are yielded batch by batch, and the result is complete afterwards."""
    simulation = Simulation(configuration())
    rows = [row for batch in simulation.rows(Recorded(mixed())) for row in batch]

    assert [row.frame for row in rows] == list(range(1, 15))
    assert len(simulation.result.readings) == 1


def test_no_traffic():
    """Nothing comes to nothing."""
    result = simulate(configuration(), [Batch()])

    assert (result.messages, result.asked, result.first) == (0, 0, -1)
    assert result.as_dict()["endpoints"] == []


@pytest.mark.parametrize("parts", ["dialogs", "transactions"])
def test_forgotten(parts):
    """What doesn't fit into memory is forgotten, the oldest first, and counted."""
    traffic = Traffic()
    method = "INVITE" if parts == "dialogs" else "MESSAGE"
    for number in range(100):
        traffic.receive(method, call=str(number), branch=f"z9hG4bK{number}", after=0.01)
    traffic.receive(method, call="99", branch="z9hG4bK99", after=0.01)
    traffic.receive(method, call="0", branch="z9hG4bK0", after=0.01)
    simulation, rows = traffic.simulation(remembered=20)

    assert rows[-2].outcome is Outcome.RETRANSMISSION
    assert rows[-1].outcome is Outcome.IDENTIFIED
    assert 60 <= simulation.result.forgotten[parts] <= 80
    assert not traffic.result(remembered=200).forgotten


def test_old_ones_are_not_missed():
    """What is too old to matter is forgotten without being counted."""
    traffic = Traffic()
    for number in range(100):
        traffic.receive("MESSAGE", call=str(number), branch=f"z9hG4bK{number}", after=10)

    assert not traffic.result(remembered=20).forgotten
