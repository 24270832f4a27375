"""Text of any kind where it isn't on the wire: an address or a transport that isn't one is refused, an id isn't."""

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
    """A source, transport or local address that isn't one is refused in every operation, but an id is just unknown."""
    configuration = Configuration.from_files({"pjsip.conf": PJSIP})
    engine = Engine(configuration)
    assert list(engine.identify_sources([text])) == [-1]
    given = {"source": "192.0.2.1", "port": 5060}
    for field in ("source", "transport", "local"):
        # A source may be unknown, as in text of a log.
        if field == "source" and not text:
            continue
        for ask in (engine.identify_message, Request.from_message, engine.explain_message):
            with pytest.raises(ValueError, match=f"^{field} '"):
                ask(MESSAGE, **given | {field: text})
    section = given | {"transport_section": text}
    match = engine.identify_message(MESSAGE, **section)
    request = Request.from_message(MESSAGE, **section)
    assert match.endpoint == "alice"
    assert engine.identify(request) == engine.explain(request).match == match
    assert request.headers_through(text)


def test_unknown_source():
    """An empty source is one that isn't known: no address rule matches it, other identifiers are asked."""
    engine = Engine(Configuration.from_text(PJSIP))

    assert engine.identify_source("") is None
    assert engine.identify_message(MESSAGE, "", 5060).identifier == "username"
    assert engine.identify(Request(source="")) is None
    assert list(engine.identify_messages([MESSAGE], "", 5060)) == [
        engine.matches.index(engine.identify_message(MESSAGE, "", 5060))
    ]
