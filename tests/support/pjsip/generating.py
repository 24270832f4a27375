"""Requests made by the grammar of the headers, ordinary and odd at every place of it; the same for each seed.

A sender writes each header as a row of ``HEADERS`` says: an element, what separates elements, and the parameters that
the header knows.  How odd a message is is drawn first, so that about half of all messages are taken.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from pjsip.writing import BYTES, FOLDS, GENERIC_NAMES, LINE_ENDS, METHODS, Writer

#: A source's address and port, as a transport gives them.
SOURCE, PORT = "192.0.2.44", 5071


@dataclass(frozen=True)
class Row:
    """A header: its names, how an element is written, whether there may be several, the parameters that it knows."""

    names: tuple[str, ...]
    element: Callable[[Sender], str]
    elements: bool = False
    parameters: tuple[str, ...] | None = None


class Sender(Writer):
    """Writes the elements of headers by chance."""

    def address(self) -> str:
        """Return a display name and a URI in brackets, or a URI alone."""
        if self.often(0.15):
            return self.uri()
        text = ""
        if self.often(0.4):
            text = (
                self.quoted()
                if self.often(0.5)
                else self.pick(
                    ("Al", "Al Ice", "b\x08", "\x01", "a,b", "a;b", "*", "a:b", "%22", "\x0b", "b\x00")
                    if self.rarely(3)
                    else ("Al", "Al Ice")
                )
            )
            text += self.some_blank()
        return f"{text}<{self.blank()}{self.uri()}{self.blank()}>"

    def contact(self) -> str:
        """Return an address, or ``*``."""
        return "*" if self.often(0.04) else self.address()

    def via(self) -> str:
        """Return protocol and host of a Via."""
        slash = f"{self.blank()}/{self.blank()}"
        text = self.cased("SIP") + slash + ("3.0" if self.rarely(0.05) else "2.0") + slash
        text += self.pick(("UDP", "TCP", "TLS")) if self.often(0.8) else self.word()
        text += self.some_blank() + self.host()
        return text + (f"{self.blank()}:{self.blank()}{self.number()}" if self.often(0.3) else "")

    def digest(self, names: tuple[str, ...]) -> str:
        """Return a digest header's value."""
        text = self.cased("Digest") if not self.rarely(0.05) else self.pick(("Basic", "Bearer", "Digestx"))
        comma = "," + self.pick(("", " "))
        listed = [self.parameter(names) for _ in range(self.pick((1, 2, 4, 8)))]
        return (
            text
            + self.some_blank()
            + (self.blank() + comma + self.blank()).join(listed)
            + ("," if self.rarely(0.05) else "")
        )

    def credentials(self) -> str:
        """Return credentials."""
        return self.digest(
            ("username", "realm", "nonce", "uri", "response", "algorithm", "cnonce", "opaque", "qop", "nc")
        )

    def challenge(self) -> str:
        """Return a challenge."""
        return self.digest(("realm", "domain", "nonce", "opaque", "stale", "algorithm", "qop"))

    def listed(self) -> str:
        """Return a list."""
        count = self.pick((0, 1, 1, 2, 3)) if not self.rarely(0.3) else self.pick((15, 16, 17, 31, 32, 33))
        elements = [
            self.pick(("a", "b c", "", "a/b;q=1", '"a,b"', "a&b", "\xff", "\x01"))
            if self.rarely(0.4)
            else self.word()
            for _ in range(count)
        ]
        return ",".join(f"{self.blank()}{element}{self.blank()}" for element in elements)

    def retry_after(self) -> str:
        """Return a number with comments among its parameters."""
        text = self.number()
        for _ in range(self.pick((0, 0, 1, 2, 3))):
            text += self.blank() + (
                self.comment() if self.often(0.5) else ";" + self.parameter(("duration",))
            )
        return text

    def content_type(self) -> str:
        """Return a media type."""
        return (
            self.word()
            + self.blank()
            + (self.pick((*BYTES, "\r", "\n")) if self.rarely(0.5) else "/")
            + self.blank()
            + self.word()
        )

    def cseq(self) -> str:
        """Return a CSeq."""
        return self.number() + self.some_blank() + self.pick(METHODS)

    def call_id(self) -> str:
        """Return a Call-ID."""
        return (
            self.pick(("a b", "\x01", "", '"', "a;b", "a&b", "<a>", "\xe9"))
            if self.rarely(0.5)
            else self.word() + "@h"
        )

    def replaces(self) -> str:
        """Return a Replaces' call."""
        return (
            self.pick(("", "a b", "a\r\n b", "a\r\n \r\n b", "a\x00", "\x01a", "a&b"))
            if self.rarely(1)
            else self.word()
        )

    def generic(self) -> str:
        """Return any text, with folds."""
        pieces = [
            self.pick(
                (
                    "a",
                    "a b",
                    "",
                    "\x01\x02a",
                    "a\x0b",
                    "a: b",
                    ": x",
                    "a&b",
                    "\xff",
                    "a ",
                    '"a',
                    "a\x00b" if self.rarely(0.2) else "c",
                )
            )
            for _ in range(self.pick((1, 1, 1, 2, 3, 4, 5)))
        ]
        return self.pick(FOLDS).join(pieces)


HEADERS: tuple[Row, ...] = (
    Row(("From", "f"), Sender.address, False, ("tag", "x")),
    Row(("To", "t"), Sender.address, False, ("tag", "x")),
    Row(("Contact", "m"), Sender.contact, True, ("q", "expires", "+sip.instance", "reg-id")),
    Row(("Route",), Sender.address, True, ("x", "lr")),
    Row(("Record-Route",), Sender.address, True, ("x", "lr")),
    Row(("Via", "v"), Sender.via, True, ("branch", "rport", "received", "maddr", "ttl", "comp")),
    Row(("Authorization",), Sender.credentials),
    Row(("Proxy-Authorization",), Sender.credentials),
    Row(("WWW-Authenticate",), Sender.challenge),
    Row(("Proxy-Authenticate",), Sender.challenge),
    Row(("Supported", "k"), Sender.listed),
    Row(("Require",), Sender.listed),
    Row(("Unsupported",), Sender.listed),
    Row(("Allow",), Sender.listed),
    Row(("Accept",), Sender.listed),
    Row(("Retry-After",), Sender.retry_after),
    Row(("Content-Type", "c"), Sender.content_type, False, ("charset", "boundary")),
    Row(("Event", "o"), Sender.word, False, ("id",)),
    Row(("Subscription-State",), Sender.word, False, ("reason", "expires", "retry-after")),
    Row(("Session-Expires", "x"), Sender.number, False, ("refresher",)),
    Row(("Min-SE",), Sender.number, False, ("x",)),
    Row(("Replaces",), Sender.replaces, False, ("to-tag", "from-tag", "early-only")),
    Row(("Max-Forwards",), Sender.number),
    Row(("Expires",), Sender.number),
    Row(("Min-Expires",), Sender.number),
    Row(("CSeq",), Sender.cseq),
    Row(("Call-ID", "i"), Sender.call_id),
    Row(GENERIC_NAMES, Sender.generic),
)
ROWS = {row.names[0]: row for row in HEADERS}
REQUIRED = (
    ("Via", "SIP/2.0/UDP h;branch=z9hG4bK1"),
    ("From", "<sip:a@b>;tag=1"),
    ("To", "<sip:c@d>"),
    ("Call-ID", "c1"),
    ("CSeq", "1 OPTIONS"),
)


def header(sender: Sender, row: Row) -> str:
    """Return a header line without its end."""
    count = sender.pick((1, 1, 1, 2, 3)) if row.elements and sender.odd else 1
    elements = []
    for _ in range(count):
        text = row.element(sender)
        if row.parameters is not None:
            text += sender.parameters(row.parameters)
        if row.names[0] == "Via" and sender.rarely(0.3):
            text += sender.blank() + sender.comment()
        elements.append(text)
    value = f"{sender.blank()},{sender.blank()}".join(elements)
    name = sender.cased(sender.pick(row.names))
    if sender.rarely(0.1):
        name = sender.damaged(name)
    end = sender.blank() if sender.rarely(0.5) else ""
    line = f"{name}{sender.blank() if sender.rarely(0.3) else ''}:{sender.some_blank()}{value}{end}"
    if sender.rarely(0.15):
        line += "&" + sender.pick(
            ("", " ", f"X-B: {sender.word()}", "Expires: 5", "Content-Length: 0", "x=1", "&X-C: 2")
        )
    return line


def request_line(sender: Sender) -> str:
    """Return a request line without its end."""
    method = sender.pick(METHODS) if sender.often(0.5) else "OPTIONS"
    uri = sender.uri() if sender.often(0.4) else "sip:100@127.0.0.1"
    slash = f"{sender.blank()}/{sender.blank()}" if sender.rarely(0.5) else "/"
    blanks = [sender.some_blank() if sender.rarely(0.5) else " " for _ in range(2)]
    end = sender.blank() if sender.rarely(0.2) else ""
    return f"{method}{blanks[0]}{uri}{blanks[1]}{sender.cased('SIP')}{slash}2.0{end}"


def message(seed: int, number: int) -> tuple[bytes, str]:
    """Return message ``number`` of this seed, and its transport."""
    chance = random.Random(f"{seed}/{number}")
    plain, sender = Sender(chance, 0.0), Sender(chance, chance.choice((0.02, 0.05, 0.1, 0.2, 0.4)))
    end = chance.choice(LINE_ENDS) if sender.rarely() else "\r\n"
    lines = [f"{name}: {value}" for name, value in REQUIRED if not sender.rarely(0.02)]
    row = chance.choice(HEADERS)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        # The same header again sometimes: some are merged, of others the first or the last counts.
        row = row if sender.often(0.3) else chance.choice(HEADERS)
        line = header(sender if sender.often(0.9) else plain, row)
        at = next((at for at, line in enumerate(lines) if line.startswith(row.names[0] + ":")), None)
        if at is not None and sender.often(0.7):
            lines[at] = line
        else:
            lines.insert(chance.randrange(len(lines) + 1), line)
    first = request_line(sender if sender.often(0.6) else plain)
    before = chance.choice(("\r\n", " ", " \r\n", "\r\n\r\n", "\n", "\0")) if sender.rarely(0.1) else ""
    body = chance.choice(("", "", "", "v=0", "a: b\r\n\r\n"))
    transport = "tcp" if sender.often(0.15) else "udp"
    if transport == "tcp" or sender.often(0.3):
        name = chance.choice(("Content-Length", "l", "content-length"))
        size = sender.number() if sender.rarely(0.3) else str(len(body))
        colon = f"{sender.blank()}:{sender.some_blank()}" if sender.rarely(0.3) else ": "
        lines.insert(
            chance.randrange(len(lines) + 1),
            f"{name}{colon}{size}{sender.blank() if sender.rarely(0.2) else ''}"
            f"{'&X-B: 1' if sender.rarely(0.2) else ''}",
        )
    last = chance.choice(("", end, " ", "\r\n \r\n")) if sender.rarely(0.1) else end + end
    text = before + first + (" \r\n" if sender.rarely(0.02) else "") + end + end.join(lines) + last + body
    if sender.rarely(0.3):
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice((*BYTES, "")) + text[at + chance.randrange(3) :]
    return text.encode("latin-1", "ignore"), transport
