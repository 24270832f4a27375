"""Fragments of IPv4 and IPv6: put together in any order, with bounds on memory and age."""

import random
import struct

import captures as c
import pytest

BODY = c.sip(1, body=b"x" * 5000)
WHOLE = c.datagram(BODY, ident=77)
PIECES = c.fragments(WHOLE, 1480)
PIECES_6 = c.fragments_6(c.udp(BODY), 1448)


@pytest.mark.parametrize("pieces", [PIECES, PIECES_6])
def test_in_order(pieces):
    """A message in fragments is delivered once, with the number of the last one."""
    messages, reader = c.read_packets(pieces)

    assert [message.data for message in messages] == [BODY]
    assert messages[0].frame == len(pieces)
    assert dict(reader.counts) == {}


@pytest.mark.parametrize("pieces", [PIECES, PIECES_6])
@pytest.mark.parametrize("seed", range(8))
def test_in_any_order(pieces, seed):
    """The order of the fragments doesn't matter, and copies of them don't either."""
    shuffled = pieces + pieces[1:3]
    random.Random(seed).shuffle(shuffled)
    messages, _ = c.read_packets(shuffled, duplicates=False)

    assert [message.data for message in messages] == [BODY]


def test_extension_headers_inside_of_fragments():
    """Extension headers may be in the fragmented part."""
    payload = bytes([c.UDP, 0]) + bytes(6) + c.udp(BODY)

    assert c.bytes_of(c.fragments_6(payload, 1448, 60)) == [BODY]


def test_interleaved_packets():
    """Fragments belong together by addresses, identification and protocol."""
    other = c.fragments(c.datagram(c.sip(2, body=b"y" * 5000), ident=78), 1480)
    third = c.fragments(c.datagram(c.sip(3, body=b"z" * 5000), "203.0.113.8", ident=77), 1480)
    tcp = c.fragments(c.segment(b"q" * 3000, 1, ident=77), 1480)
    mixed = [piece for row in zip(PIECES, other, third, strict=True) for piece in row] + tcp

    assert len(c.bytes_of(mixed)) == 3


def test_incomplete():
    """A packet of which a fragment is missing is counted at the end."""
    assert c.counts_of(PIECES[:-1]) == {"fragments-incomplete": 1}
    assert c.counts_of(PIECES[1:]) == {"fragments-incomplete": 1}


def test_too_old():
    """After 30 seconds of the capture's time a packet isn't waited for any more."""
    frames = [c.framed(piece, c.ETHERNET) for piece in [*PIECES[:2], *PIECES[2:]]]
    late = c.pcap(frames, step=16_000_000_000)
    messages, reader = c.read(late)

    assert messages == []
    assert reader.counts["fragments-incomplete"] >= 1


def test_contradicting_fragments():
    """Fragments that overlap in part, or lie beyond the last one, make their packet suspect: it is dropped."""
    head = WHOLE[20:]
    overlapping = c.ipv4(head[1472:2952], ident=77, more=True, offset=1472)
    beyond = c.ipv4(bytes(80), ident=77, more=True, offset=9000)

    assert c.counts_of([PIECES[0], overlapping]) == {"fragments-overlapping": 1}
    assert c.counts_of([PIECES[-1], beyond]) == {"fragments-overlapping": 1}
    assert c.counts_of([beyond, PIECES[-1]]) == {"fragments-overlapping": 1}


@pytest.mark.parametrize(
    "piece",
    [
        c.ipv4(b"", more=True),
        c.ipv4(bytes(15), more=True),
        c.ipv4(bytes(600), offset=65528),
    ],
)
def test_lengths_that_can_not_be(piece):
    """Fragments without content, of a broken size, or beyond the largest packet are counted."""
    assert c.counts_of([piece]) == {"bad-length": 1}


def test_cut_fragment():
    """A fragment that was captured in part is counted as cut, and its packet stays incomplete."""
    _, reader = c.read(c.pcap([c.framed(piece, c.ETHERNET) for piece in PIECES], snaplen=1000))

    assert reader.counts["cut"] == 3
    assert reader.counts["fragments-incomplete"] == 1


def test_many_incomplete_packets():
    """A flood of fragments is bounded: the oldest packets are given up, and a whole one still comes through."""
    flood = [c.ipv4(bytes(1000), ident=n & 0xFFFF, more=True, source=f"10.0.{n >> 8}.9") for n in range(2000)]
    messages, reader = c.read_packets([*flood, *PIECES])

    assert [message.data for message in messages] == [BODY]
    assert reader.counts["fragments-incomplete"] == 2000


def test_large_incomplete_packets():
    """Memory for fragments is bounded as a whole too."""
    flood = [c.ipv4(bytes(1000), ident=n, more=True, offset=64000) for n in range(250)]

    assert c.counts_of(flood) == {"fragments-incomplete": 250}


def test_tiny_fragments():
    """A packet in more separate pieces than are kept apart is given up."""
    pieces = [c.ipv4(bytes(8), ident=5, more=True, offset=16 * n) for n in range(70)]

    assert c.counts_of(pieces)["fragments-incomplete"] >= 1


def test_fragment_header_inside_of_a_fragment():
    """A fragmented packet whose content is a fragment again isn't followed."""
    nested = struct.pack(">BBHI", c.UDP, 0, 1, 9) + bytes(1000)
    pieces = c.fragments_6(nested, 504, 44)

    assert c.counts_of(pieces) == {"bad-length": 1}
