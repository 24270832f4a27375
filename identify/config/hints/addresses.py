"""Items of ``match`` that people write and that Asterisk takes otherwise: what to write instead.

It knows how addresses are read; what is proposed was read.

Facts

See section 3 of docs/explanation/identification.md: no ranges, no wildcards, quotes and blanks are part of an item, a
port comes before the mask, an address with ``!`` needs a mask, a number with a leading zero is octal.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache

from identify.addresses import (
    ALL_ONES,
    AddressError,
    Network,
    format_address,
    parse_address,
    parse_network,
)
from identify.config.hints.characters import any_odd
from identify.strings import shown

__all__ = ["DECIMAL", "LONGEST", "is_valid", "item_mistake", "read_item"]

#: Longer items aren't looked at.
LONGEST = 120
#: Networks of a range that are listed.
LISTED = 8

_RANGE = re.compile(r"(\S+?)\s*(?:-|‐|‑|‒|–|—|\.\.\.?|\bto\b)\s*(\S+)")  # noqa: RUF001 dashes of word processors
_NUMBERS = r"[0-9]{1,3}"
_WILD = re.compile(
    rf"({_NUMBERS}(?:\.{_NUMBERS}){{0,2}})(?:\.[*xX%?])+|({_NUMBERS}(?:\.{_NUMBERS}){{0,2}})\.", re.ASCII
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+]*:(?://)?(?=[^:])(?:[^@]*@)?|[^@]*@")
_BEHIND_MASK = re.compile(r"(.+)/([^/:]+):([0-9]+)")
_PROPOSED_PORT = re.compile(r"(: write [^ ]*(?:[0-9]\.[0-9]+|\])):[0-9]+")
_SUFFIX = re.compile(r"(.+?)(?:/(?:udp|tcp|tls|wss?)|;.*)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s;|&]+")
#: An address of four numbers, perhaps with more around.
DECIMAL = re.compile(rf"!?({_NUMBERS}(?:\.{_NUMBERS}){{3}})(?::[0-9]*)?(?:/.*)?", re.ASCII)


@lru_cache(maxsize=4_096)
def item_mistake(item: str, *, ports: bool = True) -> str:
    """Return why an item is not an address and what to write instead, for an item that refuses the identify.

    Without ``ports``, as in older releases, nothing with a port is proposed.

    >>> item_mistake("198.51.100.*")
    'there are no wildcards: write 198.51.100.0/24'
    """
    if len(item) > LONGEST:
        return ""
    hint = next(filter(None, (look(item) for look in _MISTAKES)), "")
    return hint if ports else _PROPOSED_PORT.sub(r"\1", hint)


def read_item(item: str) -> Network | None:
    """Return the network of an item, None if it isn't one."""
    try:
        return parse_network(item)
    except AddressError:
        return None


def is_valid(item: str) -> bool:
    """Return whether an item is an address or a network."""
    return read_item(item) is not None and bool(item)


def _odd(item: str) -> str:
    """Return what is odd about an item with a character that isn't ASCII."""
    odd = any_odd(item)
    if not odd:
        return ""
    plain = "".join(character for character in item if character.isascii())
    return odd + (f": write {shown(plain)}" if is_valid(plain) else "")


def _range(item: str) -> str:
    """Return the networks of a range."""
    found = _RANGE.fullmatch(item)
    if found is None:
        return ""
    first = parse_address(found[1])
    if first is None or not _is_whole(found[1]):
        return ""
    last = parse_address(_completed(found[1], found[2]))
    if first.port:
        return "a range of ports isn't possible: an item has one port, or none for all of them"
    wording = "Asterisk has no ranges with a hyphen and takes this for a host name: write networks"
    if last is None or first.family != last.family or last.port:
        return f"{wording} such as 198.51.100.0/28"
    if last.value < first.value:
        return f"{wording} (and the last address comes before the first)"
    networks = _networks(first.family, first.value, last.value)
    return f"{wording} such as {networks}" if networks else wording


def _completed(first: str, last: str) -> str:
    """Return the last address of a range: 198.51.100.1-9 ends with 198.51.100.9."""
    if ":" in first:
        return last if ":" in last else f"{first.rpartition(':')[0]}:{last}"
    missing = 3 - last.count(".")
    return ".".join([*first.split(".")[:missing], last]) if missing > 0 else last


def _networks(family: int, begin: int, end: int) -> str:
    """Return the networks of a range, and the smallest that has all of it."""
    some = []
    for network in ipaddress.summarize_address_range(_ip(family, begin), _ip(family, end)):
        some.append(str(network).removesuffix(f"/{network.max_prefixlen}"))
        if len(some) > LISTED:
            break
    # The bits that differ, and all below: 1 and 9 differ in bit 3, so 16 addresses from 0 on have both.
    free = (begin ^ end).bit_length()
    if free == ALL_ONES[family].bit_length():
        return ""
    around = f"{format_address(family, begin >> free << free)}/{ALL_ONES[family].bit_length() - free}"
    if len(some) > LISTED:
        return f"{around}, the smallest that has all of the range"
    listed = ",".join(some)
    return listed if around in some else f"{listed} ({around} has all of these addresses and more)"


def _ip(family: int, value: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.IPv4Address(value) if family == 4 else ipaddress.IPv6Address(value)


def _wildcard(item: str) -> str:
    if item in ("*", "any", "all", "0"):
        return "there are no wildcards: 0.0.0.0/0 is every IPv4 address"
    found = _WILD.fullmatch(item)
    if found is None:
        return ""
    parts = (found[1] or found[2]).split(".")
    network = f"{'.'.join(parts + ['0'] * (4 - len(parts)))}/{8 * len(parts)}"
    return f"there are no wildcards: write {network}" if is_valid(network) else ""


def _quotes(item: str) -> str:
    if not any(quote in item for quote in "\"'`"):
        return ""
    inner = item.strip("\"'`").strip()
    if is_valid(inner):
        half = item[0] not in "\"'`" or item[-1] not in "\"'`"
        why = (
            "quotes are not removed, and a comma inside them separates items"
            if half
            else "quotes are not removed"
        )
        return f"{why}: write {shown(inner)}"
    return "quotes are not removed"


def _brackets(item: str) -> str:
    inner = item.strip("<>()").strip()
    if inner != item and is_valid(inner):
        return f"an item has no angle brackets or parentheses: write {shown(inner)}"
    inner = item.strip("[]")
    return (
        f"the brackets don't enclose the address: write {inner}" if inner != item and is_valid(inner) else ""
    )


def _uri(item: str) -> str:
    found = _SCHEME.match(item.strip("<>"))
    if found is None:
        return ""
    rest = item.strip("<>")[found.end() :]
    rest = re.split(r"[;>?/]" if "//" in found[0] else r"[;>?]", rest, maxsplit=1)[0]
    if is_valid(rest):
        return f"an item is an address, not a URI: write {shown(rest)}"
    host = rest.partition(":")[0]
    if re.fullmatch(r"[A-Za-z0-9._-]*[A-Za-z_-]", host) and (
        ":" not in rest or found[0].lower() != f"{host}:"
    ):
        known = found[0].lower().rstrip("/").rpartition("@")[2] in (
            "sip:",
            "sips:",
            "http:",
            "https:",
            "tel:",
            "",
        )
        return f"an item is an address or a host name, not a URI: write {shown(rest)}" if known else ""
    return ""


def _negation(item: str) -> str:
    if not item.startswith("!"):
        return ""
    plain = item.lstrip("! ")
    if "/" not in plain and (address := parse_address(plain)) is not None:
        return (
            f"an address to exclude needs a mask: write !{shown(plain)}/{32 if address.family == 4 else 128}"
        )
    return (
        f"write one '!', without a blank after it: !{shown(plain)}"
        if is_valid(f"!{plain}") and plain != item[1:]
        else ""
    )


def _port(item: str) -> str:
    if "://" in item:
        return ""
    found = _BEHIND_MASK.fullmatch(item)
    if found is not None and ":" not in found[1]:
        written = f"{found[1]}:{found[3]}/{found[2]}"
        return f"the port comes before the mask: write {shown(written)}" if is_valid(written) else ""
    return ""


def _mask(item: str) -> str:
    base, slash, mask = item.partition("/")
    if not slash:
        return ""
    if base != base.strip() and is_valid(f"{base.strip()}/{mask}"):
        return f"write it without the blank: {shown(base.strip())}/{shown(mask)}"
    address = parse_address(base.removeprefix("!"))
    if address is None:
        name = base and not any(character in base for character in "*\"'<> ") and not base[0].isdigit()
        return "only an address can have a mask, not a host name" if name else ""
    if base.lower().removeprefix("!").lstrip("[").startswith("::ffff:") and address.family == 4:
        length = int(mask) - 96 if mask.isdecimal() and mask.isascii() and len(mask) < 4 else -1
        if length >= 0:
            return f"this is IPv4, whose masks have at most 32 bits: write {format_address(4, address.value)}/{length}"
    if address.family == 4 and ":" not in mask and "." in mask:
        return (
            "each number of a mask is at most 255, as in 255.255.255.0"
            if not is_valid(f"0.0.0.0/{mask}")
            else ""
        )
    return ""


def _suffix(item: str) -> str:
    found = _SUFFIX.fullmatch(item)
    if found is None or not is_valid(found[1].strip()):
        return ""
    return f"an item has no transport or parameters: write {shown(found[1].strip())}"


def _several(item: str) -> str:
    parts = [part for part in _SEPARATORS.split(item) if part]
    if len(parts) > 1 and all((is_valid(part) and _is_whole(part)) or _is_name(part) for part in parts):
        between = (
            "blanks" if item.split() != [item] else next(found[0] for found in _SEPARATORS.finditer(item))
        )
        return f"items are separated by commas, not {between}: write {shown(','.join(parts))}"
    joined = "".join(item.split())
    return f"write it without blanks: {shown(joined)}" if joined != item and is_valid(joined) else ""


def _is_whole(text: str) -> bool:
    """Return whether an address has all its numbers: 198 is one too, but nobody means that."""
    host = text.partition("/")[0]
    return ":" in host or host.count(".") == 3


def _is_name(text: str) -> bool:
    return "." in text and re.fullmatch(r"[A-Za-z0-9._-]+", text) is not None and not text[-1].isdigit()


def _numbers(item: str) -> str:
    found = DECIMAL.fullmatch(item)
    if found is not None:
        large = next((part for part in found[1].split(".") if int(part) > 255), None)
        if large is not None:
            return f"{large} is more than 255, the largest number in an address"
    if re.fullmatch(r"[0-9.]+", item) and item.strip(".") != item and is_valid(item.strip(".")):
        return f"write it without the dot: {item.strip('.')}"
    if re.fullmatch(rf"{_NUMBERS}(?:\.{_NUMBERS}){{4,}}", item):
        return "an IPv4 address has four numbers"
    return ""


_MISTAKES: tuple[Callable[[str], str], ...] = (
    _range,
    _odd,
    _wildcard,
    _quotes,
    _brackets,
    _negation,
    _several,
    _suffix,
    _port,
    _uri,
    _mask,
    _numbers,
)
