"""Which unidentified requests are reported, and when: what a log watcher would see of each source."""

import pytest
from calls import OFFICE, START, Traffic

from identify.simulation import Outcome

COUNTED = "[global]\ntype=global\nendpoint_identifier_order=ip,auth_username,username\n{more}\n" + OFFICE


def events(traffic, config):
    """Return for each message whether it is reported."""
    simulation, _ = traffic.simulation(config)
    total = simulation.result.events[Outcome.UNIDENTIFIED]
    flags = []
    simulation, _ = Traffic().simulation(config)
    for number in range(len(traffic.batch)):
        part = Traffic()
        part.batch.append(
            traffic.batch.message(number),
            frame=number,
            time=traffic.batch.times[number],
            source=traffic.batch.source(number),
            port=traffic.batch.ports[number],
            direction=1,
        )
        flags.append(bool(simulation.feed(part.batch).columns.flags[0] & 1))
    assert sum(flags) == total
    return flags


def unknown(traffic, *, after=1.0, source="192.0.2.1", port=5060, method="OPTIONS", **parts):
    """Append a request of a user that doesn't exist, not a repetition of any other."""
    number = len(traffic.batch)
    parts = {"user": "nobody", "call": f"u{number}", "branch": f"z9hG4bKu{number}", **parts}
    return traffic.receive(method, after=after, place={"source": source, "port": port}, **parts)


def several(count, **parts):
    """Return so many of them."""
    traffic = Traffic()
    for _ in range(count):
        unknown(traffic, **parts)
    return traffic


def test_every_request_by_default():
    """Without auth_username in the order each is reported at once, an ACK never."""
    traffic = several(3)
    unknown(traffic, method="ACK")

    assert events(traffic, OFFICE) == [True, True, True, False]


@pytest.mark.parametrize("order", ["ip,Auth_Username", "ip,username", "auth_usernames"])
def test_other_orders(order):
    """Only auth_username in lower case and alone makes them counted."""
    config = f"[global]\ntype=global\nendpoint_identifier_order={order}\n{OFFICE}"

    assert events(several(2), config) == [True, True]


@pytest.mark.parametrize("order", ["ip, auth_username ,username", "auth_username"])
def test_blanks_in_the_order(order):
    """Blanks around it are fine here, though not for the identifier's place."""
    config = f"[global]\ntype=global\nendpoint_identifier_order={order}\n{OFFICE}"

    assert events(several(2), config) == [False, False]


def test_defaults():
    """The fifth within five seconds is the first to be reported, then each one until they are over."""
    traffic = several(8, after=0.5)
    unknown(traffic, after=1.4)
    unknown(traffic, after=0.1)
    unknown(traffic)

    assert events(traffic, COUNTED.format(more="")) == [False] * 4 + [True] * 5 + [False, False]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_first_is_never_reported(count):
    """Whatever the count is, the first request of a source only makes its entry."""
    config = COUNTED.format(more=f"unidentified_request_count={count}")

    assert events(several(3), config) == [False, True, True]


def test_period_of_nothing():
    """With a period of 0 nothing is ever reported."""
    config = COUNTED.format(more="unidentified_request_count=1\nunidentified_request_period=0")

    assert events(several(5, after=0), config) == [False] * 5


def test_by_address():
    """They are counted by source address: any port, any method, any user; another address is another entry."""
    config = COUNTED.format(more="unidentified_request_count=3")
    traffic = Traffic()
    unknown(traffic)
    unknown(traffic, port=9999, method="INVITE")
    unknown(traffic, source="192.0.2.2")
    unknown(traffic, user="somebody", method="REGISTER")

    assert events(traffic, config) == [False, False, False, True]


def test_window_does_not_slide():
    """After the period nothing is reported any more until the entry is gone."""
    config = COUNTED.format(more="unidentified_request_count=2\nunidentified_request_period=3")
    traffic = several(8, after=1)

    assert events(traffic, config) == [False, True, True] + [False] * 5


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_identification_removes_the_entry(user):
    """Any request of the address that is identified removes its entry, also if it is answered 401."""
    config = COUNTED.format(more="unidentified_request_count=2")
    traffic = several(2, after=0.1)
    traffic.receive(user=user, after=0.1)
    unknown(traffic, after=0.1)
    unknown(traffic, after=0.1)

    assert events(traffic, config) == [False, True, False, False, True]


def test_endpoint_acl_removes_the_entry():
    """So does one that an endpoint's list denies."""
    config = COUNTED.format(more="unidentified_request_count=2").replace(
        "[alice]\ntype=endpoint\n", "[alice]\ntype=endpoint\ndeny=192.0.2.1\n"
    )
    traffic = several(2, after=0.1)
    traffic.receive(after=0.1)
    unknown(traffic, after=0.1)
    simulation, _ = traffic.simulation(config)

    assert simulation.result.events == {Outcome.UNIDENTIFIED: 1, Outcome.ENDPOINT_ACL: 1}


def test_other_addresses_keep_theirs():
    """Identification of another address removes nothing."""
    config = COUNTED.format(more="unidentified_request_count=2")
    traffic = several(1)
    traffic.receive(after=0.1, place={"source": "192.0.2.9"})
    unknown(traffic, after=0.1)

    assert events(traffic, config) == [False, False, True]


@pytest.mark.parametrize(("wait", "reported"), [(4.4, False), (5.6, False), (0.5, True)])
def test_pruning(wait, reported):
    """The prune task removes entries older than four periods; whoever asks after that begins anew.

    Period 1, interval 1: after 4.4 s the entry is there and silent, after 5.6 s it is gone and made anew.
    """
    more = (
        "unidentified_request_count=2\nunidentified_request_period=1\nunidentified_request_prune_interval=1"
    )
    traffic = several(1)
    unknown(traffic, after=wait)
    unknown(traffic, after=0.1)
    flags = events(traffic, COUNTED.format(more=more))

    assert flags[1] == reported
    assert flags[2] == (wait == 5.6 or reported)


def test_pruning_by_interval():
    """Between two runs of the prune task an old entry is still there."""
    more = (
        "unidentified_request_count=2\nunidentified_request_period=1\nunidentified_request_prune_interval=30"
    )
    traffic = several(1)
    unknown(traffic, after=20)
    unknown(traffic, after=0.1)
    unknown(traffic, after=10.5)
    unknown(traffic, after=0.1)

    assert events(traffic, COUNTED.format(more=more)) == [False, False, False, False, True]


def test_no_pruning():
    """An interval of 0 never prunes."""
    more = (
        "unidentified_request_count=2\nunidentified_request_period=1\nunidentified_request_prune_interval=0"
    )
    traffic = several(1)
    unknown(traffic, after=10_000)
    unknown(traffic, after=0.1)

    assert events(traffic, COUNTED.format(more=more)) == [False, False, False]


def test_what_does_not_count():
    """403 of type=acl, 416, 400, 481 for BYE and ACK make no entry; 481 for an unknown To tag counts."""
    config = (
        COUNTED.format(more="unidentified_request_count=2") + "[acl]\ntype=acl\ncontact_deny=10.0.0.0/8\n"
    )
    traffic = Traffic()
    unknown(traffic, contact="<sip:x@10.1.1.1>")
    unknown(traffic, from_uri="urn:a:b")
    unknown(traffic, contact=None, method="INVITE")
    unknown(traffic, method="BYE")
    unknown(traffic, method="CANCEL")
    unknown(traffic, method="ACK", after=0.1)
    unknown(traffic, to_tag="x", after=0.1)
    unknown(traffic, to_tag="x", after=0.1)

    assert events(traffic, config) == [False] * 7 + [True]


def test_strangers():
    """Each source has a row: requests, events, first and last time, an example with its nearest miss."""
    traffic = several(2)
    unknown(traffic, source="203.0.113.9")
    unknown(traffic, method="ACK")
    traffic.receive()
    result = traffic.result()
    first, second = result.strangers.most()

    assert (first.source, first.unidentified, first.denied, first.events) == ("192.0.2.1", 3, 0, 2)
    assert (first.first, first.last) == (START, START + 3 * 10**9)
    assert (second.source, second.requests, second.events) == ("203.0.113.9", 1, 1)
    assert first.example.frame == 1
    assert "From user 'nobody' has no endpoint" in result.nearest_miss(first.example)


def test_denied_strangers():
    """A source that an endpoint's list denies has a row too."""
    config = OFFICE.replace("[alice]\ntype=endpoint\n", "[alice]\ntype=endpoint\ndeny=192.0.2.1\n")
    (row,) = Traffic().receive().receive("ACK").result(config).strangers.most()

    assert (row.denied, row.unidentified, row.events) == (2, 0, 2)
