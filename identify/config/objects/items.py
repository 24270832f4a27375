"""The items of ``match``: addresses, networks and host names, and which of them the release refuses.

It reads lines; what an identify makes of them is known by ``identifies``.

Strategy

Thousands of sections may inherit a line with thousands of items.  Each inherited line is read once, and the sections
share its rules.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from identify.addresses import ALL_ONES, AddressError, Network, parse_address, parse_network, split_port
from identify.config.hints.addresses import item_mistake
from identify.config.hints.meanings import is_usual, item_meaning
from identify.config.language.sections import BLANKS, Variable
from identify.config.releases import Release
from identify.model import AddressRule, Origin
from identify.strings import quoted

__all__ = ["Fault", "Items", "MatchLines", "Name", "rule_of"]

#: Items of a line whose meaning is looked at if it isn't plain; a line may have thousands.
MOST_MEANINGS = 64


@attrs.frozen
class Name:
    """An item that is looked up, or an address that the release adds as if it were; ``host`` says which."""

    text: str
    origin: Origin
    host: bool


@attrs.frozen
class Fault:
    """An item that refuses the identify, and why."""

    text: str
    message: str


@attrs.frozen
class Items:
    """What one line of ``match`` says: how many host names it has, and whether all are ``plain`` addresses to match.

    ``meanings`` are the items that may not mean what was intended, with what they mean.
    """

    items: Sequence[AddressRule | Name | Fault]
    hosts: int
    plain: bool
    meanings: Sequence[tuple[str, str]] = ()


class MatchLines:
    """Lines of ``match`` for one release, and what those that are inherited say."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._inherited: dict[Variable, Items] = {}

    def items(self, line: Variable) -> Items:
        """Return what a line says."""
        if line.template is None:
            return self._read(line)
        found = self._inherited.get(line)
        if found is None:
            found = self._inherited[line] = self._read(line)
        return found

    def _read(self, line: Variable) -> Items:
        origin = line.origin
        texts = [text for item in line.value.split(",") if (text := item.strip(BLANKS))]
        items = tuple(self._item(text, origin) for text in texts)
        doubtful = [text for text in texts if not is_usual(text)][:MOST_MEANINGS]
        meanings = [(text, meaning) for text in doubtful if (meaning := item_meaning(text))]
        return Items(
            items,
            hosts=sum(isinstance(item, Name) and item.host for item in items),
            plain=all(isinstance(item, AddressRule) and not item.negated for item in items),
            meanings=meanings,
        )

    def _item(self, text: str, origin: Origin) -> AddressRule | Name | Fault:
        if not self._release.ports_in_match and _has_port(text):
            return Fault(text, f"match item {quoted(text)}: a port isn't allowed in this release of Asterisk")
        if "/" not in text and not self._release.addresses_in_place:
            return Name(text, origin, host=parse_address(text) is None)
        try:
            network = _network(text)
        except AddressError as error:
            mistake = item_mistake(text, ports=self._release.ports_in_match)
            return Fault(text, f"match item {quoted(text)}: {error}" + (f"; {mistake}" if mistake else ""))
        return Name(text, origin, host=True) if network is None else rule_of(text, network, origin)


def rule_of(item: str, network: Network, origin: Origin) -> AddressRule:
    """Return the rule of an item that is an address or a network."""
    return AddressRule(
        text=item,
        negated=network.negated,
        family=network.family,
        address=network.value,
        mask=network.mask,
        port=network.port,
        origin=origin,
    )


def _network(item: str) -> Network | None:
    """Return the network of an item of ``match``, None if the item is a host name."""
    if "/" in item:
        return parse_network(item)
    address = parse_address(item)
    if address is None:
        return None
    family, value, port = address
    return Network(False, family, value, ALL_ONES[family], port)


def _has_port(item: str) -> bool:
    """Return whether an item of ``match`` has a port, also an empty one."""
    parts = split_port(item.removeprefix("!").partition("/")[0])
    return parts is not None and parts[1] is not None
