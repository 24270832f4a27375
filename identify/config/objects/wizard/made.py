"""The objects that wizards made so far: what a section adds, and what it replaces of an earlier one's.

It knows which object's refusal ends what follows; how an object is made of its lines is the part of the builders.

Facts

- The objects of a section are made in the order endpoint, aor, auths, identify, registrations.  After a refused auth
  there are no further auths and no registrations, after a refused registration no further ones.
- What a later section of the same name makes replaces the earlier one's.  What it doesn't want is removed: auths, the
  identify, registrations.  What it wants and fails to make stays as it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs

from identify.config.objects.candidates import Candidate, Options, build_one
from identify.config.objects.schema import Tables
from identify.config.objects.wizard.making import Wizard
from identify.config.problems import Problems
from identify.model import Aor, Auth, Endpoint, Identify, Registration

__all__ = ["Builders", "Made"]

T = TypeVar("T")


@attrs.frozen
class Builders:
    """How an object of each type is made; None if Asterisk refuses it."""

    endpoint: Callable[[Candidate, Options], Endpoint | None]
    aor: Callable[[Candidate, Options], Aor | None]
    auth: Callable[[Candidate, Options], Auth | None]
    identify: Callable[[Candidate, Options], Identify | None]
    registration: Callable[[Candidate, Options], Registration | None]
    known: Tables
    problems: Problems

    def build(self, candidate: Candidate, build: Callable[[Candidate, Options], T | None]) -> T | None:
        """Make one object."""
        return build_one(candidate, build, self.known, self.problems)


@attrs.define
class Made:
    """The objects that wizards made."""

    endpoints: dict[str, Endpoint] = attrs.field(factory=dict)
    identifies: dict[str, Identify] = attrs.field(factory=dict)
    #: By id, those of former wizards that exist if the one in ``identifies`` doesn't, the last wizard's first.
    former_identifies: dict[str, deque[Identify]] = attrs.field(factory=dict)
    registrations: dict[str, Registration] = attrs.field(factory=dict)
    aors: dict[str, Aor] = attrs.field(factory=dict)
    auths: dict[str, Auth] = attrs.field(factory=dict)
    #: Ids of a wizard's registrations by the wizard's id.
    registrations_of: dict[str, list[str]] = attrs.field(factory=dict)

    def make(self, wizard: Wizard, builders: Builders) -> None:
        """Make a wizard's objects."""
        endpoint = builders.build(wizard.endpoint, builders.endpoint)
        if endpoint is not None:
            self.endpoints[endpoint.id] = endpoint
        aor = builders.build(wizard.aor, builders.aor) if wizard.aor is not None else None
        if aor is not None:
            self.aors[aor.id] = aor
        auths_made = self._make_auths(wizard.auths, builders)
        self._make_identify(wizard, builders)
        if auths_made and not wizard.registrations_failed:
            self._make_registrations(wizard, builders)

    def _make_auths(self, auths: Mapping[str, Candidate | None], builders: Builders) -> bool:
        """Make auths up to the first that is refused, and return whether none was."""
        for id, candidate in auths.items():
            if candidate is None:
                self.auths.pop(id, None)
                continue
            auth = builders.build(candidate, builders.auth)
            if auth is None:
                return False
            self.auths[id] = auth
        return True

    def _make_identify(self, wizard: Wizard, builders: Builders) -> None:
        if wizard.identify is None:
            if wizard.identify_unwanted:
                self.identifies.pop(wizard.id + "-identify", None)
                self.former_identifies.pop(wizard.id + "-identify", None)
            return
        identify = builders.build(wizard.identify, builders.identify)
        if identify is None:
            return
        # In an order that isn't sorted, the object moves to the place of its last section.
        former = self.identifies.pop(identify.id, None)
        if former is not None and identify.unresolved:
            self.former_identifies.setdefault(identify.id, deque()).appendleft(former)
        else:
            self.former_identifies.pop(identify.id, None)
        self.identifies[identify.id] = identify

    def _make_registrations(self, wizard: Wizard, builders: Builders) -> None:
        for name in self.registrations_of.pop(wizard.id, ()):
            del self.registrations[name]
        for candidate in wizard.registrations:
            registration = builders.build(candidate, builders.registration)
            if registration is None:
                break
            self.registrations[registration.id] = registration
            self.registrations_of.setdefault(wizard.id, []).append(registration.id)
