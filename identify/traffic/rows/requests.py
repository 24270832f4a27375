"""The bytes of a request of which a row has only metadata.

Knows which header fields PJSIP wants of a request before it looks at it; nothing of rows.

*Facts*: Via, From, To, Call-ID and CSeq are mandatory, and Contact is for methods that make a dialog.  None of those
that are made up here has a part in identification, but for From: one that isn't given has the source as its
host and no user.
"""

from __future__ import annotations

import re

from identify.strings import encoded

__all__ = ["request_bytes"]

TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}")
#: What ends a line for somebody; a value that has it would begin a header field of its own.
FORBIDDEN = re.compile(r"[\r\n\0]")
COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length",
}  # fmt: skip


def request_bytes(
    *,
    source: str,
    port: int,
    transport: str,
    number: int,
    local: str | None = None,
    method: str = "INVITE",
    request_uri: str | None = None,
    from_uri: str | None = None,
    to_uri: str | None = None,
    call_id: str | None = None,
    headers: list[tuple[str, str]],
) -> bytes:
    """Return a request with what is given, and the least else that makes it one.

    ``number`` makes Call-ID, tag and branch those of this row.  A header field that is given takes the place of the
    one that would be made up.  ValueError for a method or a name that is no token, and for a value with a line end.
    """
    if not TOKEN.fullmatch(method):
        raise ValueError(f"{method[:40]!r} isn't a method")
    host = _host(source)
    target = request_uri or _uri(to_uri) or f"sip:{_host(local) if local else 'localhost'}"
    if " " in target:
        raise ValueError(f"{target[:80]!r} isn't a request URI")
    given = {COMPACT.get(name.lower(), name.lower()) for name, _ in headers}
    made = {
        "Via": f"SIP/2.0/{transport.upper()} {host}:{port};branch=z9hG4bK-row-{number}",
        "Max-Forwards": "70",
        "From": f"{_name_addr(from_uri or f'sip:{host}')};tag=row-{number}",
        "To": _name_addr(to_uri or target),
        "Call-ID": call_id or f"row-{number}@{source}",
        "CSeq": f"1 {method}",
        "Contact": f"<sip:{host}:{port}>",
    }
    lines = [f"{method} {target} SIP/2.0"]
    lines += [f"{name}: {value}" for name, value in made.items() if name.lower() not in given]
    for name, value in headers:
        if not TOKEN.fullmatch(name):
            raise ValueError(f"{name[:40]!r} isn't the name of a header field")
        if COMPACT.get(name.lower(), name.lower()) != "content-length":
            lines.append(f"{name}: {value}")
    lines.append("Content-Length: 0")
    for line in lines:
        if FORBIDDEN.search(line):
            raise ValueError(f"a line end in {line[:80]!r}")
    return encoded("".join(line + "\r\n" for line in [*lines, ""]))


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _name_addr(uri: str) -> str:
    """Return a URI as a header field has it; what comes with a name or brackets stays."""
    return uri if "<" in uri else f"<{uri}>"


def _uri(uri: str | None) -> str | None:
    """Return the URI inside of brackets."""
    return uri.partition("<")[2].partition(">")[0] if uri and "<" in uri else uri
