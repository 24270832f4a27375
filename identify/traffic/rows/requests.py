"""The bytes of a request for which a row has only metadata.

Knows which header fields PJSIP requires in a request; nothing about rows.

Facts

- Via, From, To, Call-ID and CSeq are mandatory, and so is Contact for methods that create a dialog.
- Of the header fields made up here only From affects identification: a From that isn't given has the source as its
  host and no user.
"""

from __future__ import annotations

import re

import attrs

from identify.strings import encoded

__all__ = ["Metadata", "request_bytes"]

TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}")
#: Characters that may end a line; a value with one could start another header field.
FORBIDDEN = re.compile(r"[\r\n\0]")
COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length",
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Metadata:
    """What a row says about a request; None for what it doesn't."""

    method: str = "INVITE"
    request_uri: str | None = None
    from_uri: str | None = None
    to_uri: str | None = None
    call_id: str | None = None
    headers: list[tuple[str, str]] = attrs.field(factory=list)


def request_bytes(
    metadata: Metadata, *, source: str, port: int, transport: str, local: str | None, number: int
) -> bytes:
    """Return a request with the metadata, and the minimum of other header fields that make it valid.

    ``number`` makes Call-ID, tag and branch unique to the row.  A header field in the metadata replaces the
    made-up one.  ValueError for a method or a name that is not a token, and for a value with a line end.
    """
    method = metadata.method
    if not TOKEN.fullmatch(method):
        raise ValueError(f"{method[:40]!r} is not a valid method")
    host = _host(source)
    target = metadata.request_uri or _uri(metadata.to_uri) or f"sip:{_host(local) if local else 'localhost'}"
    if " " in target:
        raise ValueError(f"{target[:80]!r} is not a valid request URI")
    given = {COMPACT.get(name.lower(), name.lower()) for name, _ in metadata.headers}
    made = {
        "Via": f"SIP/2.0/{transport.upper()} {host}:{port};branch=z9hG4bK-row-{number}",
        "Max-Forwards": "70",
        "From": f"{_name_addr(metadata.from_uri or f'sip:{host}')};tag=row-{number}",
        "To": _name_addr(metadata.to_uri or target),
        "Call-ID": metadata.call_id or f"row-{number}@{source}",
        "CSeq": f"1 {method}",
        "Contact": f"<sip:{host}:{port}>",
    }
    lines = [f"{method} {target} SIP/2.0"]
    lines += [f"{name}: {value}" for name, value in made.items() if name.lower() not in given]
    for name, value in metadata.headers:
        if not TOKEN.fullmatch(name):
            raise ValueError(f"{name[:40]!r} is not a valid header name")
        if COMPACT.get(name.lower(), name.lower()) != "content-length":
            lines.append(f"{name}: {value}")
    lines.append("Content-Length: 0")
    for line in lines:
        if FORBIDDEN.search(line):
            raise ValueError(f"there is a line end in {line[:80]!r}")
    return encoded("".join(line + "\r\n" for line in [*lines, ""]))


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _name_addr(uri: str) -> str:
    """Return a URI as in a header field; one with a name or brackets is unchanged."""
    return uri if "<" in uri else f"<{uri}>"


def _uri(uri: str | None) -> str | None:
    """Return the URI inside brackets, or the whole text if there are none."""
    return uri.partition("<")[2].partition(">")[0] if uri and "<" in uri else uri
