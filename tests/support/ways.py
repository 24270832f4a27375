"""What a header line prints as, or whether it drops its message, by every way of reading."""

from readings import FIRST, read

#: The source port of the requests, which the first Via's print may carry.
PORT = 5070
#: What a request needs; a line of a name that is here takes its place.
REQUIRED = {
    "Via": "SIP/2.0/UDP h;branch=z9hG4bK1",
    "From": "<sip:a@b>",
    "To": "<sip:c@d>",
    "Call-ID": "c1",
    "CSeq": "1 OPTIONS",
}


def request_of(lines):
    """Return a request with these header lines: str, or bytes."""
    lines = [line if isinstance(line, bytes) else line.encode() for line in lines]
    names = {line.partition(b":")[0].strip().lower() for line in lines}
    required = [
        f"{name}: {value}".encode() for name, value in REQUIRED.items() if name.lower().encode() not in names
    ]
    return b"\r\n".join([FIRST.encode(), *lines, *required, b"", b""])


def printed_all(*lines):
    """Return all printed headers of a request with these lines, None if it is dropped."""
    request = read(request_of(lines), port=PORT)
    return None if request is None else list(request.printed_headers)


def printed(name, *lines):
    """Return the printed values of one name, None if the message is dropped; ``name: line`` for each of the lines."""
    headers = printed_all(
        *[f"{name}: ".encode() + (line if isinstance(line, bytes) else line.encode()) for line in lines]
    )
    return None if headers is None else [value for found, value in headers if found == name]
