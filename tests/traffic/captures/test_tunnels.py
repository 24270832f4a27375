"""Packets inside packets: tunnels and mirrors are looked into, whatever isn't one stays what it is."""

import re
import struct
from pathlib import Path

import captures as c
import damaging
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify._compiled._capture import CaptureDecoder
from identify.traffic.captures.tunnels import TUNNELS

ROOT = Path(__file__).parents[3]
BODY = c.sip()
PACKET, PACKET_6 = c.datagram(BODY), c.datagram(BODY, c.SOURCE_6, c.TARGET_6)
FRAME, FRAME_6 = c.ethernet(PACKET), c.ethernet(PACKET_6, [b"\x81\x00"])
#: Ends of tunnels.
NEAR, FAR = "10.9.0.1", "10.9.0.2"
NEAR_6, FAR_6 = "fd00::1", "fd00::2"
IP_IN_IP, IPV6, GRE, ETHERIP, MPLS = 4, 41, 47, 97, 137
BRIDGING, ERSPAN, ERSPAN_3 = 0x6558, 0x88BE, 0x22EB


def outer(payload, protocol, source=NEAR, target=FAR, **more):
    """Return a packet from one end of a tunnel to the other."""
    return c.ip(payload, protocol, source, target, **more)


def gre(payload, type=0x0800, flags=0):
    """Return a payload of GRE; the fields that the flags announce are zero."""
    fields = sum(bool(flags & flag) for flag in (0x8000, 0x2000, 0x1000))
    return struct.pack(">HH", flags, type) + bytes(4 * fields) + payload


def over_udp(payload, port, **more):
    """Return a datagram to a port of a tunnel's end."""
    return c.datagram(payload, NEAR, FAR, 50000, port, **more)


def vxlan(frame=FRAME, head=b"\x08\0\0\0\0\x12\x34\0", port=4789):
    """Return a packet with a frame in VXLAN."""
    return over_udp(head + frame, port)


def geneve(payload=FRAME, type=BRIDGING, options=b"", flags=0, port=6081):
    """Return a packet with GENEVE."""
    return over_udp(struct.pack(">BBHI", len(options) // 4, flags, type, 0x4200) + options + payload, port)


TUNNELLED = [
    ("ip-in-ip", outer(PACKET, IP_IN_IP)),
    ("ip-in-ip", outer(PACKET, IP_IN_IP, NEAR_6, FAR_6)),
    ("ip-in-ip", outer(PACKET_6, IPV6)),
    ("ip-in-ip", outer(PACKET_6, IPV6, NEAR_6, FAR_6)),
    ("ip-in-ip", c.ipv6(bytes([IP_IN_IP, 0, 4, 1, 4, 1, 1, 0]) + PACKET, 60, NEAR_6, FAR_6)),
    ("gre", outer(gre(PACKET), GRE)),
    ("gre", outer(gre(PACKET, flags=0x8000), GRE)),
    ("gre", outer(gre(PACKET, flags=0xB000), GRE)),
    ("gre", outer(gre(PACKET_6, 0x86DD, 0x2000), GRE, NEAR_6, FAR_6)),
    ("gre", outer(gre(FRAME, BRIDGING, 0x2000), GRE)),
    ("gre", outer(gre(struct.pack(">II", 0x00010040, 0x00020140) + PACKET, 0x8847), GRE)),
    ("erspan", outer(gre(FRAME, ERSPAN), GRE)),
    ("erspan", outer(gre(b"\x10\x0a" + bytes(6) + FRAME_6, ERSPAN, 0x1000), GRE)),
    ("erspan", outer(gre(b"\x20\x0a" + bytes(10) + FRAME, ERSPAN_3, 0x1000), GRE)),
    ("erspan", outer(gre(b"\x20\x0a" + bytes(9) + b"\x01" + bytes(8) + FRAME, ERSPAN_3, 0x1000), GRE)),
    ("erspan", outer(gre(b"\x20\x0a" + bytes(8) + b"\x08\x00" + PACKET_6, ERSPAN_3, 0x1000), GRE)),
    ("etherip", outer(b"\x30\x00" + FRAME, ETHERIP)),
    ("mpls", outer(b"\x00\x01\x01\x40" + PACKET_6, MPLS)),
    ("vxlan", vxlan()),
    ("vxlan", vxlan(FRAME_6, port=8472)),
    ("vxlan", vxlan(head=b"\x88\x08\x12\x34\0\0\x01\0")),
    ("vxlan", vxlan(PACKET, b"\x0c\0\0\x01\0\0\x01\0", 4790)),
    ("vxlan", vxlan(PACKET_6, b"\x0c\0\0\x02\0\0\x01\0", 4790)),
    ("vxlan", vxlan(FRAME, b"\x0c\0\0\x03\0\0\x01\0", 4790)),
    ("vxlan", vxlan(port=10800)),
    ("geneve", geneve()),
    ("geneve", geneve(PACKET, 0x0800, bytes(32), 0x40)),
    ("geneve", geneve(PACKET_6, 0x86DD, bytes(252))),
    ("tzsp", over_udp(b"\x01\0\0\x01" + b"\0\x0a\x01\x2a\x01" + FRAME, 37008)),
]


@pytest.mark.parametrize(("kind", "packet"), TUNNELLED)
def test_inside(kind, packet):
    """The message of every kind of tunnel is delivered with the addresses inside, and counted by the kind."""
    (message,), reader = c.read_packets([packet])

    assert message.data == BODY
    assert (message.source, message.local) in {(c.SOURCE, c.TARGET), (c.SOURCE_6, c.TARGET_6)}
    assert (reader.tunnels, dict(reader.counts)) == ({kind: 1}, {})


@pytest.mark.parametrize(("kind", "packet"), TUNNELLED)
def test_cut_anywhere(kind, packet):
    """A tunnel that was captured in part is counted once, whatever is missing; so is a mirror that cut what is inside."""
    frame = c.framed(packet, c.ETHERNET)
    for kept in range(len(frame) - 1, 33, -7):
        messages, reader = c.read(c.pcap([frame], snaplen=kept))

        assert (messages, reader.tunnels) == ([], {})
        assert sum(reader.counts.values()) == 1
    assert reader.counts["cut"] == 1


@pytest.mark.parametrize("kept", [128, 40, 33])
def test_mirror_that_cuts(kept):
    """A mirror with a snapshot length of its own leaves a packet that is shorter than it says: truncated, not damaged."""
    inside = c.ethernet(PACKET)[:kept]

    for packet in (vxlan(inside), geneve(inside), outer(gre(inside, ERSPAN), GRE)):
        assert c.counts_of([packet]) == {"cut": 1}


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (outer(gre(PACKET, flags=0x4000), GRE), "other-ip"),
        (outer(gre(PACKET, 0x880B, 0x2001), GRE), "pptp"),
        (outer(gre(PACKET, flags=2), GRE), "other-ip"),
        (outer(gre(PACKET, 0x2000), GRE), "other-ip"),
        (outer(gre(bytes(28), 0x0806), GRE), "arp"),
        (outer(gre(b"\x20\x0a" + bytes(6) + FRAME, ERSPAN, 0x1000), GRE), "other-ip"),
        (outer(gre(b"\x00\x01\x00\x40" * 9 + PACKET, 0x8847), GRE), "other-ip"),
        (outer(PACKET_6, IP_IN_IP), "other-ip"),
        (outer(b"", IP_IN_IP), "bad-length"),
        (outer(gre(PACKET)[:3], GRE), "bad-length"),
        (outer(b"\x20\x00" + FRAME, ETHERIP), "other-ip"),
        (vxlan(c.ethernet(bytes(28), type=b"\x08\x06")), "arp"),
        (vxlan(c.ethernet(c.ipv4(bytes(8), 1))), "icmp"),
        (vxlan(c.ethernet(c.datagram(b"\x80" + bytes(50)))), "other-udp"),
        (vxlan(head=b"\x00\0\0\0\0\0\x01\0"), "other-udp"),
        (vxlan(head=b"\x08\0\0\0\0\0\x01\x01"), "other-udp"),
        (vxlan(head=b"\x08\0\x01\0\0\0\x01\0"), "other-udp"),
        (vxlan(head=b"\x0c\0\0\x04\0\0\x01\0"), "other-udp"),
        (vxlan(port=4791), "other-udp"),
        (vxlan(b"", b"\x08\0\0\0\0\0\x01"), "other-udp"),
        (geneve(flags=0x80), "other-udp"),
        (geneve(type=0x894F), "other-udp"),
        (over_udp(b"\x01\0\0\x01" + bytes(80) + FRAME, 37008), "other-udp"),
        (over_udp(b"\x01\x04\0\x01" + bytes(8), 37008), "other-udp"),
    ],
)
def test_not_a_tunnel(packet, reason):
    """What isn't a known tunnel, or has something other than IP inside, is counted as what it is."""
    assert c.counts_of([packet]) == {reason: 1}


@pytest.mark.parametrize("port", [4789, 4790, 6081, 8472, 10800, 10801, 37008])
def test_sip_at_the_port_of_a_tunnel(port):
    """SIP to such a port is SIP: the content decides."""
    messages, reader = c.read_packets([c.datagram(data, target_port=port) for data in (BODY, b"\r\n" + BODY)])

    assert [message.local_port for message in messages] == [port] * 2
    assert reader.tunnels == {}


def test_own_sockets_are_no_ends():
    """A datagram to one of Asterisk's own SIP sockets isn't looked into: Asterisk gets the datagram."""
    assert c.counts_of([vxlan()], sip=["4789"]) == {"other-udp": 1}
    assert c.counts_of([vxlan()], sip=[f"{FAR}:4789"]) == {"other-udp": 1}


def test_depth():
    """Four tunnels inside one another are looked into, a fifth isn't; the outermost is the one that is counted."""
    packet, packets = vxlan(), []
    for _ in range(4):
        packets.append(packet)
        packet = outer(packet, IP_IN_IP)
    messages, reader = c.read_packets([*packets, packet], duplicates=False)

    assert [message.data for message in messages] == [BODY] * 4
    assert (reader.tunnels, dict(reader.counts)) == ({"ip-in-ip": 3, "vxlan": 1}, {"tunnel-too-deep": 1})


def test_copies():
    """A packet and its mirror within 50 ms are copies, whichever comes first; later it is a retransmission."""
    for packets in ([PACKET, vxlan()], [vxlan(), PACKET], [outer(PACKET, IP_IN_IP), vxlan(), geneve()]):
        file = [c.framed(packet, c.ETHERNET) for packet in packets]
        messages, reader = c.read(c.pcap(file))

        assert ([message.frame for message in messages], reader.counts["duplicate"]) == (
            [1],
            len(packets) - 1,
        )
        assert len(c.read(c.pcap(file, step=500_000_000))[0]) == len(packets)


def test_fragments():
    """Fragments inside tunnels are reassembled, also with tunnels in fragments, and in fragments of fragments."""
    body = c.sip(body=b"x" * 3000)
    inside = c.fragments(c.datagram(body), 1480)
    apart = [outer(piece, IP_IN_IP, ident=number) for number, piece in enumerate(inside)]
    whole = c.fragments(outer(c.datagram(body), IP_IN_IP, ident=7), 1200)
    nested = [
        piece
        for number, packet in enumerate(inside)
        for piece in c.fragments(outer(packet, IP_IN_IP, ident=50 + number), 800)
    ]
    for packets in (apart, apart[::-1], whole, whole[::-1], nested, nested[::-1]):
        messages, reader = c.read_packets(packets)

        assert [message.data for message in messages] == [body]
        assert (reader.tunnels, dict(reader.counts)) == ({"ip-in-ip": 1}, {})


def test_fragments_that_need_the_place_of_their_own():
    """A fragment inside a packet of fragments may end all others that wait; what is read meanwhile stays whole."""
    waiting = [c.fragments(c.datagram(c.sip(n), ident=n + 1000), 64)[0] for n in range(256)]
    piece = c.fragments(c.datagram(BODY, ident=9), 64)[0]
    first, *rest = c.fragments(outer(piece, IP_IN_IP, ident=8), 40)
    packets = [first, *waiting[:255], *rest, *c.fragments(c.datagram(BODY, ident=9), 64)[1:]]

    assert c.bytes_of(packets, duplicates=False) == [BODY]


def test_streams():
    """Streams inside tunnels are reassembled, messages after a gap included, which are counted by their tunnel too."""
    text = [c.sip(n) for n in range(4)]
    data = b"".join(text)
    starts = range(0, len(data), 300)
    segments = [c.segment(data[at : at + 300], 1 + at) for at in starts]
    messages, reader = c.read_packets([outer(gre(packet), GRE) for packet in segments])

    assert [message.data for message in messages] == text
    assert (reader.tunnels, dict(reader.counts)) == ({"gre": 4}, {})
    lost = [c.segment(text[0], 1), c.segment(text[1], 5000)]
    assert c.read_packets([outer(gre(packet), GRE) for packet in lost])[1].tunnels == {"gre": 2}


def test_plain_messages_are_in_no_tunnel():
    """Messages that came as packets of their own aren't counted among those in tunnels."""
    _, reader = c.read_packets([PACKET, c.segment(BODY, 1), vxlan(c.ethernet(c.datagram(c.sip(2))))])

    assert reader.tunnels == {"vxlan": 1}


def test_collectors_of_captures_with_tunnels():
    """A capture with tunnels isn't one of a collector, so what looks like HEP inside isn't believed unasked."""
    collected = [c.datagram(c.hep(c.sip(number)), port=40000, target_port=9060) for number in range(2)]
    packets = [outer(collected[0], IP_IN_IP), vxlan(c.ethernet(collected[1]))]

    assert c.counts_of(packets) == {"hep-untrusted": 2}
    assert len(c.bytes_of(packets, hep="9060")) == 2


@given(st.sampled_from(TUNNELLED), st.data())
def test_mutated(tunnelled, data):
    """Cut, flipped, doubled and lying tunnels are delivered or counted, without an exception, at any piece size."""
    mutated, _ = data.draw(damaging.mutations(c.framed(tunnelled[1], c.RAW)))
    if not mutated:
        return
    file = c.pcap([mutated, PACKET], c.RAW)
    messages, reader = c.read(file)
    pieces = c.CaptureReader(c.Trickle(file, 61), "-")

    assert len(messages) + sum(reader.counts.values()) >= 2
    assert (c.messages_of(pieces), pieces.counts, pieces.tunnels) == (messages, reader.counts, reader.tunnels)


def test_names_and_numbers():
    """Each number of the decoder has a name, in the same order, and a row in the reference."""
    text = (ROOT / "_ext" / "captures" / "_envelope.pxd").read_text().partition("cdef enum Tunnel:\n")[2]
    members = re.findall(r"^    ([A-Z_]+)$", text.partition("\n\n")[0], re.MULTILINE)
    page = (ROOT / "docs" / "reference" / "captures.md").read_text()
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (.+) \|$", page.partition("## Tunnels")[2].partition("\n## ")[0], re.MULTILINE
    )

    assert members == ["PLAIN", *(name.replace("-", "_").upper() for name in [*TUNNELS][1:]), "TUNNELS"]
    assert len(CaptureDecoder().in_tunnels()) == len(TUNNELS)
    assert rows == [*TUNNELS.items()][1:]
