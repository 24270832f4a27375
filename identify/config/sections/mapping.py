"""The objects of one type by id, those of clean sections made when they are asked for.

It knows which section an id means and keeps the objects that had to be made; how one is made of its section is the
part of the function that builds its type.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from identify._compiled._section_lines import NO_VALUE, last_values
from identify._compiled._section_names import SectionNames
from identify._compiled._sections import Sections
from identify.config.objects.candidates import Candidate, Options, accept_options, load_type
from identify.config.objects.endpoints import Together, identify_methods
from identify.config.objects.schema import Tables
from identify.config.problems import Budget, Problems
from identify.config.sections.candidates import Candidates
from identify.config.sections.clean import split
from identify.model import Endpoint
from identify.strings import encoded, encoded_anyhow

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Build", "Configured", "Endpoints", "Objects", "load_objects", "methods_by_id"]

#: Objects that the representation of a mapping shows.
SHOWN_OBJECTS = 4

T = TypeVar("T")
#: Makes an object of its options, None if Asterisk refuses it.
Build = Callable[[Candidate, Options, Budget, Problems], "T | None"]


@attrs.frozen
class Maker(Generic[T]):
    """Makes the objects of a type's clean sections; nothing is to be said about them, so nobody listens."""

    candidates: Candidates
    known: Tables
    build: Build[T]

    def make(self, section: int) -> T:
        """Return the object of a section."""
        candidate, problems = self.candidates.of(section), Problems()
        options = accept_options(candidate, self.known, problems)
        made = self.build(candidate, options, Budget(), problems)
        if made is None:
            raise RuntimeError(f"{candidate.described} was judged to be clean, but isn't: {problems.all()}")
        return made


@attrs.frozen
class Configured(Generic[T]):
    """What the sections of a type made: the ids of clean ones, and the objects that the others made."""

    made: Mapping[str, T]
    names: SectionNames | None = None
    maker: Maker[T] | None = None


def load_objects(
    candidates: Candidates,
    known: Tables,
    together: Together,
    build: Build[T],
    build_others: Build[T] | None,
    budget: Budget,
    problems: Problems,
) -> Configured[T]:
    """Make the objects of a type, but those of clean sections; ``build_others`` makes them, if it isn't ``build``."""
    judged = split(candidates, known, together, budget)
    others = build_others or build
    made = load_type(
        judged.others,
        lambda candidate, options: others(candidate, options, budget, problems),
        known,
        problems,
    )
    if not judged.clean:
        return Configured(made)
    names = SectionNames(candidates.sections, judged.clean)
    return Configured(made, names, Maker(candidates, known, build))


class Objects(Mapping[str, T]):
    """A read-only mapping of ids to objects.

    Thread safety: immutable; may be shared and pickled.
    """

    __slots__ = ("_ids", "_made", "_maker", "_names")

    def __init__(
        self, made: Mapping[str, T], names: SectionNames | None = None, maker: Maker[T] | None = None
    ) -> None:
        self._made = dict(made)
        self._names = names
        self._maker = maker

    @classmethod
    def merged(cls, configured: Configured[T], wizards: Mapping[str, T]) -> Self:
        """Return the objects of pjsip.conf and those that wizards made, by id; of two with one id, pjsip.conf's."""
        both, names = {**wizards, **configured.made}, configured.names
        made = {
            id: both[id]
            for id in sorted(both, key=encoded)
            if names is None or id in configured.made or names.find(encoded(id)) < 0
        }
        return cls(made, names, configured.maker)

    def __getitem__(self, id: str) -> T:
        """Return the object of an id."""
        if self._names is not None and self._maker is not None and isinstance(id, str):
            section = self._names.find(encoded_anyhow(id))
            if section >= 0:
                return self._maker.make(section)
        return self._made[id]

    def __contains__(self, id: object) -> bool:
        """Return whether there is an object of an id."""
        if self._names is not None and isinstance(id, str) and self._names.find(encoded_anyhow(id)) >= 0:
            return True
        return id in self._made

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        if self._names is None:
            return iter(self._made)
        if not self._made:
            return _each(self._names)
        return merge(_each(self._names), self._made, key=encoded_anyhow)

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self._made) + (len(self._names) if self._names is not None else 0)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make the same mapping of its objects."""
        return type(self), (dict(self.items()),)

    def __repr__(self) -> str:
        """Return the mapping with its first objects, by type: a configuration may have many, and each is long."""
        shown = [f"{id!r}: {type(self[id]).__name__}(...)" for id in islice(self, SHOWN_OBJECTS)]
        more = len(self) - len(shown)
        return f"{{{', '.join([*shown, f'... {more:,} more'] if more else shown)}}}"


class Endpoints(Objects[Endpoint]):
    """The endpoints by id."""

    __slots__ = ()

    def has_all(self, sections: Sections, texts: array[int]) -> bool:
        """Return whether each of these texts of a configuration, given by numbers, is an endpoint's id."""
        if self._names is not None and self._names.sections is sections:
            texts = self._names.absent(texts)
        return all(sections.texts[text] in self._made for text in set(texts))

    def identify_by(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the id of each endpoint and the methods by which it may be found, without making endpoints."""
        names = self._names
        if names is None:
            for id, endpoint in self._made.items():
                yield id, endpoint.identify_by
            return
        texts = names.sections.texts
        values = last_values(names.sections, names.numbers, b"identify_by")
        methods = {
            value: identify_methods(texts[value] if value != NO_VALUE else None) for value in set(values)
        }
        clean = zip(_each(names), (methods[value] for value in values), strict=True)
        made = ((id, endpoint.identify_by) for id, endpoint in self._made.items())
        yield from merge(clean, made, key=lambda each: encoded_anyhow(each[0])) if self._made else clean


def methods_by_id(endpoints: Mapping[str, Endpoint]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield each endpoint's id and ``identify_by``, without making the endpoints if the mapping can do without."""
    if isinstance(endpoints, Endpoints):
        return endpoints.identify_by()
    return ((id, endpoint.identify_by) for id, endpoint in endpoints.items())


def _each(names: SectionNames) -> Iterator[str]:
    return map(names.__getitem__, range(len(names)))
