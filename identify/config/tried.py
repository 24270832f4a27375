"""The identify objects in the order in which they are tried: as objects, and their rules as numbers.

It knows the order that it was given and what the objects say; comparing a request with them is the part of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import overload

import attrs

from identify.config.hints.meanings import is_usual, item_meant
from identify.model import Identify, TextPattern

__all__ = ["MatchNumbers", "TriedIdentifies"]


@attrs.frozen
class MatchNumbers:
    """All items of ``match`` as lists of one element for each item, in the order in which they are compared.

    ``owners`` are the places of their objects among those that are tried, which never decrease; ``families`` are 4 or
    6; ``addresses``, ``masks`` and ``ports`` are those of :class:`~identify.model.AddressRule`.
    """

    owners: Sequence[int]
    families: Sequence[int]
    addresses: Sequence[int]
    masks: Sequence[int]
    ports: Sequence[int]
    negated: Sequence[bool]


class TriedIdentifies(Sequence[Identify]):
    """Identify objects in the order in which Asterisk tries them.

    Thread safety: immutable; may be shared and pickled.
    """

    def __init__(self, identifies: Iterable[Identify] = ()) -> None:
        self._objects = tuple(identifies)

    @classmethod
    def of(cls, identifies: Iterable[Identify]) -> TriedIdentifies:
        """Return the objects as they are, or those of another sequence."""
        return identifies if isinstance(identifies, TriedIdentifies) else cls(identifies)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._objects)

    @overload
    def __getitem__(self, index: int) -> Identify: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Identify, ...]: ...
    def __getitem__(self, index: int | slice) -> Identify | tuple[Identify, ...]:
        """Return the object at a place, or several."""
        return self._objects[index]

    def __iter__(self) -> Iterator[Identify]:
        """Yield the objects in order."""
        return iter(self._objects)

    def __eq__(self, other: object) -> bool:
        """Return whether another sequence has equal objects in the same order."""
        if isinstance(other, TriedIdentifies | tuple):
            return len(self) == len(other) and all(
                one == another for one, another in zip(self, other, strict=True)
            )
        return NotImplemented

    def __hash__(self) -> int:
        """Return a hash of the objects."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Return the objects as a tuple."""
        return repr(tuple(self))

    @cached_property
    def matches(self) -> MatchNumbers:
        """The items of ``match`` as numbers."""
        found = [(place, rule) for place, each in enumerate(self) for rule in each.addresses]
        return MatchNumbers(
            owners=[place for place, _ in found],
            families=[rule.family for _, rule in found],
            addresses=[rule.address for _, rule in found],
            masks=[rule.mask for _, rule in found],
            ports=[rule.port for _, rule in found],
            negated=[rule.negated for _, rule in found],
        )

    @cached_property
    def with_header(self) -> Sequence[int]:
        """The places of the objects with ``match_header``."""
        return [place for place, each in enumerate(self) if each.header is not None]

    @cached_property
    def with_request_uri(self) -> Sequence[int]:
        """The places of the objects with ``match_request_uri``."""
        return [place for place, each in enumerate(self) if each.request_uri is not None]

    def headers(self) -> Iterator[tuple[str, TextPattern]]:
        """Yield the name and the pattern of each ``match_header``, for the places of ``with_header``."""
        for each in self:
            if each.header is not None:
                yield each.header.name, each.header.pattern

    def request_uris(self) -> Iterator[TextPattern]:
        """Yield the pattern of each ``match_request_uri``, for the places of ``with_request_uri``."""
        for each in self:
            if each.request_uri is not None:
                yield each.request_uri.pattern

    @cached_property
    def with_meaning(self) -> Sequence[int]:
        """The places of the objects with a positive item that may mean something else than whoever wrote it thought."""
        return [
            place
            for place, each in enumerate(self)
            if any(
                not rule.negated
                and rule.host is None
                and not is_usual(rule.text)
                and item_meant(rule.text) is not None
                for rule in each.addresses
            )
        ]

    @cached_property
    def with_unresolved(self) -> Sequence[int]:
        """The places of the objects with names whose addresses aren't known."""
        return [place for place, each in enumerate(self) if each.unresolved]

    @cached_property
    def ids(self) -> Sequence[str]:
        """The id of each object."""
        return [each.id for each in self]

    @cached_property
    def endpoints(self) -> Sequence[str]:
        """The endpoint that each object names, which need not exist."""
        return [each.endpoint for each in self]
