"""How the tests of the command run it: inside this process, with a configuration and messages of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import captures
import pytest
from click.testing import CliRunner, Result

from identify.commands.main import sip_identify

CONFIGURATION = """\
[udp]
type = transport
protocol = udp
bind = 192.168.0.2:5060

[office]
type = transport
protocol = udp
bind = 192.168.0.3:5060
domain = office.example

[trunk]
type = endpoint

[alice@office.example]
type = endpoint

[by-address]
type = identify
endpoint = trunk
match = 192.168.0.1,2001:db8::/64

[broken]
type = identify
endpoint = trunk
match = 192.168.0.300

[provider]
type = registration
server_uri = sip:provider.example
client_uri = sip:me@provider.example
line = yes
endpoint = trunk

[plain]
type = registration
server_uri = sip:provider.example
client_uri = sip:me@provider.example
"""

MESSAGE = """\
INVITE sip:100@192.168.0.2 SIP/2.0
Via: SIP/2.0/UDP 192.168.0.1:5060;branch=z9hG4bK1
Max-Forwards: 70
From: <sip:{user}@caller.example>;tag=1
To: <sip:100@192.168.0.2{to}>
Call-ID: 1@192.168.0.1
CSeq: 1 INVITE
Contact: <sip:caller@192.168.0.1>
Content-Length: 0

"""

CALL = (
    "{method} sip:100@192.168.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{number}\r\n"
    "From: <sip:{user}@office.example>;tag={number}\r\nTo: <sip:100@192.168.0.2>\r\n"
    "Call-ID: {number}@{source}\r\nCSeq: 1 {method}\r\nContact: <sip:{user}@{source}>\r\nContent-Length: 0\r\n\r\n"
)

#: (source, From user, method): by ip, by ip, by username, and twice by nothing.
REQUESTS = [
    ("192.168.0.1", "bob", "INVITE"),
    ("192.168.0.1", "bob", "OPTIONS"),
    ("203.0.113.7", "alice", "REGISTER"),
    ("198.51.100.9", "mallory", "REGISTER"),
    ("198.51.100.9", "=1+1", "INVITE"),
]

#: The line that says which release is answered for, where none was told, and the same in JSON.
DEFAULT = "as Asterisk 23 (the newest known; --release VERSION for another)"
DEFAULT_AS_JSON = {"version": "23", "chosen": "default"}

CHANGED = """\
[udp]
type = transport
protocol = udp
bind = 192.168.0.2:5060

[office]
type = transport
protocol = udp
bind = 192.168.0.3:5060
domain = office.example

[trunk]
type = endpoint

[newcomer]
type = endpoint

[by-address]
type = identify
endpoint = trunk
match = 192.168.0.1

[new-address]
type = identify
endpoint = newcomer
match = 198.51.100.0/24

[alice@office.example]
type = endpoint
"""


def frames(requests, first=0):
    """Return a packet for each request; ``first`` makes their numbers others than those of another capture."""
    return [
        captures.framed(
            captures.datagram(
                CALL.format(source=source, user=user, method=method, number=number).encode(),
                source,
                "192.168.0.3" if user == "alice" else "192.168.0.2",
            ),
            captures.ETHERNET,
        )
        for number, (source, user, method) in enumerate(requests, first)
    ]


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Give the path of a configuration of two transports, an identify, registrations and a mistake."""
    path = tmp_path / "pjsip.conf"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return str(path)


@pytest.fixture
def message(tmp_path: Path) -> Callable[..., str]:
    """Give a function that writes a message and returns its path."""

    def write(user: str = "bob", to: str = "") -> str:
        path = tmp_path / "message.sip"
        path.write_text(MESSAGE.format(user=user, to=to), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def run() -> Callable[..., Result]:
    """Give a function that runs the command."""

    def invoke(*arguments: str, **options: object) -> Result:
        return CliRunner().invoke(sip_identify, list(arguments), prog_name="sip-identify", **options)

    return invoke


@pytest.fixture
def traffic(tmp_path):
    """Give the path of a capture of the requests above and a response."""
    response = captures.datagram(
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.168.0.1:5060;branch=z9hG4bK1\r\nFrom: <sip:bob@office.example>;tag=1\r\n"
        b"To: <sip:100@192.168.0.2>;tag=2\r\nCall-ID: 1@192.168.0.1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
        "192.168.0.2",
        "192.168.0.1",
    )
    path = tmp_path / "traffic.pcap"
    path.write_bytes(captures.pcap([*frames(REQUESTS), captures.framed(response, captures.ETHERNET)]))
    return str(path)


@pytest.fixture
def other(tmp_path):
    """Give the path of a configuration that identifies one more source."""
    path = tmp_path / "other.conf"
    path.write_text(CHANGED)
    return str(path)
