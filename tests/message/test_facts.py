"""What is dropped, what a header or URI prints as, and what identification reads: one case for each fact."""

import pytest

from identify.errors import MessageError
from identify.request import Request

SOURCE, PORT = "192.0.2.1", 5060
REQUIRED = {
    "Via": "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1",
    "From": "<sip:alice@example.com>;tag=1",
    "To": "<sip:bob@example.com>",
    "Call-ID": "c1",
    "CSeq": "1 OPTIONS",
    "Content-Length": "0",
}


def wire(*lines, without=(), first="OPTIONS sip:100@127.0.0.1 SIP/2.0", end="\r\n", last="\r\n\r\n"):
    """Return a request with more header lines in front of the required ones."""
    required = [f"{name}: {value}" for name, value in REQUIRED.items() if name not in without]
    return (end.join([first, *lines, *required]) + last).encode("utf-8", "surrogateescape")


def parsed(data, transport="udp"):
    """Return the request."""
    return Request.from_message(data, SOURCE, PORT, transport)


def is_dropped(data, transport="udp"):
    """Tell whether the message is refused."""
    try:
        parsed(data, transport)
    except MessageError:
        return True
    return False


# What is dropped


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
@pytest.mark.parametrize("name", REQUIRED)
def test_required_headers(name, transport):
    """Without Via, From, To, Call-ID or CSeq a message is dropped, without Content-Length only from a stream."""
    dropped = is_dropped(wire(without=[name]), transport)

    assert dropped is (name != "Content-Length" or transport != "udp")


@pytest.mark.parametrize(
    ("data", "transport", "dropped"),
    [
        (wire(), "udp", False),
        (wire(), "tcp", False),
        (wire()[:32], "udp", True),
        (b"\r\n" * 40, "udp", True),
        (b"\r\n\r\n\n\r" + wire(), "udp", False),
        (b"\r\n\r\n" + wire(), "tcp", False),
        (b"  " + wire(), "udp", False),
        (wire(end="\n", last="\n\n"), "udp", False),
        (wire(end="\r", last="\r\r"), "udp", False),
        (wire(last="\r\n"), "udp", False),
        (wire(last=""), "udp", False),
        (wire(last="\r\n"), "tcp", True),
        (wire(end="\n", last="\n\n"), "tcp", True),
        (wire(first="OPTIONS sip:100@127.0.0.1 sip/2.0"), "udp", False),
        (wire(first="OPTIONS sip:100@127.0.0.1 SIP/3.0"), "udp", True),
        (wire(first="OPTIONS sip:100@127.0.0.1"), "udp", True),
        (wire(first="SIP/2.0 200 OK"), "udp", True),
        (wire(first="FOO sip:100@127.0.0.1 SIP/2.0"), "udp", False),
        (wire(first="OPTIONS <sip:100@127.0.0.1> SIP/2.0"), "udp", True),
        (wire(first="OPTIONS urn:service:sos SIP/2.0"), "udp", True),
        (wire(first="OPTIONS http://h SIP/2.0"), "udp", True),
        (wire(first="OPTIONS tel:+1 SIP/2.0"), "udp", False),
        (wire(first="OPTIONS sip:@h SIP/2.0"), "udp", True),
        (wire(first="OPTIONS sip:a@h:99999 SIP/2.0"), "udp", True),
        (wire(first="OPTIONS sip:a@h;;x SIP/2.0"), "udp", True),
        (wire(first="OPTIONS sip:é@h SIP/2.0"), "udp", True),
        (wire(first="OPTIONS sip:[a]@h SIP/2.0"), "udp", True),
    ],
)
def test_messages(data, transport, dropped):
    """Line ends, framing and the request line: what survives and what doesn't."""
    assert is_dropped(data, transport) is dropped


@pytest.mark.parametrize("length", ["1", "99999999999"])
def test_incomplete_body(length):
    """A stream's message must have all of its body; a datagram's length isn't held against it."""
    data = wire(f"Content-Length: {length}", without=["Content-Length"])

    assert is_dropped(data, "tcp")
    if length == "1":
        assert not is_dropped(data + b"x", "tcp")
        assert not is_dropped(data, "udp")


@pytest.mark.parametrize(
    ("line", "dropped"),
    [
        ("X-A 1", True),
        (": 1", True),
        ("X A: 1", True),
        ("X-A : 1", False),
        ("X-A:", False),
        ("X-A: \x01\x7f\udcff", False),
        ("X-A: a\0b", True),
        ("Contact: <sip:a@h", True),
        ("Contact: *", False),
        ("Contact:", True),
        ("Expires: soon", True),
        ("Expires: 60", False),
        ("Max-Forwards: many", True),
        ("Content-Type: text", True),
        ("Content-Type: text/plain", False),
        ("Content-Length: x", True),
        ("Route: sip:h", False),
        ("Route: <http://h>", False),
        ("Route: <sip:h", True),
        ("Authorization: Basic YTpi", True),
        ("Authorization: Bearer x", True),
        ("Authorization: DIGEST username=a", False),
        ("CSeq: 2147483648 OPTIONS", True),
        ("CSeq: 2147483647 INVITE", False),
        ("CSeq: x OPTIONS", True),
        ("Session-Expires: abc", True),
        ("x: 90", False),
        ("Event:", True),
        ("o: dialog", False),
        ("Subscription-State:", True),
        ("Allow: ,,", False),
        ("From: <sip:a@h>;tag=\"", True),
        ("To: \"a <sip:a@h>", True),
        ("P-Asserted-Identity: <sip:a@h", False),
        ("Refer-To: <", False),
    ],
)  # fmt: skip
def test_header_lines(line, dropped):
    """A syntax error in a header that PJSIP reads itself drops the message, used or not; others hold anything."""
    assert is_dropped(wire(line)) is dropped
    assert is_dropped(wire(line), "tcp") is dropped


# What is printed


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("X-A:  a  b ", "X-A", "a  b"),
        ("X-A: a\r\n  b", "X-A", "a b"),
        ("X-A: a \r\n\tb", "X-A", "a  b"),
        ("x-a: 1, 2", "x-a", "1, 2"),
        ("s: subj", "s", "subj"),
        ("r: <sip:A@h>", "r", "<sip:A@h>"),
        ("P-Asserted-Identity: Al <sip:a@h:5060>;x", "P-Asserted-Identity", "Al <sip:a@h:5060>;x"),
        (
            'f: "Al ice" <sip:al%69ce@Example.COM:5060;user=phone;x=Y>;foo=bar;tag=a1',
            "From",
            '"Al ice" <sip:alice@Example.COM;user=phone;x=Y>;tag=a1;foo=bar',
        ),
        ("t: Bob <sip:b@h>", "To", '"Bob" <sip:b@h>'),
        ("To: sip:a@b:5062;tag=1;x", "To", "<sip:a@b>;tag=1;x"),
        ("To: tel:+1;x=y", "To", "<tel:+1>;x=y"),
        ("To: <sip:a@b>;TAG=%41", "To", "<sip:a@b>;tag=%41"),
        (
            'm: "Bob" <sip:bob@10.0.0.1:5060;transport=UDP>;expires=7;q=0.50',
            "Contact",
            '"Bob" <sip:bob@10.0.0.1:5060;transport=UDP>;q=0.5;expires=7',
        ),
        ("Contact: <sip:a@h>;q=1.0;EXPIRES=5;X=y", "Contact", "<sip:a@h>;q=1;expires=5;X=y"),
        ("Contact: *", "Contact", "*"),
        (
            "Via: sip/2.0/udp h:5062;x=y;branch=z9;received=1.1.1.1;maddr=1.1.1.1;rport;ttl=4;z",
            "Via",
            "SIP/2.0/UDP h:5062;ttl=4;rport=5060;maddr=1.1.1.1;received=192.0.2.1;branch=z9;x=y;z",
        ),
        ("v: SIP/2.0/UDP h;rport=7;branch=z9", "Via", "SIP/2.0/UDP h;rport=7;received=192.0.2.1;branch=z9"),
        (
            "Authorization: Digest response=abc,x=\"y\",nc=00000001, z=1 ,algorithm=MD5,uri=\"sip:x\",nonce=\"n\",realm=\"r\",username=\"u\"",
            "Authorization",
            'Digest username="u", realm="r", nonce="n", uri="sip:x", response="abc", algorithm=MD5, nc=00000001,x=y,z=1',
        ),
        ('Content-Type: text / plain; charset=utf-8;X="a b"', "Content-Type", 'text/plain;charset=utf-8;X="a b"'),
        ("CSeq: 0001 OPTIONS", "CSeq", "1 OPTIONS"),
        ("Max-Forwards: 070", "Max-Forwards", "70"),
        ("i:  c2 ", "Call-ID", "c2"),
        ("Allow: INVITE,ACK ,BYE", "Allow", "INVITE, ACK , BYE"),
        ("Accept: application/sdp ,text/plain", "Accept", "application/sdp , text/plain"),
        ("k: timer,100rel", "Supported", "timer, 100rel"),
        ("Retry-After: 5 (x) ;duration=3", "Retry-After", "5(x) ;duration=3"),
        ("o: dialog;x", "Event", "dialog;x"),
        ("x: 91", "Session-Expires", "91"),
        ("Min-SE: 92 ;x", "Min-SE", "92;x"),
        ("l: 0000", "Content-Length", "0"),
    ],
)  # fmt: skip
def test_printed_header(line, name, value):
    """A header that PJSIP reads prints under its long name in its own way, another as it was sent."""
    printed = parsed(wire(line)).printed_headers[0]

    assert (printed[0], printed[1].strip()) == (name, value)


SENT_URI = (
    "sip:u:pw@h:5062;maddr=1.2.3.4;lr;ttl=3;transport=tcp;method=INVITE;user=phone;x=y;Z=%41%20?a=b&c=d"
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("From", "<sip:u:pw@h;user=phone;x=y;Z=A%20>"),
        ("To", "<sip:u:pw@h;user=phone;x=y;Z=A%20>"),
        ("Contact", "<sip:u:pw@h:5062;user=phone;transport=tcp;ttl=3;maddr=1.2.3.4;x=y;Z=A%20?a=b&c=d>"),
        ("Route", "<sip:u:pw@h:5062;user=phone;transport=tcp;maddr=1.2.3.4;lr;x=y;Z=A%20>"),
    ],
)
def test_printed_uri_by_place(name, value):
    """A URI prints differently in each place: what may not stand there is left out."""
    assert parsed(wire(f"{name}: <{SENT_URI}>")).printed_headers[0] == (name, value)


@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        (SENT_URI, "sip:u:pw@h:5062;user=phone;transport=tcp;ttl=3;maddr=1.2.3.4;lr;x=y;Z=A%20"),
        ("SIPS:a@H:5061", "sips:a@H:5061"),
        ("sip:a@h:0", "sip:a@h"),
        ("sip:a@h;TRANSPORT=Udp;lr=on;x=", "sip:a@h;transport=Udp;lr;x"),
        ("sip:%C3%A9%3B%3a%40@h", "sip:%c3%a9;%3a%40@h"),
        ("sip:a@h;x-ast-a=1;X-ast-b=2;x-ast=3", "sip:a@h;X-ast-b=2;x-ast=3"),
        ("sip:a@h;x%2dast-a=1;%78-ast-;%58-ast-b;x-ast%2", "sip:a@h;X-ast-b;x-ast%2"),
        ("tel:+1-(23)", "tel:+1-(23)"),
        ("sip:s@[2001:DB8::1]:5060", "sip:s@[2001:DB8::1]:5060"),
    ],
)
def test_printed_request_uri(sent, printed):
    """The request URI prints as it is compared, of a message and of metadata."""
    assert parsed(wire(first=f"OPTIONS {sent} SIP/2.0")).printed_request_uri == printed
    assert Request(source=SOURCE, request_uri=sent).printed_request_uri == printed


def test_headers_of_elements():
    """Via, Contact, Route and Record-Route are a header for each element; Supported and Require are one of all."""
    lines = [
        "Contact: <sip:a@h>, <sip:b@h>",
        "Route: <sip:r1;lr>,<sip:r2;lr>",
        "Record-Route: <sip:r3;lr>,<sip:r4;lr>",
        "Via: SIP/2.0/UDP h1, SIP/2.0/UDP h2",
        "Require: a",
        "Supported: b",
        "X-A: 1, 2",
        "Require: c,d",
        "k: e",
        "Allow: X",
        "Allow: Y",
    ]

    printed = parsed(wire(*lines)).printed_headers

    assert printed[:13] == (
        ("Contact", "<sip:a@h>"),
        ("Contact", "<sip:b@h>"),
        ("Route", "<sip:r1;lr>"),
        ("Route", "<sip:r2;lr>"),
        ("Record-Route", "<sip:r3;lr>"),
        ("Record-Route", "<sip:r4;lr>"),
        ("Via", "SIP/2.0/UDP h1;received=192.0.2.1"),
        ("Via", "SIP/2.0/UDP h2"),
        ("Require", "a, c, d"),
        ("Supported", "b, e"),
        ("X-A", "1, 2"),
        ("Allow", "X"),
        ("Allow", "Y"),
    )


def test_received_is_of_the_first_via_only():
    """Only the first Via tells where the request came from."""
    printed = [
        value for name, value in parsed(wire("Via: SIP/2.0/UDP h;rport")).printed_headers if name == "Via"
    ]

    assert printed == [
        "SIP/2.0/UDP h;rport=5060;received=192.0.2.1",
        "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1",
    ]


def test_empty_replaces():
    """An empty Replaces takes the next line as its value; its Call-ID ends at a semicolon only."""
    printed = parsed(wire("Replaces:", "X-A: 1;x", "X-B: 2")).printed_headers

    assert [(name, value.strip()) for name, value in printed[:2]] == [("Replaces", "X-A: 1;x"), ("X-B", "2")]


# What is read


def test_uri():
    """A URI's user is decoded, the password apart, the host without brackets, parameters decoded in order."""
    uri = parsed(wire("From: <sip:%61%20b;c:pw@[2001:db8::1]:5062;LINE=%6Cn;x;line=2?h=v>")).from_uri

    assert (uri.scheme, uri.user, uri.password) == ("sip", "a b;c", "pw")
    assert (uri.host, uri.port) == ("2001:db8::1", 5062)
    assert uri.parameters == (("LINE", "ln"), ("x", ""), ("line", "2"))
    assert (uri.parameter("line"), uri.parameter("X"), uri.parameter("h")) == ("ln", "", None)


def test_first_of_several():
    """The first From and To are read; the screening looks at the last."""
    request = parsed(wire("From: <sip:first@h>", "To: <sip:one@h>", "From: <http://h>"))
    last = parsed(wire("From: <http://h>", "To: <http://h>"))

    assert (request.from_uri.user, request.to_uri.user, request.screening) == ("first", "one", "pass")
    assert (last.from_uri.scheme, last.to_uri.scheme, last.screening) == ("http", "http", "pass")


def test_authorizations():
    """Every Authorization is read in order, the last of a repeated parameter, without decoding."""
    request = parsed(
        wire(
            'Authorization: Digest username="a%20b", realm="r;x"',
            "Proxy-Authorization: Digest username=p, realm=r",
            "Authorization: dIGEST realm=r2, username=u1, username=u2",
            "Authorization: Digest nonce=n",
        )
    )

    assert [(authorization.username, authorization.realm) for authorization in request.authorizations] == [
        ("a%20b", "r;x"),
        ("u2", "r2"),
        ("", ""),
    ]


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("192.0.2.1", (4, 0xC0000201)),
        ("::ffff:192.0.2.1", (4, 0xC0000201)),
        ("2001:DB8::1", (6, 0x20010DB8 << 96 | 1)),
        ("fe80::1%lo", (6, 0xFE80 << 112 | 1)),
        ("::192.0.2.1", (6, 0xC0000201)),
        ("", None),
    ],
)
def test_source_address(source, address):
    """A source is its family and number, IPv4-mapped ones are IPv4, and what isn't known is None."""
    assert Request(source=source).source_address == address
    assert Request.from_message(wire(), source, 1).source_address == address


def test_place():
    """What the transport knows is kept as given, the protocol in lower case."""
    request = Request.from_message(wire(), "192.0.2.1", 7, "TLS", "127.0.0.1:5061", "t")

    assert (request.source, request.port, request.transport) == ("192.0.2.1", 7, "tls")
    assert (request.local, request.transport_section, request.method) == ("127.0.0.1:5061", "t", "OPTIONS")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"method": "A B"}, "method is no token"),
        ({"method": ""}, "method is no token"),
        ({"headers": {"": "x"}}, "name of a header is no token"),
        ({"headers": {"X-A:": "x"}}, "name of a header is no token"),
        ({"headers": {"X-A": "a\r\nX-B: c"}}, "line end in a header"),
        ({"headers": {"X-A": "a\0b"}}, "NUL in a header"),
        ({"headers": {"Contact": "<sip:a"}}, "no '>'"),
        ({"headers": {"Authorization": "Basic x"}}, "Digest"),
        ({"request_uri": "http://h"}, "neither sip, sips nor tel"),
        ({"request_uri": "sip:a@h SIP/2.0"}, "something follows the request URI"),
        ({"from_uri": "<sip:a@h>"}, "scheme"),
        ({"to_uri": "sip:a@h>;tag=1"}, "follows"),
    ],
)
def test_refused_metadata(arguments, reason):
    """Metadata that no message could carry to identification is refused like one."""
    with pytest.raises(MessageError, match=reason):
        Request(source=SOURCE, **arguments)
