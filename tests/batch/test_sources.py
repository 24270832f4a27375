"""``identify_sources``: every form of input, and that each answer is that of ``identify_source``."""

import random
import socket
from array import array

import columns
import generate
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identify.configuration import Configuration
from identify.engine import NO_MATCH, Engine

V4 = [
    "192.0.2.1",
    "192.0.2.99",
    "198.51.100.7",
    "10.77.3.9",
    "203.0.113.200",
    "192.0.2.66",
    "8.8.8.8",
    "0.0.0.0",
]
V6 = ["2001:db8::1", "2001:db8:1::1", "2001:db9::1", "::ffff:192.0.2.1", "::", "::192.0.2.1"]
TEXTS = [
    "192.0.2",
    "[2001:db8::1]",
    "0xc0.0.0x201",
    "fe80::1%lo",
    "2001:db8::1%3",
    "nonsense",
    "",
    "é",
    "192.0.2.1 ",
]
PORTS = [0, 5060, 5080, 5070]

KNOWN = {
    **{f"v4, {name}": (form, V4) for name, form in columns.V4_FORMS.items()},
    **{f"both, {name}": (form, V4 + V6) for name, form in columns.RECORD_FORMS.items()},
    **{f"v4, {name}": (form, [None, *V4, None]) for name, form in columns.NULL_V4_FORMS.items()},
    **{f"both, {name}": (form, [*V4, None, *V6, None]) for name, form in columns.NULL_FORMS.items()},
    **{f"text, {name}": (form, [*V4, None, *TEXTS, *V6, None]) for name, form in columns.TEXT_FORMS.items()},
}


@pytest.mark.parametrize("kind", KNOWN)
@pytest.mark.parametrize("port", [None, *PORTS])
def test_addresses(engine, alone, kind, port):
    """Each form of addresses is answered as they are one by one; what isn't known has no answer."""
    form, values = KNOWN[kind]

    found = engine.identify_sources(form(values), port)

    assert list(found) == alone(engine, values, [port] * len(values))
    assert len(set(found)) > 2


@pytest.mark.parametrize("kind", columns.PORT_FORMS)
@pytest.mark.parametrize("addresses", ["list", "arrow string, chunked"])
def test_ports(engine, alone, kind, addresses):
    """Each form of ports goes with its address, whatever chunks either has."""
    values = [address for address in V4 + V6 for _ in PORTS]
    ports = PORTS * (len(V4) + len(V6))

    found = engine.identify_sources(columns.TEXT_FORMS[addresses](values), columns.PORT_FORMS[kind](ports))

    assert list(found) == alone(engine, values, ports)


def test_ports_of_numbers(engine, alone):
    """Ports of many addresses of one family, in more than one block."""
    values = [address for address in V4 for _ in PORTS] * 20
    ports = PORTS * (len(V4) * 20)

    found = engine.identify_sources(array("I", map(columns.number, values)), array("H", ports), threads=2)

    assert list(found) == alone(engine, values, ports)


@pytest.mark.parametrize("name", ["list", "arrow uint16", "arrow uint16, chunked"])
def test_null_ports(engine, alone, name):
    """A null port is no port: only items for any port match."""
    ports = [5080, None, 0]

    found = engine.identify_sources(
        ["198.51.100.7", "198.51.100.7", "192.0.2.1"], columns.PORT_FORMS[name](ports)
    )

    assert list(found) == alone(engine, ["198.51.100.7", "198.51.100.7", "192.0.2.1"], ports)
    assert found[0] != NO_MATCH == found[1]


@pytest.mark.parametrize("kind", KNOWN)
def test_empty(engine, kind):
    """No address, no answer."""
    form = KNOWN[kind][0]
    empty = b"" if "uint8 (n" in kind else form([])

    assert list(engine.identify_sources(empty)) == []
    assert list(engine.identify_sources(empty, [], threads=4)) == []


def test_empty_engine(alone):
    """An engine without any rule, or that was never initialised, has no answer."""
    for engine in (Engine(Configuration.from_files({"pjsip.conf": ""})), Engine.__new__(Engine)):
        assert list(engine.identify_sources(V4 + V6)) == [NO_MATCH] * len(V4 + V6)


def test_surrogates(engine):
    """Text that is no UTF-8 is no address."""
    assert list(engine.identify_sources(["\udcff", "192.0.2.1", "\ud800"])) == [NO_MATCH, 0, NO_MATCH]


@st.composite
def questions(draw):
    """Draw a configuration, and sources near its rules with ports."""
    text = draw(strategies.configurations())
    sources = draw(st.lists(st.sampled_from(generate.sources_near(text)), min_size=1, max_size=80))
    ports = draw(
        st.lists(st.sampled_from([0, 5060, 5080, 65535]), min_size=len(sources), max_size=len(sources))
    )
    return text, sources, ports


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(case=questions())
def test_generated(alone, case):
    """Over generated configurations, all forms agree with the single question."""
    text, sources, ports = case
    engine = Engine(Configuration.from_files({"pjsip.conf": text}))
    expected = alone(engine, sources, ports)

    assert list(engine.identify_sources(sources, ports)) == expected
    if all(engine_reads(source) for source in sources):
        records = columns.RECORD_FORMS["bytes"](sources)
        assert list(engine.identify_sources(records, array("H", ports))) == expected
        if not any(":" in source for source in sources):
            numbers = columns.V4_FORMS["array"](sources)
            assert list(engine.identify_sources(numbers, array("H", ports))) == expected
            assert list(engine.identify_sources(numbers, ports[0])) == alone(
                engine, sources, [ports[0]] * len(sources)
            )


def engine_reads(source):
    """Say whether a source is an address as everybody writes it."""
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in source else socket.AF_INET, source)
    except OSError:
        return False
    return True


#: Tables of every structure: prefix lengths, how many identifies, items of each, further items.
TABLES = {
    "few": ((8, 16, 24, 32), 3, 4, ""),
    "crowded": ((20, 24, 26, 28, 30, 31, 32), 200, 40, ""),
    "hosts": ((32,), 100, 60, ""),
    "hosts and networks": ((32,) * 30 + (16,), 100, 60, ""),
    "ports": ((16, 24, 28, 32), 60, 40, ":5080"),
    "masks": ((16, 24, 28, 32), 60, 20, "/255.0.255.0"),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("wide", [False, True], ids=["everywhere", "dense"])
def test_large_tables(alone, name, wide):
    """Many addresses at once get the answers that they get alone, in tables of every structure."""
    lengths, identifies, items, extra = TABLES[name]
    source = random.Random(name)
    drawn = [
        (source.getrandbits(32) & (0x3FFFF if wide else -1), source.choice(lengths))
        for _ in range(identifies * items)
    ]
    parts = ["[e]\ntype=endpoint\n"]
    for number in range(identifies):
        rules = [f"{dotted(address)}/{length}" for address, length in drawn[number::identifies]]
        if extra:
            rules += [
                f"{dotted(drawn[number][0])}{extra}",
                f"2001:db8:{number:x}::{number:x}/{number % 128 + 1}",
            ]
        rules += [f"2001:db8:{number:x}::1"]
        parts.append(f"[i{number}]\ntype=identify\nendpoint=e\nmatch={','.join(rules)}\n")
    engine = Engine(Configuration.from_files({"pjsip.conf": "".join(parts)}))
    near = [address ^ source.getrandbits(32) >> source.randint(8, 40) for address, _ in drawn]
    sources = [dotted(address) for address in near + [source.getrandbits(32) for _ in range(500)]]
    ports = [source.choice((0, 5060, 5080)) for _ in sources]
    wider = sources + [
        f"2001:db8:{source.randint(0, identifies):x}::{source.randint(0, 3):x}" for _ in range(500)
    ]

    numbers = array("I", map(columns.number, sources))
    assert list(engine.identify_sources(numbers, 5080)) == alone(engine, sources, [5080] * len(sources))
    assert list(engine.identify_sources(numbers, array("H", ports))) == alone(engine, sources, ports)
    mixed = source.sample(wider, len(wider))
    assert list(engine.identify_sources(mixed, 5080)) == alone(engine, mixed, [5080] * len(mixed))


def dotted(address):
    """Return a number as a dotted quad."""
    return socket.inet_ntoa((address & 0xFFFFFFFF).to_bytes(4, "big"))


@pytest.mark.parametrize("threads", [2, 3, 4])
def test_threads(engine, threads):
    """Any number of threads gives the same result, in every part of it."""
    source = random.Random(threads)
    numbers = array("I", [columns.number(source.choice(V4)) ^ source.getrandbits(5) for _ in range(100_003)])
    ports = array("H", [source.choice(PORTS) for _ in numbers])

    one = engine.identify_sources(numbers, ports)
    several = engine.identify_sources(numbers, ports, threads=threads)

    assert memoryview(one) == memoryview(several)
    assert len(set(one)) > 3


@pytest.mark.parametrize(
    ("addresses", "error", "words"),
    [
        ("192.0.2.1", TypeError, "addresses: str; uint32"),
        (5, TypeError, "addresses: int; uint32"),
        (None, TypeError, "addresses: NoneType; uint32"),
        ({"192.0.2.1": 1}, TypeError, "addresses: dict; uint32"),
        (array("i", [1]), TypeError, "addresses: a buffer of format 'i'; uint32"),
        (array("Q", [1]), TypeError, "addresses: a buffer of format 'Q'; uint32"),
        (array("d", [1]), TypeError, "addresses: a buffer of format 'd'; uint32"),
        (memoryview(bytes(10)).cast("B", (2, 5)),
         TypeError, "addresses: a buffer of format 'B' and shape (2, 5); uint32"),
        (bytes(15), ValueError, "addresses: 15 bytes, no multiple of the 16 of each record"),
        (memoryview(array("I", [1, 2, 3]))[::2], ValueError, "addresses: no contiguous block of memory"),
        (["192.0.2.1", 7], TypeError, "addresses: item 1 is int, str is expected"),
        ([b"192.0.2.1"], TypeError, "addresses: item 0 is bytes, str is expected"),
    ],
)  # fmt: skip
def test_wrong_addresses(engine, addresses, error, words):
    """What can't be read is named, with what is expected."""
    with pytest.raises(error) as caught:
        engine.identify_sources(addresses)

    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("ports", "error", "words"),
    [
        (65536, ValueError, "port 65536 is outside of 0..65535"),
        (-1, ValueError, "port -1 is outside of 0..65535"),
        ([5060, 70000], ValueError, "port 70000 is outside of 0..65535"),
        ([5060, "5060"], TypeError, ""),
        ("5060", TypeError, "ports: str; an int"),
        (array("i", [1, 2]), TypeError, "ports: a buffer of format 'i'; uint16 is expected"),
        (array("H", [1]), ValueError, "1 ports for 2 sources"),
        ([1, 2, 3], ValueError, "3 ports for 2 sources"),
    ],
)
def test_wrong_ports(engine, ports, error, words):
    """Ports out of range, of another type or of another number are refused."""
    with pytest.raises(error) as caught:
        engine.identify_sources(["192.0.2.1", "192.0.2.2"], ports)

    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("threads", "error"), [(0, ValueError), (257, ValueError), (-1, ValueError), ("2", TypeError)]
)
def test_wrong_threads(engine, threads, error):
    """The number of threads is bounded."""
    with pytest.raises(error, match="threads"):
        engine.identify_sources([], threads=threads)
