"""TCP: the same messages whatever the segments, and bounds on all that waits."""

import io
import itertools
import random
import struct
import time

import captures as c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify.traffic.captures.capture import CaptureReader

MESSAGES = [
    c.sip(1),
    c.sip(2, body=b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"),
    c.sip(3, body=b"INVITE sip:forged@example.com SIP/2.0\r\n\r\n", length=b"l"),
    c.sip(4, method=b"MESSAGE", body=b"\r\n\r\nline ends\n\n", length=b"cONTENT-lENGTH  "),
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP x\r\nL:3\r\n\r\nabc",
    b"ACK sip:a@b SIP/2.0\nVia: x\nContent-Length:\n 4\n\r\nbody",
    b"BYE sip:a@b SIP / 2.0\r\nVia: x\r\nContent-Length \r\n\t:\r\n 4\r\n \r\n\r\nbody",
]
STREAM = b"\r\n\r\n".join(MESSAGES)
BEGIN = 0xFFFFFF00


def opened(pieces, begin=BEGIN, **more):
    """Return a SYN and the pieces, (offset, bytes) each, as segments; sequence numbers run over 2^32."""
    segments = [c.segment(data, begin + 1 + offset, **more) for offset, data in pieces]
    return [c.segment(b"", begin, flags=c.SYN, **more), *segments]


def cut(stream, places):
    """Return a stream in pieces, cut at these places."""
    places = sorted({place % (len(stream) + 1) for place in places} | {0, len(stream)})
    return [(a, stream[a:b]) for a, b in itertools.pairwise(places)]


def data_of(packets, **choices):
    """Return the messages of packets, each packet counted on its own."""
    return c.bytes_of(packets, duplicates=False, **choices)


def test_several_messages_in_a_segment():
    """Messages that come in one segment are delivered one by one, as TCP, with the segment's number and addresses."""
    messages, _ = c.read_packets(opened([(0, STREAM)]))

    assert [message.data for message in messages] == MESSAGES
    assert {(m.frame, m.transport, m.source, m.port, m.local, m.local_port) for m in messages} == {
        (2, "tcp", c.SOURCE, 40000, c.TARGET, 5060)
    }


def test_a_message_over_segments():
    """A message has the number and the time of the segment that completed it."""
    messages, reader = c.read_packets(opened(cut(c.sip(5), [10, 50, 100])))

    assert [(m.data, m.frame, m.time) for m in messages] == [(c.sip(5), 5, c.BEGIN + 4_000_000)]
    assert dict(reader.counts) == {"tcp-empty": 1}


@given(
    st.lists(st.integers(0, 5000), max_size=40), st.randoms(use_true_random=False), st.integers(0, 2**32 - 1)
)
def test_any_segments_in_any_order(places, chance, begin):
    """However a stream is cut, whatever comes twice, overlaps or comes early, the messages are the same."""
    pieces = cut(STREAM, places)
    for _ in range(chance.randrange(4)):
        start = chance.randrange(len(STREAM))
        pieces.append((start, STREAM[start : start + chance.randrange(1, 400)]))
    chance.shuffle(pieces)

    assert data_of(opened(pieces, begin)) == MESSAGES


def test_byte_by_byte():
    """One byte a segment gives the same messages."""
    assert data_of(opened(cut(STREAM, range(len(STREAM))))) == MESSAGES


def test_both_directions_and_many_connections():
    """Each direction of each connection is a stream of its own."""
    streams = [
        opened(cut(STREAM, [7 * port, 300]), port=port, source=source, target=target)
        for port in range(40000, 40020)
        for source, target in ((c.SOURCE, c.TARGET), (c.TARGET, c.SOURCE), (c.SOURCE_6, c.TARGET_6))
    ]
    mixed = [segment for row in zip(*streams, strict=True) for segment in row]

    assert sorted(data_of(mixed)) == sorted(MESSAGES * 60)


def test_retransmissions_are_counted():
    """Segments that bring nothing new are counted; bytes that came first win."""
    first, other = c.sip(1), c.sip(9)
    messages, reader = c.read_packets(opened([(0, first), (0, first), (0, other)]), duplicates=False)

    assert [message.data for message in messages] == [first]
    assert reader.counts["tcp-retransmission"] == 2


def test_keep_alives():
    """Line ends between messages are counted where they are all of a segment, and are no part of a message."""
    pieces = [(0, b"\r\n\r\n"), (4, c.sip(1)), (4 + len(c.sip(1)), b"\r\n")]
    messages, reader = c.read_packets(opened(pieces))

    assert [message.data for message in messages] == [c.sip(1)]
    assert reader.counts["keep-alive"] == 2


def test_without_content_length():
    """A message without Content-Length ends with its head."""
    head = b"OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\nX-Length: 5\r\n\r\n"

    assert data_of(opened([(0, head + c.sip(1))])) == [head, c.sip(1)]


@pytest.mark.parametrize("value", [b"", b"-1", b"many", b"5x", b"5 5", b"0&X-A: 1", b"0\r\n \r\n "])
def test_bad_content_length(value):
    """A Content-Length that is no number is counted; the stream goes on with the next first line."""
    bad = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: " + value + b"\r\n\r\nbody\r\n"
    messages, reader = c.read_packets(opened([(0, bad + c.sip(1))]))

    assert [message.data for message in messages] == [c.sip(1)]
    assert reader.counts["bad-content-length"] == 1


def test_first_content_length_that_is_a_number():
    """A message is as long as the first Content-Length says that is a number and nothing else, as where it is read."""
    heads = (
        b"Content-Length: 40&X-A: 1\r\nContent-Length: 4\r\n",
        b"l: 40 \r\n\t&X-A: 1\r\nl: 4\r\n",
        b"l: x\r\nL\r\n : 4\r\n \r\nContent-Length: 40\r\n",
        b"Expires: 9&Content-Length: 40\r\nl: 0004\r\n",
        b"X-A: 1\r\n l: 40\r\nl:4\r\n",
    )
    odd = [b"OPTIONS sip:a@b SIP/2.0\r\n" + head + b"\r\nbody" for head in heads]

    assert data_of(opened([(0, b"".join(odd) + c.sip(1))])) == [*odd, c.sip(1)]


def test_too_long_messages():
    """A message above the limit is counted, by its head or by its Content-Length; what follows is found again."""
    body = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000 + b"\r\n"
    head = b"OPTIONS sip:a@b SIP/2.0\r\nX: " + b"x" * 70000 + b"\r\n\r\n"
    many = body.replace(b"70000", b"99999999999999999999")
    for long in (body, many, head):
        stream = long + c.sip(1)
        pieces = [(at, stream[at : at + 1400]) for at in range(0, len(stream), 1400)]
        messages, reader = c.read_packets(opened(pieces))

        assert [message.data for message in messages] == [c.sip(1)]
        assert reader.counts["message-too-long"] == 1


def test_stream_without_an_end():
    """A head that never ends is given up at the limit, again and again, and memory doesn't grow."""
    piece = (b"X-Endless: " + b"x" * 1000 + b"\r\n") * 60
    pieces = [(0, b"OPTIONS sip:a@b SIP/2.0\r\n")]
    pieces += [(25 + n * len(piece), piece) for n in range(20)]
    messages, reader = c.read_packets(opened(pieces))

    assert messages == []
    assert reader.counts["message-too-long"] == 1
    assert reader.counts["other-tcp"] >= 17


@pytest.mark.parametrize("start", [10, 30, 200, len(MESSAGES[0]) - 1])
def test_joined_in_the_middle(start):
    """A stream whose begin wasn't captured is joined at the next first line."""
    assert data_of([c.segment(STREAM[start:], 5000 + start)]) == MESSAGES[1:]


def test_joined_in_the_middle_over_segments():
    """The first line that is looked for may come in pieces."""
    stream = b"tail of a body\r\n" + STREAM
    segments = [c.segment(data, 5000 + at) for at, data in cut(stream, range(0, len(stream), 11))]

    assert data_of(segments) == MESSAGES


def test_gap():
    """Where segments are missing the message is lost and counted, and the next first line is found."""
    first, second = len(MESSAGES[0]) - 30, len(MESSAGES[0]) + 20
    messages, reader = c.read_packets(opened([(0, STREAM[:first]), (second, STREAM[second:])]))

    assert [message.data for message in messages] == MESSAGES[2:]
    assert reader.counts["tcp-gap"] == 1
    assert reader.counts["message-incomplete"] == 1


def test_gap_is_waited_for_in_time():
    """A missing segment may come within three seconds of the capture; then the gap stays one."""
    packets = opened(
        [
            (0, MESSAGES[0]),
            (len(MESSAGES[0]) + 9, MESSAGES[1]),
            (len(MESSAGES[0]) + 9 + len(MESSAGES[1]), MESSAGES[2]),
        ]
    )
    frames = [c.framed(packet, c.ETHERNET) for packet in packets]
    messages, reader = c.read(c.pcap(frames, step=4_000_000_000))

    assert [(m.data, m.frame) for m in messages] == [(MESSAGES[0], 2), (MESSAGES[1], 3), (MESSAGES[2], 4)]
    assert reader.counts["tcp-gap"] == 1


def test_gap_is_bounded_in_size():
    """Segments that wait are bounded in number; the gap is then given up, and what waited is delivered."""
    one = c.sip(1)
    pieces = [(0, one)] + [(9 + n * len(one), one) for n in range(1, 400)]
    messages, reader = c.read_packets(opened(pieces), duplicates=False)

    assert len(messages) == 400
    assert messages[200].frame < 400
    assert reader.counts["tcp-gap"] == 1


def test_cut_segments():
    """A segment that was captured in part leaves a gap, at once."""
    packets = opened([(0, MESSAGES[1] + MESSAGES[1]), (2 * len(MESSAGES[1]), MESSAGES[0])])
    frames = [c.framed(packet, c.ETHERNET) for packet in packets]
    messages, reader = c.read(c.pcap(frames, snaplen=len(MESSAGES[1]) + 100))

    assert [(m.data, m.frame) for m in messages] == [(MESSAGES[1], 2), (MESSAGES[0], 3)]
    assert (reader.counts["cut"], reader.counts["message-incomplete"]) == (1, 1)


def test_new_connection_with_the_same_ports():
    """A SYN begins anew, whatever was left of the connection before it."""
    before = opened([(0, STREAM[:100])])
    after = opened([(0, STREAM)], 12345)
    messages, reader = c.read_packets(before + after)

    assert [message.data for message in messages] == MESSAGES
    assert reader.counts["message-incomplete"] == 1


def test_repeated_syn():
    """A SYN that comes again begins nothing anew."""
    segments = opened(cut(STREAM, [100]))

    assert data_of([*segments[:2], segments[0], *segments[2:]]) == MESSAGES


def test_syn_with_data():
    """Data may come with the SYN (RFC 7413)."""
    assert data_of([c.segment(STREAM, 7, flags=c.SYN)]) == MESSAGES


def test_end_inside_of_a_message():
    """A stream that ends in the middle of a message leaves it incomplete, counted."""
    assert c.counts_of(opened([(0, STREAM[: len(MESSAGES[0]) + 50])])) == {
        "tcp-empty": 1,
        "message-incomplete": 1,
    }


def test_something_else_between_messages():
    """What is no message between messages is counted, and the next first line is found."""
    messages, reader = c.read_packets(opened([(0, MESSAGES[0] + b"garbage\r\n" + MESSAGES[1])]))

    assert [message.data for message in messages] == MESSAGES[:2]
    assert reader.counts["stream-resynchronised"] == 1


TLS = bytes([22, 3, 1, 2, 0]) + bytes(512)
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: pbx.example\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
)


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (TLS + TLS, "tls"),
        (UPGRADE + STREAM, "websocket"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n" + STREAM, "websocket"),
        (b"GET / HTTP/1.1\r\n\r\n" + STREAM, "other-tcp"),
        (b"SSH-2.0-OpenSSH\r\n" + STREAM, "other-tcp"),
        (c.hep(c.sip()), "hep-tcp"),
        (bytes([20, 9, 9]) + STREAM, "other-tcp"),
        (b"\x00binary" + STREAM, "other-tcp"),
    ],
)
def test_streams_of_something_else(stream, reason):
    """A connection is decided by its first bytes: what follows isn't searched, only counted, in any segments."""
    assert c.counts_of(opened([(0, stream)])) == {"tcp-empty": 1, reason: 1}

    messages, reader = c.read_packets(opened(cut(stream, [1, 2, 3, len(stream) // 2])))
    assert messages == []
    if reason != "websocket":
        assert set(reader.counts) == {"tcp-empty", reason}


def test_upgrade_in_a_later_segment():
    """The upgrade to WebSocket may stand in a later segment of the request."""
    counts = c.counts_of(opened(cut(UPGRADE + b"\x82\x05abcde", [20, 40, len(UPGRADE)])))

    assert counts == {"tcp-empty": 1, "other-tcp": 2, "websocket": 2}


def test_tls_joined_in_the_middle():
    """TLS is recognised by a record too where the begin of the connection wasn't captured."""
    application = bytes([23, 3, 3, 0, 100]) + bytes(100)

    assert c.counts_of([c.segment(application, 9), c.segment(STREAM, 9 + 105)]) == {"tls": 2}


def test_segments_without_content():
    """Acknowledgements, FIN and RST are counted."""
    assert c.counts_of(
        [c.segment(b"", 1), c.segment(b"", 1, flags=c.FIN), c.segment(b"", 1, flags=c.RST)], duplicates=False
    ) == {"tcp-empty": 3}


def test_options_of_tcp():
    """Options of TCP are stepped over."""
    packet = c.ipv4(c.tcp(c.sip(), 1, options=b"\x01\x01\x08\x0a" + bytes(8)), c.TCP)

    assert data_of([packet]) == [c.sip()]


def test_many_connections_that_wait():
    """More waiting bytes than are kept: the least recently used connections are given up, and counted."""
    rest = b"OPTIONS sip:a@b SIP/2.0\r\n" + b"X: y\r\n" * 9000
    packets = [c.segment(rest, 1, port=port) for port in range(1000, 1700)]
    messages, reader = c.read_packets([*packets, *opened([(0, STREAM)])], duplicates=False)

    assert [message.data for message in messages] == MESSAGES
    assert reader.counts["stream-dropped"] > 100
    assert reader.counts["message-incomplete"] == 700


def test_many_connections():
    """More connections than are known at a time: the oldest are forgotten, and joined in the middle when they go on."""
    ports = [(f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}", c.sip(n)) for n in range(70_000)]
    packets = [c.segment(body, 1, source) for source, body in ports]
    packets.append(c.segment(c.sip(70_000), 1 + len(ports[0][1]), ports[0][0]))
    messages, reader = c.read_packets(packets, c.RAW)

    assert len(messages) == 70_001
    assert dict(reader.counts) == {}


def test_far_sequence_numbers():
    """A segment far from all others of its ports belongs to a connection whose begin wasn't captured."""
    packets = [
        c.segment(c.sip(1), 1000),
        c.segment(c.sip(2), 3_000_000_000),
        c.segment(c.sip(3), 3_000_000_000 + len(c.sip(2))),
    ]

    assert data_of(packets) == [c.sip(1), c.sip(2), c.sip(3)]


def test_early_segments_that_come_again():
    """Segments that wait and come again aren't kept twice."""
    pieces = [(0, STREAM[:100])] + [(200, STREAM[200:])] * 50 + [(100, STREAM[100:200])]
    messages, reader = c.read_packets(opened(pieces), duplicates=False)

    assert [message.data for message in messages] == MESSAGES
    assert reader.counts["tcp-retransmission"] == 49


@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.binary(max_size=200), st.sampled_from([0, 1, 2, 4, 16])),
        max_size=40,
    )
)
def test_any_segments(segments):
    """Any segments at any places end without an exception, and every one of them is counted or delivered."""
    packets = [c.segment(data, place, flags=flags) for place, data, flags in segments]
    _, reader = c.read_packets(packets, duplicates=False)

    assert reader.packets == len(packets)
    assert reader.problems == []


def test_random_streams_hold_the_bound():
    """Random text with line ends, heads and bodies never makes a message above the limit."""
    chance = random.Random(1)
    words = [
        b"OPTIONS sip:a@b SIP/2.0\r\n",
        b"Content-Length: %d\r\n" % 300,
        b"l: 7\r\n",
        b"\r\n",
        b"\n",
        b"x" * 50,
        struct.pack(">I", 7),
    ]
    stream = b"".join(chance.choice(words) for _ in range(20_000))
    pieces = [(at, stream[at : at + 900]) for at in range(0, len(stream), 900)]

    assert all(len(data) <= 65_536 for data in data_of(opened(pieces)))


LINE = b"A sip:b SIP/2.0\r\n"
#: What a stranger can fill a connection with: how it begins, and what comes again and again.
ENDLESS = {
    "first lines": (b"", LINE),
    "first lines in a body": (b"INVITE sip:a SIP/2.0\r\nContent-Length: 65000\r\n\r\n", LINE),
    "status lines": (b"", b"SIP/2.0 200 OK\r\n"),
    "lines that brackets continue": (b"", b"A sip:b]c[\n"),
    "open brackets": (b"x y\r\n", b"A sip:[\r\n"),
    "folds": (b"", b"A sip:a\r\n "),
    "a method": (b"", b"A"),
    "a URI": (b"INVITE sip:", b"a"),
    "line ends": (b"", b"\r\n"),
    "line feeds in a head": (LINE, b"\n"),
    "headers": (LINE, b"l: x\r\n"),
    "lengths that are too large": (b"", LINE + b"l: 70000\r\n\r\n"),
    "lengths that are none": (b"", LINE + b"l: x\r\n\r\n"),
    "messages and lines": (b"", c.sip(1) + b"A sip:b]c[\n" * 700),
    "no upgrade": (b"GET / HTTP/1.1\r\n", b"GET w"),
}


def cpu(stream, step):
    """Return the time that it takes to read a stream in segments of this size, the least of a few."""
    file = c.pcap(opened([(at, stream[at : at + step]) for at in range(0, len(stream), step)]), c.RAW)
    best = 1e9
    for _ in range(2):
        begin = time.process_time()
        for _ in CaptureReader(io.BytesIO(file), "x", duplicates=False):
            pass
        best = min(best, time.process_time() - begin)
    return best


@pytest.mark.parametrize("step", [17, 1460])
def test_work_in_proportion_to_the_bytes(step):
    """Whatever a stream has and however it is cut, each byte costs about what it costs in whole messages."""
    size = 100_000 if step == 17 else 500_000
    usual = cpu(c.sip(1) * (size // len(c.sip(1))), step)
    for name, (begin, unit) in ENDLESS.items():
        assert cpu(begin + unit * (size // len(unit)), step) < 10 * usual, name


def test_message_after_endless_lines():
    """A message behind more first lines than a message may have bytes is found, and what was too long counts once."""
    stream = LINE * 8000 + b"\r\n" + c.sip(1)
    for step in (700, 1460, 60_000):
        messages, reader = c.read_packets(
            opened([(at, stream[at : at + step]) for at in range(0, len(stream), step)])
        )

        assert messages[-1].data == c.sip(1)
        assert reader.counts["message-too-long"] == 1
