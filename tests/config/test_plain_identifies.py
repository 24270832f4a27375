"""Identify sections that compiled code reads: the same objects, order and columns as through Python."""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify._compiled._match_items import plain_items
from identify._compiled._plain_identifies import PlainIdentifies
from identify._compiled._sections import Sections
from identify.config.hostnames.rules import OfflineResolver
from identify.config.language.files import GivenFiles
from identify.config.language.reader import read_document
from identify.config.language.sections import Section, Variable
from identify.config.objects.candidates import Candidate, Options, accept_options
from identify.config.objects.identifies import build_identify, plain_identifies
from identify.config.objects.items import MatchLines
from identify.config.objects.schema import option_tables
from identify.config.problems import MAX_ITEMS_MADE, Budget, Problems
from identify.config.releases import NEWEST, Release, release_of
from identify.config.tried import TriedIdentifies
from identify.configuration import Configuration
from identify.engine import Engine
from identify.model import Identify

#: The newest, one without ports and with addresses that lose their place, and one with ports that tries by hashes.
RELEASES = [NEWEST, release_of("16.2.1"), release_of("18.10.0")]

PARTS = st.sampled_from(
    ["0", "1", "9", "10", "99", "127", "255", "256", "999", "00", "010", "08", "0x1", "", "1e1", "٣"]
)
GROUPS = st.sampled_from(
    ["0", "1", "db8", "2001", "fe80", "ffff", "FFFF", "00000", "5060", "5061", "12345", "g", ""]
)
MASKS = st.sampled_from(
    [
        "/0",
        "/1",
        "/8",
        "/08",
        "/24",
        "/31",
        "/32",
        "/33",
        "/ 24",
        "/24 ",
        "/24abc",
        "/-1",
        "/+8",
        "/64",
        "/127",
        "/128",
    ]
    + [
        "/129",
        "/",
        "/24/24",
        "/255.255.255.0",
        "/255.255.255.255",
        "/0.0.0.255",
        "/255.0.255.0",
        "/0.0.0.0",
        "/::",
    ]
    + ["/255.255", "/255.255.255.00", "/ffff::", "/99", "/100", "/4294967304"]
)
PORTS = st.sampled_from(
    [":5060", ":0", ":1", ":65535", ":65536", ":99999", ":sip", ":", ":05060", ":+5060", ":5060 "]
)
MAYBE = st.sampled_from([True, False])


@st.composite
def items(draw: st.DrawFn) -> str:
    """Return an item of match, valid or nearly so."""
    kind = draw(st.integers(0, 5))
    if kind < 3:
        text = ".".join(
            draw(st.lists(PARTS, min_size=4, max_size=4)) if kind else draw(st.lists(PARTS, max_size=5))
        )
    elif kind == 3:
        text = ":".join(draw(st.lists(GROUPS, min_size=8, max_size=8)))
    else:
        text = ":".join(draw(st.lists(GROUPS, max_size=8)))
        text = text.replace(":::", "::") if draw(MAYBE) else text
        text += draw(st.sampled_from(["", "", "::", "::1", ":1.2.3.4", "%1", "%lo", "::5060", "0"]))
        text = draw(st.sampled_from(["", "", "::", "::ffff:", "2001:db8::", "fe80::"])) + text
    if draw(st.integers(0, 3)) == 0:
        text = draw(st.sampled_from(["[{}]", "[{}]", "[{}", "{}]", " {} ", "<{}>", '"{}"'])).format(text)
    text += draw(PORTS) if draw(st.integers(0, 2)) == 0 else ""
    text += draw(MASKS) if draw(st.integers(0, 1)) == 0 else ""
    return ("!" if draw(st.integers(0, 4)) == 0 else "") + text


VALUES = st.lists(
    st.one_of(
        items(), st.sampled_from(["10.0.0.0/8", "192.0.2.1", "", " ", "\x01", "host.example", "!10.1.0.0/16"])
    ),
    min_size=1,
    max_size=4,
).map(",".join)


class Read(NamedTuple):
    """What Python makes of a section: its object, if there is nothing to report."""

    identify: Identify | None
    spent: int


class Counting(Budget):
    """A budget that tells what was spent."""

    spent = 0

    def spend(self, items: int) -> bool:
        """Count, too."""
        self.spent += items
        return super().spend(items)


def read_by_python(candidate: Candidate, options: Options, release: Release) -> Read:
    """Return what Python makes of an identify."""
    problems, budget = Problems(), Counting()
    built = build_identify(
        candidate, options, MatchLines(release), OfflineResolver(), release, budget, problems
    )
    return Read(None if options.refused or len(problems) else built, budget.spent)


def options_of(*lines: tuple[str, str]) -> Options:
    """Return accepted options."""
    found: dict[str, list[Variable]] = {}
    for name, value in lines:
        found.setdefault(name, []).append(Variable(name, value, "pjsip.conf", 1))
    return Options(found)


@given(VALUES, st.sampled_from(RELEASES[:2]))
def test_plain_items_are_what_python_reads(value: str, release: Release) -> None:
    """Python reads the same numbers from items that compiled code takes, and reports nothing."""
    found = plain_items(
        value.encode("utf-8", "surrogateescape"), release.ports_in_match, release.addresses_in_place
    )
    if found is None:
        return

    candidate = Candidate("identify", "a", (), "pjsip.conf", 1)
    read = read_by_python(candidate, options_of(("endpoint", "e"), ("match", value)), release)

    if not found:
        assert read.identify is None
        return
    assert read.identify is not None
    assert found == [
        (rule.negated, rule.family, rule.address, rule.mask, rule.port) for rule in read.identify.addresses
    ]
    assert read.spent == 1 + value.count(",")


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("192.0.2.1", [(False, 4, 0xC0000201, 0xFFFFFFFF, 0)]),
        (" 10.0.0.0/8\t,,\x01", [(False, 4, 0x0A000000, 0xFF000000, 0)]),
        ("0.0.0.0/0", [(False, 4, 0, 0, 0)]),
        ("192.0.2.1:5061", [(False, 4, 0xC0000201, 0xFFFFFFFF, 5061)]),
        ("10.0.0.0:65535/255.0.0.0", [(False, 4, 0x0A000000, 0xFF000000, 65535)]),
        (
            "10.0.0.0/8,!10.1.0.0/16",
            [(False, 4, 10 << 24, 255 << 24, 0), (True, 4, 0x0A010000, 0xFFFF0000, 0)],
        ),
        ("2001:DB8::1", [(False, 6, 0x20010DB8 << 96 | 1, 2**128 - 1, 0)]),
        ("2001:db8::/32", [(False, 6, 0x20010DB8 << 96, 0xFFFFFFFF << 96, 0)]),
        ("[2001:db8::5060]:5060", [(False, 6, 0x20010DB8 << 96 | 0x5060, 2**128 - 1, 5060)]),
        ("::/0", [(False, 6, 0, 0, 0)]),
        ("2001:db8::8000:0:0:0/65", [(False, 6, 0x20010DB8 << 96 | 1 << 63, (2**65 - 1) << 63, 0)]),
        ("", []),
    ],
)
def test_plain_values(value: str, numbers: list[tuple[bool, int, int, int, int]]) -> None:
    """These forms are read by compiled code."""
    assert plain_items(value.encode()) == numbers


@pytest.mark.parametrize(
    "value",
    [
        "010.0.0.1",
        "10.0.0.256",
        "10.1",
        "1.2.3.4.5",
        "10.0.0.1/33",
        "10.0.0.0/ 8",
        "10.0.0.0/08",
        "10.0.0.1/24",
    ]
    + [
        "10.0.0.1/255.255.255.255",
        "10.0.0.0/0.255.255.255",
        "10.0.0.0/255.0.255.0",
        "10.0.0.1:0",
        "10.0.0.1:65536",
    ]
    + [
        "10.0.0.1:sip",
        "10.0.0.1:",
        "10.0.0.1/",
        "!10.0.0.0/8",
        "10.0.0.1,!10.0.0.1",
        "! 10.0.0.0/8",
        "host.example",
    ]
    + [
        "::ffff:192.0.2.1",
        "::ffff:c000:201",
        "::1.2.3.4",
        "fe80::1%lo",
        "[::1",
        "[::1]5060",
        "2001:db8::1:5060",
        ":",
    ]
    + [
        "2001:db8::1/129",
        "2001:db8::1/64",
        "[]",
        "1:2:3:4:5:6:7:8:9",
        "10.0.0.1 10.0.0.2",
        "10.0.0.1;",
        "\u0663.0.0.1",
    ],
)
def test_other_values(value: str) -> None:
    """These are left to Python: it has something to say, or reads them in another way."""
    assert plain_items(value.encode()) is None


def test_older_releases_take_fewer_forms() -> None:
    """Ports, and addresses without a mask, are left to Python where a release treats them in another way."""
    assert plain_items(b"192.0.2.1:5060/32", ports=False) is None
    assert plain_items(b"192.0.2.1", in_place=False) is None
    assert plain_items(b"192.0.2.0/24", ports=False, in_place=False) == [
        (False, 4, 0xC0000200, 0xFFFFFF00, 0)
    ]


LINES = st.sampled_from(
    [
        "match = 192.0.2.1",
        "match = 10.0.0.0/8,10.9.9.9",
        "Match = 2001:db8::/32",
        "MATCH =",
        "match = 010.0.0.1",
    ]
    + [
        "match = !10.0.0.0/8",
        "match = host.example",
        "match = 192.0.2.7:5060",
        "endpoint = e",
        "ENDPOINT = f",
    ]
    + [
        "endpoint =",
        "match_header = X-A: 1",
        "Match_Header = X-B: /^a+$/",
        "match_header =",
        "match_header = no colon",
    ]
    + [
        "match_header = f: x",
        "match_header = To: <sip:a@b>",
        "match_header = X-C: /(/",
        "match_header = X-D: //",
    ]
    + ["match_request_uri = /^sip:a@/", "match_request_uri = sip:1@192.0.2.1", "match_request_uri = SIP:x"]
    + [
        "match_request_uri =",
        "srv_lookups = no",
        "@note = x",
        "match_request_uri = /(a*)*\\1/",
        "match = 192.0.2.1,",
    ]
)


@st.composite
def files(draw: st.DrawFn) -> str:
    """Return a file with sections of type identify, some of which inherit."""
    text = ["[base](!)", "type = identify", *draw(st.lists(LINES, max_size=3))]
    for name in draw(st.lists(st.sampled_from("abcdeABC12"), unique=True, min_size=1, max_size=6)):
        inherits = draw(MAYBE)
        text.append(f"[{name * draw(st.integers(1, 12))}]" + ("(base)" if inherits else ""))
        text += [] if inherits else ["type = identify"]
        text += draw(st.lists(LINES, min_size=1, max_size=4))
    return "\n".join(text) + "\n"


def sections_of(text: str) -> list[Section]:
    """Return the sections of a file that are no templates."""
    document = read_document(GivenFiles({"pjsip.conf": text}), "pjsip.conf", Problems())
    assert document is not None
    return [section for section in document.sections if not section.template]


def candidate_of(section: Section) -> Candidate:
    """Return a section as one of type identify."""
    return Candidate("identify", section.name, section.variables, section.file, section.line)


class Known(NamedTuple):
    """The identify sections of a file, as compiled code and as Python read them."""

    sections: Sections
    plain: PlainIdentifies
    flags: Mapping[int, bool]
    by_python: Mapping[int, Read]


def read_both(text: str, release: Release, most: int = MAX_ITEMS_MADE) -> Known:
    """Read a file in both ways; compiled code is given the sections whose options Python accepts silently."""
    accepted: dict[int, Read] = {}
    found = sections_of(text)
    for section in found:
        problems = Problems()
        options = accept_options(candidate_of(section), option_tables(release), problems)
        if not (options.refused or len(problems)):
            accepted[section.number] = read_by_python(candidate_of(section), options, release)
    sections = found[0]._sections
    plain, flags = plain_identifies(sections, array("I", accepted), release, most)
    return Known(sections, plain, dict(zip(accepted, map(bool, flags), strict=True)), accepted)


@given(files(), st.sampled_from(RELEASES))
def test_plain_sections_are_what_python_reads(text: str, release: Release) -> None:
    """Of a section that compiled code takes, Python makes an object with the same content, and reports nothing."""
    known = read_both(text, release)

    plain = [number for number, is_plain in known.flags.items() if is_plain]
    assert list(known.plain.numbers) == plain
    assert known.plain.spent == sum(known.by_python[number].spent for number in plain)
    for place, number in enumerate(plain):
        identify = known.by_python[number].identify
        assert identify is not None
        assert known.plain.name(place) == identify.id
        assert known.plain.endpoint(place) == identify.endpoint
        assert known.plain.header(place) == (None if identify.header is None else identify.header.text)
        assert known.plain.request_uri(place) == (
            None if identify.request_uri is None else identify.request_uri.pattern.text
        )


@pytest.mark.parametrize(
    ("lines", "is_plain"),
    [
        ("endpoint = e\nmatch = 192.0.2.1", True),
        ("ENDPOINT = e\nMaTcH = 192.0.2.1", True),
        ("endpoint = e\nmatch_header = X-A: 1", True),
        ("endpoint = e\nmatch_header = X-A: /^1/\nmatch_request_uri = /^sip:a/", True),
        ("endpoint = e\nmatch_header = no colon\nmatch_header =\nmatch = 192.0.2.1", True),
        ("endpoint = e", False),
        ("match = 192.0.2.1", False),
        ("endpoint = e\nendpoint =\nmatch = 192.0.2.1", False),
        ("endpoint = e\nmatch = ,", False),
        ("endpoint = e\nmatch = 192.0.2.1\nmatch = localhost", False),
        ("endpoint = e\nmatch = 192.0.2.1\nmatch_header = no colon", False),
        ("endpoint = e\nmatch = 192.0.2.1\nmatch_header = f: x", False),
        ("endpoint = e\nmatch = 192.0.2.1\nmatch_request_uri = /(/", False),
    ],
)
def test_which_sections_are_plain(lines: str, is_plain: bool) -> None:
    """A section is left to Python if it has no endpoint, nothing to match, or something to report."""
    known = read_both(f"[a]\ntype = identify\n{lines}\n", NEWEST)

    assert list(known.flags.values()) == [is_plain]


def test_no_section_is_plain_above_the_budget() -> None:
    """Then Python decides which objects are refused."""
    text = "".join(f"[{name}]\ntype=identify\nendpoint=e\nmatch=192.0.2.1,192.0.2.2\n" for name in "abc")

    assert list(read_both(text, NEWEST, 6).flags.values()) == [True] * 3
    above = read_both(text, NEWEST, 5)
    assert list(above.flags.values()) == [False] * 3
    assert (len(above.plain), above.plain.spent, len(above.plain.rules)) == (0, 0, 0)


def test_python_is_asked_once_for_each_value() -> None:
    """Whether there is something to say about a header is asked for each distinct value of each option."""
    sections = sections_of(
        "".join(
            f"[{number}]\ntype=identify\nendpoint=e\nmatch_header=X-A: {number % 3}\nmatch_request_uri=sip:a\n"
            for number in range(30)
        )
    )
    asked: list[tuple[str, str]] = []

    def says_nothing(option: str, value: str) -> bool:
        asked.append((option, value))
        return value != "X-A: 1"

    plain = PlainIdentifies(sections[0]._sections)
    flags = plain.read(array("I", [section.number for section in sections]), says_nothing, 100)

    assert sorted(asked) == [
        ("match_header", "X-A: 0"),
        ("match_header", "X-A: 1"),
        ("match_header", "X-A: 2"),
        ("match_request_uri", "sip:a"),
    ]
    assert [bool(flag) for flag in flags] == [number % 3 != 1 for number in range(30)]


def test_an_error_of_python_ends_the_reading() -> None:
    """An exception of whoever is asked is the caller's, and nothing is read a second time."""
    (section,) = sections_of("[a]\ntype=identify\nendpoint=e\nmatch_header=X-A: 1\n")
    plain = PlainIdentifies(section._sections)
    numbers = array("I", [section.number])

    with pytest.raises(ZeroDivisionError):
        plain.read(numbers, lambda option, value: bool(1 // 0), 100)
    assert plain.read(numbers, lambda option, value: True, 100) == b"\1"
    with pytest.raises(ValueError, match="already"):
        plain.read(numbers, lambda option, value: True, 100)


def arranged(text: str, release: Release, made: list[Identify]) -> Iterator[TriedIdentifies]:
    """Yield what is tried of a file's silent sections: made of objects, and with those that are plain as columns."""
    known = read_both(text, release)
    objects = {number: read.identify for number, read in known.by_python.items() if read.identify is not None}
    yield TriedIdentifies(release.arranged(list(objects.values()), made, len(known.flags)))
    others = [(number, identify) for number, identify in objects.items() if not known.flags[number]]
    yield TriedIdentifies.arranged(
        release, known.plain, lambda number: objects[number], others, made, len(known.flags)
    )


def wizard_object(id: str) -> Identify:
    """Return an identify such as wizards make."""
    section = sections_of(
        f"[{id}]\ntype=identify\nendpoint=w\nmatch=198.51.100.0/24\nmatch_header=X-W: {id}\n"
    )[0]
    options = accept_options(candidate_of(section), option_tables(NEWEST), Problems())
    made = read_by_python(candidate_of(section), options, NEWEST).identify
    assert made is not None
    return made


@given(
    files(), st.sampled_from(RELEASES), st.lists(st.sampled_from(["a", "aa", "b-identify", "C"]), unique=True)
)
def test_columns_are_those_of_the_objects(text: str, release: Release, wizards: list[str]) -> None:
    """Order, ids, endpoints, numbers and patterns are the same, however the objects came to be."""
    objects, columns = arranged(text, release, list(map(wizard_object, wizards)))

    assert columns == objects
    assert objects == tuple(columns)
    assert hash(columns) == hash(objects)
    assert list(columns.ids) == list(objects.ids) == [each.id for each in objects]
    assert list(columns.endpoints) == list(objects.endpoints)
    assert columns.matches == objects.matches
    assert columns.match_count == objects.match_count == len(objects.matches.owners)
    assert list(columns.with_header) == list(objects.with_header)
    assert list(columns.headers()) == list(objects.headers())
    assert list(columns.with_request_uri) == list(objects.with_request_uri)
    assert list(columns.request_uris()) == list(objects.request_uris())
    assert columns[1:3] == objects[1:3]
    assert columns[::-1] == objects[::-1]
    assert list(columns.ids[:2]) == list(objects.ids[:2])


@given(
    files(), st.sampled_from(RELEASES), st.lists(st.sampled_from(["a", "aa", "b-identify", "C"]), unique=True)
)
def test_tables_are_those_of_the_objects(text: str, release: Release, wizards: list[str]) -> None:
    """An engine has the same bytes, whether its identify objects are columns or objects."""
    configuration = Configuration.from_text("[e]\ntype = endpoint\n[w]\ntype = endpoint\n", release=release)
    images = {
        Engine(attrs.evolve(configuration, tried_identifies=tried))._image()
        for tried in arranged(text, release, list(map(wizard_object, wizards)))
    }

    assert len(images) == 1


@given(files(), st.lists(st.integers(0, 6), max_size=3, unique=True))
def test_pickled_and_with_further_objects(text: str, places: list[int]) -> None:
    """A copy has the same objects, and further ones stand before those at their places."""
    objects, columns = arranged(text, NEWEST, [])
    further = {min(place, len(objects)): [wizard_object(f"w{place}")] for place in places}
    expected = list(objects)
    for place in sorted(further, reverse=True):
        expected[place:place] = further[place]

    assert pickle.loads(pickle.dumps(columns)) == objects
    assert tuple(columns.including(further)) == tuple(objects.including(further)) == tuple(expected)


def test_pickled_configuration_has_each_identify_once() -> None:
    """The mapping of identify objects and their order share the objects of a copy, as they are pickled together."""
    text = "[e]\ntype=endpoint\n" + "".join(
        f"[{id}]\ntype=identify\nendpoint=e\nmatch={item}\n"
        for id, item in (("b", "192.0.2.1"), ("a", "192.0.2.2"), ("c", "192.0.2.0/24"))
    )
    configuration = Configuration.from_text(text)
    copy = pickle.loads(pickle.dumps(configuration))

    assert copy == configuration
    assert list(copy.identifies) == ["a", "b", "c"]
    assert all(copy.identifies[each.id] is each for each in copy.tried_identifies)
    assert pickle.loads(pickle.dumps(copy)) == configuration
