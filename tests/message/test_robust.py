"""Any bytes: a request that can be read in all its parts, or MessageError with a place in them, nothing else."""

import random

import filled
import generate
import linear
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from identify.addresses import parse_address
from identify.errors import LimitError, MessageError
from identify.request import Request

PLACE = ("192.0.2.1", 5060)
TRANSPORTS = ("udp", "tcp")
MESSAGE_LIMIT = 65536

#: A request with every header that PJSIP reads itself and most of what may stand in one.
RICH = b"\r\n".join(
    [
        b"INVITE sip:u:pw@h:5062;maddr=1.2.3.4;lr;ttl=3;transport=tcp;method=INVITE;user=phone;x=y;Z=%41%20?a=b&c=d SIP/2.0",
        b"Via: SIP/2.0/UDP [2001:db8::1]:5062;ttl=4;rport;maddr=1.1.1.1;received=9.9.9.9;branch=z9;x=y;q=\"a b\", SIP/2.0/TCP h",
        b"v: sip / 2.0 / udp h2 : 5060 ;branch=z9",
        b"From: \"Al \\\"ice\" <sip:%61lice@Example.COM:5060;user=phone;x=Y>;foo=\"bar\";tag=a1",
        b"To: Bob B <sips:bob@[::1];line=x>;x=y",
        b"Contact: \"Bob\" <sip:bob@10.0.0.1:5060;transport=UDP?a=b>;expires=7;q=0.50, <tel:+1-2>;q=1.0",
        b"m: *",
        b"Call-ID: a@b",
        b"CSeq: 0001 INVITE",
        b"Max-Forwards: 070",
        b"Route: <sip:r1;lr>,\r\n <sip:r2@h:5060;lr>;x=y",
        b"Record-Route: \"r\" <sip:r3;lr>",
        b"Authorization: Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"0\", nc=00000001, x=\"y\"",
        b"Proxy-Authorization: Digest username=u, realm=r",
        b"WWW-Authenticate: Digest realm=\"r\", stale=true, qop=\"auth\"",
        b"Proxy-Authenticate: Digest realm=\"r\"",
        b"Allow: INVITE, ACK , BYE",
        b"Accept: application/sdp , text/plain",
        b"Supported: timer,100rel",
        b"k: path",
        b"Require: a",
        b"Unsupported: b",
        b"Content-Type: text / plain;charset=utf-8;X=\"a b\"",
        b"Expires: 060",
        b"Min-Expires: 7",
        b"Retry-After: 5 (later) ;duration=3",
        b"Session-Expires: 90;refresher=uac",
        b"Min-SE: 92 ;x",
        b"o: dialog;id=\"1\"",
        b"Subscription-State: active;expires=7;retry-after=1",
        b"Replaces: a@b;to-tag=1;from-tag=2;early-only",
        b"X-Generic: anything \xff\x01 , \"; folded \r\n\t on",
        b"s: subj",
        b"l: 4",
        b"",
        b"body",
    ]
)  # fmt: skip
PIECES = (
    b"\r\n", b"\n", b"\r", b"\r\n ", b"\t", b" ", b"\0", b"\xff", b"\xc3", b"%", b"%4", b"%00", b"%zz", b"<", b">",
    b'"', b"\\", b"(", b")", b",", b";", b":", b"=", b"?", b"&", b"@", b"[", b"]", b"/", b"*", b"sip:", b"tel:",
    b"sips:", b"SIP/2.0", b"Digest ", b"4294967296", b"99999999999999999999", b"-1", b"0.", b"line=", b"x-ast-a=1",
    b"Contact:", b"Content-Length: 0", b"From: <sip:a@b>", b"Via: SIP/2.0/UDP h", b"Supported: x", b"Replaces:",
)  # fmt: skip

#: Header lines that fill a message with one thing.
LARGE = {
    "blanks": b"X-A:" + b" " * 60000,
    "value": b"X-A: " + b"y" * 60000,
    "headers": b"X-A: 1\r\n" * 7000 + b"X-A: 1",
    "small headers": b"a:\r\n" * 15000 + b"a:",
    "folds": b"X-A: 1" + b"\r\n y" * 15000,
    "contacts": b"Contact: " + b",".join([b"<sip:a>"] * 7000),
    "tokens": b"Supported: " + b",".join([b"a"] * 30000),
    "merged headers": b"Supported: a\r\n" * 4000 + b"Supported: a",
    "commas": b"Allow: " + b"," * 60000,
    "vias": b"Via: " + b",".join([b"SIP/2.0/UDP h"] * 4000),
    "URI parameters": b"Contact: <sip:a" + b";x=y" * 15000 + b">",
    "parameters": b"Contact: <sip:a>" + b";x" * 30000,
    "escapes": b"Contact: <sip:" + b"%41" * 20000 + b"@h>",
    "kept escapes": b"Contact: <sip:" + b"%fe" * 20000 + b"@h>",
    "quoted pairs": b'Contact: "' + b"\\a" * 30000 + b'" <sip:a>',
    "URIs without <>": b"Route: " + b",".join([b"sip:a"] * 10000),
    "comments": b"Retry-After: 5 " + b"(" * 60000,
    "credentials": b"Authorization: Digest " + b",".join([b'x="y"'] * 10000),
    "authorizations": b"Authorization: Digest username=a\r\n" * 1700 + b"Authorization: Digest username=a",
    "merged headers behind others": b"a:\r\n" * 7500 + b"k:\r\n" * 7500 + b"k: a",
    "digits": b"Max-Forwards: " + b"9" * 60000,
    "zeros": b"CSeq: " + b"0" * 60000 + b"1 INVITE",
}

thorough = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


def texts_of(uri):
    """Return every text of a URI."""
    if uri is None:
        return []
    assert (uri.parameter("line") is None) == all(name.lower() != "line" for name, _ in uri.parameters)
    assert 0 <= uri.port <= 65535
    assert str(uri) == uri.text
    optional = [text for text in (uri.user, uri.password) if text is not None]
    return [uri.text, uri.scheme, uri.host, *optional, *(text for pair in uri.parameters for text in pair)]


def read(request):
    """Read all that a request has; every text goes back into the bytes it came from."""
    texts = [request.method, request.printed_request_uri, request.screening, repr(request)]
    for uri in (request.request_uri, request.from_uri, request.to_uri):
        texts += texts_of(uri)
    for authorization in request.authorizations:
        texts += [authorization.username, authorization.realm, repr(authorization)]
    plain, symmetric = request.headers_through(None), request.headers_through("transport-é")
    assert plain == request.printed_headers
    assert [name for name, _ in plain] == [name for name, _ in symmetric]
    assert sum(value != other for value, other in zip(plain, symmetric, strict=True)) <= 1
    texts += [text for pair in plain + symmetric for text in pair]
    for text in texts:
        assert isinstance(text, str)
        assert text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape") == text
    return texts


def survives(data, transport):
    """Parse and read; return the request, or None if it was refused as it should be."""
    try:
        request = Request.from_message(data, *PLACE, transport)
    except MessageError as error:
        assert error.reason
        assert error.reason.isprintable()
        assert 0 <= error.offset <= len(data)
        assert str(error) == f"byte {error.offset}: {error.reason}"
        return None
    read(request)
    return request


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_rich_message(transport):
    """The message that the tests below spoil is a good one."""
    request = survives(RICH, transport)

    assert request is not None
    assert len(request.printed_headers) == 35


@pytest.mark.parametrize("transport", TRANSPORTS)
@thorough
@given(data=st.binary(max_size=400))
@example(b"")
@example(b"\r\n" * 30)
@example(b"\0" * 100)
@example(b"A" * 65537)
def test_any_bytes(transport, data):
    """Any bytes are survived."""
    survives(data, transport)


@pytest.mark.parametrize("transport", TRANSPORTS)
@thorough
@given(pieces=st.lists(st.sampled_from([*PIECES, *RICH.split(b"\r\n"), *RICH.split()]), max_size=60))
def test_any_pieces(transport, pieces):
    """Pieces of messages in any order are survived, alone and behind a good beginning."""
    data = b"".join(pieces)

    survives(data, transport)
    survives(b"INVITE sip:u@h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n" + data, transport)


@st.composite
def spoiled(draw):
    """Draw the rich message with a few bytes cut out, doubled or replaced."""
    data = RICH
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from((0, 0, 1, 1, 2, 5, 40))))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data


@pytest.mark.parametrize("transport", TRANSPORTS)
@settings(thorough, max_examples=1000)
@given(data=spoiled())
def test_spoiled_messages(transport, data):
    """A good message with spoiled places is survived."""
    survives(data, transport)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_byte_replaced(transport):
    """Every place of a good message is tried with every kind of byte that means something."""
    parsed = 0
    for byte in b'\0\r\n \t"%<>;:,=@[]/\xff(\\':
        for place in range(len(RICH)):
            data = bytearray(RICH)
            data[place] = byte
            parsed += survives(bytes(data), transport) is not None

    assert parsed > 1000


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_beginning(transport):
    """Every beginning of a good message is survived, and a stream's isn't taken before it is complete."""
    taken = [length for length in range(len(RICH) + 1) if survives(RICH[:length], transport) is not None]

    if transport == "tcp":
        assert taken == [len(RICH)]
    else:
        assert taken[-1] == len(RICH)


def test_generated_messages():
    """What the generator of the property tests makes is mostly parsed, and always survived."""
    parsed = total = 0
    source = random.Random(11)
    for _ in range(50):
        for arguments in generate.generate_case(source)[1]:
            total += 1
            parsed += survives(arguments["data"], arguments["transport"]) is not None

    assert parsed > total * 0.8


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", LARGE)
def test_large_messages(transport, name):
    """A message full of one thing is read within the time that its size allows, or refused."""
    data = b"\r\n".join(
        [
            b"INVITE sip:u@h SIP/2.0",
            b"Via: SIP/2.0/UDP h",
            b"From: <sip:a@b>",
            b"To: <sip:a@b>",
            b"Call-ID: 1",
            b"CSeq: 1 INVITE",
            b"Content-Length: 0",
            LARGE[name],
            b"",
            b"",
        ]
    )
    assert len(data) <= MESSAGE_LIMIT

    survives(data, transport)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_filled_messages(transport):
    """A message as large as messages get, any header of which is full of one thing, is read or refused."""
    parsed = total = 0
    for filling in list(filled.fillings())[:: filled.STEP]:
        total += 1
        parsed += survives(filling.message(MESSAGE_LIMIT - 1000), transport) is not None

    assert total > 500
    assert 0.1 * total < parsed < 0.9 * total


@pytest.mark.slow
@pytest.mark.needs("valgrind")
def test_work_in_proportion(capfd):
    """A message full of one thing costs work in proportion to its size, whatever header and whatever thing it is."""
    assert linear.main(["--every", str(filled.STEP * 3)]) == 0
    assert " 0 out of proportion" in capfd.readouterr().out


def test_out_of_proportion():
    """What grows with the square of the size is noticed; what costs the same, or a little more, isn't."""
    counts = {
        "square": {linear.SMALL: 1_000_000, linear.LARGE: 16_000_000},
        "proportion": {linear.SMALL: 1_000_000, linear.LARGE: 4_100_000},
        "refused at once": {linear.SMALL: 9_000, linear.LARGE: 9_100},
        "copied once": {linear.SMALL: 9_000, linear.LARGE: 60_000},
    }

    assert linear.out_of_proportion(counts) == ["square"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_limit(transport):
    """A message may be as long as the limit, and not a byte longer."""
    body = b"x" * (MESSAGE_LIMIT - len(RICH) + len(b"body"))
    largest = RICH.removesuffix(b"body") + body
    assert len(largest) == MESSAGE_LIMIT

    assert survives(largest, transport) is not None
    with pytest.raises(MessageError) as caught:
        Request.from_message(largest + b"x", *PLACE, transport)
    assert caught.value.offset == MESSAGE_LIMIT


# Metadata

anything = st.one_of(
    st.text(st.characters(codec=None), max_size=30).filter(
        lambda text: all(
            not "\ud800" <= character <= "\udfff" or "\udc80" <= character <= "\udcff" for character in text
        )
    ),
    st.binary(max_size=30),
    st.sampled_from(
        ["sip:a@b", "sip:a@b;line=x", "tel:+1", "<sip:a@b>", "INVITE", "Contact", "From", "X-A", "*"]
    ),
)


@thorough
@given(
    source=st.one_of(st.sampled_from(["192.0.2.1", "::1", ""]), st.text(max_size=20)),
    method=anything,
    uris=st.tuples(*[st.one_of(st.none(), anything)] * 3),
    headers=st.lists(st.tuples(anything, anything), max_size=4),
)
def test_any_metadata(source, method, uris, headers):
    """Any metadata makes a request that can be read in all its parts, or MessageError; ValueError for the source."""
    try:
        request = Request(
            source=source,
            method=method,
            request_uri=uris[0],
            from_uri=uris[1],
            to_uri=uris[2],
            headers=headers,
        )
    except MessageError as error:
        assert error.reason
    except ValueError:
        assert source
        assert parse_address(source) is None
    else:
        read(request)
        assert (request.source_address is None) == (source == "")


def test_large_metadata():
    """Metadata is bounded as a message is; more is LimitError, which names both sizes."""
    Request(source="::", headers={"X-A": "y" * 65000})
    with pytest.raises(LimitError, match="70010 bytes; at most 65536"):
        Request(source="::", headers={"X-A": "y" * 70001})
    with pytest.raises(LimitError):
        Request(source="::", headers=[("X", "y")] * 50000)


@thorough
@given(number=st.integers(0, 10_000))
def test_metadata_like_the_message(number):
    """A request made of a message's parts is read, printed and screened like the message."""
    choice = generate.RandomChoice(random.Random(number))
    metadata = {**generate.metadata(choice, ["192.0.2.1", "2001:db8::1"]), "transport": "udp"}
    rest = {"Call-ID": "c", "CSeq": f"1 {metadata['method']}"}
    metadata["headers"] = [("Via", "SIP/2.0/UDP h;rport"), *metadata["headers"], *rest.items()]
    lines = [
        f"{metadata['method']} {metadata['request_uri']} SIP/2.0",
        f"From: <{metadata['from_uri']}>",
        f"To: <{metadata['to_uri']}>",
        *(f"{name}: {value}" for name, value in metadata["headers"]),
    ]
    data = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
    place = {name: metadata[name] for name in ("source", "port", "local", "transport_section")}

    try:
        message = Request.from_message(data, **place)
    except MessageError as error:
        with pytest.raises(MessageError) as caught:
            Request(**metadata)
        assert caught.value.reason == error.reason
    else:
        made = Request(**metadata)
        assert read(made) == read(message)
        assert made.source_address == message.source_address


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_follows_a_stream_message(transport):
    """Behind a message of a stream anything may follow; in a datagram it is body."""
    plain = survives(RICH, transport)
    longer = survives(RICH + b"INVITE sip:other SIP/2.0\r\nFrom: <sip:x@y>\r\n\0\r\n", transport)

    assert read(plain) == read(longer)


LONE = "\ud800"


@pytest.mark.parametrize("text", [LONE, "sip:\udfff@h", "\udcff" + LONE])
@pytest.mark.parametrize(
    "field", ["method", "request_uri", "from_uri", "to_uri", "a header's name", "a header's value"]
)
def test_surrogates_that_stand_for_no_byte(field, text):
    """Text that can't be on the wire is a MessageError that names its field, as programs get it from JSON."""
    headers = {"a header's name": {text: "x"}, "a header's value": [("X-A", text)]}.get(field)
    given = {"headers": headers} if headers else {field: text}
    with pytest.raises(
        MessageError, match=f"{field}: character [0-9]+ is .u[0-9a-f]+, which no bytes stand for"
    ):
        Request(source="192.0.2.1", **given)


def test_surrogates_that_stand_for_bytes():
    """A byte that isn't UTF-8 is given, and shown, as the surrogate that PEP 383 has for it."""
    request = Request(source="192.0.2.1", from_uri="sip:a@h", headers={"X-A": "\udcff"})
    assert request.printed_headers[-1] == ("X-A", "\udcff")
    assert (
        request.printed_headers
        == Request(source="192.0.2.1", from_uri=b"sip:a@h", headers={"X-A": b"\xff"}).printed_headers
    )
