"""SIP URIs in options, as far as they decide whether Asterisk refuses an object and which transport it needs.

It knows which texts PJSIP accepts as a URI, as a Route header or as a part of one.  It resolves no names and prints
nothing.

Facts

- The characters of each part are in the table below.  ``%`` is accepted everywhere, whatever follows it.
- There is a user if a ``@`` comes before the first ``>``, blank or line end: ``sip:h;x@y`` has the user ``h;x``.
- Inside ``[...]`` a host may hold anything; it is IPv6 if it holds a ``:``, so ``sip:[1.2.3.4]`` is IPv4.
- ``ttl`` is a number from 0 to 255 if it has a value: an optional ``+``, digits, and the rest is ignored.
- The last ``transport`` with a value counts.  ``sips`` needs TLS, whatever its ``transport`` says.
- A registration's own URIs are SIP or SIPS, bare or in ``<>`` and nothing around them: at most 511 bytes, the host at
  most 245.
- ``outbound_proxy`` is read as the value of a Route header: display names, lists, header parameters and other schemes
  are accepted, of any length.  ``&`` ends the header, and what follows isn't looked at.
- ``contact_user`` may have a password, and at most 490 bytes.
- ``contact_header_params`` are parameters of a header; ``&`` ends them.

Judgements

- A list in ``contact_header_params`` (``a,<sip:b>``) is refused; only ``a,b`` was tried.
- Blanks just inside the ``<>`` of ``server_uri`` and ``client_uri`` are refused; in a Route header they are accepted.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from identify.strings import ascii_lower, encoded

__all__ = ["USER", "Uri", "is_contact_user", "is_header_parameters", "is_route", "read_uri"]

MAX_URI = 511
MAX_HOST = 245
MAX_CONTACT_USER = 490
MAX_TTL = 255

# The characters of each part, as classes of regular expressions; _PLAIN may stand in all but the host.
_PLAIN = r"A-Za-z0-9\-_.!~*'()%"
_CHARACTERS = {
    "user": rf"[{_PLAIN}&=+$,;?/#]",
    "password": rf"[{_PLAIN}&=+$,]",
    "host": r"[A-Za-z0-9\-_.]",
    "parameter": rf"[{_PLAIN}\[\]/:&+$]",
    "header": rf"[{_PLAIN}\[\]/?:+$]",
    "token": r"[A-Za-z0-9\-.!%*_`'~+]",
    "phone": r"[0-9A-Fa-f\-.()+*#]",
    "other": rf"[{_PLAIN};/?:@&=+$,#]",
}
_QUOTED = r'"(?:[^"\\]|\\.)*"'

USER = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,;:%]*")


def _pattern(text: str) -> re.Pattern[str]:
    """Compile an expression in which ``<part>`` is one character of that part."""
    for part, characters in _CHARACTERS.items():
        text = text.replace(f"<{part}>", characters)
    return re.compile(text, re.ASCII | re.DOTALL)


_SCHEME = _pattern(r"(<token>+):")
_STOP = re.compile(r"[@> \t\r\n\0]")
_USER = _pattern(r"<user>+(?::<password>+)?@")
_HOST = _pattern(r"\[([^\]]+)\]|(<host>+)")
_PORT = re.compile(r":0*([0-9]{1,5})(?![0-9])", re.ASCII)
_PARAMETER = _pattern(rf";(<parameter>+)(?:=({_QUOTED}|<parameter>*))?")
_HEADERS = _pattern(r"\?<header>+(?:=<header>*)?(?:&<header>+(?:=<header>*)?)*")
_TTL = re.compile(r"\+?0*([0-9]{1,3})(?![0-9])", re.ASCII)
_PHONE = _pattern(r"<phone>+")
_PHONE_PARAMETER = _pattern(r";<parameter>+(?:=(?:<parameter>|[,=@])+)?")
_OTHER = _pattern(r"<other>+")
_BLANKS = re.compile(r"[ \t]*")
_DISPLAY = re.compile(rf"{_QUOTED}[ \t]*(?=<)|[^<:\"][^<:]*(?=<)", re.DOTALL)
_HEADER_PARAMETER = _pattern(rf";[ \t]*<token>+[ \t]*(?:=[ \t]*(?:{_QUOTED}|<token>*)[ \t]*)?")
_CONTACT_USER = _pattern(r"(?:<user>+(?::<password>+)?)?")


class Uri(NamedTuple):
    """What a SIP or SIPS URI says about the way to its server; ``transport`` in lower case, empty if it has none."""

    secure: bool
    host: str
    transport: str

    @property
    def family(self) -> int:
        """The address family: a name needs IPv4."""
        return 6 if ":" in self.host else 4

    @property
    def protocol(self) -> str:
        """The protocol that a transport must have to reach it."""
        return "tls" if self.secure else self.transport or "udp"


def read_uri(value: str) -> Uri | None:
    """Return what a URI of a registration says, None if PJSIP doesn't accept it as SIP or SIPS.

    >>> read_uri("<sips:h;transport=TCP>")
    Uri(secure=True, host='h', transport='tcp')
    """
    text = value[1:-1] if value.startswith("<") and value.endswith(">") else value
    scheme = _SCHEME.match(text)
    if scheme is None or ascii_lower(scheme[1]) not in ("sip", "sips") or len(encoded(value)) > MAX_URI:
        return None
    found = _sip(text, scheme.end(), len(scheme[1]) == len("sips"), _Users(text))
    if found is None or found[1] != len(text) or len(encoded(found[0].host)) > MAX_HOST:
        return None
    return found[0]


def is_route(value: str) -> bool:
    """Return whether PJSIP accepts ``value`` as the value of a Route header.

    >>> is_route('"N" <sip:h;lr>;x, tel:1'), is_route("h")
    (True, False)
    """
    pos, users = 0, _Users(value)
    while True:
        end = _element(value, pos, users)
        if end is None:
            return False
        if end == len(value) or value[end] == "&":
            return True
        if value[end] != ",":
            return False
        pos = end + 1


def is_contact_user(value: str) -> bool:
    """Return whether ``value`` may be the user of a Contact."""
    return len(encoded(value)) <= MAX_CONTACT_USER and _CONTACT_USER.fullmatch(value) is not None


def is_header_parameters(value: str) -> bool:
    """Return whether ``value`` may follow a Contact's URI and a semicolon.

    >>> is_header_parameters('+sip.instance="<urn:x>";a = b'), is_header_parameters("a=b;")
    (True, False)
    """
    text = ";" + value
    end = _header_parameters(text, 0)
    return end is not None and (end == len(text) or text[end] == "&")


class _Users:
    """Says where a URI has a user; asked from left to right, so that a long list is looked through only once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._stop = -1

    def begin_at(self, pos: int) -> bool:
        if self._stop < pos:
            found = _STOP.search(self._text, pos)
            self._stop = len(self._text) if found is None else found.start()
        return self._text.startswith("@", self._stop)


def _sip(text: str, pos: int, secure: bool, users: _Users) -> tuple[Uri, int] | None:
    """Read what follows ``sip:``, and return it with its end."""
    if users.begin_at(pos):
        user = _USER.match(text, pos)
        if user is None:
            return None
        pos = user.end()
    host = _HOST.match(text, pos)
    if host is None:
        return None
    pos = host.end()
    if text[pos : pos + 1] == ":":
        port = _PORT.match(text, pos)
        if port is None or int(port[1]) > 65535:
            return None
        pos = port.end()
    transport = ""
    while text[pos : pos + 1] == ";":
        parameter = _PARAMETER.match(text, pos)
        if parameter is None:
            return None
        name, content = ascii_lower(unquote(parameter[1])), unquote(parameter[2] or "")
        if name == "ttl" and content:
            ttl = _TTL.match(content)
            if ttl is None or int(ttl[1]) > MAX_TTL:
                return None
        if name == "transport" and content:
            transport = ascii_lower(content)
        pos = parameter.end()
    if text[pos : pos + 1] == "?":
        headers = _HEADERS.match(text, pos)
        if headers is None or text[headers.end() : headers.end() + 1] == "&":
            return None
        pos = headers.end()
    return Uri(secure, host[1] or host[2], transport), pos


def _uri(text: str, pos: int, users: _Users) -> int | None:
    """Return the end of a URI of any scheme."""
    scheme = _SCHEME.match(text, pos)
    if scheme is None:
        return None
    name, pos = ascii_lower(scheme[1]), scheme.end()
    if name in ("sip", "sips"):
        found = _sip(text, pos, name == "sips", users)
        return None if found is None else found[1]
    if name != "tel":
        rest = _OTHER.match(text, pos)
        return None if rest is None else rest.end()
    number = _PHONE.match(text, pos)
    if number is None:
        return None
    pos = number.end()
    while (parameter := _PHONE_PARAMETER.match(text, pos)) is not None:
        pos = parameter.end()
    return pos


def _element(text: str, pos: int, users: _Users) -> int | None:
    """Return the end of one address of a Route header with its parameters and the blanks behind it."""
    pos = _after_blanks(text, pos)
    display = _DISPLAY.match(text, pos)
    if display is not None:
        pos = display.end()
    bracketed = text[pos : pos + 1] == "<"
    end = _uri(text, _after_blanks(text, pos + 1) if bracketed else pos, users)
    if end is None:
        return None
    if bracketed:
        end = _after_blanks(text, end)
        if text[end : end + 1] != ">":
            return None
        end += 1
    return _header_parameters(text, _after_blanks(text, end))


def _header_parameters(text: str, pos: int) -> int | None:
    """Return the end of the parameters of a header, which begin at ``pos``; None if one isn't valid."""
    while text[pos : pos + 1] == ";":
        parameter = _HEADER_PARAMETER.match(text, pos)
        if parameter is None:
            return None
        pos = parameter.end()
    return pos


def _after_blanks(text: str, pos: int) -> int:
    blanks = _BLANKS.match(text, pos)
    return pos if blanks is None else blanks.end()
