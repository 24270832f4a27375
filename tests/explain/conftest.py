"""How the tests of explain make configurations and requests: by hand, without a configuration's text."""

import ipaddress
import re

import attrs
import pytest

from identify.config.lost import NOTHING_LOST, LostObjects
from identify.config.releases import NEWEST, Release
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
from identify.request import Request

DEFAULT_ORDER = ("line", "ip", "username", "anonymous", "header", "request_uri", "auth_username")


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
    release: Release = NEWEST
    unknowns: tuple = ()
    acls: dict = attrs.field(factory=dict)
    lost: LostObjects = NOTHING_LOST

    @property
    def tried_identifies(self):
        """The identify objects in that order."""
        return tuple(self.identifies.values())


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
                made.id: made
                for made in sorted(objects, key=lambda made: made.id.encode())
                if isinstance(made, type)
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
        explanation = explain(configuration, tokens or {}, asked(**request), everything=everything)
        return next(step for step in explanation.steps if step.identifier == identifier)

    return ask


@pytest.fixture
def ask():
    """Give a function that asks and returns the whole explanation."""

    def ask(configuration, tokens=None, **request):
        return explain(configuration, tokens or {}, asked(**request))

    return ask


def asked(source="192.0.2.1", method="OPTIONS", **request):
    """Make a request of metadata; most tests care neither where it came from nor that it passes the screening."""
    return Request(source=source, method=method, **request)


@pytest.fixture
def said():
    """Give a function that returns a step's reasons as verdict and sentence."""

    def say(step):
        return [(reason.verdict, str(reason)) for reason in step.reasons]

    return say


@pytest.fixture
def authorization():
    """Give a function that makes an Authorization header."""

    def make(username, realm):
        return ("Authorization", f'Digest username="{username}", realm="{realm}"')

    return make
