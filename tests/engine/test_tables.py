"""The compiled tables of large and of nasty configurations: their size, and the answers that are made from them."""

import random
import threading

import pytest

from identify.configuration import Configuration
from identify.engine import Engine
from identify.model import AddressRule, Endpoint, Identify, Match, Origin, Settings
from identify.request import Request

ORIGIN = Origin("pjsip.conf", 1)
#: Bytes of tables that a rule may take.
A_RULE = 40
THREADS = 8


def engine_of(groups, family=4, endpoints=100, id_of="identify-{:06d}".format):
    """Compile an engine of one identify for each list of (address, length)."""
    width = 32 if family == 4 else 128
    largest = (1 << width) - 1
    names = [f"endpoint-{number:04d}" for number in range(endpoints)]
    identifies = [
        Identify(
            id=id_of(number),
            endpoint=names[number % endpoints],
            addresses=tuple(
                AddressRule(
                    text="",
                    negated=False,
                    family=family,
                    address=address >> (width - length) << (width - length),
                    mask=largest ^ (largest >> length),
                    port=0,
                    origin=ORIGIN,
                )
                for address, length in items
            ),
            origin=ORIGIN,
        )
        for number, items in enumerate(groups)
    ]
    return Engine(
        Configuration(
            settings=Settings(),
            identifiers=("ip", "username"),
            endpoints={name: Endpoint(id=name, origin=ORIGIN) for name in names},
            identifies={identify.id: identify for identify in identifies},
            registrations={},
            transports={},
            domain_aliases={},
            aors={},
            auths={},
            acls={},
            problems=(),
        )
    )


def drawn(family, kind, count):
    """Draw prefixes of a kind."""
    source = random.Random(count)
    width = 32 if family == 4 else 128
    if kind == "hosts":
        return [(source.getrandbits(width), width) for _ in range(count)]
    lengths = (16, 20, 22, 24, 24, 24, 29, 32) if family == 4 else (29, 32, 40, 44, 48, 48, 48, 56, 64, 128)
    return [(source.getrandbits(width), source.choice(lengths)) for _ in range(count)]


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("kind", ["hosts", "mixed"])
@pytest.mark.parametrize("identifies", ["one a rule", "a hundred"])
def test_bytes_a_rule(family, kind, identifies):
    """From 30,000 to 60,000 rules the tables grow by at most 40 bytes a rule, names of sections included."""
    sizes = []
    for count in (30_000, 60_000):
        rules = drawn(family, kind, count)
        groups = (
            [[rule] for rule in rules] if identifies == "one a rule" else [rules[n::100] for n in range(100)]
        )
        sizes.append(engine_of(groups, family).size)

    assert sizes[1] - sizes[0] <= A_RULE * 30_000
    assert sizes[0] <= A_RULE * 30_000 + 2_000_000


@pytest.mark.parametrize(
    "id_of",
    [
        "identify-{:06d}".format,
        lambda number: f"{number * 7919 % 10_007:x}",
        lambda number: "same-" * (number % 40) + str(number),
        lambda number: "\u00e4\u00f6" + "\u4e2d" * (number % 5) + str(number),
        lambda number: f"{number}\udcff\udc80",
        lambda number: f"{'long' * 5000}{number}" if number % 50 == 3 else f"s{number}",
    ],
    ids=["numbered", "shuffled", "growing", "wide", "surrogates", "long"],
)
def test_sections_are_kept_exactly(id_of):
    """Every answer has the id of its section to the letter, however alike or unlike the ids are."""
    engine = engine_of([[(number << 12, 32)] for number in range(300)], id_of=id_of, endpoints=7)
    copy = Engine.__new__(Engine)
    copy._load_image(engine._image())

    for number in (*range(299, -1, -1), *range(300)):
        expected = Match(f"endpoint-{number % 7:04d}", "ip", id_of(number))
        assert engine.identify_source(number << 12) == expected
        assert copy.identify_source(number << 12) == expected
    assert copy.matches == engine.matches
    assert len(engine.matches) == 300 + 7


def test_answers_are_made_once():
    """Whichever way an answer is come by first, it is the same object from then on."""
    engine = engine_of([[(number << 12, 32)] for number in range(100)])

    first = engine.identify_source(5 << 12)

    assert engine.matches[5] is first
    assert engine.identify_source(6 << 12) is engine.matches[6]
    assert engine.identify_source(f"0.0.{5 << 4}.0") is first


def test_threads_make_answers_at_once():
    """Threads that ask a fresh engine at the same time get the same objects."""
    for _ in range(20):
        engine = engine_of([[(number << 12, 32)] for number in range(200)])
        start = threading.Barrier(THREADS)
        seen = [[] for _ in range(THREADS)]

        def ask(found, engine=engine, start=start):
            start.wait()
            found += [engine.identify_source(number << 12) for number in range(200)]

        threads = [threading.Thread(target=ask, args=(found,)) for found in seen]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len({tuple(map(id, found)) for found in seen}) == 1


def test_equal_plans_give_equal_bytes():
    """Tables of every structure are the same bytes when they are compiled again."""
    for family in (4, 6):
        for kind in ("hosts", "mixed"):
            for count in (5, 30, 3000):
                groups = [[rule] for rule in drawn(family, kind, count)]
                assert engine_of(groups, family)._image() == engine_of(groups, family)._image()


def test_endpoints_of_the_same_bytes():
    """Of two endpoints whose ids are the same bytes the first is found; answers of either name it as it is."""
    same = "\u00e4".encode().decode("ascii", "surrogateescape")
    engine = engine_with_names(["a", "\u00e4", same, "z"])

    assert [match.endpoint for match in engine.matches] == ["a", "\u00e4", "\u00e4", "z"]
    assert engine.identify(Request(source="192.0.2.1", from_uri="sip:%C3%A4@h")) is engine.matches[1]
    assert engine.identify(Request(source="192.0.2.1", from_uri="sip:z@h")) is engine.matches[3]


def engine_with_names(names):
    """Compile an engine of endpoints alone."""
    return Engine(
        Configuration(
            settings=Settings(),
            identifiers=("username",),
            endpoints={name: Endpoint(id=name, origin=ORIGIN) for name in names},
            identifies={},
            registrations={},
            transports={},
            domain_aliases={},
            aors={},
            auths={},
            acls={},
            problems=(),
        )
    )
