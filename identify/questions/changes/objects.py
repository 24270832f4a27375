"""Objects, settings and identifiers of a configuration that one release loads and the other doesn't.

It compares what was loaded; which requests notice, others find out.

Strategy

1. An object is its type, its id and the place of its section.  One that only one side has was refused, or accepted,
   by a problem that the other side doesn't have: one of its own section, else one that costs a whole type or file.
   Objects with the same cause are one finding.
2. Of objects that both sides have, what the model keeps of them is compared; the addresses of identify objects
   aren't, because what these mean is found out by asking.
3. Of the identifiers, only those that can answer at all can change an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from identify.configuration import Configuration
from identify.model import Identify, Origin, Problem, Settings
from identify.questions.findings import Finding, counted
from identify.questions.witnesses import Sides
from identify.strings import escaped, quoted

__all__ = ["identifier_changes", "object_changes"]

#: Objects that a finding names.
MOST_NAMED = 10

#: The fields of a configuration with objects, and what one of them is called.
TYPES = {
    "transports": "transport",
    "endpoints": "endpoint",
    "registrations": "registration",
    "domain_aliases": "domain_alias",
    "aors": "aor",
    "auths": "auth",
    "acls": "acl",
}

#: Fields whose names aren't those of options.
WORDS = {"socket_id": "the id under which its socket is found"}

#: (type, id, place of the section)
Key = tuple[str, str, Origin]

REFUSED = "remove or replace what {release} refuses before you upgrade, or accept that the object is gone"
ACCEPTED = "check that the object does what you want: {release} loads it for the first time"
DIFFERENT = "compare the object with what you expect of it in {release}"


def object_changes(sides: Sides) -> Iterator[Finding]:
    """Yield what becomes of objects and settings."""
    before, after = (_objects(configuration) for configuration in sides.configurations)
    yield from _Lost("refused", sides.before, sides.after).findings(before, after)
    yield from _Lost("accepted", sides.after, sides.before).findings(after, before)
    for key in _sorted(before.keys() & after.keys()):
        fields = _differences(before[key], after[key])
        if fields:
            type_name, id, origin = key
            yield Finding(
                kind="object",
                what=f"{type_name} {quoted(id)} differs in {', '.join(fields)}",
                advice=DIFFERENT.format(release=sides.after.release.name),
                origins=(origin,),
                details=tuple(fields),
            )
    yield from _settings(sides.before.settings, sides.after.settings)


def identifier_changes(sides: Sides) -> tuple[list[Finding], list[str]]:
    """Return what changes in the identifiers that can answer, and notes on the others."""
    before, after = (configuration.identifiers for configuration in sides.configurations)
    answering = {match.identifier for engine in sides.engines for match in engine.matches}
    findings, notes = [], []
    releases = [configuration.release.name for configuration in sides.configurations]
    for name in dict.fromkeys([*before, *after]):
        if name in before and name in after:
            continue
        has, lacks = releases if name in before else releases[::-1]
        what = f"{name} is an identifier of {has}, not of {lacks}"
        if name in answering:
            advice = (
                "look at the requests that only this identifier answers: no other one finds their endpoint"
            )
            findings.append(Finding(kind="identifiers", what=what, advice=advice))
        else:
            notes.append(f"{what}; nothing in this configuration uses it")
    common = [
        [name for name in names if name in answering and name in before and name in after]
        for names in (before, after)
    ]
    if common[0] != common[1]:
        findings.append(
            Finding(
                kind="identifiers",
                what=f"identifiers are asked in another order: {', '.join(common[0])} becomes {', '.join(common[1])}",
                advice="set endpoint_identifier_order in [global] to the order that you want",
                origins=_places(sides.after.settings, sides.before.settings),
            )
        )
    return findings, notes


def _objects(configuration: Configuration) -> dict[Key, Any]:
    """Return all objects; of an identify, also one that the other side may refuse for a name that isn't known."""
    found: dict[Key, Any] = {}
    for field, name in TYPES.items():
        objects: Mapping[str, Any] = getattr(configuration, field)
        found.update(((name, id, one.origin), one) for id, one in objects.items())
    unknown = [unknown.identify for unknown in configuration.unknowns if unknown.identify is not None]
    for identify in (*configuration.tried_identifies, *unknown):
        found["identify", identify.id, identify.origin] = identify
    return found


class _Lost:
    """What one side loads and the other refuses: ``kind`` says which of them comes first."""

    def __init__(self, kind: str, loaded: Configuration, refusing: Configuration) -> None:
        self._kind = kind
        self._release = refusing.release.name
        self._advice = (REFUSED if kind == "refused" else ACCEPTED).format(
            release=refusing.release.name if kind == "refused" else loaded.release.name
        )
        known = set(loaded.problems)
        self._problems = [problem for problem in refusing.problems if problem not in known]
        self._of_section: dict[str | None, list[Problem]] = {}
        for problem in self._problems:
            self._of_section.setdefault(problem.section, []).append(problem)
        #: What costs more than its own section: a whole type, or a file.
        self._wide = [
            problem
            for problem in self._problems
            if problem.lost and (problem.section is None or quoted(problem.section) not in problem.lost)
        ]

    def findings(self, having: Mapping[Key, Any], lacking: Mapping[Key, Any]) -> Iterator[Finding]:
        """Yield a finding for each cause, with the objects that it costs; then causes that cost something else."""
        by_cause: dict[tuple[Problem, ...] | Key, list[Key]] = {}
        for key in _sorted(having.keys() - lacking.keys()):
            by_cause.setdefault(self._causes(key) or key, []).append(key)
        twins = {(type_name, id): origin for type_name, id, origin in lacking}
        claimed: set[tuple[str, str | None, str]] = set()
        for cause, keys in by_cause.items():
            problems = tuple(one for one in cause if isinstance(one, Problem))
            claimed.update((problem.file, problem.section, problem.lost) for problem in problems)
            yield self._finding(keys, problems, _why(keys[0], problems, twins))
        others: dict[tuple[str, str | None, str], list[Problem]] = {}
        for problem in self._problems:
            place = (problem.file, problem.section, problem.lost)
            if problem.lost and problem.severity == "error" and place not in claimed:
                others.setdefault(place, []).append(problem)
        for problems_of_one in others.values():
            yield self._other(tuple(problems_of_one))

    def _finding(self, keys: list[Key], problems: tuple[Problem, ...], why: str) -> Finding:
        type_name, id, _ = keys[0]
        subject = f"{type_name} {quoted(id)}"
        if len(keys) > 1:
            subject += f" and {counted(len(keys) - 1, 'other object', 'other objects')}"
        return Finding(
            kind=self._kind,
            what=f"{self._release} {self._verb} {subject}: {why}",
            advice=self._advice,
            origins=tuple(origin for _, _, origin in keys[:MOST_NAMED]),
            problems=problems,
            count=len(keys),
            details=tuple(f"{type_name} {quoted(id)}" for type_name, id, _ in keys[:MOST_NAMED]),
        )

    def _other(self, problems: tuple[Problem, ...]) -> Finding:
        return Finding(
            kind=self._kind,
            what=f"{self._release} {self._verb} {escaped(problems[0].lost)}: {_words(problems)}",
            advice=self._advice,
            origins=tuple(dict.fromkeys(Origin(one.file, one.line) for one in problems)),
            problems=problems,
            details=(problems[0].lost,),
        )

    def _causes(self, key: Key) -> tuple[Problem, ...]:
        """Return the problems by which an object is lost: its own, else of its type, else of its file."""
        type_name, id, origin = key
        owner = id.removesuffix("-identify") if type_name == "identify" else id
        own = [*self._of_section.get(id, ()), *(self._of_section.get(owner, ()) if owner != id else ())]
        for chosen in (
            [one for one in own if one.section == id and type_name in one.lost],
            [one for one in own if one.severity == "error"],
            [one for one in own if one.code == "overridden"],
            [one for one in self._wide if type_name in one.lost and one.section != id],
            [one for one in self._wide if one.file == origin.file and "file" in one.lost],
        ):
            if chosen:
                return tuple(chosen)
        return ()

    @property
    def _verb(self) -> str:
        return "refuses" if self._kind == "refused" else "refused"


def _why(key: Key, problems: tuple[Problem, ...], twins: Mapping[tuple[str, str], Origin]) -> str:
    if problems:
        return _words(problems)
    twin = twins.get(key[:2])
    if twin is not None:
        return f"only the object of this id at {twin} exists"
    return "no problem of the configuration says why"


def _words(problems: tuple[Problem, ...]) -> str:
    return escaped("; ".join(f"{problem.message} ({problem.code})" for problem in problems[:MOST_NAMED]))


def _sorted(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: (key[2].file, key[2].line, key[0], key[1]))


def _differences(before: Any, after: Any) -> list[str]:
    """Return the fields in which two objects differ, by their names or in words."""
    if before == after:
        return []
    ignored = {"addresses", "unresolved"} if isinstance(before, Identify) else set()
    return [
        WORDS.get(field.name, field.name)
        for field in attrs.fields(type(before))
        if field.eq
        and field.name not in ignored
        and getattr(before, field.name) != getattr(after, field.name)
    ]


def _settings(before: Settings, after: Settings) -> Iterator[Finding]:
    for field in attrs.fields(Settings):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if not field.eq or field.name == "origin" or old == new:
            continue
        yield Finding(
            kind="setting",
            what=f"{field.name} is {_value(old)} and becomes {_value(new)}",
            advice="look for a refused [global] or [system] section: all of its settings are lost together",
            origins=_places(before, after),
        )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return quoted(str(value))


def _places(*settings: Settings) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(one.origin for one in settings if one.origin is not None))
