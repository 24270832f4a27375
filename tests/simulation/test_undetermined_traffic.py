"""Undetermined requests in traffic: tokens that are learned, dialogs, what is counted, and how much work it is."""

from __future__ import annotations

from collections import Counter

import pyarrow
import pytest
from calls import OFFICE, Traffic, configuration
from test_line_tokens import called, register

from identify.engine import Engine
from identify.simulation import Outcome, Simulation, compare, simulate
from identify.simulation import undetermined as module
from identify.simulation.undetermined import Undetermined

#: Like OFFICE, with a trunk whose addresses aren't known, which may also be where 203.0.113.0/24 is.
NAMED = OFFICE + (
    "[provider]\ntype=endpoint\n"
    "[a-provider]\ntype=identify\nendpoint=provider\nmatch=sip.provider.example:5099\n"
)
LINES = OFFICE + "".join(
    f"[{id}]\ntype=registration\nserver_uri=sip:{host}.example\nclient_uri=sip:me@{host}.example\nline=yes\n"
    f"endpoint={endpoint}\n"
    for id, host, endpoint in (("one", "reg", "bob"), ("two", "other", "trunk"), ("three", "third", "gone"))
)
UNKNOWN_PORT = {"port": 5099}


def outcomes(traffic, config=NAMED, **options):
    """Return the outcomes' names."""
    return traffic.outcomes(configuration(config), **options)


def test_port_of_a_name():
    """A name with a port can only cover sources from that port."""
    traffic = Traffic().receive(user="x", place=UNKNOWN_PORT).receive(user="x", call="c2", branch="z9hG4bK2")

    assert outcomes(traffic) == ["undetermined", "unidentified"]


def test_same_endpoint():
    """If the name's endpoint is the one that the request has anyway, nothing depends on the name."""
    text = NAMED + "[x]\ntype=identify\nendpoint=provider\nmatch=192.0.2.1\n"
    row = Traffic().receive(user="x", place=UNKNOWN_PORT).rows(text)[0]

    assert (row.outcome, row.endpoint, row.identifier, row.section) == (
        Outcome.IDENTIFIED, "provider", "ip", "x",
    )  # fmt: skip


def test_row():
    """An undetermined request has no answer, and names what it depends on, in rows and in Arrow."""
    traffic = Traffic().receive(user="x", place=UNKNOWN_PORT).receive(call="c2", branch="z9hG4bK2")
    config = configuration(NAMED)
    rows = Simulation(config).feed(traffic.batch)
    first, second = rows

    assert (first.outcome, first.endpoint, first.identifier, first.section) == (
        Outcome.UNDETERMINED,
        *[None] * 3,
    )
    assert first.unknown == config.unknowns[0].what
    assert second.unknown is None
    table = pyarrow.record_batch(rows.record_batch()).to_pylist()
    assert [(row["outcome"], row["unknown"]) for row in table] == [
        ("undetermined", first.unknown),
        ("identified", None),
    ]


def test_everything_known():
    """Without anything unknown there is no column of unknowns, and Arrow has nulls."""
    rows = Simulation(configuration()).feed(Traffic().receive().batch)

    assert rows.columns.unknowns is None
    assert rows.row(0).unknown is None
    assert pyarrow.record_batch(rows.record_batch())["unknown"].to_pylist() == [None]


def test_token_learned():
    """A token settles its registration from the REGISTER on: of the others it is still not known."""
    traffic = called(Traffic(), "abcdefg", 1)
    register(traffic, "abcdefg")
    called(traffic, "abcdefg", 2)
    called(traffic, "hijklmn", 3)
    register(traffic, "hijklmn", uri="sip:other.example", to="other.example")
    called(traffic, "hijklmn", 4)
    called(traffic, "opqrstu", 5)
    simulation, rows = traffic.simulation(configuration(LINES))

    assert [(row.outcome.value, row.endpoint) for row in rows if row.outcome is not Outcome.SENT] == [
        ("undetermined", None),
        ("identified", "bob"),
        ("undetermined", None),
        ("identified", "trunk"),
        # The token of the third isn't known, but it has no endpoint anyway.
        ("unidentified", None),
    ]
    assert [unknown.registration for unknown in simulation.result.undetermined.requests] == ["one", "two"]


@pytest.mark.parametrize("token", ["Abcdefg", "abcdef", "abcdefgh", "abcdef7", "abc%20ef", ""])
def test_not_a_token_of_asterisk(token):
    """Asterisk makes tokens of seven letters a-z: any other value is none of them."""
    assert outcomes(called(Traffic(), token, 1), LINES) == ["unidentified"]


def test_escaped_token():
    """A value is compared with its escapes resolved, here too."""
    assert outcomes(called(Traffic(), "%61bcdef%67", 1), LINES) == ["undetermined"]


def test_generated_tokens_are_not_told():
    """The tokens that an engine generated are not those of Asterisk; those that it was given are."""
    config = configuration(LINES)
    engine = Engine(config, {"one": "abcdefg"})
    traffic = called(called(Traffic(), "abcdefg", 1), engine.line_tokens["two"], 2)

    assert traffic.outcomes(config, engine=engine) == ["identified", "undetermined"]


def invite(traffic, **parts):
    """Append an INVITE that is undetermined."""
    return traffic.receive("INVITE", user="x", place=UNKNOWN_PORT, **parts)


def test_repeated():
    """A request that comes again is asked about again: whether there is a transaction isn't known."""
    assert outcomes(invite(invite(Traffic()))) == ["undetermined"] * 2


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_of_its_transaction(method):
    """What belongs to the transaction of an undetermined INVITE is undetermined, from whatever source."""
    traffic = invite(Traffic()).receive(method, user="x")
    rows = traffic.rows(configuration(NAMED))

    assert [row.outcome for row in rows] == [Outcome.UNDETERMINED] * 2
    assert rows[0].unknown == rows[1].unknown is not None


@pytest.mark.parametrize("method", ["BYE", "INFO", "INVITE"])
def test_of_its_dialog(method):
    """Nor is it known whether the dialog of an undetermined INVITE lives."""
    traffic = invite(Traffic()).receive(method, user="x", to_tag="t1", branch="z9hG4bK2")

    assert outcomes(traffic) == ["undetermined"] * 2
    assert outcomes(traffic, assume_dialogs=True)[1] == "in dialog"


def test_answered():
    """An answer of Asterisk's shows that there is a transaction and a dialog, or that there is none."""
    live = invite(Traffic()).answer(200).receive("BYE", to_tag="t1", branch="z9hG4bK2")
    refused = invite(Traffic()).answer(401).receive("CANCEL")
    failed = (
        invite(Traffic())
        .answer(183)
        .answer(486)
        .receive("ACK", to_tag="t1")
        .receive("INFO", to_tag="t1", branch="z9hG4bK3")
    )

    assert outcomes(live)[-1] == "in dialog"
    assert outcomes(refused)[-1] == "outside dialog"
    assert outcomes(failed)[-2:] == ["transaction ack", "unknown dialog"]


def test_no_further_stage():
    """An undetermined request is not unidentified: no event, no credentials, no hit, no expectation that it meets."""
    text = NAMED.replace("[provider]\ntype=endpoint\n", "[provider]\ntype=endpoint\nauth=p\ndeny=0.0.0.0/0\n")
    traffic = Traffic().receive(user="x", place=UNKNOWN_PORT)
    result = simulate(configuration(text), [traffic.batch], expected={1: None})

    assert result.outcomes == Counter({Outcome.UNDETERMINED: 1})
    assert (result.asked, result.challenged, sum(result.hits.values())) == (1, 0, 0)
    assert (result.events, result.strangers.rows) == (Counter(), {})
    expectations = result.expectations
    assert (expectations.checked, expectations.failed, expectations.undetermined) == (1, 1, 1)
    assert expectations.mismatches[0].outcome is Outcome.UNDETERMINED


def test_counts():
    """Each unknown has the number of requests that depend on it, each source its own with an example; parts add up."""
    config = configuration(NAMED + "[b]\ntype=identify\nendpoint=bob\nmatch=b.example:5098\n")
    traffic = Traffic()
    for number, (source, port) in enumerate([(1, 5099), (2, 5099), (1, 5098), (1, 5099), (3, 5060)]):
        place = {"source": f"192.0.2.{source}", "port": port}
        traffic.receive(user="x", call=f"c{number}", branch=f"z9hG4bK{number}", place=place)
    result = simulate(config, [traffic.batch])
    provider, other = config.unknowns

    assert result.undetermined.requests == Counter({provider: 3, other: 1})
    assert [(row.source, row.unknown, row.requests, row.frame) for row in result.undetermined.most()] == [
        ("192.0.2.1", provider, 2, 1),
        ("192.0.2.1", other, 1, 3),
        ("192.0.2.2", provider, 1, 2),
    ]
    twice = simulate(config, [traffic.batch])
    twice.merge(result)
    assert twice.undetermined.requests == Counter({provider: 6, other: 2})
    assert twice.undetermined.most()[0].requests == 4
    told = result.as_dict()
    assert [(each["place"], each["requests"], each["share"]) for each in told["unknowns"]] == [
        (str(provider.origin), 3, 0.6),
        (str(other.origin), 1, 0.2),
    ]
    assert told["undetermined_in_all"] == 3
    assert any("never hit" in remark for remark in result.remarks)


def test_comparison():
    """To and from undetermined is a change; undetermined with both isn't, but it is counted."""
    traffic = Traffic().receive(user="x", place=UNKNOWN_PORT).receive(call="c2", branch="z9hG4bK2")
    known = NAMED.replace("sip.provider.example:5099", "192.0.2.1:5099")
    before = compare(configuration(NAMED), configuration(known), [traffic.batch])
    after = compare(configuration(known), configuration(NAMED), [traffic.batch])
    both = compare(configuration(NAMED), configuration(NAMED + "[y]\ntype=endpoint\n"), [traffic.batch])

    assert [str(change.before) for change in before.changes] == ["undetermined"]
    assert [str(change.after) for change in after.changes] == ["undetermined"]
    assert (before.undetermined, after.undetermined) == (0, 0)
    assert (both.changed, both.undetermined, both.as_dict()["undetermined"]) == (0, 1, 1)


def crowd(count, **parts):
    """Return this many requests, each of its own call, from three sources."""
    traffic = Traffic()
    for number in range(count):
        place = {"source": f"192.0.2.{number % 3}", "port": 5099}
        traffic.receive(
            user="x",
            call=f"c{number}",
            branch=f"z9hG4bK{number}",
            from_tag=f"f{number}",
            place=place,
            **parts,
        )
    return traffic.batch


def test_names_take_no_closer_look():
    """20,000 requests that depend on a name are all decided by compiled tables."""
    simulation = Simulation(configuration(NAMED))
    simulation.feed(crowd(20_000))

    assert simulation.result.outcomes[Outcome.UNDETERMINED] == 20_000
    assert simulation._asterisk.undetermined.looked == 0


def test_missing_endpoint_looks_once_for_each_source():
    """Where Python has to look, what identifiers compare is looked at once, however many requests have it."""
    text = (
        NAMED.replace("endpoint=provider", "endpoint=gone")
        + "[x]\ntype=identify\nendpoint=bob\nmatch=192.0.2.0/24\n"
    )
    simulation = Simulation(configuration(text))
    simulation.feed(crowd(20_000))

    assert simulation.result.outcomes[Outcome.UNDETERMINED] == 20_000
    assert simulation._asterisk.undetermined.looked == 3


def test_bounded_work(monkeypatch):
    """Beyond the limit requests are undetermined without a closer look, never known; the result says how many."""
    monkeypatch.setattr(module, "MOST_WORK", 1)
    text = NAMED.replace("endpoint=provider", "endpoint=gone")
    result = simulate(configuration(text), [crowd(30)])

    assert (result.outcomes[Outcome.UNIDENTIFIED], result.outcomes[Outcome.UNDETERMINED]) == (10, 20)
    assert result.unlooked == 20
    assert any("would have taken too long" in remark for remark in result.remarks)


def test_many_endpoints_of_their_own(monkeypatch):
    """Beyond the tables that leave out an endpoint's unknowns, Python looks, with the same answers."""
    looked = []
    look = Undetermined.look
    monkeypatch.setattr(Undetermined, "look", lambda self, *place: looked.append(place) or look(self, *place))
    text = OFFICE + "".join(
        f"[e{number}]\ntype=endpoint\n[i{number}]\ntype=identify\nendpoint=e{number}\nmatch=i{number}.example:{7000 + number}\n"
        for number in range(20)
    )
    traffic = Traffic()
    for number in range(20):
        for user in (number, number + 1):
            call = {"call": f"c{number}-{user}", "branch": f"z9hG4bK{number}-{user}"}
            traffic.receive(user=f"e{user}", place={"port": 7000 + number}, **call)
    rows = traffic.rows("[global]\ntype=global\nendpoint_identifier_order=username,ip\n" + text)
    swapped = traffic.rows(text)

    # By user first, the known answer stands, whatever the names have.
    assert [row.endpoint for row in rows[:-1]] == [f"e{user}" for n in range(20) for user in (n, n + 1)][:-1]
    assert [row.outcome for row in swapped] == [Outcome.IDENTIFIED, Outcome.UNDETERMINED] * 20
    assert len(looked) == 20 - 16


def test_errors_come_out(monkeypatch):
    """An error while Python looks ends the run with that error."""

    def broken(self, batch, row, answer):
        raise RuntimeError(f"row {row}")

    monkeypatch.setattr(Undetermined, "look", broken)
    with pytest.raises(RuntimeError, match="row 0"):
        simulate(configuration(NAMED.replace("endpoint=provider", "endpoint=gone")), [crowd(2)])
