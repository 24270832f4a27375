"""How the tests of the engine ask: one request in every way, whose answers must be the same."""

import pytest

from identify.configuration import Configuration
from identify.engine import Engine
from identify.request import Request

TRANSPORT = "[transport-udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:5060\n"


def wire(
    headers=(),
    method="OPTIONS",
    request_uri="sip:100@127.0.0.1",
    from_uri="<sip:nobody@example.com>",
    to_uri="<sip:100@127.0.0.1>",
):
    """Return the bytes of a request; ``headers`` are whole lines."""
    lines = [
        f"{method} {request_uri} SIP/2.0",
        "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1",
        f"From: {from_uri};tag=1",
        f"To: {to_uri}",
        "Call-ID: c1",
        f"CSeq: 1 {method}",
        *headers,
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


@pytest.fixture
def message():
    """Give the function that returns the bytes of a request."""
    return wire


@pytest.fixture
def engine():
    """Give a function that makes an engine of a pjsip.conf, which gets a UDP transport if it has none."""

    def make(text, tokens=None):
        if "type=transport" not in text:
            text = TRANSPORT + text
        return Engine(Configuration.from_files({"pjsip.conf": text}), tokens)

    return make


@pytest.fixture
def ask(engine):
    """Give a function that asks by message, by request and by explain, and returns endpoint, identifier, section."""

    def ask(
        text,
        *headers,
        tokens=None,
        source="192.0.2.1",
        port=5060,
        transport="udp",
        local=None,
        section=None,
        **parts,
    ):
        asked = engine(text, tokens) if isinstance(text, str) else text
        arguments = (wire(headers, **parts), source, port, transport, local, section)
        request = Request.from_message(*arguments)
        match = asked.explain(request).match
        assert asked.identify(request) == match
        assert asked.identify_message(*arguments) == match
        return match and (match.endpoint, match.identifier, match.section)

    return ask
