"""The compiled address index against the plainest possible reading of the rules."""

import array
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identify._compiled._address_rules import AddressRules
from identify._compiled._addresses import IPV6, NEGATED, AddressIndex
from identify.model import AddressRule, Origin

Rule = tuple[bool, int, int, int, int]
WIDTHS = {4: 32, 6: 128}
PORTS = (0, 1, 5060, 5061, 65535)


def expected(identifies: list[list[Rule]], family: int, address: int, port: int) -> int:
    """Scan as Asterisk does: every identify in order, the last item that covers decides."""
    for rank, items in enumerate(identifies):
        for negated, item_family, item_address, mask, item_port in reversed(items):
            if item_family == family and address & mask == item_address and item_port in (0, port):
                if not negated:
                    return rank
                break
    return -1


def prefix(family: int, address: int, length: int, *, negated: bool = False, port: int = 0) -> Rule:
    """Make an item of a prefix length, the host bits cleared."""
    width = WIDTHS[family]
    mask = (1 << width) - (1 << (width - length))
    return negated, family, address & mask, mask, port


def probes(items: list[Rule], family: int) -> list[int]:
    """List the first and last address of each item's span and their neighbours, and both ends of the family."""
    largest = (1 << WIDTHS[family]) - 1
    found = {0, largest}
    for _, item_family, address, mask, _ in items:
        if item_family == family:
            last = address | (~mask & largest)
            found.update((address - 1, address, address + 1, last - 1, last, last + 1, (address + last) // 2))
    return sorted(address for address in found if 0 <= address <= largest)


def check(identifies: list[list[Rule]], ports: tuple[int, ...] = PORTS) -> None:
    """Compare the index with the scan at every border of the items."""
    index = AddressIndex.from_rules(identifies)
    items = [item for identify in identifies for item in identify]
    for family in WIDTHS:
        for address in probes(items, family):
            for port in ports:
                answer = index.lookup(family, address, port)
                assert answer == expected(identifies, family, address, port), (family, hex(address), port)


@st.composite
def rules(draw: st.DrawFn, *, holes: bool) -> Rule:
    """Draw items that often nest, touch or repeat: few different addresses, all lengths."""
    family = draw(st.sampled_from((4, 6)))
    width = WIDTHS[family]
    base = draw(st.sampled_from((0, 0x0A010203, (1 << width) - 1, 0x20010DB8 << (width - 32))))
    address = base ^ (draw(st.integers(0, 255)) << draw(st.sampled_from((0, 4, 8, 16, width - 8))))
    length = draw(st.one_of(st.integers(0, width), st.sampled_from((0, 8, 16, 24, 32, width - 1, width))))
    negated, _, address, mask, port = prefix(
        family,
        address & ((1 << width) - 1),
        length,
        negated=draw(st.booleans()),
        port=draw(st.sampled_from((0, 0, 0, 1, 5060, 65535))),
    )
    if holes and draw(st.booleans()):
        mask &= ~(draw(st.integers(0, 255)) << draw(st.integers(0, width - 8)))
    return negated, family, address & mask, mask, port


@given(st.lists(st.lists(rules(holes=False), max_size=6), max_size=12))
@example([[prefix(4, 0, 0)], [prefix(6, 0, 0)]])
@example([[prefix(4, 0x0A000000, 8), prefix(4, 0x0A010000, 16, negated=True, port=5060)]])
@example([[prefix(4, 0x0A000000, 8), prefix(4, 0x0A010000, 16, negated=True), prefix(4, 0x0A010200, 24)]])
def test_prefixes(identifies: list[list[Rule]]) -> None:
    """Prefixes of both families with signs and ports answer as the scan does."""
    check(identifies)


@given(st.lists(st.lists(rules(holes=True), max_size=6), max_size=8))
@example([[(False, 4, 0x0A000005, 0xFF0000FF, 0), (True, 4, 0x0A010005, 0xFFFF00FF, 5060)]])
def test_masks_with_holes(identifies: list[list[Rule]]) -> None:
    """Masks with holes, mixed with prefixes, answer as the scan does."""
    check(identifies)


@st.composite
def octet_rules(draw: st.DrawFn) -> Rule:
    """Draw an item of which only the last octet matters."""
    mask = draw(
        st.one_of(st.sampled_from((0, 0x80, 0xC0, 0xE0, 0xF0, 0xF8, 0xFC, 0xFE, 0xFF)), st.integers(0, 255))
    )
    address = draw(st.integers(0, 255)) & mask
    return (
        draw(st.booleans()),
        4,
        0xC0000200 | address,
        0xFFFFFF00 | mask,
        draw(st.sampled_from((0, 0, 5060, 5061))),
    )


@given(st.lists(st.lists(octet_rules(), max_size=8), max_size=6))
def test_every_address_of_a_small_universe(identifies: list[list[Rule]]) -> None:
    """All 256 addresses of a /24 and three ports answer as the scan does, whatever the items."""
    index = AddressIndex.from_rules(identifies)
    for address in range(0xC0000200, 0xC0000300):
        for port in (5060, 5061, 5062):
            assert index.lookup(4, address, port) == expected(identifies, 4, address, port)


def test_signs_exhaustively() -> None:
    """Every choice of three items among nested prefixes and signs answers as the scan does."""
    choices = [
        prefix(4, 0xC0000200, length, negated=negated, port=port)
        for length in (24, 25, 32)
        for negated in (False, True)
        for port in (0, 5060)
    ]
    for first in choices:
        for second in choices:
            for third in choices:
                check([[first, second, third], [prefix(4, 0xC0000200, 26)]], (5060, 5061))


def random_prefixes(generator: random.Random, family: int, count: int) -> list[Rule]:
    """Draw prefixes from a few providers, short to single addresses."""
    width = WIDTHS[family]
    providers = [generator.getrandbits(12) << (width - 12) for _ in range(40)]
    return [
        prefix(
            family,
            generator.choice(providers) | generator.getrandbits(width - 12),
            generator.choice(
                (width, width, width * 3 // 4, width // 2, width // 4, generator.randint(4, width))
            ),
        )
        for _ in range(count)
    ]


def scan_hits(items: list[tuple[int, Rule]], address: int, port: int) -> int:
    """Return the smallest rank of single-item identifies that cover an address."""
    hits = (
        rank
        for rank, (_, _, first, mask, item_port) in items
        if address & mask == first and item_port in (0, port)
    )
    return min(hits, default=-1)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("ported", [False, True])
def test_ten_thousand_prefixes(family: int, ported: bool) -> None:
    """A large table of one item an identify answers as the scan does, near borders and anywhere."""
    generator = random.Random(family * 2 + ported)
    items = random_prefixes(generator, family, 10_000)
    if ported:
        items = [
            (*item[:4], generator.choice((0, 0, 5060, 5061, generator.randint(1, 65535)))) for item in items
        ]
    ranked = list(enumerate(items))
    index = AddressIndex.from_rules([[item] for item in items])
    places = generator.sample(probes(items, family), 120)
    places += [generator.getrandbits(WIDTHS[family]) for _ in range(30)]
    for address in places:
        for port in (5060, 7):
            assert index.lookup(family, address, port) == scan_hits(ranked, address, port)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("count", [3, 4, 50, 3000])
def test_single_addresses(family: int, count: int) -> None:
    """Tables of single addresses are exact for each of them and for their neighbours."""
    generator = random.Random(count)
    addresses = generator.sample(range(1, 1 << min(WIDTHS[family], 60)), count)
    index = AddressIndex.from_rules([[prefix(family, address, WIDTHS[family])] for address in addresses])
    rank = {address: number for number, address in enumerate(addresses)}
    for address in addresses:
        assert index.lookup(family, address, 0) == rank[address]
        assert index.lookup(family, address + 1, 0) == rank.get(address + 1, -1)
        assert index.lookup(family, address - 1, 0) == rank.get(address - 1, -1)
    assert (index.structure[family]["host_capacity"] > 0) == (count > 3)


@pytest.mark.parametrize("family", [4, 6])
def test_single_addresses_over_a_prefix(family: int) -> None:
    """Single addresses taken out of a prefix, and hidden by one, are right although they are hashed."""
    width = WIDTHS[family]
    first = 10 << (width - 8)
    holes = [prefix(family, first + 7 * number, width, negated=True) for number in range(500)]
    identifies = [
        [prefix(family, first + 21 * number, width) for number in range(100)],
        [prefix(family, first, 8), *holes],
        [prefix(family, first, 9)],
    ]
    index = AddressIndex.from_rules(identifies)
    assert index.structure[family]["host_capacity"] > 0
    for address in range(first - 2, first + 3600):
        assert index.lookup(family, address, 9) == expected(identifies, family, address, 9)


NASTY = {
    "same prefix": [[prefix(4, 10 << 24, 8)] for _ in range(10_000)],
    "same prefix, each negated elsewhere": [
        [prefix(4, 10 << 24, 8), prefix(4, 10 << 24 | number << 8, 24, negated=True)]
        for number in range(10_000)
    ],
    "same prefix, all taken out": [
        [prefix(4, 10 << 24, 8), prefix(4, 10 << 24, 16, negated=True)] for _ in range(10_000)
    ],
    "nested": [[prefix(4, 0x0A010203, number % 33)] for number in range(10_000)],
    "nested in IPv6": [
        [prefix(6, 0x20010DB8 << 96 | 0xFFFF << 40, number % 129)] for number in range(10_000)
    ],
    "one list of alternating signs": [
        [
            prefix(4, 0x0A000000 | number << 4, 8 + number % 25, negated=bool(number & 1))
            for number in range(10_000)
        ]
    ],
    "a port each": [[prefix(4, 10 << 24, 8, port=1 + number)] for number in range(10_000)],
    "a port each, negated ones too": [
        [prefix(4, 10 << 24, 8), prefix(4, 10 << 24, 16, negated=True, port=1 + number)]
        for number in range(2_000)
    ],
    "few ports, negated ones too": [
        [prefix(4, 10 << 24, 8), prefix(4, 10 << 24, 16, negated=True, port=5060 + number % 5)]
        for number in range(10_000)
    ],
    "many ports and many exclusions in one": [
        [
            *[prefix(4, 10 << 24, 8, port=1 + number) for number in range(500)],
            *[prefix(4, 10 << 24 | number << 8, 24, negated=True) for number in range(500)],
        ]
    ],
    "masks with holes": [[(False, 4, 10 << 24 | number & 255, 0xFF0000FF, 0)] for number in range(2_000)],
    "a mask each": [[(False, 4, 10 << 24, 0xFF000000 | number, 0)] for number in range(2_000)],
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_tables(name: str) -> None:
    """Tables that invite quadratic work are built and answer as the scan does."""
    identifies = NASTY[name]
    generator = random.Random(7)
    items = [item for identify in identifies for item in identify]
    index = AddressIndex.from_rules(identifies)
    for _ in range(40):
        _, family, address, mask, port = generator.choice(items)
        width = WIDTHS[family]
        spot = (address | (~mask & generator.getrandbits(width))) + generator.choice((-1, 0, 0, 1))
        spot &= (1 << width) - 1
        for source_port in (port, 5060, 40000):
            assert index.lookup(family, spot, source_port) == expected(identifies, family, spot, source_port)


def test_large_ported_table_stays_small() -> None:
    """Ten thousand ports take memory for ten thousand items, not for ten thousand tables."""
    index = AddressIndex.from_rules(NASTY["a port each"])

    assert index.size < 40 * len(index) + 2_000_000
    assert index.structure[4]["ports"] >= 10_000


def test_columns_are_the_same_as_tuples() -> None:
    """The constructor from buffers and the one from tuples give the same answers."""
    generator = random.Random(5)
    items = random_prefixes(generator, 4, 300) + random_prefixes(generator, 6, 300)
    identifies = [items[begin : begin + 3] for begin in range(0, len(items), 3)]
    ranks = array.array("I", [rank for rank, identify in enumerate(identifies) for _ in identify])
    flags = bytes((NEGATED if item[0] else 0) | (IPV6 if item[1] == 6 else 0) for item in items)
    addresses = b"".join(item[2].to_bytes(16, "big") for item in items)
    masks = b"".join(item[3].to_bytes(16, "big") for item in items)
    ports = array.array("H", [item[4] for item in items])

    index = AddressIndex(ranks, flags, addresses, masks, ports)

    other = AddressIndex.from_rules(identifies)
    assert len(index) == len(other) == 600
    for family in WIDTHS:
        for address in probes(items, family):
            assert index.lookup(family, address, 0) == other.lookup(family, address, 0)


def test_model_objects() -> None:
    """Address rules of the model can be given as they are."""
    rule = AddressRule(
        text="10.0.0.0/8:5060",
        negated=False,
        family=4,
        address=10 << 24,
        mask=0xFF000000,
        port=5060,
        origin=Origin("pjsip.conf", 1),
    )

    index = AddressIndex.of(AddressRules.of([(), (rule,)]))

    assert index.lookup(4, 0x0A090807, 5060) == 1
    assert index.lookup(4, 0x0A090807, 5061) == -1


def test_ranks_may_have_gaps() -> None:
    """Answers are the ranks that were given, not positions."""
    index = AddressIndex(
        array.array("I", [7, 1_000_000]),
        bytes(2),
        (0x0A000000).to_bytes(16, "big") * 2,
        (0xFFFF0000).to_bytes(16, "big") + (0xFF000000).to_bytes(16, "big"),
        bytes(4),
    )

    assert index.lookup(4, 0x0A000001, 5060) == 7
    assert index.lookup(4, 0x0A010001, 5060) == 1_000_000


def test_empty() -> None:
    """An index of nothing answers no to everything."""
    index = AddressIndex()

    assert len(index) == 0
    assert index.lookup(4, 0, 0) == index.lookup(6, (1 << 128) - 1, 65535) == -1


def test_text() -> None:
    """Text is parsed and looked up in one call; what is no address matches nothing."""
    index = AddressIndex.from_rules([[prefix(4, 0x01020300, 24)], [prefix(6, 0xFE80 << 112, 10)]])

    assert index.lookup_text("1.2.3.4", 5060) == 0
    assert index.lookup_text(b"::ffff:1.2.3.4", 5060) == 0
    assert index.lookup_text("fe80::1%lo", 5060) == 1
    assert index.lookup_text("fe80::1%eth0", 5060) == -1
    assert index.lookup_text("\udc80", 5060) == -1


def test_batch_sum() -> None:
    """The bare loop gives the sum of the single answers, for both families."""
    index = AddressIndex.from_rules([[prefix(4, 0, 1)], [prefix(6, 1 << 127, 1)], [prefix(4, 1 << 31, 2)]])
    quads = array.array("I", [0, 1 << 31, 0xFFFFFFFF])
    pairs = array.array("Q", [1 << 63, 5, 0, 5])

    assert index.checksum(4, quads, 5060) == 0 + 2 - 1
    assert index.checksum(6, pairs, 5060) == 1 - 1


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ((b"\0" * 4, b"\0", b"\0" * 16, b"\0" * 16, b""), "got \\[4, 1, 16, 16, 0\\]"),
        ((b"\xff" * 4, b"\0", b"\0" * 16, b"\0" * 16, b"\0\0"), "item 0: rank 4294967295"),
        ((b"\0" * 4, b"\0", b"\0" * 15 + b"\1", b"\0" * 16, b"\0\0"), "item 0: the address has bits"),
        ((b"\0" * 4, b"\0", b"\0" * 16, b"\0" * 11 + b"\1" * 5, b"\0\0"), "item 0: an IPv4 mask"),
        ((array.array("I", [1, 0]), b"\0" * 2, b"\0" * 32, b"\0" * 32, b"\0" * 4), "item 1: rank 0 after 1"),
    ],
)
def test_refused_columns(columns: tuple[bytes, bytes, bytes, bytes, bytes], complaint: str) -> None:
    """Columns that don't fit together or break the promises are refused by item and value."""
    with pytest.raises(ValueError, match=complaint):
        AddressIndex(*columns)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((5, 0, 0), ValueError),
        ((4, 1 << 32, 0), OverflowError),
        ((6, 1 << 128, 0), OverflowError),
        ((4, 0, 65536), OverflowError),
    ],
)
def test_refused_questions(arguments: tuple[int, int, int], error: type[Exception]) -> None:
    """A question out of range is an error, not a wrong answer."""
    with pytest.raises(error):
        AddressIndex().lookup(*arguments)


def test_refused_rules() -> None:
    """A rule of an unknown family is refused."""
    with pytest.raises(ValueError, match="identify 0: family 5"):
        AddressIndex.from_rules([[(False, 5, 0, 0, 0)]])
