"""Write the capture of each scenario in ``examples``, and the answers that ``simulate --expect`` reads.

The capture has the scenario's requests, and the REGISTERs that Asterisk would send.

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


def cases_of(folder: Path) -> list[dict]:
    """Return a scenario's requests with their answers."""
    return json.loads((folder / "requests.json").read_text(encoding="utf-8"))["requests"]


def packets(folder: Path) -> list[bytes]:
    """Return the packets of a scenario: Asterisk registers, then the requests come in the order of the file."""
    cases = cases_of(folder)
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
    for number, case in enumerate(cases):
        data = (folder / case["request"]).read_bytes().replace(b"\n", b"\r\n")
        if any(earlier["request"] == case["request"] for earlier in cases[:number]):
            # Another call, not a retransmission of the first one, which Asterisk would ask nobody about.
            data = data.replace(b"branch=z9hG4bK", b"branch=z9hG4bKother").replace(
                b"Call-ID: ", b"Call-ID: other-"
            )
        address, port = case["source"].rsplit(":", 1)
        found.append(captures.datagram(data, address, ASTERISK, int(port)))
    return found


def capture(folder: Path) -> bytes:
    """Return a scenario's capture, a packet a second."""
    frames = [captures.framed(packet, captures.ETHERNET) for packet in packets(folder)]
    return captures.pcap(frames, step=1_000_000_000)


def expectations(folder: Path) -> str:
    """Return the answers that a scenario says its requests have, as ``--record`` writes them."""
    text = ""
    cases = cases_of(folder)
    before = len(Configuration.from_path(folder).registrations)
    for frame, case in enumerate(cases, before + 1):
        address, port = case["source"].rsplit(":", 1)
        entry = {"traffic": "traffic.pcap", "frame": frame, "source": address, "port": int(port)}
        entry["method"] = (folder / case["request"]).read_text(encoding="utf-8").partition(" ")[0]
        entry["expect"] = case["answer"] and case["answer"]["endpoint"]
        text += json.dumps(entry) + "\n"
    return text


if __name__ == "__main__":
    for scenario in SCENARIOS:
        (EXAMPLES / scenario / "traffic.pcap").write_bytes(capture(EXAMPLES / scenario))
        (EXAMPLES / scenario / "expected.jsonl").write_text(
            expectations(EXAMPLES / scenario), encoding="ascii"
        )
