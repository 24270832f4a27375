"""The model held against the compiled parser: what differs for a message, and a small message that still differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from identify.errors import MessageError
from identify.request import Request
from pjsip.generating import PORT, SOURCE
from pjsip.requests import Read, read_into
from pjsip.scanning import DroppedError

#: Prints that are longer aren't compared: Asterisk cuts or skips them.
LONGEST_URI, LONGEST_HEADER = 511, 4000
STRIPPED = "".join(map(chr, range(1, 33)))


@dataclass(frozen=True)
class Difference:
    """What differs: its kind, and the two sides in words."""

    kind: str
    model: str
    parser: str


@dataclass(frozen=True)
class Comparison:
    """What a message led to: whether the model drops it, the unobserved places that it met, the first difference."""

    dropped: bool
    noted: frozenset[str]
    difference: Difference | None


def compare(data: bytes, transport: str) -> Comparison:
    """Hold the model against the compiled parser for one message."""
    read = Read()
    reason = ""
    try:
        read_into(read, data, SOURCE, PORT, transport)
    except DroppedError as error:
        reason = str(error) or "dropped"
    return Comparison(bool(reason), frozenset(read.noted), difference(data, transport, read, reason))


def difference(data: bytes, transport: str, read: Read, reason: str) -> Difference | None:
    """Return the first difference."""
    try:
        request = Request.from_message(data, SOURCE, PORT, transport)
    except MessageError as error:
        if reason:
            return None
        kind = re.sub(r"^byte \d+: ", "", str(error))
        return Difference(f"only the parser drops: {kind}", "taken", str(error))
    if reason:
        return Difference("only the model drops: " + re.sub(r" at \d+$", "", reason), reason, "taken")
    return next(differences(read, request), None)


def differences(read: Read, request: Request) -> Iterator[Difference]:
    """Yield what differs between two readings of a message that both take."""
    for kind, ours, theirs in (
        ("method", read.method, request.method),
        ("screening", read.screening, request.screening),
        ("request URI", read.printed_request_uri, request.printed_request_uri),
        ("line", read.line, parser_line(request)),
        ("From's user and host", read.user_and_domain, parser_user(request)),
    ):
        if ours != theirs and not (kind == "request URI" and len(str(ours)) > LONGEST_URI):
            yield Difference(kind, repr(ours), repr(theirs))
    model = read.printed_headers
    parser = [(name, compared(value)) for name, value in request.printed_headers]
    names = [name for name, _ in model], [name for name, _ in parser]
    if names[0] != names[1]:
        yield Difference("names of headers", repr(names[0]), repr(names[1]))
        return
    for (name, ours), (_, theirs) in zip(model, parser, strict=True):
        if ours != theirs and len(ours) < LONGEST_HEADER:
            yield Difference(f"header {name}", repr(ours), repr(theirs))


def compared(value: str | None) -> str:
    """Return a printed value as Asterisk compares it."""
    return (value or "").partition("\0")[0].strip(STRIPPED)


def parser_line(request: Request) -> str | None:
    """Return the token of a line that the parser's request has."""
    for uri in (request.to_uri, request.request_uri):
        found = uri.parameter("line") if uri is not None and uri.scheme in ("sip", "sips", "tel") else None
        if found is not None:
            return str(found)
    return None


def parser_user(request: Request) -> tuple[str, str] | None:
    """Return the user and the host of the parser's From."""
    uri = request.from_uri
    return (uri.user or "", uri.host) if uri.scheme in ("sip", "sips") else None


def minimised(data: bytes, differs: Callable[[bytes], bool], most: int = 3000) -> bytes:
    """Return a small message that still differs: lines go first, then runs of bytes, then bytes are made plain."""
    left = most

    def still(shorter: bytes) -> bool:
        nonlocal left
        left -= 1
        return left > 0 and differs(shorter)

    while True:
        before = data
        data = without_pieces(re.findall(rb"[^\r\n]*(?:\r\n|\r|\n|$)", data), still)
        for size in (32, 16, 8, 4, 2, 1):
            data = without_pieces([data[at : at + size] for at in range(0, len(data), size)], still)
        if data == before or left <= 0:
            break
    for at in range(len(data)):
        plain = data[:at] + b"a" + data[at + 1 :]
        if not chr(data[at]).isalnum() and still(plain):
            data = plain
    return data


def without_pieces(pieces: list[bytes], still: Callable[[bytes], bool]) -> bytes:
    """Return what is left when each piece that isn't needed is dropped, from the last to the first."""
    for at in reversed(range(len(pieces))):
        shorter = b"".join(pieces[:at] + pieces[at + 1 :])
        if shorter and pieces[at] and still(shorter):
            del pieces[at]
    return b"".join(pieces)


def smallest(data: bytes, transport: str) -> tuple[bytes, Difference]:
    """Return the smallest message with this message's kind of difference, and that difference."""
    found = compare(data, transport).difference
    if found is None:
        raise ValueError("nothing differs")

    def differs(shorter: bytes) -> bool:
        other = compare(shorter, transport).difference
        return other is not None and other.kind == found.kind

    small = minimised(data, differs)
    return small, compare(small, transport).difference or found
