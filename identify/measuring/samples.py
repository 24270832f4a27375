"""Requests to measure a configuration with: made from its own rules, or taken from traffic.

Knows what a request must contain to match a rule; the engine decides whether it does, and which identifier answers:
a rule may be shadowed by another, and an expression may need more than is guessed here.

Strategy

1. If there are many rules, at most ``SAMPLES`` of each identifier are used, evenly spaced over Asterisk's order.
2. Expressions aren't solved: a request contains the text of the expression without its operators, which matches most
   expressions in configurations.
3. Requests that aren't identified have an unknown user, a random address and an unknown header.
"""

from __future__ import annotations

import ipaddress
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import attrs

from identify.addresses import host_port
from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError
from identify.model import AddressRule, TextPattern, TransportName
from identify.request import Request
from identify.strings import encoded
from identify.traffic.batch import TRANSPORTS, Direction, Reader

__all__ = ["NOT_IDENTIFIED", "Sample", "from_configuration", "from_traffic", "grouped"]

#: The maximum number of requests for each identifier.
SAMPLES = 200
#: The maximum number of messages read from traffic.
TRAFFIC_LIMIT = 20_000
#: The group of requests that no identifier answers.
NOT_IDENTIFIED = "none"

#: Documentation addresses (RFC 5737) that requests without an address of their own come from.
PLAIN_SOURCE = "203.0.113.77"
PLAIN_PORT = 5060
SEED = 20261122
#: The parts of an expression that aren't text.
OPERATORS = re.compile(r"\\(.)|[\^$*+?()\[\]{}|]")

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Sample:
    """A message with its source."""

    data: bytes = attrs.field(repr=False)
    source: str = PLAIN_SOURCE
    port: int = PLAIN_PORT
    transport: TransportName = "udp"
    local: str | None = None

    def request(self) -> Request:
        """Return the parsed request; MessageError if PJSIP would drop the message."""
        return Request.from_message(self.data, self.source, self.port, self.transport, self.local)


def from_configuration(engine: Engine) -> list[Sample]:
    """Make requests for every identifier of the engine's configuration, and requests that aren't identified."""
    configuration = engine.configuration
    source = random.Random(SEED)  # noqa: S311  Requests, no secrets.
    made: list[Sample] = []
    for make in (_for_addresses, _for_endpoints, _for_headers, _for_request_uris):
        made += make(configuration, source)
    made += [
        _sample(uri=f"sip:100@192.0.2.1;line={_text(token)}")
        for token in _spread(list(engine.line_tokens.values()))
    ]
    made.append(_sample(user="anonymous", domain="anonymous.invalid"))
    return made + [_miss(number, source) for number in range(SAMPLES)]


def from_traffic(reader: Reader) -> list[Sample]:
    """Take messages that Asterisk received, or may have received; at most ``TRAFFIC_LIMIT``."""
    return list(islice(_taken(reader), TRAFFIC_LIMIT))


def grouped(engine: Engine, samples: Iterable[Sample]) -> tuple[dict[str, list[Sample]], int]:
    """Return the requests by the identifier that answers, and how many messages aren't requests that PJSIP accepts."""
    groups: dict[str, list[Sample]] = {name: [] for name in (*engine.identifiers, NOT_IDENTIFIED)}
    dropped = 0
    for sample in samples:
        try:
            match = engine.identify_message(
                sample.data, sample.source, sample.port, sample.transport, sample.local
            )
        except MessageError:
            dropped += 1
            continue
        groups[match.identifier if match is not None else NOT_IDENTIFIED].append(sample)
    return {name: found for name, found in groups.items() if found}, dropped


def _taken(reader: Reader) -> Iterator[Sample]:
    for batch in reader:
        for number in range(len(batch)):
            source = batch.source(number)
            if batch.directions[number] in (Direction.SENT, Direction.NOTICE) or source == "::":
                continue
            local = batch.local(number)
            if local is not None:
                local = host_port(local, batch.local_ports[number])
            yield Sample(
                data=batch.message(number),
                source=source,
                port=batch.ports[number],
                transport=TRANSPORTS[batch.transports[number]],
                local=local,
            )


def _spread(values: Sequence[T]) -> Sequence[T]:
    """Return at most ``SAMPLES`` values, evenly spaced, including the last one."""
    if len(values) <= SAMPLES:
        return values
    return [values[(number + 1) * len(values) // SAMPLES - 1] for number in range(SAMPLES)]


def _for_addresses(configuration: Configuration, source: random.Random) -> list[Sample]:
    rules: list[AddressRule] = [
        rule for identify in configuration.tried_identifies for rule in identify.addresses if not rule.negated
    ]
    return [
        _sample(source=_address_in(rule, source), port=rule.port or PLAIN_PORT) for rule in _spread(rules)
    ]


def _for_endpoints(configuration: Configuration, source: random.Random) -> list[Sample]:
    """Make two for each endpoint: by the From user, and by the username of an Authorization."""
    made = []
    for method in ("username", "auth_username"):
        ids = [endpoint.id for endpoint in configuration.endpoints.values() if method in endpoint.identify_by]
        for id in _spread(ids):
            user, _, domain = id.partition("@")
            if method == "username":
                made.append(_sample(user=_text(user), domain=_text(domain)))
            else:
                value = (
                    f'Digest username="{_text(user)}", realm="{_text(domain) or "asterisk"}", response="0"'
                )
                made.append(_sample(header=f"Authorization: {value}"))
    return made


def _for_headers(configuration: Configuration, source: random.Random) -> list[Sample]:
    rules = [identify.header for identify in configuration.tried_identifies if identify.header is not None]
    return [_sample(header=f"{_text(rule.name)}: {_meeting(rule.pattern)}") for rule in _spread(rules)]


def _for_request_uris(configuration: Configuration, source: random.Random) -> list[Sample]:
    rules = [
        identify.request_uri
        for identify in configuration.tried_identifies
        if identify.request_uri is not None
    ]
    made = []
    for rule in _spread(rules):
        text = _meeting(rule.pattern)
        made.append(_sample(uri=text if text.startswith(("sip:", "sips:")) else f"sip:{text}"))
    return made


def _miss(number: int, source: random.Random) -> Sample:
    address = str(ipaddress.IPv4Address(source.getrandbits(32)))
    return _sample(user=f"nobody-{number}", source=address, header=f"X-Nothing: {number}")


def _address_in(rule: AddressRule, source: random.Random) -> str:
    """Return a random address that the rule covers."""
    width = 32 if rule.family == 4 else 128
    host = source.getrandbits(width) & ~rule.mask & ((1 << width) - 1)
    kind = ipaddress.IPv4Address if rule.family == 4 else ipaddress.IPv6Address
    return str(kind(rule.address | host))


def _meeting(pattern: TextPattern) -> str:
    """Return a value that probably matches a pattern, see the second point of the strategy."""
    if pattern.regex is None:
        return _text(pattern.literal or "")
    return _text(OPERATORS.sub(r"\1", pattern.regex))


def _text(value: str) -> str:
    """Return text without characters that could end a line of the message."""
    return value.replace("\r", "").replace("\n", "").replace("\0", "")


def _sample(
    *,
    user: str = "caller",
    domain: str = "",
    uri: str = "sip:100@192.0.2.1",
    header: str = "",
    source: str = PLAIN_SOURCE,
    port: int = PLAIN_PORT,
) -> Sample:
    extra = f"{header}\r\n" if header else ""
    text = (
        f"INVITE {uri} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 198.51.100.7:{port};branch=z9hG4bK0a1b2c3d4e\r\n"
        "Max-Forwards: 70\r\n"
        f"From: <sip:{user}@{domain or 'caller.example'}>;tag=5f3c9a\r\n"
        f"To: <{uri.partition(';')[0]}>\r\n"
        f"Contact: <sip:{user}@198.51.100.7:{port}>\r\n"
        "Call-ID: 4f1a9c77b2@198.51.100.7\r\n"
        "CSeq: 1 INVITE\r\n"
        f"{extra}"
        "Content-Length: 0\r\n"
        "\r\n"
    )
    return Sample(data=encoded(text), source=source, port=port)
