"""The identify objects of pjsip.conf: those of clean sections as columns, the others as objects.

It knows who is read how, and what that may cost; what a section says is the part of others.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from itertools import compress
from typing import Any

import attrs

from identify._compiled._plain_identifies import PlainIdentifies
from identify._compiled._section_lines import last_values
from identify._compiled._section_names import SectionNames
from identify.config.hostnames.rules import OfflineResolver
from identify.config.objects.candidates import Candidate, Options, load_type
from identify.config.objects.endpoints import NOTHING_TOGETHER
from identify.config.objects.identifies import build_identify, cost_of_names, plain_identifies
from identify.config.objects.items import MatchLines
from identify.config.objects.schema import Tables
from identify.config.problems import Budget, Problems
from identify.config.releases import Release
from identify.config.sections.candidates import Candidates
from identify.config.sections.clean import Judged, judge, parted
from identify.config.sections.mapping import Endpoints, Maker, Objects
from identify.config.tried import TriedIdentifies
from identify.model import Identify
from identify.strings import encoded

__all__ = ["Identifies", "LoadedIdentifies", "load_identifies"]


@attrs.frozen
class LoadedIdentifies:
    """The identify objects of pjsip.conf: plain ones, and those that had to be made, with their sections' numbers."""

    sections: int = 0
    plain: PlainIdentifies | None = None
    maker: Maker[Identify] | None = None
    made: Mapping[str, Identify] = attrs.field(factory=dict)
    numbers: Mapping[str, int] = attrs.field(factory=dict)

    def tried_with(self, wizards: Mapping[str, Identify], release: Release) -> TriedIdentifies:
        """Return these and those that wizards made, in the order in which a release tries them."""
        return TriedIdentifies.arranged(
            release,
            self.plain,
            self._make,
            [(self.numbers[id], identify) for id, identify in self.made.items()],
            list(wizards.values()),
            self.sections,
        )

    def maybe_dangling(self, tried: TriedIdentifies, endpoints: Endpoints) -> Iterator[Identify]:
        """Yield the identify objects that are tried, in order; of plain ones only those without an endpoint."""
        plain = self.plain
        if plain is not None and endpoints.has_all(
            plain.sections, last_values(plain.sections, plain.numbers, b"endpoint")
        ):
            yield from tried.objects
            return
        for place, endpoint in enumerate(tried.endpoints):
            if endpoint not in endpoints:
                yield tried[place]

    def _make(self, section: int) -> Identify:
        if self.maker is None:
            raise LookupError(f"section {section} isn't plain")
        return self.maker.make(section)


def load_identifies(
    candidates: Candidates,
    known: Tables,
    release: Release,
    build: Callable[[Candidate, Options], Identify | None],
    doubtful: Callable[[Identify, Candidate], bool],
    budget: Budget,
    problems: Problems,
) -> LoadedIdentifies:
    """Read the sections of type identify; :func:`load_type` gets ``build`` and ``doubtful`` for the others."""
    numbers = candidates.numbers
    clean, items = judge(candidates, known, NOTHING_TOGETHER)
    plain, flags = plain_identifies(
        candidates.sections, array("I", compress(numbers, clean)), release, budget.left
    )
    judged = parted(candidates, _spread(flags, clean), items)
    if judged.items + sum(map(_most_items, judged.other_items)) > budget.left:
        judged = Judged(array("I"), candidates)
    budget.spend(judged.items)
    sections: dict[str, int] = {}

    def remember(candidate: Candidate, options: Options) -> Identify | None:
        if candidate.section is not None:
            sections[candidate.id] = candidate.section
        return build(candidate, options)

    made = load_type(judged.others, remember, known, problems, doubtful)
    loaded = LoadedIdentifies(sections=len(numbers), made=made, numbers=sections)
    if not judged.clean:
        return loaded
    lines, resolver = MatchLines(release), OfflineResolver()
    maker: Maker[Identify] = Maker(
        candidates,
        known,
        lambda candidate, options, budget, problems: build_identify(
            candidate, options, lines, resolver, release, budget, problems
        ),
    )
    return attrs.evolve(loaded, plain=plain, maker=maker)


def _spread(flags: bytes, clean: bytes) -> bytes:
    """Return flags of the clean sections as flags of all, of which those that aren't clean have 0."""
    if len(flags) == len(clean):
        return flags
    rest = iter(flags)
    return bytes(next(rest) if each else 0 for each in clean)


def _most_items(items: int) -> int:
    """Return as how many items a section can count whose lines of ``match`` have so many."""
    return items + cost_of_names(items, items)


class Identifies(Objects[Identify]):
    """The identify objects by id, in the order in which they are tried; of two with one id the first."""

    __slots__ = ("_tried",)

    def __init__(
        self,
        made: Mapping[str, Identify],
        names: SectionNames | None = None,
        maker: Maker[Identify] | None = None,
        tried: TriedIdentifies | None = None,
    ) -> None:
        super().__init__(made, names, maker)
        self._tried = tried

    @classmethod
    def of(cls, loaded: LoadedIdentifies, tried: TriedIdentifies) -> Identifies:
        """Return those that are tried, of which some are pjsip.conf's."""
        plain = loaded.plain
        made: dict[str, Identify] = {}
        names = SectionNames(plain.sections, plain.numbers) if plain is not None and len(plain) else None
        for identify in tried.objects:
            if names is None or names.find(encoded(identify.id)) < 0:
                made.setdefault(identify.id, identify)
        return cls(made, names, loaded.maker, tried)

    @classmethod
    def first_of_each(cls, tried: TriedIdentifies) -> Identifies:
        """Return the objects of a sequence by id."""
        made: dict[str, Identify] = {}
        for identify in tried:
            made.setdefault(identify.id, identify)
        return cls(made)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make the same mapping; a configuration has its objects in their order too, so only once."""
        return super().__reduce__() if self._tried is None else (self.first_of_each, (self._tried,))

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        if self._tried is None:
            return super().__iter__()
        ids = self._tried.ids
        return iter(ids) if len(ids) == len(self) else iter(dict.fromkeys(ids))
