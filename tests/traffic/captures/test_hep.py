"""HEP3: in datagrams of a capture, as a stream, as a dump; beside the packets that it copies."""

import gzip
import io
import struct
import zlib

import captures as c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify.traffic.captures.hep import HepReader

AGENT = {"source": "192.0.2.1", "target": "192.0.2.90", "port": 9061, "target_port": 9060}


def carried(packet):
    """Return a HEP packet as an agent's datagram."""
    return c.datagram(packet, **AGENT)


def read_hep(file, format="hep3"):
    """Return the messages of a file of HEP, and its reader."""
    reader = HepReader(io.BytesIO(file), "test.hep", format)
    return c.messages_of(reader), reader


def dump(*packets, time=1795377131.250001):
    """Return packets as a dump of datagrams."""
    return b"".join(struct.pack(">dI", time, len(packet)) + packet for packet in packets)


@pytest.mark.parametrize(("source", "target"), [(c.SOURCE, c.TARGET), (c.SOURCE_6, c.TARGET_6)])
def test_chunks(source, target):
    """Addresses, ports, time and transport are those of the chunks, not of the datagram."""
    packet = c.hep(c.sip(), source, target, 5080, 5061, c.TCP, c.BEGIN + 1000)
    (message,), _ = c.read_packets([carried(packet)])

    assert message[:7] == (c.sip(), source, 5080, target, 5061, "tcp", 1)
    assert message.time == c.BEGIN + 1000


def test_without_time():
    """A packet without time has that of its datagram."""
    (message,), _ = c.read_packets([carried(c.hep(c.sip(), time=None))])

    assert message.time == c.BEGIN


def test_vendor_and_unknown_chunks():
    """Chunks of vendors and of unknown types are skipped."""
    extra = (
        c.chunk(15, b"not the payload", vendor=3)
        + c.chunk(99, b"?")
        + c.chunk(14, b"secret")
        + c.chunk(17, b"id")
    )

    assert c.bytes_of([carried(c.hep(c.sip(), extra=extra))]) == [c.sip()]


@pytest.mark.parametrize("compress", [zlib.compress, gzip.compress], ids=["zlib", "gzip"])
def test_compressed_payload(compress):
    """A compressed payload is decompressed, of zlib or gzip."""
    assert c.bytes_of([carried(c.hep(compress(c.sip()), payload_type=16))]) == [c.sip()]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (zlib.compress(c.sip(1, body=b"x" * 10_000_000)), "message-too-long"),
        (b"no deflate at all", "hep-damaged"),
        (zlib.compress(b"\x80media"), "hep-other"),
    ],
)
def test_compressed_payload_that_is_not_delivered(payload, reason):
    """A bomb is bounded, damage counted."""
    assert c.counts_of([carried(c.hep(payload, payload_type=16))]) == {reason: 1}


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (c.hep(b"{}", kind=100), "hep-other"),
        (c.hep(c.sip(), kind=5), "hep-other"),
        (c.hep(b"not sip"), "hep-other"),
        (c.hep(b""), "hep-other"),
        (c.hep(c.sip())[:-1], "hep-damaged"),
        (c.hep(c.sip()) + b"x", "hep-damaged"),
        (b"HEP3\x00\x06", "hep-other"),
        (b"HEP3", "hep-damaged"),
        (b"HEP3\x00\x0c" + struct.pack(">HHH", 0, 15, 5), "hep-damaged"),
        (b"HEP3\x00\x0c" + struct.pack(">HHH", 0, 15, 7), "hep-damaged"),
        (b"HEP3\x00\x0d" + struct.pack(">HHH", 0, 3, 7) + b"x", "hep-damaged"),
        (b"HEP3\x00\x09\x00\x00\x00", "hep-damaged"),
    ],
)
def test_packets_that_are_not_delivered(packet, reason):
    """Other protocols and damaged packets are counted."""
    assert c.counts_of([carried(packet)]) == {reason: 1}


def test_copy_of_a_packet():
    """A message that is there as a packet and in HEP is delivered once, as what came first."""
    packets = [c.datagram(c.sip(1)), carried(c.hep(c.sip(1))), carried(c.hep(c.sip(2))), c.datagram(c.sip(2))]
    messages, reader = c.read_packets(packets)

    assert [(m.data, m.frame) for m in messages] == [(c.sip(1), 1), (c.sip(2), 3)]
    assert dict(reader.counts) == {"hep-copy": 2}


def test_as_many_copies_as_packets():
    """A message that was sent twice and is twice in HEP is delivered twice."""
    direct = [c.datagram(c.sip(1), ident=ident) for ident in (1, 2)]
    copied = [c.datagram(c.hep(c.sip(1)), **AGENT, ident=ident) for ident in (3, 4, 5)]
    messages, reader = c.read_packets([*direct, *copied])

    assert len(messages) == 3
    assert dict(reader.counts) == {"hep-copy": 2}


def test_choices():
    """HEP can be asked for in any case, or not at all."""
    packets = [c.datagram(c.sip(1)), carried(c.hep(c.sip(1))), carried(c.hep(c.sip(2)))]

    assert c.bytes_of(packets) == [c.sip(1), c.sip(2)]
    assert c.bytes_of(packets, hep="yes") == [c.sip(1), c.sip(1), c.sip(2)]
    assert c.bytes_of(packets, hep="no") == [c.sip(1)]
    assert c.counts_of(packets, hep="no") == {"hep": 2}


def test_receive_buffers():
    """Asterisk sends the whole receive buffer for each message in it: each is delivered once."""
    buffer = b"\r\n" + c.sip(1) + c.sip(2) + c.sip(3) + c.sip(4)[:50]
    packets = [c.hep(buffer, protocol=c.TCP) for _ in range(3)]
    messages, reader = c.read_packets([carried(packet) for packet in packets], duplicates=False)

    assert [message.data for message in messages] == [c.sip(1), c.sip(2), c.sip(3)]
    assert reader.counts["hep-repeat"] == 2

    direct = c.segment(c.sip(1) + c.sip(2) + c.sip(3), 1)
    messages, reader = c.read_packets([direct, *(carried(packet) for packet in packets)], duplicates=False)
    assert len(messages) == 3
    assert reader.counts["hep-copy"] == 3


def test_cut_hep():
    """HEP that was captured in part is counted as cut."""
    _, reader = c.read(c.pcap([c.framed(carried(c.hep(c.sip())), c.ETHERNET)], snaplen=200))

    assert dict(reader.counts) == {"cut": 1}


def test_stream():
    """Packets that follow one another are read as a stream, numbered from 1."""
    messages, reader = read_hep(
        c.hep(c.sip(1)) + c.hep(b"{}", kind=100) + c.hep(c.sip(2), c.SOURCE_6, c.TARGET_6)
    )

    assert [(m.data, m.frame, m.source) for m in messages] == [
        (c.sip(1), 1, c.SOURCE),
        (c.sip(2), 3, c.SOURCE_6),
    ]
    assert dict(reader.counts) == {"hep-other": 1}
    assert reader.problems == []


def test_dump():
    """A dump has a time in front of each packet, which counts where the packet has none."""
    messages, reader = read_hep(dump(c.hep(c.sip(1)), c.hep(c.sip(2), time=None)), "hep3-datagrams")

    assert [(m.data, m.time) for m in messages] == [(c.sip(1), c.BEGIN), (c.sip(2), 1795377131250001000)]
    assert reader.problems == []


@pytest.mark.parametrize("time", [float("nan"), float("inf"), -1.0, 1e300])
def test_dump_with_times_that_are_none(time):
    """A time that is none since the epoch is unknown."""
    (message,), _ = read_hep(dump(c.hep(c.sip(), time=None), time=time), "hep3-datagrams")

    assert message.time == -1


def test_damaged_streams():
    """What isn't HEP ends the reading with a problem; a cut packet too; all before is delivered."""
    for file, format in [
        (c.hep(c.sip()) + b"something else", "hep3"),
        (c.hep(c.sip()) + b"HEP3\x00\x05", "hep3"),
        (c.hep(c.sip()) + c.hep(c.sip(2))[:-1], "hep3"),
        (dump(c.hep(c.sip())) + dump(c.hep(c.sip(2)))[:-1], "hep3-datagrams"),
        (dump(c.hep(c.sip())) + struct.pack(">dI", 1.0, 9) + c.hep(c.sip(2)), "hep3-datagrams"),
    ]:
        messages, reader = read_hep(file, format)

        assert [message.data for message in messages] == [c.sip()]
        assert len(reader.problems) == 1


def test_recognition_of_hep():
    """The first bytes tell both forms; captures and others aren't claimed."""
    assert HepReader.recognises(c.hep(c.sip())) == "hep3"
    assert HepReader.recognises(dump(c.hep(c.sip()))) == "hep3-datagrams"
    assert HepReader.recognises(c.pcap([])) is None
    assert HepReader.recognises(b"HEP") is None
    assert HepReader(io.BufferedReader(io.BytesIO(dump(c.hep(c.sip())))), "x").format == "hep3-datagrams"
    assert HepReader(io.BytesIO(), "x").format == "hep3"
    with pytest.raises(ValueError, match="format 'pcap'"):
        HepReader(io.BytesIO(), "x", "pcap")


@given(st.lists(st.binary(max_size=60)), st.binary(max_size=100))
def test_any_chunks(values, payload):
    """Any chunks make a packet that is delivered or counted, once."""
    chunks = b"".join(c.chunk(number % 20, value) for number, value in enumerate(values))
    packet = c.hep(payload, extra=chunks)
    messages, reader = read_hep(packet)

    assert len(messages) + sum(reader.counts.values()) >= 1
    assert reader.problems == []
