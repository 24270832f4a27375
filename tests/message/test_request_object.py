"""``Request`` as an object: its headers, what it is equal to, and copies of it."""

import copy
import pickle

import pytest

from identify.errors import MessageError, ResponseError
from identify.request import Request

MESSAGE = (
    b"INVITE sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf:   Bob <sip:bob@b>;tag=1\r\nTo: <sip:b@c>\r\n"
    b"i: 12@h\r\nCSeq:  007   INVITE\r\nX-Trunk:  one \r\nx-trunk: two\r\nSupported: a\r\nk: b\r\nContent-Length: 0\r\n\r\n"
)
WIRE = Request.from_message(MESSAGE, "192.0.2.1", 5060)
METADATA = {
    "source": ("192.0.2.1", 5070),
    "transport": "TCP",
    "local": "192.0.2.9:5060",
    "transport_section": "tcp",
    "method": "options",
    "request_uri": "sip:100@h",
    "from_uri": b"sip:al%69ce@h",
    "to_uri": "sip:100@h",
    "headers": [("X-A", "caf\udce9"), ("Supported", "a"), ("x-a", "2"), ("Contact", "<sip:x@y>, <sip:z@y>")],
}


def test_headers_by_name():
    """A header is found by its long or its short name in any case, and is what PJSIP prints."""
    assert WIRE.header("X-TRUNK") == "one"
    assert WIRE.header_values("x-trunk") == ("one", "two")
    assert WIRE.header("From") == WIRE.header("F") == '"Bob" <sip:bob@b>;tag=1'
    assert WIRE.header_values("supported") == ("a, b",)
    assert (WIRE.call_id, WIRE.cseq) == ("12@h", (7, "INVITE"))
    for name in {name for name, _ in WIRE.printed_headers}:
        assert WIRE.header_values(name) == tuple(
            value for other, value in WIRE.printed_headers if other.lower() == name.lower()
        )


@pytest.mark.parametrize("name", ["", "X", "Call\rID", "x-trunk:", "\ud800", "X-Trunk\0", "é", "a" * 70000])
def test_no_header_of_that_name(name):
    """A header that isn't there, or whose name can't be one, is None."""
    assert WIRE.header(name) is None
    assert WIRE.header_values(name) == ()


def test_metadata_without_headers():
    """What a request from metadata wasn't given is None."""
    request = Request(source="192.0.2.1")

    assert (request.call_id, request.cseq, request.header("From")) == (None, None, None)


@pytest.mark.parametrize(
    "request_",
    [
        WIRE,
        Request(**METADATA),
        Request(source="192.0.2.1", release="18.10.0"),
        Request(**METADATA).as_read_by("18.10.0"),
        WIRE.as_read_by("16.8"),
        Request(source=""),
        Request.__new__(Request),
    ],
    ids=["wire", "metadata", "release", "read again", "wire read again", "nothing", "uninitialised"],
)
def test_pickles_and_copies(request_):
    """A pickled request is read again: equal, with the same parts, by the same release; a copy is itself."""
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        restored = pickle.loads(pickle.dumps(request_, protocol))
        assert restored == request_
        assert hash(restored) == hash(request_)
        for name in (
            "release",
            "printed_headers",
            "printed_request_uri",
            "method",
            "transport",
            "local",
            "port",
        ):
            assert getattr(restored, name) == getattr(request_, name)
    assert copy.copy(request_) is copy.deepcopy(request_) is request_


def test_requests_that_differ():
    """Requests are equal if they say the same, came the same way and were read by the same release."""
    others = [
        Request.from_message(MESSAGE, "192.0.2.1", 5061),
        Request.from_message(MESSAGE, "192.0.2.2", 5060),
        Request.from_message(MESSAGE, "192.0.2.1", 5060, "tcp"),
        Request.from_message(MESSAGE.replace(b"two", b"2"), "192.0.2.1", 5060),
        Request(source="192.0.2.1", headers={"a": "bc"}),
        Request(source="192.0.2.1", headers={"ab": "c"}),
        "192.0.2.1",
    ]

    assert Request.from_message(MESSAGE, "192.0.2.1", 5060) == WIRE
    assert all(other != WIRE for other in others)
    assert others[4] != others[5]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n", "response"),
        (b"\r\n\r\n", "keep-alive"),
        (b"\r\n" * 40, "keep-alive"),
        (MESSAGE.replace(b"Length: 0", b"Length: 5"), "incomplete"),
        (MESSAGE.ljust(70000), "too long"),
        (MESSAGE.replace(b"CSeq", b"X-Se"), "invalid"),
    ],
)
def test_kinds_of_dropped_messages(data, kind):
    """What PJSIP drops is of a kind, and a response is an error of its own; both survive pickling."""
    # Only in a stream a message may be incomplete.
    transport = "tcp" if kind == "incomplete" else "udp"
    with pytest.raises(MessageError) as caught:
        Request.from_message(data, "192.0.2.1", 5060, transport)
    error = caught.value
    restored = pickle.loads(pickle.dumps(error))

    assert error.kind == kind
    assert isinstance(error, ResponseError) == (kind == "response")
    assert (type(restored), str(restored), restored.__dict__) == (type(error), str(error), error.__dict__)
