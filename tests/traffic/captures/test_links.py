"""Link layers, IP headers and what isn't SIP: what is delivered and what is counted."""

import struct

import captures as c
import pytest

BODY = c.sip()
PACKET_6 = c.datagram(BODY, c.SOURCE_6, c.TARGET_6)
DSTOPTS, HOPOPTS, ROUTING, FRAGMENT, AH, ESP = 60, 0, 43, 44, 51, 50


@pytest.mark.parametrize(
    "link", [c.ETHERNET, c.NULL, c.LOOP, c.COOKED, c.COOKED_2, c.RAW, c.RAW_BSD, c.RAW_4, c.RAW_6]
)
@pytest.mark.parametrize("packet", [c.datagram(BODY), PACKET_6])
def test_link_types(link, packet):
    """Every known kind of link gives the packet, of either version of IP."""
    (message,), _ = c.read_packets([packet], link)

    assert message.data == BODY
    assert message.source in {c.SOURCE, c.SOURCE_6}
    assert message.local in {c.TARGET, c.TARGET_6}


@pytest.mark.parametrize("family", [24, 28, 30])
@pytest.mark.parametrize("order", ["<", ">"])
def test_loopback_families(family, order):
    """BSD's families of IPv6 are known, in the byte order of whoever captured."""
    frame = struct.pack(order + "I", family) + PACKET_6

    assert len(c.read(c.pcap([frame], c.NULL))[0]) == 1


@pytest.mark.parametrize(
    "tags", [[b"\x81\x00"], [b"\x88\xa8", b"\x81\x00"], [b"\x81\x00", b"\x81\x00"], [b"\x91\x00"]]
)
def test_vlan_tags(tags):
    """VLAN tags are stepped over, stacked ones too."""
    messages, _ = c.read(c.pcap([c.ethernet(c.datagram(BODY), tags)]))

    assert [message.data for message in messages] == [BODY]


def test_vlan_tag_of_cooked_capture():
    """A tag may follow the header of a cooked capture."""
    frame = bytes(14) + b"\x81\x00" + b"\x00\x05\x08\x00" + c.datagram(BODY)

    assert len(c.read(c.pcap([frame], c.COOKED))[0]) == 1


def test_padding_of_ethernet():
    """What follows the packet in its frame is no part of the datagram."""
    messages, _ = c.read(c.pcap([c.ethernet(c.datagram(BODY)) + bytes(18)]))

    assert messages[0].data == BODY


def test_unknown_link_type():
    """A kind of link that isn't known is counted, packet by packet."""
    _, reader = c.read(c.pcap([c.datagram(BODY)] * 2, 147))

    assert dict(reader.counts) == {"unknown-link-type": 2}


def test_ip_options():
    """Options of IPv4 are stepped over."""
    assert c.bytes_of([c.ipv4(c.udp(BODY), options=b"\x94\x04\x00\x00" * 3)]) == [BODY]


def test_total_length_of_zero():
    """A packet that the network card will split has no total length: what was captured is all."""
    packet = bytearray(c.datagram(BODY))
    packet[2:4] = bytes(2)

    assert c.bytes_of([bytes(packet)]) == [BODY]


def extension(next_header, size=8):
    """Return an extension header of IPv6 of so many bytes."""
    return bytes([next_header, size // 8 - 1]) + bytes(size - 2)


@pytest.mark.parametrize(
    ("first", "headers"),
    [
        (HOPOPTS, extension(c.UDP)),
        (ROUTING, extension(c.UDP, 24)),
        (DSTOPTS, extension(c.UDP)),
        (HOPOPTS, extension(DSTOPTS) + extension(ROUTING, 16) + extension(c.UDP)),
        (AH, bytes([c.UDP, 4]) + bytes(22)),
        (FRAGMENT, bytes([c.UDP, 0, 0, 0, 0, 0, 0, 9])),
        (HOPOPTS, extension(FRAGMENT) + bytes([DSTOPTS, 0, 0, 0, 0, 0, 0, 9]) + extension(c.UDP)),
    ],
)
def test_extension_headers(first, headers):
    """Extension headers of IPv6 are stepped over, a fragment that is whole included."""
    assert c.bytes_of([c.ipv6(headers + c.udp(BODY), first)]) == [BODY]


def test_authentication_header_of_ipv4():
    """AH is stepped over in IPv4 too."""
    assert c.bytes_of([c.ipv4(bytes([c.UDP, 4]) + bytes(22) + c.udp(BODY), AH)]) == [BODY]


def test_endless_extension_headers():
    """A chain of extension headers without end is bounded and counted."""
    packet = c.ipv6(extension(DSTOPTS) * 30 + c.udp(BODY), DSTOPTS)

    assert c.counts_of([packet]) == {"bad-length": 1}


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (c.ethernet(bytes(28), type=b"\x08\x06"), "arp"),
        (c.ethernet(bytes(28), type=b"\x88\xcc"), "other-link"),
        (c.ethernet(c.ipv4(bytes(8), 1)), "icmp"),
        (c.ethernet(c.ipv6(bytes(8), 58)), "icmp"),
        (c.ethernet(c.ipv4(bytes(16), ESP)), "esp"),
        (c.ethernet(c.ipv4(bytes(16), 132)), "sctp"),
        (c.ethernet(c.ipv4(bytes(16), 47)), "other-ip"),
        (c.ethernet(b"\x70" + bytes(40), type=b"\x08\x00"), "other-ip"),
        (c.ethernet(b"", type=b"\x08\x00"), "bad-length"),
        (bytes(10), "bad-length"),
        (c.ethernet(c.datagram(BODY), [b"\x81\x00"])[:16], "bad-length"),
        (c.ethernet(c.ipv4(b"")[:15]), "bad-length"),
        (c.ethernet(b"\x41" + c.datagram(BODY)[1:]), "bad-length"),
        (c.ethernet(c.datagram(BODY)[:-1]), "bad-length"),
        (c.ethernet(PACKET_6[:-1]), "bad-length"),
        (c.ethernet(PACKET_6[:30]), "bad-length"),
        (c.ethernet(c.ipv4(bytes(4))), "bad-length"),
        (c.ethernet(c.ipv4(bytes(4), c.TCP)), "bad-length"),
        (c.ethernet(c.ipv4(bytes(20), c.TCP)), "bad-length"),
        (c.ethernet(c.ipv4(struct.pack(">HHHH", 1, 2, 7, 0))), "bad-length"),
        (c.ethernet(c.ipv4(struct.pack(">HHHH", 1, 2, 90, 0) + b"abc")), "bad-length"),
        (c.ethernet(c.ipv6(b"\x11\xff" + bytes(6), HOPOPTS)), "bad-length"),
        (c.ethernet(c.datagram(b"")), "udp-empty"),
        (c.ethernet(c.datagram(b"\r\n\r\n")), "keep-alive"),
        (c.ethernet(c.datagram(bytes(4))), "keep-alive"),
        (c.ethernet(c.datagram(b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12))), "stun"),
        (c.ethernet(c.datagram(b"\x80\x08" + bytes(170))), "other-udp"),
        (c.ethernet(c.datagram(b"GET / HTTP/1.1\r\n\r\n")), "other-udp"),
        (c.ethernet(c.datagram(b"INVITE sip:a@b SIP/3.0\r\n\r\n")), "other-udp"),
        (c.ethernet(c.datagram(b"INVITE SIP/2.0\r\n\r\n")), "other-udp"),
        (c.ethernet(c.datagram(b"INVITE sip:a@b\r\nSIP/2.0\r\n\r\n")), "other-udp"),
        (c.ethernet(c.datagram(b"INVITE\r\n sip:a@b SIP/3.0\r\n\r\n")), "other-udp"),
        (c.ethernet(c.datagram(b"INVITE\r\n SIP/2.0\r\n\r\n")), "other-udp"),
        (c.ethernet(c.datagram(b"GET / HTTP/1.1\r\nX: a SIP/2.0\r\n\r\n")), "other-udp"),
        (c.ethernet(c.datagram(b"INVITE sip:a@b SIP/\x00 2.0\r\n\r\n")), "other-udp"),
        (c.ethernet(c.datagram(b"INVITE sip:a@b" + b"\r\n x" * 6 + b" SIP/2.0\r\n\r\n")), "other-udp"),
    ],
)
def test_counted_by_reason(frame, reason):
    """What isn't SIP, or can't be, is counted by its reason and isn't delivered."""
    messages, reader = c.read(c.pcap([frame]))

    assert messages == []
    assert dict(reader.counts) == {reason: 1}


@pytest.mark.parametrize(
    "body",
    [
        b"\r\n\r\n" + BODY,
        BODY + b"trailing junk",
        BODY + c.sip(2),
        b"options   sip:a@b   sip/2.0  \nVia: x\n\n",
        b"SIP/2.0 200 OK\r\nVia: x\r\n\r\n",
        b"sip/2.0 183\r\n\r\n",
        b"X-NEW.method!~ urn:x SIP/2.0",
        b" \r\n \t\r\n" + BODY,
        b"INVITE\r\n sip:a@b SIP/2.0\r\nVia: x\r\n\r\n",
        b"INVITE sip:a@b \n\tSIP/2.0\nVia: x\n\n",
        b"INVITE\r sip:a@b\r sIp\r / 2.0 \r\n \r\nVia: x\r\n\r\n",
        b"INVITE sip:a@b SIP\r\n / 2.0",
    ],
)
def test_datagrams_are_delivered_as_they_are(body):
    """A datagram whose first line is SIP's is one message, with all that stands before and behind it, on any port."""
    assert c.bytes_of([c.datagram(body, port=40001, target_port=9)]) == [body]


@pytest.mark.parametrize("kept", [30, 42, 44, 60, 100, 200])
def test_cut_by_the_snapshot_length(kept):
    """A message that was captured in part isn't delivered but counted as cut."""
    _, reader = c.read(c.pcap([c.framed(c.datagram(BODY), c.ETHERNET)], snaplen=kept))

    assert dict(reader.counts) == {"cut": 1}


def test_cut_packets_of_other_protocols():
    """Media that was captured in part stays media."""
    _, reader = c.read(c.pcap([c.framed(c.datagram(b"\x80\x08" + bytes(170)), c.ETHERNET)], snaplen=96))

    assert dict(reader.counts) == {"other-udp": 1}
