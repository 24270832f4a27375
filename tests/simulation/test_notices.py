"""Requests of which a log has only a notice: identified where nothing that isn't told can decide, else undetermined."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow
import pytest

from identify.configuration import Configuration
from identify.errors import MessageError
from identify.request import Request
from identify.simulation import Outcome, Simulation, compare
from identify.simulation.example import Example
from identify.simulation.notices import answers
from identify.traffic import Batch, Direction

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
ENDPOINTS = """
[alice]
type = endpoint
[bob]
type = endpoint
[trunk]
type = endpoint
[trunk]
type = identify
endpoint = trunk
match = 192.0.2.0/24
"""
LINE = "[u]\ntype=transport\nbind=0.0.0.0\n[reg]\ntype=registration\nserver_uri=sip:reg.example\nclient_uri=sip:me@reg.example\nline=yes\nendpoint={}\n"
HEADER = "[x]\ntype=identify\nendpoint={}\nmatch_header={}\n"
GLOBAL = "[global]\ntype=global\nendpoint_identifier_order={}\n"


def notices(*requests):
    """Return a batch of requests that only notices tell of: From user and source."""
    batch = Batch()
    for number, (user, source) in enumerate(requests, 1):
        data = (
            f"INVITE sip:localhost SIP/2.0\r\nVia: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{number}\r\n"
            f"From: <sip:{user}@d.example>;tag=1\r\nTo: <sip:localhost>\r\nCall-ID: {number}\r\nCSeq: 1 INVITE\r\n"
            "Contact: *\r\nContent-Length: 0\r\n\r\n"
        )
        batch.append(
            data.encode(), frame=number, time=number, source=source, port=5060, direction=Direction.NOTICE
        )
    return batch


def row(text, user="alice", source="192.0.2.1"):
    """Return what becomes of one request by a configuration."""
    simulation = Simulation(Configuration.from_files({"pjsip.conf": ENDPOINTS + text}))
    (found,) = simulation.feed(notices((user, source)))
    return found


@pytest.mark.parametrize(
    ("text", "user", "source", "expected"),
    [
        ("", "alice", "192.0.2.1", "trunk"),
        ("", "alice", "198.51.100.1", "alice"),
        ("", "nobody", "198.51.100.1", None),
        # A token may be in To, unless it leads to the same endpoint, or to none.
        (LINE.format("bob"), "alice", "192.0.2.1", "the line token in To or the request URI"),
        (LINE.format("trunk"), "alice", "192.0.2.1", "trunk"),
        (LINE.format("gone"), "alice", "192.0.2.1", "trunk"),
        # Headers come after ip and username by default, and before where the order says so.
        (HEADER.format("bob", "X-A: 1"), "alice", "192.0.2.1", "trunk"),
        (HEADER.format("bob", "X-A: 1"), "nobody", "198.51.100.1", "the header fields of the request"),
        (HEADER.format("bob", "f: 1"), "nobody", "198.51.100.1", None),
        (GLOBAL.format("header,ip") + HEADER.format("bob", "X-A: 1"), "alice", "192.0.2.1", "the header fields of the request"),
        (GLOBAL.format("header,ip") + HEADER.format("trunk", "X-A: 1"), "alice", "192.0.2.1", "trunk"),
        ("[y]\ntype=identify\nendpoint=bob\nmatch_request_uri=/x/\n", "nobody", "198.51.100.1", "the request URI"),
        ("[carol]\ntype=endpoint\nidentify_by=auth_username\n", "nobody", "198.51.100.1", "the Authorization of the request"),
        # The domain of a section counts only if it finds somebody.
        ("[t]\ntype=transport\nbind=0.0.0.0\ndomain=t.example\n", "alice", "198.51.100.1", "alice"),
        (
            "[t]\ntype=transport\nbind=0.0.0.0\ndomain=t.example\n[alice@t.example]\ntype=endpoint\n",
            "alice", "198.51.100.1", "the transport and the local address of the request",
        ),
        ("[anonymous]\ntype=endpoint\n", "nobody", "198.51.100.1", "anonymous"),
        # A Contact may be denied.
        ("[a]\ntype=acl\ncontact_deny=10.0.0.0/8\n", "alice", "192.0.2.1", "the Contact of the request"),
        ("[a]\ntype=acl\ncontact_permit=10.0.0.0/8\n", "alice", "192.0.2.1", "trunk"),
        ("[a]\ntype=acl\ndeny=192.0.2.1\n", "alice", "192.0.2.1", Outcome.ACL),
        ("[bob](+)\ndeny=198.51.100.0/24\n", "bob", "198.51.100.1", Outcome.ENDPOINT_ACL),
    ],
)  # fmt: skip
def test_what_decides(text, user, source, expected):
    """The answer is certain if it is the same for every content of what isn't told; otherwise that is named."""
    found = row(text, user, source)

    if isinstance(expected, Outcome):
        assert found.outcome is expected
    elif found.outcome is Outcome.UNDETERMINED:
        assert (found.unknown, found.endpoint) == (expected, None)
    else:
        assert found.endpoint == expected


def test_absent_is_not_untold():
    """A request without a line token is identified by its source, one of which it isn't told is undetermined."""
    text = LINE.format("bob")
    batch = notices(("alice", "192.0.2.1"), ("alice", "192.0.2.1"))
    batch.directions[0] = Direction.RECEIVED
    simulation = Simulation(Configuration.from_files({"pjsip.conf": ENDPOINTS + text}))

    assert [each.outcome for each in simulation.feed(batch)] == [Outcome.IDENTIFIED, Outcome.UNDETERMINED]


def test_counts_and_columns():
    """Answers are counted with those of messages, and transport and local address are null in every form."""
    simulation = Simulation(Configuration.from_files({"pjsip.conf": ENDPOINTS}))
    rows = simulation.feed(notices(("alice", "192.0.2.1"), ("x", "198.51.100.1"), ("x", "198.51.100.1")))
    result = simulation.result
    table = pyarrow.record_batch(rows)

    assert result.outcomes == {Outcome.IDENTIFIED: 1, Outcome.UNIDENTIFIED: 2}
    assert [(entry.endpoint, entry.requests, entry.sources) for entry in result.endpoint_entries()] == [
        ("trunk", 1, 1)
    ]
    assert [(found.source, found.unidentified, found.events) for found in result.strangers.most()] == [
        ("198.51.100.1", 2, 2)
    ]
    assert table["transport"].to_pylist() == table["local"].to_pylist() == 3 * [None]
    assert table["method"].to_pylist() == 3 * ["INVITE"]
    assert [(each.transport, each.method) for each in rows] == 3 * [(None, "INVITE")]


def test_comparison():
    """Two configurations are compared about notices too, and the traces are those of notices."""
    before = Configuration.from_files({"pjsip.conf": ENDPOINTS})
    after = Configuration.from_files({"pjsip.conf": ENDPOINTS + LINE.format("bob")})
    comparison = compare(before, after, [notices(("alice", "192.0.2.1"))])

    (entry,) = comparison.entries(traced=1)
    assert (str(entry.before), str(entry.after)) == ("trunk", "undetermined")
    assert "reg may be found (line=yes)" in entry.trace_after


def test_work_is_bounded(monkeypatch):
    """Requests of the same kind are asked about once; beyond the limit they are undetermined, and counted."""
    monkeypatch.setattr(answers, "MOST_WORK", 1)
    simulation = Simulation(Configuration.from_files({"pjsip.conf": ENDPOINTS}))
    rows = simulation.feed(
        notices(*((f"x{number}", "198.51.100.1") for number in range(5)), ("alice", "198.51.100.1"))
    )

    assert [each.outcome.value for each in rows] == 5 * ["unidentified"] + ["undetermined"]
    assert simulation.result.unlooked == 1


@pytest.mark.parametrize("name", ["headers-lo", "provider-lo", "authuser-lo", "office-lo"])
def test_recorded_answers_are_possible(name):
    """What a running server answered to a whole request is a possible answer of what a notice tells of it."""
    configuration = Configuration.from_path(SAMPLES / name / "etc")
    asked = certain = 0
    for line in (SAMPLES / name / "expected.jsonl").read_text().splitlines():
        sent = json.loads(line)
        if not sent["identified"] or "msg" not in sent:
            continue
        data = sent["msg"].encode()
        example = Example(
            frame=1, time=1, data=data, source=sent["src"], port=sent["port"], transport="udp", local=None, notice=True
        )  # fmt: skip
        try:
            found = example.explain(configuration, {})
        except MessageError:
            continue
        asked += 1
        possible = {each.endpoint for each in found.possible}
        assert sent["endpoint"] in possible or any(each.any_endpoint for each in found.possible), sent["n"]
        if not found.undetermined:
            certain += 1
            assert (found.match.endpoint if found.match else None) == sent["endpoint"], sent["n"]
    assert asked > 90
    assert certain or name in ("headers-lo", "provider-lo")


def test_request_is_read():
    """The request that stands for a notice is one that every release reads."""
    assert Request.from_message(notices(("a", "192.0.2.1")).message(0), "192.0.2.1", 5060).method == "INVITE"
