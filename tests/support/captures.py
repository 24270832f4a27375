"""A writer of small captures: frames of every known kind, pcap, pcapng and HEP3, from plain values; and a reader of them.

Each function returns bytes.  An address is text, IPv4 or IPv6.
"""

import collections
import io
import ipaddress
import struct

from identify.traffic.batch import TRANSPORTS
from identify.traffic.captures.capture import CaptureReader

ETHERNET, NULL, LOOP, COOKED, COOKED_2, RAW, RAW_BSD, RAW_4, RAW_6 = 1, 0, 108, 113, 276, 101, 12, 228, 229
UDP, TCP, ICMP = 17, 6, 1
FIN, SYN, RST, ACK = 1, 2, 4, 16
SOURCE, TARGET = "203.0.113.7", "192.0.2.1"
SOURCE_6, TARGET_6 = "2001:db8::7", "2001:db8::1"
#: When the first packet of a capture was captured, in nanoseconds.
BEGIN = 1_700_000_000_000_000_000

Message = collections.namedtuple(
    "Message", "data source port local local_port transport frame time direction"
)


def sip(number=1, body=b"", method=b"OPTIONS", length=b"Content-Length", fill=0):
    """Return a request that differs by its number."""
    return (
        b"%b sip:%d@example.com SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP 203.0.113.7:5060;branch=z9hG4bK%d\r\n"
        b"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"
        b"Call-ID: %d@example.com\r\nCSeq: 1 %b\r\nX-Fill: %b\r\n%b: %d\r\n\r\n%b"
    ) % (method, number, number, number, method, b"f" * fill, length, len(body), body)


def packed(address):
    """Return an address as its bytes."""
    return ipaddress.ip_address(address).packed


def ipv4(
    payload, protocol=UDP, source=SOURCE, target=TARGET, ident=1, more=False, offset=0, options=b"", ttl=64
):
    """Return a packet; `offset` counts bytes."""
    head = 20 + len(options)
    fields = (0x40 | head // 4, 0, head + len(payload), ident, more << 13 | offset // 8, ttl, protocol, 0)
    return struct.pack(">BBHHHBBH", *fields) + packed(source) + packed(target) + options + payload


def ipv6(payload, protocol=UDP, source=SOURCE_6, target=TARGET_6, hops=64):
    """Return a packet; an extension header is part of the payload, its number the protocol."""
    return (
        struct.pack(">IHBB", 6 << 28, len(payload), protocol, hops)
        + packed(source)
        + packed(target)
        + payload
    )


def ip(payload, protocol, source, target, **more):
    """Return a packet of the version of the addresses."""
    version = ipaddress.ip_address(source).version
    return (ipv4 if version == 4 else ipv6)(payload, protocol, source, target, **more)


def udp(payload, port=5060, target_port=5060):
    """Return a datagram."""
    return struct.pack(">HHHH", port, target_port, 8 + len(payload), 0) + payload


def tcp(payload, sequence, port=40000, target_port=5060, flags=ACK, options=b""):
    """Return a segment."""
    head = 20 + len(options)
    fields = (port, target_port, sequence & 0xFFFFFFFF, 0, head // 4 << 4, flags, 65535, 0, 0)
    return struct.pack(">HHIIBBHHH", *fields) + options + payload


def datagram(payload, source=SOURCE, target=TARGET, port=5060, target_port=5060, **more):
    """Return a packet of UDP."""
    return ip(udp(payload, port, target_port), UDP, source, target, **more)


def segment(payload, sequence, source=SOURCE, target=TARGET, port=40000, target_port=5060, flags=ACK, **more):
    """Return a packet of TCP."""
    return ip(tcp(payload, sequence, port, target_port, flags), TCP, source, target, **more)


def fragments(packet, size):
    """Return an IPv4 packet of no options in pieces of so many bytes, a multiple of 8."""
    head, payload = packet[:20], packet[20:]
    (ident,) = struct.unpack(">H", head[4:6])
    source, target = (str(ipaddress.IPv4Address(head[at : at + 4])) for at in (12, 16))
    starts = range(0, len(payload), size)
    return [
        ipv4(payload[at : at + size], head[9], source, target, ident, at + size < len(payload), at)
        for at in starts
    ]


def fragments_6(payload, size, protocol=UDP, ident=1, source=SOURCE_6, target=TARGET_6):
    """Return the payload of an IPv6 packet as packets with fragment headers."""
    return [
        ipv6(
            struct.pack(">BBHI", protocol, 0, at | (at + size < len(payload)), ident)
            + payload[at : at + size],
            44,
            source,
            target,
        )
        for at in range(0, len(payload), size)
    ]


def ether_type(packet):
    """Return the type of Ethernet for a packet of IP."""
    return b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd"


def ethernet(packet, tags=(), type=None):
    """Return a frame, with VLAN tags of these types."""
    return bytes(12) + b"".join(tag + b"\x00\x05" for tag in tags) + (type or ether_type(packet)) + packet


def framed(packet, link):
    """Return a packet as a frame of a kind of link."""
    version = packet[0] >> 4
    return {
        ETHERNET: lambda: ethernet(packet),
        NULL: lambda: struct.pack("<I", 2 if version == 4 else 30) + packet,
        LOOP: lambda: struct.pack(">I", 2 if version == 4 else 24) + packet,
        COOKED: lambda: bytes(14) + ether_type(packet) + packet,
        COOKED_2: lambda: ether_type(packet) + bytes(18) + packet,
    }.get(link, lambda: packet)()


def pcap_header(link=ETHERNET, order="<", nano=False):
    """Return the header of a file."""
    return struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)


def pcap(
    frames, link=ETHERNET, order="<", nano=False, snaplen=262144, step=1_000_000, lengths=None, times=None
):
    """Return a file of these frames, `step` nanoseconds apart or of `times`; `lengths` maps their numbers to lies."""
    file = [pcap_header(link, order, nano)]
    for number, frame in enumerate(frames):
        kept = frame[:snaplen]
        seconds, fraction = divmod(times[number] if times else BEGIN + number * step, 10**9)
        length = (lengths or {}).get(number, len(kept))
        fraction = fraction if nano else fraction // 1000
        file += (struct.pack(order + "IIII", seconds, fraction, length, len(frame)), kept)
    return b"".join(file)


def block(type, body, order="<"):
    """Return a block of pcapng."""
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", type) + length + body + length


def section(order="<"):
    """Return a section header."""
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code, value, order="<"):
    """Return an option of a block."""
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(link=ETHERNET, order="<", snaplen=0, resolution=None, offset=None):
    """Return an interface's description; `resolution` is a byte, `offset` in seconds."""
    options = option(2, b"eth0", order)
    if resolution is not None:
        options += option(9, bytes([resolution]), order)
    if offset is not None:
        options += option(14, struct.pack(order + "q", offset), order)
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + options + option(0, b"", order), order)


def enhanced(frame, stamp=0, number=0, order="<", sent=None, type=6):
    """Return an enhanced packet block, or the obsolete one of type 2."""
    ids = struct.pack(order + "I" if type == 6 else order + "HH", *((number,) if type == 6 else (number, 0)))
    lengths = (len(frame), len(frame) if sent is None else sent)
    return block(
        type,
        ids
        + struct.pack(order + "IIII", stamp >> 32, stamp & 0xFFFFFFFF, *lengths)
        + frame
        + bytes(-len(frame) % 4),
        order,
    )


def simple(frame, order="<"):
    """Return a simple packet block."""
    return block(3, struct.pack(order + "I", len(frame)) + frame, order)


def chunk(type, value, vendor=0):
    """Return a chunk of HEP3."""
    return struct.pack(">HHH", vendor, type, 6 + len(value)) + value


def hep(
    payload,
    source=SOURCE,
    target=TARGET,
    port=5060,
    target_port=5060,
    protocol=UDP,
    time=BEGIN,
    kind=1,
    payload_type=15,
    extra=b"",
):
    """Return a packet of HEP3."""
    version = ipaddress.ip_address(source).version
    chunks = chunk(1, bytes([2 if version == 4 else 10])) + chunk(2, bytes([protocol]))
    chunks += chunk(7, struct.pack(">H", port)) + chunk(8, struct.pack(">H", target_port))
    if time is not None:
        chunks += chunk(9, struct.pack(">I", time // 10**9)) + chunk(
            10, struct.pack(">I", time % 10**9 // 1000)
        )
    chunks += chunk(11, bytes([kind])) + chunk(12, struct.pack(">I", 2001))
    first = 3 if version == 4 else 5
    chunks += (
        chunk(first, packed(source)) + chunk(first + 1, packed(target)) + extra + chunk(payload_type, payload)
    )
    return b"HEP3" + struct.pack(">H", 6 + len(chunks)) + chunks


class Trickle(io.RawIOBase):
    """A stream that gives so many bytes at a time, like a pipe."""

    def __init__(self, data, size):
        super().__init__()
        self.data = io.BytesIO(data)
        self.size = size

    def readable(self):
        """Return True."""
        return True

    def readinto(self, buffer):
        """Give the next bytes."""
        return self.data.readinto(memoryview(buffer)[: self.size])


def messages_of(reader):
    """Return what a reader delivers."""
    return [
        Message(
            batch.message(number),
            batch.source(number),
            batch.ports[number],
            batch.local(number),
            batch.local_ports[number],
            TRANSPORTS[batch.transports[number]],
            batch.frames[number],
            batch.times[number],
            batch.directions[number],
        )
        for batch in reader
        for number in range(len(batch))
    ]


def read(file, **choices):
    """Return the messages of a capture, and its reader."""
    reader = CaptureReader(io.BytesIO(file), "test.pcap", **choices)
    return messages_of(reader), reader


def read_packets(packets, link=ETHERNET, **choices):
    """Return the messages of packets, framed for a link, and the reader."""
    return read(pcap([framed(packet, link) for packet in packets], link), **choices)


def bytes_of(packets, **choices):
    """Return the bytes of the messages of packets."""
    return [message.data for message in read_packets(packets, **choices)[0]]


def counts_of(packets, **choices):
    """Return what was passed over of packets."""
    return dict(read_packets(packets, **choices)[1].counts)


def record(frame, stamp):
    """Return a frame as it stands in a pcap file of microseconds in little-endian order; `stamp` is in nanoseconds."""
    return struct.pack("<IIII", stamp // 10**9, stamp % 10**9 // 1000, len(frame), len(frame)) + frame
