"""What a header line prints as, or whether it drops its message, by every way of reading; all must come to the same."""

from identify._compiled._request import WAYS, read_request
from identify.errors import MessageError

SOURCE, PORT = "192.0.2.1", 5070
#: What a request needs; a line of a name that is here takes its place.
REQUIRED = {
    "Via": "SIP/2.0/UDP h;branch=z9hG4bK1",
    "From": "<sip:a@b>",
    "To": "<sip:c@d>",
    "Call-ID": "c1",
    "CSeq": "1 OPTIONS",
}
#: What Asterisk takes off both ends of a print before it compares.
CONTROLS = bytes(range(1, 33)).decode()


def request_of(lines, release=None):
    """Return a request with these header lines: str, or bytes."""
    lines = [line if isinstance(line, bytes) else line.encode() for line in lines]
    names = {line.partition(b":")[0].strip().lower() for line in lines}
    required = [
        f"{name}: {value}".encode() for name, value in REQUIRED.items() if name.lower().encode() not in names
    ]
    return b"\r\n".join([b"OPTIONS sip:100@h SIP/2.0", *lines, *required, b"", b""])


def printed_by(way, data):
    """Return the printed headers, stripped, or None for a message that is dropped."""
    try:
        request = read_request(way, data, SOURCE, PORT, "udp")
    except MessageError:
        return None
    return [(name, value.strip(CONTROLS)) for name, value in request.printed_headers]


def printed_all(*lines):
    """Return all printed headers of a request with these lines, None if it is dropped."""
    data = request_of(lines)
    expected = printed_by("general", data)
    for way in WAYS:
        assert printed_by(way, data) == expected, way
    return expected


def printed(name, *lines):
    """Return the printed values of one name, None if the message is dropped; ``name: line`` for each of the lines."""
    headers = printed_all(
        *[f"{name}: ".encode() + (line if isinstance(line, bytes) else line.encode()) for line in lines]
    )
    return None if headers is None else [value for found, value in headers if found == name]
