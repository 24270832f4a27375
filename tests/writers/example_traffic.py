"""Write the capture of each scenario in ``examples``: its requests, and the REGISTERs that Asterisk would send.

    python tests/writers/example_traffic.py

The same requests give the same bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import captures

from identify.configuration import Configuration
from identify.engine import Engine

EXAMPLES = Path(__file__).parents[2] / "examples"
SCENARIOS = (
    "outbound-proxy",
    "direct-media",
    "multiple-itsps",
    "header-matching",
    "inbound-proxy",
    "upgrade",
)
ASTERISK = "192.168.0.2"
PROXY = "192.168.0.1"

REGISTER = (
    "REGISTER {server} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:5060;rport;branch=z9hG4bKr{number}\r\nMax-Forwards: 70\r\n"
    "From: <{client}>;tag=r{number}\r\nTo: <{client}>\r\nCall-ID: r{number}@{host}\r\nCSeq: 1 REGISTER\r\n"
    "Contact: {contact}\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n"
)


def tokens_of(cases: list[dict]) -> dict[str, str]:
    """Return the line tokens that a scenario's requests were written for."""
    return dict(value.split("=") for case in cases for value in case["options"] if "=" in value)


def packets(folder: Path) -> list[bytes]:
    """Return the packets of a scenario: Asterisk registers, then the requests come in the order of the file."""
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["requests"]
    engine = Engine(Configuration.from_path(folder), line_tokens=tokens_of(cases))
    found = []
    for number, registration in enumerate(engine.configuration.registrations.values()):
        text = REGISTER.format(
            server=registration.server_uri,
            client=registration.client_uri,
            contact=engine.contact(registration.id, local=f"{ASTERISK}:5060"),
            host=ASTERISK,
            number=number,
        )
        found.append(captures.datagram(text.encode(), ASTERISK, PROXY))
    for case in cases:
        data = (folder / case["request"]).read_bytes().replace(b"\n", b"\r\n")
        address, port = case["source"].rsplit(":", 1)
        found.append(captures.datagram(data, address, ASTERISK, int(port)))
    return found


def capture(folder: Path) -> bytes:
    """Return a scenario's capture, a packet a second."""
    frames = [captures.framed(packet, captures.ETHERNET) for packet in packets(folder)]
    return captures.pcap(frames, step=1_000_000_000)


if __name__ == "__main__":
    for scenario in SCENARIOS:
        (EXAMPLES / scenario / "traffic.pcap").write_bytes(capture(EXAMPLES / scenario))
