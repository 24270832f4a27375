"""Requests for tests of their syntax: made of lines, and read in every way and over every kind of transport."""

from identify._compiled._request import WAYS, read_request
from identify._compiled._spans import spans_of
from identify.errors import MessageError

PLACE = ("192.0.2.1", 5060)
FIRST = "OPTIONS sip:100@pbx.example.com SIP/2.0"
REQUIRED = {
    "Via": "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1",
    "From": "<sip:alice@example.com>;tag=1",
    "To": "<sip:bob@example.com>",
    "Call-ID": "c1",
    "CSeq": "1 OPTIONS",
}

#: A value of each header that PJSIP parses and in which a "&" isn't part of the value, and how it is printed.
PARSED = {
    "Authorization": 'Digest username="u", realm="r", nonce="n", response="f"',
    "Contact": "<sip:bob@198.51.100.7>;expires=60",
    "Content-Type": "text/plain;charset=utf-8",
    "Event": "dialog;id=5",
    "Expires": "60",
    "Max-Forwards": "70",
    "Min-Expires": "60",
    "Min-SE": "90",
    "Proxy-Authorization": 'Digest username="u", realm="r", nonce="n", response="f"',
    "Record-Route": "<sip:p1.example.com;lr>",
    "Replaces": "1;to-tag=2;from-tag=3",
    "Route": "<sip:p2.example.com;lr>",
    "Session-Expires": "1800;refresher=uac",
    "Subscription-State": "active",
}
#: And of those in which it is.
LISTS = dict.fromkeys(("Accept", "Allow", "Require", "Supported", "Unsupported"), "a, b")


def message(*lines, first=FIRST, without=(), end="\r\n", last="Content-Length: 0", body=b""):
    """Return a request with the required headers, these lines, and ``last``."""
    required = [f"{name}: {value}" for name, value in REQUIRED.items() if name not in without]
    text = end.join([first, *required, *lines, last])
    return text.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def read(data, transport="udp", port=PLACE[1]):
    """Return the request, None if it is dropped; every way of reading must come to the same."""
    found = []
    for way in WAYS:
        try:
            request = read_request(way, data, PLACE[0], port, transport)
        except MessageError as error:
            found.append((error.reason, error.offset))
        else:
            found.append(
                (
                    spans_of(request),
                    request.printed_request_uri,
                    request.printed_headers,
                    request.method,
                    request.screening,
                )
            )
    assert found == found[:1] * len(found), data
    return request if len(found[0]) == 5 else None


def read_everywhere(data):
    """Return the request, None if it is dropped, for a message to which datagram and stream are the same."""
    over_udp, over_tcp = read(data), read(data, "tcp")
    assert (over_udp is None) == (over_tcp is None), data
    if over_udp is None:
        return None
    assert over_udp.printed_headers == over_tcp.printed_headers
    return over_udp


def value_of(request, name):
    """Return the only printed value of a header."""
    (value,) = [value for header, value in request.printed_headers if header == name]
    return value
