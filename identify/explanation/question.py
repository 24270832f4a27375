"""What every identifier is asked: the configuration, the tokens, the request, and how ids are compared in messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import attrs

from identify.config.releases import Release
from identify.model import (
    DomainAlias,
    Endpoint,
    Identify,
    Registration,
    Settings,
    Transport,
)
from identify.strings import folded_bytes, quoted

if TYPE_CHECKING:
    from identify._compiled._request import Request

__all__ = ["Configured", "Question"]


class Configured(Protocol):
    """What a configuration offers."""

    @property
    def release(self) -> Release:
        """Return the release whose answers are asked for."""

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Return the endpoints by id."""

    @property
    def tried_identifies(self) -> Sequence[Identify]:
        """Return the identify objects in the order in which they are tried."""

    @property
    def registrations(self) -> Mapping[str, Registration]:
        """Return the registrations by id."""

    @property
    def transports(self) -> Mapping[str, Transport]:
        """Return the transport sections by id."""

    @property
    def domain_aliases(self) -> Mapping[str, DomainAlias]:
        """Return the domain aliases by id."""

    @property
    def settings(self) -> Settings:
        """Return the global settings."""

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Return the names of the identifiers in effective order."""


@attrs.frozen(kw_only=True)
class Question:
    """One request to one configuration.

    ``transport`` is the section that the identifiers find for the request, see
    :func:`identify.explanation.transport_section.transport_section`.  With ``everything`` no list of reasons
    is shortened.
    """

    configuration: Configured
    line_tokens: Mapping[str, str]
    request: Request
    transport: Transport | None
    everything: bool

    def missing(self, endpoint: str) -> str:
        """Say that an endpoint doesn't exist, and which one differs only in case."""
        others = self.in_other_case([endpoint])
        hint = f"; {quoted(others[0])} exists (ids are case-sensitive)" if others else ""
        return f"endpoint {quoted(endpoint)}, which doesn't exist{hint}"

    def in_other_case(self, ids: list[str]) -> list[str]:
        """Return the ids of endpoints that equal one of these but for the case of letters."""
        wanted = {folded_bytes(id) for id in ids}
        return [id for id in self.configuration.endpoints if id not in ids and folded_bytes(id) in wanted]
