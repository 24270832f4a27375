"""Registrations and transports: identification section 10, and which transports listen."""

from __future__ import annotations

import pytest
from loading import TRANSPORT, codes, load, problem

GOOD = "server_uri=sip:192.0.2.1\nclient_uri=sip:me@192.0.2.1\n"
TCP = "[tcp]\ntype=transport\nprotocol=tcp\nbind=0.0.0.0\n"
TLS = "[tls]\ntype=transport\nprotocol=tls\nbind=0.0.0.0\n"
SIX = "[six]\ntype=transport\nbind=[::]:5060\n"


def registration(lines: str, transports: str = TRANSPORT) -> str:
    """Return a configuration with a registration ``r``."""
    return f"[e]\ntype=endpoint\n{transports}[r]\ntype=registration\n{lines}"


@pytest.mark.parametrize(
    ("lines", "transports"),
    [
        (GOOD, TRANSPORT),
        ("server_uri=sip:nowhere.invalid\nclient_uri=<sip:me@x>\n", TRANSPORT),
        ("server_uri=sip:h:5999\nclient_uri=sips:me@x\n", TRANSPORT),
        (GOOD + "transport=nope\n", TRANSPORT),
        ("server_uri=sip:h\\;transport=tcp\nclient_uri=sip:me@x\n", TCP),
        ("server_uri=sips:h\nclient_uri=sip:me@x\n", TLS),
        ("server_uri=sip:h\\;transport=TLS\nclient_uri=sip:me@x\n", TLS),
        ("server_uri=sip:[2001:db8::1]\nclient_uri=sip:me@x\n", SIX),
    ],
)
def test_accepted(lines: str, transports: str) -> None:
    """Registrations that Asterisk keeps."""
    assert list(load(registration(lines, transports)).registrations) == ["r"]


@pytest.mark.parametrize(
    ("lines", "transports", "code"),
    [
        ("client_uri=sip:me@x\n", TRANSPORT, "registration-uri"),
        ("server_uri=sip:x\n", TRANSPORT, "registration-uri"),
        ("server_uri=\nclient_uri=sip:me@x\n", TRANSPORT, "registration-uri"),
        ("server_uri=127.0.0.1\nclient_uri=sip:me@x\n", TRANSPORT, "registration-uri"),
        ("server_uri=sip:10.0.0.0/24\nclient_uri=sip:me@x\n", TRANSPORT, "registration-uri"),
        ("server_uri=sip:x\nclient_uri=tel:+1\n", TRANSPORT, "registration-uri"),
        ("server_uri=sip:x\nclient_uri=me\n", TRANSPORT, "registration-uri"),
        (GOOD + "line=yes\n", TRANSPORT, "registration-line"),
        (GOOD + "endpoint=e\n", TRANSPORT, "registration-line"),
        (GOOD + "endpoint=e\nline=no\n", TRANSPORT, "registration-line"),
        (GOOD + "expiration=0\n", TRANSPORT, "option-value"),
        (GOOD, "", "registration-unreachable"),
        (GOOD, TCP, "registration-unreachable"),
        (GOOD, SIX, "registration-unreachable"),
        (GOOD, TRANSPORT + "foo=bar\n", "registration-unreachable"),
        ("server_uri=sips:h\nclient_uri=sip:me@x\n", TRANSPORT, "registration-unreachable"),
        ("server_uri=sip:h\\;transport=tcp\nclient_uri=sip:me@x\n", TRANSPORT, "registration-unreachable"),
        ("server_uri=sip:[2001:db8::1]\nclient_uri=sip:me@x\n", TRANSPORT, "registration-unreachable"),
    ],
)
def test_refused(lines: str, transports: str, code: str) -> None:
    """Registrations that Asterisk refuses, and why."""
    configuration = load(registration(lines, transports))

    assert not configuration.registrations
    assert problem(configuration, code).lost == "the registration 'r'"


def test_line_and_endpoint() -> None:
    """A registration with a line is in the model with what its Contact needs."""
    configuration = load(registration(GOOD + "line=on\nendpoint=e\ncontact_user=me\ntransport=t\n"))

    (found,) = configuration.registrations.values()
    assert (found.line, found.endpoint, found.contact_user, found.transport) == (True, "e", "me", "t")
    assert not codes(configuration)


def test_missing_endpoint_and_transport_are_warnings() -> None:
    """Both leave the registration in place."""
    configuration = load(registration(GOOD + "line=on\nendpoint=E\ntransport=nope\n"))

    assert list(configuration.registrations) == ["r"]
    assert codes(configuration) == {"registration-dangling", "registration-transport"}


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ("bind=0.0.0.0", "0.0.0.0:5060"),
        ("bind=0.0.0.0:5070", "0.0.0.0:5070"),
        ("protocol=TCP\nbind=127.0.0.1", "127.0.0.1:5060"),
        ("protocol=tls\nbind=127.0.0.1", "127.0.0.1:5061"),
        ("bind=[::1]:5062", "[::1]:5062"),
        ("bind=::", "[::]:5060"),
        ("bind=localhost:5063", "127.0.0.1:5063"),
    ],
)
def test_transport_address(lines: str, address: str) -> None:
    """The address with the protocol's port where none is given."""
    (transport,) = load(f"[x]\ntype=transport\n{lines}\n").transports.values()

    assert transport.address == address


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "transport-bind"),
        ("bind=", "transport-bind"),
        ("bind=192.0.2.300", "transport-bind"),
        ("bind=10.0.0.0/8", "transport-bind"),
        ("bind=127.0.0.1:5060", "transport-bind"),
        ("bind=127.0.0.2\nprotocol=sctp", "option-value"),
        ("bind=127.0.0.2\nfoo=bar", "option-unknown"),
    ],
)
def test_refused_transport(lines: str, code: str) -> None:
    """A transport without a usable address of its own is refused."""
    configuration = load(f"{TRANSPORT}[x]\ntype=transport\n{lines}\n")

    assert list(configuration.transports) == ["t"]
    assert problem(configuration, code).lost == "the transport 'x'"


def test_transport_on_a_name_that_is_not_known() -> None:
    """It is neither refused nor there; what hangs on it is a domain that requests may get, and a registration."""
    registration = "[r]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:h\nline=yes\nendpoint=e\n"
    section = "[x]\ntype=transport\nbind=sip.example.com\n"
    plain = load(f"{TRANSPORT}{section}{registration}")
    alone = load(f"{section}domain=example.com\n{registration}")

    assert problem(plain, "transport-bind-unknown").severity == "warning"
    (unknown,) = plain.unknowns
    assert (unknown.kind, unknown.types) == ("objects", frozenset())
    assert "'sip.example.com'" in unknown.what
    assert alone.unknowns[0].types == {"transport", "registration"}


def test_one_address_for_two_protocols() -> None:
    """UDP and TCP may share address and port."""
    configuration = load(TRANSPORT + TRANSPORT.replace("[t]", "[u]").replace("udp", "tcp"))

    assert list(configuration.transports) == ["t", "u"]


def test_only_flow_needs_no_bind() -> None:
    """Sections of other protocols are refused without one, websockets too; an empty one is any address."""
    text = "".join(
        f"[{name}]\ntype=transport\nprotocol={name}\n" for name in ("udp", "tcp", "tls", "ws", "wss", "flow")
    )

    assert list(load(text).transports) == ["flow"]
    empty = text.replace("protocol=", "bind=\nprotocol=")
    assert {section.host for section in load(empty).transports.values()} == {"0.0.0.0"}


def test_transport_domain() -> None:
    """What the username method needs of a transport."""
    transport = load(TRANSPORT + "domain=Example.com\nsymmetric_transport=yes\n").transports["t"]

    assert (transport.domain, transport.symmetric_transport) == ("Example.com", True)
