"""A URI at every place of a request where one can stand, read in every way."""

from readings import REQUIRED, read

#: Every place of a URI, how it is written there, and as what its header prints.
REQUEST = "request"
HEADERS = ("From", "To", "Contact", "Route", "Record-Route")
PLACES = (REQUEST, *HEADERS)


def message(place, text):
    """Return a request with a text as request URI or as the value of a header."""
    first = text if place == REQUEST else "sip:100@127.0.0.1"
    lines = {**REQUIRED, place: text} if place != REQUEST else REQUIRED
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"OPTIONS {first} SIP/2.0\r\n{head}\r\n".encode("utf-8", "surrogateescape")


def at(place, uri):
    """Return a request with a URI at a place, in <> if it is in a header."""
    return message(place, uri if place == REQUEST else f"<{uri}>")


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
