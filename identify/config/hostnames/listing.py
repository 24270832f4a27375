"""The host names of a configuration one by one: where each stands, what was asked for it, and what that gave.

It asks in Asterisk's order through any resolver; a name's addresses are those that it has alone, so that nothing else
in its identify covers one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from identify.addresses import format_address
from identify.config.hostnames.answers import Answer, Answers
from identify.config.hostnames.rules import (
    NotAskedError,
    ResolutionError,
    Resolver,
    host_of,
    resolve_names,
)
from identify.model import AddressRule, Origin, Unknown

__all__ = ["Drift", "FoundName", "Lookup", "Name", "drift", "look_up", "names_of"]

NOWHERE = Origin("", 0)


@attrs.frozen(kw_only=True)
class Name:
    """A host name as it stands in ``match``; ``uses`` has an identify, its endpoint and the place for each use."""

    text: str
    srv_lookups: bool
    uses: tuple[tuple[str, str, Origin], ...] = ()


@attrs.frozen
class Lookup:
    """What was asked for a name: ``type`` is ``SRV``, or ``addresses`` for A, AAAA and the hosts file."""

    type: str
    name: str
    answer: Answer


@attrs.frozen(kw_only=True)
class FoundName:
    """What a name gave: ``addresses``, or the ``failure`` that refuses its identifies; ``known`` as in an answer."""

    name: Name
    lookups: tuple[Lookup, ...]
    addresses: tuple[str, ...] = ()
    failure: str = ""
    known: bool = True


@attrs.frozen(kw_only=True)
class Drift:
    """A name before and now; ``status`` says in one word what became of it.

    ``same``, ``changed``, ``fails`` (it had addresses), ``works`` (it had none), ``new`` (it wasn't known before) or
    ``unknown`` (nobody answers now).
    """

    status: str
    before: FoundName
    now: FoundName

    @property
    def added(self) -> tuple[str, ...]:
        """The addresses that are new."""
        return tuple(address for address in self.now.addresses if address not in self.before.addresses)

    @property
    def removed(self) -> tuple[str, ...]:
        """The addresses that are gone, which nobody can say if there is no answer now."""
        if not self.now.known:
            return ()
        return tuple(address for address in self.before.addresses if address not in self.now.addresses)


def names_of(unknowns: Iterable[Unknown], items: Iterable[tuple[str, bool]] = ()) -> list[Name]:
    """Return the names of a configuration that was read by a ``NameCollector``, in the order of their places.

    ``items`` are the collector's; those that no identify has are names in the ``bind`` of transports.
    """
    uses: dict[tuple[str, bool], list[tuple[str, str, Origin]]] = {}
    hosts = set()
    for unknown in unknowns:
        if unknown.identify is None:
            continue
        for name in unknown.identify.unresolved:
            srv_lookups = unknown.identify.srv_lookups and ":" not in name.text
            use = (unknown.identify.id, unknown.identify.endpoint, name.origin)
            uses.setdefault((name.text, srv_lookups), []).append(use)
            hosts.add(host_of(name.text))

    def place(use: tuple[str, str, Origin]) -> tuple[str, int]:
        return use[2].file, use[2].line

    names = [
        Name(text=text, srv_lookups=srv, uses=tuple(sorted(found, key=place)))
        for (text, srv), found in uses.items()
    ]
    names.sort(key=lambda name: place(name.uses[0]))
    for text, srv_lookups in items:
        if not srv_lookups and (text, False) not in uses and text not in hosts:
            names.append(Name(text=text, srv_lookups=False))
    return names


def look_up(name: Name, resolver: Resolver) -> FoundName:
    """Ask for one name what Asterisk asks."""
    asking = _Noting(resolver)
    rules: list[AddressRule] = []
    origin = name.uses[0][2] if name.uses else NOWHERE
    failure, known = "", True
    try:
        unresolved = resolve_names(
            [(name.text, origin)], rules, asking, srv_lookups=name.srv_lookups, warn=lambda text, origin: None
        )
    except ResolutionError as error:
        failure = str(error)
    else:
        if unresolved:
            failure, known = unresolved[0].reason, False
    found = () if failure else tuple(format_address(rule.family, rule.address) for rule in rules)
    return FoundName(name=name, lookups=tuple(asking.lookups), addresses=found, failure=failure, known=known)


def drift(names: Sequence[Name], before: Resolver, now: Resolver) -> list[Drift]:
    """Compare what two resolvers give for names."""
    return [_compared(look_up(name, before), look_up(name, now)) for name in names]


def _compared(before: FoundName, now: FoundName) -> Drift:
    if not now.known:
        status = "unknown"
    elif not before.known:
        status = "new"
    elif bool(before.failure) != bool(now.failure):
        status = "fails" if now.failure else "works"
    else:
        status = "same" if set(before.addresses) == set(now.addresses) else "changed"
    return Drift(status=status, before=before, now=now)


class _Noting:
    """Passes queries on, and keeps what came of each."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self.lookups: list[Lookup] = []

    def services(self, name: str) -> Sequence[str]:
        return self._noted("SRV", name, self._resolver.services)

    def addresses(self, name: str) -> Sequence[str]:
        return self._noted("addresses", name, self._resolver.addresses)

    def _noted(self, kind: str, name: str, ask: Callable[[str], Sequence[str]]) -> Sequence[str]:
        try:
            values = tuple(ask(name))
        except ResolutionError as error:
            failed = Answer(failure=str(error), known=not isinstance(error, NotAskedError))
            self.lookups.append(Lookup(kind, name, self._kept(kind, name) or failed))
            raise
        self.lookups.append(Lookup(kind, name, self._kept(kind, name) or Answer(values=values)))
        return values

    def _kept(self, kind: str, name: str) -> Answer | None:
        """Return the resolver's own record of an answer, which has more in it."""
        answers = getattr(self._resolver, "answers", None)
        if not isinstance(answers, Answers):
            return None
        return (answers.services if kind == "SRV" else answers.addresses).get(name)
