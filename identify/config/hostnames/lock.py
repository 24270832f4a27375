"""Lock files: the answers of one day, written down, so that every later load has the same.

It knows the format of the file, nothing of how answers are found.  The file is JSON:

``{"schema_version": 1, "made": "2026-11-30T12:00:00+00:00", "services": {NAME: ANSWER}, "addresses": {NAME: ANSWER}}``

with an ANSWER of ``{"values": [...], "ttl": 300, "by": "dns"}``, ``{"failure": "Name or service not known"}``, or
``{"failure": "no answer here: ...", "known": false}``; ``ttl`` and ``by`` may be missing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from identify.config.hostnames.answers import Answer, Answers
from identify.config.hostnames.hosts import HostsFile, is_address, read_bounded
from identify.config.hostnames.rules import OfflineResolver
from identify.errors import ConfigError
from identify.strings import quoted, shown
from identify.writing import Outputs

__all__ = ["LOCK_VERSION", "LockFile", "names_file"]

#: Raised when a field changes its meaning or goes.
LOCK_VERSION = 1


class LockFile:
    """A resolver that answers what is written in a lock file, and asks nobody.

    A name that isn't in the file is not known.  ``answers`` has what is in it.  Raises
    :class:`~identify.errors.ConfigError` if the file can't be read or isn't a lock file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self.answers = self.read(path)
        self._others = OfflineResolver(reason=f"not in {self.path}")

    @staticmethod
    def read(path: str | os.PathLike[str]) -> Answers:
        """Return the answers in a lock file."""
        return _answers(read_bounded(os.fspath(path)), shown(os.fspath(path)))

    @staticmethod
    def write(path: str | os.PathLike[str], answers: Answers) -> None:
        """Write answers into a lock file; what was there before stays until all is written.

        Raises :class:`~identify.errors.OutputError`, an OSError, if that fails, and
        :class:`~identify.errors.ConfigError` if a device or a pipe is there.
        """
        content = {
            "schema_version": LOCK_VERSION,
            "made": answers.made,
            "services": {name: _as_dict(answers.services[name]) for name in sorted(answers.services)},
            "addresses": {name: _as_dict(answers.addresses[name]) for name in sorted(answers.addresses)},
        }
        location = os.path.realpath(os.fspath(path))
        if os.path.exists(location) and not os.path.isfile(location):
            raise ConfigError("not a regular file", shown(os.fspath(path)))
        with Outputs() as outputs:
            outputs.open(path).file.write(f"{json.dumps(content, indent=1)}\n".encode("ascii"))

    def services(self, name: str) -> Sequence[str]:
        """Return the targets that are written down; raise for a name that isn't."""
        answer = self.answers.services.get(name)
        if answer is not None:
            return answer.get()
        return self._others.services(name)

    def addresses(self, name: str) -> Sequence[str]:
        """Return the addresses that are written down; raise for a name that isn't."""
        answer = self.answers.addresses.get(name)
        if answer is not None:
            return answer.get()
        return self._others.addresses(name)


def names_file(path: str | os.PathLike[str]) -> HostsFile | LockFile:
    """Return the resolver of a file with names: a lock file if it is JSON, else one like ``/etc/hosts``."""
    data = read_bounded(os.fspath(path))
    return LockFile(path) if data.lstrip()[:1] == b"{" else HostsFile(path)


def _as_dict(answer: Answer) -> dict[str, Any]:
    found = {"ttl": answer.ttl, "by": answer.by}
    if answer.failure:
        return {"failure": answer.failure, **({} if answer.known else {"known": False}), **found}
    return {"values": list(answer.values), **found}


def _answers(data: bytes, path: str) -> Answers:
    try:
        content = json.loads(data)
    except json.JSONDecodeError as error:
        raise ConfigError(f"not valid JSON: {error.msg}", path, error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"not valid JSON: {error}", path) from error
    if not isinstance(content, dict) or "schema_version" not in content:
        raise ConfigError("not a lock file: schema_version is missing", path)
    if content["schema_version"] != LOCK_VERSION:
        version = quoted(str(content["schema_version"]))
        raise ConfigError(
            f"schema_version {version} of a lock file isn't known, expected {LOCK_VERSION}", path
        )
    return Answers(
        services=_read_all(content, "services", path),
        addresses=_read_all(content, "addresses", path),
        made=str(content.get("made", "")),
    )


def _read_all(content: Mapping[str, Any], field: str, path: str) -> dict[str, Answer]:
    entries = content.get(field, {})
    if not isinstance(entries, dict):
        raise ConfigError(f"{field} is not an object", path)
    answers = {name: _read_one(entry, f"{field}, {quoted(name)}", path) for name, entry in entries.items()}
    if field == "addresses":
        for name, answer in answers.items():
            for value in answer.values:
                if not is_address(value):
                    raise ConfigError(
                        f"addresses, {quoted(name)}: {quoted(value)} is not a valid address", path
                    )
    return answers


def _read_one(entry: object, place: str, path: str) -> Answer:
    if not isinstance(entry, dict):
        raise ConfigError(f"{place}: not an object", path)
    values, failure = entry.get("values", []), entry.get("failure", "")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ConfigError(f"{place}: values is not a list of text", path)
    ttl, known, by = entry.get("ttl"), entry.get("known", True), entry.get("by", "")
    if not isinstance(failure, str) or not isinstance(by, str) or not isinstance(known, bool):
        raise ConfigError(f"{place}: failure and by must be text, known true or false", path)
    if ttl is not None and (isinstance(ttl, bool) or not isinstance(ttl, int)):
        raise ConfigError(f"{place}: ttl is not a number", path)
    if not known and not failure:
        raise ConfigError(f"{place}: not known, but without a failure that says why", path)
    return Answer(values=tuple(values), failure=failure, known=known, ttl=ttl, by=by)
