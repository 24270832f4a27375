"""What every identifier is asked: the configuration, the tokens, the request, and how ids are compared in messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import attrs

from identify.config.lost import LostObjects
from identify.config.releases import Release
from identify.config.tried import TriedIdentifies
from identify.explanation.places import named
from identify.identifiers import IdentifierName
from identify.model import (
    AccessList,
    DomainAlias,
    Endpoint,
    Identify,
    Registration,
    Settings,
    Transport,
    Unknown,
)
from identify.strings import escaped, folded_bytes, quoted

if TYPE_CHECKING:
    from identify._compiled._request import Request

__all__ = ["Configured", "Question"]

#: Something about one object, whose place comes first.
Found = TypeVar("Found", bound="tuple[Any, ...]")


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
    def identifiers(self) -> tuple[IdentifierName, ...]:
        """Return the names of the identifiers in effective order."""

    @property
    def acls(self) -> Mapping[str, AccessList]:
        """Return the objects of type=acl by id."""

    @property
    def lost(self) -> LostObjects:
        """Return what the configuration has lost."""

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """Return what the configuration has and whose content isn't known."""


@attrs.frozen(kw_only=True)
class Question:
    """One request to one configuration.

    ``transport`` is the section that the identifiers find for the request, see
    :func:`identify.explanation.transport_section.transport_section`.  ``unknowns`` has those of the configuration and
    the registrations whose tokens weren't told.  With ``everything`` no list of reasons is shortened.
    """

    configuration: Configured
    line_tokens: Mapping[str, str]
    request: Request
    transport: Transport | None
    unknowns: tuple[Unknown, ...]
    everything: bool
    #: The identify objects in the order in which they are tried.
    tried: TriedIdentifies = attrs.field(init=False, eq=False, repr=False)
    #: Those that may exist, in this order too, and what isn't known of each.
    possible: TriedIdentifies = attrs.field(init=False, eq=False, repr=False)
    doubts: tuple[Unknown, ...] = attrs.field(init=False, eq=False, repr=False)

    @tried.default
    def _tried(self) -> TriedIdentifies:
        return TriedIdentifies.of(self.configuration.tried_identifies)

    @possible.default
    def _possible(self) -> TriedIdentifies:
        return TriedIdentifies(each.identify for each in self._doubts() if each.identify is not None)

    @doubts.default
    def _doubts(self) -> tuple[Unknown, ...]:
        found = [each for each in self.unknowns if each.kind == "names" and each.identify is not None]
        return tuple(sorted(found, key=lambda unknown: unknown.place))

    def in_order(
        self, found: Iterable[Found], possible: Iterable[Found]
    ) -> Iterator[tuple[Found, Unknown | None]]:
        """Yield what was found of identify objects in the order in which they are tried, with what isn't known of each.

        ``found`` are tuples whose first item is a place in ``tried``, in order; those of ``possible`` have a place
        there.
        """
        if not self.doubts:
            return zip(found, repeat(None), strict=False)
        return self._merged(found, possible)

    def _merged(
        self, found: Iterable[Found], possible: Iterable[Found]
    ) -> Iterator[tuple[Found, Unknown | None]]:
        waiting = deque((each, self.doubts[each[0]]) for each in possible)
        for each in found:
            while waiting and waiting[0][1].place <= each[0]:
                yield waiting.popleft()
            yield each, None
        yield from waiting

    def further(self, type: str) -> list[Unknown]:
        """Return the unknowns that may have further objects of a type."""
        if not self.unknowns:
            return []
        return [unknown for unknown in self.unknowns if unknown.kind == "objects" and type in unknown.types]

    def not_given(self, part: str) -> tuple[Unknown, ...]:
        """Return the unknown of a part of the request that nobody gave, as opposed to one that it doesn't have."""
        return tuple(each for each in self.unknowns if each.kind == "request" and part in each.types)

    def untold(self) -> dict[str, Unknown]:
        """Return the unknowns of tokens that weren't told, by the registration's id."""
        return {unknown.registration: unknown for unknown in self.unknowns if unknown.kind == "line-token"}

    def missing(self, endpoint: str) -> str:
        """Say that an endpoint doesn't exist, or isn't known, and which one differs only in case."""
        if self.further("endpoint"):
            return f"endpoint {quoted(endpoint)}, which isn't known here"
        lost = self.configuration.lost.endpoints.get(endpoint)
        if lost is not None:
            at = named(lost.kind, endpoint, lost.origin)
            return f"{at}, which doesn't exist ({escaped(lost.why)})"
        others = self.in_other_case([endpoint])
        hint = f"; {quoted(others[0])} exists (ids are case-sensitive)" if others else ""
        return f"endpoint {quoted(endpoint)}, which doesn't exist{hint}"

    def in_other_case(self, ids: list[str]) -> list[str]:
        """Return the ids of endpoints that equal one of these but for the case of letters."""
        # Of texts that are equal but for the case of ASCII, the lower cases are; this rules nearly all out quickly.
        lower = {id.lower() for id in ids}
        found = [id for id in self.configuration.endpoints if id.lower() in lower]
        wanted = {folded_bytes(id) for id in ids}
        return [id for id in found if id not in ids and folded_bytes(id) in wanted]
