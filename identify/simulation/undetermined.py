"""What isn't known of a configuration while traffic goes through it, and which requests depend on it.

Knows the tables that stop at unknowns and asks ``explanation.undetermined`` where they don't decide; the contents that
are possible are described there, how a request goes through the tables in ``_ext/replay/_doubt.pyx``.

An answer is known if it has the same endpoint, or none, for all contents of the unknowns.  Otherwise the request is
undetermined, and depends on the unknown that is found first.

Strategy
1. Identifies whose names aren't resolved, and tokens that weren't told, are asked about in compiled code, which takes
   a few times as long as the identification.  A token counts as told once a REGISTER in the traffic has shown it.
2. Where an identify could decide whose endpoint doesn't exist, or one that exists only if another doesn't, and where
   further objects could, all possible answers are worked out as in an explanation.  That takes as long as comparing
   every rule in Python, so answers are remembered by everything of a request that any identifier compares: traffic of
   few sources and users is asked about once for each.
3. There is a limit to that work, :data:`MOST_WORK`.  Requests beyond it are undetermined without a closer look, and
   counted as ``unlooked``.
4. If all possible answers have one endpoint, but not that of what is known alone (one of two identifies exists in any
   case), the request is undetermined all the same: the engine has no answer to give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice

from identify._compiled._doubt import Doubts
from identify._compiled._matcher import Matcher
from identify._compiled._request import Request
from identify.compiler import make_reach_plan
from identify.configuration import Configuration
from identify.errors import MessageError
from identify.explain import question_about, untold_tokens
from identify.explanation.around.access import CONTACT_NAMES, may_deny
from identify.explanation.question import Question
from identify.explanation.undetermined import possible_answers
from identify.identifiers import LINE, OF_IDENTIFY
from identify.model import AccessList, Endpoint, Identify, Match, Unknown
from identify.simulation.example import example_of
from identify.strings import folded_bytes
from identify.traffic.batch import Batch

__all__ = ["OF_ACCESS", "Undetermined"]

#: Bits of ``Ask`` in ``_ext/replay/_doubt.pxd``.
ASK_NAMES = 1
ASK_TANGLED = 2
ASK_OBJECTS = 4

#: Work for requests that are asked about one by one, counted in rules that are compared, as an estimate.
MOST_WORK = 20_000_000
#: What a request costs beside its rules; with further objects of ``global``, each order of identifiers is tried, which
#: costs this in addition, for each rule and for each name; identifies that may exist or not are tried in pairs.
WORK_IN_ANY_CASE = 200
WORK_OF_ORDERS = 2_000
ORDERS = 4
ORDERS_OF_NAMES = 30
WORK_OF_PAIRS = 2
#: Answers that are remembered.
MOST_REMEMBERED = 100_000

#: Identifiers that look up endpoints by name.
BY_NAME = ("username", "auth_username", "anonymous")

#: Kinds of unknowns that only access lists depend on.
OF_ACCESS = frozenset({"access-lists", CONTACT_NAMES.kind})

#: Tables with the number of an unknown for each of their answers.
Reach = tuple[Matcher, Sequence[int]]


class Undetermined:
    """The unknowns of a configuration, numbered, and the compiled part that asks about them.

    ``matches`` are the engine's answers, ``told`` the tokens by registration's id, which may grow: :meth:`learned` says
    when.  ``unknowns`` has the configuration's, then the tokens that weren't told at first, and the names of Contacts
    if an access list tests their addresses; ``doubts`` is None where identification depends on none of them.
    ``looked`` counts the requests whose possible answers were worked out, ``unlooked`` those that were too many.
    """

    def __init__(
        self, configuration: Configuration, matches: Sequence[Match], told: Mapping[str, str]
    ) -> None:
        self._configuration = configuration
        self._matches = matches
        self._told = told
        tokens = untold_tokens(configuration.registrations, told)
        contacts = [CONTACT_NAMES] if _tests_contacts(configuration) else []
        self.unknowns: tuple[Unknown, ...] = (*configuration.unknowns, *tokens, *contacts)
        self.looked = 0
        self.unlooked = 0
        self.doubts: Doubts | None = None
        if all(unknown.kind in OF_ACCESS for unknown in self.unknowns):
            return
        self._places = {id: place for place, id in enumerate(configuration.endpoints)}
        self._endpoints = [self._endpoint_of(unknown) for unknown in self.unknowns]
        names = [number for number, unknown in enumerate(self.unknowns) if unknown.kind == "names"]
        alternatives = {unknown.instead_of for unknown in self.unknowns if unknown.instead_of}
        tangled = [
            number
            for number in names
            if self._endpoints[number] < 0
            or self.unknowns[number].instead_of
            or _identify(self.unknowns[number]).id in alternatives
        ]
        self._plain = sorted(set(names) - set(tangled))
        objects = [number for number, unknown in enumerate(self.unknowns) if unknown.kind == "objects"]
        #: What is named where no closer look was taken.
        self._vague = next(iter((*objects, *tangled)), 0)
        #: What still isn't known; None if it has to be found out again.
        self._open: tuple[Unknown, ...] | None = self.unknowns
        self._known: dict[object, int] = {}
        self._work = 0
        orders = any("global" in self.unknowns[number].types for number in objects)
        rules = sum(map(len, (configuration.tried_identifies, configuration.registrations, self.unknowns)))
        self._work_of_one = WORK_IN_ANY_CASE + WORK_OF_PAIRS * len(tangled) ** 2
        self._work_of_one += rules
        if orders:
            self._work_of_one += (ORDERS - 1) * rules + ORDERS_OF_NAMES * len(names) + WORK_OF_ORDERS
        identifies = [*configuration.tried_identifies, *map(_identify, map(self.unknowns.__getitem__, names))]
        self._headers = {
            folded_bytes(identify.header.name) for identify in identifies if identify.header is not None
        }
        self._compares_uris = any(identify.request_uri is not None for identify in identifies)
        #: Identifiers in which an object points to an endpoint that isn't known, and may find one.
        self._pointing_nowhere = {
            identifier
            for identify in identifies
            if identify.endpoint not in self._places
            for identifier in OF_IDENTIFY
        }
        if any(
            each.line and each.endpoint not in self._places for each in configuration.registrations.values()
        ):
            self._pointing_nowhere.add(LINE)
        given: list[Match | None] = [None, *matches]
        self.doubts = Doubts(
            self,
            self._asks(given, tangled, objects),
            [self._places[match.endpoint] if match is not None else -1 for match in given],
            self._endpoints,
            self._reach(self._plain),
            self._reach(tangled),
            own_tokens=bool(tokens),
        )
        #: Numbers of tokens that aren't told, by the place of their endpoint and the registration's id.
        self._untold: dict[int, dict[str, int]] = {}
        for number, unknown in enumerate(self.unknowns):
            if unknown.kind == "line-token" and self._endpoints[number] >= 0:
                self._untold.setdefault(self._endpoints[number], {})[unknown.registration] = number
        self._tell()

    def learned(self, id: str) -> None:
        """Take notice of the token of a registration that was told since."""
        if self.doubts is None:
            return
        self._known.clear()
        self._open = None
        endpoint = self._places.get(self._configuration.registrations[id].endpoint, -1)
        if self._untold.get(endpoint, {}).pop(id, None) is not None:
            if not self._untold[endpoint]:
                del self._untold[endpoint]
            self._tell()

    def leave_out(self, endpoint: int) -> Reach | None:
        """Return the tables without the unknowns of an endpoint, given by its place, None where no other is left."""
        return self._reach([number for number in self._plain if self._endpoints[number] != endpoint])

    def look(self, batch: Batch, row: int, answer: int) -> int:
        """Return the number of an unknown that the answer of a message depends on, -1 if it is known."""
        try:
            question = self._question(example_of(batch, row).request)
        except MessageError:
            # One of two releases drops it: what it is to the other can't be looked at.
            self.unlooked += 1
            return self._vague
        key = answer, self._key(question)
        found = self._known.get(key)
        if found is not None:
            return found
        if self._work >= MOST_WORK:
            self.unlooked += 1
            return self._vague
        self._work += self._work_of_one
        self.looked += 1
        number = self._differing(question, answer)
        if len(self._known) < MOST_REMEMBERED:
            self._known[key] = number
        return number

    def _question(self, request: Request) -> Question:
        """Return the question about a request, read as the configuration's release reads it."""
        if self._open is None:
            told = self._told
            self._open = tuple(each for each in self.unknowns if not told.get(each.registration))
        return question_about(self._configuration, self._told, request, unknowns=self._open)

    def _differing(self, question: Question, answer: int) -> int:
        """Return the number of the first unknown that gives another endpoint than the known answer's, -1 for none."""
        known = self._matches[answer].endpoint if answer >= 0 else None
        possible, asked = possible_answers(question)
        others = [each for each in possible if each.any_endpoint or each.endpoint != known]
        if not others:
            return -1
        found = next((each.unknowns[0] for each in others if each.unknowns), None)
        if found is None and asked:
            found = asked[0]
        return self.unknowns.index(found) if found is not None else self._vague

    def _tell(self) -> None:
        """Tell the compiled part of two untold tokens with different endpoints that exist, or of one."""
        if self.doubts is not None:
            first = [next(iter(numbers.values())) for numbers in islice(self._untold.values(), 2)]
            self.doubts.tell_untold(first)

    def _endpoint_of(self, unknown: Unknown) -> int:
        """Return the place of the endpoint that an unknown points to, -1 if it doesn't exist, or if any may."""
        if unknown.identify is not None:
            return self._places.get(unknown.identify.endpoint, -1)
        registration = self._configuration.registrations.get(unknown.registration)
        return self._places.get(registration.endpoint, -1) if registration is not None else -1

    def _reach(self, numbers: Sequence[int]) -> Reach | None:
        """Return the tables that stop at the unknowns of these numbers."""
        if not numbers:
            return None
        plan = make_reach_plan(self._configuration, [self.unknowns[number] for number in numbers])
        return Matcher(plan.tables), [numbers[at] if at >= 0 else -1 for at in plan.unknowns]

    def _asks(
        self, given: Iterable[Match | None], tangled: Sequence[int], objects: Sequence[int]
    ) -> list[int]:
        """Return what is to be asked for each answer: whatever may come before it, or in its identifier."""
        first = {
            ask: self._first_of(self.unknowns[number] for number in numbers)
            for ask, numbers in ((ASK_NAMES, self._plain), (ASK_TANGLED, tangled), (ASK_OBJECTS, objects))
        }
        identifiers = self._configuration.identifiers
        end = len(identifiers)
        return [
            sum(
                ask
                for ask, place in first.items()
                if place <= (identifiers.index(match.identifier) if match is not None else end)
            )
            for match in given
        ]

    def _first_of(self, unknowns: Iterable[Unknown]) -> int:
        """Return the place of the first identifier in which any of these may take part; beyond all if there is none."""
        identifiers = self._configuration.identifiers
        concerned = {identifier for unknown in unknowns for identifier in self._concerned(unknown)}
        return next(
            (place for place, identifier in enumerate(identifiers) if identifier in concerned),
            len(identifiers) + 1,
        )

    def _concerned(self, unknown: Unknown) -> Iterable[str]:
        """Return the identifiers in which an unknown may take part."""
        if unknown.identify is not None:
            rules = (
                ("ip", True),
                ("header", unknown.identify.header),
                ("request_uri", unknown.identify.request_uri),
            )
            return [identifier for identifier, rule in rules if rule]
        found: set[str] = set()
        if "global" in unknown.types:
            found.update(self._configuration.identifiers[1:])
        if "registration" in unknown.types:
            found.add(LINE)
        if "identify" in unknown.types:
            found.update(OF_IDENTIFY)
        if unknown.types & {"endpoint", "domain_alias", "transport"}:
            found.update(BY_NAME)
        if "transport" in unknown.types:
            found.add("header")
        if "endpoint" in unknown.types:
            found.update(self._pointing_nowhere)
        return found

    def _key(self, question: Question) -> object:
        """Return what identifiers compare of a request: requests with the same have the same possible answers."""
        request, transport = question.request, question.transport
        symmetric = transport.id if transport is not None and transport.symmetric_transport else None
        sender, uri, to = request.from_uri, request.request_uri, request.to_uri
        return (
            request.source,
            request.port,
            transport.id if transport is not None else None,
            to.parameter("line") if to is not None else None,
            uri.parameter("line") if uri is not None else None,
            request.request_uri_print() if self._compares_uris else None,
            (sender.scheme, sender.user, sender.host) if sender is not None else None,
            tuple((each.username, each.realm) for each in request.authorizations),
            tuple(
                header
                for header in request.header_prints(symmetric)
                if folded_bytes(header[0]) in self._headers
            ),
        )


def _tests_contacts(configuration: Configuration) -> bool:
    """Return whether a list may deny a Contact."""
    objects: Iterable[AccessList | Endpoint] = chain(
        configuration.acls.values(), configuration.endpoints.values()
    )
    return any(may_deny(rules) for each in objects for rules in each.contact_access if rules.unknown is None)


def _identify(unknown: Unknown) -> Identify:
    """Return the identify of an unknown of the kind ``names``."""
    if unknown.identify is None:
        raise ValueError(f"{unknown.what} has no identify")
    return unknown.identify
