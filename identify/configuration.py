"""A PJSIP configuration as Asterisk would have it after a start: read once, never changed.

:class:`Configuration` reads pjsip.conf, pjsip_wizard.conf and acl.conf with what they include and keeps the objects
that Asterisk would create, in the order in which it tries them, and a problem for everything that it would
log, refuse or pass over.  It answers no request; that is the engine's part.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import attrs

from .config.access import NamedLists
from .config.addresses import format_address
from .config.files import DirectoryFiles, Files, GivenFiles
from .config.names import OfflineResolver, ResolutionError, Resolver
from .config.objects.candidates import (
    Candidate,
    Options,
    build_one,
    candidates_by_type,
    load_single,
    load_type,
)
from .config.objects.endpoints import (
    build_access_list,
    build_aor,
    build_auth,
    build_domain_alias,
    build_endpoint,
)
from .config.objects.identifies import build_identify
from .config.objects.registrations import build_registration
from .config.objects.settings import build_settings, effective_order
from .config.objects.transports import build_transport
from .config.problems import Budget, Problems, quoted
from .config.releases import NEWEST
from .config.sections import Document, words
from .config.text import read_document
from .config.wizard import Wizard, read_wizards
from .errors import ConfigError
from .model import (
    AccessList,
    AddressRule,
    Aor,
    Auth,
    DomainAlias,
    Endpoint,
    Identify,
    Problem,
    Registration,
    Settings,
    Transport,
)

__all__ = ["Configuration", "OfflineResolver", "ResolutionError", "Resolver"]

CONFIGURATION_FILE = "pjsip.conf"
WIZARD_FILE = "pjsip_wizard.conf"

T = TypeVar("T")


class _Objects(Mapping[str, T]):
    """A read-only mapping of ids to objects, in the order in which Asterisk tries them."""

    __slots__ = ("_by_id",)

    def __init__(self, by_id: Mapping[str, T]) -> None:
        self._by_id = dict(by_id)

    def __getitem__(self, name: str) -> T:
        return self._by_id[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self._by_id))}}}"


@attrs.frozen(kw_only=True)
class Configuration:
    """The objects of a configuration and the problems that were found in it.

    Thread safety: immutable; may be shared and pickled.
    """

    settings: Settings
    identifiers: tuple[str, ...]
    endpoints: Mapping[str, Endpoint]
    identifies: Mapping[str, Identify]
    registrations: Mapping[str, Registration]
    transports: Mapping[str, Transport]
    domain_aliases: Mapping[str, DomainAlias]
    aors: Mapping[str, Aor]
    auths: Mapping[str, Auth]
    acls: Mapping[str, AccessList]
    problems: tuple[Problem, ...]

    @classmethod
    def from_files(
        cls, files: Mapping[str, str | bytes], *, resolver: Resolver | None = None
    ) -> Configuration:
        """Read ``pjsip.conf``, ``pjsip_wizard.conf`` and ``acl.conf`` of a set of texts; only these can be included."""
        return _Loader(GivenFiles(files), resolver).load(CONFIGURATION_FILE)

    @classmethod
    def from_path(cls, path: str | os.PathLike[str], *, resolver: Resolver | None = None) -> Configuration:
        """Read a pjsip.conf, or a directory that has one, such as ``/etc/asterisk``.

        Includes are relative to the directory, which is also where pjsip_wizard.conf and acl.conf are looked
        for.  Raises :class:`~identify.errors.ConfigError` if there is no such file or it can't be read.
        """
        place = os.fspath(path)
        directory, name = os.path.split(place)
        if os.path.isdir(place):
            directory, name = place, CONFIGURATION_FILE
        readable = os.path.join(directory, name)
        try:
            with open(os.open(readable, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb"):
                if not os.path.isfile(readable):
                    raise ConfigError("not a regular file", readable)
        except (OSError, ValueError) as error:
            if isinstance(error, ConfigError):
                raise
            raise ConfigError(getattr(error, "strerror", None) or str(error), readable) from error
        return _Loader(DirectoryFiles(directory), resolver).load(name)

    def show_identifies(self) -> str:
        """Return what Asterisk prints for ``pjsip show identifies``."""
        if not self.identifies:
            return "No objects found.\n\n"
        lines = [
            "",
            " Identify:  <Identify/Endpoint" + "." * 59 + ">",
            "      Match:  <criteria" + "." * 27 + ">",
            "=" * 90,
            "",
        ]
        for identify in self.identifies.values():
            lines.append(f" Identify:  {identify.id}/{identify.endpoint}")
            lines.extend(f"      Match: {_shown(rule)}" for rule in identify.addresses)
            if identify.header is not None:
                header = identify.header
                lines.append(f"     Header: {header.text or f'{header.name}: {header.pattern.text}'}")
            if identify.request_uri is not None:
                lines.append(f" RequestURI: {identify.request_uri.pattern.text}")
            lines.append("")
        lines.extend([f"Objects found: {len(self.identifies)}", ""])
        return "\n".join(lines) + "\n"


def _shown(rule: AddressRule) -> str:
    """Return an item of ``match`` as Asterisk prints it: of the mask only the number of its bits."""
    address = format_address(rule.family, rule.address)
    if rule.port:
        address = f"[{address}]:{rule.port}" if rule.family == 6 else f"{address}:{rule.port}"
    return f"{'!' if rule.negated else ''}{address}/{rule.mask.bit_count()}"


class _Loader:
    """Reads the files of one configuration."""

    def __init__(self, files: Files, resolver: Resolver | None) -> None:
        self._files = files
        self._resolver = resolver if resolver is not None else OfflineResolver()
        self._problems = Problems()
        self._budget = Budget()
        self._named_lists = NamedLists(files, self._budget, self._problems)
        self._transports: dict[str, Transport] = {}

    def load(self, name: str) -> Configuration:
        """Read everything and return the configuration."""
        with _without_collections():
            return self._load(name)

    def _load(self, name: str) -> Configuration:
        problems = self._problems
        document = read_document(self._files, name, problems)
        if document is None:
            problems.add("file-missing", name, 0, "the file doesn't exist", lost="everything in it")
            document = Document(name)
        found = candidates_by_type(document, problems)

        def objects(type_name: str, build: Callable[[Candidate, Options], T | None]) -> dict[str, T]:
            return load_type(found.get(type_name, ()), build, problems)

        settings = build_settings(
            load_single(found.get("global", ()), problems),
            load_single(found.get("system", ()), problems),
            problems,
        )
        self._load_transports(found.get("transport", []))
        endpoints = objects("endpoint", self._endpoint)
        identifies = objects("identify", self._identify)
        registrations = objects("registration", self._registration)
        aors = objects("aor", build_aor)
        auths = objects("auth", build_auth)
        domain_aliases = objects("domain_alias", self._domain_alias)
        acls = objects("acl", self._access_list)
        for type_name in sorted(found):
            if type_name not in _LOADED:
                load_type(found[type_name], lambda candidate, options: candidate, problems)
        made = self._load_wizards()
        configuration = Configuration(
            settings=settings,
            identifiers=effective_order(settings.endpoint_identifier_order),
            endpoints=_Objects(NEWEST.merged(endpoints, made.endpoints)),
            identifies=_Objects(NEWEST.merged(identifies, made.identifies)),
            registrations=_Objects(NEWEST.merged(registrations, made.registrations)),
            transports=_Objects(NEWEST.merged(self._transports, {})),
            domain_aliases=_Objects(NEWEST.merged(domain_aliases, {})),
            aors=_Objects(NEWEST.merged(aors, made.aors)),
            auths=_Objects(NEWEST.merged(auths, made.auths)),
            acls=_Objects(NEWEST.merged(acls, {})),
            problems=(),
        )
        _check_references(configuration, problems)
        return attrs.evolve(configuration, problems=problems.all())

    def _load_transports(self, candidates: list[Candidate]) -> None:
        listening: list[Transport] = []

        def build(candidate: Candidate, options: Options) -> Transport | None:
            built = build_transport(candidate, options, self._resolver, listening, self._problems)
            if built is not None and not options.refused:
                listening.append(built)
            return built

        self._transports = load_type(candidates, build, self._problems)

    def _identify(self, candidate: Candidate, options: Options) -> Identify | None:
        return build_identify(candidate, options, self._resolver, self._budget, self._problems)

    def _registration(self, candidate: Candidate, options: Options) -> Registration | None:
        return build_registration(candidate, options, self._transports, self._problems)

    def _endpoint(self, candidate: Candidate, options: Options) -> Endpoint | None:
        return build_endpoint(candidate, options, self._named_lists, self._problems)

    def _domain_alias(self, candidate: Candidate, options: Options) -> DomainAlias | None:
        return build_domain_alias(candidate, options, self._problems)

    def _access_list(self, candidate: Candidate, options: Options) -> AccessList:
        return build_access_list(candidate, options, self._named_lists)

    def _load_wizards(self) -> _Made:
        made = _Made()
        document = read_document(self._files, WIZARD_FILE, self._problems)
        if document is not None:
            for wizard in read_wizards(document, self._budget, self._problems):
                self._make(wizard, made)
        return made

    def _make(self, wizard: Wizard, made: _Made) -> None:
        """Make a wizard's objects; each one is refused alone, but for the registrations after the first."""
        problems = self._problems
        endpoint = build_one(wizard.endpoint, self._endpoint, problems)
        if endpoint is not None:
            made.endpoints[endpoint.id] = endpoint
        aor = build_one(wizard.aor, build_aor, problems)
        if aor is not None:
            made.aors[aor.id] = aor
        for candidate in wizard.auths:
            auth = build_one(candidate, build_auth, problems)
            if auth is not None:
                made.auths[auth.id] = auth
        if wizard.identify is not None:
            identify = build_one(wizard.identify, self._identify, problems)
            if identify is not None:
                made.identifies[identify.id] = identify
        elif wizard.identify_unwanted:
            made.identifies.pop(wizard.id + "-identify", None)
        if not wizard.registrations_failed:
            for name in made.registrations_of.pop(wizard.id, ()):
                del made.registrations[name]
        for candidate in wizard.registrations:
            registration = build_one(candidate, self._registration, problems)
            if registration is None:
                break
            made.registrations[registration.id] = registration
            made.registrations_of.setdefault(wizard.id, []).append(registration.id)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Pause the cyclic garbage collector.

    Loading makes a million objects and no cycles; looking for some took half of its time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


#: Types that become objects of the model; of the others only the problems are of interest.
_LOADED = words("acl aor auth domain_alias endpoint global identify registration system transport")


@attrs.define
class _Made:
    """What wizards made."""

    endpoints: dict[str, Endpoint] = attrs.field(factory=dict)
    identifies: dict[str, Identify] = attrs.field(factory=dict)
    registrations: dict[str, Registration] = attrs.field(factory=dict)
    aors: dict[str, Aor] = attrs.field(factory=dict)
    auths: dict[str, Auth] = attrs.field(factory=dict)
    #: Ids of a wizard's registrations by the wizard's id.
    registrations_of: dict[str, list[str]] = attrs.field(factory=dict)


def _check_references(configuration: Configuration, problems: Problems) -> None:
    """Note endpoints that are pointed to and don't exist; Asterisk says so only when a request comes."""
    endpoints = configuration.endpoints
    by_lower = {name.lower(): name for name in endpoints}

    def hint(name: str) -> str:
        meant = by_lower.get(name.strip().lower())
        return f"; {quoted(meant)} does (ids are compared exactly)" if meant is not None else ""

    for identify in configuration.identifies.values():
        if identify.endpoint not in endpoints:
            message = f"endpoint {quoted(identify.endpoint)} doesn't exist" + hint(identify.endpoint)
            message += "; a request that this identify matches gets no endpoint by that method"
            origin = identify.origin
            problems.add("identify-dangling", origin.file, origin.line, message, section=identify.id)
    for registration in configuration.registrations.values():
        if registration.endpoint and registration.endpoint not in endpoints:
            message = f"endpoint {quoted(registration.endpoint)} doesn't exist" + hint(registration.endpoint)
            origin = registration.origin
            problems.add("registration-dangling", origin.file, origin.line, message, section=registration.id)
