"""Items of ``match`` that are valid, but probably mean something else than whoever wrote them thought.

Facts

See section 3 of docs/explanation/identification.md: a number with a leading zero is octal, the last of fewer than four
numbers fills the address, masks are compared bit by bit, and an IPv6 address has its port outside brackets.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from functools import lru_cache

from identify.addresses import ALL_ONES, Network, format_address, parse_address, split_port
from identify.config.hints.addresses import DECIMAL, LONGEST, is_valid, read_item
from identify.strings import shown

__all__ = ["is_usual", "item_meaning", "item_meant"]

_USUAL = re.compile(
    r"(?P<host>(?:[1-9][0-9]{0,2}|0)(?:\.(?:[1-9][0-9]{0,2}|0)){3})(?:/(?P<length>[0-9]{1,2}))?|[A-Za-z][^/:]*",
    re.ASCII,
)


def is_usual(item: str) -> bool:
    """Return whether an item surely means what it seems to: a name, an address without leading zeros, a network."""
    found = _USUAL.fullmatch(item)
    if found is None or found["length"] is None:
        return found is not None
    try:
        # 10.1.0.0/16: the bits behind the mask are zeros.
        return (
            not int.from_bytes(socket.inet_aton(found["host"]), "big") << int(found["length"]) & ALL_ONES[4]
        )
    except OSError:
        return False


@lru_cache(maxsize=4_096)
def item_meant(item: str) -> Network | None:
    """Return the network that was probably meant by a valid item with another meaning, None if it has no other.

    >>> item_meant("010.0.0.1") == item_meant("010.0.0.1/32") == read_item("10.0.0.1")
    True
    """
    if is_usual(item) or len(item) > LONGEST or read_item(item) is None:
        return None
    base, slash, mask = item.removeprefix("!").partition("/")
    host, colon, port = base.partition(":")
    if ":" in port or not re.fullmatch(r"[0-9.]+", host):
        return None
    numbers = [part.lstrip("0") or "0" for part in host.split(".")]
    if len(numbers) < 4 and not slash:
        return None
    network = read_item(item)
    if network is not None and "." in mask and network.mask & (network.mask + 1) == 0 and network.mask:
        mask = format_address(4, network.mask ^ ALL_ONES[4])
    meant = read_item(".".join(numbers + ["0"] * (4 - len(numbers))) + colon + port + slash + mask)
    return meant if meant != network else None


@lru_cache(maxsize=4_096)
def item_meaning(item: str) -> str:
    """Return what a valid item means if that may not be what was meant, "" otherwise.

    >>> item_meaning("010.0.0.1")
    'is 8.0.0.1: a number with a leading zero is octal; without the zeros it is 10.0.0.1'
    """
    if len(item) > LONGEST or read_item(item) is None:
        return ""
    return next(filter(None, (look(item) for look in _MEANINGS)), "")


def _octal(item: str) -> str:
    """Return what a number with leading zeros is: 010.0.0.1."""
    found = DECIMAL.fullmatch(item)
    if found is None or not re.search(r"(?:^|\.)0[0-9]", found[1]):
        return ""
    meant = ".".join(part.lstrip("0") or "0" for part in found[1].split("."))
    address = parse_address(found[1])
    if address is None or parse_address(meant) == address:
        return ""
    is_one = format_address(4, address.value)
    return f"is {is_one}: a number with a leading zero is octal; without the zeros it is {meant}"


def _shortened(item: str) -> str:
    """Fewer than four numbers: 10.1/16 is 10.0.0.1 to the resolver."""
    base = item.removeprefix("!").partition("/")[0]
    host = (split_port(base) or ("", None))[0]
    if "." not in base and not base.isdecimal() and not base.lower().startswith("0x"):
        return ""
    network = read_item(item)
    if network is None or network.family != 4 or ":" in host or host.count(".") == 3:
        return ""
    slash = "/" if "/" in item else ""
    length = f"/{network.mask.bit_count()}" if slash else ""
    text = f"is {format_address(4, network.value)}{length}: the last of fewer than four numbers fills the address"
    meant = (
        ""
        if host.lower().startswith("0x")
        else f"{host}{'.0' * (3 - host.count('.'))}{item[item.find(slash) :]}"
        if slash
        else ""
    )
    return f"{text}; the network is {shown(meant)}" if meant and is_valid(meant) else text


def _masked(item: str) -> str:
    """Return what a mask means that has holes or zeros in front, as in routers, or text after it."""
    _, slash, mask = item.partition("/")
    network = read_item(item)
    if not slash or network is None:
        return ""
    ones = ALL_ONES[network.family]
    inverted = network.mask ^ ones
    if "." in mask or ":" in mask:
        if inverted & (inverted + 1) == 0:
            if "." in mask and mask.count(".") != 3:
                return f"has the mask {format_address(network.family, network.mask)}: write all four numbers"
            return ""
        if network.mask & (network.mask + 1) == 0:
            bits = network.mask.bit_length()
            length = ones.bit_length() - bits
            only = f"compares only the last {bits} bits of an address"
            return f"{only}: masks aren't inverted as in routers, write /{length}"
        return f"has a mask with holes, {format_address(network.family, network.mask)}, which is compared bit by bit"
    if not mask.isdecimal():
        return f"has a mask of {network.mask.bit_count()} bits: Asterisk ignores what follows the number"
    return ""


def _host_bits(item: str) -> str:
    """Return which network an address inside it is: 198.51.100.7/24 is all 256 of it."""
    base, slash, mask = item.removeprefix("!").partition("/")
    if not slash or mask in ("32", "128"):
        return ""
    network, address = read_item(item), parse_address(base)
    if (
        network is None
        or address is None
        or address.value == network.value
        or network.mask == ALL_ONES[address.family]
    ):
        return ""
    inverted = network.mask ^ ALL_ONES[network.family]
    if inverted & (inverted + 1):
        return ""
    length = network.mask.bit_count()
    return f"is the whole network {format_address(network.family, network.value)}/{length}, not one address of it"


def _port_of_ipv6(item: str) -> str:
    """Return what an IPv6 address is that ends with what looks like a port: 2001:db8::1:5060."""
    base, slash, _ = item.removeprefix("!").partition("/")
    head, _, last = base.rpartition(":")
    if slash or base.startswith("[") or last not in ("5060", "5061", "5080") or "::" not in head:
        return ""
    address = parse_address(head)
    if address is None or address.family != 6:
        return ""
    return f"is an address that ends in {last}: for the port {last} write [{head}]:{last}"


_MEANINGS: tuple[Callable[[str], str], ...] = (_octal, _shortened, _masked, _host_bits, _port_of_ipv6)
