"""Folds: where one may be, that two in a row may not, and which text a header with several keeps."""

import random

import pytest
from readings import LISTS, PARSED, REQUIRED, message, read, read_everywhere, value_of

FOLDS = ("\r\n ", "\n ", "\r ", "\r\n\t", " \r\n  \t ", "\t\n\t")
ADDRESSES = ("From", "To", "Contact", "Route", "Record-Route")
#: Headers of every syntax.
VALUES = {**REQUIRED, **PARSED, **LISTS, "Retry-After": "5", "X-A": "a b", "Subject": "x:y;z"}


def with_header(text, name):
    """Return a request with this text in the place of a header."""
    return message(text, without=[name])


@pytest.mark.parametrize("fold", FOLDS)
@pytest.mark.parametrize("name", VALUES)
def test_one_fold(name, fold):
    """One fold may be before the colon, behind it and at the end of a value, and in several of these places."""
    plain = value_of(read_everywhere(with_header(f"{name}: {VALUES[name]}", name)), name)

    for text in (
        f"{name}{fold}: {VALUES[name]}",
        f"{name}:{fold}{VALUES[name]}",
        f"{name}: {VALUES[name]}{fold}",
        f"{name}{fold}:{fold}{VALUES[name]}{fold}",
    ):
        request = read_everywhere(with_header(text, name))
        assert request is not None, text
        assert value_of(request, name) == plain


@pytest.mark.parametrize("name", VALUES)
def test_two_folds(name):
    """Two folds in a row drop the message, but before the ``<`` of an address, and in Replaces' Call-ID."""
    value = VALUES[name]
    two = "\r\n \r\n "

    assert read_everywhere(with_header(f"{name}{two}: {value}", name)) is None
    assert read_everywhere(with_header(f"{name}: {value}{two}", name)) is None
    assert read_everywhere(with_header(f"{name}: {value} \r \n\t", name)) is None
    behind_colon = read_everywhere(with_header(f"{name}:{two}{value}", name))
    assert (behind_colon is not None) == (name in (*ADDRESSES, "Replaces"))
    assert read_everywhere(with_header(f"{name}:\r\n {two}{value}", name)) is None or name == "Replaces"


@pytest.mark.parametrize("name", ADDRESSES)
def test_two_folds_before_an_address(name):
    """What follows two folds before an address is read as ever, so is its user."""
    request = read_everywhere(with_header(f"{name}: \r\n \n\t<sip:z@z>", name))

    assert value_of(request, name) == "<sip:z@z>"
    if name == "From":
        assert request.from_uri.user == "z"


@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ("a", "a"),
        ("a\r\n b", "a b"),
        ("a\r\n b\r\n c", "c"),
        ("a\r\n b\r\n c\r\n d", "c d"),
        ("a\r\n b\r\n c\r\n d\r\n e", "e"),
        ("\r\n a\r\n b", "a b"),
        ("\r\n a\r\n b\r\n c", "c"),
        ("a\r\n b\r\n ", "a b"),
        ("a\r\n b\r\n c\r\n ", "c"),
        ("\r\n ", ""),
        ('"x"\r\n <sip:a@b>\r\n ;y', ";y"),
        ("a\t \n\tb  \r  c \n d", "c  d"),
        ("a\r\n \r\n b", None),
        ("\r\n \r\n a", None),
        ("a\r\n b\r\n \r\n c", None),
    ],
)
@pytest.mark.parametrize("name", ["X-A", "P-Asserted-Identity", "Diversion", "s", "x-%"])
def test_pieces(name, sent, printed):
    """Of a header that PJSIP doesn't parse the last pair of pieces stays, or the single one behind the pairs."""
    request = read_everywhere(message(f"{name}: {sent}"))

    assert (value_of(request, name) if request is not None else None) == printed


def test_many_pieces():
    """However many pieces there are, and however they are written."""
    choose = random.Random(7)
    for _ in range(300):
        pieces = [
            "".join(choose.choices("ab:;,<&\x01é", k=choose.randint(1, 4)))
            for _ in range(choose.randint(1, 9))
        ]
        folds = [choose.choice(FOLDS) for _ in pieces[1:]]
        text = "".join(piece + fold for piece, fold in zip(pieces, [*folds, ""], strict=True))
        request = read_everywhere(message(f"X-A: {text}"))
        kept = -2 if len(pieces) % 2 == 0 else -1
        expected = pieces[-1]
        if kept == -2:
            # Blanks before a fold stay, it and those behind it are one blank.
            expected = pieces[-2] + folds[-1][: -len(folds[-1].lstrip(" \t"))] + " " + pieces[-1]
        assert value_of(request, "X-A") == expected.strip("".join(map(chr, range(33))))


@pytest.mark.parametrize("fold", FOLDS)
def test_request_line(fold):
    """One fold may be wherever the request line has a blank, around the slash of the version, and at its end."""
    parts = ["OPTIONS", " ", "sip:100@pbx.example.com", " ", "SIP", "", "/", "", "2.0", ""]
    for place in (1, 3, 5, 7, 9):
        line = "".join([*parts[:place], fold, *parts[place + 1 :]])
        request = read_everywhere(message(first=line))
        assert (request.method, request.printed_request_uri) == ("OPTIONS", "sip:100@pbx.example.com"), line
        twice = "".join([*parts[:place], "\r\n \r\n ", *parts[place + 1 :]])
        assert read_everywhere(message(first=twice)) is None
    everywhere = fold.join(["INVITE", "tel:+1;x", "sip", "/", "2.0", ""])
    assert read_everywhere(message(first=everywhere)).method == "INVITE"


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        ("OPTIONS sip:h SIP / 2.0", True),
        ("OPTIONS\tsip:h\tsIp\t/ \t2.0 \t", True),
        ("OPTIONS sip:h SIP/2.0 ;x", False),
        ("OPTIONS sip:h SIP/2 .0", False),
        ("OPTIONS sip:h SIP//2.0", False),
        ("OPTIONS sip:h SIP/2.0.0", False),
        ("OPTIONS sip:h SIP/2.0x", False),
        ("OPTIONS sip:h SIP 2.0", False),
        ("OPTIONS sip:h XSIP/2.0", False),
        ("OPTIONS sip:h", False),
        ("OPTIONS\r\nsip:h SIP/2.0", False),
        ("OPTIONS sip:h SIP/2.0\r\n X-A: 1", False),
    ],
)
def test_version(first, taken):
    """The version is SIP, a slash and 2.0, blanks around the slash, nothing else behind it."""
    assert (read_everywhere(message(first=first)) is not None) == taken


@pytest.mark.parametrize(
    ("before", "behind", "taken"),
    [
        (" \r\n", "", True),
        (" \r\n \t\r\n", "", True),
        ("\r\n \n\t", "", True),
        ("  ", "", True),
        ("", "\r\n ", True),
        ("", " \n\t ", True),
        (" \r\n", "\r\n\t", True),
        ("", "\r\n \r\n ", False),
        ("", "\r\n\r\n", False),
    ],
)
def test_blank_lines(before, behind, taken):
    """Lines of blanks before the request line are skipped, and one behind it."""
    data = before.encode() + message(first=f"OPTIONS sip:h SIP/2.0{behind}")

    assert (read(data) is not None) == taken
    if before != "\r\n \n\t":
        assert (read(data, "tcp") is not None) == taken


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        (["Content-Length: 4"], True),
        (["Content-Length\r\n : 4"], True),
        (["l \r\n\t:\r\n 4"], True),
        (["L: 4\r\n "], True),
        (["Content-Length:4 \t\r\n\t"], True),
        (["Content-Length\n :\n 4\n "], True),
        (["Content-Length: 4\r\n \r\n "], False),
        (["Content-Length\r\n \r\n : 4"], False),
        (["Content-Length: 4&X: 1"], False),
        (["Content-Length: 4&"], False),
        (["Expires: 9&Content-Length: 4"], False),
        (["Expires: 9&Content-Length: 7", "Content-Length: 4"], True),
        (["X: 1\r\n Content-Length: 4"], False),
        (["Content-Lengths: 4"], False),
        (["Content-Length: 4x"], False),
    ],
)
@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_content_length_of_a_stream(lines, taken, transport):
    """A stream's Content-Length is found at the beginning of a line, with folds where they may be."""
    data = message(*lines[:-1], last=lines[-1], body=b"body")

    assert (read(data, transport) is not None) == taken
    # The body isn't there to its end.
    assert read(data[:-1], transport) is None


@pytest.mark.parametrize("before", [b"", b"\r\n\r\n"])
def test_longest_message_of_a_stream(before):
    """A stream's message of 65,535 bytes is taken, one of 65,536 never; datagrams have no such limit."""
    head = message("X-A: y", last="Content-Length: 65000")
    for size in (65_535, 65_536):
        # The digits stay as many.
        body = size - len(head)
        data = before + head.replace(b"65000", b"%d" % body) + b"b" * body
        assert len(data) == size + len(before)
        taken = read(data[:65_536], "tcp") is not None
        assert taken == (size == 65_535 and len(data) <= 65_536)
    assert read(head + b"b" * (65_536 - len(head))) is not None
