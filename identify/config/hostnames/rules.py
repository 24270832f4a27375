"""Host names in ``match``: what a resolver is asked, in which order, and what its answers add.

It knows the queries and the rules of the list, not the network: a :class:`Resolver` is passed in, and the
default one never leaves the process.

Facts

Found by experiment.

- Names are looked up after everything else in the object was read, in the order of a hash table of 53 buckets
  over the item as written; the addresses found follow the literals, all of them positive.
- For an item without a colon and with ``srv_lookups``, the SRV records of ``_sip._udp.NAME``, ``_sip._tcp.NAME``
  and ``_sips._tcp.NAME`` are looked up, each followed by the addresses of all its targets; ports of SRV records
  are ignored.  NAME itself is looked up only if that added nothing.
- A failed SRV query counts as one without records; a failed address query, of a target too, refuses the identify.
- An address that the list already matches isn't added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from identify.addresses import ALL_ONES, Address, covers, parse_address, split_port
from identify.errors import IdentifyError
from identify.model import AddressRule, Origin, UnresolvedName
from identify.strings import bucket, encoded, escaped, quoted

__all__ = [
    "NOT_ASKED",
    "MAX_ADDRESSES",
    "SERVICES",
    "UNKNOWN_NAME",
    "NameCollector",
    "NotAskedError",
    "OfflineResolver",
    "ResolutionError",
    "Resolver",
    "host_of",
    "is_asked",
    "resolve_names",
    "service_names",
]

#: What is put before a name to ask for its SRV records, in the order in which they are asked.
SERVICES = ("_sip._udp.", "_sip._tcp.", "_sips._tcp.")
#: The maximum number of addresses of one name, and of one identify once names are resolved: each is compared with all
#: before it.
MAX_ADDRESSES = 5_000
#: Why the default resolver doesn't know a name.
NOT_ASKED = "names aren't looked up here"
#: How ``getaddrinfo`` words it.
UNKNOWN_NAME = "Name or service not known"


class ResolutionError(IdentifyError):
    """A name has no address, or the query failed; the text is the reason."""


class NotAskedError(ResolutionError):
    """Nobody was asked about a name, or nobody answered here: what Asterisk would get isn't known."""


class Resolver(Protocol):
    """Answers queries about host names; implementations say where the answers come from."""

    def services(self, name: str) -> Sequence[str]:
        """Return the targets of the SRV records of ``name``, sorted by priority.

        Empty if there are none, and if the query failed; raises :class:`NotAskedError` where that isn't known.
        """
        ...

    def addresses(self, name: str) -> Sequence[str]:
        """Return the IPv4 and IPv6 addresses of ``name``.

        Raises :class:`ResolutionError` if it has none, :class:`NotAskedError` where that isn't known.
        """
        ...


class NameCollector:
    """Knows nothing; ``items`` has every name that it was asked about, with whether SRV records were wanted."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, bool], None] = {}

    def services(self, name: str) -> Sequence[str]:
        """Keep the name that the service is of."""
        self.items[name.removeprefix(SERVICES[0]), True] = None
        raise NotAskedError(NOT_ASKED)

    def addresses(self, name: str) -> Sequence[str]:
        """Keep the name."""
        self.items[name, False] = None
        raise NotAskedError(NOT_ASKED)


class OfflineResolver:
    """Knows ``localhost``, as every hosts file does, and nothing else; makes no queries.

    It also knows that what can't be a host name has no address: no name server has one whose last label is a number
    (RFC 1123 2.1), such as ``192.0.2.300``, or with a character that host names don't have.

    ``::1`` isn't among its addresses unless given: a hosts file need not have it, and it would make more
    requests match.  ``reason`` is why another name isn't known.
    """

    def __init__(self, localhost: Sequence[str] = ("127.0.0.1",), *, reason: str = NOT_ASKED) -> None:
        self._localhost = tuple(localhost)
        self._reason = reason

    def services(self, name: str) -> Sequence[str]:
        """Return nothing for a service of ``localhost`` or of what isn't a host name; raise for every other name."""
        host = name.split(".", 2)[-1]
        if host.lower() == "localhost" or not _is_host_name(host):
            return ()
        raise NotAskedError(self._reason)

    def addresses(self, name: str) -> Sequence[str]:
        """Return the addresses of ``localhost``, in any case; raise for every other name."""
        if name.lower() == "localhost":
            return self._localhost
        if not _is_host_name(name):
            raise ResolutionError("not a valid address or host name")
        raise NotAskedError(self._reason)


def resolve_names(
    items: Iterable[tuple[str, Origin]],
    rules: list[AddressRule],
    resolver: Resolver,
    *,
    srv_lookups: bool,
    warn: Callable[[str, Origin], None],
) -> list[UnresolvedName]:
    """Append to ``rules`` what the names add, in the order in which Asterisk looks them up.

    ``warn`` is called for each name that adds nothing.  Returns the names whose addresses aren't known; the rules are
    then those that the object has in any case.  Raises :class:`ResolutionError` at the first name that fails; its text
    names it.
    """
    unresolved: list[UnresolvedName] = []
    for text, origin in sorted(items, key=lambda item: bucket(item[0])):
        before = len(rules)
        try:
            for service in service_names(text, srv_lookups=srv_lookups):
                for target in resolver.services(service):
                    _append(rules, text, origin, _addresses(resolver, target, text, 0))
            if len(rules) == before:
                host, port = _split(text)
                _append(rules, text, origin, _addresses(resolver, host, text, port))
        except NotAskedError as error:
            _, port = _split(text)
            unresolved.append(UnresolvedName(text=text, port=port, reason=str(error), origin=origin))
            continue
        if len(rules) == before:
            warn(text, origin)
    return unresolved


def service_names(text: str, *, srv_lookups: bool) -> Iterator[str]:
    """Yield the names whose SRV records are asked for an item of ``match``.

    Raises :class:`ResolutionError` for a name that DNS can't express, which refuses the identify before anybody is
    asked.
    """
    if srv_lookups and ":" not in text:
        if not _has_labels(text):
            raise ResolutionError(f"{quoted(text)}: {UNKNOWN_NAME}")
        for service in SERVICES:
            yield service + text


def host_of(text: str) -> str | None:
    """Return the host of an item if a resolver is asked for its addresses, None if nobody is.

    Raises :class:`ResolutionError` if the item has a port that isn't one.
    """
    host, _ = _split(text)
    return host if is_asked(host) else None


def is_asked(name: str) -> bool:
    """Return whether a resolver is asked for the addresses of a host or a target."""
    return _literal(name) is None and _askable(name)


def _append(rules: list[AddressRule], text: str, origin: Origin, addresses: Iterable[Address]) -> None:
    for address in addresses:
        if covers(rules, address):
            continue
        if len(rules) >= MAX_ADDRESSES:
            raise ResolutionError(f"{quoted(text)}: more than {MAX_ADDRESSES} addresses")
        family, value, port = address
        rules.append(
            AddressRule(
                text=text,
                negated=False,
                family=family,
                address=value,
                mask=ALL_ONES[family],
                port=port,
                origin=origin,
                host=text,
            )
        )


def _addresses(resolver: Resolver, name: str, item: str, port: int) -> list[Address]:
    """Return the addresses of a name or of an SRV target, with the item's port."""
    literal = _literal(name)
    if literal is not None:
        return [literal._replace(port=port)]
    described = quoted(item) if name == item else f"{quoted(item)} (host {quoted(name)})"
    if not _askable(name):
        raise ResolutionError(f"{described}: {UNKNOWN_NAME}")
    try:
        answers = resolver.addresses(name)
    except NotAskedError:
        raise
    except ResolutionError as error:
        raise ResolutionError(f"{described}: {escaped(str(error))}") from error
    if not answers:
        raise ResolutionError(f"{described}: {UNKNOWN_NAME}")
    if len(answers) > MAX_ADDRESSES:
        raise ResolutionError(f"{described}: more than {MAX_ADDRESSES} addresses")
    addresses = []
    for answer in answers:
        address = parse_address(answer)
        if address is None:
            raise ResolutionError(
                f"{described}: the resolver's answer {quoted(answer)} is not a valid address"
            )
        addresses.append(address._replace(port=port))
    return addresses


def _literal(name: str) -> Address | None:
    """Return the address that a host or a target is, None for a name."""
    return parse_address(name) if ":" not in name or name.count(":") > 1 else None


def _split(text: str) -> tuple[str, int]:
    """Return the host and port of an item that is not an address.

    A port is valid if it would be valid after an address.
    """
    parts = split_port(text)
    if parts is None:
        raise ResolutionError(f"{quoted(text)}: {UNKNOWN_NAME}")
    host, service = parts
    if not service:
        return host, 0
    probe = parse_address(f"0.0.0.0:{service}")
    if probe is None:
        raise ResolutionError(f"{quoted(text)}: {quoted(service)} is not a valid port")
    return host, probe.port


def _has_labels(name: str) -> bool:
    """Return whether every label of a name has a length that DNS allows."""
    return name == "." or all(0 < len(encoded(label)) < 64 for label in name.removesuffix(".").split("."))


def _is_host_name(name: str) -> bool:
    """Return whether a name server could have a name."""
    return _askable(name) and not name.removesuffix(".").rpartition(".")[2].replace("-", "").isdecimal()


def _askable(name: str) -> bool:
    """Return whether the C library would look up such a name at all."""
    return (
        name.isascii()
        and not name.startswith("-")
        and _has_labels(name)
        and all(character.isalnum() or character in "-_." for character in name)
    )
