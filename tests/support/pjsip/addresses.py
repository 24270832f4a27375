"""Headers of addresses: From, To, Contact, Route and Record-Route.

Facts:

- An address is a URI in ``<>`` with or without a display name before it, or a URI alone.
- Which of the two it is is decided by what comes first on the line, ``<`` or ``:``.
- A display name is printed in quotes, an empty one isn't printed; one without quotes may hold control bytes.
- A Contact's URI loses the parameters ``x-ast-*``.
- Contact's q and expires come first when printed, From's and To's tag does.
"""

from __future__ import annotations

import re

from pjsip.scanning import (
    EMPTY,
    EMPTY_QUOTED,
    TOKEN_ESCAPES,
    Parameter,
    Reader,
    leading_number,
    print_parameters,
    read_parameters,
)
from pjsip.unobserved import unobserved
from pjsip.uris import CONTACT, FROM_TO, ROUTE, OtherUri, Place, SipUri, Uri, read_uri

#: What decides whether a display name or a URI begins here.
DECIDING = re.compile(r"[^<:\r\n\0]*")
FOLD = re.compile(r"(?:\r\n|\r|\n)[ \t]+")
#: What is stripped from a display name without quotes.
SPACES = " \t\r\n\v\f"
Q = re.compile(r"\+?([0-9]+)(?:.*?)(?:\.(.{0,3})|$)", re.DOTALL)

DISPLAY_FOLD = unobserved(
    "display-fold",
    "A fold between a display name without quotes and its `<`, and a second fold before the `<` of an address behind a "
    "comma: taken, since a second fold before the first `<` of From and Contact is, as one behind an empty name.",
)

Printed = list[tuple[str, str]]


class Address:
    """A display name as it is printed, and a URI."""

    __slots__ = ("display", "uri")

    def __init__(self, display: str, uri: Uri) -> None:
        self.display = display
        self.uri = uri

    def printed(self, place: Place) -> str:
        """Return the address as this place prints it."""
        return f"{self.display}<{self.uri.printed(place)}>"


def read_address(reader: Reader, bare: bool = True, first: bool = True) -> Address:
    """Read a display name and a URI in brackets, or a URI alone.

    Parameters after a ``bare`` URI are the header's.  Only a fold behind a display name, which may be empty, may be a
    second one.
    """
    display = ""
    if reader.next == '"':
        display = reader.quoted()
        reader.skip()
    elif reader.next != "<":
        found = DECIDING.match(reader.text, reader.at)
        decided = reader.text[found.end() : found.end() + 1]  # type: ignore[union-attr]
        if decided == ":":
            uri = read_uri(reader, bare)
            if not isinstance(uri, OtherUri):
                reader.skip()
            return Address("", uri)
        display = found[0].strip(SPACES)  # type: ignore[index]
        display = f'"{display}"' if display else ""
        reader.at = found.end()  # type: ignore[union-attr]
        folded = FOLD.match(reader.text, reader.at)
        if folded is not None:
            reader.at = folded.end()
            if display or not first:
                reader.note(DISPLAY_FOLD)
        if reader.next != "<":
            raise reader.drop("neither a display name nor a URI")
    if display == '""':
        display = ""
    reader.expect("<")
    uri = read_uri(reader, bare=False)
    if not isinstance(uri, OtherUri):
        reader.skip()
    reader.expect(">")
    return Address(display + " " if display else "", uri)


def read_from_to(reader: Reader) -> tuple[Address, str]:
    """Read a From or a To; return its address and how the header prints."""
    address = read_address(reader)
    tag = ""
    others: list[Parameter] = []
    for name, value in read_parameters(reader):
        if name.lower() == "tag":
            if value == EMPTY:
                reader.note(EMPTY_QUOTED)
            tag = value
        else:
            others.append((name, value))
    reader.end_header()
    text = address.printed(FROM_TO)
    if tag:
        text += f";tag={tag.translate(TOKEN_ESCAPES)}"
    return address, text + print_parameters(others)


def read_contacts(reader: Reader) -> list[tuple[Address | None, str]]:
    """Read the elements of a Contact: the address, None for ``*``, and how the element prints."""
    found: list[tuple[Address | None, str]] = []
    while True:
        if reader.next == "*":
            reader.expect("*")
            found.append((None, "*"))
        else:
            found.append(read_contact(reader, first=not found))
        if reader.next != ",":
            break
        reader.expect(",")
    reader.end_header()
    return found


def read_contact(reader: Reader, first: bool) -> tuple[Address, str]:
    """Read one element of a Contact."""
    address = read_address(reader, first=first)
    if isinstance(address.uri, SipUri):
        address.uri.without_own()
    q = expires = ""
    others: list[Parameter] = []
    for name, value in read_parameters(reader):
        lower = name.lower()
        if lower == "q" and value:
            q = print_q(reader, value)
        elif lower == "expires" and value:
            number = min(leading_number(value), 0xFFFFFFFE)
            expires = f";expires={number}"
        else:
            others.append((name, value))
    return address, address.printed(CONTACT) + q + expires + print_parameters(others)


def print_q(reader: Reader, value: str) -> str:
    """Return a Contact's q as it is printed: thousandths, whose remainder is printed as a number."""
    whole, dot, part = value.partition(".")
    number = re.match(r"\+?([0-9]+)", whole)
    if number is None:
        raise reader.drop("q without a number")
    digits = number[1].lstrip("0")
    if len(digits) > 12:
        raise reader.drop("q above 2147483647")
    total = int(digits or "0") * 1000
    if dot:
        total += sum((ord(char) - 48) * weight for char, weight in zip(part[:3], (100, 10, 1), strict=False))
    if total > 2147483647:
        raise reader.drop("q above 2147483647")
    if total == 0:
        return ""
    quotient = abs(total) // 1000 * (1 if total > 0 else -1)
    remainder = total - quotient * 1000
    if total < 0:
        # Kept in 32 bits with sign, printed as 64 bits without sign, its remainder as 32 bits without sign.
        return f";q={quotient % 2**64}" + (f".{remainder % 2**32}".rstrip("0") if remainder else "")
    return f";q={quotient}" + (f".{remainder}".rstrip("0") if remainder else "")


def read_routes(reader: Reader) -> Printed:
    """Read the elements of a Route or a Record-Route; return how each prints."""
    found = []
    while True:
        address = read_address(reader, bare=False, first=not found)
        text = address.printed(ROUTE) + print_parameters(read_parameters(reader))
        found.append(("", text))
        if reader.next != ",":
            break
        reader.expect(",")
    reader.end_header()
    return found
