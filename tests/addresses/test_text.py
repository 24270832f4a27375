"""Source addresses as text."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify._addresses import parse_address


def v4(text: str) -> tuple[int, int]:
    """Return what a plain dotted quad stands for."""
    return 4, int(ipaddress.IPv4Address(text))


def v6(text: str) -> tuple[int, int]:
    """Return what a plain IPv6 address stands for."""
    return 6, int(ipaddress.IPv6Address(text))


# As the C library's resolver answers for numeric hosts; brackets as in ``match``.
ACCEPTED = {
    "1.2.3.4": v4("1.2.3.4"),
    "0.0.0.0": v4("0.0.0.0"),
    "255.255.255.255": v4("255.255.255.255"),
    "1.2.3": v4("1.2.0.3"),
    "1.2.65535": v4("1.2.255.255"),
    "1.16777215": v4("1.255.255.255"),
    "010.0.0.1": v4("8.0.0.1"),
    "16909060": v4("1.2.3.4"),
    "4294967295": v4("255.255.255.255"),
    "0x01020304": v4("1.2.3.4"),
    "0X10.1.1.1": v4("16.1.1.1"),
    "0x1.0x2.3.4": v4("1.2.3.4"),
    "00000000001.2.3.4": v4("1.2.3.4"),
    "0": v4("0.0.0.0"),
    "[1.2.3.4]": v4("1.2.3.4"),
    "::ffff:1.2.3.4": v4("1.2.3.4"),
    "::FFFF:102:304": v4("1.2.3.4"),
    "::ffff:1.2.3.4%1": v4("1.2.3.4"),
    "::1.2.3.4": v6("::102:304"),
    "::": v6("::"),
    "::1": v6("::1"),
    "[2001:db8::1]": v6("2001:db8::1"),
    "2001:DB8::1": v6("2001:db8::1"),
    "1:2:3:4:5:6:7:8": v6("1:2:3:4:5:6:7:8"),
    "1:2:3:4:5:6:7::": v6("1:2:3:4:5:6:7:0"),
    "::2:3:4:5:6:7:8": v6("0:2:3:4:5:6:7:8"),
    "1:2:3:4:5:6:1.2.3.4": v6("1:2:3:4:5:6:102:304"),
    "fe80::1%lo": v6("fe80::1"),
    "fe80::1%2": v6("fe80::1"),
    "fe80::1%0": v6("fe80::1"),
    "fe80::1%01": v6("fe80::1"),
    "fe80::1%4294967295": v6("fe80::1"),
    "2001:db8::1%2": v6("2001:db8::1"),
    "ff01::1%lo": v6("ff01::1"),
    "ff02::1%lo": v6("ff02::1"),
}

REFUSED = [
    "",
    "1.",
    "1.2.3.4.",
    "1..2",
    ".1.2.3",
    "1.2.3.256",
    "256.1.1.1",
    "1.2.3.4.5",
    "1.2.65536",
    "1.16777216",
    "4294967296",
    "08.1.1.1",
    "0x",
    "0xg",
    "+1.2.3.4",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.4\0",
    "1.2.3.4:5060",
    "1.2.3.4%lo",
    "[1.2.3.4",
    "1.2.3.4]",
    "[[1.2.3.4]]",
    "[]",
    "[1.2.3.4]:5060",
    ":",
    ":::",
    "1:",
    ":1",
    "::1:",
    "1::2::3",
    "1::2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::00001",
    "::g",
    " ::1",
    "::ffff:01.2.3.4",
    "::ffff:1.2.3",
    "::1.2.3.4:5",
    "fe80::1%",
    "fe80::1%eth9",
    "fe80::1%lo0",
    "fe80::1%2x",
    "fe80::1%0x2",
    "fe80::1%+2",
    "fe80::1% 2",
    "fe80::1%4294967296",
    "2001:db8::1%lo",
    "fec0::1%lo",
    "::ffff:1.2.3.4%lo",
    "example.com",
    "\u0661.2.3.4",
    "\udc80",
    "0" * 200 + "1",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text: str) -> None:
    """Every form that the resolver reads is read, as str and as bytes."""
    assert parse_address(text) == ACCEPTED[text]
    assert parse_address(text.encode()) == ACCEPTED[text]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    """What the resolver doesn't read is no address, as str and as bytes."""
    assert parse_address(text) is None
    assert parse_address(text.encode("utf-8", "surrogateescape")) is None


@given(st.ip_addresses(v=4))
def test_every_quad(address: ipaddress.IPv4Address) -> None:
    """A printed IPv4 address is read back."""
    assert parse_address(str(address)) == (4, int(address))


@given(st.ip_addresses(v=6))
def test_every_ipv6(address: ipaddress.IPv6Address) -> None:
    """A printed IPv6 address is read back, compressed or not; mapped ones as IPv4."""
    mapped = address.ipv4_mapped

    answer = (6, int(address)) if mapped is None else (4, int(mapped))
    assert parse_address(str(address)) == answer
    assert parse_address(address.exploded) == answer


@given(st.text("0123456789abcdefABCDEFx.:%", max_size=50))
def test_ipv6_as_inet_pton(text: str) -> None:
    """Text with a colon is read exactly if inet_pton reads it."""
    if ":" not in text or "%" in text:
        text = text.replace("%", ":") + "::1"
    try:
        address = ipaddress.IPv6Address(socket.inet_pton(socket.AF_INET6, text))
    except OSError:
        assert parse_address(text) is None
    else:
        mapped = address.ipv4_mapped
        assert parse_address(text) == ((6, int(address)) if mapped is None else (4, int(mapped)))


@given(st.text("0123456789abcdefx.", max_size=20))
def test_ipv4_as_inet_aton(text: str) -> None:
    """Text without a colon is read exactly if inet_aton reads it."""
    try:
        address = socket.inet_aton(text)
    except OSError:
        assert parse_address(text) is None
    else:
        assert parse_address(text) == (4, int.from_bytes(address, "big"))


@given(st.binary(max_size=160))
def test_any_bytes(data: bytes) -> None:
    """Any bytes are an address or none, never an error."""
    answer = parse_address(data)

    assert answer is None or answer[0] in (4, 6)
