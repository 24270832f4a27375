"""One way through the identifiers for all contents at once.

It knows how each identifier answers where something may vary; what may vary of the identify objects is in ``states``.

Strategy

1. Each thing that may vary is a variable with a few states: an identify is refused, exists and covers the source, or
   exists and doesn't; an endpoint is absent, or present with one of four identify_by; a domain is one of those
   that would find an endpoint, or none of them.  Only variables that a request reaches are made.
2. An identifier is asked with a set of states for each variable.  It returns answers, and the sets with which it has
   none; the next identifier continues with each of these.
3. Sets that only differ in what no later identifier asks are the same, and are continued once.  After ``MAX_WORK``
   what the variables were narrowed to is forgotten: there may then be more answers than are possible, never fewer.
   Only hundreds of unknown objects that match, and that point to endpoints which don't exist, take so much.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Sequence

from identify.config.sections.mapping import methods_by_id
from identify.explanation.line import line_value, token_shaped
from identify.explanation.named_endpoints import looked_up
from identify.explanation.question import Question
from identify.explanation.result import Possibility
from identify.explanation.undetermined.states import FREE, Key, Slot, States, plan_slots
from identify.identifiers import IdentifierName as Name
from identify.model import Unknown

__all__ = ["MAX_WORK", "Answer", "Walk"]

#: Objects that may be asked and states that may be copied before differences are forgotten.
MAX_WORK = 500_000

#: States of an endpoint that isn't known: absent, or its identify_by has neither name, username, auth_username, both.
ABSENT, PLAIN, BY_USERNAME, BY_AUTH_USERNAME, BY_BOTH = 1, 2, 4, 8, 16
PRESENT = PLAIN | BY_USERNAME | BY_AUTH_USERNAME | BY_BOTH
ALLOWING = {
    "username": BY_USERNAME | BY_BOTH,
    "auth_username": BY_AUTH_USERNAME | BY_BOTH,
    "anonymous": PRESENT,
}
#: States of a domain: what finds no known endpoint, what may find an unknown one, then one bit for each known domain.
NO_DOMAIN, ANY_DOMAIN, FIRST_DOMAIN = 1, 2, 4

#: Endpoint, identifier, section, whether it may be any endpoint.
Answer = tuple[str | None, str | None, str | None, bool]


class Walk:
    """One way through the identifiers, for all contents with the same flags at once."""

    def __init__(self, question: Question, single_domain: bool, cut: bool) -> None:
        self.answers: dict[Answer, Possibility] = {}
        self.asked: dict[int, Unknown] = {}
        self._question = question
        self._single_domain = single_domain
        self._names = {
            identifier: looked_up(question, identifier, cut=cut)
            for identifier in ("username", "anonymous", "auth_username")
        }
        self._endpoints = question.configuration.endpoints
        self._further = {
            type: tuple(question.further(type))
            for type in ("domain_alias", "endpoint", "identify", "registration", "transport")
        }
        plan = plan_slots(question)
        self._slots, self._comparable = plan.slots, plan.comparable
        self._full = dict(plan.full)
        self._domains: dict[Key, list[str]] = {}
        self._work = 0
        self._masks: dict[str, dict[Key, list[int]]] = {}
        for identifier, slots in self._slots.items():
            masks = self._masks.setdefault(identifier, {})
            for slot in slots:
                if slot.key is not None:
                    masks.setdefault(slot.key, []).append(slot.mask)
        self._alike: dict[tuple[tuple[str, ...], Key, int], int] = {}
        uses = Counter(slot.key for slots in self._slots.values() for slot in slots)
        #: Identify objects that are asked once only: nothing needs to remember their states.
        self._once = {key for key, count in uses.items() if count == 1}

    def in_order(self, identifiers: Sequence[Name], states: States) -> None:
        """Ask the identifiers in turn."""
        waiting: list[tuple[int, States]] = [(0, states)]
        seen: set[tuple[int, frozenset[tuple[Key, int]]]] = set()
        while waiting:
            place, states = waiting.pop()
            if self._work > MAX_WORK:
                states = FREE
            if (mark := (place, frozenset(states.items()))) in seen:
                continue
            seen.add(mark)
            if place == len(identifiers):
                self._answer(None, None, None, ())
                continue
            later = tuple(identifiers[place + 1 :])
            waiting.extend(
                (place + 1, self._needed(continued, later))
                for continued in self._ask(identifiers[place], states)
            )

    def in_any_order(self, identifiers: Sequence[Name]) -> None:
        """Ask each identifier as the next one after ``line``; without an answer are contents where none has one."""
        others = [identifier for identifier in identifiers if identifier != "line"]
        for states in list(self._ask("line", FREE)) if "line" in identifiers else [FREE]:
            for identifier in others:
                for _ in self._ask(identifier, states):
                    pass
            self.in_order(others, states)

    def _ask(self, identifier: Name, states: States) -> Iterator[States]:
        """Note an identifier's answers, and yield the states in which it has none."""
        if identifier == "line":
            return self._by_line(states)
        if identifier in self._slots:
            return self._by_identify(identifier, states)
        if parts := self._question.not_given(identifier):
            return self._by_any_name(identifier, parts, states)
        return self._by_name(identifier, states)

    # ---------------------------------------------------------------- the identifiers

    def _by_line(self, states: States) -> Iterator[States]:
        question = self._question
        if parts := question.not_given("line"):
            return self._by_any_line(parts, states)
        _, value = line_value(question)
        registrations = question.configuration.registrations
        for registration in registrations.values() if value else ():
            if registration.line and question.line_tokens.get(registration.id) == value:
                return self._point("line", registration.id, registration.endpoint, states, ())
        return self._by_untold_line(value or "", states)

    def _by_any_line(self, parts: tuple[Unknown, ...], states: States) -> Iterator[States]:
        """Answer for a value that may be the token of any registration, or absent."""
        for id, each in self._question.configuration.registrations.items():
            if each.line and (each.endpoint in self._endpoints or self._further["endpoint"]):
                self._depend(parts)
                deque(self._point("line", id, each.endpoint, states, parts), maxlen=0)
        if self._further["registration"]:
            self._answer_any("line", (*parts, *self._further["registration"]))
        yield states

    def _by_untold_line(self, value: str, states: States) -> Iterator[States]:
        if token_shaped(value):
            registrations = self._question.configuration.registrations
            for id, unknown in self._question.untold().items():
                if id in registrations:
                    if registrations[id].endpoint in self._endpoints or self._further["endpoint"]:
                        self._depend((unknown,))
                    # Without the endpoint there is no answer, as without the token.
                    deque(self._point("line", id, registrations[id].endpoint, states, (unknown,)), maxlen=0)
            if self._further["registration"]:
                self._answer_any("line", self._further["registration"])
        yield states

    def _by_identify(self, identifier: Name, states: States) -> Iterator[States]:
        further = self._further["identify"]
        if further and identifier in self._comparable:
            # One of these may decide before all others, also by pointing to an endpoint that doesn't exist.
            self._answer_any(identifier, further)
            yield states
        narrowed = dict(states)
        for slot in self._slots[identifier]:
            self._work += 1
            key = slot.key
            current = narrowed.get(key, self._full[key]) if key is not None else 1
            hit = current & slot.mask if key is not None else 1
            if not hit:
                continue
            self._depend(slot.unknowns)
            yield from self._match(identifier, slot, narrowed, hit)
            if not slot.sure:
                continue
            if key is None or hit == current:
                return
            if key not in self._once:
                narrowed[key] = current & ~hit
        yield narrowed

    def _match(self, identifier: Name, slot: Slot, states: dict[Key, int], hit: int) -> Iterator[States]:
        """Note the answer of an object that matches; yield the states in which its endpoint doesn't exist."""
        endpoint, section = slot.endpoint, slot.section
        if endpoint in self._endpoints:
            self._answer(endpoint, identifier, section, slot.unknowns)
        else:
            matching = self._narrowed(states, slot.key, hit) if slot.key is not None else dict(states)
            yield from self._point(identifier, section, endpoint, matching, slot.unknowns)

    def _by_name(self, identifier: Name, states: States) -> Iterator[States]:
        current: dict[frozenset[tuple[Key, int]], States] = {frozenset(states.items()): states}
        for user, domain in self._names[identifier]:
            following: dict[frozenset[tuple[Key, int]], States] = {}
            for each in current.values():
                for after in self._look_up(identifier, user, domain, each):
                    following[frozenset(after.items())] = after
            current = following if self._work <= MAX_WORK else {frozenset(): FREE}
        yield from current.values()

    def _by_any_name(self, identifier: Name, parts: tuple[Unknown, ...], states: States) -> Iterator[States]:
        """Answer for a name that may be that of any endpoint, or absent."""
        if self._further["endpoint"]:
            self._answer_any(identifier, (*parts, *self._further["endpoint"]))
        else:
            for id, methods in methods_by_id(self._endpoints):
                if identifier in methods:
                    self._depend(parts)
                    self._answer(id, identifier, None, parts)
        yield states

    def _look_up(self, identifier: Name, user: str, domain: str, states: States) -> Iterator[States]:
        """Look up one name with each of its domains; yield the states in which that gives no answer."""
        waiting = [(0, states)]
        while waiting:
            place, states = waiting.pop()
            if place == (1 if self._single_domain else 4):
                yield states
                continue
            for id, unknowns, chosen in self._ids(place, user, domain, states):
                for gives_up, after in self._find(identifier, id, unknowns, chosen):
                    if gives_up:
                        yield after
                    else:
                        waiting.append((place + 1, after))

    def _ids(
        self, place: int, user: str, domain: str, states: States
    ) -> Iterator[tuple[str | None, tuple[Unknown, ...], States]]:
        """Yield the ids that a name may be looked up as at one place; "" finds nothing, None any endpoint."""
        configuration = self._question.configuration
        alias = configuration.domain_aliases.get(domain)
        transport = self._question.transport
        if self._single_domain or place == 3:
            yield user, (), states
        elif place == 0:
            yield f"{user}@{domain}", (), states
        elif place == 1 and self._further["domain_alias"]:
            yield from self._any_domain(("alias", domain), self._further["domain_alias"], user, states)
        elif place == 2 and self._further["transport"]:
            yield from self._any_domain(("transport", ""), self._further["transport"], user, states)
        elif place == 2 and (parts := self._question.not_given("transport")):
            among = {section.domain for section in configuration.transports.values()} - {""}
            yield from self._any_domain(("transport", ""), parts, user, states, among)
        elif place == 1:
            yield f"{user}@{alias.domain}" if alias is not None else "", (), states
        else:
            yield (
                f"{user}@{transport.domain}" if transport is not None and transport.domain else "",
                (),
                states,
            )

    def _any_domain(
        self,
        key: Key,
        unknowns: tuple[Unknown, ...],
        user: str,
        states: States,
        among: Collection[str] | None = None,
    ) -> Iterator[tuple[str | None, tuple[Unknown, ...], States]]:
        """Yield the ids of a name with a domain that isn't known, but that it is one of some, or none."""
        if among is None or any(f"{user}@{domain}" in self._endpoints for domain in among):
            self._depend(unknowns)
        if key not in self._full:
            users = {
                name
                for names in self._names.values()
                for name, domain in names
                if key[0] == "transport" or domain == key[1]
            }
            starts = tuple(f"{name}@" for name in users)
            domains = {id[len(start) :] for id in self._endpoints for start in starts if id.startswith(start)}
            self._domains[key] = sorted(domains - {""} if among is None else among)
            self._full[key] = NO_DOMAIN | (FIRST_DOMAIN << len(self._domains[key])) - FIRST_DOMAIN
            if self._further["endpoint"] and among is None:
                self._full[key] |= ANY_DOMAIN
        mask = states.get(key, self._full[key])
        nothing = mask & NO_DOMAIN
        for number, domain in enumerate(self._domains[key]):
            bit = FIRST_DOMAIN << number
            id = f"{user}@{domain}"
            if mask & bit and (id in self._endpoints or self._further["endpoint"]):
                yield id, unknowns, self._narrowed(states, key, bit)
            else:
                nothing |= mask & bit
        if mask & ANY_DOMAIN:
            yield None, unknowns, self._narrowed(states, key, ANY_DOMAIN)
        if nothing:
            yield "", (), self._narrowed(states, key, nothing)

    def _find(
        self, identifier: Name, id: str | None, unknowns: tuple[Unknown, ...], states: States
    ) -> Iterator[tuple[bool, States]]:
        """Look up one id; yield the states without an answer, and whether the identifier then gives up."""
        further = self._further["endpoint"]
        if id is None:
            self._answer_any(identifier, (*unknowns, *further))
            yield from ((True, states), (False, states))
            return
        if not id or (id not in self._endpoints and not further):
            yield False, states
            return
        if not further:
            if identifier == "anonymous" or identifier in self._endpoints[id].identify_by:
                self._answer(id, identifier, None, unknowns)
            else:
                yield True, states
            return
        self._depend(further)
        key, mask = self._endpoint(id, states)
        if mask & ALLOWING[identifier]:
            self._answer(id, identifier, None, (*unknowns, *further))
        if refusing := mask & PRESENT & ~ALLOWING[identifier]:
            yield True, self._narrowed(states, key, refusing)
        if mask & ABSENT:
            yield False, self._narrowed(states, key, ABSENT)

    def _point(
        self, identifier: Name, section: str, id: str, states: States, unknowns: tuple[Unknown, ...]
    ) -> Iterator[States]:
        """Note the answer of an object that points to an endpoint; yield the states in which that doesn't exist."""
        further = self._further["endpoint"]
        if id in self._endpoints:
            self._answer(id, identifier, section, unknowns)
            return
        if not further or not id:
            yield states
            return
        self._depend(further)
        key, mask = self._endpoint(id, states)
        if mask & PRESENT:
            self._answer(id, identifier, section, (*unknowns, *further))
        if mask & ABSENT:
            yield self._narrowed(states, key, ABSENT)

    def _endpoint(self, id: str, states: States) -> tuple[Key, int]:
        """Return the variable of an endpoint that isn't known, or whose identify_by isn't, and its states."""
        key = ("endpoint", id)
        full = self._full.setdefault(key, PRESENT if id in self._endpoints else PRESENT | ABSENT)
        return key, states.get(key, full)

    def _narrowed(self, states: States, key: Key, mask: int) -> States:
        """Return the states with fewer of a variable."""
        self._work += len(states)
        if self._work > MAX_WORK:
            return FREE
        return dict(states) if key in self._once else {**states, key: mask}

    def _needed(self, states: States, identifiers: tuple[str, ...]) -> States:
        """Return the states without differences that none of these identifiers asks about."""
        needed: dict[Key, int] = {}
        for key, mask in states.items():
            if key[0] == "identify":
                known = identifiers, key, mask
                if known not in self._alike:
                    self._alike[known] = self._with_alike(*known)
                mask = self._alike[known]
            if mask != self._full[key]:
                needed[key] = mask
        return needed

    def _with_alike(self, identifiers: tuple[str, ...], key: Key, mask: int) -> int:
        """Add the states of an object that these identifiers don't tell from those in ``mask``."""
        asked = [each for name in identifiers for each in self._masks.get(name, {}).get(key, ())]
        full = self._full[key]
        bits = [1 << number for number in range(full.bit_length()) if full >> number & 1]
        kinds = {bit: tuple(bool(bit & each) for each in asked) for bit in bits}
        wanted = {kinds[bit] for bit in bits if bit & mask}
        return sum(bit for bit in bits if kinds[bit] in wanted)

    def _depend(self, unknowns: Iterable[Unknown]) -> None:
        self.asked.update((id(unknown), unknown) for unknown in unknowns)

    def _answer_any(self, identifier: Name, unknowns: tuple[Unknown, ...]) -> None:
        """Note that the answer may be any endpoint."""
        self._depend(unknowns)
        several = bool(self._further["endpoint"]) or len(self._endpoints) > 1
        endpoints: Iterable[str | None] = [None] if several else self._endpoints
        for id in endpoints:
            self._answer(id, identifier, None, unknowns, any_endpoint=several)

    def _answer(
        self,
        endpoint: str | None,
        identifier: Name | None,
        section: str | None,
        unknowns: tuple[Unknown, ...],
        any_endpoint: bool = False,
    ) -> None:
        answer = (endpoint, identifier, section, any_endpoint)
        if answer not in self.answers or not unknowns:
            self.answers[answer] = Possibility(
                endpoint=endpoint,
                identifier=identifier,
                section=section,
                any_endpoint=any_endpoint,
                unknowns=unknowns,
            )
