"""Two configurations asked about the same request: a difference counts only if both engines answer and don't agree.

It writes requests and asks; which requests are worth asking about, others know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from identify.config.releases import BYTES, TEL_REFUSED
from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError
from identify.model import Endpoint, Identify, Match, Origin, Unknown
from identify.questions.findings import Witness
from identify.request import Request
from identify.strings import encoded, folded_bytes, quoted

__all__ = ["SINGLE", "SIP_PORT", "SOURCE", "Sides", "message", "named"]

SIP_PORT = 5060
#: The source of requests whose source doesn't matter: an address of documentation (RFC 5737).
SOURCE = "192.0.2.1"
#: Sources that no ``match`` may cover: of documentation, of tests, of nobody, and of IPv6.
QUIET = (SOURCE, "198.51.100.1", "203.0.113.1", "198.18.0.1", "240.0.0.1", "2001:db8::1", "100::1", "::2")

#: Headers that a request has once, or of which only the first counts.
SINGLE = frozenset((b"from", b"to", b"call-id", b"cseq", b"max-forwards", b"content-length"))

#: The request URI of a witness, and the headers that each has unless it brings its own.  They name nobody: ``invalid``
#: is a domain that never exists (RFC 2606), and the request is in no dialog and needs no Contact.
REQUEST_URI = b"sip:witness@witness.invalid"
CALLER = b"<sip:witness@witness.invalid>;tag=witness"
#: A caller that neither ``username`` nor ``anonymous`` looks at.
TEL_CALLER = b"<tel:+0>;tag=witness"
HEADERS = (
    (b"Via", b"SIP/2.0/UDP witness.invalid;branch=z9hG4bKwitness"),
    (b"Max-Forwards", b"70"),
    (b"From", b""),
    (b"To", b"<sip:witness@witness.invalid>"),
    (b"Call-ID", b"witness"),
    (b"CSeq", b"1 OPTIONS"),
    (b"Content-Length", b"0"),
)

#: Identify objects with their places, by id and endpoint.
_Places = dict[tuple[str | None, str], list[tuple[int, Identify]]]


def message(
    headers: Sequence[tuple[str, bytes]] = (), *, request_uri: bytes = REQUEST_URI, caller: bytes = CALLER
) -> bytes:
    """Return a request with these headers, in their order; ``caller`` is its From unless they have one.

    They replace those that a request has anyway, but for Via: Asterisk adds the source to the first, so they follow it.
    """
    given = {folded_bytes(name) for name, _ in headers}
    lines = [b"OPTIONS %b SIP/2.0" % request_uri]
    lines += [
        b"%b: %b" % (name, caller if name == b"From" else value)
        for name, value in HEADERS
        if name.lower() not in given or name == b"Via"
    ]
    lines += [b"%b: %b" % (encoded(name), value) for name, value in headers]
    return b"\r\n".join([*lines, b"", b""])


@attrs.frozen(slots=False)
class Sides:
    """The same files read for two releases, each compiled."""

    before: Configuration
    after: Configuration
    engines: tuple[Engine, Engine]

    @classmethod
    def of(
        cls, before: Configuration, after: Configuration, line_tokens: Mapping[str, str] | None = None
    ) -> Sides:
        """Compile both; a token that isn't given is the same on both sides."""
        first = Engine(before, line_tokens)
        return cls(before, after, (first, Engine(after, {**(line_tokens or {}), **first.line_tokens})))

    @property
    def configurations(self) -> tuple[Configuration, Configuration]:
        """Both configurations."""
        return self.before, self.after

    @property
    def mixed(self) -> bool:
        """Whether expressions work on bytes on one side and on characters on the other."""
        return bool((self.before.release.dialect ^ self.after.release.dialect) & BYTES)

    @cached_property
    def quiet(self) -> str | None:
        """A source that ``ip`` gives to nobody on either side, None if there is none among those that are tried."""
        for source in QUIET:
            if all(engine.identify_source(source, SIP_PORT) is None for engine in self.engines):
                return source
        return None

    @cached_property
    def _caller(self) -> bytes:
        """Who sends the witnesses: a telephone number if anonymous callers have an endpoint and both take numbers."""
        names = {name for configuration in self.configurations for name in configuration.endpoints}
        anonymous = any(name.partition("@")[0] == "anonymous" for name in names)
        refused = any(one.release.dialect & TEL_REFUSED for one in self.configurations)
        return TEL_CALLER if anonymous and not refused else CALLER

    def message(
        self, headers: Sequence[tuple[str, bytes]] = (), *, request_uri: bytes = REQUEST_URI
    ) -> bytes:
        """Return a request that as few other identifiers as possible answer, see :func:`message`."""
        return message(headers, request_uri=request_uri, caller=self._caller)

    @cached_property
    def probes(self) -> tuple[Engine, Engine]:
        """Engines whose answers name the object that decides: by its place, and also if its endpoint is missing."""
        first, second = (
            Engine(_with_places(configuration), engine.line_tokens)
            for configuration, engine in zip(self.configurations, self.engines, strict=True)
        )
        return first, second

    def deciders(
        self, data: bytes, source: str, port: int, identifier: str
    ) -> tuple[Identify | None, Identify | None] | None:
        """Return the objects that decide about a request by an identifier; None if a release drops it."""
        found: list[Identify | None] = []
        for engine, configuration in zip(self.probes, self.configurations, strict=True):
            try:
                match = engine.identify_message(data, source, port)
            except MessageError:
                return None
            if match is None or match.identifier != identifier or match.section is None:
                found.append(None)
            else:
                found.append(configuration.tried_identifies[int(match.section)])
        return found[0], found[1]

    def answers(self, data: bytes, source: str, port: int) -> tuple[Match | None, Match | None] | None:
        """Return both answers to a request, None if a release drops it, or answers it before it is identified."""
        try:
            before, after = (engine.identify_message(data, source, port) for engine in self.engines)
            if (
                any(one.release.dialect & TEL_REFUSED for one in self.configurations)
                and b"tel:" in data.lower()
            ):
                for one in self.configurations:
                    request = Request.from_message(data, source=source, port=port, release=one.release)
                    if request.screening != "pass":
                        return None
        except MessageError:
            return None
        return before, after

    def ask(self, data: bytes, source: str = SOURCE, port: int = SIP_PORT) -> Witness | None:
        """Return the request as a witness, None if the engines agree or a release drops it."""
        answers = self.answers(data, source, port)
        if answers is None or answers[0] == answers[1]:
            return None
        return Witness(source=source, port=port, message=data, before=answers[0], after=answers[1])

    def origins(self, *matches: Match | None) -> tuple[Origin, ...]:
        """Return where the identify objects of answers stand, each place once."""
        found: dict[Origin, None] = {}
        for match in matches:
            if match is not None:
                found.update((identify.origin, None) for identify in self._identifies(match))
        return tuple(found)

    def unknowns(self) -> tuple[Unknown, ...]:
        """Return what isn't known on either side, once."""
        found = {
            (unknown.kind, unknown.what): unknown
            for configuration in self.configurations
            for unknown in configuration.unknowns
        }
        return tuple(found.values())

    def depends_on(self, witness: Witness) -> tuple[Unknown, ...]:
        """Return what isn't known and could give the request another answer on either side."""
        found = {}
        answers = (witness.before, witness.after)
        for configuration, places, match in zip(self.configurations, self._places, answers, strict=True):
            of_ip = match is not None and match.identifier == "ip"
            tried = places.get((match.section, match.endpoint)) if of_ip and match is not None else None
            place = tried[0][0] if tried else None
            for unknown in configuration.unknowns:
                if unknown.kind == "line-token" and b"line=" not in witness.message:
                    continue
                if unknown.kind == "names" and place is not None and unknown.place > place:
                    continue
                found[unknown.kind, unknown.what] = unknown
        return tuple(found.values())

    def _identifies(self, match: Match) -> Iterator[Identify]:
        for places in self._places:
            for _, identify in places.get((match.section, match.endpoint), ()):
                yield identify

    @cached_property
    def _places(self) -> tuple[_Places, _Places]:
        """For each side the identify objects of an answer, with their places."""
        first, second = map(_places_of, self.configurations)
        return first, second


def _with_places(configuration: Configuration) -> Configuration:
    """Return the configuration with places as the ids of its identify objects, and with the endpoints that miss."""
    endpoints = dict(configuration.endpoints)
    identifies = []
    for place, identify in enumerate(configuration.tried_identifies):
        identifies.append(attrs.evolve(identify, id=str(place)))
        if identify.endpoint not in endpoints:
            endpoints[identify.endpoint] = Endpoint(
                id=identify.endpoint, identify_by=(), origin=identify.origin
            )
    return attrs.evolve(
        configuration,
        endpoints=endpoints,
        tried_identifies=tuple(identifies),
        identifies={identify.id: identify for identify in identifies},
    )


def named(match: Match | None) -> str:
    """Name the answer of an identify object: ``identify 'a' (endpoint 'x')``, or ``no endpoint``."""
    if match is None:
        return "no endpoint"
    if match.section is None:
        return f"endpoint {quoted(match.endpoint)} (by {match.identifier})"
    return f"identify {quoted(match.section)} (endpoint {quoted(match.endpoint)})"


def _places_of(configuration: Configuration) -> _Places:
    places: _Places = {}
    for place, identify in enumerate(configuration.tried_identifies):
        places.setdefault((identify.id, identify.endpoint), []).append((place, identify))
    return places
