"""``/etc/resolv.conf`` as the C library reads it; nothing is asked here.

Facts

Found by experiment with the GNU C library 2.36, and documented in resolv.conf(5).

- Of ``domain`` and ``search`` the last line counts; without either, the search domain is that of the machine's name.
- At most three name servers; without one, 127.0.0.1 is asked.
- An unreadable file is an empty one; lines and options that aren't known are ignored.
"""

from __future__ import annotations

import ipaddress
import socket

import attrs

from identify.config.hostnames.hosts import read_bounded
from identify.errors import ConfigError
from identify.strings import decoded

__all__ = ["ResolvConf"]

MOST_BYTES = 1 << 20
MOST_SERVERS = 3
#: The largest values that the C library takes.
MOST_TIMEOUT, MOST_ATTEMPTS, MOST_NDOTS = 30, 5, 15


@attrs.frozen(kw_only=True)
class ResolvConf:
    """Whom to ask, and how: ``timeout`` in seconds for each attempt at each server."""

    servers: tuple[str, ...] = ("127.0.0.1",)
    search: tuple[str, ...] = ()
    ndots: int = 1
    timeout: float = 5
    attempts: int = 2
    no_aaaa: bool = False
    tcp: bool = False

    @classmethod
    def read(cls, path: str) -> ResolvConf:
        """Return what the file says."""
        try:
            data = read_bounded(path)
        except ConfigError:
            data = b""
        return cls.parse(decoded(data[:MOST_BYTES]))

    @classmethod
    def parse(cls, text: str) -> ResolvConf:
        """Return what the text of such a file says."""
        servers: list[str] = []
        search: tuple[str, ...] | None = None
        options: dict[str, str] = {}
        for line in text.split("\n"):
            keyword, *words = line.split() or [""]
            if line[:1] in "#;" or not words:
                continue
            if keyword == "nameserver" and len(servers) < MOST_SERVERS and _is_address(words[0]):
                servers.append(words[0])
            elif keyword == "domain":
                search = (words[0],)
            elif keyword == "search":
                search = tuple(words)
            elif keyword == "options":
                for word in words:
                    name, _, value = word.partition(":")
                    options[name] = value
        if search is None:
            _, _, domain = socket.gethostname().partition(".")
            search = (domain,) if domain else ()
        return cls(
            servers=tuple(servers) or ("127.0.0.1",),
            search=search,
            ndots=_number(options.get("ndots"), 1, 0, MOST_NDOTS),
            timeout=_number(options.get("timeout"), 5, 1, MOST_TIMEOUT),
            attempts=_number(options.get("attempts"), 2, 1, MOST_ATTEMPTS),
            no_aaaa="no-aaaa" in options,
            tcp="use-vc" in options,
        )


def _number(text: str | None, default: int, least: int, most: int) -> int:
    if text is None or not (text.isascii() and text.isdecimal()):
        return default
    return min(max(int(text[:6]), least), most)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
