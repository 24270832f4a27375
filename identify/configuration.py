"""A PJSIP configuration as Asterisk would load it at startup: read once, never changed.

:class:`Configuration` reads pjsip.conf, pjsip_wizard.conf and acl.conf with the files they include.  It keeps the
objects that Asterisk would create, in the order in which it tries them, and a problem for everything that Asterisk
would log, refuse or ignore.  Answering requests is the engine's part.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sized

import attrs

from identify.addresses import format_address, host_port
from identify.config.hostnames.rules import (
    NameCollector,
    NotAskedError,
    OfflineResolver,
    ResolutionError,
    Resolver,
)
from identify.config.language.files import DirectoryFiles, Files, GivenFiles
from identify.config.loading import CONFIGURATION_FILE, WIZARD_FILE, load
from identify.config.losses import Losses, losses_of
from identify.config.lost import NOTHING_LOST, LostObjects
from identify.config.releases import NEWEST, Release, release_of
from identify.config.tried import TriedIdentifies
from identify.errors import ConfigError
from identify.identifiers import IdentifierName
from identify.model import (
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
    Unknown,
)
from identify.strings import encoded, quoted

__all__ = ["Configuration", "NotAskedError", "OfflineResolver", "ResolutionError", "Resolver"]


def _tried(identifies: Iterable[Identify]) -> TriedIdentifies:
    """Return the identify objects of a program as a configuration keeps them."""
    return TriedIdentifies.of(identifies)


@attrs.frozen(kw_only=True)
class Configuration:
    """The objects of a configuration and the problems found in it.

    ``tried_identifies`` has the identify objects in the order in which Asterisk tries them; of two with one id, which
    some releases allow, ``identifies`` has the first.  ``unknowns`` is what the configuration has and whose content
    isn't known: the other fields are as if Asterisk had refused it.  ``lost`` are the objects that its sections were
    meant to be and that Asterisk doesn't make; only explanations use it.  ``release`` is the one that it was read for.

    Thread safety: immutable; may be shared and pickled.
    """

    settings: Settings
    identifiers: tuple[IdentifierName, ...]
    endpoints: Mapping[str, Endpoint]
    identifies: Mapping[str, Identify]
    registrations: Mapping[str, Registration]
    transports: Mapping[str, Transport]
    domain_aliases: Mapping[str, DomainAlias]
    aors: Mapping[str, Aor]
    auths: Mapping[str, Auth]
    acls: Mapping[str, AccessList]
    problems: tuple[Problem, ...]
    tried_identifies: TriedIdentifies = attrs.field(converter=_tried)
    unknowns: tuple[Unknown, ...] = ()
    lost: LostObjects = attrs.field(default=NOTHING_LOST, repr=False)
    release: Release = NEWEST
    #: Paths of the files that it was read from, none of which a program should write to while it uses them.
    paths: tuple[str, ...] = attrs.field(default=(), eq=False, repr=False)

    @tried_identifies.default
    def _in_order_of_ids(self) -> TriedIdentifies:
        return TriedIdentifies(self.identifies.values())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are errors: Asterisk refuses an object, or can't read something."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def losses(self) -> Losses:
        """What was lost of it: those of its problems by which Asterisk loses something."""
        return losses_of(self.problems)

    @property
    def object_count(self) -> int:
        """How many objects there are, of all types that are kept."""
        kept: tuple[Sized, ...] = (
            *(self.endpoints, self.tried_identifies, self.registrations, self.transports),
            *(self.domain_aliases, self.aors, self.auths, self.acls),
        )
        return sum(map(len, kept))

    @classmethod
    def from_files(
        cls,
        files: Mapping[str, str | bytes],
        *,
        resolver: Resolver | None = None,
        release: str | Release = NEWEST,
        partial: bool = False,
    ) -> Configuration:
        """Read ``pjsip.conf``, ``pjsip_wizard.conf`` and ``acl.conf`` from texts; only these can be included.

        ``sorcery.conf`` and ``extconfig.conf`` say which objects come from elsewhere: these aren't known.

        ``release`` is Asterisk's: a version such as ``"18.10.0"``, ``"22.5"`` or ``"certified/20.7"``; see
        :func:`~identify.config.releases.release_of`.  Raises ValueError for a release that isn't known.

        Asterisk refuses a file that includes one that doesn't exist.  With ``partial`` what is there is read, and the
        rest isn't known: further objects of any type, and all of a section that inherits from one which isn't there, or
        adds to one.  It is assumed that the missing text only adds objects and changes none that was read, and that a
        ``global`` section that was read is the only one.
        """
        if not isinstance(files, Mapping):
            remedy = "from_text(text) reads a text, from_path(path) a file or a directory"
            raise TypeError(
                f"files must be a mapping of names to texts, not {type(files).__name__}: {remedy}"
            )
        for name, text in files.items():
            _check_text(text, f"files[{name!r}]")
        return cls._load(GivenFiles(files), CONFIGURATION_FILE, resolver, release, partial)

    @classmethod
    def from_text(
        cls,
        text: str | bytes,
        name: str = CONFIGURATION_FILE,
        *,
        resolver: Resolver | None = None,
        release: str | Release = NEWEST,
        partial: bool = False,
    ) -> Configuration:
        """Read the text of a pjsip.conf, which can't include other files; ``name`` is what problems call it.

        A text whose name is ``pjsip_wizard.conf`` is read as one.  The other arguments are as in :meth:`from_files`.
        """
        _check_text(text, "text")
        main = CONFIGURATION_FILE if name == WIZARD_FILE else name
        return cls._load(GivenFiles({name: text}), main, resolver, release, partial)

    @classmethod
    def from_path(
        cls,
        path: str | os.PathLike[str],
        *,
        resolver: Resolver | None = None,
        release: str | Release = NEWEST,
        partial: bool = False,
    ) -> Configuration:
        """Read a pjsip.conf, or a directory that has one or at least a pjsip_wizard.conf, such as ``/etc/asterisk``.

        Includes are relative to the directory, which is also searched for pjsip_wizard.conf, acl.conf, sorcery.conf and
        extconfig.conf.
        ``release`` and ``partial`` are as in :meth:`from_files`.  Raises :class:`~identify.errors.ConfigError` if there
        is no such file or it can't be read.
        """
        location = os.fspath(path)
        if "\n" in location:
            raise ConfigError(f"{quoted(location)} is text, not a path: from_text(text) reads it")
        directory, name = os.path.split(location)
        readable = location
        if os.path.isdir(location):
            # Without pjsip.conf Asterisk still makes the objects of its wizards.
            directory, name = location, CONFIGURATION_FILE
            readable = os.path.join(directory, name)
            if not os.path.lexists(readable) and os.path.exists(os.path.join(directory, WIZARD_FILE)):
                readable = os.path.join(directory, WIZARD_FILE)
        try:
            with open(os.open(readable, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb"):
                if not os.path.isfile(readable):
                    raise ConfigError("not a regular file", readable)
        except (OSError, ValueError) as error:
            if isinstance(error, ConfigError):
                raise
            if location != readable and not os.path.lexists(readable):
                raise ConfigError(f"no {CONFIGURATION_FILE} in this directory", location) from error
            raise ConfigError(getattr(error, "strerror", None) or str(error), readable) from error
        files = DirectoryFiles(directory)
        configuration = cls._load(files, name, resolver, release, partial)
        return attrs.evolve(configuration, paths=tuple(files.opened))

    @classmethod
    def _load(
        cls, files: Files, name: str, resolver: Resolver | None, release: str | Release, partial: bool
    ) -> Configuration:
        made_for = release_of(release)
        if resolver is None:
            resolver = OfflineResolver()
        prepare = getattr(resolver, "prepare", None)
        if prepare is not None:
            # It asks for all names at once, so they are collected first; most configurations have none.
            collector = NameCollector()
            loaded = load(files, name, resolver=collector, release=made_for, partial=partial)
            if not collector.items:
                return cls(**loaded)
            prepare(collector.items)
        return cls(**load(files, name, resolver=resolver, release=made_for, partial=partial))

    def show_identifies(self) -> str:
        """Return what Asterisk prints for ``pjsip show identifies``: in the order of ids, whatever is tried first."""
        if not self.tried_identifies:
            return "No objects found.\n\n"
        lines = [
            "",
            " Identify:  <Identify/Endpoint" + "." * 59 + ">",
            "      Match:  <criteria" + "." * 27 + ">",
            "=" * 90,
            "",
        ]
        label = self.release.header_label.rjust(11)
        for identify in sorted(self.tried_identifies, key=lambda identify: encoded(identify.id)):
            lines.append(f" Identify:  {identify.id}/{identify.endpoint}")
            if identify.addresses:
                # One text for each object, as heirs may have millions of rules in all.
                lines.append("\n".join(f"      Match: {_shown(rule)}" for rule in identify.addresses))
            if identify.header is not None:
                header = identify.header
                lines.append(f"{label}: {header.text or f'{header.name}: {header.pattern.text}'}")
            if identify.request_uri is not None:
                lines.append(f" RequestURI: {identify.request_uri.pattern.text}")
            lines.append("")
        lines.extend([f"Objects found: {len(self.tried_identifies)}", ""])
        return "\n".join(lines) + "\n"


def _check_text(text: object, what: str) -> None:
    if not isinstance(text, (str, bytes)):
        raise TypeError(f"{what} must be str or bytes, not {type(text).__name__}")


def _shown(rule: AddressRule) -> str:
    """Return an item of ``match`` as Asterisk prints it, with only the number of bits of its mask."""
    address = format_address(rule.family, rule.address)
    if rule.port:
        address = host_port(address, rule.port)
    return f"{'!' if rule.negated else ''}{address}/{rule.mask.bit_count()}"
