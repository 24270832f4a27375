"""A plain scan over all rules, to compare with: what identification costs where every rule is looked at in turn.

This is a measure of work and no third matcher: it is a loop in Python over the objects of the configuration, asked
about a request that was parsed before, and nothing but its time is used.  Names of endpoints are looked up and not
scanned, as anyone would.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from identify.addresses import Address, covers
from identify.engine import Engine
from identify.request import Request

__all__ = ["LinearBaseline"]


class LinearBaseline:
    """The rules of an engine's configuration, identifier by identifier in the order in which they are asked."""

    def __init__(self, engine: Engine) -> None:
        configuration = engine.configuration
        identifies = list(configuration.identifies.values())
        self._addresses = [(one.id, one.addresses) for one in identifies if one.addresses]
        self._headers = [
            (one.id, one.header.name.lower(), _test(one.header.pattern.regex, one.header.pattern.literal))
            for one in identifies
            if one.header is not None
        ]
        self._uris = [
            (one.id, _test(one.request_uri.pattern.regex, one.request_uri.pattern.literal))
            for one in identifies
            if one.request_uri is not None
        ]
        self._tokens = [(token, id) for id, token in engine.line_tokens.items()]
        self._endpoints = configuration.endpoints
        steps = {
            "line": self._line,
            "ip": self._ip,
            "username": self._username,
            "header": self._header,
            "request_uri": self._request_uri,
        }
        self._steps = [steps[name] for name in configuration.identifiers if name in steps]

    @property
    def rules(self) -> int:
        """How many rules a request that nothing covers is compared with."""
        addresses = sum(len(rules) for _, rules in self._addresses)
        return addresses + len(self._headers) + len(self._uris) + len(self._tokens)

    def first(self, request: Request) -> str | None:
        """Return the id of the first object that covers the request."""
        for step in self._steps:
            found = step(request)
            if found is not None:
                return found
        return None

    def first_by_address(self, request: Request) -> str | None:
        """Return the id of the first identify that has the source."""
        return self._ip(request)

    def _ip(self, request: Request) -> str | None:
        source = request.source_address
        if source is None:
            return None
        address = Address(*source, request.port)
        for id, rules in self._addresses:
            if covers(rules, address):
                return id
        return None

    def _line(self, request: Request) -> str | None:
        for uri in (request.to_uri, request.request_uri):
            given = uri.parameter("line") if uri is not None else None
            if given is not None:
                return next((id for token, id in self._tokens if token == given), None)
        return None

    def _username(self, request: Request) -> str | None:
        uri = request.from_uri
        if uri is None or uri.user is None:
            return None
        return next((id for id in (f"{uri.user}@{uri.host}", uri.user) if id in self._endpoints), None)

    def _header(self, request: Request) -> str | None:
        if not self._headers:
            return None
        values = {name.lower(): value for name, value in reversed(request.printed_headers)}
        for id, name, test in self._headers:
            value = values.get(name)
            if value is not None and test(value):
                return id
        return None

    def _request_uri(self, request: Request) -> str | None:
        if not self._uris:
            return None
        printed = request.printed_request_uri
        return next((id for id, test in self._uris if test(printed)), None)


def _test(regex: str | None, literal: str | None) -> Callable[[str], object]:
    if regex is None:
        return (literal or "").__eq__
    try:
        return re.compile(regex).search
    except re.error:
        # POSIX has it, Python hasn't: it costs about what a search for its text does.
        return re.compile(re.escape(regex)).search
