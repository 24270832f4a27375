"""URIs: sip and sips with all their parts, tel, and all other schemes as one piece; and how each place prints them.

Facts:

- A scheme is a token with its ``:`` directly after it; any case, printed in lower case for sip, sips and tel.
- An ``@`` before the next blank, line end or ``>`` ends the user, or drops if a user can't have what is before it.
- ``[...]`` as host takes anything up to the ``]``; its brackets are printed only if it has a ``:``.
- Known parameters are printed first in a fixed order, those that a place doesn't have are left out.
- Without ``<>`` a URI has no parameters and no headers of its own: they are the header's.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field

from pjsip.scanning import ALNUM, QUOTE, TOKEN_CHARS, UNRESERVED, Reader, chars, escapes, unescaped
from pjsip.unobserved import unobserved

USER_CHARS = UNRESERVED + "&=+$,;?/%"
PASSWORD_CHARS = UNRESERVED + "&=+$,%"
PARAMETER_CHARS = UNRESERVED + "[]/:&+$%"
HEADER_CHARS = UNRESERVED + "[]/?:+$%"
HOST_CHARS = ALNUM + "-_."

SCHEME = re.compile(f"([{re.escape(TOKEN_CHARS)}]+):")
#: What stands before an ``@``: an ``@`` before the next blank or ``>`` says that there is a user, whatever is between.
USER = re.compile(f"([{re.escape(USER_CHARS)}#]*)(?::([{re.escape(PASSWORD_CHARS)}]*))?@")
BEFORE_AT = re.compile(r"[^ \t\r\n\0>@]*@")
AFTER_NUL = re.compile(r"\[[^ \t\r\n>@\]]*\0[^ \t\r\n>@\]]*@")
HOST = chars(HOST_CHARS)
BRACKETED = re.compile(r"\[([^\]]+)\]")
PORT = re.compile("[0-9]+")
PARAMETER = chars(PARAMETER_CHARS)
PARAMETER_VALUE = chars(PARAMETER_CHARS, 0)
HEADER = chars(HEADER_CHARS)
HEADER_VALUE = chars(HEADER_CHARS, 0)
USER_ESCAPES = escapes(USER_CHARS)
PASSWORD_ESCAPES = escapes(PASSWORD_CHARS)
PARAMETER_ESCAPES = escapes(PARAMETER_CHARS)
HEADER_ESCAPES = escapes(HEADER_CHARS)
TTL = re.compile(r"\+?([0-9]+)")

#: Where a URI is printed: its known parameters in order, whether its port and its headers are.
REQUEST = (("user", "transport", "ttl", "maddr", "lr"), True, False)
FROM_TO = (("user",), False, False)
CONTACT = (("user", "transport", "ttl", "maddr"), True, True)
ROUTE = (("user", "transport", "maddr", "lr"), True, False)
Place = tuple[tuple[str, ...], bool, bool]
QUOTED_KNOWN = ("transport", "maddr", "method")
KNOWN = ("user", "transport", "ttl", "maddr", "lr", "method")

AT_AFTER_NUL = unobserved(
    "at-after-nul", "An `@` after a NUL within `[...]`, without a user before: taken as part of the host."
)
TTL_BLANK = unobserved(
    "ttl-blank", "A URI's ttl that decodes to a blank and digits: taken as no number, so it drops."
)
MADDR_BRACKETS = unobserved(
    "maddr-brackets",
    "Other characters that are escaped elsewhere in a maddr that is printed in brackets: taken as printed decoded.",
)
QUOTED_PARAMETER = unobserved(
    "uri-quoted-parameter",
    "A quoted value of a URI's parameter with an escape or a backslash in it, or of transport, maddr or method: "
    "taken as not decoded, and printed as any other value that begins with a quote.",
)
TEL_PERCENT = unobserved(
    "tel-percent",
    "A `%` that is no escape, or an escaped one, in ext, phone-context or isub: taken as escaped in the first two, and "
    "as printed as it is in isub, as in other parameters.",
)
TEL_NUMBER_SIGNS = unobserved(
    "tel-number", "A letter in a tel number that begins with `+`: taken as part of the number."
)
NO_BLANK = unobserved(
    "request-uri-no-blank",
    "A request URI that `SIP/2.0` follows without a blank, after a port for example: taken as fine.",
)
X_AST_ESCAPED = unobserved(
    "x-ast-escaped", "An escaped name that decodes to `x-ast-`: taken as such a parameter, so it is removed."
)
X_AST_TEL = unobserved("x-ast-tel", "A parameter `x-ast-` of a tel request URI: taken as any other.")


@dataclass(slots=True)
class SipUri:
    """A sip or sips URI, decoded."""

    scheme: str
    user: str = ""
    password: str = ""
    host: str = ""
    port: int = 0
    known: dict[str, str] = field(default_factory=dict)
    others: list[tuple[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)

    def printed(self, place: Place) -> str:
        """Return the URI as this place prints it."""
        parameters, port, headers = place
        parts = [self.scheme, ":"]
        if self.user:
            parts.append(self.user.translate(USER_ESCAPES))
            if self.password:
                parts.append(":" + self.password.translate(PASSWORD_ESCAPES))
            parts.append("@")
        parts.append(f"[{self.host}]" if ":" in self.host else self.host)
        if port and self.port:
            parts.append(f":{self.port}")
        for name in parameters:
            if name in self.known:
                parts.append(print_known(name, self.known[name]))
        parts.extend(";" + print_pair(name, value, PARAMETER_ESCAPES) for name, value in self.others)
        if headers and self.headers:
            parts.append(
                "?" + "&".join(print_pair(name, value, HEADER_ESCAPES) for name, value in self.headers)
            )
        return "".join(parts)

    def parameter(self, name: str) -> str | None:
        """Return the value of the first parameter of this name, or None."""
        return next((value for found, value in self.others if found.lower() == name), None)

    def without_own(self) -> None:
        """Remove the parameters that Asterisk keeps for itself."""
        self.others = [(name, value) for name, value in self.others if not name.startswith("x-ast-")]


def print_known(name: str, value: str) -> str:
    """Return a known parameter of a sip URI as it is printed."""
    if name == "lr":
        return ";lr"
    if name == "user":
        return f";user={value}"
    if name == "maddr":
        bracketed = ":" in value and value[0] != "["
        return f";maddr=[{value}]" if bracketed else f";maddr={value.translate(PARAMETER_ESCAPES)}"
    return f";{name}={value.translate(PARAMETER_ESCAPES)}"


def print_pair(name: str, value: str, table: dict[int, str]) -> str:
    """Return a name with its value, escaped unless the value begins with a quote."""
    name = name.translate(table)
    if not value:
        return name
    return f"{name}={value if value[0] == QUOTE else value.translate(table)}"


def read_host(reader: Reader) -> str:
    """Read a host: a name, or whatever stands in brackets."""
    if reader.next == "[":
        return reader.take(BRACKETED, "host in brackets")[1:-1]
    return reader.take(HOST, "host")


def read_port(reader: Reader) -> int:
    """Read a port after its ``:``."""
    number = int(reader.take(PORT, "port").lstrip("0")[:20] or "0")
    if number > 65535:
        raise reader.drop("port above 65535")
    return number


def read_sip(reader: Reader, scheme: str, bare: bool) -> SipUri:
    """Read a sip or sips URI after its scheme."""
    uri = SipUri(scheme)
    found = USER.match(reader.text, reader.at)
    if found is not None:
        user, password = found[1], found[2]
        if not user or password == "":
            raise reader.drop("empty user or password")
        uri.user, uri.password = unescaped(user), unescaped(password or "")
        reader.at = found.end()
    elif BEFORE_AT.match(reader.text, reader.at):
        raise reader.drop("an @ without a user before it")
    elif AFTER_NUL.match(reader.text, reader.at):
        reader.note(AT_AFTER_NUL)
    uri.host = read_host(reader)
    if reader.next == ":":
        reader.at += 1
        uri.port = read_port(reader)
    if not bare:
        while reader.next == ";":
            reader.at += 1
            read_sip_parameter(reader, uri)
        if reader.next == "?":
            read_headers(reader, uri)
    return uri


def read_sip_parameter(reader: Reader, uri: SipUri) -> None:
    """Read a parameter of a sip URI after its ``;``."""
    sent = reader.take(PARAMETER, "name of a URI's parameter")
    name, value = unescaped(sent), ""
    if reader.next == "=":
        reader.at += 1
        if reader.next == QUOTE:
            value = reader.quoted()
            if "%" in value or "\\" in value or name.lower() in QUOTED_KNOWN:
                reader.note(QUOTED_PARAMETER)
        else:
            value = unescaped(reader.take(PARAMETER_VALUE, "value"))
    lower = name.lower()
    if lower == "lr":
        uri.known["lr"] = ""
    elif lower in KNOWN and value:
        if lower == "ttl":
            number = TTL.match(value)
            if number is None and TTL.match(value.lstrip()):
                reader.note(TTL_BLANK)
            if number is None or int(number[1].lstrip("0")[:20] or "0") > 255:
                raise reader.drop("ttl that is no number up to 255")
            value = str(int(number[1].lstrip("0") or "0"))
        elif lower == "maddr" and ":" in value and value[0] not in '["' and not PARAMETER.fullmatch(value):
            reader.note(MADDR_BRACKETS)
        uri.known[lower] = value
    else:
        if sent != name and name.startswith("x-ast-"):
            reader.note(X_AST_ESCAPED)
        uri.others.append((name, value))


def read_headers(reader: Reader, uri: SipUri) -> None:
    """Read the headers of a sip URI from their ``?``."""
    while reader.next in ("?", "&") and reader.next:
        reader.at += 1
        name, value = unescaped(reader.take(HEADER, "name of a URI's header")), ""
        if reader.next == "=":
            reader.at += 1
            value = unescaped(reader.take(HEADER_VALUE, "value"))
        uri.headers.append((name, value))


# tel

TEL_NUMBER = chars(string.hexdigits + "-.()*#+")
TEL_NAME_CHARS = ALNUM + "-"
TEL_NAME = chars(PARAMETER_CHARS)
TEL_VALUE = chars(PARAMETER_CHARS + ",=@")
TEL_ESCAPES = {
    "ext": escapes(string.digits + "-.()"),
    "phone-context": escapes(ALNUM + "+-.()"),
    "isub": escapes(ALNUM + "!~*'()_-.+&$[]/:,@%"),
}
TEL_NAME_ESCAPES = escapes(TEL_NAME_CHARS)
TEL_VALUE_ESCAPES = escapes(ALNUM + "!~*'()_-.+&$[]/:%")


@dataclass(slots=True)
class TelUri:
    """A tel URI; its values are decoded, its names are not."""

    number: str
    known: dict[str, str] = field(default_factory=dict)
    others: list[tuple[str, str]] = field(default_factory=list)
    scheme: str = "tel"

    def printed(self, place: Place) -> str:
        """Return the URI, which prints alike in all places."""
        parts = ["tel:", self.number]
        for name in ("ext", "isub", "phone-context"):
            if self.known.get(name):
                parts.append(f";{name}={self.known[name].translate(TEL_ESCAPES[name])}")
        for name, value in self.others:
            parts.append(";" + name.translate(TEL_NAME_ESCAPES))
            if value:
                parts.append("=" + (value if value[0] == QUOTE else value.translate(TEL_VALUE_ESCAPES)))
        return "".join(parts)

    def parameter(self, name: str) -> str | None:
        """Return the value of the first parameter of this name, or None."""
        return next((value for found, value in self.others if found.lower() == name), None)


def read_tel(reader: Reader, bare: bool) -> TelUri:
    """Read a tel URI after its scheme."""
    uri = TelUri(reader.take(TEL_NUMBER, "number"))
    if uri.number[0] == "+" and any(map(str.isalpha, uri.number)):
        reader.note(TEL_NUMBER_SIGNS)
    while not bare and reader.next == ";":
        reader.at += 1
        name, value = reader.take(TEL_NAME, "name of a tel parameter"), ""
        if reader.next == "=":
            reader.at += 1
            value = unescaped(reader.take(TEL_VALUE, "value of a tel parameter"))
        if name.lower() in TEL_ESCAPES:
            uri.known[name.lower()] = value
            if "%" in value:
                reader.note(TEL_PERCENT)
        else:
            uri.others.append((name, value))
    return uri


# Others

OTHER = chars(ALNUM + "%" + "-_.!~*'();/?:@&=+$,#")


@dataclass(slots=True)
class OtherUri:
    """A URI of another scheme, as it was sent."""

    scheme: str
    rest: str

    def printed(self, place: Place) -> str:
        """Return the URI, which prints alike in all places."""
        return f"{self.scheme}:{self.rest}"

    def parameter(self, name: str) -> str | None:
        """Return None: nothing is known of its parts."""
        return None


Uri = SipUri | TelUri | OtherUri


def read_uri(reader: Reader, bare: bool, others: bool = True) -> Uri:
    """Read a URI; ``bare`` is one without ``<>`` in a header, ``others`` allows other schemes."""
    found = SCHEME.match(reader.text, reader.at)
    if found is None:
        raise reader.drop("no scheme")
    reader.at = found.end()
    scheme = found[1].lower()
    if scheme in ("sip", "sips"):
        return read_sip(reader, scheme, bare)
    if scheme == "tel":
        return read_tel(reader, bare)
    if not others:
        raise reader.drop("scheme that is neither sip, sips nor tel")
    return OtherUri(found[1], reader.take(OTHER, "rest of a URI"))
