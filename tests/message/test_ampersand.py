"""A ``&`` behind a value ends the header as a line end does; where it is part of the value it doesn't."""

import pytest
from pjsip.requests import read_request
from pjsip.scanning import DroppedError
from readings import LISTS, PARSED, PLACE, REQUIRED, message, read, read_everywhere, value_of

from identify.errors import MessageError
from identify.request import Request

ENDED = {**{name: value for name, value in REQUIRED.items() if name != "Call-ID"}, **PARSED}


@pytest.mark.parametrize("between", ["&", " & ", "\t&\t ", "\r\n &", "&\r\n ", "\r\n & \r\n ", "\n\t&\r "])
@pytest.mark.parametrize("name", ENDED)
def test_next_header_on_the_line(name, between):
    """What follows is the next header, whatever blanks and folds are around the ``&``."""
    plain = value_of(read_everywhere(message(f"{name}: {ENDED[name]}", without=[name])), name)
    request = read_everywhere(message(f"{name}: {ENDED[name]}{between}X-B: 1", without=[name]))

    assert value_of(request, name) == plain
    assert value_of(request, "X-B") == "1"
    assert value_of(request, "Content-Length") == "0"


@pytest.mark.parametrize("name", ENDED)
@pytest.mark.parametrize("end", ["&", " & ", "\r\n &", "&\r\n "])
def test_nothing_behind(name, end):
    """With nothing behind it on the line it ends the head: the rest is the body."""
    request = read_everywhere(message(f"{name}: {ENDED[name]}{end}", "X-B: 1", without=[name]))

    assert request.printed_headers[-1][0] == name
    assert not [value for header, value in request.printed_headers if header in ("X-B", "Content-Length")]


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        ("Max-Forwards: 7&Expires: 8&X-B: 1", [("Max-Forwards", "7"), ("Expires", "8"), ("X-B", "1")]),
        ("Expires: 1&From: <sip:z@e>;tag=5", [("Expires", "1"), ("From", "<sip:z@e>;tag=5")]),
        ("Contact: <sip:a>, <sip:b>&X-B: 1", [("Contact", "<sip:a>"), ("Contact", "<sip:b>"), ("X-B", "1")]),
        ("Contact: *&X-B: 1", [("Contact", "*"), ("X-B", "1")]),
        ("Contact: sip:z@z&X-B: 1&Y: 2", [("Contact", "<sip:z@z>"), ("X-B", "1&Y: 2")]),
        ("Contact: <sip:a&b@z>", [("Contact", "<sip:a&b@z>")]),
        ('Contact: "a&b: c" <sip:z@z>', [("Contact", '"a&b: c" <sip:z@z>')]),
        ("X-A: 1&X-B: 2", [("X-A", "1&X-B: 2")]),
        ("Supported: a,b&X-B: 1", [("Supported", "a, b&X-B: 1")]),
        ("Event: e&m: <sip:z@z>", [("Event", "e"), ("Contact", "<sip:z@z>")]),
        ("Max-Forwards: 7&x=1", None),
        ("Max-Forwards: 7&&X: 1", None),
        ("Max-Forwards: 7&:1", None),
        ("Max-Forwards: &7", None),
        ("Retry-After: 5&X: 1", None),
        ("Retry-After: 5&", None),
        ("&X-A: 1", None),
    ],
)
def test_lines(line, headers):
    """Lines with one and several, and with those that are part of a value or out of place."""
    request = read_everywhere(message(line))

    assert (list(request.printed_headers[5:-1]) if request is not None else None) == headers


def test_call_id():
    """A Call-ID may hold one, and it ends there only behind a fold."""
    assert (
        value_of(read_everywhere(message("Call-ID: c1&X-B: 1", without=["Call-ID"])), "Call-ID")
        == "c1&X-B: 1"
    )


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("line_end", ["\r\n ", "\n\t", "\r  "])
def test_list_behind_a_fold(name, line_end):
    """An element takes a ``&``; behind a fold it ends the list."""
    request = read_everywhere(message(f"{name}: a{line_end}&b: c"))
    assert (value_of(request, name), value_of(request, "b")) == ("a", "c")

    request = read_everywhere(message(f"{name}: a{line_end}&", "X-B: 1"))
    assert request.printed_headers[-1] == (name, "a")

    for sent in ("a&b: c,d", f"a&b: c ,{line_end}d", f"{line_end}a&b: c,d"):
        assert value_of(read_everywhere(message(f"{name}: {sent}")), name).replace(" ,", ",") == "a&b: c, d"
    for sent in (f"a,{line_end}&X: 1", f"a , {line_end}&X: 1"):
        # Behind a comma an element begins.
        assert value_of(read_everywhere(message(f"{name}: {sent}")), name).replace(" ,", ",") == "a, &X: 1"


def test_framing_looks_at_line_starts():
    """Over a stream a Content-Length behind a ``&`` is a header, but says nothing about the message's end."""
    assert read(message(last="Expires: 9&Content-Length: 0"), "tcp") is None
    request = read(message("Expires: 9&Content-Length: 7"), "tcp")
    assert [value for name, value in request.printed_headers if name == "Content-Length"] == ["7", "0"]
    for blank in ("", " ", "\r\n ", " \n\t"):
        odd = f"Content-Length: 0{blank}&X-B: 1"
        assert read(message(last=odd), "tcp") is None
        assert read(message(odd), "tcp") is not None
        with pytest.raises(DroppedError):
            read_request(message(last=odd), "192.0.2.1", 5060, "tcp")
    assert value_of(read(message(last="Content-Length: 0&X-B: 1")), "X-B") == "1"


@pytest.mark.parametrize("name", ["Contact", "Expires", "Event", "From"])
@pytest.mark.parametrize("rest", ["&", "&X: 1", " & X: 1"])
def test_header_given_apart(name, rest):
    """A value given apart from a message can't end the header before its end."""
    with pytest.raises(MessageError, match="'&' ends a header"):
        Request(source=PLACE[0], headers={name: ENDED.get(name, "") + rest})
    assert Request(source=PLACE[0], headers={"X-A": "1&X: 1"}).printed_headers == (("X-A", "1&X: 1"),)
