"""The way from the files of a configuration to its loaded objects, type by type in Asterisk's order.

Knows which file is read when, which sections become objects and what wizards add; ``objects`` knows how an object is
made from its options, ``language`` what the text means.  The release decides in which order objects are tried.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypedDict, TypeVar

from identify.config.hostnames.rules import Resolver
from identify.config.language.files import Files
from identify.config.language.reader import read_document
from identify.config.language.sections import Document, words
from identify.config.lost import LostObjects, lost_objects
from identify.config.objects.access import ACL_FILE, NamedLists
from identify.config.objects.candidates import Candidate, Options, load_single, load_type
from identify.config.objects.endpoints import (
    NOTHING_TOGETHER,
    build_access_list,
    build_aor,
    build_auth,
    build_domain_alias,
    build_endpoint,
    build_other,
    together,
)
from identify.config.objects.identifies import build_identify
from identify.config.objects.items import MatchLines
from identify.config.objects.registrations import build_registration
from identify.config.objects.schema import option_tables
from identify.config.objects.settings import build_settings
from identify.config.objects.transports import Leftovers, Sockets, build_transport, has_bad_bind
from identify.config.objects.wizard.made import Builders, Made
from identify.config.objects.wizard.making import read_wizards
from identify.config.problems import Budget, Problems
from identify.config.realtime.extconfig import Families, read_extconfig
from identify.config.realtime.sorcery import Mapped, read_sorcery
from identify.config.references import check_references
from identify.config.releases import Release
from identify.config.sections.candidates import Candidates
from identify.config.sections.identifies import Identifies, LoadedIdentifies, load_identifies
from identify.config.sections.mapping import Build, Configured, Endpoints, Objects, load_objects
from identify.config.sections.types import candidates_by_type
from identify.config.tried import TriedIdentifies
from identify.config.unknowns import (
    doubtful_duplicate,
    hide_mapped,
    mapped_elsewhere,
    missing_files,
    printed,
    unbound,
    unevaluated,
    unknown_names,
    whole_file,
)
from identify.identifiers import IdentifierName, effective_order
from identify.model import (
    AccessList,
    Aor,
    Auth,
    DomainAlias,
    Endpoint,
    Identify,
    Problem,
    Registration,
    Settings,
    Transport,
    Unknown,
)

__all__ = ["CONFIGURATION_FILE", "WIZARD_FILE", "Loaded", "load"]

CONFIGURATION_FILE = "pjsip.conf"
WIZARD_FILE = "pjsip_wizard.conf"

#: Types that become objects of the model; the others are only checked for problems.
LOADED_TYPES = words("acl aor auth domain_alias endpoint global identify registration system transport")
#: Types of the objects that wizards make.
WIZARD_TYPES = words("aor auth endpoint identify registration")

T = TypeVar("T")


class Loaded(TypedDict):
    """The result of loading: the fields of :class:`identify.configuration.Configuration`, by name."""

    settings: Settings
    identifiers: tuple[IdentifierName, ...]
    endpoints: Mapping[str, Endpoint]
    identifies: Mapping[str, Identify]
    tried_identifies: TriedIdentifies
    registrations: Mapping[str, Registration]
    transports: Mapping[str, Transport]
    domain_aliases: Mapping[str, DomainAlias]
    aors: Mapping[str, Aor]
    auths: Mapping[str, Auth]
    acls: Mapping[str, AccessList]
    problems: tuple[Problem, ...]
    unknowns: tuple[Unknown, ...]
    lost: LostObjects
    release: Release


def load(files: Files, name: str, *, resolver: Resolver, release: Release, partial: bool = False) -> Loaded:
    """Load the configuration whose pjsip.conf is the file ``name``, as an Asterisk of ``release`` does.

    With ``partial``, an included file that is missing is something that isn't known.
    """
    with _without_collections():
        return _Loader(files, resolver, release, partial).load(name)


class _Loader:
    """Reads the files of one configuration."""

    def __init__(self, files: Files, resolver: Resolver, release: Release, partial: bool) -> None:
        self._files = files
        self._resolver = resolver
        self._release = release
        self._partial = partial
        self._problems = Problems()
        self._budget = Budget()
        self._match_lines = MatchLines(release)
        self._known = option_tables(release)
        self._transports: dict[str, Transport] = {}
        self._families = Families()
        self._named_lists = self._find_named_lists()
        self._unknowns: list[Unknown] = []
        self._unbound: list[Transport] = []

    def load(self, name: str) -> Loaded:
        """Read everything."""
        problems = self._problems
        self._families = read_extconfig(self._files, problems)
        self._named_lists = self._find_named_lists()
        document: Document | None = Document(name)
        from_database = self._families.line_of(CONFIGURATION_FILE)
        if from_database is not None:
            self._unknowns.append(whole_file(CONFIGURATION_FILE, from_database, LOADED_TYPES, problems))
        else:
            document = self._read(name)
        if document is None:
            problems.add("file-missing", name, 0, "the file doesn't exist", lost="everything in it")
            document = Document(name)
        found = candidates_by_type(document, self._known, problems)
        mapped = read_sorcery(self._files, self._families, problems)
        hide_mapped(mapped, found, problems)

        release, lists = self._release, self._named_lists
        rules = together(release)

        def objects(type: str, build: Build[T], named: Build[T] | None = None) -> Configured[T]:
            if type not in found:
                return Configured({})
            rule = rules.get(type, NOTHING_TOGETHER)
            return load_objects(found[type], self._known, rule, build, named, self._budget, problems)

        settings = build_settings(
            load_single(found.get("global", ()), self._known, problems),
            load_single(found.get("system", ()), self._known, problems),
            self._release,
            problems,
        )
        self._load_transports(found.get("transport", ()))
        endpoints = objects(
            "endpoint",
            lambda candidate, options, budget, problems: build_endpoint(
                candidate, options, None, budget, problems
            ),
            lambda candidate, options, budget, problems: build_endpoint(
                candidate, options, lists, budget, problems
            ),
        )
        identifies = LoadedIdentifies()
        if "identify" in found:
            identifies = load_identifies(
                found["identify"],
                self._known,
                release,
                self._identify,
                self._maybe_refused,
                self._budget,
                problems,
            )
        registrations = load_type(found.get("registration", ()), self._registration, self._known, problems)
        aors = objects("aor", build_aor)
        auths = objects(
            "auth", lambda candidate, options, _, problems: build_auth(candidate, options, release, problems)
        )
        domain_aliases = objects("domain_alias", build_domain_alias)
        acls = load_type(found.get("acl", ()), self._access_list, self._known, problems)
        for type_name in sorted(found):
            if type_name not in LOADED_TYPES:
                objects(type_name, build_other)
        made = self._load_wizards()
        self._add_untold_text(document, self._types_elsewhere(found, mapped))
        if self._named_lists.unknown is not None:
            self._unknowns.append(self._named_lists.unknown)
        if _absent("identify", mapped):
            identifies, made.identifies = LoadedIdentifies(), {}
        if _absent("registration", mapped):
            registrations, made.registrations = {}, {}
        possible = identifies.tried_with(made.identifies, release)
        tried = possible.resolved()
        unreachable = self._unreachable()
        every_endpoint = Endpoints.merged(endpoints, made.endpoints)
        loaded = Loaded(
            settings=settings,
            identifiers=effective_order(settings.endpoint_identifier_order, self._release.identifiers),
            endpoints=every_endpoint,
            identifies=Identifies.of(identifies, tried),
            tried_identifies=tried,
            registrations=Objects.merged(Configured(registrations), made.registrations),
            transports=Objects.merged(Configured(self._transports), {}),
            domain_aliases=Objects.merged(domain_aliases, {}),
            aors=Objects.merged(aors, made.aors),
            auths=Objects.merged(auths, made.auths),
            acls=Objects.merged(Configured(acls), {}),
            problems=(),
            unknowns=(
                *unknown_names(possible, identifies.made, made.identifies, made.former_identifies),
                *self._unknowns,
                *mapped_elsewhere(mapped, unreachable),
                *unbound(self._unbound, self._transports.values(), unreachable),
            ),
            lost=lost_objects(problems, self._known, self._release),
            release=self._release,
        )
        check_references(
            every_endpoint,
            identifies.maybe_dangling(tried, every_endpoint),
            loaded["registrations"],
            loaded["unknowns"],
            problems,
        )
        loaded["problems"] = problems.all()
        return loaded

    def _find_named_lists(self) -> NamedLists:
        return NamedLists(
            self._files,
            self._budget,
            self._problems,
            byte_order_mark=self._release.byte_order_mark,
            partial=self._partial,
            database=self._families.line_of(ACL_FILE),
        )

    def _load_transports(self, candidates: Sequence[Candidate]) -> None:
        sockets = Sockets()
        left: Leftovers | None = None

        def build(candidate: Candidate, options: Options) -> Transport | None:
            nonlocal left
            built = build_transport(
                candidate, options, self._resolver, sockets, left, self._unbound, self._problems
            )
            if options.refused or (
                self._release.transport_leftovers and has_bad_bind(options, self._resolver)
            ):
                found_as = candidate.id if self._release.transport_leftovers else None
                left = left or Leftovers(candidate.id, options, found_as)
            else:
                left = None
            if built is not None and not options.refused:
                sockets.add(built)
            return built

        self._transports = load_type(candidates, build, self._known, self._problems)

    def _read(self, name: str) -> Document | None:
        mark, before = self._release.byte_order_mark, len(self._problems)
        document = read_document(
            self._files, name, self._problems, byte_order_mark=mark, partial=self._partial
        )
        if document is not None and document.lost:
            sections = (section for section in document.lost if not section.template)
            self._problems.lose_file(sections, "wizard file" if name == WIZARD_FILE else "file", before)
        return document

    def _identify(self, candidate: Candidate, options: Options) -> Identify | None:
        return build_identify(
            candidate,
            options,
            self._match_lines,
            self._resolver,
            self._release,
            self._budget,
            self._problems,
        )

    def _maybe_refused(self, identify: Identify, second: Candidate) -> bool:
        """Return whether Asterisk may have refused the first of two identify objects, and note it."""
        if not identify.unresolved:
            return False
        self._unknowns.append(doubtful_duplicate(identify, second))
        return True

    def _unreachable(self) -> bool:
        """Return whether a registration was refused because no transport reaches its server."""
        return any(problem.code == "registration-unreachable" for problem in self._problems.all())

    def _types_elsewhere(
        self, found: Mapping[str, Candidates], mapped: Mapping[str, Mapped]
    ) -> frozenset[str]:
        """Return the types of which a missing file may have objects."""
        hidden = {type for type, each in mapped.items() if each.hidden}
        return LOADED_TYPES - hidden - ({"global"} if found.get("global") else set())

    def _add_untold_text(self, document: Document, types: frozenset[str]) -> None:
        """Take notice of the text of a file that isn't here, and may have objects of these types."""
        self._unknowns += missing_files(document.missing, types)
        self._unknowns += printed(document.executed, types)

    def _registration(self, candidate: Candidate, options: Options) -> Registration | None:
        return build_registration(candidate, options, self._transports, self._problems)

    def _auth(self, candidate: Candidate, options: Options) -> Auth | None:
        return build_auth(candidate, options, self._release, self._problems)

    def _endpoint(self, candidate: Candidate, options: Options) -> Endpoint | None:
        return build_endpoint(candidate, options, self._named_lists, self._budget, self._problems)

    def _aor(self, candidate: Candidate, options: Options) -> Aor | None:
        return build_aor(candidate, options, self._budget, self._problems)

    def _access_list(self, candidate: Candidate, options: Options) -> AccessList | None:
        return build_access_list(candidate, options, self._named_lists, self._budget, self._problems)

    def _load_wizards(self) -> Made:
        made = Made()
        from_database = self._families.line_of(WIZARD_FILE)
        if from_database is not None:
            self._unknowns.append(whole_file(WIZARD_FILE, from_database, WIZARD_TYPES, self._problems))
            return made
        document = self._read(WIZARD_FILE)
        if document is not None:
            self._add_untold_text(document, WIZARD_TYPES)
            builders = Builders(
                endpoint=self._endpoint,
                aor=self._aor,
                auth=self._auth,
                identify=self._identify,
                registration=self._registration,
                known=self._known,
                problems=self._problems,
            )
            for wizard in read_wizards(document, self._budget, self._release, self._problems):
                made.make(wizard, builders)
                self._unknowns += unevaluated(wizard.unevaluated)
        return made


def _absent(type_name: str, mapped: Mapping[str, Mapped]) -> bool:
    """Return whether the module of a type isn't loaded, so that it has no objects at all."""
    return type_name in mapped and mapped[type_name].absent


@contextmanager
def _without_collections() -> Iterator[None]:
    """Pause the cyclic garbage collector.

    Loading makes a million objects and no cycles, so looking for some would only cost time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
