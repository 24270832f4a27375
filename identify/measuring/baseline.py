"""A plain scan over all rules as a baseline: the cost of identification if every rule is compared in turn.

This measures work and is not a third matcher: it is a Python loop over the objects of the configuration, given a
request that is already parsed, and only its time is used.  Names of endpoints are looked up, not scanned, as any
implementation would.
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
        identifies = list(configuration.tried_identifies)
        self._addresses = [(identify.id, identify.addresses) for identify in identifies if identify.addresses]
        self._headers = [
            (
                identify.id,
                identify.header.name.lower(),
                _test(identify.header.pattern.regex, identify.header.pattern.literal),
            )
            for identify in identifies
            if identify.header is not None
        ]
        self._uris = [
            (identify.id, _test(identify.request_uri.pattern.regex, identify.request_uri.pattern.literal))
            for identify in identifies
            if identify.request_uri is not None
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
        """The number of rules compared with a request that matches none."""
        addresses = sum(len(rules) for _, rules in self._addresses)
        return addresses + len(self._headers) + len(self._uris) + len(self._tokens)

    def first(self, request: Request) -> str | None:
        """Return the id of the first object that matches the request."""
        for step in self._steps:
            found = step(request)
            if found is not None:
                return found
        return None

    def first_by_address(self, request: Request) -> str | None:
        """Return the id of the first identify that covers the source."""
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
        # POSIX allows it, Python doesn't: it costs about as much as a search for its text.
        return re.compile(re.escape(regex)).search
