"""Via: protocol and host, parameters that may hold brackets, a comment at the end of an element.

Facts:

- ``SIP``, ``2.0`` and the transport may have blanks or a fold around their ``/``; the transport is printed in capitals.
- Names and values of parameters are tokens that may hold ``:``, ``[`` and ``]``, which are printed escaped.
- ttl, rport, maddr, received, branch are printed in this order, then the others.
- The topmost Via has ``received`` with the source's address; an rport without a value gets the source's port there.
- A comment goes to the first ``)``; it isn't printed, and nothing but the end or the next element follows it.
"""

from __future__ import annotations

import re

from pjsip.scanning import (
    EMPTY,
    EMPTY_QUOTED,
    TOKEN_CHARS,
    TOKEN_ESCAPES,
    Parameter,
    Reader,
    chars,
    print_parameters,
    read_parameter,
)
from pjsip.unobserved import unobserved
from pjsip.uris import read_host, read_port

VIA_TOKEN = chars(TOKEN_CHARS + ":[]")
COMMENT = re.compile(r"\([^)]*\)")
VIA_BRACKETS = re.compile(r"[\[\]]")
NUMBER = re.compile(r"\+?([0-9]+)")
MADDR_BRACKET = unobserved(
    "via-maddr-bracket",
    "A Via's maddr with a bracket inside and without a colon, taken as printed as it was sent; one in quotes with a "
    "colon, taken as printed in brackets.",
)
#: The greatest values of the parameters that are numbers.
GREATEST = {"ttl": 255, "rport": 65535}


class Via:
    """One element of a Via header."""

    __slots__ = ("host", "known", "others", "port", "rport", "transport")

    def __init__(self, transport: str, host: str, port: int) -> None:
        self.transport = transport
        self.host = host
        self.port = port
        self.known: dict[str, str] = {}
        self.others: list[Parameter] = []
        #: None without the parameter, 0 without a value.
        self.rport: int | None = None

    def printed(self) -> str:
        """Return the element as it is printed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        parts = ["SIP/2.0/", self.transport, " ", host, f":{self.port}" if self.port else ""]
        if "ttl" in self.known:
            parts.append(f";ttl={self.known['ttl']}")
        if self.rport is not None:
            parts.append(f";rport={self.rport}" if self.rport else ";rport")
        if "maddr" in self.known:
            parts.append(f";maddr={print_maddr(self.known['maddr'])}")
        if "received" in self.known:
            parts.append(f";received={self.known['received']}")
        if "branch" in self.known:
            parts.append(f";branch={self.known['branch'].translate(TOKEN_ESCAPES)}")
        return "".join(parts) + print_parameters(self.others)


def print_maddr(value: str) -> str:
    """Return a maddr as it is printed: in brackets if it has a colon and doesn't begin with one."""
    return f"[{value}]" if ":" in value and value[0] != "[" else value


def read_vias(reader: Reader) -> list[Via]:
    """Read the elements of a Via header."""
    found = []
    while True:
        found.append(read_via(reader))
        if reader.next != ",":
            break
        reader.expect(",")
    reader.end_header()
    return found


def read_via(reader: Reader) -> Via:
    """Read one element of a Via header."""
    if reader.token().lower() != "sip":
        raise reader.drop("no SIP")
    reader.expect("/")
    if reader.token() != "2.0":
        raise reader.drop("no 2.0")
    reader.expect("/")
    transport = reader.token().upper()
    host, port = read_host(reader), 0
    reader.skip()
    if reader.next == ":":
        reader.expect(":")
        port = read_port(reader)
        reader.skip()
    via = Via(transport, host, port)
    while reader.next == ";":
        reader.expect(";")
        read_via_parameter(reader, via)
    if reader.next == "(":
        reader.take(COMMENT, "end of the comment")
        reader.skip()
    return via


def read_via_parameter(reader: Reader, via: Via) -> None:
    """Read a parameter of a Via after its ``;``."""
    name, value = read_parameter(reader, VIA_TOKEN, VIA_TOKEN)
    lower = name.lower()
    if lower == "rport" and not value:
        via.rport = 0
    elif lower in GREATEST and value:
        found = NUMBER.match(value)
        number = int(found[1].lstrip("0")[:20] or "0") if found else -1
        if not 0 <= number <= GREATEST[lower]:
            raise reader.drop(f"{lower} that is no number up to {GREATEST[lower]}")
        if lower == "rport":
            via.rport = number
        else:
            via.known["ttl"] = str(number)
    elif lower in ("maddr", "received", "branch") and value:
        if value == EMPTY:
            reader.note(EMPTY_QUOTED)
        if lower == "maddr" and (
            value[0] == '"' if ":" in value else VIA_BRACKETS.search(value) and value[0] not in '["'
        ):
            reader.note(MADDR_BRACKET)
        via.known[lower] = value
    else:
        via.others.append((name, value))
