"""Damaged captures: whatever the bytes, reading ends without an exception, and what came before damage is delivered."""

import gzip
import io
from pathlib import Path

import captures as c
import damaging
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identify.traffic.captures.capture import CaptureReader
from identify.traffic.captures.hep import HepReader

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
PACKETS = [
    c.datagram(c.sip(1)),
    *c.fragments(c.datagram(c.sip(2, body=b"x" * 3000), ident=2), 1480),
    *c.fragments_6(c.udp(c.sip(3, body=b"y" * 3000)), 1448),
    c.segment(b"", 0, flags=c.SYN),
    c.segment(c.sip(4) + c.sip(5)[:90], 1),
    c.segment(c.sip(5)[90:], 1 + len(c.sip(4)) + 90),
    c.datagram(c.hep(c.sip(6)), target_port=9060),
]
FRAMES = [c.framed(packet, c.ETHERNET) for packet in PACKETS]
PCAP = c.pcap(FRAMES)
PCAPNG = c.section() + c.interface() + b"".join(c.enhanced(frame, n) for n, frame in enumerate(FRAMES))


def whole(file):
    """Read a file, and hold what is delivered against the bounds of batches."""
    messages, reader = c.read(file)
    assert all(len(message.data) <= 65_536 for message in messages)
    return messages, reader


@given(st.binary(max_size=300))
@example(b"\n\r\r\n\x00\x00\x00\x00M<+\x1a")
def test_any_bytes(data):
    """Any bytes are read without an exception, alone or behind a right beginning."""
    for begin in (b"", c.pcap([]), c.section(), c.section() + c.interface(), PCAP, PCAPNG):
        whole(begin + data)
    for format in ("hep3", "hep3-datagrams"):
        list(HepReader(io.BytesIO(data), "any", format))


@given(st.sampled_from([PCAP, PCAPNG]), st.data())
def test_mutated_captures(file, data):
    """Cut, flipped, doubled and lying captures are read without an exception; what lies before damage is delivered."""
    mutated, first = data.draw(damaging.mutations(file))
    before, _ = c.read(file)
    messages, _ = whole(mutated)

    # A packet's number says how many records lie before it.
    untouched = sum(end <= first for end in ends_of(file))
    expected = [m.data for m in before if m.frame <= untouched and m.transport == "udp"]
    assert [m.data for m in messages if m.transport == "udp"][: len(expected)] == expected


def ends_of(file):
    """Return where the packets of one of the two files end."""
    if file is PCAP:
        place, ends = 24, []
        for frame in FRAMES:
            place += 16 + len(frame)
            ends.append(place)
        return ends
    place, ends = len(c.section() + c.interface()), []
    for number, frame in enumerate(FRAMES):
        place += len(c.enhanced(frame, number))
        ends.append(place)
    return ends


@pytest.mark.parametrize("file", ["office-veth/veth.pcapng.gz", "office-lo/lo-with-hep.pcap.gz"])
def test_cut_samples(file):
    """A sample cut anywhere gives the first messages of the whole."""
    data = gzip.decompress((SAMPLES / file).read_bytes())
    expected = [(m.data, m.frame) for m in c.read(data)[0]]
    for kept in range(1000, len(data), len(data) // 23):
        messages, reader = c.read(data[:kept])

        assert [(m.data, m.frame) for m in messages] == expected[: len(messages)]
        assert len(reader.problems) <= 1


@given(
    st.binary(min_size=1, max_size=2000),
    st.sampled_from([c.ETHERNET, c.NULL, c.LOOP, c.COOKED, c.COOKED_2, c.RAW]),
)
def test_any_frame(frame, link):
    """Any bytes in a frame are delivered or counted."""
    messages, reader = c.read(c.pcap([frame], link))

    assert len(messages) + sum(reader.counts.values()) >= 1


@given(st.integers(1, 64), st.integers(0, 3))
def test_pieces_of_a_stream(size, skip):
    """The size of what a stream gives at a time doesn't change what is read."""
    reader = CaptureReader(c.Trickle(PCAPNG, size + skip), "-")

    assert c.messages_of(reader) == c.read(PCAPNG)[0]
