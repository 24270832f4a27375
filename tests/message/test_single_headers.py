"""Via, Retry-After, Content-Type, display names and numbers: what only they have; by all ways of reading."""

import pytest
from ways import printed

# Numbers


@pytest.mark.parametrize("name", ["Content-Length", "Retry-After"])
def test_numbers_of_31_bits(name):
    """2**31 and more drops, leading zeros or not."""
    for sent in ("0", "7", "0007", "2147483647", "0000000000000002147483647"):
        assert printed(name, sent) == [str(int(sent))]
    for sent in ("2147483648", "4294967295", "4294967296", "4294967297", "99999999999", "18446744073709551616",
                 "021474836470", "1" * 100):  # fmt: skip
        assert printed(name, sent) is None


@pytest.mark.parametrize("name", ["Expires", "Min-Expires", "Session-Expires", "Min-SE", "Max-Forwards"])
def test_numbers_of_32_bits(name):
    """The others are modulo 2**32."""
    for sent, value in (("2147483648", "2147483648"), ("4294967297", "1"), ("99999999999", "1215752191")):
        assert printed(name, sent) == [value]


# Retry-After


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("5", "5"),
        ("5 (x)", "5(x)"),
        ("5(x)", "5(x)"),
        ("5 (x);d", "5(x) ;d"),
        ("5 (a) (b)", "5(b)"),
        ("5;y (x)", "5(x) ;y"),
        ("5 (a);w (h);y (b)", "5(b) ;w;y"),
        ("5 (a);w;y=1 ;z", "5(a) ;w;y=1;z"),
        ("5 ()", "5"),
        ("5 ();w", "5;w"),
        ("5 (a);w ()", "5;w"),
        ("5 (a\\)b)", "5(a\\)b)"),
        ("5 (a\\\\)", "5(a\\\\)"),
        ("5 (a(b)", "5(a(b)"),
        ("5 (a\r b)", "5(a\r b)"),
        ("5 (a\rb) ;d", "5(a\rb) ;d"),
        ('5;x="(a)"', '5;x="(a)"'),
        ('5;x="(a)" (b)', '5(b) ;x="(a)"'),
        ("5\r\n (x)\r\n ;d", "5(x) ;d"),
        ("5 (é)", "5(é)"),
    ],
)
def test_retry_after(sent, value):
    """Comments may follow the number and each parameter; the last counts, an empty one isn't printed."""
    assert printed("Retry-After", sent) == [value]


@pytest.mark.parametrize(
    "sent", ["5 (z\\)", "5 (x", "5 (x) y", "5 (x)y=o", "5 (a\nb)", "5 (a\r\n b)", "5 (a\\\nb)", "(a) 5"]
)
def test_retry_after_that_drops(sent):
    """A comment that doesn't end on its line, or something behind it, drops the message."""
    assert printed("Retry-After", sent) is None


def test_zero_in_comments():
    """A NUL is let through in a comment."""
    assert printed("Retry-After", b"5 (a\0b)") is not None
    assert printed("Via", b"SIP/2.0/UDP h (a\0b)") is not None


# Via


@pytest.mark.parametrize(
    "comment", ["(c)", "()", "(c\r\n d)", "(c\nd)", "(c\rd)", "(c\r\nd)", "(a\r\n \r\n b)", "(a(b)", "(a\\)"]
)
def test_comment_of_via(comment):
    """A comment may follow all parameters and hold line ends; it isn't printed, and ends with the first bracket."""
    for parameters in ("", ";x", ";x=1;y"):
        for blank in ("", " "):
            line = f"SIP/2.0/UDP h{parameters}{blank}{comment}"
            assert printed("Via", "SIP/2.0/UDP h", line) == [
                "SIP/2.0/UDP h;received=192.0.2.1", f"SIP/2.0/UDP h{parameters}"
            ]  # fmt: skip


@pytest.mark.parametrize("end", ["(c", "(c) ;x", "(c);x", "(c)(d)", "(c) (d)", "(c\\)d)", ";x(c)y=1"])
def test_comment_of_via_that_drops(end):
    """Nothing but a comma may follow the comment."""
    assert printed("Via", f"SIP/2.0/UDP h {end}") is None


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("[::1]", "[::1]"),
        ("[a b]", "a b"),
        ("[1.2.3.4]:5", "1.2.3.4:5"),
        ("[::1%lo]", "[::1%lo]"),
        ("[a;b>[c]", "a;b>[c"),
        ("[é]", "é"),
        ("[a\r\nb]", "a\r\nb"),
        ("h:000000000000000005060", "h:5060"),
        ("h : 65535", "h:65535"),
        ("h:0", "h"),
    ],
)
def test_host_of_via(sent, value):
    """A host in brackets may be anything, and is printed in brackets if it has a colon; ports have any leading zeros."""
    assert printed("Via", "SIP/2.0/UDP h", f"SIP/2.0/UDP {sent};x")[1] == f"SIP/2.0/UDP {value};x"


@pytest.mark.parametrize("sent", ["[]", "[a", "h:65536", "h:", "h:x", "h:99999999999999999999", ""])
def test_host_of_via_that_drops(sent):
    """Empty brackets and ports without digits or above 65535 drop the message."""
    assert printed("Via", f"SIP/2.0/UDP {sent};x") is None


# Content-Type


@pytest.mark.parametrize(
    "separator", ["/", "?", "=", ";", ",", "[", '"', "<", ":", "&", "\x01", "\n", "\r", "é"[:1], "@", "("]
)
def test_separator_of_content_type(separator):
    """Any one character stands for the slash, with blanks around it."""
    sent = separator.encode("latin-1")
    for line in (
        b"a" + sent + b"b",
        b"a " + sent + b"  b",
        b"a" + sent + b"\r\n b",
        b"a\r\n " + sent + b"b;c=d",
    ):
        if separator in "\r\n" and (b"\r\n" in line or b" " in line):
            continue
        assert printed("Content-Type", line) == ["a/b;c=d" if b";c=d" in line else "a/b"]


@pytest.mark.parametrize("line", ["a\r\r b", "a\r \r \n\tb", "a\r\t\r \r b"])
def test_line_end_as_separator(line):
    """The line end that stands for the slash isn't a fold, so one may be behind it."""
    assert printed("Content-Type", line) == ["a/b"]


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("application sdp", "application/dp"),
        ("a  hi", "a/i"),
        ("a\tno", "a/o"),
        ("a\r\n bi", "a/i"),
        ("a;b;c=d", "a/b;c=d"),
    ],
)
def test_blank_in_content_type(sent, value):
    """A blank is skipped, so the first character of what follows stands for the slash."""
    assert printed("Content-Type", sent) == [value]


@pytest.mark.parametrize(
    "sent", ["a", "a/", "a ;c=d", "a==b", "a?/b", "a/b c", "/b", "a b", b"a\0b", "a\r\nb", "a;c=[d]"]
)
def test_content_type_that_drops(sent):
    """A token must follow the character, and nothing but parameters the subtype."""
    assert printed("Content-Type", sent) is None


# Display names


@pytest.mark.parametrize("name", ["From", "To", "Contact", "Route", "Record-Route"])
@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("b\x08 ", '"b\x08" '),
        ("b \x08", '"b \x08" '),
        ("\x01", '"\x01" '),
        ("\x07 ", '"\x07" '),
        ("\x1fh\x1f ", '"\x1fh\x1f" '),
        ("h\x1f", '"h\x1f" '),
        ("b\x01\x0c ", '"b\x01" '),
        ("b\x0c\x01 ", '"b\x0c\x01" '),
        ("\x0bj ", '"j" '),
        ("\x0b", ""),
        ("\x0c \t", ""),
        ("b c\t", '"b c" '),
        ("b\x7f", '"b\x7f" '),
        ('"a\rb" ', '"a\rb" '),
        ('"a\r b"', '"a\r b" '),
        ('"\x01\x02" ', '"\x01\x02" '),
        ('"" ', ""),
    ],
)
def test_display_names(name, sent, value):
    """An unquoted one loses blanks, line ends, VT and FF at its ends, and keeps other control characters."""
    assert printed(name, f"{sent}<sip:h>") == [f"{value}<sip:h>"]


@pytest.mark.parametrize("name", ["Route", "Record-Route"])
def test_any_scheme_in_routes(name):
    """Routes take any scheme."""
    assert printed(name, "<x:y>;a", "<tel:1>") == ["<x:y>;a", "<tel:1>"]


@pytest.mark.parametrize("name", ["From", "To", "Contact", "Route", "Record-Route"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_folds_around_display_names(name, end):
    """A fold may stand behind a display name, and a second one where an address begins; none inside a name."""
    for sent, value in (
        (f"b{end} ", '"b" '),
        (f"b {end}\t", '"b" '),
        (f"{end} {end} ", ""),
        (f'"b"{end} ', '"b" '),
    ):
        assert printed(name, f"{sent}<sip:h>") == [f"{value}<sip:h>"]
    for sent in (f"b{end} ob ", f"{end} {end} {end} ", f"b{end} {end} ", f"b{end}"):
        assert printed(name, f"{sent}<sip:h>") is None
