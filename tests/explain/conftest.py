"""How the tests of explain make configurations and requests: by hand, without a configuration's text."""

import ipaddress
import re

import attrs
import pytest

from identify.explain import explain
from identify.model import (
    AddressRule,
    DomainAlias,
    Endpoint,
    HeaderRule,
    Identify,
    Origin,
    Registration,
    RequestUriRule,
    Settings,
    TextPattern,
    Transport,
)

DEFAULT_ORDER = ("line", "ip", "username", "anonymous", "header", "request_uri", "auth_username")


@attrs.frozen
class Uri:
    """A parsed URI, as far as identification looks at it."""

    text: str
    scheme: str
    user: str | None
    host: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text):
        """Take a plain URI apart."""
        scheme, rest = text.split(":", 1)
        rest, *parameters = rest.split(";") if "@" not in rest else _with_user(rest)
        user, _, host = rest.rpartition("@")
        pairs = tuple((name, value) for name, _, value in (one.partition("=") for one in parameters))
        return cls(text, scheme.lower(), user or None, re.sub(r":\d+$", "", host).strip("[]"), pairs)

    def parameter(self, name):
        """Return the first parameter of that name."""
        return next((value for own, value in self.parameters if own.lower() == name), None)


def _with_user(rest):
    """Split the parameters off, but not the options of the user."""
    user, host = rest.rsplit("@", 1)
    host, *parameters = host.split(";")
    return [f"{user}@{host}", *parameters]


@attrs.frozen
class Authorization:
    """The two values of an Authorization that identification looks at."""

    username: str
    realm: str


@attrs.frozen(kw_only=True)
class Asked:
    """A request that is what the test says, without a parser in between."""

    source: str = "192.0.2.1"
    port: int = 5060
    transport: str = "udp"
    local: str | None = None
    transport_section: str | None = None
    request_uri: Uri | None = attrs.field(default=None, converter=attrs.converters.optional(Uri.parse))
    from_uri: Uri | None = attrs.field(default=None, converter=attrs.converters.optional(Uri.parse))
    to_uri: Uri | None = attrs.field(default=None, converter=attrs.converters.optional(Uri.parse))
    printed_headers: tuple[tuple[str, str], ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    screening: str = "pass"

    @property
    def source_address(self):
        """Return family and integer of the source."""
        try:
            address = ipaddress.ip_address(self.source)
        except ValueError:
            return None
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        return address.version, int(address)

    @property
    def printed_request_uri(self):
        """Return the request URI, which the test has given as it is printed."""
        return self.request_uri.text if self.request_uri is not None else ""

    def headers_through(self, section):
        """Return the headers, with the mark of a symmetric transport in the first Contact."""
        if section is None:
            return self.printed_headers
        marked, done = [], False
        for name, value in self.printed_headers:
            if name == "Contact" and not done:
                value, done = value.replace(">", f";x-ast-txp={section}>"), True
            marked.append((name, value))
        return tuple(marked)


@attrs.frozen
class Configured:
    """The objects of a test, in the order of their ids."""

    endpoints: dict
    identifies: dict
    registrations: dict
    transports: dict
    domain_aliases: dict
    settings: Settings
    identifiers: tuple[str, ...]


class Maker:
    """Makes objects with origins in ``pjsip.conf``; every object gets the next line."""

    def __init__(self):
        """Start with an empty file."""
        self.line = 0

    def origin(self):
        """Return the next line."""
        self.line += 1
        return Origin("pjsip.conf", self.line)

    def identify(self, id, endpoint, *match, header=None, request_uri=None):
        """Make an identify with items such as ``!10.0.0.0:5061/255.0.0.255``."""
        origin = self.origin()
        return Identify(
            id=id,
            endpoint=endpoint,
            addresses=tuple(self.address(item, origin) for item in match),
            header=self.header(header, origin),
            request_uri=RequestUriRule(pattern=pattern(request_uri), origin=origin) if request_uri else None,
            origin=origin,
        )

    def address(self, item, origin):
        """Make one match item."""
        plain, _, mask = item.removeprefix("!").partition("/")
        port = re.search(r"(?<=[\d\]]):(\d+)$", plain) if "." in plain or "]" in plain else None
        address = ipaddress.ip_address(plain[: port.start()].strip("[]") if port else plain)
        width = address.max_prefixlen
        if "." in mask or ":" in mask:
            bits = int(ipaddress.ip_address(mask))
        else:
            bits = (1 << width) - (1 << (width - int(mask or width)))
        return AddressRule(
            text=item,
            negated=item.startswith("!"),
            family=address.version,
            address=int(address) & bits,
            mask=bits,
            port=int(port[1]) if port else 0,
            origin=origin,
        )

    def header(self, text, origin):
        """Make a header rule of ``Name: value``."""
        if text is None:
            return None
        name, _, value = text.partition(":")
        return HeaderRule(name=name.strip(), pattern=pattern(value.strip(" ")), origin=origin)

    def endpoint(self, id, *identify_by):
        """Make an endpoint, with the default identify_by if none is given."""
        if identify_by:
            return Endpoint(id=id, identify_by=identify_by, origin=self.origin())
        return Endpoint(id=id, origin=self.origin())

    def registration(self, id, endpoint=""):
        """Make a registration, with line if there's an endpoint."""
        return Registration(
            id=id,
            server_uri="sip:p.example",
            client_uri="sip:me@p.example",
            line=bool(endpoint),
            endpoint=endpoint,
            origin=self.origin(),
        )

    def transport(self, id, protocol, bind, domain="", symmetric=False):
        """Make a transport section."""
        host, _, port = bind.rpartition(":")
        return Transport(
            id=id,
            protocol=protocol,
            host=host.strip("[]"),
            port=int(port),
            family=6 if ":" in host else 4,
            domain=domain,
            symmetric_transport=symmetric,
            origin=self.origin(),
        )

    def alias(self, id, domain):
        """Make a domain alias."""
        return DomainAlias(id=id, domain=domain, origin=self.origin())

    def configuration(self, *objects, order=DEFAULT_ORDER, **settings):
        """Put objects together."""

        def of(type):
            return {
                one.id: one
                for one in sorted(objects, key=lambda one: one.id.encode())
                if isinstance(one, type)
            }

        return Configured(
            of(Endpoint),
            of(Identify),
            of(Registration),
            of(Transport),
            of(DomainAlias),
            Settings(**settings),
            tuple(order),
        )


def pattern(text):
    """Make a pattern as Asterisk reads it."""
    if len(text) > 2 and text[0] == text[-1] == "/":
        return TextPattern(text=text, regex=text[1:-1], literal=None)
    return TextPattern(text=text, regex=None, literal="" if text == "//" else text)


@pytest.fixture
def make():
    """Give the maker of objects."""
    return Maker()


@pytest.fixture
def step():
    """Give a function that asks and returns one identifier's step."""

    def ask(identifier, configuration, tokens=None, everything=False, **request):
        explanation = explain(configuration, tokens or {}, Asked(**request), everything=everything)
        return next(one for one in explanation.steps if one.identifier == identifier)

    return ask


@pytest.fixture
def ask():
    """Give a function that asks and returns the whole explanation."""

    def ask(configuration, tokens=None, **request):
        return explain(configuration, tokens or {}, Asked(**request))

    return ask


@pytest.fixture
def said():
    """Give a function that returns a step's reasons as verdict and sentence."""

    def say(step):
        return [(reason.verdict, str(reason)) for reason in step.reasons]

    return say


@pytest.fixture
def from_metadata():
    """Give a function that makes a request of the arguments that generated metadata has."""

    def build(source, port, transport, local, transport_section, request_uri, from_uri, to_uri, headers, **_):
        names = [re.findall(r'"([^"]*)"', value)[:2] for name, value in headers if name == "Authorization"]
        return Asked(
            source=source,
            port=port,
            transport=transport,
            local=local,
            transport_section=transport_section,
            request_uri=request_uri,
            from_uri=from_uri,
            to_uri=to_uri,
            printed_headers=tuple(headers),
            authorizations=tuple(Authorization(*pair) for pair in names),
        )

    return build


@pytest.fixture
def authorization():
    """Give the class of an Authorization."""
    return Authorization
