"""The objects that sections seem to mean and that don't exist: what can be read of each, and what it cost.

It guesses what a section was meant to be and reads it with good will; the decision never uses it, only explanations do.
Why an object was lost is found by those who read, and gathered in :class:`~identify.config.problems.Problems`.

Judgements

- A section of an unknown type is meant as the known type with the nearest name; ``friend``, ``peer`` and ``user`` are
  chan_sip's, whose sections are an endpoint and, with ``host``, an identify.  A section without a type is what its
  options say.
- An object with ``match``, ``match_header`` or ``match_request_uri`` was to be an identify as well, for itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import attrs

from identify.config.language.sections import BLANKS, Section, Variable
from identify.config.objects.candidates import Candidate, Options, identifier
from identify.config.objects.identifies import readable_identify
from identify.config.objects.items import MatchLines
from identify.config.objects.schema import Tables, is_true
from identify.config.objects.wizard.making import wizard_of
from identify.config.problems import Budget, Problems
from identify.config.releases import Release
from identify.config.sections.types import FREE_TYPE, UNREAD_TYPES
from identify.config.tried import TriedIdentifies
from identify.model import Identify, Origin, Problem
from identify.strings import ascii_lower, shown

__all__ = ["HOW", "MOST_LOST", "NOTHING_LOST", "LostObject", "LostObjects", "lost_objects"]

#: Sections that are read once more; what further ones would have been isn't known, they are only counted.
MOST_LOST = 10_000
#: Lines and items of ``match`` that are read in all of these.
MOST_LOST_ITEMS = 200_000
#: Problems with lines and files that are kept, each.
MOST_LOST_TEXTS = 100

#: How something is lost, and what that means: the clause that comes before the problem.
HOW = {
    "refused": "Asterisk refuses it",
    "skipped": "Asterisk skips the section",
    "template": "it is a template, which makes no object, and no section uses it",
    "duplicate": "Asterisk refuses it with every object of its type",
    "file": "nothing of the file is loaded",
    "wizard file": "nothing of the file is loaded",
    "wizard skipped": "the section isn't a wizard of pjsip_wizard.conf",
    "wizard template": "its wizard is a template, which makes no object, and no section uses it",
    "wizard replaced": "its wizard is replaced",
}

#: What messages of problems say that the clause says already.
REDUNDANT = (
    ", so Asterisk skips the section",
    ", so Asterisk skips it",
    ": Asterisk refuses every object of this type",
)

TYPES = ("identify", "endpoint", "registration", "domain_alias", "global")
#: Types of chan_sip.
CHAN_SIP = ("friend", "peer", "user")
CHAN_SIP_MEANS = ("endpoint", "identify")
MATCH_OPTIONS = ("match", "match_header", "match_request_uri")
ORDER = "endpoint_identifier_order"
#: What an identify object has that is compared.
RULES = ("match item", "match_header", "match_request_uri")
#: Options that say what a section without a known type is.
TELLING = {
    "registration": ("server_uri", "client_uri"),
    "endpoint": ("aors", "auth", "outbound_auth", "context", "allow", "disallow", "identify_by"),
}
#: Types with more characters resemble none.
LONGEST_TYPE = 40
#: How alike a misspelt type must be; identity and identify are 0.88.
LIKENESS = 0.7

#: Codes of problems by which a line is lost whose object stays.
LINE_CODES = frozenset({"line-without-equals", "line-without-name", "line-too-long"})
#: Codes of problems by which text is lost that isn't read here.
TEXT_CODES = frozenset(
    {"comment-unterminated", "comment-unopened", "include-too-deep", "include-circle", "file-unreadable"}
)


@attrs.frozen(kw_only=True)
class LostObject:
    """Something of a configuration that was meant as an object of ``type`` and isn't one.

    ``kind`` is what it is called in sentences: its type, or "section".  ``why`` says what costs it.  ``identify`` is
    what can be read of an identify, None for other types, and ``faults`` are its items that aren't valid; ``header``
    and ``request_uri`` are the values of its ``match_header`` and ``match_request_uri``, if they can't be read.
    ``domain`` is that of a domain alias, ``order`` the ``endpoint_identifier_order`` of a global object.
    """

    type: str
    kind: str
    id: str
    why: str
    origin: Origin
    identify: Identify | None = None
    faults: tuple[str, ...] = ()
    header: str = ""
    request_uri: str = ""
    domain: str = ""
    order: str = ""

    def has(self, rule: str) -> bool:
        """Return whether it is an identify with a rule of a kind: ``"match item"`` or the name of its option."""
        identify = self.identify
        if identify is None:
            return False
        if rule == "match_header":
            return identify.header is not None or bool(self.header)
        if rule == "match_request_uri":
            return identify.request_uri is not None or bool(self.request_uri)
        return bool(identify.addresses or identify.unresolved or self.faults)


@attrs.frozen(kw_only=True)
class LostObjects:
    """What a configuration has lost, by what it was meant to be.

    ``order`` is the last ``global`` object with an ``endpoint_identifier_order``.  ``further`` is the number of
    sections that weren't looked at.  ``lines`` are problems that cost a line of an object that may exist, ``texts``
    those that cost a part of a file, in which anything may have been.
    """

    identifies: tuple[LostObject, ...] = ()
    endpoints: Mapping[str, LostObject] = attrs.field(factory=dict)
    registrations: tuple[LostObject, ...] = ()
    domain_aliases: Mapping[str, LostObject] = attrs.field(factory=dict)
    order: LostObject | None = None
    further: int = 0
    lines: tuple[Problem, ...] = ()
    texts: tuple[Problem, ...] = ()
    #: How many of ``identifies`` have a rule of each kind.
    counts: Mapping[str, int] = attrs.field(init=False, eq=False, repr=False)
    #: What can be read of ``identifies``, one for each.
    readable: TriedIdentifies = attrs.field(init=False, eq=False, repr=False)

    @counts.default
    def _counts(self) -> Mapping[str, int]:
        return {rule: sum(each.has(rule) for each in self.identifies) for rule in RULES}

    @readable.default
    def _readable(self) -> TriedIdentifies:
        return TriedIdentifies(each.identify for each in self.identifies if each.identify is not None)

    def with_rule(self, rule: str) -> int:
        """Return how many identify objects have a rule of a kind, those included that weren't looked at."""
        return self.counts[rule] + self.further


#: What a configuration has lost of which nothing is lost, or of which that isn't known.
NOTHING_LOST = LostObjects()


def lost_objects(problems: Problems, known: Tables, release: Release) -> LostObjects:
    """Return what the problems cost, read with good will."""
    found = problems.all()
    lines = tuple(each for each in found if each.code in LINE_CODES)[:MOST_LOST_TEXTS]
    texts = tuple(each for each in found if _is_text(each))[:MOST_LOST_TEXTS]
    if not (problems.lost or lines or texts):
        return NOTHING_LOST
    reader = _Reader(known, release)
    made: list[LostObject] = []
    seen: set[object] = set()
    for what, how, causes in problems.lost:
        if what.key in seen:
            continue
        seen.add(what.key)
        if len(seen) <= MOST_LOST and reader.affords(what):
            made += reader.read(what, how, causes)
        else:
            reader.unread += 1
    by_type: dict[str, list[LostObject]] = {type: [] for type in TYPES}
    for each in made:
        by_type[each.type].append(each)
    return LostObjects(
        identifies=tuple(by_type["identify"]),
        endpoints=_first_of_each(by_type["endpoint"]),
        registrations=tuple(by_type["registration"]),
        domain_aliases=_first_of_each(by_type["domain_alias"]),
        order=by_type["global"][-1] if by_type["global"] else None,
        further=reader.unread,
        lines=lines,
        texts=texts,
    )


def _is_text(problem: Problem) -> bool:
    """Return whether a problem costs a part of a file that isn't read here."""
    whole = problem.lost.startswith(("the whole file", "the rest of the file"))
    return whole or problem.code in TEXT_CODES


def _first_of_each(made: Iterable[LostObject]) -> dict[str, LostObject]:
    found: dict[str, LostObject] = {}
    for each in made:
        found.setdefault(each.id, each)
    return found


@lru_cache(maxsize=256)
def _similar(type: str, types: tuple[str, ...]) -> str:
    """Return the known type whose name is nearest to an unknown one, "" if none is near."""
    near = difflib.get_close_matches(type, types, 1, LIKENESS) if len(type) <= LONGEST_TYPE else []
    return near[0] if near else ""


class _Reader:
    """Reads what became no object."""

    def __init__(self, known: Tables, release: Release) -> None:
        self.unread = 0
        self._known = known
        self._types = tuple(known)
        self._release = release
        self._lines = MatchLines(release)
        self._budget = Budget(MOST_LOST_ITEMS)

    def affords(self, what: Candidate | Section) -> bool:
        """Return whether so many lines may still be read."""
        return self._budget.spend(1 + len(what.variables if isinstance(what, Candidate) else what))

    def read(self, what: Candidate | Section, how: str, causes: Sequence[Problem]) -> Iterator[LostObject]:
        """Yield the objects that a section or candidate was meant to be."""
        if isinstance(what, Candidate):
            yield from self._meant(what, (what.type,), how, causes)
        elif how.startswith("wizard"):
            yield from self._wizard(what, how, causes)
        elif any(cause.code == "wizard-misplaced" for cause in causes):
            yield from self._wizard(what, "wizard skipped", causes)
        else:
            lines = what.variables
            type = next((line.value for line in lines if ascii_lower(line.name) == "type"), "")
            candidate = Candidate(type, identifier(what, Problems()), lines, what.file, what.line)
            yield from self._meant(candidate, self._guesses(type, lines), how, causes)

    def _wizard(self, section: Section, how: str, causes: Sequence[Problem]) -> Iterator[LostObject]:
        wizard = wizard_of(section, self._budget, self._release, Problems())
        candidates = (wizard.endpoint, wizard.identify, *wizard.registrations)
        for candidate in candidates:
            if candidate is not None:
                yield from self._meant(candidate, (candidate.type,), how, causes)

    def _guesses(self, type: str, variables: Sequence[Variable]) -> tuple[str, ...]:
        """Return the types that a section was meant to have."""
        name = ascii_lower(type.strip("\"'" + BLANKS))
        if name in self._known:
            return (name,)
        if name == FREE_TYPE or name in UNREAD_TYPES:
            return ()
        if name in CHAN_SIP:
            return CHAN_SIP_MEANS
        similar = _similar(name, self._types)
        if similar:
            return (similar,)
        names = {ascii_lower(line.name) for line in variables}
        for meant, options in TELLING.items():
            if not names.isdisjoint(options):
                return (meant,)
        if not names.isdisjoint(MATCH_OPTIONS):
            return ("identify",)
        return CHAN_SIP_MEANS if "host" in names else ()

    def _meant(
        self, candidate: Candidate, types: tuple[str, ...], how: str, causes: Sequence[Problem]
    ) -> Iterator[LostObject]:
        options = Options(self._by_name(candidate.variables))
        if any(options.line(name) is not None for name in MATCH_OPTIONS):
            types = (*types, "identify") if "identify" not in types else types
        elif types == CHAN_SIP_MEANS:
            types = types[:1]
        why = _why(candidate, how, causes)
        kind = candidate.type if candidate.type in self._known else "section"
        for type in types:
            order = options.value(ORDER) if type == "global" else ""
            if (
                type not in TYPES
                or (type == "global" and not order)
                or (type == "registration" and not is_true(options.value("line")))
            ):
                continue
            identify, faults = self._identify(candidate, options) if type == "identify" else (None, ())
            yield LostObject(
                type=type,
                kind=kind,
                id=candidate.id,
                why=why,
                origin=candidate.origin,
                identify=identify,
                faults=faults,
                header=options.value("match_header") if identify and identify.header is None else "",
                request_uri=options.value("match_request_uri")
                if identify and identify.request_uri is None
                else "",
                domain=options.value("domain"),
                order=order,
            )

    def _identify(self, candidate: Candidate, options: Options) -> tuple[Identify, tuple[str, ...]]:
        identify, faults = readable_identify(candidate, options, self._lines, self._release, self._budget)
        if not identify.endpoint and candidate.type != "identify":
            identify = attrs.evolve(identify, endpoint=candidate.id)
        return identify, faults

    def _by_name(self, variables: Sequence[Variable]) -> dict[str, list[Variable]]:
        """Return the lines by lower-case name, chan_sip's ``host`` as a match item."""
        found: dict[str, list[Variable]] = {}
        for line in variables:
            found.setdefault(ascii_lower(line.name), []).append(line)
        hosts = [line for line in found.get("host", ()) if ascii_lower(line.value) != "dynamic"]
        if hosts and "match" not in found:
            found["match"] = [hosts[-1]._replace(name="match")]
        return found


def _why(candidate: Candidate, how: str, causes: Sequence[Problem]) -> str:
    """Return what cost an object: ``Asterisk refuses it: line 12: endpoint has no option 'alow'``."""
    clause = HOW[how]
    if not causes:
        return clause
    cause = causes[0]
    same = cause.file == candidate.file
    at = (
        f"line {cause.line}"
        if same
        else f"{shown(cause.file)}:{cause.line}"
        if cause.line
        else shown(cause.file)
    )
    more = f" (and {len(causes) - 1} more)" if len(causes) > 1 else ""
    message = cause.message
    for redundant in REDUNDANT:
        message = message.replace(redundant, "")
    return f"{clause}: {at}: {message}{more}"
