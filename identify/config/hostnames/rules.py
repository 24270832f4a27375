"""Host names in ``match``: what is asked of a resolver, in which order, and what its answers add.

It knows the questions and the rules of the list (names.md in short below), not the network: a
:class:`Resolver` is passed in, and the one that is used by default never leaves the process.

Facts (found by experiment):

- Names are asked after everything else of the object was read, in the order of a hash table of 53 buckets
  over the item as written; the addresses found follow the literals, all of them positive.
- Without a colon in the item and with ``srv_lookups`` the SRV records of ``_sip._udp.NAME``,
  ``_sip._tcp.NAME`` and ``_sips._tcp.NAME`` are asked, and the addresses of all their targets before the
  next question; ports of SRV records are ignored.  Only if that added nothing, NAME itself is asked.
- SRV questions that fail are as if there were no records; an address question that fails refuses the
  identify, a target's too.
- An address that the list so far says yes to isn't added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from identify.addresses import ALL_ONES, Address, covers, parse_address, split_port
from identify.errors import IdentifyError
from identify.model import AddressRule, Origin
from identify.strings import bucket

__all__ = ["MAX_ADDRESSES", "OfflineResolver", "ResolutionError", "Resolver", "resolve_names"]

SERVICES = ("_sip._udp.", "_sip._tcp.", "_sips._tcp.")
#: More addresses than this from the names of one identify are refused: each is compared with all before it.
MAX_ADDRESSES = 5_000


class ResolutionError(IdentifyError):
    """A name has no address, or the question failed; the text is the reason."""


class Resolver(Protocol):
    """Answers questions about host names; implementations say where the answers come from."""

    def services(self, name: str) -> Sequence[str]:
        """Return the targets of the SRV records of ``name``, sorted by priority.

        Empty where there are none, and where the question failed.
        """
        ...

    def addresses(self, name: str) -> Sequence[str]:
        """Return the IPv4 and IPv6 addresses of ``name``, or raise :class:`ResolutionError`."""
        ...


class OfflineResolver:
    """Knows ``localhost``, as every hosts file does, and nothing else; asks nobody.

    ``::1`` isn't among its addresses unless given: a hosts file need not have it, and with it more
    requests would match.
    """

    def __init__(self, localhost: Sequence[str] = ("127.0.0.1",)) -> None:
        self._localhost = tuple(localhost)

    def services(self, name: str) -> Sequence[str]:
        """Return nothing: there is no DNS here."""
        return ()

    def addresses(self, name: str) -> Sequence[str]:
        """Return the addresses of ``localhost`` in any case; raise for every other name."""
        if name.lower() == "localhost":
            return self._localhost
        raise ResolutionError("names aren't looked up here (offline)")


def resolve_names(
    items: Iterable[tuple[str, Origin]],
    rules: list[AddressRule],
    resolver: Resolver,
    *,
    srv_lookups: bool,
    warn: Callable[[str, Origin], None],
) -> None:
    """Append to ``rules`` what the names add, in the order in which Asterisk asks for them.

    ``warn`` is called for each name that adds nothing.  Raises :class:`ResolutionError` at the first name
    that fails; its text names it.
    """
    for text, origin in sorted(items, key=lambda item: bucket(item[0])):
        before = len(rules)
        if srv_lookups and ":" not in text:
            for service in SERVICES:
                for target in resolver.services(service + text):
                    _append(rules, text, origin, _addresses(resolver, target, text, 0))
        if len(rules) == before:
            host, port = _split(text)
            _append(rules, text, origin, _addresses(resolver, host, text, port))
        if len(rules) == before:
            warn(text, origin)


def _append(rules: list[AddressRule], text: str, origin: Origin, addresses: Iterable[Address]) -> None:
    for address in addresses:
        if covers(rules, address):
            continue
        if len(rules) >= MAX_ADDRESSES:
            raise ResolutionError(f"'{text}': more than {MAX_ADDRESSES} addresses")
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
    literal = parse_address(name) if ":" not in name or name.count(":") > 1 else None
    if literal is not None:
        return [literal._replace(port=port)]
    place = f"'{item}'" if name == item else f"'{item}' (by '{name}')"
    if not _askable(name):
        raise ResolutionError(f"{place}: Name or service not known")
    try:
        answers = resolver.addresses(name)
    except ResolutionError as error:
        raise ResolutionError(f"{place}: {error}") from error
    addresses = [parse_address(answer) for answer in answers[: MAX_ADDRESSES + 1]]
    return [address._replace(port=port) for address in addresses if address is not None]


def _split(text: str) -> tuple[str, int]:
    """Return the host and port of an item that is no address.

    A port is valid if it would be one behind an address.
    """
    parts = split_port(text)
    if parts is None:
        raise ResolutionError(f"'{text}': Name or service not known")
    host, service = parts
    if not service:
        return host, 0
    probe = parse_address(f"0.0.0.0:{service}")
    if probe is None:
        raise ResolutionError(f"'{text}': '{service}' is no port")
    return host, probe.port


def _askable(name: str) -> bool:
    """Return whether the C library asks for addresses of such a name at all."""
    labels = name.removesuffix(".").split(".")
    return (
        name.isascii()
        and not name.startswith("-")
        and (name == "." or all(0 < len(label) < 64 for label in labels))
        and all(character.isalnum() or character in "-_." for character in name)
    )
