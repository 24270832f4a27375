"""What the tests of reports look at: a configuration and calls in which everything that can be named is hostile."""

from __future__ import annotations

import captures
import pytest

from identify.configuration import Configuration
from identify.report import Given
from identify.simulation.results.timeline import Timeline
from identify.simulation.runs.work import RunPlan, run

#: An endpoint, a section and users that would run, load or lead somewhere if a page took them for markup.
SCRIPT = "</script><script>window.pwned=1</script>"
IMAGE = '"><img src=x onerror=window.pwned=1>'
LINK = "<a href='https://evil.example/'>click</a>"
USER = "%3C%2Fscript%3E%3Cscript%3Ewindow.pwned=2%3C%2Fscript%3E"

CONFIGURATION = f"""\
[udp]
type = transport
protocol = udp
bind = 192.168.0.2:5060

[{SCRIPT}]
type = endpoint

[{IMAGE}]
type = endpoint

[{LINK}]
type = endpoint

[never<b>]
type = endpoint

[by-script{SCRIPT}]
type = identify
endpoint = {SCRIPT}
match = 192.168.0.1

[by-image{IMAGE}]
type = identify
endpoint = {IMAGE}
match = 192.168.0.4

[by-link{LINK}]
type = identify
endpoint = {LINK}
match = 192.168.0.5

[unused{IMAGE}]
type = identify
endpoint = gone{SCRIPT}
match = 192.0.2.1
"""

CALL = (
    "OPTIONS sip:100@192.168.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{number}\r\n"
    'From: "<script>window.pwned=1</script>" <sip:{user}@caller.example>;tag={number}\r\nTo: <sip:100@192.168.0.2>\r\n'
    "Call-ID: {number}@{source}\r\nCSeq: 1 OPTIONS\r\nContact: <sip:{user}@{source}>\r\nContent-Length: 0\r\n\r\n"
)

#: (source, From user)
CALLS = [
    *[("192.168.0.1", "bob")] * 5,
    *[("192.168.0.4", "bob")] * 3,
    *[("192.168.0.5", "bob")] * 2,
    *[("198.51.100.9", USER)] * 4,
    ("203.0.113.7", "mallory"),
    ("203.0.113.70", "=cmd"),
]


#: What the pages of these say that they were made from.
GIVEN = Given(
    config="pjsip.conf",
    traffic=["calls.pcap"],
    release="as Asterisk 23",
    made=1_700_000_100_000_000_000,
    command=["sip-identify", "simulate", "pjsip.conf", "--local", "192.168.0.2"],
)


def capture(calls, first=0):
    """Return a capture of calls, a packet a second; ``first`` makes them others than those of another capture."""
    frames = [
        captures.framed(
            captures.datagram(
                CALL.format(source=source, user=user, number=number).encode(), source, "192.168.0.2"
            ),
            captures.ETHERNET,
        )
        for number, (source, user) in enumerate(calls, first)
    ]
    return captures.pcap(frames, step=1_000_000_000)


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    """Give a browser without a past."""
    import browsing  # noqa: PLC0415  Only tests that open pages need selenium.

    driver = browsing.browser(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()


@pytest.fixture
def config(tmp_path):
    """Give the path of the configuration above."""
    path = tmp_path / "pjsip.conf"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return str(path)


@pytest.fixture
def traffic(tmp_path):
    """Give the path of a capture of the calls above."""
    path = tmp_path / "calls.pcap"
    path.write_bytes(capture(CALLS))
    return str(path)


@pytest.fixture
def result(config, traffic):
    """Give what a simulation of these came to, with a timeline."""
    found = run(RunPlan(configuration=Configuration.from_path(config), timeline=True), [traffic])
    assert isinstance(found.timeline, Timeline)
    return found
