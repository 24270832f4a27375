"""Files like ``/etc/hosts``: as the C library reads one, and as answers to which nothing is added.

Facts

Found by experiment with the GNU C library 2.36 and ``multi on``, which Debian's host.conf has.

- A name has all addresses of all its lines, whichever column it is in; upper and lower case are the same.  A name with
  a dot at its end is another name.
- Addresses are written in full: ``10.1`` isn't one, nor is one with a scope.  Lines with anything else are ignored.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence

from identify.addresses import split_port
from identify.config.hostnames.answers import Answer, Answers
from identify.config.hostnames.rules import SERVICES, OfflineResolver
from identify.errors import ConfigError
from identify.strings import ascii_lower, decoded, quoted, shown

__all__ = ["HostsFile", "hosts_table", "read_bounded"]

#: As many as a configuration can have.
MOST_BYTES = 64 << 20


class HostsFile:
    """A resolver that knows the names in a file like ``/etc/hosts``, and asks nobody.

    The names have no SRV records.  A name that isn't in the file is not known.  ``answers`` has what is in it.  Raises
    :class:`~identify.errors.ConfigError`, with file and line, if it can't be read or a line isn't an address with
    names.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        table: dict[str, list[str]] = {}
        for line, words in _lines(read_bounded(self.path)):
            if not _is_address(words[0]):
                raise ConfigError(f"{quoted(words[0])} is not a valid address", shown(self.path), line)
            if len(words) == 1:
                raise ConfigError(f"no name after {quoted(words[0])}", shown(self.path), line)
            for name in words[1:]:
                table.setdefault(ascii_lower(name), []).append(words[0])
        self.answers = Answers(
            addresses={name: Answer(values=tuple(values), by="hosts") for name, values in table.items()}
        )
        self._others = OfflineResolver(reason=f"not in {self.path}")

    def services(self, name: str) -> Sequence[str]:
        """Return nothing for a service of a name in the file; raise for every other name."""
        for service in SERVICES:
            host = split_port(name.removeprefix(service))
            if host is not None and ascii_lower(host[0]) in self.answers.addresses:
                return ()
        return self._others.services(name)

    def addresses(self, name: str) -> Sequence[str]:
        """Return the addresses of a name in the file; raise for every other name."""
        answer = self.answers.addresses.get(ascii_lower(name))
        if answer is not None:
            return answer.get()
        return self._others.addresses(name)


def hosts_table(path: str) -> dict[str, tuple[str, ...]]:
    """Return the addresses of each name in a hosts file, by lower-case name; without a file there are none."""
    try:
        data = read_bounded(path)
    except ConfigError:
        return {}
    table: dict[str, tuple[str, ...]] = {}
    for _, words in _lines(data):
        if _is_address(words[0]):
            for name in words[1:]:
                key = ascii_lower(name)
                table[key] = (*table.get(key, ()), words[0])
    return table


def read_bounded(path: str) -> bytes:
    """Return the bytes of a file; raises ConfigError if it can't be read or is too large."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ConfigError(getattr(error, "strerror", None) or str(error), shown(path)) from error
    if len(data) > MOST_BYTES:
        raise ConfigError(f"larger than {MOST_BYTES:,} bytes", shown(path))
    return data


def _lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the words of each line that has some."""
    for number, line in enumerate(data.split(b"\n"), 1):
        words = decoded(line).partition("#")[0].split()
        if words:
            yield number, words


def _is_address(text: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, text)
        except (OSError, ValueError):
            continue
        return True
    return False
