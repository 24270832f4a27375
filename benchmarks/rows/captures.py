"""Rows of captures: decoding one to batches beside dpkt, Scapy and slices, and ``simulate`` beside tshark."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from benchmarks.against import captures as readers
from benchmarks.against import processes
from benchmarks.against.captures import Packet
from benchmarks.material.captures import capture, configuration_file
from benchmarks.rows.row import OURS, Row, Target, Work
from identify.addresses import ADDRESS_BYTES
from identify.traffic.opening import open_traffic

__all__ = ["our_packets", "rows"]

REQUESTS = 100_000
#: Scapy takes so much longer for each that a row would take minutes.
SCAPY_REQUESTS = 2000
MANY_REQUESTS = 1_000_000
#: So many packets are compared between the sides.
COMPARED = 500
ROUNDS = 3

DPKT = "dpkt"
SCAPY = "Scapy"
SLICES = "slices in plain Python"
TSHARK = "tshark"

#: 300,000 a second on one core.
PACKET_MOST = 1 / 300_000
TSHARK_LEAST = 10


def rows() -> list[Row]:
    """Return the rows."""
    return [
        _decoding(),
        _beside_tshark("simulate-100k", REQUESTS),
        _beside_tshark("simulate-1M", MANY_REQUESTS),
        _memory(),
    ]


def _decoding() -> Row:
    return Row(
        id="captures-udp",
        title=f"a packet of a pcap file of {REQUESTS:,} requests over UDP",
        group="captures",
        sides={
            OURS: _ours,
            DPKT: _peer(readers.dpkt_packets, REQUESTS),
            SCAPY: _peer(readers.scapy_packets, SCAPY_REQUESTS),
            SLICES: _peer(readers.sliced_packets, REQUESTS),
        },
        targets=(Target(text="at most 3.33 µs, 300,000 packets a second", over=(OURS,), most=PACKET_MOST),),
        note=f"Scapy reads the first {SCAPY_REQUESTS:,} packets only",
        short=True,
    )


def _ours() -> Work:
    path = capture(REQUESTS)

    def loop() -> None:
        with open_traffic(path) as reader:
            assert sum(map(len, reader)) == REQUESTS

    return Work(loop=loop, items=REQUESTS, answers=lambda: _compared(our_packets(path)))


def our_packets(path: Path) -> Iterator[Packet]:
    """Read a capture as the peers do, from our batches."""
    with open_traffic(path) as reader:
        for batch in reader:
            for number in range(len(batch)):
                # IPv4 addresses are mapped ones of IPv6 there.
                end = ADDRESS_BYTES * (number + 1)
                yield bytes(batch.sources[end - 4 : end]), batch.ports[number], batch.message(number)


def _peer(packets: Callable[[Path], Iterator[Packet]], requests: int) -> Callable[[], Work]:
    def work() -> Work:
        path = capture(requests)

        def loop() -> None:
            for _ in packets(path):
                pass

        return Work(loop=loop, items=requests, answers=lambda: _compared(packets(path)))

    return work


def _compared(packets: Iterator[Packet]) -> list[int]:
    """Return the first packets as numbers."""
    return [
        number
        for address, port, payload in islice(packets, COMPARED)
        for number in (int.from_bytes(address, "big"), port, zlib.crc32(payload))
    ]


def _beside_tshark(id: str, requests: int) -> Row:
    many = requests >= MANY_REQUESTS

    def side(command: Callable[[Path], tuple[str, ...]]) -> Callable[[], Work]:
        def work() -> Work:
            path = capture(requests)
            words = command(path)
            if not many:
                return Work(loop=lambda: processes.run(words))
            _read(path)
            # Once a round: tshark takes minutes.
            return Work(value=processes.run(words).seconds)

        return work

    return Row(
        id=id,
        title=f"simulate a capture of {requests:,} requests, the whole command",
        group="simulate",
        sides={OURS: side(_simulating), TSHARK: side(processes.tshark)},
        targets=(Target(text=f"at least 10 × {TSHARK}", over=(TSHARK,), under=OURS, least=TSHARK_LEAST),),
        unit="ms",
        heavy=many,
        optional=many,
        rounds=ROUNDS,
    )


def _memory() -> Row:
    def peak(requests: int) -> Callable[[], Work]:
        return lambda: Work(value=processes.run(_simulating(capture(requests))).peak)

    fewer = f"{REQUESTS:,} requests"
    return Row(
        id="simulate-1M-memory",
        title=f"most memory of simulating {MANY_REQUESTS:,} requests",
        group="simulate",
        sides={OURS: peak(MANY_REQUESTS), fewer: peak(REQUESTS)},
        bounds=(fewer,),
        unit="MB",
        heavy=True,
        optional=True,
        rounds=ROUNDS,
        note="it grows with the calls that are remembered, up to their limit",
    )


def _simulating(path: Path) -> tuple[str, ...]:
    return processes.sip_identify("simulate", str(configuration_file()), str(path))


def _read(path: Path) -> None:
    """Read a file to its end, so that no side waits for the disk."""
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass
