"""The model of PJSIP and the compiled parser on generated messages, and the places where the model had to judge."""

import pytest
from judgements import DOCUMENT, places, written
from pjsip.comparing import compare, minimised, smallest
from pjsip.generating import HEADERS, PORT, REQUIRED, SOURCE, message
from pjsip.requests import KNOWN, Read, read_into
from pjsip.scanning import DroppedError
from pjsip.walking import LINES, walk
from pjsip.walking import message as walked

#: Messages of each seed.
COUNT = 1500
SEEDS = range(8)
#: Bytes of the walk; the long run takes all.
WALKED = b"\0\r &;\xe9"
#: Differences that a failing test makes small and prints.
MOST_SHOWN = 4

#: For each unobserved place a line that meets it: a header, or a request line.
MEETS = {
    "ampersand-request-line": "OPTIONS sip:100@127.0.0.1 SIP/2.0&X-A: 1",
    "display-fold": "To: b\r\n <sip:a@b>",
    "at-after-nul": "To: <sip:[a\0b@c]>",
    "backslash-line-end": 'From: "a\\\n b" <sip:a@b>',
    "call-id-ampersand": "Call-ID: c1\r\n &X-A: 1",
    "challenge-empty-quoted": 'WWW-Authenticate: Digest realm="r",x=""',
    "content-type-ampersand": "Content-Type: a&b",
    "empty-quoted-value": 'From: <sip:a@b>;tag=""',
    "later-contact": "Contact: <sip:a@b>, <urn:x>",
    "list-blank-between": "Supported: a \r\nk: b",
    "list-only-commas": f"Require: {','.join(map(str, range(32)))}\r\nRequire: ,",
    "maddr-brackets": "To: <sip:a@b;maddr=a%3a%20>",
    "replaces-ampersand": "Replaces: a&b;to-tag=1",
    "request-uri-no-blank": "OPTIONS sip:100@[::1]SIP/2.0",
    "retry-after-empty-comment": "Retry-After: 5 (a) ()",
    "stream-lengths": "Content-Length: 0\r\nl: 0",
    "tel-number": "To: <tel:+1a>",
    "tel-percent": "To: <tel:+1;ext=%zz>",
    "ttl-blank": "To: <sip:a@b;ttl=%205>",
    "uri-quoted-parameter": 'To: <sip:a@b;x="%41">',
    "via-maddr-bracket": "Via: SIP/2.0/UDP h;maddr=a[b",
    "x-ast-escaped": "OPTIONS sip:100@127.0.0.1;x%2dast-a=1 SIP/2.0",
    "x-ast-tel": "OPTIONS tel:1;x-ast-a=1 SIP/2.0",
}


def with_line(line):
    """Return a message with this request line, or with this header in place of its usual one."""
    first = line if line.startswith("OPTIONS ") else "OPTIONS sip:100@127.0.0.1 SIP/2.0"
    lines = [] if first == line else [line]
    kept = [f"{name}: {value}" for name, value in REQUIRED if not line.startswith(f"{name}:")]
    return "\r\n".join([first, *lines, *kept, "", ""]).encode("latin-1")


@pytest.mark.parametrize("seed", SEEDS)
def test_agreement(seed):
    """The model and the compiled parser drop, screen, print and read each generated message alike."""
    differing = []
    for number in range(COUNT):
        data, transport = message(seed, number)
        if compare(data, transport).difference is not None:
            differing.append((number, data, transport))

    assert not differing, shown(differing)


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_walk(line):
    """The two agree about bytes that something depends on at every place of a header or a request line."""
    differing = [
        (number, data, "udp")
        for number, data in enumerate(walk(WALKED, (line,)))
        if compare(data, "udp").difference is not None
    ]

    assert not differing, shown(differing)


def shown(differing):
    """Word differences for a failing test, the messages made small."""
    lines = [f"{len(differing)} differ"]
    for number, data, transport in differing[:MOST_SHOWN]:
        small, difference = smallest(data, transport)
        lines.append(f"message {number}, {transport}, {difference.kind}: {small!r}")
        lines.append(f"  model: {difference.model}\n  parser: {difference.parser}")
    return "\n".join(lines)


def test_walked_lines():
    """The messages that the walk begins with are all taken."""
    for line in LINES:
        read_into(Read(), walked(line.encode("latin-1")), SOURCE, PORT, "udp")


def test_mixture():
    """About half of the generated messages are taken, from datagrams and streams, and every known header is sent."""
    taken, transports, sent = 0, set(), set()
    for number in range(COUNT):
        data, transport = message(0, number)
        found = Read()
        try:
            read_into(found, data, SOURCE, PORT, transport)
        except DroppedError:
            continue
        taken += 1
        transports.add(transport)
        sent |= {name for name, _ in found.headers}

    assert 0.4 * COUNT < taken < 0.75 * COUNT
    assert transports == {"udp", "tcp"}
    assert set(KNOWN.values()) <= sent


def test_rows():
    """The generator writes every header that the model knows, by each of its names."""
    # Content-Length is written by the framing.
    written_names = {name.lower() for row in HEADERS for name in row.names}

    assert set(KNOWN) - written_names == {"content-length", "l"}


@pytest.mark.parametrize("name", MEETS)
def test_unobserved_is_noted(name):
    """A message that meets an unobserved place says so, and the parser takes it for what the model takes it for."""
    read, data, transport = Read(), with_line(MEETS[name]), "tcp" if name == "stream-lengths" else "udp"
    assert compare(data, transport).difference is None
    try:
        read_into(read, data, SOURCE, PORT, transport)
    except DroppedError:
        assert name in read.noted
    else:
        assert read.noted == {name}


def test_every_unobserved_place_is_met():
    """There is a message for each place that the code registers."""
    assert set(MEETS) == set(places())


def test_document():
    """The document on judgements lists the places as the code has them; ``make examples`` writes them anew."""
    text = DOCUMENT.read_text(encoding="utf-8")

    assert written(text) == text


def test_minimised():
    """What isn't needed for a difference is dropped, and what is needed stays."""
    data = b"OPTIONS sip:a SIP/2.0\r\nX-A: 1\r\nTo: <sip:b>;x=[y]\r\nFrom: a\r\n\r\n"

    assert minimised(data, lambda shorter: b"To" in shorter and b"[" in shorter) in (
        b"To[",
        b"[To",
        b"Toa[",
        b"To:[",
    )
