"""Requests of the usual shape are read quickly, and as everything else is: all ways of reading come to the same."""

import random
import re

import dialects
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from identify._compiled._fast_path import index_of
from identify._compiled._request import WAYS, read_request
from identify._compiled._spans import spans_of, usual_end
from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError

PLACE = ("192.0.2.1", 5060)
OTHER_WAYS = WAYS[1:]

FIRST_LINES = (
    b"INVITE sip:+12025550123@pbx.example.com:5060;user=phone SIP/2.0",
    b"OPTIONS sip:pbx.example.com SIP/2.0",
    b"INVITE sip:*72#@h SIP/2.0",
    b"REGISTER sip:a%20b@h;x;y=%41;transport=udp SIP/2.0",
    b"MESSAGE sip:1;x=y?@198.51.100.7;line=abcdefg SIP/2.0",
)

#: Lines of the usual shapes; the first five make a request.
LINES = (
    b"Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK-524287-1---776asdhds;rport",
    b'From: "Bob (sales), Inc." <sip:bob@carrier.example.com;user=phone>;tag=1928301774',
    b"To: <sip:+12025550123@pbx.example.com:5061;line=abcdefg>",
    b"Call-ID: a84b4c76e66710@[2001:db8::7]",
    b"CSeq: 314159 INVITE",
    b"Max-Forwards: 70",
    b"Contact: <sip:bob@198.51.100.7:5060;transport=tcp>;expires=60;q=0.5",
    b"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE,REFER",
    b"Supported: replaces, timer",
    b"User-Agent: Session Border Controller 7.2 (\xc3\xa9)",
    b"P-Asserted-Identity: \"Bob\" <sip:bob@carrier.example.com>, <tel:+1>",
    b"X-Trunk-ID: trunk-00042",
    b"Content-Type: application/sdp;charset=utf-8",
    b"Session-Expires: 1800;refresher=uac",
    b"Min-SE: 90",
    b"Accept: application/sdp, text/*;q=0.1",
    b"Authorization: Digest username=\"bob\", realm=\"asterisk\",nonce=\"1/2\", uri=\"sip:h\", response=\"0f\", nc=00000001",
    b"Proxy-Authorization: Digest username=bob",
    b"Route: <sip:proxy.example.com;lr>",
    b"Record-Route: \"r\" <sip:proxy.example.com:5062;lr=on>;x=y",
    b"Require: 100rel",
    b"Unsupported: x",
    b"Event: presence;id=1",
    b"Subscription-State: active;expires=60",
    b"Expires: 3600",
    b"Min-Expires: 60",
    b"Content-Length: 0",
    b"v:SIP/2.0/TLS h;branch=1",
    b"f: Bob Smith <SIP:bob@h>;tag=x;y",
    b"t: sip:h.example.com;tag=1",
    b"i: 12",
    b"m: sip:bob@h:5060;expires=7",
    b"k: path",
    b"k: ,path",
    b"Via: SIP/2.0/UDP h;branch=z9%41;%41=x",
    b"l: 12",
    b"c: text/plain",
    b"x: 90",
    b"o: dialog",
    b"s: 12",
    b"cSEQ: 1 A",
    b"MAX-FORWARDS: 007",
    b"X-" + b"a" * 80 + b": " + b"b" * 80,
    b"Subject: " + b"y" * 200,
    b"From: * <sip:a@b>",
)  # fmt: skip

#: Lines that are right or wrong, but not of a usual shape.
OTHER_LINES = (
    b"Via: SIP / 2.0 / UDP h",
    b"Allow: \t,INVITE",
    b"k:  ,,",
    b"Via: SIP/2.0/UDP [2001:db8::1]:5060;received=[::1], SIP/2.0/TCP h",
    b"Via: SIP/2.0/UDP h:65536",
    b"From: <sip:a@b>;tag=\"x\"",
    b"From: <tel:+1>",
    b"From: \"a\\\"b\" <sip:a:pw@b?x=y>",
    b"From: < sip:a@b > ; tag=1",
    b"From: <sip:@b>",
    b"To: <sip:b:0005060;x=\"y\">",
    b"To: <urn:x:y>",
    b"Contact: *",
    b"Contact: * <sip:a@b>",
    b"Contact: <sip:a>, <sip:b>",
    b"CSeq: 2147483648 INVITE",
    b"CSeq: 123456789 INVITE",
    b"CSeq: 12",
    b"CSeq: 12INVITE",
    b"Route: sip:a;lr",
    b"Max-Forwards: 70 ;x",
    b"Session-Expires: 1800 ; x",
    b"Authorization: Basic x",
    b"Authorization: Digest realm=\"x\", username=\"a\\\"b\"",
    b"Replaces: 1;to-tag=2;from-tag=3",
    b"Expires: 9&X-A: 1",
    b"Expires: 9 & X-A: 1",
    b"Expires: 9&From: <sip:z@z>",
    b"Expires: 9&",
    b"Contact: <sip:bob@198.51.100.7:5060>&X-A: 1",
    b"cseq: 1 invite&X-A: 1",
    b"X-A\r\n : 1",
    b"X-A:\r\n \r\n 1",
    b"From:\r\n \r\n <sip:a@b>",
    b"X-A: 1\r\n 2\r\n 3",
    b"X-A: 1\r\n ",
    b"i: ",
    b"Retry-After: 5 (x)",
    b"X-A: 1\r\n 2",
    b"X-A:",
    b"X-A : 1",
    b"X-A: a\tb",
    b"X-A: a ",
    b"X-A: \0",
    b"X+A: 1",
    b": 1",
    b"a: 1",
    b"no colon",
)  # fmt: skip

PIECES = (
    b"&", b"&X: 1", b"\r\n &", b" \r\n \r\n ", b"\r \n\t",
    *(bytes([byte]) for byte in b'\0\t\n\r "%()*+,-./:;<=>?@[\\]_`aZ0\x7f\x80\xff'), b"\r\n", b"\r\n ", b"\r\n\r\n", b"sip:", b"<sip:",
    b"Digest ", b"SIP/2.0", b";x", b";x=y", b'="y"', b"%41", b"a@", b":5060", b": ", b"99999999",
)  # fmt: skip

FILES = {
    "pjsip.conf": "[global]\ntype=global\nendpoint_identifier_order=auth_username,header,request_uri,username,ip\n"
    "[bob]\ntype=endpoint\nallow=ulaw\nidentify_by=username,auth_username\n"
    "[e]\ntype=endpoint\nallow=ulaw\n[r]\ntype=endpoint\nallow=ulaw\n"
    "[i]\ntype=identify\nendpoint=e\nmatch_header=X-Trunk-ID: trunk-00042\nmatch_request_uri=/^sip:pbx/\n"
    "[j]\ntype=identify\nendpoint=r\nmatch_header=Via: /branch=z9/\n"
    "[k]\ntype=identify\nendpoint=r\nmatch=192.0.2.1\n"
}
#: Of the newest release, and of one with all differences in how requests are read.
ENGINES = [
    Engine(Configuration.from_files(FILES, release=release)) for release in (dialects.NEWEST, dialects.EVERY)
]


def outcome(way, data, transport="udp"):
    """Return all that a way of reading finds in a message, or why it refuses it."""
    try:
        request = read_request(way, data, *PLACE, transport)
    except MessageError as error:
        return error.reason, error.offset
    return spans_of(request), request.printed_headers, request.printed_request_uri, request.screening


def agree(data, transport="udp"):
    """Check all ways against the general one; return whether the message is refused."""
    expected = outcome("general", data, transport)
    for way in OTHER_WAYS:
        assert outcome(way, data, transport) == expected, way
    return isinstance(expected[0], str)


def decided_alike(data):
    """Check the answer that a message gets against that of a request which the general way has read."""
    for engine in ENGINES:
        try:
            expected = engine.identify(read_request("general", data, *PLACE))
        except MessageError:
            with pytest.raises(MessageError):
                engine.identify_message(data, *PLACE)
        else:
            assert engine.identify_message(data, *PLACE) is expected


def request_of(lines, first=FIRST_LINES[0], end=b"\r\n", body=b""):
    """Return a request of these lines."""
    return end.join([first, *lines, b"", body])


def spoil(data, number, choose):
    """Return a message with a piece of it cut out, doubled, or replaced."""
    start = number(0, len(data))
    end = min(len(data), start + choose((0, 0, 1, 1, 1, 2, 5, 30)))
    piece = choose((*PIECES, b"", data[start:end] * 2))
    return data[:start] + piece + data[end:]


# The usual shapes


@pytest.mark.parametrize("line", [None, *LINES])
def test_usual_line(line):
    """A line of a usual shape is taken as one, up to the end of the head."""
    data = request_of([*LINES[:5], *([line] if line else [])])

    assert usual_end(data) == len(data) - len(b"\r\n")
    assert not agree(data)


@pytest.mark.parametrize("first", FIRST_LINES)
def test_usual_first_line(first):
    """A request line of the usual shape is taken as one."""
    # A second Supported isn't usual: their elements are counted together.
    data = request_of([line for line in LINES if not line.startswith(b"k:")], first)

    assert usual_end(data) == len(data) - len(b"\r\n")
    assert not agree(data)


@pytest.mark.parametrize("line", OTHER_LINES)
def test_other_line(line):
    """A line of another shape is left alone, wherever it stands, and what follows is read all the same."""
    for place in range(len(LINES[:7])):
        data = request_of([*LINES[:place], line, *LINES[place:7]])

        assert usual_end(data) <= data.index(line)
        agree(data)
        decided_alike(data)


@pytest.mark.parametrize(
    "first",
    [
        b"SIP sip:h.example.com SIP/2.0",
        b"sIp sip:h.example.com SIP/2.0",
        b"OPTIONS sip:h.example.com SIP/2.0\r\n ",
        b"OPTIONS sip:h.example.com SIP/2.0\r\n\t",
        b"OPTIONS sip:h.example.com\r\n SIP/2.0",
        b"OPTIONS\r\n sip:h.example.com SIP/2.0",
        b"OPTIONS sip:h.example.com SIP / 2.0",
        b" \r\nOPTIONS sip:h.example.com SIP/2.0",
    ],
)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_other_first_line(first, transport):
    """A request line of another shape is left alone, and read or refused all the same."""
    data = request_of([*LINES[:7], b"l: 0"], first)

    assert usual_end(data) == 0
    assert agree(data, transport) == first.lower().startswith(b"sip")


def test_long_head():
    """What lies behind the indexed part of a long head is read too."""
    for count in (40, 60, 63, 64, 65, 80, 900):
        data = request_of([*[b"X-A: " + b"y" * 60] * count, *LINES[:7]])
        assert len(spans_of(read_request("widest", data, *PLACE))[2]) == count + 7
        assert not agree(data)


def test_many_fields():
    """More headers than there is room for at first are kept, in their order."""
    data = request_of([*LINES[:5], *[b"X-%d: y" % number for number in range(300)]])

    assert not agree(data)
    assert read_request("widest", data, *PLACE).printed_headers[-1] == ("X-299", "y")


# All ways come to the same


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("body", [b"", b"v=0\r\n\r\no=- 1\r\n"])
def test_every_beginning(transport, body):
    """Every beginning of a message is read alike, and so is one that ends where its memory does."""
    data = request_of([*LINES[:26], b"Content-Length: %d" % len(body)], body=body)
    refused = [length for length in range(len(data) + 1) if agree(data[:length], transport)]

    assert len(data) not in refused


def test_every_byte():
    """A message with any byte replaced by any that means something is read alike."""
    data = request_of(LINES)
    refused = total = 0
    for byte in b'\0\t\n\r "%&*+,.:;<=>?@[\\_a0\xff':
        for place in range(len(data)):
            total += 1
            refused += agree(data[:place] + bytes([byte]) + data[place + 1 :])

    assert 0.1 * total < refused < 0.9 * total


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\n ", b" \r\n"])
def test_line_ends(end):
    """Messages with other line ends, with folds and with blanks before line ends are read alike."""
    agree(request_of(LINES, end=end))
    for place in range(1, len(LINES)):
        agree(request_of(LINES[:place]) + request_of(LINES[place:], b"X-A: 1", end))


def test_chosen_at_random():
    """Messages of usual and other lines, spoiled in a few places, are read and decided alike."""
    source = random.Random(3)
    refused = 0
    total = 20000
    for _ in range(total):
        lines = list(LINES[:5]) + source.choices(LINES, k=source.randrange(8))
        lines += source.choices(OTHER_LINES, k=source.randrange(2))
        source.shuffle(lines)
        data = request_of(lines, source.choice(FIRST_LINES))
        for _ in range(source.randrange(3)):
            data = spoil(data, source.randint, source.choice)
        refused += agree(data)
        decided_alike(data)

    assert 0.2 * total < refused < 0.9 * total


@st.composite
def spoiled(draw):
    """Draw a message of usual lines and a few others, spoiled in a few places."""
    lines = draw(
        st.permutations([*LINES[:5], *draw(st.lists(st.sampled_from(LINES + OTHER_LINES), max_size=6))])
    )
    data = request_of(lines, draw(st.sampled_from(FIRST_LINES)))
    for _ in range(draw(st.integers(0, 3))):
        data = spoil(
            data,
            lambda least, most: draw(st.integers(least, most)),
            lambda values: draw(st.sampled_from(values)),
        )
    return data


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(data=spoiled())
@example(request_of([*LINES[:4], b"CSeq: 2034"]))
@example(request_of([*LINES[:5], b"Contact: * <sip:a@b>"]))
def test_spoiled(transport, data):
    """Spoiled messages are read and decided alike."""
    agree(data, transport)
    decided_alike(data)


# The index


@settings(max_examples=300)
@given(
    data=st.lists(st.one_of(st.binary(max_size=70), st.sampled_from(PIECES + LINES)), max_size=40).map(
        b"".join
    )
)
@example(bytes(range(256)))
@example(b"\r\n\r\n")
@example(b"a" * 60 + b"\r\n\r\n" + b"b" * 200)
@example(b"a" * 64 + b"\r\n\r\n" + b"b" * 200)
@example(b"a" * 5000)
def test_index(data):
    """The index has a bit for each special byte and each end, whatever makes it, and ends with the head."""
    special, ends, length = index_of(data, WAYS.index("plain"))
    indexed = data[:length]

    assert special == sum(1 << place.start() for place in re.finditer(rb"[^A-Za-z0-9._-]", indexed))
    assert ends == sum(1 << place for place, byte in enumerate(indexed) if byte <= 13)
    assert length in {min(len(data), 4096), *range(64, min(len(data), 4096), 64)}
    if length < min(len(data), 4096):
        assert re.search(rb"[\0-\r]{4}", indexed[-64:])
    for way in ("usual", "widest"):
        assert index_of(data, WAYS.index(way)) == (special, ends, length)
    assert index_of(data, WAYS.index("general")) == (0, 0, 0)
