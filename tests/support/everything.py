"""All that a configuration says, as values for JSON: to keep it, and to compare what two versions read.

It lists the fields of each class by name, so that it asks for all that is public whatever an object is made of.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from configured import FileSet
from configured_values import ADDRESSES, SERVICES, SILENT

from identify.configuration import Configuration, NotAskedError, OfflineResolver, ResolutionError
from identify.errors import ConfigError

#: The fields of each class of which a configuration consists.
FIELDS = {
    "AccessList": "id source_access contact_access options origin",
    "AccessRule": "text permit family address mask origin",
    "AccessRules": "name rules defined origin unknown",
    "AddressRule": "text negated family address mask port origin host",
    "Aor": "id contacts options origin",
    "Auth": "id auth_type username realm options origin",
    "Configuration": "settings identifiers endpoints identifies registrations transports domain_aliases aors auths acls"
    " problems tried_identifies unknowns lost release",
    "DomainAlias": "id domain origin",
    "Endpoint": "id identify_by source_access contact_access options origin",
    "HeaderRule": "name pattern origin text",
    "Identify": "id endpoint addresses header request_uri srv_lookups unresolved origin",
    "LostObject": "type kind id why origin identify faults header request_uri domain order",
    "LostObjects": "identifies endpoints registrations domain_aliases order further lines texts",
    "Origin": "file line template",
    "Problem": "code severity file line section message lost",
    "Registration": "id server_uri client_uri contact_user contact_header_params transport line endpoint options origin",
    "Release": "name line step patch",
    "RequestUriRule": "pattern origin",
    "Settings": "endpoint_identifier_order disable_multi_domain ignore_uri_user_options unidentified_request_count"
    " unidentified_request_period unidentified_request_prune_interval default_realm options origin user_agent_origin",
    "TextPattern": "text regex literal",
    "Transport": "id protocol host port family domain symmetric_transport socket_id options origin",
    "Unknown": "kind what reason settles origin identify place instead_of registration types",
    "UnresolvedName": "text port reason origin",
}
_FIELDS = {name: tuple(fields.split()) for name, fields in FIELDS.items()}


def everything(configuration: Configuration) -> dict[str, Any]:
    """Return all that a configuration says, in its order; also what its own methods make of that."""
    found: dict[str, Any] = _plain(configuration)
    found["object_count"] = configuration.object_count
    found["losses"] = [str(configuration.losses.described("path")), configuration.losses.errors]
    found["show_identifies"] = configuration.show_identifies()
    return found


def digest(everything: object) -> str:
    """Return a short text that is another one for another configuration."""
    return hashlib.sha256(text_of(everything).encode()).hexdigest()[:16]


def text_of(everything: object) -> str:
    """Return all that a configuration says as text, one for each."""
    return json.dumps(everything, ensure_ascii=True, separators=(",", ":"))


def first_difference(old: Any, new: Any, path: str = "") -> str | None:
    """Return the path of the first value that differs with both values, None if none does."""
    if type(old) is not type(new):
        return f"{path}: {_short(old)} -> {_short(new)}"
    if isinstance(old, dict):
        if list(old) != list(new):
            return f"{path}: names {_short(list(old))} -> {_short(list(new))}"
        return next(
            (found for name in old if (found := first_difference(old[name], new[name], f"{path}.{name}"))),
            None,
        )
    if isinstance(old, list):
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            if found := first_difference(one, other, f"{path}[{index}]"):
                return found
        if len(old) != len(new):
            longer = old if len(old) > len(new) else new
            what = "lost" if len(old) > len(new) else "added"
            return (
                f"{path}: {len(old)} -> {len(new)} values, {what}: {_short(longer[min(len(old), len(new))])}"
            )
        return None
    return None if old == new else f"{path}: {_short(old)} -> {_short(new)}"


def loaded(files: FileSet) -> dict[str, Any]:
    """Return all that the configuration of a set of files says; of a directory without files, why it isn't read."""
    try:
        return everything(opened(files))
    except ConfigError as error:
        return {"error": [type(error).__name__, str(error).removeprefix(f"{error.path}: ")]}


def opened(files: FileSet) -> Configuration:
    """Return the configuration of a set of files, read as the set wants it."""
    options = {"resolver": _RESOLVERS[files.names](), "release": files.release, "partial": files.partial}
    if not files.on_disk:
        return Configuration.from_files(files.files, **options)
    with _directory(files) as directory:
        return Configuration.from_path(directory, **options)


class TableResolver:
    """Answers from a table; a name that isn't there doesn't exist, and about one nobody answers."""

    def services(self, name: str) -> Sequence[str]:
        """Return the targets of a service."""
        if name.endswith(SILENT):
            raise NotAskedError("no name server answered")
        return SERVICES.get(name, [])

    def addresses(self, name: str) -> Sequence[str]:
        """Return the addresses of a name."""
        if name == SILENT:
            raise NotAskedError("no name server answered")
        if name not in ADDRESSES:
            raise ResolutionError("Name or service not known")
        return ADDRESSES[name]


class PreparedResolver(TableResolver):
    """The same, told of all names first; it answers nothing that it wasn't told."""

    def __init__(self) -> None:
        """Begin without names."""
        self.told: set[str] = set()

    def prepare(self, items: Mapping[tuple[str, bool], None]) -> None:
        """Take notice of names."""
        self.told = {name for name, _ in items}


_RESOLVERS: dict[str, Any] = {
    "nothing": OfflineResolver,
    "table": TableResolver,
    "prepared": PreparedResolver,
}


@contextmanager
def _directory(files: FileSet) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for file, data in files.files.items():
            path = directory / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for file, kind in files.odd.items():
            path = directory / file
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "directory":
                path.mkdir()
            elif kind == "fifo":
                os.mkfifo(path)
            else:
                path.symlink_to(path)
        yield directory


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; mappings in their order, objects with the name of their class."""
    kind = type(value)
    if kind in (str, int, bool, type(None)):
        return value
    if kind is tuple or kind is list:
        return [_plain(each) for each in value]
    fields = _FIELDS.get(kind.__name__)
    if fields is not None:
        found = {name: _plain(getattr(value, name)) for name in fields}
        found["class"] = kind.__name__
        return found
    if isinstance(value, Mapping):
        return {name: _plain(value[name]) for name in value}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(each) for each in value)
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    raise TypeError(f"{kind.__name__} isn't among the classes of a configuration")


def _short(value: object) -> str:
    text = text_of(value)
    return text if len(text) <= 300 else f"{text[:300]}..."
