"""``identify_messages``: every form of input, and that each answer is that of ``identify_message``."""

import itertools
from array import array

import columns
import generate
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from recorded import NEWEST, OLDEST, cases, engines, every_family, records, shown, wire

from identify.configuration import Configuration
from identify.engine import DROPPED, NO_MATCH, Engine
from identify.errors import MessageError

SOURCES = [
    "192.0.2.1",
    "8.8.8.8",
    "198.51.100.7",
    "10.200.1.250",
    "2001:dba::7",
    "::ffff:192.0.2.1",
    "2001:db8::1",
]
V4_SOURCES = [source for source in SOURCES if ":" not in source]


@pytest.fixture(scope="session")
def messages(message):
    """Give messages of all sorts: users that exist, nonsense, none at all, too long, many headers."""
    return [
        message(),
        message("a"),
        b"",
        message("b", "INVITE"),
        b"nonsense" * 9,
        message("c").ljust(65536),
        message("c").ljust(65537),
        message("a", extra="X: 1\r\n" * 300),
        message("a").replace(b"CSeq", b"Cseek"),
    ]


@pytest.mark.parametrize("kind", columns.MESSAGE_FORMS)
@pytest.mark.parametrize("transport", ["udp", "TCP"])
def test_messages(engine, alone_messages, messages, kind, transport):
    """Each form of messages is answered as they are one by one."""
    sources = ["8.8.8.8"] * len(messages)
    ports = [5060] * len(messages)

    found = engine.identify_messages(
        columns.MESSAGE_FORMS[kind](messages), "8.8.8.8", 5060, transport=transport
    )

    assert list(found) == alone_messages(engine, messages, sources, ports, transport)
    assert DROPPED in found


@pytest.mark.parametrize("kind", ["arrow string", "arrow large string"])
def test_text(engine, alone_messages, messages, kind):
    """Messages may come as text."""
    texts = [message.decode() for message in messages]

    found = engine.identify_messages(columns.TEXT_FORMS[kind](texts), "8.8.8.8", 5060)

    assert list(found) == alone_messages(engine, messages, ["8.8.8.8"] * len(texts), [5060] * len(texts))


@pytest.mark.parametrize("kind", columns.NULL_MESSAGE_FORMS)
def test_null_messages(engine, message, kind):
    """A message that isn't there has no answer, and isn't dropped."""
    given = [None, message("a"), None, b"x", None]

    found = engine.identify_messages(columns.NULL_MESSAGE_FORMS[kind](given), "192.0.2.1", 5060)

    assert list(found) == [NO_MATCH, 0, NO_MATCH, DROPPED, NO_MATCH]


SOURCE_FORMS = {
    **{name: (form, V4_SOURCES) for name, form in columns.V4_FORMS.items()},
    **{name: (form, SOURCES) for name, form in columns.RECORD_FORMS.items()},
    **{name: (form, [*V4_SOURCES, None]) for name, form in columns.NULL_V4_FORMS.items()},
    **{name: (form, [*SOURCES, None]) for name, form in columns.NULL_FORMS.items()},
    **{
        f"text, {name}": (form, [*SOURCES, None, "", "x" * 5000, "[::1]", "é"])
        for name, form in columns.TEXT_FORMS.items()
    },
}


@pytest.mark.parametrize("kind", SOURCE_FORMS)
@pytest.mark.parametrize("threads", [1, 3])
def test_sources(engine, alone_messages, message, kind, threads):
    """Each form of sources is as good as their text, also where Via is compared, which has it printed."""
    form, sources = SOURCE_FORMS[kind]
    # As records, IPv4-mapped addresses are IPv4, and so is their text.
    texts = [
        source.removeprefix("::ffff:") if source and not kind.startswith("text") else source
        for source in sources
    ]
    repeated = 1 if "uint8 (n" in kind else 60
    given = [message("nobody")] * (len(sources) * repeated)
    ports = [5060, 5080] * len(given)

    found = engine.identify_messages(given, form(sources * repeated), ports[: len(given)], threads=threads)

    assert list(found) == alone_messages(engine, given, texts * repeated, ports[: len(given)])
    assert {engine.matches[number].endpoint for number in found if number >= 0} >= {"a", "via"}


@pytest.mark.parametrize("source", ["x", "é", "\udcff", "192.0.2.1:5060"])
def test_one_source_that_is_no_address(engine, message, source):
    """One text for all messages that isn't an address is the caller's mistake, as for a single message."""
    for call in (
        lambda: engine.identify_messages([message()] * 3, source, 5060),
        lambda: engine.identify_message(message(), source, 5060),
    ):
        with pytest.raises(ValueError, match="is not a valid address"):
            call()


@pytest.mark.parametrize("source", [*SOURCES, "", 0xC0000201, 0x0AC80107, 0])
def test_one_source(engine, alone_messages, message, source):
    """A str is the source of all messages, and so is an int for IPv4."""
    text = source if isinstance(source, str) else ".".join(map(str, source.to_bytes(4, "big")))

    found = engine.identify_messages([message()] * 3, source, 5060)

    assert list(found) == alone_messages(engine, [message()] * 3, [text] * 3, [5060] * 3)


@pytest.mark.parametrize("kind", columns.PORT_FORMS)
def test_ports(engine, alone_messages, message, kind):
    """Each form of ports goes with its message."""
    ports = [5060, 5080, 0, 65535, 5080]

    found = engine.identify_messages([message()] * 5, "198.51.100.7", columns.PORT_FORMS[kind](ports))

    assert list(found) == alone_messages(engine, [message()] * 5, ["198.51.100.7"] * 5, ports)
    assert len(set(found)) == 2


@pytest.mark.parametrize("kind", columns.MESSAGE_FORMS)
def test_empty(engine, kind):
    """No message, no answer."""
    assert list(engine.identify_messages(columns.MESSAGE_FORMS[kind]([]), [], [])) == []
    assert list(engine.identify_messages(columns.MESSAGE_FORMS[kind]([]), "192.0.2.1", 5060, threads=2)) == []


DAMAGED = {
    "decreasing": ([0, 9, 8, 10], "messages: offset 8 at index 2 is below 9, the one before it"),
    "negative": ([-1, 4, 10], "messages: offset -1 at index 0 is below 0"),
    "out of the data": ([0, 4, 11], "messages: the last offset is 11, but the data has 10 bytes"),
    "far out": ([0, 2**31 - 1], "messages: the last offset is 2147483647, but the data has 10 bytes"),
    "none": ([], "offsets of messages: none; there must be one more than there are messages"),
    "the only one": ([11], "messages: the last offset is 11, but the data has 10 bytes"),
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("code", ["i", "q"])
def test_damaged_offsets(engine, name, code):
    """Offsets that decrease or lead out of the data are refused before anything is read."""
    offsets, words = DAMAGED[name]

    with pytest.raises(ValueError) as caught:  # noqa: PT011
        engine.identify_messages((bytes(10), array(code, offsets)), "192.0.2.1", 5060)

    assert str(caught.value) == words


def test_gaps(engine, message):
    """The first message may begin anywhere, and something may follow the last one."""
    data = b"...." + message("a") + b"...."

    assert list(engine.identify_messages((data, array("q", [4, len(data) - 4])), "8.8.8.8", 5060)) != [
        DROPPED
    ]


WRONG = {
    "messages": (lambda m: {"messages": m}, TypeError, "messages: bytes"),
    "str": (lambda m: {"messages": "x"}, TypeError, "messages: str; a list of bytes"),
    "tuple": (
        lambda m: {"messages": (m, m, m)},
        TypeError,
        "messages: a tuple of 3; a pair of data and offsets",
    ),
    "pair of bytes": (
        lambda m: {"messages": (m, m)},
        TypeError,
        "offsets of messages: a buffer of format 'B'",
    ),
    "list as offsets": (
        lambda m: {"messages": (m, [0, 1])},
        TypeError,
        "messages: offsets must be a buffer, not list",
    ),
    "offsets, unsigned": (
        lambda m: {"messages": (m, array("Q", [0]))},
        TypeError,
        "offsets of messages: a buffer",
    ),
    "item": (lambda m: {"messages": [m, "x"]}, TypeError, "messages: item 1 is str, bytes is expected"),
    "sources": (lambda m: {"sources": ["192.0.2.1"]}, ValueError, "1 sources for 2 messages"),
    "source": (
        lambda m: {"sources": 1 << 32},
        ValueError,
        "4294967296 is not a valid IPv4 address; give IPv6 as text",
    ),
    "sources, type": (lambda m: {"sources": 1.5}, TypeError, "sources: float; uint32"),
    "no sources": (lambda m: {"sources": None}, TypeError, "sources: NoneType; uint32"),
    "ports": (lambda m: {"ports": [5060]}, ValueError, "1 ports for 2 messages"),
    "no ports": (lambda m: {"ports": None}, TypeError, "ports: NoneType; an int"),
    "transport": (lambda m: {"transport": None}, TypeError, "Argument 'transport'"),
    "threads": (lambda m: {"threads": 0}, ValueError, "threads=0 is outside of 1..256"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments(engine, message, name):
    """What can't be read, or doesn't go together, is named with what is expected."""
    change, error, words = WRONG[name]
    arguments = {"messages": [message()] * 2, "sources": "192.0.2.1", "ports": 5060, **change(message())}

    with pytest.raises(error) as caught:
        engine.identify_messages(**arguments)

    assert str(caught.value).startswith(words)


def grouped(requests):
    """Yield the requests of each transport, local address and transport section, with these three."""

    def place(request):
        return tuple(request[name] or "" for name in ("transport", "local", "transport_section"))

    for key, group in itertools.groupby(sorted(requests, key=place), key=place):
        transport, local, section = key
        yield (
            list(group),
            {"transport": transport, "local": local or None, "transport_section": section or None},
        )


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(case=strategies.cases())
def test_generated(alone_messages, case):
    """Over generated configurations and messages, batches agree with the single question."""
    text, requests = case
    configuration = Configuration.from_files({"pjsip.conf": text})
    engine = Engine(configuration, generate.tokens(configuration.registrations))

    for group, place in grouped(requests):
        data = [request["data"] for request in group]
        sources = [request["source"] for request in group]
        ports = [request["port"] for request in group]
        expected = alone_messages(engine, data, sources, ports, *place.values())
        assert list(engine.identify_messages(data, sources, ports, **place)) == expected
        packed = columns.MESSAGE_FORMS["packed, int32"](data)
        assert list(engine.identify_messages(packed, sources, array("H", ports), **place)) == expected


def recorded(engine, requests):
    """Return what the batch call says of recorded requests: the endpoint, None, or DROPPED."""
    found = [None] * len(requests)
    numbered = [{**wire(case), "number": number} for number, case in enumerate(requests)]
    for group, place in grouped(numbered):
        answers = engine.identify_messages(
            columns.MESSAGE_FORMS["packed, int64"]([request["data"] for request in group]),
            [request["source"] for request in group],
            array("H", [request["port"] for request in group]),
            threads=2,
            **place,
        )
        for request, answer in zip(group, answers, strict=True):
            found[request["number"]] = answer if answer < 0 else engine.matches[answer]
    return found


@pytest.mark.parametrize(("corpus", "family"), every_family())
def test_corpus(corpus, family):
    """Every recorded request gets its recorded endpoint in a batch."""
    check_corpus(corpus, family, lambda engine: engine)


@pytest.mark.parametrize(("corpus", "family"), every_family(NEWEST, OLDEST))
def test_corpus_mapped(tmp_path, corpus, family):
    """So it does from an engine that was saved and mapped."""

    def mapped(engine):
        engine.save(tmp_path / "engine")
        return Engine.open(tmp_path / "engine")

    check_corpus(corpus, family, mapped)


def check_corpus(corpus, family, of):
    """Ask what is made of each engine about its record, as batches."""
    wrong, count = [], 0
    for record, made in zip(records(corpus)[family], engines(corpus, family), strict=True):
        engine = of(made)
        for case, answer in zip(record["cases"], recorded(engine, record["cases"]), strict=True):
            count += 1
            expected = DROPPED if case["expect"]["parse"] != "ok" else case["expect"]["endpoint"]
            if getattr(answer, "endpoint", None if answer == NO_MATCH else answer) != expected:
                wrong.append(f"{family} {record['n']}, case {case['id']}: {answer}, expected {expected!r}")

    assert count == sum(1 for _ in cases(corpus, family))
    assert not wrong, shown(wrong)


@pytest.mark.parametrize(("corpus", "family"), every_family(NEWEST, OLDEST))
def test_corpus_one_by_one_mapped(tmp_path, corpus, family):
    """A saved and mapped engine gives every recorded request the answer of the compiled one, one by one too."""
    for record, engine in zip(records(corpus)[family], engines(corpus, family), strict=True):
        engine.save(tmp_path / "engine")
        opened = Engine.open(tmp_path / "engine")
        for case in record["cases"]:
            assert outcome(opened, case) == outcome(engine, case)


def outcome(engine, case):
    """Return the answer, or the error in words."""
    try:
        return engine.identify_message(**wire(case))
    except MessageError as error:
        return str(error)
