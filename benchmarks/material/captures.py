"""Captures of many requests, and the configuration that identifies most of them.

Facts

1. A capture holds UDP datagrams in Ethernet frames, about 1 kB each: INVITE, REGISTER and OPTIONS as providers and
   phones send them, from thousands of sources, drawn with a fixed seed.  A shorter capture is the beginning of a longer
   one.
2. The configuration has 1,000 endpoints; a third each is found by address, by header and by From user, and one request
   in twenty by nothing.
"""

from __future__ import annotations

import os
import random
import struct
from pathlib import Path

from benchmarks.material.address_tables import CACHE, EDITION

__all__ = ["PORT", "SERVER", "capture", "configuration", "configuration_file", "request"]

SEED = 20261126
ENDPOINTS = 1000
#: 192.0.2.5
SERVER = 0xC0000205
PORT = 5060
#: 10.64.0.0: each endpoint that is found by address has four addresses from here on.
NETWORKS = 0x0A400000
#: Microseconds between two requests.
INTERVAL = 300
BEGUN = 1_795_000_000
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
RECORD = struct.Struct("<IIII")
ETHERNET = bytes.fromhex("020000000002 020000000001 0800")
IPV4 = struct.Struct(">BBHHHBBHII")
UDP = struct.Struct(">HHHH")

SDP = (
    "v=0\r\no=- {number} 1 IN IP4 {host}\r\ns=call\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {media} RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\na=ptime:20\r\n"
)
COMMON = (
    "Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bKPj{number:08x}{branch:016x}\r\n"
    "Max-Forwards: 70\r\n"
    'From: "Caller {number}" <sip:{user}@{host}>;tag={branch:08x}\r\n'
    "To: <sip:{to}@192.0.2.5>\r\n"
    "Contact: <sip:{user}@{host}:{port};transport=udp>{expires}\r\n"
    "Call-ID: {branch:032x}@{host}\r\n"
    "CSeq: {sequence} {method}\r\n"
    "Allow: PRACK, INVITE, ACK, BYE, CANCEL, UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER, MESSAGE, OPTIONS\r\n"
    "Supported: replaces, 100rel, timer, norefersub\r\n"
    "User-Agent: Phone/4.{version} (firmware 22.11.3.8; model 57)\r\n"
    "P-Asserted-Identity: <sip:+49301{number:08d}@carrier.example>\r\n"
    "X-Trunk-ID: {trunk}\r\n"
    "X-Correlation: {branch:032x}-{number:08d}\r\n"
    "P-Access-Network-Info: IEEE-802.3;eth-location=building-{version}-floor-3-rack-17-port-{port}\r\n"
)


def capture(requests: int) -> Path:
    """Return the path of a capture of so many requests, which is written when it is first needed."""
    path = CACHE / f"{requests}.{EDITION}.pcap"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        _write(temporary, requests)
        temporary.replace(path)
    return path


def configuration_file() -> Path:
    """Return the path of the configuration, written anew: it is small."""
    path = CACHE / f"captures.{EDITION}.conf"
    CACHE.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(configuration(), encoding="utf-8")
    temporary.replace(path)
    return path


def configuration() -> str:
    """Return pjsip.conf."""
    parts = [
        "[global]\ntype=global\nendpoint_identifier_order=ip,header,username\n",
        "[transport-udp]\ntype=transport\nprotocol=udp\nbind=192.0.2.5:5060\n",
    ]
    for number in range(ENDPOINTS):
        parts.append(f"[endpoint-{number}]\ntype=endpoint\n")
        if number % 3 == 0:
            parts.append(
                f"[address-{number}]\ntype=identify\nendpoint=endpoint-{number}\n"
                f"match={_host(NETWORKS + 4 * number)}/30\n"
            )
        elif number % 3 == 1:
            parts.append(
                f"[header-{number}]\ntype=identify\nendpoint=endpoint-{number}\n"
                f"match_header=X-Trunk-ID: trunk-{number}\n"
            )
    return "\n".join(parts)


def request(generator: random.Random, number: int) -> tuple[int, int, bytes]:
    """Return source address, port and message of a request."""
    endpoint = generator.randrange(ENDPOINTS)
    branch = generator.getrandbits(64)
    known = generator.random() >= 0.05
    # Those that are found by address come from their network, the others from anywhere.
    if known and endpoint % 3 == 0:
        source = NETWORKS + 4 * endpoint + branch % 4
    else:
        source = 0xC6336400 + 0x10000 * (branch % 16) + endpoint * 5 % 256 + 256 * (endpoint % 19)
    port = 5060 if branch & 1 else 1024 + endpoint * 5 % 60000
    method = ("INVITE", "INVITE", "REGISTER", "OPTIONS", "REGISTER", "INVITE", "OPTIONS", "REGISTER")[
        branch >> 8 & 7
    ]
    host = _host(source)
    body = SDP.format(number=number, host=host, media=10000 + branch % 20000) if method == "INVITE" else ""
    user = f"endpoint-{endpoint}" if known and endpoint % 3 == 2 else f"+4930{branch % 10**8:08d}"
    text = COMMON.format(
        host=host,
        port=port,
        number=number,
        branch=branch,
        user=user,
        to=user if method == "REGISTER" else f"+49301{branch >> 16 & 0xFFFF}",
        expires=";expires=300" if method == "REGISTER" else "",
        sequence=1 + (branch & 0x3FF),
        method=method,
        version=endpoint % 40,
        trunk=f"trunk-{endpoint}" if known and endpoint % 3 == 1 else "none",
    )
    uri = (
        "sip:192.0.2.5"
        if method == "REGISTER"
        else f"sip:+49301{branch >> 16 & 0xFFFF}@192.0.2.5:5060;user=phone"
    )
    kind = "Content-Type: application/sdp\r\n" if body else ""
    head = f"{method} {uri} SIP/2.0\r\n{text}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
    return source, port, head.encode()


def _write(path: Path, requests: int) -> None:
    """Write the capture."""
    generator = random.Random(SEED)
    with path.open("wb", buffering=1 << 20) as file:
        file.write(HEADER)
        for number in range(requests):
            source, port, message = request(generator, number)
            size = len(message)
            seconds, micro = divmod(number * INTERVAL, 1_000_000)
            file.write(RECORD.pack(BEGUN + seconds, micro, size + 42, size + 42))
            file.write(ETHERNET)
            # Checksums are left out, as captures on the sending host have them too.
            file.write(IPV4.pack(0x45, 0, size + 28, number & 0xFFFF, 0x4000, 63, 17, 0, source, SERVER))
            file.write(UDP.pack(port, PORT, size + 8, 0))
            file.write(message)


def _host(address: int) -> str:
    """Return an IPv4 address as text."""
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))
