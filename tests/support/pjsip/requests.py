"""A whole request: how it is framed, its request line, the headers in order, what is required and how it is screened.

Facts:

- A datagram of 32 bytes or less is dropped; line ends and blanks before the request line are passed.
- From a stream a message ends where its Content-Length says, which is looked for at the beginnings of lines.
- Folds are allowed in the request line. Six methods are recognised in any case; a request ``SIP`` drops.
- Via, From, To, Call-ID and CSeq are required.
- The screening looks at the last From and To, identification at the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from pjsip.addresses import Address, read_contacts, read_from_to, read_routes
from pjsip.digest import read_challenge, read_credentials
from pjsip.lists import read_list
from pjsip.numbers import (
    method as recognised,
)
from pjsip.numbers import (
    read_cseq,
    read_min_se,
    read_retry_after,
    read_session_expires,
    read_signed,
    read_unsigned,
)
from pjsip.scanning import LINE_END, DroppedError, Reader
from pjsip.unobserved import unobserved
from pjsip.uris import NO_BLANK, REQUEST, X_AST_TEL, SipUri, TelUri, Uri, read_uri
from pjsip.values import (
    read_call_id,
    read_content_type,
    read_event,
    read_generic,
    read_replaces,
    read_subscription_state,
)
from pjsip.vias import Via, read_vias

#: Headers that print as one text: how each is read.
SINGLE: dict[str, Callable[[Reader], str]] = {
    "Authorization": lambda reader: read_credentials(reader)[2],
    "Proxy-Authorization": lambda reader: read_credentials(reader)[2],
    "WWW-Authenticate": read_challenge,
    "Proxy-Authenticate": read_challenge,
    "Call-ID": read_call_id,
    "CSeq": read_cseq,
    "Content-Length": read_signed,
    "Content-Type": read_content_type,
    "Event": read_event,
    "Expires": read_unsigned,
    "Max-Forwards": read_unsigned,
    "Min-Expires": read_unsigned,
    "Min-SE": read_min_se,
    "Replaces": read_replaces,
    "Retry-After": read_retry_after,
    "Session-Expires": read_session_expires,
    "Subscription-State": read_subscription_state,
}
LISTS = ("Accept", "Allow", "Require", "Supported", "Unsupported")
MERGED = ("Require", "Supported")
ADDRESSES = ("From", "To", "Contact", "Route", "Record-Route", "Via")
#: The letters of headers that PJSIP knows.
COMPACT = {
    "c": "Content-Type",
    "f": "From",
    "i": "Call-ID",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "t": "To",
    "v": "Via",
    "x": "Session-Expires",
}
#: Every header that PJSIP reads itself, by its names in lower case.
KNOWN = {name.lower(): name for name in (*SINGLE, *LISTS, *ADDRESSES)} | COMPACT

LEAST_DATAGRAM = 33
MOST_OF_STREAM = 65535
DIALOGS = frozenset(("INVITE", "SUBSCRIBE", "REFER", "UPDATE", "NOTIFY"))
STRIPPED = "".join(map(chr, range(1, 33)))

BEFORE = re.compile(r"[ \t\r\n]*")
STREAM_BEFORE = re.compile(r"[\r\n]*")
LENGTH = re.compile(
    r"(?:^|(?<=\n))(?:content-length|l)[ \t]*(?:(?:\r\n|\r|\n)[ \t]+)?:[ \t]*(?:(?:\r\n|\r|\n)[ \t]+)?([0-9]+)"
    r"[ \t]*(?:(?:\r\n|\r|\n)[ \t]+)?(?=(?:\r\n|\r(?!\n)|\n)(?![ \t]))",
    re.IGNORECASE,
)

AMPERSAND_LINE = unobserved(
    "ampersand-request-line", "A `&` after the request line's version: taken as an error, which drops."
)
BLANK_BETWEEN = unobserved(
    "list-blank-between",
    "Blanks at the end of a Supported or Require that another one follows: taken as kept, as before a comma.",
)
LATER_CONTACT = unobserved(
    "later-contact", "A Contact of another scheme after one that is sip or sips: taken as refused, too."
)
STREAM_LENGTHS = unobserved(
    "stream-lengths",
    "Several Content-Length lines in a stream, or one that is no number: the first that is a number counts.",
)


@dataclass
class Read:
    """What the model read of a request."""

    method: str = ""
    request_uri: Uri | None = None
    vias: list[Via] = field(default_factory=list)
    #: The headers in order with how they print, cut and stripped as they are compared at the end.
    headers: list[tuple[str, str]] = field(default_factory=list)
    froms: list[Address] = field(default_factory=list)
    tos: list[Address] = field(default_factory=list)
    contacts: list[Address | None] = field(default_factory=list)
    lists: dict[str, tuple[int, list[str], int]] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)

    @property
    def printed_request_uri(self) -> str:
        """The request URI as it is compared."""
        uri = self.request_uri
        return outside(cut(uri.printed(REQUEST))) if uri else ""

    @property
    def printed_headers(self) -> list[tuple[str, str]]:
        """The headers as they are compared."""
        return [(outside(name), outside(cut(value).strip(STRIPPED))) for name, value in self.headers]

    @property
    def screening(self) -> str:
        """What is answered before identification, or ``pass``."""
        if self.froms[-1].uri.scheme not in ("sip", "sips", "tel"):
            return "416 from"
        if self.tos[-1].uri.scheme not in ("sip", "sips", "tel"):
            return "416 to"
        if not self.contacts:
            if self.method in DIALOGS:
                return "400 missing contact"
        elif any(map(is_foreign, self.contacts)):
            return "416 contact"
        if self.method in ("BYE", "CANCEL"):
            return "481 BYE/CANCEL outside a dialog"
        return "pass"

    @property
    def user_and_domain(self) -> tuple[str, str] | None:
        """The first From's user and domain, None if it has none."""
        uri = self.froms[0].uri
        return (outside(uri.user), outside(uri.host)) if isinstance(uri, SipUri) else None

    @property
    def line(self) -> str | None:
        """The token of a line: of the first To's URI, or of the request URI."""
        for uri in (self.tos[0].uri, self.request_uri):
            found = uri.parameter("line") if isinstance(uri, SipUri | TelUri) else None
            if found is not None:
                return outside(found)
        return None


def is_foreign(contact: Address | None) -> bool:
    """Tell whether this Contact is neither ``*`` nor sip or sips."""
    return contact is not None and contact.uri.scheme not in ("sip", "sips")


def cut(text: str) -> str:
    """Return the text up to a NUL."""
    return text.partition("\0")[0]


def outside(text: str) -> str:
    """Return a text as the library has it."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")


def framed(data: bytes, transport: str, noted: set[str]) -> str:
    """Return the text of the message in a datagram or at the beginning of a stream."""
    text = data.decode("latin-1")
    if transport == "udp":
        if len(data) < LEAST_DATAGRAM:
            raise DroppedError("a datagram of 32 bytes or less")
        return text
    text = text[STREAM_BEFORE.match(text).end() :]  # type: ignore[union-attr]
    end = text.find("\n\r\n")
    if end < 0:
        raise DroppedError("no end of the headers")
    lengths = LENGTH.findall(text, 0, end + 3)
    if not lengths:
        raise DroppedError("no Content-Length in a stream")
    if len(lengths) > 1:
        noted.add(STREAM_LENGTHS)
    size = end + 3 + int(lengths[0].lstrip("0")[:12] or "0")
    if size > min(len(text), MOST_OF_STREAM):
        raise DroppedError("incomplete or too long")
    return text[:size]


def read_request_line(reader: Reader, read: Read) -> None:
    """Read the request line."""
    reader.at = BEFORE.match(reader.text).end()  # type: ignore[union-attr]
    read.method = recognised(reader.token(what="method"))
    if read.method.upper() == "SIP":
        raise reader.drop("a response, or a request SIP")
    uri = read_uri(reader, bare=False, others=False)
    adjacent = reader.next not in (" ", "\t", "\r", "\n")
    reader.skip()
    if isinstance(uri, TelUri) and any(name.startswith("x-ast-") for name, _ in uri.others):
        reader.note(X_AST_TEL)
    if isinstance(uri, SipUri):
        uri.without_own()
    read.request_uri = uri
    if reader.token().upper() != "SIP":
        raise reader.drop("no SIP")
    if adjacent:
        reader.note(NO_BLANK)
    reader.expect("/")
    if reader.token() != "2.0":
        raise reader.drop("no 2.0")
    if reader.next == "&":
        reader.note(AMPERSAND_LINE)
    reader.take(LINE_END, "end of the request line")


def read_header(reader: Reader, read: Read) -> None:
    """Read one header and what it ends with."""
    sent = reader.token(what="name of a header")
    reader.expect(":")
    name = KNOWN.get(sent.lower())
    if name is None:
        read.headers.append((sent, read_generic(reader)))
    elif name in SINGLE:
        read.headers.append((name, SINGLE[name](reader)))
    elif name in LISTS:
        read_listed(reader, read, name)
    elif name == "Via":
        for via in read_vias(reader):
            read.vias.append(via)
            read.headers.append((name, ""))
    elif name == "Contact":
        for contact, text in read_contacts(reader):
            read.contacts.append(contact)
            read.headers.append((name, text))
    elif name in ("From", "To"):
        address, text = read_from_to(reader)
        (read.froms if name == "From" else read.tos).append(address)
        read.headers.append((name, text))
    else:
        read.headers.extend((name, text) for _, text in read_routes(reader))


def read_listed(reader: Reader, read: Read, name: str) -> None:
    """Read a list, which for some headers belongs to the first of its name."""
    if name not in MERGED:
        read.headers.append((name, ", ".join(read_list(reader)[0])))
        return
    at, elements, count = read.lists.get(name, (len(read.headers), [], 0))
    found, count = read_list(reader, count)
    if found and elements and elements[-1][-1] in " \t":
        reader.note(BLANK_BETWEEN)
    elements = elements + found
    if name not in read.lists:
        read.headers.append((name, ""))
    read.lists[name] = (at, elements, count)
    read.headers[at] = (name, ", ".join(elements))


def read_request(data: bytes, source: str, port: int, transport: str) -> Read:
    """Read a request as PJSIP does; ``DroppedError`` is raised if it never reaches identification."""
    read = Read()
    return read_into(read, data, source, port, transport)


def read_into(read: Read, data: bytes, source: str, port: int, transport: str) -> Read:
    """Read a request into this object, whose notes are kept when the message is dropped."""
    reader = Reader(framed(data, transport.lower(), read.noted))
    reader.noted = read.noted
    read_request_line(reader, read)
    while reader.at < len(reader.text) and not reader.at_line_end:
        read_header(reader, read)
    required = (read.vias, read.froms, read.tos)
    names = {name for name, _ in read.headers}
    if not all(required) or not {"Call-ID", "CSeq"} <= names:
        raise DroppedError("a required header is missing")
    if any(map(is_foreign, read.contacts)) and not is_foreign(read.contacts[0]):
        read.noted.add(LATER_CONTACT)
    top = read.vias[0]
    top.known["received"] = source
    if top.rport == 0:
        top.rport = port
    print_vias(read)
    return read


def print_vias(read: Read) -> None:
    """Put the Vias' prints into the headers, when the topmost knows its source."""
    vias = iter(read.vias)
    read.headers = [(name, next(vias).printed() if name == "Via" else value) for name, value in read.headers]
