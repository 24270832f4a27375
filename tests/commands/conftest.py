"""How the tests of the command run it: inside this process, with a configuration and messages of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
