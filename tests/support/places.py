"""A URI at every place of a request where one can stand, read in every way."""

from identify._compiled._request import WAYS, read_request
from identify.errors import MessageError
from identify.request import Request

SOURCE, PORT = "192.0.2.1", 5060

#: Lines of a request, those that a test gives a URI to left out.
LINES = {
    "Via": "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1",
    "From": "<sip:alice@example.com>;tag=1",
    "To": "<sip:bob@example.com>",
    "Call-ID": "c1",
    "CSeq": "1 OPTIONS",
}

#: Every place of a URI, how it is written there, and as what its header prints.
REQUEST = "request"
HEADERS = ("From", "To", "Contact", "Route", "Record-Route")
PLACES = (REQUEST, *HEADERS)


def message(place, text):
    """Return a request with a text as request URI or as the value of a header."""
    first = text if place == REQUEST else "sip:100@127.0.0.1"
    lines = {**LINES, place: text} if place != REQUEST else LINES
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"OPTIONS {first} SIP/2.0\r\n{head}\r\n".encode("utf-8", "surrogateescape")


def at(place, uri):
    """Return a request with a URI at a place, in <> if it is in a header."""
    return message(place, uri if place == REQUEST else f"<{uri}>")


def read(data):
    """Return the request after all ways of reading have come to the same, None if it is dropped."""
    found = []
    for way in WAYS:
        try:
            request = read_request(way, data, SOURCE, PORT)
        except MessageError as error:
            found.append((error.reason, error.offset))
        else:
            found.append((request.printed_request_uri, request.printed_headers))
    assert all(each == found[0] for each in found), found
    try:
        return Request.from_message(data, SOURCE, PORT)
    except MessageError:
        return None


def is_dropped(data):
    """Tell whether a message is refused."""
    return read(data) is None


def printed(data, place):
    """Return the print of a place, of a header without the <> that are at its ends."""
    request = read(data)
    assert request is not None, data
    if place == REQUEST:
        return request.printed_request_uri
    value = next(value for name, value in request.printed_headers if name == place)
    return value.removeprefix("<").removesuffix(">")
