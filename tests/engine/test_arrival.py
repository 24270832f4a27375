"""Where a request came from: what may be given as source, port, transport and local address, and what is refused."""

import ipaddress

import pytest

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError
from identify.model import Match
from identify.request import Request

ENGINE = Engine(
    Configuration.from_text(
        "[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=192.0.2.1:5070\nmatch=fe80::1\n"
        "[udp]\ntype=transport\nprotocol=udp\nbind=192.0.2.9\ndomain=there\n"
    )
)
FOUND = Match("e", "ip", "i")
MESSAGE = (
    b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:nobody@b>;tag=1\r\nTo: <sip:b@c>\r\n"
    b"Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)
#: By what is said of it: a transport, a local address or a source that there isn't.
WRONG = [
    ("source", "garbage", "'garbage' is not a valid address"),
    ("source", "sip.example.com", "'sip.example.com' is not a valid address"),
    ("source", "192.0.2.1:5070", "give its port as port"),
    ("source", "[2001:db8::1]:5060", "give its port as port"),
    ("source", "192.0.2.256", "'192.0.2.256' is not a valid address"),
    ("source", "192.0.2.1%2", "is not a valid address"),
    ("source", "192.0.2.1\0", "is not a valid address"),
    ("source", "1" * 5000, "'1{120}...' is not a valid address"),
    ("source", b"192.0.2.1", "packed address of 9 bytes: expected 4 or 16"),
    ("source", 1 << 32, "4294967296 is not a valid IPv4 address"),
    ("source", -1, "-1 is not a valid IPv4 address"),
    ("transport", "sctp", "'sctp' is not known: expected udp, tcp, tls, ws or wss"),
    ("transport", "", "'' is not known"),
    ("local", "foo", "'foo' is not an address with a port"),
    ("local", "192.0.2.9", "'192.0.2.9' is not an address with a port"),
    ("local", "192.0.2.9:", "is not an address with a port"),
    ("local", "192.0.2.9:65536", "is not an address with a port"),
    ("local", "192.0.2.9:+5060", "is not an address with a port"),
    ("local", "[192.0.2.9]:5060", "is not an address with a port"),
    ("local", "127.1:5060", "is not an address with a port"),
    ("local", "2001:db8::1:5060", r"expected one such as 192.0.2.1:5060 or \[2001:db8::1\]:5060"),
    ("local", "host:5060", "'host:5060' is not an address with a port"),
    ("local", "192.0.2.9\ud800:5060", "is not an address with a port"),
]


def ways(**given):
    """Return the calls that take a request with its arrival, each without arguments."""
    place = {"source": "192.0.2.1", "port": 5070} | given
    rest = {name: value for name, value in place.items() if name not in ("source", "port")}
    return [
        lambda: ENGINE.identify_message(MESSAGE, **place),
        lambda: Request.from_message(MESSAGE, **place),
        lambda: ENGINE.explain_message(MESSAGE, **place),
        lambda: Request(**place),
        lambda: ENGINE.identify_messages([MESSAGE], place["source"], place["port"], **rest),
        lambda: ENGINE.identify_source(place["source"], place["port"]),
    ]


@pytest.mark.parametrize(
    ("name", "value", "text"), WRONG, ids=[f"{name}={value!r}" for name, value, _ in WRONG]
)
def test_values_that_are_none(name, value, text):
    """What isn't an address, a transport or a local name is the caller's ValueError with name and value, everywhere."""
    calls = ways(**{name: value})
    if name != "source":
        calls.pop()
    if isinstance(value, bytes):
        # For many messages bytes are a column of addresses.
        del calls[4]
    for call in calls:
        with pytest.raises(ValueError, match=text) as caught:
            call()
        assert name in str(caught.value) or calls.index(call) == 4
        assert not isinstance(caught.value, MessageError)


@pytest.mark.parametrize("value", [None, True, 1.5, ["192.0.2.1"], ("192.0.2.1",), (5, 5070)])
def test_types_that_are_no_source(value):
    """Another type is a TypeError that says what is accepted."""
    for call in (
        lambda: ENGINE.identify_message(MESSAGE, value, 5070),
        lambda: Request.from_message(MESSAGE, value, 5070),
        lambda: Request(source=value),
        lambda: ENGINE.identify_source(value, 5070),
        lambda: ENGINE.explain_message(MESSAGE, value, 5070),
    ):
        with pytest.raises(TypeError, match=r"^source .*\(host, port"):
            call()


@pytest.mark.parametrize(
    "source",
    [
        "192.0.2.1",
        b"\xc0\x00\x02\x01",
        bytes(10) + b"\xff\xff\xc0\x00\x02\x01",
        0xC0000201,
        ipaddress.ip_address("192.0.2.1"),
        ipaddress.ip_address("::ffff:192.0.2.1"),
        "fe80::1",
        "fe80::1%2",
        "fe80::1%eth0",
        ipaddress.ip_address("fe80::1%eth0"),
    ],
)
def test_sources(source):
    """A source may be text, packed bytes, an int or an object of ipaddress; a scope is dropped."""
    request = Request.from_message(MESSAGE, source, 5070)

    assert ENGINE.identify_message(MESSAGE, source, 5070) is ENGINE.identify_source(source, 5070)
    assert ENGINE.identify(request) == ENGINE.explain_message(MESSAGE, source, 5070).match == FOUND
    assert ENGINE.identify(Request(source=source, port=5070)) == FOUND


@pytest.mark.parametrize(
    "address",
    [("192.0.2.1", 5070), ("fe80::1", 5, 0, 0), ("fe80::1%eth0", 5, 0, 3), ("::ffff:192.0.2.1", 5070, 0, 0)],
)
def test_addresses_of_sockets(address):
    """What asyncio and recvfrom call an address has the port too, and no other may be given."""
    request = Request(source=address)

    assert (request.port, "%" in request.source) == (address[1], False)
    assert ENGINE.identify_message(MESSAGE, address) == ENGINE.identify_source(address) == FOUND
    assert ENGINE.identify(Request.from_message(MESSAGE, address)) == FOUND
    assert ENGINE.explain_message(MESSAGE, address).match == FOUND
    with pytest.raises(TypeError, match="has a port, and port 1 is given too"):
        ENGINE.identify_message(MESSAGE, address, 1)


def test_missing_port():
    """A source without a port needs one, but a request from metadata has SIP's."""
    for call in (ENGINE.identify_message, Request.from_message, ENGINE.explain_message):
        with pytest.raises(TypeError, match="port is missing"):
            call(MESSAGE, "192.0.2.1")
    assert Request(source="192.0.2.1").port == 5060


@pytest.mark.parametrize(
    "local", ["192.0.2.9:5060", "[2001:db8::1]:0", "[::ffff:192.0.2.9]:65535", "0.0.0.0:5060"]
)
@pytest.mark.parametrize("transport", ["udp", "TCP", "Tls", "ws", "wss"])
def test_local_addresses_and_transports(local, transport):
    """Every address with a port is one that a request may arrive at, over any transport in any case."""
    assert Request(source="192.0.2.1", transport=transport, local=local).transport == transport.lower()
    for call in ways(local=local, transport=transport):
        call()
