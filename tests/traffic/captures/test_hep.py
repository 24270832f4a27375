"""HEP3: in datagrams of a capture, as a stream, as a dump; beside the packets that it copies."""

import gzip
import io
import re
import struct
import zlib

import captures as c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify.traffic.captures.capture import CaptureReader
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
    """A message that is there as a packet and in HEP is delivered once, as the packet's, whichever came first."""
    packets = [c.datagram(c.sip(1)), carried(c.hep(c.sip(1))), carried(c.hep(c.sip(2))), c.datagram(c.sip(2))]
    messages, reader = c.read_packets(packets, hep="any")

    assert [(m.data, m.frame) for m in messages] == [(c.sip(1), 1), (c.sip(2), 4)]
    assert dict(reader.counts) == {"hep-copy": 2}
    assert reader.hep_messages == 0


def test_as_many_copies_as_packets():
    """A message that was sent twice and is in HEP three times is delivered three times."""
    direct = [c.datagram(c.sip(1), ident=ident) for ident in (1, 2)]
    copied = [c.datagram(c.hep(c.sip(1)), **AGENT, ident=ident) for ident in (3, 4, 5)]
    for packets in (direct + copied, copied + direct, [copied[0], *direct, *copied[1:]]):
        messages, reader = c.read_packets(packets, hep="any")

        assert (len(messages), reader.hep_messages) == (3, 1)
        assert dict(reader.counts) == {"hep-copy": 2}


@pytest.mark.parametrize(
    "other",
    [
        {"source": "203.0.113.8"},
        {"target": "192.0.2.2"},
        {"port": 5062},
        {"target_port": 5062},
        {"protocol": c.TCP},
        {"payload": c.sip(1) + b" "},
    ],
)
def test_what_is_no_copy(other):
    """What has another address, port, transport or text is another message: it hides no packet, before or after it."""
    packet = c.datagram(c.sip(1))
    forged = carried(c.hep(**{"payload": c.sip(1), **other}))
    for packets in ([packet, forged], [forged, packet]):
        messages, reader = c.read_packets(packets, hep="any")

        assert sum((m.data, m.source, m.port) == (c.sip(1), c.SOURCE, 5060) for m in messages) >= 1
        assert (len(messages), reader.hep_messages, dict(reader.counts)) == (2, 1, {})


def test_order_of_what_waits():
    """Messages are delivered in the order in which they were captured, also those that come while HEP waits."""
    packets = [
        carried(c.hep(c.sip(1))),
        c.datagram(c.sip(2)),
        carried(c.hep(c.sip(3))),
        c.datagram(c.sip(4)),
        c.datagram(c.sip(3)),
    ]
    messages, _ = c.read_packets(packets, hep="any")

    assert [m.frame for m in messages] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("between", "step", "delivered"),
    [(0, 1_000_000, 1), (3000, 1_000_000, 1), (6000, 1_000_000, 2), (5000, 1, 2), (1, 6_000_000_000, 2)],
)
def test_waiting_is_bounded(between, step, delivered):
    """HEP waits for its packet for seconds and among thousands of messages; then both are delivered, the packet always."""
    packets = [carried(c.hep(c.sip(1))), *(c.datagram(c.sip(2), ident=n) for n in range(between))]
    frames = [c.framed(packet, c.RAW) for packet in [*packets, c.datagram(c.sip(1))]]
    messages, _ = c.read(c.pcap(frames, c.RAW, step=step, nano=True), hep="any", duplicates=False)

    assert sum(m.data == c.sip(1) for m in messages) == delivered
    assert len(messages) == between + delivered
    assert messages[-1].frame == len(frames)


def test_waiting_is_bounded_in_bytes():
    """What waits together is bounded in bytes."""
    large = c.sip(2, fill=60_000)
    packets = [
        carried(c.hep(c.sip(1))),
        *(c.datagram(large, ident=n) for n in range(150)),
        c.datagram(c.sip(1)),
    ]
    messages, reader = c.read_packets(packets, c.RAW, hep="any", duplicates=False)

    assert (len(messages), reader.hep_messages) == (152, 1)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 3)), max_size=40),
    st.sampled_from([10**6, 10**9, 6 * 10**9]),
)
def test_any_order_of_packets_and_hep(kinds, step):
    """Each packet is delivered, in order; each packet of HEP is delivered or counted as a copy, never two for one."""
    frames = [
        c.framed(carried(c.hep(c.sip(number))) if hep else c.datagram(c.sip(number)), c.RAW)
        for hep, number in kinds
    ]
    messages, reader = c.read(c.pcap(frames, c.RAW, step=step), hep="any", duplicates=False)
    delivered = [message.frame for message in messages]

    assert delivered == sorted(set(delivered))
    assert {frame for frame, (hep, _) in enumerate(kinds, 1) if not hep} <= set(delivered)
    assert reader.hep_messages + reader.counts["hep-copy"] == sum(hep for hep, _ in kinds)
    if step == 10**6:
        for number in (1, 2, 3):
            wire, copies = (sum(kind == (hep, number) for kind in kinds) for hep in (False, True))
            assert sum(message.data == c.sip(number) for message in messages) == max(wire, copies)


STRANGER = c.datagram(c.hep(c.sip(9)), "203.0.113.66", "192.0.2.1", 40000, 9)
WIRE = c.datagram(c.sip(1))


@pytest.mark.parametrize(
    ("packets", "hep", "numbers"),
    [
        ([STRANGER, WIRE], "auto", [1]),
        ([WIRE, STRANGER], "auto", [1]),
        ([STRANGER], "auto", [9]),
        ([carried(c.hep(c.sip(2))), STRANGER], "auto", []),
        ([carried(c.hep(c.sip(2)))] * 2, "auto", [2, 2]),
        ([carried(c.hep(c.sip(2))), c.segment(b"", 1, flags=c.SYN), c.datagram(b"")], "auto", [2]),
        ([carried(c.hep(c.sip(2))), c.segment(b"GET / HTTP/1.1\r\n\r\n", 1)], "auto", []),
        ([carried(c.hep(c.sip(2))), c.datagram(b"\x80media", port=9)], "auto", []),
        ([carried(c.hep(c.sip(2))), c.ipv4(b"encrypted", 50)], "auto", []),
        ([c.datagram(c.hep(c.sip(2)), port=9)], "auto", []),
        ([c.datagram(c.hep(c.sip(2)), port=5060, target_port=9060)], "auto", []),
        ([STRANGER, carried(c.hep(c.sip(2))), WIRE], "192.0.2.90:9060", [2, 1]),
        ([STRANGER, carried(c.hep(c.sip(2))), WIRE], "192.0.2.90", [2, 1]),
        ([STRANGER, carried(c.hep(c.sip(2))), WIRE], "9060", [2, 1]),
        ([STRANGER, carried(c.hep(c.sip(2))), WIRE], ("192.0.2.90", "9"), [9, 2, 1]),
        ([STRANGER, carried(c.hep(c.sip(2))), WIRE], "192.0.2.1:9060", [1]),
        ([STRANGER, carried(c.hep(c.sip(2))), WIRE], "203.0.113.66", [1]),
        ([STRANGER, carried(c.hep(c.sip(2))), WIRE], "any", [9, 2, 1]),
        ([STRANGER, carried(c.hep(c.sip(2)))], "none", []),
        ([carried(c.hep(c.sip(2)))], "named", []),
        ([STRANGER, carried(c.hep(c.sip(2)))], ("named", "9060"), [2]),
        ([c.datagram(c.hep(c.sip(2)), port=9), WIRE], "5060", [1]),
        ([c.datagram(c.hep(c.sip(2)), port=9), WIRE], "192.0.2.1", [1]),
        ([c.datagram(c.hep(c.sip(2)), port=9), WIRE], "any", [2, 1]),
        ([*c.fragments(STRANGER, 64), WIRE], "auto", [1]),
        ([*c.fragments(carried(c.hep(c.sip(2))), 64), WIRE], "9060", [2, 1]),
        ([carried(c.hep(c.hep(c.sip(2)))), WIRE], "any", [1]),
    ],
)
def test_whose_hep_is_believed(packets, hep, numbers):
    """HEP is believed from named collectors, or in a capture of one collector and nothing else; never at SIP's sockets."""
    file = c.pcap([c.framed(packet, c.ETHERNET) for packet in packets])
    messages, reader = c.read(file, hep=hep, duplicates=False)

    assert [m.data for m in messages] == [c.sip(number) for number in numbers]
    reported = reader.counts["hep-untrusted"] + reader.counts["hep"] + reader.counts["hep-other"]
    assert reported == len({m[:200] for m in packets if b"HEP3" in m}) - sum(n != 1 for n in set(numbers))
    # In a stream that can't be read twice it isn't known whether something else follows.
    if hep == "auto":
        piped = c.messages_of(CaptureReader(c.Trickle(file, 1000), "-", hep=hep))
        assert [m.data for m in piped] == [c.sip(number) for number in numbers if number == 1]


def test_refused_places():
    """The places that HEP which isn't believed was sent to are named, those with most packets among many others too."""
    others = [c.datagram(c.hep(c.sip(n)), port=9, target_port=n) for n in range(6000, 6400)]
    reader = c.read_packets([WIRE, *others, *[carried(c.hep(c.sip(2)))] * 100], duplicates=False)[1]

    assert reader.counts["hep-untrusted"] == 500
    assert "192.0.2.90:9060" in reader.untrusted_hep
    assert len(reader.untrusted_hep) == 8


def test_sockets_of_sip():
    """Asterisk's own sockets are those that are named, and HEP that is sent to or from them isn't believed."""
    packets = [c.datagram(c.hep(c.sip(2)), port=9, target_port=5070)]

    assert c.bytes_of(packets) == [c.sip(2)]
    for sip in ("5070", "192.0.2.1:5070", "203.0.113.7:9", "192.0.2.1"):
        assert c.bytes_of(packets, sip=[sip]) == []
    assert c.bytes_of(packets, sip=["192.0.2.2:5070", "[2001:db8::1]:5070"]) == [c.sip(2)]


def test_arguments():
    """A choice that means nothing, or two things, is refused with the value."""
    for hep in (
        "",
        "0",
        "65536",
        "1e3",
        "example.org",
        "0.0.0.0",
        "192.0.2.1:0",
        "::",
        "192.0.2.1:70000",
        "yes",
    ):
        with pytest.raises(ValueError, match=rf"'{re.escape(hep)}' is not an address or port of a collector"):
            CaptureReader(io.BytesIO(), "x", hep=hep)
    with pytest.raises(ValueError, match="hep any, none: any excludes the others"):
        CaptureReader(io.BytesIO(), "x", hep=("any", "none"))
    with pytest.raises(ValueError, match="'yes' is not an address or port"):
        CaptureReader(io.BytesIO(), "x", hep=("any", "yes"))
    with pytest.raises(ValueError, match="1,025 collectors; at most 1,024 can be named"):
        CaptureReader(io.BytesIO(), "x", hep=map(str, range(1, 1026)))
    with pytest.raises(ValueError, match="hep none, 9060: none excludes the others"):
        CaptureReader(io.BytesIO(), "x", hep=("none", "9060"))


def test_receive_buffers():
    """Asterisk sends the whole receive buffer for each message in it: each is delivered once."""
    buffer = b"\r\n" + c.sip(1) + c.sip(2) + c.sip(3) + c.sip(4)[:50]
    packets = [c.hep(buffer, port=40000, protocol=c.TCP) for _ in range(3)]
    messages, reader = c.read_packets([carried(packet) for packet in packets], duplicates=False)

    assert [message.data for message in messages] == [c.sip(1), c.sip(2), c.sip(3)]
    assert reader.counts["hep-repeat"] == 2

    direct = c.segment(c.sip(1) + c.sip(2) + c.sip(3), 1)
    messages, reader = c.read_packets(
        [direct, *(carried(packet) for packet in packets)], duplicates=False, hep="9060"
    )
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
