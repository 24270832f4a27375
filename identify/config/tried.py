"""The identify objects in the order in which they are tried: as objects, and their rules as numbers.

It knows the order and what the objects say; comparing a request with them is the part of others.

Strategy

An object is *plain* if compiled code has read its section: its rules are numbers, and the object is made each time that
it is asked for.  All others are kept as objects.  A place in the order has the number of a plain one, or, counting on
from the last of these, of one of the others.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, overload

import attrs

from identify._compiled._address_rules import AddressRules
from identify._compiled._plain_identifies import PlainIdentifies
from identify._compiled._tried_order import marked, tried_order
from identify.config.hints.meanings import is_usual, item_meant
from identify.config.objects.matching.patterns import header_parts, is_text, pattern_of
from identify.config.releases import Release, buckets_for
from identify.model import Identify, TextPattern
from identify.strings import encoded

__all__ = ["HeaderColumns", "MatchNumbers", "Sought", "TriedIdentifies", "as_pattern"]

#: Texts of plain objects that are made at a time, while all are walked through.
CHUNK = 4_096
#: Objects that the representation shows.
SHOWN_OBJECTS = 4

#: A pattern; a literal that is written as it is, which nearly all are, only as its text.
Sought = str | TextPattern


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


@attrs.frozen
class HeaderColumns:
    """All rules of ``match_header`` as lists of one element for each; equal names are the same object."""

    names: Sequence[str]
    sought: Sequence[Sought]


@attrs.frozen
class _Plain:
    """The plain objects: what compiled code has read, and what makes an object from the number of its section."""

    columns: PlainIdentifies
    build: Callable[[int], Identify]


class TriedIdentifies(Sequence[Identify]):
    """Identify objects in the order in which Asterisk tries them.

    Thread safety: immutable; may be shared and pickled.
    """

    def __init__(self, identifies: Iterable[Identify] = ()) -> None:
        self._plain: _Plain | None = None
        self._others = tuple(identifies)
        self._order = _numbers(len(self._others))

    @classmethod
    def of(cls, identifies: Iterable[Identify]) -> TriedIdentifies:
        """Return the objects as they are, or those of another sequence."""
        return identifies if isinstance(identifies, TriedIdentifies) else cls(identifies)

    @classmethod
    def arranged(
        cls,
        release: Release,
        plain: PlainIdentifies | None,
        build: Callable[[int], Identify],
        configured: Sequence[tuple[int, Identify]],
        made: Sequence[Identify],
        sections: int,
    ) -> TriedIdentifies:
        """Return the identify objects in the order in which a release tries them, as ``Release.arranged`` says.

        ``plain`` are those of pjsip.conf that compiled code has read, for each of which ``build`` makes the object from
        the number of its section; ``configured`` are the other ones of pjsip.conf, with the numbers of their sections,
        which ascend; ``made`` are those of wizards.  ``sections`` counts pjsip.conf's sections of the type.
        """
        arranged = cls(chain((identify for _, identify in configured), made))
        arranged._plain = None if plain is None else _Plain(plain, build)
        arranged._order = tried_order(
            plain,
            [encoded(identify.id) for _, identify in configured],
            array("I", [number for number, _ in configured]),
            [encoded(identify.id) for identify in made],
            0 if release.sorted_identifies else buckets_for(sections),
        )
        return arranged

    def resolved(self) -> TriedIdentifies:
        """Return those of which all host names are resolved."""
        if not any(identify.unresolved for identify in self._others):
            return self
        marks = bytes(not identify.unresolved for identify in self._others)
        return self._ordered(self._marked(b"\1" * self._first_other, marks, numbers=True))

    def unresolved(self) -> Iterator[tuple[int, Identify]]:
        """Yield those with host names that aren't resolved, with their places among the others."""
        marks = bytes(bool(identify.unresolved) for identify in self._others)
        for before, place in enumerate(self._marked(b"", marks)):
            yield place - before, self[place]

    def including(self, others: Mapping[int, Sequence[Identify]]) -> TriedIdentifies:
        """Return these with further objects, each before the one at its place."""
        order, last = array("I"), 0
        further = [each for place in sorted(others) for each in others[place]]
        number = self._first_other + len(self._others)
        for place in sorted(others):
            order += self._order[last:place]
            last = min(place, len(self))
            order.extend(range(number, number := number + len(others[place])))
        included = self._ordered(order + self._order[last:])
        included._others = (*self._others, *further)
        return included

    def _ordered(self, order: array[int]) -> TriedIdentifies:
        """Return the same objects in another order."""
        ordered = TriedIdentifies()
        ordered._plain, ordered._others, ordered._order = self._plain, self._others, order
        return ordered

    @property
    def _first_other(self) -> int:
        """The number of the first object that isn't plain."""
        return 0 if self._plain is None else len(self._plain.columns)

    def _marked(self, plain: bytes, others: bytes, *, numbers: bool = False) -> array[int]:
        """Return the places of the objects with a mark, a byte for each of the plain ones and of the others."""
        places = marked(self._order, plain.ljust(self._first_other, b"\0") + others)
        return array("I", map(self._order.__getitem__, places)) if numbers else places

    def kept(self) -> Iterator[tuple[int, Identify]]:
        """Yield the objects that aren't plain, in order, with their places."""
        for place in self._marked(b"", b"\1" * len(self._others)):
            yield place, self[place]

    @property
    def objects(self) -> Sequence[Identify]:
        """The objects that aren't plain, in order."""
        return [identify for _, identify in self.kept()]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> Identify: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Identify, ...]: ...
    def __getitem__(self, index: int | slice) -> Identify | tuple[Identify, ...]:
        """Return the object at a place, or several."""
        if isinstance(index, slice):
            return tuple(map(self._object, self._order[index]))
        return self._object(self._order[index])

    def _object(self, number: int) -> Identify:
        plain = self._plain
        if plain is None:
            return self._others[number]
        if number < len(plain.columns):
            return plain.build(plain.columns.section(number))
        return self._others[number - len(plain.columns)]

    def __iter__(self) -> Iterator[Identify]:
        """Yield the objects in order."""
        return map(self._object, self._order)

    def __eq__(self, other: object) -> bool:
        """Return whether another sequence has equal objects in the same order."""
        if self is other:
            return True
        if isinstance(other, TriedIdentifies | tuple):
            return len(self) == len(other) and all(
                one == another for one, another in zip(self, other, strict=True)
            )
        return NotImplemented

    def __hash__(self) -> int:
        """Return a hash of the objects."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Return the first objects as a tuple, and how many more there are."""
        if len(self) <= SHOWN_OBJECTS:
            return repr(tuple(self))
        shown = ", ".join(map(repr, self[:SHOWN_OBJECTS]))
        return f"({shown}, ... {len(self) - SHOWN_OBJECTS:,} more)"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the objects."""
        return TriedIdentifies, (tuple(self),)

    def rules(self) -> AddressRules:
        """Return the items of ``match`` for compiled code; their owners are places."""
        others = AddressRules.of([identify.addresses for identify in self._others])
        plain = AddressRules() if self._plain is None else self._plain.columns.rules
        return AddressRules.arranged(self._order, plain, self._first_other, others)

    @property
    def match_count(self) -> int:
        """How many items of ``match`` there are."""
        plain = 0 if self._plain is None else len(self._plain.columns.rules)
        return plain + sum(len(identify.addresses) for identify in self.objects)

    @cached_property
    def matches(self) -> MatchNumbers:
        """The items of ``match`` as numbers."""
        return MatchNumbers(*self.rules().lists())

    @cached_property
    def with_header(self) -> Sequence[int]:
        """The places of the objects with ``match_header``."""
        return self._marked(self._marks[0], bytes(identify.header is not None for identify in self._others))

    @cached_property
    def with_request_uri(self) -> Sequence[int]:
        """The places of the objects with ``match_request_uri``."""
        return self._marked(
            self._marks[1], bytes(identify.request_uri is not None for identify in self._others)
        )

    @property
    def _marks(self) -> tuple[bytes, bytes]:
        return (b"", b"") if self._plain is None else self._plain.columns.marks()

    def headers(self) -> Iterator[tuple[str, TextPattern]]:
        """Yield the name and the pattern of each ``match_header``, for the places of ``with_header``."""
        for name, sought in self._headers():
            yield name, as_pattern(sought)

    def request_uris(self) -> Iterator[TextPattern]:
        """Yield the pattern of each ``match_request_uri``, for the places of ``with_request_uri``."""
        for sought in self._request_uris():
            yield as_pattern(sought)

    @cached_property
    def sought_headers(self) -> HeaderColumns:
        """What :meth:`headers` yields as lists, for the places of ``with_header``."""
        names: list[str] = []
        sought: list[Sought] = []
        once: dict[str, str] = {}
        for name, each in self._headers():
            names.append(once.setdefault(name, name))
            sought.append(each)
        return HeaderColumns(names, sought)

    @cached_property
    def sought_request_uris(self) -> Sequence[Sought]:
        """What :meth:`request_uris` yields as a list, for the places of ``with_request_uri``."""
        return list(self._request_uris())

    def _headers(self) -> Iterator[tuple[str, Sought]]:
        first, others = self._first_other, self._others
        header = None if self._plain is None else self._plain.columns.header
        for number in map(self._order.__getitem__, self.with_header):
            if header is not None and number < first:
                name, value = header_parts(header(number) or "")
                yield name, value if is_text(value) else pattern_of(value)
            elif (rule := others[number - first].header) is not None:
                yield rule.name, _sought(rule.pattern)

    def _request_uris(self) -> Iterator[Sought]:
        first, others = self._first_other, self._others
        request_uri = None if self._plain is None else self._plain.columns.request_uri
        for number in map(self._order.__getitem__, self.with_request_uri):
            if request_uri is not None and number < first:
                value = request_uri(number) or ""
                yield value if is_text(value) else pattern_of(value)
            elif (rule := others[number - first].request_uri) is not None:
                yield _sought(rule.pattern)

    @cached_property
    def with_meaning(self) -> Sequence[int]:
        """The places of the objects with a positive item that may mean something else than whoever wrote it thought.

        Plain objects have none.
        """
        return [
            place
            for place, each in self.kept()
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
        """The places of the objects with names whose addresses aren't known; plain ones have no names."""
        return [place for place, each in self.kept() if each.unresolved]

    @cached_property
    def ids(self) -> Sequence[str]:
        """The id of each object."""
        others = [identify.id for identify in self._others]
        if self._plain is None:
            return list(map(others.__getitem__, self._order))
        return _Texts(self._order, self._plain.columns.names_of, self._first_other, others)

    @cached_property
    def endpoints(self) -> Sequence[str]:
        """The endpoint that each object names, which need not exist."""
        others = [identify.endpoint for identify in self._others]
        if self._plain is None:
            return list(map(others.__getitem__, self._order))
        return _Texts(self._order, self._plain.columns.endpoints_of, self._first_other, others)


class _Texts(Sequence[str]):
    """A text of each object, made when it is asked for."""

    def __init__(
        self,
        order: array[int],
        plain: Callable[[array[int]], list[str | None]],
        first_other: int,
        others: Sequence[str],
    ) -> None:
        self._order = order
        self._plain = plain
        self._first_other = first_other
        self._others = others

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return self._texts(self._order[index])
        return self._texts(array("I", (self._order[index],)))[0]

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), CHUNK):
            yield from self[start : start + CHUNK]

    def _texts(self, numbers: array[int]) -> list[str]:
        first, others = self._first_other, self._others
        found = self._plain(numbers)
        if None not in found:
            return found  # type: ignore[return-value]
        return [
            others[number - first] if text is None else text
            for number, text in zip(numbers, found, strict=True)
        ]


def as_pattern(sought: Sought) -> TextPattern:
    """Return the pattern of what a column has."""
    return pattern_of(sought) if isinstance(sought, str) else sought


def _sought(pattern: TextPattern) -> Sought:
    if pattern.regex is None and pattern.literal == pattern.text and is_text(pattern.text):
        return pattern.text
    return pattern


def _numbers(count: int) -> array[int]:
    return array("I", range(count))
