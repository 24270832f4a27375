"""Copies of packets, and the captures that Asterisk's logger writes."""

import captures as c

UNKNOWN = "0.0.0.0"


def test_copies_on_two_interfaces():
    """A packet that was captured on two interfaces, of different kinds, is delivered once and counted."""
    packets = [c.datagram(c.sip(number), ident=number) for number in range(3)]
    file = c.section() + c.interface(c.ETHERNET) + c.interface(c.COOKED)
    for number, packet in enumerate(packets):
        stamp = 1_700_000_000_000_000 + number * 1000
        file += c.enhanced(c.framed(packet, c.ETHERNET), stamp, 0) + c.enhanced(
            c.framed(packet, c.COOKED), stamp + 7, 1
        )
    messages, reader = c.read(file)

    assert [(m.data, m.frame) for m in messages] == [(c.sip(0), 1), (c.sip(1), 3), (c.sip(2), 5)]
    assert dict(reader.counts) == {"duplicate": 3}

    messages, reader = c.read(file, duplicates=False)
    assert len(messages) == 6
    assert dict(reader.counts) == {}


def test_copies_after_a_hop():
    """What a hop changes makes no other packet: time to live, class of traffic, checksums."""
    packet = c.datagram(c.sip())
    routed = bytearray(packet)
    routed[1], routed[8], routed[10], routed[26], routed[27] = 0xB8, 63, 7, 1, 2
    packet_6 = c.datagram(c.sip(2), c.SOURCE_6, c.TARGET_6)
    routed_6 = bytearray(packet_6)
    routed_6[0], routed_6[1], routed_6[7], routed_6[46] = 0x6B, 0x80, 63, 9

    assert len(c.bytes_of([packet, bytes(routed), packet_6, bytes(routed_6)])) == 2


def test_copies_of_fragments():
    """Fragments that are there twice give their message once."""
    pieces = c.fragments(c.datagram(c.sip(1, body=b"x" * 4000), ident=3), 1480)

    assert len(c.bytes_of([piece for piece in pieces for _ in range(2)])) == 1


def test_what_is_sent_again_is_no_copy():
    """Another identification, or half a second between them, makes two messages of the same text."""
    body = c.sip()

    assert len(c.bytes_of([c.datagram(body, ident=1), c.datagram(body, ident=2)])) == 2
    frames = [c.framed(c.datagram(body, ident=0), c.ETHERNET)] * 2
    assert len(c.read(c.pcap(frames, step=500_000_000))[0]) == 2
    assert len(c.read(c.pcap(frames, step=40_000_000))[0]) == 1


def test_directions_of_the_logger():
    """`pjsip set logger pcap` has 0.0.0.0:0 where Asterisk is: that address is unknown, the direction known."""
    packets = [
        c.datagram(c.sip(1), target=UNKNOWN, target_port=0),
        c.datagram(c.sip(2), UNKNOWN, c.SOURCE, port=0),
        c.datagram(c.sip(3), c.SOURCE_6, "::", target_port=0),
        c.datagram(c.sip(4), "::", c.SOURCE_6, port=0),
    ]
    messages, _ = c.read_packets(packets)

    assert [(m.source, m.port, m.local, m.local_port, m.direction) for m in messages] == [
        (c.SOURCE, 5060, None, 0, 1),
        ("::", 0, c.SOURCE, 5060, 2),
        (c.SOURCE_6, 5060, None, 0, 1),
        ("::", 0, c.SOURCE_6, 5060, 2),
    ]


def test_repeated_texts_of_the_logger():
    """Messages of one TCP segment, for which the logger wrote the begin of the first, aren't delivered."""
    buffer = c.sip(1) + c.sip(2, body=b"abc") + c.sip(3)
    sizes = [len(c.sip(1)), len(c.sip(2, body=b"abc")), len(c.sip(3)) - 5]
    packets = [c.datagram(buffer[:size], target=UNKNOWN, target_port=0) for size in sizes]
    messages, reader = c.read_packets([*packets, c.datagram(c.sip(4), target=UNKNOWN, target_port=0)])

    assert [message.data for message in messages] == [c.sip(1), c.sip(4)]
    assert dict(reader.counts) == {"logger-repeat": 2}


def test_what_is_sent_again_in_the_logger():
    """A message of the same size from the same source was sent again, also at once."""
    packet = c.datagram(c.sip(1), target=UNKNOWN, target_port=0)

    assert len(c.bytes_of([packet, packet])) == 2
