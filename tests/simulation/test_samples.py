"""Recorded traffic: what a running Asterisk identified, answered and logged for real packets.

``expected.jsonl`` has the messages that were sent with what the server identified; the captures have the same and
its answers; ``messages.log.gz`` is its log.
"""

import base64
import functools
import gzip
import json
import re
from pathlib import Path

import pytest
from packets import udp

from identify.configuration import Configuration
from identify.simulation import Outcome, Simulation, simulate
from identify.traffic.batch import Batch, Direction

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if (path / "expected.jsonl").exists())

samples = pytest.mark.parametrize("name", NAMES)


@functools.cache
def configured(name):
    """Return the configuration of a sample."""
    return Configuration.from_path(SAMPLES / name / "etc")


@functools.cache
def sent(name):
    """Return what was sent, in order."""
    with open(SAMPLES / name / "expected.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def data(row):
    """Return the bytes of a message that was sent."""
    return base64.b64decode(row["msg_b64"]) if "msg_b64" in row else row["msg"].encode()


def batch_of(name, direction=Direction.RECEIVED):
    """Return the messages that were sent as a batch."""
    batch = Batch()
    for row in sent(name):
        host, _, port = row["local"].rpartition(":")
        batch.append(
            data(row),
            frame=row["n"],
            time=int(row["t"] * 10**9),
            transport=row["transport"],
            source=row["src"],
            port=row["port"],
            local=host.strip("[]"),
            local_port=int(port),
            direction=direction,
        )
    return batch


def tokens(name):
    """Return the line tokens, which were fixed in these runs: ln and the registration's id."""
    return {id: f"ln{id}" for id in configured(name).registrations}


def difference(row, wanted):
    """Return what is wrong with a row, None if it is right."""
    asked = row.outcome.is_identification
    if asked != wanted["identified"] or (asked and row.endpoint != wanted["endpoint"]):
        return f"{wanted['n']} {wanted['kind']}: {row.outcome} {row.endpoint}, expected {wanted['endpoint']}"
    return None


def test_there_are_samples():
    """The recorded runs are here."""
    assert len(NAMES) == 9


@samples
@pytest.mark.parametrize("direction", [Direction.RECEIVED, Direction.UNKNOWN])
def test_sent(name, direction):
    """Each message is identified if Asterisk identified it, and as what it said, whether the direction is known or not."""
    rows = list(Simulation(configured(name), line_tokens=tokens(name)).feed(batch_of(name, direction)))

    wrong = [difference(row, wanted) for row, wanted in zip(rows, sent(name), strict=True)]
    assert [fault for fault in wrong if fault is not None] == []


#: The outcome that an answer before or instead of the identification means.
ANSWERS = {
    "bad scheme": {"416"},
    "missing contact": {"400"},
    "outside dialog": {"481"},
    "unknown dialog": {"481"},
    "cancel": {"487", "200"},
    "acl": {"403"},
    "dropped": {""},
    "not sip": {""},
    "endpoint acl": {"401", "481", ""},
}


@samples
def test_answers(name):
    """The answer that came is the one that the outcome stands for."""
    rows = Simulation(configured(name), line_tokens=tokens(name)).feed(batch_of(name))

    for row, wanted in zip(rows, sent(name), strict=True):
        status = (wanted["answer"] or "")[8:11]
        if row.outcome.value in ANSWERS:
            assert status in ANSWERS[row.outcome.value], wanted["kind"]


@samples
def test_log(name):
    """As many requests are reported as unidentified, denied by endpoints and denied by type=acl as the log has lines."""
    with gzip.open(SAMPLES / name / "messages.log.gz") as file:
        log = file.read()
    result = simulate(configured(name), [batch_of(name)], line_tokens=tokens(name))

    assert result.events[Outcome.UNIDENTIFIED] == len(re.findall(rb"No matching endpoint found", log))
    assert result.events[Outcome.ENDPOINT_ACL] == len(re.findall(rb"Not match Endpoint", log))
    assert result.outcomes[Outcome.ACL] == len(re.findall(rb"did not pass ACL test", log))


@samples
def test_capture(name):
    """The same in a capture that has the answers, and that says of no message which way it went.

    Line tokens come from the REGISTERs in it; office-veth is bound to wildcard addresses.
    """
    (path,) = [
        path for path in (SAMPLES / name).glob("*.pcap.gz") if path.name in ("lo.pcap.gz", "veth.pcap.gz")
    ]
    batch = udp(path)
    waiting = {}
    for wanted in sent(name):
        if wanted["transport"] == "udp":
            waiting.setdefault((data(wanted), wanted["src"], wanted["port"]), []).append(wanted)
    fragmented = sum(len(key[0]) > 4000 and name == "office-veth" for key in waiting)
    simulation = Simulation(configured(name))

    wrong = []
    for number, row in enumerate(simulation.feed(batch)):
        found = waiting.get((batch.message(number), row.source, row.port))
        if found:
            wrong.append(difference(row, found.pop(0)))
        else:
            assert row.outcome in (Outcome.RESPONSE, Outcome.SENT)

    assert [fault for fault in wrong if fault is not None] == []
    assert sum(map(len, waiting.values())) == fragmented
    assert simulation.result.line_tokens == tokens(name)
