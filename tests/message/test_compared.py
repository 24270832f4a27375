"""What is left of a print for the comparison: up to a NUL, without control characters at its ends; empty values."""

import pytest
from readings import PARSED, PLACE, message, read, read_everywhere, value_of

from identify.configuration import Configuration
from identify.engine import Engine
from identify.request import Request

#: Bytes that are stripped, but for NUL, and those of line ends, which end the header.
STRIPPED = "".join(map(chr, range(1, 33))).replace("\r", "").replace("\n", "")


def engine_for(header, value):
    """Return an engine of one rule."""
    value = value.replace(";", "\\;")
    return Engine(
        Configuration.from_files(
            {
                "pjsip.conf": f"[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch_header={header}: {value}\n"
            }
        )
    )


@pytest.mark.parametrize("name", ["X-A", "Call-ID", "Subject", "Allow", "Supported", "Require"])
@pytest.mark.parametrize("character", STRIPPED)
def test_ends_are_stripped(name, character):
    """Every byte up to 0x20 is stripped from both ends, none from within."""
    sent = f"{character}{character}a{character}b{character} "
    request = read_everywhere(message(f"{name}: {sent}", without=[name]))

    assert value_of(request, name) == f"a{character}b"
    engine = engine_for(name, "/^a.b$/")
    assert engine.identify(request).endpoint == "e"
    assert engine.explain(request).match.endpoint == "e"


@pytest.mark.parametrize("character", ["\x7f", "\xa0", "\x85", "\u2003"])
def test_other_characters_stay(character):
    """No other character counts as a blank."""
    request = read_everywhere(message(f"X-A: {character}a{character}"))

    assert value_of(request, "X-A") == f"{character}a{character}"


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ('Contact: "b\0c" <sip:a@h>', '"b'),
        ('Contact: <sip:a@h>;x="\0"', '<sip:a@h>;x="'),
        ('Content-Type: a/b;c="d \0 e"', 'a/b;c="d'),
        ("Retry-After: 5 (x\0y)", "5(x"),
        ("Replaces: j\0b;n", "j"),
        ("Replaces: \0;n", ""),
        ('Replaces: o;p=" \0"', 'o;p="'),
        ('Authorization: Digest username="w\0b",realm="c"', 'Digest username="w'),
    ],
)
def test_cut_at_a_nul(line, printed):
    """A NUL in a quoted string, a comment or Replaces' Call-ID ends the print, and what is stripped is before it."""
    request = read_everywhere(message(line))
    name = line.partition(":")[0]

    assert value_of(request, name) == printed
    engine = engine_for(name, f"/^{printed.replace('(', '[(]')}$/")
    if printed:
        assert engine.identify(request).endpoint == "e"
        assert engine.explain(request).match.endpoint == "e"


@pytest.mark.parametrize(
    "line", ["X-A: \0", "X-A: a\0b", "X-A: a\r\n b\0\r\n c", "Call-ID: a\0", "Expires: 5\0"]
)
def test_other_nuls(line):
    """Elsewhere a NUL drops the message, also in text of which nothing stays; in the body it is nothing."""
    assert read_everywhere(message(line, without=["Call-ID"] if line[0] == "C" else [])) is None
    assert read(message() + b"\0" * 40) is not None


@pytest.mark.parametrize("name", ["Call-ID", "call-id", "i", "I"])
@pytest.mark.parametrize(
    ("value", "printed"),
    [("", None), (" ", None), ("\t \t", None), ("\r\n ", None), (" \n\t", None), ("\x01", ""), ("\x01 \x02", ""),
     (" \r\n x", "x"), ("\x1ac1", "c1"), ("a b", "a b"), ("a\r\n ", "a"), ("a\r\n b", None)],
)  # fmt: skip
def test_call_id(name, value, printed):
    """A Call-ID is on one line and isn't empty; what is stripped may be all there is."""
    request = read_everywhere(message(f"{name}:{value}", without=["Call-ID"]))

    assert (value_of(request, "Call-ID") if request is not None else None) == printed


def test_replaces_takes_the_next_line():
    """An empty Replaces has the next line as its value, without the line end before it."""
    request = read_everywhere(message("Replaces:", "X-B: 1;x"))
    assert request.printed_headers[5:] == (("Replaces", "X-B: 1;x"), ("Content-Length", "0"))
    assert value_of(read_everywhere(message("Replaces: \n% ", "X;x")), "Replaces") == "% \r\nX;x"
    assert value_of(read_everywhere(message("Replaces: \x12n\r;to-tag=1")), "Replaces") == "n\r;to-tag=1"


@pytest.mark.parametrize("size", [4080, 4092, 4093, 4200])
def test_limit_is_that_of_the_whole_print(size):
    """Whether a header is short enough to be compared is decided before it is stripped."""
    for pad in ("\x01", "y"):
        value = pad * (size - len("X-A: ") - 1) + "z"
        request = Request(source=PLACE[0], headers={"X-A": value})
        engine = engine_for("X-A", "/z$/")
        matched = engine.identify(request) is not None
        assert matched == (size <= 4092)
        assert (engine.explain(request).match is not None) == matched


def test_parsed_headers_have_no_blank_ends():
    """None of the headers that PJSIP parses prints a blank at an end."""
    request = read_everywhere(message(*(f"{name}: {value} " for name, value in PARSED.items())))

    for name, value in request.printed_headers:
        assert value == value.strip(), name
