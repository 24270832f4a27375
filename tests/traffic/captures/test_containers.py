"""pcap and pcapng: which packets are in a file, when they came, and what happens where it is damaged."""

import io
import struct

import captures as c
import pytest

from identify._compiled._capture import CaptureDecoder
from identify._compiled._collectors import Collectors
from identify.traffic.captures.capture import CaptureReader

FRAMES = [c.framed(c.datagram(c.sip(number)), c.ETHERNET) for number in range(3)]
BODIES = [c.sip(number) for number in range(3)]


def data_of(messages):
    """Return the bytes of messages."""
    return [message.data for message in messages]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_pcap_orders_and_units(order, nano):
    """Both byte orders and both units give the packets, their numbers and their times."""
    messages, reader = c.read(c.pcap(FRAMES, order=order, nano=nano, step=1_234_567))

    assert data_of(messages) == BODIES
    assert [message.frame for message in messages] == [1, 2, 3]
    unit = 1 if nano else 1000
    assert [m.time for m in messages] == [c.BEGIN + n * 1_234_567 // unit * unit for n in range(3)]
    assert reader.problems == []


def test_pcap_addresses_and_transport():
    """A message has source and target of its packet, with ports, and no direction."""
    (message,), _ = c.read_packets([c.datagram(c.sip(), port=5080, target_port=5061)])

    assert message[1:6] == ("203.0.113.7", 5080, "192.0.2.1", 5061, "udp")
    assert message.direction == 0


def test_pcap_checksum_bits_of_the_link():
    """The upper bits of the link type, which tell of a frame check sequence, are left out."""
    file = bytearray(c.pcap(FRAMES))
    file[20:24] = struct.pack("<I", c.ETHERNET | 0x54000000)

    assert len(c.read(bytes(file))[0]) == 3


def test_pcap_of_nothing():
    """A file of a header alone has no messages and no problem."""
    messages, reader = c.read(c.pcap([]))

    assert (messages, reader.problems, dict(reader.counts)) == ([], [], {})


@pytest.mark.parametrize("kept", [0, 3, 23])
def test_pcap_of_half_a_header(kept):
    """A file that ends in its header is a problem, an empty one has nothing to complain of."""
    messages, reader = c.read(c.pcap([])[:kept])

    assert messages == []
    assert len(reader.problems) == (1 if kept else 0)


def test_pcap_cut_anywhere():
    """Wherever a file is cut, the packets before are delivered, and a cut inside a packet is a problem."""
    file = c.pcap(FRAMES)
    ends = [24 + n * (16 + len(FRAMES[0])) for n in range(4)]
    for kept in range(24, len(file), 7):
        messages, reader = c.read(file[:kept])

        assert data_of(messages) == BODIES[: sum(end <= kept for end in ends) - 1]
        assert len(reader.problems) == (0 if kept in ends else 1)


def test_pcap_with_a_lying_length():
    """A length that no packet has ends the reading with a problem that names the packet; nothing is allocated for it."""
    messages, reader = c.read(c.pcap(FRAMES, lengths={1: 0xFFFFFFF0}))

    assert data_of(messages) == BODIES[:1]
    (problem,) = reader.problems
    assert problem.startswith("packet 2 has 4294967280 bytes")


def test_pcap_that_is_something_else():
    """What is neither format is a problem, not an exception."""
    messages, reader = c.read(b"%PDF-1.7 and so on, with at least twenty-four bytes")

    assert messages == []
    assert "neither pcap nor pcapng" in reader.problems[0]


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_reading_in_pieces(size):
    """A pipe that gives a few bytes at a time delivers the same as a file."""
    reader = CaptureReader(c.Trickle(c.pcap(FRAMES), size), "-")

    assert data_of(c.messages_of(reader)) == BODIES


def test_batches_are_bounded():
    """Many messages come in several batches of bounded size, in order."""
    frames = [c.framed(c.datagram(c.sip(number, body=b"x" * 800)), c.ETHERNET) for number in range(2500)]
    reader = CaptureReader(io.BytesIO(c.pcap(frames)), "many")
    batches = list(reader)

    assert len(batches) > 1
    assert all(len(batch.data) < (1 << 20) + 2000 for batch in batches)
    assert [number for batch in batches for number in batch.frames] == list(range(1, 2501))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("type", [6, 2])
def test_pcapng_packet_blocks(order, type):
    """Enhanced and obsolete packet blocks give the packets; the unit of stamps is a microsecond unless said otherwise."""
    file = c.section(order) + c.interface(order=order)
    file += b"".join(c.enhanced(frame, 1_700_000_000_123_456, order=order, type=type) for frame in FRAMES)
    messages, reader = c.read(file)

    assert data_of(messages) == BODIES
    assert {message.time for message in messages} == {1_700_000_000_123_456_000}
    assert reader.problems == []


def test_pcapng_simple_blocks():
    """Simple packet blocks have no time; the interface's snapshot length says how much of a packet is there."""
    body = c.sip(7)
    whole = c.framed(c.datagram(body), c.ETHERNET)
    file = c.section() + c.interface() + c.simple(whole)
    (message,), _ = c.read(file)

    assert (message.data, message.time) == (body, -1)

    cut = c.block(3, struct.pack("<I", len(whole)) + whole[:100])
    messages, reader = c.read(c.section() + c.interface(snaplen=100) + cut)

    assert messages == []
    assert dict(reader.counts) == {"cut": 1}


@pytest.mark.parametrize(
    ("resolution", "offset", "stamp", "expected"),
    [
        (9, None, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789),
        (3, None, 1_700_000_000_123, 1_700_000_000_123_000_000),
        (0, None, 1_700_000_000, 1_700_000_000_000_000_000),
        (12, None, 1_700_000_123_456_789_012, 1_700_000_123_456_789),
        (0x80 | 20, None, (1_700_000_000 << 20) + (1 << 19), 1_700_000_000_500_000_000),
        (0x80 | 32, None, (1_700_000_000 << 32) + (1 << 30), 1_700_000_000_250_000_000),
        (0x80, None, 1_700_000_000, 1_700_000_000_000_000_000),
        (6, 1_600_000_000, 100_000_000_000_000, 1_700_000_000_000_000_000),
        (6, -100, 1_700_000_100_000_000, 1_700_000_000_000_000_000),
        (127, None, 2**64 - 1, 0),
        (0xFF, None, 2**64 - 1, 0),
        (0, None, 2**64 - 1, -1),
        (6, 2**63 - 1, 5, -1),
        (6, -(2**63), 5, -1),
    ],
)
def test_pcapng_stamps(resolution, offset, stamp, expected):
    """if_tsresol and if_tsoffset are followed; a time that doesn't fit is unknown."""
    file = c.section() + c.interface(resolution=resolution, offset=offset) + c.enhanced(FRAMES[0], stamp)
    (message,), _ = c.read(file)

    assert message.time == expected


def test_pcapng_interfaces_and_sections():
    """Each interface has its own link type; a new section forgets them, and may be of the other byte order."""
    raw, null = c.framed(c.datagram(c.sip(1)), c.RAW), c.framed(c.datagram(c.sip(2)), c.NULL)
    file = (
        c.section()
        + c.interface(c.RAW)
        + c.interface(c.NULL)
        + c.enhanced(null, 0, 1)
        + c.enhanced(raw, 0, 0)
    )
    file += c.section(">") + c.interface(c.ETHERNET, ">") + c.enhanced(FRAMES[0], 0, 0, ">")
    file += c.enhanced(FRAMES[1], 0, 1, ">")
    messages, reader = c.read(file)

    assert data_of(messages) == [c.sip(2), c.sip(1), c.sip(0)]
    assert dict(reader.counts) == {"unknown-interface": 1}
    assert reader.packets == 4


def test_pcapng_other_blocks():
    """Name resolution, statistics, secrets and unknown blocks are skipped by their length, however long."""
    file = c.section() + c.block(4, bytes(20)) + c.interface() + c.block(0x0BAD, bytes(2_000_000))
    file += c.enhanced(FRAMES[0]) + c.block(5, bytes(100)) + c.enhanced(FRAMES[1])
    messages, reader = c.read(file)

    assert data_of(messages) == BODIES[:2]
    assert reader.problems == []


def test_pcapng_too_long_packet():
    """A packet longer than any capture has is skipped and counted."""
    file = c.section() + c.interface() + c.enhanced(bytes(400_000)) + c.enhanced(FRAMES[0])
    messages, reader = c.read(file)

    assert [message.frame for message in messages] == [2]
    assert dict(reader.counts) == {"packet-too-long": 1}


@pytest.mark.parametrize(
    "damaged",
    [
        struct.pack("<II", 6, 5) + bytes(100),
        struct.pack("<II", 6, 4) + bytes(100),
        struct.pack("<II", 6, 32) + bytes(20) + struct.pack("<I", 36),
        struct.pack("<II", 1, 0x7FFFFFF0) + bytes(100),
        struct.pack("<III", 0x0A0D0D0A, 28, 0x12345678) + bytes(16),
        c.block(1, bytes(4)),
    ],
)
def test_pcapng_damage(damaged):
    """What can't be a block ends the reading with a problem; all before is delivered."""
    messages, reader = c.read(
        c.section() + c.interface() + c.enhanced(FRAMES[0]) + damaged + c.enhanced(FRAMES[1])
    )

    assert data_of(messages) == BODIES[:1]
    assert len(reader.problems) == 1
    assert "the rest isn't read" in reader.problems[0]


def test_pcapng_lengths_inside_a_block():
    """A captured length beyond its block is counted, the block is skipped."""
    lying = bytearray(c.enhanced(FRAMES[0]))
    lying[20:24] = struct.pack("<I", 0x7FFFFFFF)
    messages, reader = c.read(
        c.section() + c.interface() + bytes(lying) + c.block(6, bytes(4)) + c.enhanced(FRAMES[1])
    )

    assert data_of(messages) == BODIES[1:2]
    assert reader.counts["bad-length"] + reader.counts["unknown-interface"] == 2


def test_pcapng_that_ends_in_a_skipped_block():
    """A file that ends inside a block that is skipped is truncated too."""
    file = c.section() + c.interface() + c.block(0x0BAD, bytes(2_000_000))
    _, reader = c.read(file[:-100])

    assert len(reader.problems) == 1


def test_recognition():
    """The first bytes tell the format, of all magics; other content isn't claimed."""
    assert CaptureReader.recognises(c.pcap([], order=">", nano=True)) == "pcap"
    assert CaptureReader.recognises(c.pcap([])) == "pcap"
    assert CaptureReader.recognises(c.section(">")) == "pcapng"
    assert CaptureReader.recognises(c.section()) == "pcapng"
    assert CaptureReader.recognises(b"\n\r\r\nsome text") is None
    assert CaptureReader.recognises(b"") is None


def test_format_of_a_stream_that_can_be_looked_at():
    """A stream with ``peek`` tells its format; one without is called a capture; a given name stays."""
    file = c.pcap(FRAMES)
    reader = CaptureReader(io.BufferedReader(io.BytesIO(file)), "x")

    assert reader.format == "pcap"
    assert data_of(c.messages_of(reader)) == BODIES
    assert CaptureReader(io.BytesIO(file), "x").format == "capture"
    assert CaptureReader(io.BytesIO(file), "x", "pcapng").format == "pcapng"


def test_decoder_refuses_wrong_arguments():
    """Too many collectors, negative windows and ranges outside of the bytes are refused."""
    with pytest.raises(ValueError, match="more than 1024 places"):
        Collectors([(bytes(16), port) for port in range(1, 1026)])
    with pytest.raises(ValueError, match="an address of 4 bytes"):
        Collectors([(bytes(4), 9060)])
    with pytest.raises(ValueError, match="duplicates -1"):
        CaptureDecoder(duplicates=-1)
    with pytest.raises(ValueError, match="not within"):
        CaptureDecoder().feed(b"abc", 0, 4)
