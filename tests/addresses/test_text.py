"""Source addresses as text."""

import ipaddress
import itertools
import socket
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify._compiled._addresses import WAYS, parse_address, parse_plain


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


#: The ways that read without branches; the first one goes character by character.
FAST = range(1, len(WAYS))
OCTETS = (
    "",
    "0",
    "1",
    "9",
    "10",
    "99",
    "100",
    "199",
    "249",
    "250",
    "255",
    "256",
    "300",
    "999",
    "00",
    "01",
    "010",
    "a",
)
GROUPS = ("", "", "0", "7", "f", "1f", "abc", "ABCD", "0000", "ffff", "00000", "g", "1.2.3.4")


def mangled(text: str) -> st.SearchStrategy[str]:
    """Draw texts that differ from one in a character or a length."""
    places = st.integers(0, len(text))
    return st.builds(
        lambda place, removed, added: text[:place] + added + text[place + removed :],
        places,
        st.integers(0, 2),
        st.text("0123456789abcfgxG.:/;@`%[]\x00\x7f", max_size=2),
    )


def test_ways() -> None:
    """Every machine of the usual byte order has a fast way besides the plain one."""
    assert WAYS[0] == "characters"
    assert len(WAYS) == 1 or sys.byteorder == "little"
    assert len(WAYS) >= 2 or sys.byteorder == "big"


@pytest.mark.parametrize("way", FAST)
def test_quads_of_every_shape(way: int) -> None:
    """Every way reads all combinations of octets of interest exactly as it is done character by character."""
    for octets in itertools.product(OCTETS, repeat=4):
        text = ".".join(octets)
        assert parse_plain(text, way) == parse_plain(text, 0), text


@pytest.mark.parametrize("way", FAST)
@given(data=st.data(), address=st.ip_addresses(v=4))
def test_mangled_quads(way: int, data: st.DataObject, address: ipaddress.IPv4Address) -> None:
    """A quad with anything else in it is read, or left to others, in every way alike."""
    text = data.draw(mangled(str(address)))
    expected = parse_plain(text, 0)

    assert parse_plain(str(address), way) == (4, int(address))
    if ":" not in text:
        assert parse_plain(text, way) == expected


def as_inet_pton(text: str) -> tuple[int, int] | None:
    """Return what inet_pton reads, mapped addresses as IPv4."""
    try:
        address = ipaddress.IPv6Address(socket.inet_pton(socket.AF_INET6, text))
    except (OSError, ValueError):
        return None
    mapped = address.ipv4_mapped
    return (6, int(address)) if mapped is None else (4, int(mapped))


@pytest.mark.parametrize("way", FAST)
@given(address=st.ip_addresses(v=6))
def test_groups_without_branches(way: int, address: ipaddress.IPv6Address) -> None:
    """Every way reads the usual forms of IPv6 itself, in either case of letters."""
    for text in (address.compressed, address.exploded, address.compressed.upper()):
        if "." not in text:
            assert parse_plain(text, way) == as_inet_pton(text)


@pytest.mark.parametrize("way", FAST)
@given(st.lists(st.sampled_from(GROUPS), min_size=1, max_size=10))
def test_groups_of_every_shape(way: int, groups: list[str]) -> None:
    """Groups, gaps and what is neither are read as inet_pton does, or not at all."""
    text = ":".join(groups)
    read = parse_plain(text, way)

    if ":" not in text:
        assert read == parse_plain(text, 0)
    elif "." in text:
        assert read is None
    else:
        assert read == as_inet_pton(text)


@pytest.mark.parametrize("way", FAST)
@given(data=st.data(), address=st.ip_addresses(v=6))
def test_mangled_groups(way: int, data: st.DataObject, address: ipaddress.IPv6Address) -> None:
    """IPv6 with anything else in it is read only if inet_pton reads it, and as that does."""
    text = data.draw(mangled(address.compressed))
    read = parse_plain(text, way)

    assert read is None or ":" not in text or read == as_inet_pton(text)
    assert read == (
        as_inet_pton(text) if set(text) <= set("0123456789abcdefABCDEF:") and ":" in text else read
    )


@pytest.mark.parametrize("text", [*ACCEPTED, *REFUSED])
@pytest.mark.parametrize("way", range(len(WAYS)))
def test_ways_agree(way: int, text: str) -> None:
    """What a way reads of the listed forms is what they stand for."""
    if text.isascii():
        read = parse_plain(text, way)
        assert read is None or read == ACCEPTED[text]


def test_no_such_way() -> None:
    """A way that the machine hasn't is refused."""
    with pytest.raises(ValueError, match="this machine has"):
        parse_plain("1.2.3.4", len(WAYS))
