"""Text of any kind where it isn't on the wire: it matches nothing there, and raises nothing."""

import pytest

from identify.configuration import Configuration
from identify.engine import Engine
from identify.request import Request

PJSIP = """
[global]
type=global
[udp]
type=transport
protocol=udp
bind=0.0.0.0
symmetric_transport=yes
[alice]
type=endpoint
identify_by=username,ip
[by-address]
type=identify
endpoint=alice
match=192.0.2.7
"""
MESSAGE = (
    b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:alice@b>;tag=1\r\nTo: <sip:b@c>\r\n"
    b"Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContact: <sip:a@b>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


@pytest.mark.parametrize(
    "text",
    ["\ud800", "192.0.2.7\udfff", "\udcff" + "\ud800", chr(0xDCFF), "\0", ""],
    ids=["lone", "behind an address", "two kinds", "a byte", "nul", "empty"],
)
def test_text_that_no_bytes_stand_for(text):
    """A source, transport or local address that isn't one is unknown, in every operation alike."""
    configuration = Configuration.from_files({"pjsip.conf": PJSIP})
    engine = Engine(configuration)
    assert engine.identify_source(text) is None
    assert list(engine.identify_sources([text])) == [-1]
    alone = list(engine.identify_messages([MESSAGE], text, 5060))
    assert list(engine.identify_messages([MESSAGE], [text], [5060])) == alone
    for field in ("source", "transport", "local", "transport_section"):
        given = {"source": "192.0.2.1", "port": 5060} | {field: text}
        match = engine.identify_message(MESSAGE, **given)
        assert match.endpoint == "alice"
        request = Request.from_message(MESSAGE, **given)
        assert engine.identify(request) == match
        assert engine.explain(request).match == match
        assert request.headers_through(text)
