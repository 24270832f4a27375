"""Requests that are made from a configuration meet its rules, whatever the rules are."""

from __future__ import annotations

import random

import pytest
from generate import RandomChoice, configuration_text, tokens

from identify.configuration import Configuration
from identify.engine import Engine
from identify.measuring.baseline import LinearBaseline
from identify.measuring.samples import SAMPLES, from_configuration, grouped
from identify.request import Request

EACH = """
[udp]
type=transport
protocol=udp
bind=192.0.2.1
[global]
type=global
endpoint_identifier_order={order}
[plain]
type=endpoint
[digest@asterisk]
type=endpoint
identify_by=auth_username
[anonymous]
type=endpoint
[a]
type=identify
endpoint=plain
match=2001:db8::/32,!2001:db8:1::/48
[h]
type=identify
endpoint=plain
match_header=X-Trunk: /^trunk(-)7$/
[u]
type=identify
endpoint=plain
match_request_uri=sip:7@192.0.2.1
[r]
type=registration
server_uri=sip:provider.example
client_uri=sip:me@provider.example
line=yes
endpoint=plain
"""


def engine_of(text: str) -> Engine:
    return Engine(Configuration.from_files({"pjsip.conf": text}))


@pytest.mark.parametrize(
    "name", ["ip", "username", "anonymous", "header", "request_uri", "auth_username", "line"]
)
def test_each_identifier_has_requests(name):
    """There are requests for each of the seven identifiers."""
    engine = engine_of(EACH.format(order=name if name != "line" else "ip"))

    groups, dropped = grouped(engine, from_configuration(engine))

    assert name in groups
    assert dropped == 0


def test_requests_are_bounded():
    """A large configuration has no more requests for an identifier than a small one could have."""
    sections = [f"[e{number}]\ntype=endpoint\n" for number in range(5 * SAMPLES)]
    sections += [
        f"[i{number}]\ntype=identify\nendpoint=e{number}\nmatch=10.0.{number // 250}.{number % 250}\n"
        for number in range(5 * SAMPLES)
    ]
    engine = engine_of("\n".join(sections))

    groups, _ = grouped(engine, from_configuration(engine))

    assert len(groups["ip"]) == SAMPLES
    assert len(groups["username"]) == SAMPLES


def test_any_configuration_can_be_measured():
    """Requests are made from generated configurations without failing, and the same ones each time."""
    source = RandomChoice(random.Random(1))
    for _ in range(30):
        configuration = Configuration.from_files({"pjsip.conf": configuration_text(source)})
        engine = Engine(configuration, line_tokens=tokens(configuration.registrations))

        samples = from_configuration(engine)

        assert samples == from_configuration(engine)
        grouped(engine, samples)


def test_the_scan_finds_what_the_engine_finds():
    """The scan that is timed beside the engine does the work: it finds the section that the engine answers with."""
    engine = engine_of(EACH.format(order="ip,username,header,request_uri"))
    scan = LinearBaseline(engine)
    groups, _ = grouped(engine, from_configuration(engine))

    for name in ("ip", "header", "request_uri", "line"):
        for sample in groups[name]:
            assert scan.first(sample.request()) == engine.identify(sample.request()).section
    assert {scan.first(sample.request()) for sample in groups["username"]} == {"plain", "anonymous"}
    assert scan.rules == 5


def test_the_scan_knows_negated_items():
    """The last item of an identify that covers the source decides, also in the scan."""
    scan = LinearBaseline(
        engine_of("[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=10.0.0.0/8,!10.1.0.0/16\n")
    )
    found = [
        scan.first_by_address(Request(source=source)) for source in ("10.2.0.1", "10.1.0.1", "192.0.2.1", "")
    ]

    assert found == ["i", None, None, None]
