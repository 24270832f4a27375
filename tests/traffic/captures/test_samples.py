"""Captures of a running Asterisk: every message that was sent is found, with its source and bytes."""

import base64
import collections
import gzip
import io
import json
from pathlib import Path

import captures as c
import pytest

from identify.traffic import open_traffic
from identify.traffic.captures.capture import CaptureReader
from identify.traffic.captures.hep import HepReader

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
NOT_SIP = {"garbage", "keep-alive", "keep-alive nul"}
#: What PJSIP drops isn't given to HEP.
DROPPED = NOT_SIP | {"no Call-ID", "syntax error", "short"}


def sent(folder):
    """Return the messages that were sent: kind and (bytes, source, port, transport)."""
    for message in objects(folder):
        yield message["kind"], (text_of(message), message["src"], message["port"], message["transport"])


def objects(folder):
    """Return what is known of the messages that were sent."""
    lines = (SAMPLES / folder / "expected.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def text_of(one):
    """Return the bytes of a message."""
    return one["msg"].encode() if "msg" in one else base64.b64decode(one["msg_b64"])


def opened(file):
    """Return the reader of a sample."""
    data = gzip.decompress((SAMPLES / file).read_bytes())
    kind = CaptureReader if CaptureReader.recognises(data[:18]) else HepReader
    return kind(io.BytesIO(data), file, kind.recognises(data[:18]))


def missing(folder, messages, transport=None):
    """Return the kinds of what was sent and isn't among the messages."""
    found = collections.Counter((m.data, m.source, m.port, transport or m.transport) for m in messages)
    lost = collections.Counter()
    for kind, (data, source, port, used) in sent(folder):
        key = (data, source, port, transport or used)
        if found[key]:
            found[key] -= 1
        else:
            lost[kind] += 1
    return lost


@pytest.mark.parametrize(
    ("file", "delivered"),
    [
        ("office-lo/lo.pcap.gz", 371),
        ("office-lo/lo-with-hep.pcap.gz", 371),
        ("office-lo/lo.pcapng.gz", 372),
        ("office-veth/veth.pcap.gz", 272),
        ("office-veth/veth.pcapng.gz", 272),
        ("headers-lo/any-sll.pcap.gz", 367),
        ("headers-lo/any-sll2.pcap.gz", 367),
        ("nodebug-lo/lo-null.pcap.gz", 257),
        ("nodebug-lo/lo-raw.pcap.gz", 257),
        ("nodebug-lo/lo-be.pcap.gz", 257),
        ("provider-lo/lo.pcap.gz", 360),
        ("provider-lo/two-interfaces.pcapng.gz", 360),
    ],
)
def test_every_message_is_found(file, delivered):
    """All that was sent is found by bytes, source, port and transport, but what isn't SIP and TLS; answers are there too."""
    folder = file.partition("/")[0]
    reader = opened(file)
    messages = c.messages_of(reader)
    lost = missing(folder, messages)

    assert set(lost) == NOT_SIP | ({"tls"} if folder == "provider-lo" else set())
    assert len(messages) == delivered
    assert reader.problems == []
    assert [m.frame for m in messages] == sorted(m.frame for m in messages)
    assert reader.counts["tls"] == (44 if folder == "provider-lo" else 0)
    assert reader.counts["keep-alive"] >= 7


@pytest.mark.parametrize(
    "file", ["office-lo/hep3.pcap.gz", "office-lo/hep3-datagrams.bin.gz", "office-veth/hep3-datagrams.bin.gz"]
)
def test_every_message_is_in_hep(file):
    """HEP alone has all that PJSIP took for SIP, each message once."""
    reader = opened(file)
    messages = c.messages_of(reader)

    assert set(missing(file.partition("/")[0], messages)) == DROPPED
    assert reader.counts["hep-repeat"] == 4
    assert reader.problems == []


def test_hep_beside_its_packets():
    """A capture of Asterisk's own traffic gives the messages that it gives without the HEP in it, which is counted."""
    both, reader = opened("office-lo/lo-with-hep.pcap.gz"), opened("office-lo/lo.pcap.gz")
    messages = [m.data for m in c.messages_of(both)]

    assert messages == [m.data for m in c.messages_of(reader)]
    assert both.counts["hep-untrusted"] == 368
    assert (both.hep_messages, both.untrusted_hep) == (0, ("127.0.0.1:9060",))


def test_hep_that_is_believed_beside_its_packets():
    """Of HEP from a collector that is named, copies with the packets' addresses add nothing, and no packet is lost."""
    data = gzip.decompress((SAMPLES / "office-lo/lo-with-hep.pcap.gz").read_bytes())
    believing = CaptureReader(io.BytesIO(data), "x", hep="127.0.0.1:9060")
    messages = c.messages_of(believing)
    wire = c.messages_of(opened("office-lo/lo.pcap.gz"))
    keys = [
        collections.Counter((m.data, m.source, m.local, m.transport) for m in each)
        for each in (messages, wire)
    ]

    assert keys[1] <= keys[0]
    # On one host Asterisk names the sender's address as its own, so that most copies differ.
    assert (believing.counts["hep-copy"], believing.hep_messages) == (64, 304)


def test_copies_of_two_interfaces():
    """Of packets that two interfaces captured, one each is dropped."""
    reader = opened("provider-lo/two-interfaces.pcapng.gz")
    list(reader)

    assert reader.counts["duplicate"] * 2 == reader.packets


def test_cut_packets():
    """Packets cut at 200 bytes have no complete messages but the short ones; each is counted."""
    reader = opened("provider-lo/lo-nano-snaplen200.pcap.gz")
    messages = c.messages_of(reader)

    assert all(len(message.data) < 200 for message in messages)
    assert reader.counts["cut"] > 300


def test_asterisks_own_capture():
    """The logger's file has what PJSIP took for SIP, but shows TCP as UDP and texts of segments only in part."""
    reader = opened("office-lo/pjsip-logger.pcap.gz")
    messages = c.messages_of(reader)
    received = [m for m in messages if m.direction == 1]
    lost = missing("office-lo", received, "any")

    assert set(lost) == DROPPED | {
        "leading crlf",
        "tcp: leading CRLF",
        "tcp: three messages in one segment",
    }
    assert lost["tcp: three messages in one segment"] == 4
    assert reader.counts["logger-repeat"] == 4
    assert {m.direction for m in messages} == {1, 2}
    assert all(m.local is None for m in received)
    assert all(m.source == "::" and m.port == 0 for m in messages if m.direction == 2)


def test_times():
    """Times are those of the clock that the sender had too."""
    messages = {m.data: m.time for m in c.messages_of(opened("office-lo/lo.pcap.gz")) if m.transport == "udp"}
    times = {text_of(message): message["t"] for message in objects("office-lo")}
    both = [(messages[data] / 1e9, time) for data, time in times.items() if data in messages]

    assert len(both) > 100
    assert all(abs(captured - time) < 0.1 for captured, time in both)


def test_calls_of_sipp():
    """A capture of SIPp's calls has each call's messages, two thirds over UDP, one third over TCP."""
    data = gzip.decompress((SAMPLES.parent / "sipp" / "calls.pcap.gz").read_bytes())
    messages, reader = c.read(data)

    assert collections.Counter(message.transport for message in messages) == {"udp": 72, "tcp": 36}
    assert sum(message.data.startswith(b"INVITE ") for message in messages) == 18
    assert set(reader.counts) == {"tcp-empty"}


@pytest.mark.parametrize(
    ("file", "format"),
    [
        ("office-lo/lo.pcap.gz", "pcap"),
        ("office-lo/lo.pcapng.gz", "pcapng"),
        ("office-veth/hep3-datagrams.bin.gz", "hep3-datagrams"),
    ],
)
def test_opened_by_content(file, format):
    """Captures and HEP are opened by their content, compressed or not, and give what their readers give."""
    expected = c.messages_of(opened(file))
    with open_traffic(SAMPLES / file) as traffic:
        messages = c.messages_of(traffic)

    assert (traffic.format, messages, traffic.problems) == (format, expected, [])
    assert traffic.position == traffic.size == (SAMPLES / file).stat().st_size


def test_choices_of_opening():
    """What is done with copies and with HEP can be chosen where a capture is opened."""
    with open_traffic(SAMPLES / "provider-lo/two-interfaces.pcapng.gz", duplicates=False) as traffic:
        transports = collections.Counter(message.transport for message in c.messages_of(traffic))
    # Segments that come again bring nothing new.
    assert transports == {"udp": 2 * 295, "tcp": 65}
    with open_traffic(SAMPLES / "office-lo/hep3.pcap.gz", hep="none") as traffic:
        assert c.messages_of(traffic) == []
        assert traffic.counts["hep"] > 300
