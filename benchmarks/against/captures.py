"""Captures read by libraries of others and by slices: source address, port and payload of each packet.

All read the same kind of file, one UDP datagram of IPv4 in each Ethernet frame, and each does it in the fastest way
that its documentation shows.  None of them looks for SIP, for copies, or puts fragments together.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["Packet", "dpkt_packets", "scapy_packets", "sliced_packets"]

#: Source address, source port, payload.
Packet = tuple[bytes, int, bytes]

FILE_HEADER = 24
RECORD_HEADER = 16
#: Of a frame, behind the headers of Ethernet, IPv4 without options, and UDP.
ADDRESS, PORT, PAYLOAD = 26, 34, 42


def dpkt_packets(path: Path) -> Iterator[Packet]:
    """Read a capture with dpkt, layer after layer."""
    import dpkt

    with path.open("rb") as file:
        for _, frame in dpkt.pcap.Reader(file):
            packet = dpkt.ethernet.Ethernet(frame).data
            datagram = packet.data
            yield packet.src, datagram.sport, datagram.data


def scapy_packets(path: Path) -> Iterator[Packet]:
    """Read a capture with Scapy, packet by packet; of its layers only those that are needed are loaded."""
    import socket

    from scapy.layers import l2  # noqa: F401  It tells what is in a frame.
    from scapy.layers.inet import IP, UDP
    from scapy.utils import PcapReader

    packets: Any = PcapReader(str(path))
    with packets:
        for packet in packets:
            datagram = packet[UDP]
            yield socket.inet_aton(packet[IP].src), datagram.sport, bytes(datagram.payload)


def sliced_packets(path: Path) -> Iterator[Packet]:
    """Cut a little-endian capture into pieces in plain Python, knowing that all of its frames are alike."""
    data = path.read_bytes()
    number = int.from_bytes
    at, end = FILE_HEADER, len(data)
    while at < end:
        size = number(data[at + 8 : at + 12], "little")
        at += RECORD_HEADER
        yield (
            data[at + ADDRESS : at + ADDRESS + 4],
            number(data[at + PORT : at + PORT + 2], "big"),
            data[at + PAYLOAD : at + size],
        )
        at += size
