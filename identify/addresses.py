"""Addresses: as text, as numbers and as 16 bytes; networks and masks, read as Asterisk and the C library's resolver do.

It turns one item into numbers or says why it can't; it knows no names and looks nothing up.

Facts

See section 3 of docs/explanation/identification.md; observed with glibc.

- ``host:port`` is split at the only colon; with more colons all of it is an IPv6 address, unless in
  brackets: ``[2001:db8::1]:5060``.
- IPv4 is read as by ``inet_aton``: one to four parts, decimal, octal (``010`` is 8) or hexadecimal, and the last
  part fills the rest (``1.2.3`` is 1.2.0.3).  Nothing may follow.
- A port is read as by ``strtoul`` and reduced to 16 bits (``:99999`` is 34463), or is the name of a service; no
  port and 0 mean any port.
- A mask without ``.`` and ``:`` is read as by ``sscanf("%d")``: ``/24abc``, ``/ 24`` and ``/24/24`` are 24.  Other
  masks are addresses without port, applied bit by bit, contiguous or not.
- IPv4-mapped IPv6 becomes IPv4 before the mask is applied.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import count
from typing import NamedTuple, Protocol

from identify.strings import quoted

__all__ = [
    "ADDRESS_BYTES",
    "MAPPED",
    "UNKNOWN_ADDRESS",
    "WILDCARDS",
    "Address",
    "AddressError",
    "AnySource",
    "SocketAddress",
    "Coverage",
    "Network",
    "check_local",
    "covers",
    "format_address",
    "host_port",
    "packed",
    "parse_address",
    "parse_network",
    "source_and_port",
    "split_port",
    "unpacked",
    "usable_source",
]

#: The source of a request without its port: text, numbers, or 4 or 16 bytes in network order; an int is IPv4.
AnySource = str | bytes | int | ipaddress.IPv4Address | ipaddress.IPv6Address
#: What sockets call an address: host and port, for IPv6 also the flow and the scope.
SocketAddress = tuple[str, int] | tuple[str, int, int, int]

#: Addresses that bind to all addresses of a machine.
WILDCARDS = ("0.0.0.0", "::")

#: Columns hold addresses as 16 bytes in network order; all zeros means unknown.
ADDRESS_BYTES = 16
UNKNOWN_ADDRESS = bytes(ADDRESS_BYTES)
#: The prefix of an IPv4 address in 16 bytes (RFC 4291 2.5.5.2).
MAPPED = bytes(10) + b"\xff\xff"

#: Bits of an address by family.
BITS = {4: 32, 6: 128}
ALL_ONES = {4: 2**32 - 1, 6: 2**128 - 1}

#: Services that may name a port: those of IANA that a SIP configuration could mean.  The machine's own list
#: isn't used, so that a configuration reads the same everywhere.
SERVICES = {
    "domain": 53,
    "ftp": 21,
    "h323hostcall": 1720,
    "http": 80,
    "http-alt": 8080,
    "https": 443,
    "iax": 4569,
    "ldap": 389,
    "ldaps": 636,
    "mgcp-callagent": 2727,
    "mgcp-gateway": 2427,
    "ntp": 123,
    "radius": 1812,
    "rtsp": 554,
    "sip": 5060,
    "sip-tls": 5061,
    "snmp": 161,
    "ssh": 22,
    "stun": 3478,
    "stuns": 5349,
    "syslog": 514,
    "telnet": 23,
    "tftp": 69,
    "turn": 3478,
    "turns": 5349,
}

_DOTTED = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}", re.ASCII)
_PART = re.compile(r"0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*", re.ASCII)
_SCANNED = re.compile(r"[ \t-\r]*([+-]?[0-9]+)", re.ASCII)
_DIGITS = re.compile("[0-9]{1,5}", re.ASCII)
_PORT = re.compile(r"[ \t-\r]*([+-]?)([0-9]+)", re.ASCII)
# ::ffff:0:0/96
_MAPPED = 0xFFFF << 32
# fe80::/10 and ff02::/16: only there the resolver accepts the name of an interface as scope.
_LINK_LOCAL = ((0xFE80 << 112, 0xFFC0 << 112), (0xFF02 << 112, 0xFF0F << 112))


class Address(NamedTuple):
    """An address with a port, 0 for any."""

    family: int
    value: int
    port: int


class Network(NamedTuple):
    """An item of an access list: ``value`` has the bits outside the mask cleared."""

    negated: bool
    family: int
    value: int
    mask: int
    port: int


class AddressError(ValueError):
    """An item is not a valid address or network; the text is the reason."""


def parse_address(text: str) -> Address | None:
    """Return the address in ``text``, with or without port, None where it would be a host name."""
    if _DOTTED.fullmatch(text):
        # The form of nearly all items.
        try:
            return Address(4, int.from_bytes(socket.inet_aton(text), "big"), 0)
        except OSError:
            return None
    parts = split_port(text)
    if parts is None:
        return None
    host, service = parts
    port = _port(service)
    if port is None:
        return None
    if ":" in host:
        value = _ipv6(host)
        if value is None:
            return None
        if value >> 32 == _MAPPED >> 32:
            return Address(4, value & ALL_ONES[4], port)
        return Address(6, value, port)
    value = _ipv4(host)
    return None if value is None else Address(4, value, port)


def parse_network(item: str, *, ports: bool = True) -> Network:
    """Return what an item of an access list means: ``[!]address[:port][/mask]``."""
    negated = item.startswith("!")
    base, slash, mask_text = item[negated:].partition("/")
    address = parse_address(base)
    if address is None:
        raise AddressError(
            f"{quoted(base)} is not a valid address" + (" (blanks count)" if base != base.strip() else "")
        )
    if not ports and address.port:
        raise AddressError(f"a port isn't allowed here: {quoted(base)}")
    family, value, port = address
    mask = _mask(mask_text, family) if slash else ALL_ONES[family]
    return Network(negated, family, value & mask, mask, port)


def split_port(text: str) -> tuple[str, str | None] | None:
    """Split ``host``, ``host:port``, ``[host]`` or ``[host]:port``; None if something else follows a bracket.

    An unclosed bracket ends at the end of the text.

    >>> split_port("[2001:db8::1]:5060"), split_port("10.0.0.1:"), split_port("2001:db8::1")
    (('2001:db8::1', '5060'), ('10.0.0.1', ''), ('2001:db8::1', None))
    """
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        if rest and rest[0] != ":":
            return None
        return host, rest[1:] if rest else None
    host, colon, service = text.partition(":")
    if not colon or ":" in service:
        return text, None
    return host, service


def format_address(family: int, value: int) -> str:
    """Return the text of an address as the C library prints it."""
    if family == 4:
        return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
    return socket.inet_ntop(socket.AF_INET6, value.to_bytes(16, "big"))


def host_port(host: str, port: int) -> str:
    """Return ``host:port``, an IPv6 address in brackets.

    >>> host_port("192.0.2.1", 5060), host_port("2001:db8::1", 5060)
    ('192.0.2.1:5060', '[2001:db8::1]:5060')
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=4096)
def packed(address: str) -> bytes:
    """Return an address as 16 bytes; ValueError if it isn't valid.  A scope is dropped."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return parsed.packed if parsed.version == 6 else MAPPED + parsed.packed


def unpacked(address: bytes | bytearray) -> str:
    """Return 16 bytes as text, an IPv4-mapped address as IPv4."""
    parsed = ipaddress.IPv6Address(bytes(address))
    return str(parsed.ipv4_mapped or parsed)


def source_and_port(source: AnySource | SocketAddress, port: int | None) -> tuple[str, int | None]:
    """Return the text of a source of any type, without its scope, and its port; only an address of a socket has one."""
    if isinstance(source, tuple):
        if len(source) not in (2, 4) or not isinstance(source[0], str):
            raise TypeError(f"source must be (host, port), with or without flow and scope, not {source!r}")
        if port not in (None, source[1]):
            raise TypeError(f"source {source!r} has a port, and port {port!r} is given too")
        return source[0].partition("%")[0], source[1]
    if isinstance(source, str):
        return str(source), port
    if isinstance(source, (ipaddress.IPv4Address, ipaddress.IPv6Address)):
        return format_address(source.version, int(source)), port
    if isinstance(source, bytes):
        if len(source) not in (4, ADDRESS_BYTES):
            raise ValueError(f"source is a packed address of {len(source)} bytes: expected 4 or 16, or a str")
        return unpacked(source if len(source) > 4 else MAPPED + source), port
    if isinstance(source, int) and not isinstance(source, bool):
        if not 0 <= source <= ALL_ONES[4]:
            raise ValueError(f"source {source} is not a valid IPv4 address: IPv6 is text or 16 packed bytes")
        return format_address(4, source), port
    raise TypeError(
        f"source must be str, an address of ipaddress, 4 or 16 bytes, int (IPv4) or a socket's (host, port),"
        f" not {type(source).__name__}"
    )


def usable_source(text: str) -> str:
    """Return an IPv6 address without the scope that makes it unreadable; ValueError for any other text.

    PJSIP never prints a scope, so the interface that only this machine knows has no part in the answer.
    """
    address, percent, _ = text.removeprefix("[").removesuffix("]").partition("%")
    if percent and _ipv6(address) is not None:
        return address
    hint = "; give its port as port" if parse_address(text) is not None else ""
    raise ValueError(
        f"source {quoted(text)} is not a valid address: expected IPv4 or IPv6 without a port{hint}"
    )


def check_local(text: str) -> None:
    """Refuse what isn't the ``address:port`` of a socket; the address is written as programs print it."""
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        valid = ipaddress.ip_address(host[1:-1] if bracketed else host).version == (6 if bracketed else 4)
    except ValueError:
        valid = False
    if not (valid and colon and _DIGITS.fullmatch(port) and int(port) <= 0xFFFF):
        raise ValueError(
            f"local {quoted(text)} is not an address with a port:"
            f" expected one such as 192.0.2.1:5060 or [2001:db8::1]:5060"
        )


class Item(Protocol):
    """An item of ``match``, as :class:`identify.model.AddressRule` is one."""

    @property
    def negated(self) -> bool: ...
    @property
    def family(self) -> int: ...
    @property
    def address(self) -> int: ...
    @property
    def mask(self) -> int: ...
    @property
    def port(self) -> int: ...


def covers(items: Sequence[Item], address: Address) -> bool:
    """Return whether the last item that matches the address, with its port, is positive."""
    family, value, port = address
    for item in reversed(items):
        if item.family == family and item.port in (0, port) and value & item.mask == item.address:
            return not item.negated
    return False


class Coverage:
    """What a list of items for any port covers, as :func:`covers`, in time that depends on the number of its masks."""

    def __init__(self, items: Iterable[Item]) -> None:
        # By family and mask: the place of the last item of an address, and whether it is positive.
        self.masks: dict[tuple[int, int], dict[int, tuple[int, bool]]] = {}
        self._places = count()
        self.extend(items)

    def extend(self, items: Iterable[Item]) -> None:
        """Append items to the list."""
        for item in items:
            found = self.masks.setdefault((item.family, item.mask), {})
            found[item.address] = next(self._places), not item.negated

    def __contains__(self, address: Address) -> bool:
        """Return whether the last item that matches the address is positive."""
        last = (-1, False)
        for (family, mask), found in self.masks.items():
            if family == address.family:
                last = max(last, found.get(address.value & mask, last))
        return last[1]


def _ipv4(text: str) -> int | None:
    """Return the number that ``inet_aton`` reads if it reads all of ``text``.

    10.1 has the parts 10 and 1: 10 << 24 | 1, which is 10.0.0.1.
    """
    parts = text.split(".")
    if len(parts) > 4 or not all(map(_PART.fullmatch, parts)) or len(text) > 64:
        return None
    *leading, last = (
        int(part, 16 if part[1:2] in ("x", "X") else 8 if part[0] == "0" else 10) for part in parts
    )
    value = 0
    for number in leading:
        if number > 255:
            return None
        value = value << 8 | number
    room = 8 * (4 - len(leading))
    return None if last >> room else value << room | last


def _ipv6(text: str) -> int | None:
    """Return the number of an IPv6 address; a scope is accepted if it may be valid, and dropped.

    Which interfaces exist isn't known: ``lo`` is taken to exist, any number may, other names don't.
    """
    address, percent, scope = text.partition("%")
    try:
        value = int.from_bytes(socket.inet_pton(socket.AF_INET6, address), "big")
    except (OSError, ValueError):
        return None
    if percent and not (scope.isascii() and scope.isdigit()):
        local = any(value & mask == prefix for prefix, mask in _LINK_LOCAL)
        if not local or scope != "lo":
            return None
    return value


def _port(text: str | None) -> int | None:
    if not text:
        return 0
    if text in SERVICES:
        return SERVICES[text]
    match = _PORT.fullmatch(text)
    if match is None or len(text) > 64:
        return None
    number = min(int(match[2]), 2**64 - 1)
    if match[1] == "-":
        number = -number & (2**64 - 1)
    # The resolver keeps a signed 32-bit number and treats a negative one as an unknown service.
    return None if number & 0x80000000 else number & 0xFFFF


def _mask(text: str, family: int) -> int:
    if "." in text or ":" in text:
        parts = split_port(text)
        address = parse_address(text) if parts is not None and parts[1] is None else None
        if address is None:
            raise AddressError(f"{quoted(text)} is not a valid mask")
        if address.family != family:
            raise AddressError(f"the mask {quoted(text)} is of another family than the address")
        return address.value
    match = _SCANNED.match(text)
    if match is None or len(match[1]) > 64:
        raise AddressError(f"{quoted(text)} is not a valid mask length")
    # A 64-bit number whose lower 32 bits are kept, with their sign.
    number = int(match[1])
    if not 0 <= number <= BITS[family]:
        number = max(min(number, 2**63 - 1), -(2**63)) & 0xFFFFFFFF
    if number > BITS[family]:
        raise AddressError(f"{quoted(match[1])} is not a valid mask length: expected 0 to {BITS[family]}")
    return ALL_ONES[family] ^ (ALL_ONES[family] >> number)
