"""Releases: which version is which, what each does differently, and that reading asks the one that it was given."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from consoles import ROOT
from hypothesis import given
from hypothesis import strategies as st
from loading import items, one, problem, read

from identify import Engine, Request
from identify.config.releases import NEWEST, Release, buckets_for, release_of
from identify.configuration import Configuration
from identify.explain import transport_section
from identify.model import Identify, Origin, UnresolvedName

TEXT = "".join(
    f"[{id}]\ntype=endpoint\n[{id}]\ntype=identify\nendpoint={id}\nmatch=192.0.2.1\n" for id in "bac"
)
#: Versions, from the oldest to the newest step.
STEPS = [
    "16.1",
    "16.2.1",
    "17.1",
    "16.8.0",
    "17.2",
    "18.5",
    "16.20",
    "19.0",
    "18.9",
    "16.24",
    "18.10.0",
    "16.28.0",
    "16.29",
    "18.15",
    "20.0",
    "20.7",
    "18.23.1",
    "20.8.1",
    "21.3.2",
    "22.0",
    "20.15.2",
    "22.5.2",
    "20.16.0",
    "21.11",
    "22.6",
    "23.0.0",
    "20.18.0",
    "23.2.0",
    "22.8.1",
    "20.19",
    "20.20",
    "22.10",
    "23.4.0",
    "23",
    "24.1.0",
]


class Unsorted(Release):
    """Tries objects in the order of a hash of their ids."""

    @property
    def sorted_identifies(self) -> bool:
        """Whether they are tried in the order of ids."""
        return False


def identify(id: str) -> Identify:
    """Return an object with that id."""
    return Identify(id=id, endpoint="e", origin=Origin("pjsip.conf", 1))


def tried(release: str, ids: str, made: str = "", refused: int = 0) -> str:
    """Return the ids in the order in which a release tries them."""
    configured = [identify(id) for id in ids.split()]
    wizards = [identify(id) for id in made.split()]
    found = release_of(release).arranged(configured, wizards, len(configured) + refused)
    return " ".join(each.id for each in found)


@pytest.mark.parametrize("way", ["files", "path"])
def test_release_is_passed_down(way: str, tmp_path: Path) -> None:
    """Every way of reading asks the release that was given, and by default the newest."""
    (tmp_path / "pjsip.conf").write_text(TEXT)

    def reading(**release: Release | str) -> Configuration:
        if way == "files":
            return Configuration.from_files({"pjsip.conf": TEXT}, **release)
        return Configuration.from_path(tmp_path, **release)

    assert list(reading().identifies) == ["a", "b", "c"]
    assert list(reading(release=Unsorted()).identifies) == ["c", "b", "a"]
    assert reading(release="18.10.0").release == release_of("18.10.0")


def test_whatever_a_release_says_is_read() -> None:
    """Nothing that a release says is read by nobody: whoever set it would believe that it has an effect."""
    package = "".join(
        path.read_text(encoding="utf-8")
        for path in [*(ROOT / "identify").rglob("*.py"), *(ROOT / "_ext").rglob("*.pyx")]
        if path.name != "releases.py"
    )
    inner = {"line", "step", "patch", "sorted_identifies", "dialect", "characters"}
    said = {field.name for field in attrs.fields(Release)} | {
        name for name in vars(Release) if not name.startswith("_")
    }

    assert [name for name in sorted(said - inner) if f".{name}" not in package] == []
    assert inner <= said


@pytest.mark.parametrize(
    ("version", "name", "line", "step"),
    [
        ("18.10.0", "18.10.0", 18, 24),
        ("22.5", "22.5", 22, 44),
        ("16.28", "16.28", 16, 28),
        ("20.15.2", "20.15.2", 20, 44),
        (" Asterisk 20.15.2 ", "20.15.2", 20, 44),
        ("Asterisk 20.15.2~dfsg+~cs6.15.60671435-1+b2", "20.15.2", 20, 44),
        ("1:18.10.0~dfsg+~cs6.10.40431411-2", "18.10.0", 18, 24),
        ("Asterisk 16.2.1 built by x @ y on a x86_64", "16.2.1", 16, 2),
        ("v19.8", "19.8", 19, 30),
        ("20.16.0-rc1", "20.16.0", 20, 45),
        ("16", "16", 16, 30),
        ("17", "17", 17, 15),
        ("18", "18", 18, 40),
        ("19", "19", 19, 30),
        ("21", "21", 21, 46),
        ("certified/20.7", "certified/20.7", 20, 36),
        ("certified/18.9-cert4", "certified/18.9-cert4", 18, 23),
        ("certified-20.7-cert1", "certified/20.7-cert1", 20, 36),
        ("Asterisk certified/18.9-cert17", "certified/18.9-cert17", 18, 23),
        ("Asterisk PBX certified/18.9-cert4", "certified/18.9-cert4", 18, 23),
        ("Asterisk PBX 16.28.0~dfsg-0+deb11u4", "16.28.0", 16, 28),
        ("18.9-cert4", "certified/18.9-cert4", 18, 23),
        ("certified/22", "certified/22.8", 22, 47),
        ("certified-16.8-cert14", "certified/16.8-cert14", 16, 8),
    ],
)
def test_versions_as_people_write_them(version: str, name: str, line: int, step: int) -> None:
    """A version is recognised in the output of Asterisk and of package managers, and has its usual spelling as name."""
    found = release_of(version)

    assert (found.name, found.line, found.step) == (name, line, step)
    assert release_of(found) is found


@pytest.mark.parametrize("version", ["23", "newest", "master", "git", "latest", "NEWEST", " 23 "])
def test_the_newest(version: str) -> None:
    """Some words mean the newest release."""
    assert release_of(version) is NEWEST


@pytest.mark.parametrize(
    "version", ["23.4.0", "20.25.1", "22.99", "GIT-23-abc123", "24", "25.1.0", "Asterisk GIT-22-1a"]
)
def test_newer_than_known(version: str) -> None:
    """A version that is newer than those that were looked at behaves as the newest."""
    found = release_of(version)

    assert found.dialect == NEWEST.dialect == 0
    assert found.identifiers == NEWEST.identifiers
    assert found.characters
    assert found.sorted_identifies


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("", "not a version"),
        ("asterisk", "not a version"),
        ("20.x", "not a version"),
        ("-20", "not a version"),
        ("2o", "not a version"),
        ("99", "not a version"),
        ("20.100", "not a version"),
        ("12345678901234567890", "not a version"),
        ("13.38.3", "not supported: expected a version from 16.1 on"),
        ("15", "not supported"),
        ("certified/13.21-cert6", "not supported"),
        ("16.0.1", "not supported"),
        ("16.31", "doesn't exist: 16.30 is the last of 16"),
        ("19.9.0", "doesn't exist"),
        ("certified/20.8", "expected one of certified/16.8, certified/18.9, certified/20.7, certified/22.8"),
        ("certified/19", "not a known certified release"),
        ("18.23.0", "which 18.23.1 withdrew"),
        ("20.8.0", "which 20.8.1 withdrew"),
        ("21.3.0", "which 21.3.1 withdrew"),
        ("\x1b[2J", r"'\\x1b\[2J' is not a version"),
    ],
)
def test_refused_versions(version: str, reason: str) -> None:
    """What is not a version, or not one whose rules are known, is refused, with what is valid."""
    with pytest.raises(ValueError, match=reason):
        release_of(version)


def test_withdrawn_releases_by_their_lines() -> None:
    """18.23 without a patch is its last one, which has no identifier of its own."""
    assert release_of("18.23").identifiers == NEWEST.identifiers


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("ports_in_match", {"16.8.0", "17.2", "18.5"}),
        ("addresses_in_place", {"16.8.0", "17.2", "18.5"}),
        ("byte_order_mark", {"16.8.0", "17.2", "18.5"}),
        ("wizard_ports", {"16.20", "19.0", "18.9"}),
        ("sorted_identifies", {"20.16.0", "21.11", "22.6", "23.0.0"}),
        ("characters", {"20.18.0", "23.2.0", "22.8.1"}),
    ],
)
def test_since(name: str, since: set[str]) -> None:
    """Each difference begins at its tags, and holds from there on."""
    values = [getattr(release_of(version), name) for version in STEPS]
    first = values.index(True)

    assert values == [False] * first + [True] * (len(values) - first)
    assert STEPS[first] in since
    assert not since.intersection(STEPS[:first])


@pytest.mark.parametrize(
    ("bit", "last", "first"),
    [
        (1, "16.28.0 18.14 19.6 17 certified/18.9", "16.29.0 18.15.0 19.7.0 20.0.0 certified/20.7"),
        (2, "16.7 17.1", "16.8.0 17.2.0 18.0.0 certified/16.8"),
        (4, "16.23 17 18.9 19.1 certified/18.9", "16.24.0 18.10.0 19.2.0 20.0.0"),
        (8, "18 19 20.19.0 21 22.9.0 23.3.0 certified/22.8", "20.20.0 22.10.0 23.4.0"),
        (16, "18 20.17 21 22.7 23.1 certified/20.7", "20.18.0 22.8.0 23.2.0 certified/22.8-cert1"),
    ],
)
def test_dialect(bit: int, last: str, first: str) -> None:
    """Each bit of the dialect ends at its tags, in every line."""
    assert [version for version in last.split() if not release_of(version).dialect & bit] == []
    assert [version for version in first.split() if release_of(version).dialect & bit] == []


def test_locale_of_the_environment() -> None:
    """Only three patches take the locale from the environment; there, expressions in which it matters have a note."""
    text = "match_header=X: /^.$/"
    noted = [
        version
        for version in (
            "20.17",
            "20.18.0",
            "20.18.1",
            "20.18",
            "22.8.0",
            "23.2.0",
            "23.2.1",
            "certified/22.8",
            "23",
        )
        if any(found.code == "regex-locale" for found in one(text, version).problems)
    ]

    assert noted == ["20.18.0", "22.8.0", "23.2.0"]
    refused = one("match_header=X: /[à-ü]/", "22.8.0")
    assert not refused.identifies
    assert "compiles, and works on bytes, if" in problem(refused, "regex-locale").message
    assert {found.code for found in one("match_header=X-A: /é(/", "22.8.0").problems} == {"match-regex"}
    found = problem(one(text, "22.8.0"), "regex-locale")
    assert (found.severity, found.line, found.lost) == ("note", 6, "")
    for harmless in (
        "match_header=X: /^a|b$/",
        "match_header=X: .",
        r"match_header=X: /a\.b/",
        "match_header=X: /[a-c]/",
    ):
        assert not any(found.code == "regex-locale" for found in one(harmless, "22.8.0").problems)


@pytest.mark.parametrize(
    ("ids", "refused", "order"),
    [
        ("z-wide a-narrow", 0, "z-wide a-narrow"),
        ("trunk-b trunk-a trunk-c", 0, "trunk-b trunk-a trunk-c"),
        ("10 9 8 7", 0, "9 10 8 7"),
        ("tango alpha mike bravo zulu", 0, "tango zulu alpha mike bravo"),
        ("tango alpha mike bravo zulu", 2, "zulu mike tango alpha bravo"),
        ("é e E 1 .", 0, "é e 1 E ."),
        (
            "z-wide a-narrow m-mid trunk1 trunk10 trunk2 Trunk3",
            0,
            "a-narrow trunk10 z-wide m-mid trunk2 trunk1 Trunk3",
        ),
        ("a b c d", 0, "c a b d"),
        ("a b c d", 1, "c d b a"),
        (
            " ".join(f"trunk-{number}" for number in range(9)),
            0,
            " ".join(f"trunk-{number}" for number in (5, 2, 3, 8, 0, 1, 6, 7, 4)),
        ),
        (
            " ".join(f"trunk-{number}" for number in reversed(range(9))),
            0,
            " ".join(f"trunk-{number}" for number in (5, 2, 8, 3, 0, 6, 1, 7, 4)),
        ),
    ],
)
def test_worked_examples(ids: str, refused: int, order: str) -> None:
    """Orders that were seen on the real thing."""
    assert tried("20.15.2", ids, refused=refused) == order
    assert tried("23", ids, refused=refused) == " ".join(sorted(ids.split(), key=str.encode))


def test_wizards_come_last_in_buckets_of_their_own() -> None:
    """Wizards' objects have 53 buckets, whatever their number, and never come before one of pjsip.conf."""
    made = "w1-identify trunk-identify W2-identify itsp-a-identify phone1-identify"

    assert tried("22.5.2", "office", made) == (
        "office itsp-a-identify w1-identify W2-identify trunk-identify phone1-identify"
    )


def test_buckets() -> None:
    """The number of buckets is the largest odd prime that is not above the number of sections, or 1."""
    table = {
        1: (0, 1, 2), 3: (3, 4), 5: (5, 6), 7: range(7, 11), 11: (11, 12), 13: range(13, 17), 17: (17, 18),
        19: range(19, 23), 23: range(23, 29), 29: (29, 30), 31: range(31, 37), 37: range(37, 41), 41: (41, 42),
        43: range(43, 47), 47: range(47, 53), 53: range(53, 59), 59: (59, 60), 61: range(61, 67),
    }  # fmt: skip

    assert {sections: buckets_for(sections) for sections in range(67)} == {
        sections: buckets for buckets, group in table.items() for sections in group
    }
    assert (buckets_for(9408), buckets_for(100_000)) == (9403, 99_991)


@given(
    st.lists(st.text(min_size=1, max_size=4), max_size=20, unique=True),
    st.lists(st.text(min_size=1, max_size=4), max_size=20, unique=True),
    st.integers(0, 5),
    st.sampled_from(STEPS),
)
def test_nothing_gets_lost(configured: list[str], made: list[str], refused: int, version: str) -> None:
    """``arranged`` is a permutation; where it sorts, it is the sorted ids, of two with one id pjsip.conf's."""
    ours, theirs = [identify(id) for id in configured], [identify(id) for id in made]
    found = release_of(version).arranged(ours, theirs, len(ours) + refused)

    if release_of(version).sorted_identifies:
        assert [each.id for each in found] == sorted({*configured, *made}, key=str.encode)
        assert all(any(each is other for other in found) for each in ours)
    else:
        assert sorted(map(id, found)) == sorted(map(id, [*ours, *theirs]))
        assert {id(each) for each in found[: len(ours)]} == set(map(id, ours))


def test_one_id_in_both_files() -> None:
    """Both objects are tried and listed; since the order is sorted, only that of pjsip.conf exists."""
    text = "[w]\ntype=endpoint\n[w-identify]\ntype=identify\nendpoint=w\nmatch=10.0.0.1\n"
    wizard = "[w]\ntype=wizard\nremote_hosts=10.0.0.2\n"

    both = read(text, "22.5.2", pjsip_wizard=wizard)
    assert [each.addresses[0].text for each in both.tried_identifies] == ["10.0.0.1", "10.0.0.2"]
    assert both.show_identifies().count("Identify:  w-identify/w") == 2
    assert [each.text for each in both.identifies["w-identify"].addresses] == ["10.0.0.1"]
    assert Engine(both).identify_source("10.0.0.2") is not None
    sorted_ = read(text, "22.6", pjsip_wizard=wizard)
    assert [each.addresses[0].text for each in sorted_.tried_identifies] == ["10.0.0.1"]
    assert Engine(sorted_).identify_source("10.0.0.2") is None


def test_a_repeated_wizard_moves_to_its_last_place() -> None:
    """Of two wizard sections of one name, the object has the place of the last; ids of one bucket show it."""
    by_bucket: dict[int, str] = {}
    for number in range(1000):
        name = f"w{number}"
        place = [each.id for each in release_of("18").arranged([], [identify(f"{name}-identify")], 0)]
        assert place == [f"{name}-identify"]
        hashed = hash_of(f"{name}-identify") % 53
        if hashed in by_bucket:
            first, second = by_bucket[hashed], name
            break
        by_bucket[hashed] = name
    section = "[{}]\ntype=wizard\nremote_hosts=10.0.0.1\n"
    once = read("", "18.10.0", pjsip_wizard=section.format(first) + section.format(second))
    again = read(
        "", "18.10.0", pjsip_wizard=section.format(first) + section.format(second) + section.format(first)
    )

    assert list(once.identifies) == [f"{first}-identify", f"{second}-identify"]
    assert list(again.identifies) == [f"{second}-identify", f"{first}-identify"]


def hash_of(text: str) -> int:
    """Return the hash of an id, written down once more."""
    value = 5381
    for byte in text.encode():
        value = (value * 33) % 2**32 ^ byte
    return value % 2**31


@pytest.mark.parametrize("version", ["22.5.2", "23"])
def test_objects_with_unresolved_names_have_their_place(version: str) -> None:
    """An object whose names aren't known has its place among the others, though it isn't among those tried."""
    sections = "".join(
        f"[{id}]\ntype=identify\nendpoint=e\nmatch={'sip.example.com' if id == 'mike' else '10.0.0.1'}\n"
        for id in ("tango", "alpha", "mike", "bravo", "zulu")
    )
    configuration = read(f"[e]\ntype=endpoint\n{sections}", version)
    order = "tango zulu alpha mike bravo" if version == "22.5.2" else "alpha bravo mike tango zulu"

    (unknown,) = configuration.unknowns
    assert isinstance(unknown.identify, Identify)
    assert [type(name) for name in unknown.identify.unresolved] == [UnresolvedName]
    ids = [each.id for each in configuration.tried_identifies]
    assert [*ids[: unknown.place], "mike", *ids[unknown.place :]] == order.split()


def test_refused_sections_count() -> None:
    """The number of buckets depends on refused sections too, but not on templates and additions."""
    text = TEXT + "[d]\ntype=identify\nendpoint=d\nmatch=192.0.2.1\n"
    template, addition = "[t](!)\ntype=identify\n", "[b](+type=identify)\nmatch=192.0.2.2\n"

    def ids(text: str) -> str:
        return " ".join(read(text, "20.15.2").identifies)

    assert ids(text) == tried("20.15.2", "b a c d")
    assert ids(text + "[x]\ntype=identify\nnosuch=1\n") == tried("20.15.2", "b a c d", refused=1)
    assert ids(text) != ids(text + "[x]\ntype=identify\nnosuch=1\n")
    assert ids(text + template + addition) == ids(text)


def test_identifiers() -> None:
    """Before 18.23, 20.8 and 21.3 there is no identifier request_uri, anywhere."""
    text = "[global]\ntype=global\nendpoint_identifier_order=request_uri,header\n"
    older, newest = read(text, "18.10.0"), read(text, "23")

    assert older.identifiers == ("line", "header", "ip", "username", "auth_username", "anonymous")
    assert newest.identifiers[:3] == ("line", "request_uri", "header")
    assert read("", "18.10.0").identifiers == (
        "line",
        "ip",
        "username",
        "anonymous",
        "header",
        "auth_username",
    )
    found = problem(older, "order-unknown")
    assert (
        found.message == "endpoint_identifier_order lists 'request_uri', which Asterisk 18.10.0 doesn't have"
    )
    engine = Engine(older)
    message = b"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n"
    request = Request.from_message(message, source="192.0.2.1", port=5060)
    assert engine.identifiers == older.identifiers
    assert [step.identifier for step in engine.explain(request).steps] == list(older.identifiers)
    assert engine.identify(request) is None


def test_header_rules_are_listed_as_match() -> None:
    """Before there was a Header line, a header rule was listed like an address, as configured."""
    assert "\n      Match: X-A:  /^.$/\n" in one("match_header=X-A:  /^.$/", "18.10.0").show_identifies()
    assert "\n     Header: X-A:  /^.$/\n" in one("match_header=X-A:  /^.$/", "20.8.1").show_identifies()


@pytest.mark.parametrize(
    "item",
    [
        "10.0.0.9:5060",
        "10.0.0.9:0",
        "10.0.0.9:",
        "10.0.0.9:5060/24",
        "!10.0.0.9:5060/32",
        "[2001:db8::1]:5060",
    ],
)
def test_ports_refuse_an_identify(item: str) -> None:
    """Without ports in match, an item with one refuses the object; brackets alone don't."""
    configuration = one(f"match={item},10.1.1.1", "16.2.1")

    assert not configuration.identifies
    assert problem(configuration, "match-address").lost == "the identify 'i'"
    assert "i" in one(f"match={item},10.1.1.1", "16.8.0").identifies
    assert items(one("match=[10.0.0.9],[2001:db8::]/32", "16.2.1")) == ["2001:db8::/32", "10.0.0.9/32"]


def test_addresses_without_a_mask_come_last() -> None:
    """They follow all items with a mask, in the order of a hash, and always match."""
    listed = items(one("match=10.0.0.9,10.0.0.1,10.9.0.0/16\nmatch=10.0.0.5,!10.9.1.0/24,10.0.0.3", "16.2.1"))
    assert listed == [
        "10.9.0.0/16",
        "!10.9.1.0/24",
        "10.0.0.1/32",
        "10.0.0.5/32",
        "10.0.0.9/32",
        "10.0.0.3/32",
    ]
    for body in ("match=10.0.0.1,!10.0.0.0/8", "match=10.0.0.1\nmatch=!10.0.0.1/32"):
        assert Engine(one(body, "16.2.1")).identify_source("10.0.0.1") is not None
        assert Engine(one(body, "16.8")).identify_source("10.0.0.1") is None


def test_a_covered_address_without_a_mask_is_left_out() -> None:
    """What the list already matches isn't added, and a warning says so; what it excludes is."""
    configuration = one("match=10.0.0.1,10.1.1.1,10.0.0.0/8,!10.1.0.0/16,10.1.1.1", "16.2.1")

    assert items(configuration) == ["10.0.0.0/8", "!10.1.0.0/16", "10.1.1.1/32"]
    found = [each for each in configuration.problems if each.code == "match-address-adds-nothing"]
    assert [each.severity for each in found] == ["warning", "warning"]
    assert {each.message[:10] for each in found} == {"'10.0.0.1'", "'10.1.1.1'"}


def test_many_addresses_without_a_mask() -> None:
    """Adding them takes time by their number and that of the masks, not by all pairs."""
    blocks = [
        ",".join(f"{first}.{number >> 8}.{number & 255}.1" for number in range(300))
        for first in range(20, 100)
    ]
    lines = "".join(f"match={block}\n" for block in blocks)
    configuration = one(lines + "match=!20.0.0.0/8", "16.2.1")

    assert len(configuration.identifies["i"].addresses) == 24_001


def test_a_byte_order_mark() -> None:
    """Where it isn't skipped, a mark makes the file invalid; in an included file within a section, one line is lost."""
    text = "\ufeff[e]\ntype=endpoint\n"

    assert not read(text, "16.2.1").endpoints
    found = problem(read(text, "16.2.1"), "byte-order-mark")
    assert (found.line, found.lost) == (1, "the whole file pjsip.conf")
    assert "e" in read(text, "16.8").endpoints
    within = read(
        "[a]\ntype=endpoint\n#include b.conf\n[c]\ntype=endpoint\n", "16.2.1", b="\ufeff[b]\ncontext=x\n"
    )
    assert {id: each.options.get("context") for id, each in within.endpoints.items()} == {"a": "x", "c": None}
    acl = read("[e]\ntype=endpoint\nacl=x\n", "16.2.1", acl="\ufeff[x]\npermit=10.0.0.1\n")
    assert "acl-unavailable" in {found.code for found in acl.problems}


def test_ports_of_wizards() -> None:
    """A wizard's identify has the hosts without their ports; its own match lines keep theirs."""
    wizard = "[w]\ntype=wizard\nremote_hosts=10.60.4.2:5070,[2001:db8::1]:5070,10.61.0.0/16\n"

    def ports(release: str, extra: str = "") -> list[tuple[str, int]]:
        configuration = read("", release, pjsip_wizard=wizard + extra)
        return [(rule.text, rule.port) for rule in configuration.identifies["w-identify"].addresses]

    assert ports("16.19") == [("10.60.4.2", 0), ("2001:db8::1", 0), ("10.61.0.0/16", 0)]
    assert ports("16.20")[:2] == [("10.60.4.2:5070", 5070), ("[2001:db8::1]:5070", 5070)]
    assert ports("16.19", "identify/match=10.0.0.1:5080\n") == [("10.0.0.1:5080", 5080)]
    assert not read("", "16.2.1", pjsip_wizard=wizard + "identify/match=10.0.0.1:5080\n").identifies
    cut = read("", "16.2.1", pjsip_wizard=wizard).identifies["w-identify"]
    assert sorted(rule.text for rule in cut.addresses) == ["10.60.4.2", "10.61.0.0/16", "2001:db8::1"]
    assert [
        each.line for each in read("", "16.2.1", pjsip_wizard=wizard).problems if each.code == "wizard-port"
    ] == [3, 3]


def test_what_a_refused_transport_leaves() -> None:
    """After a bad option, the next section's domain isn't used; after a bad bind, only in older releases."""
    good = "[b]\ntype=transport\nbind=127.0.0.1\ndomain=d.example\n[c]\ntype=transport\nbind=127.0.0.2\ndomain=c.example\n"

    def domains(bad: str, release: str) -> tuple[str, ...]:
        configuration = read(f"[a]\ntype=transport\n{bad}\n{good}", release)
        return tuple(section.domain for section in configuration.transports.values())

    for release in ("18.10.0", "22.5.2", "23"):
        assert domains("bind=127.0.0.3\nnosuch=1", release) == ("", "c.example")
        assert domains("bind=127.0.0.3", release) == ("", "d.example", "c.example")
        assert domains("", release) == ("d.example", "c.example")
    assert domains("bind=nowhere!", "22.5.2") == ("", "c.example")
    assert domains("bind=nowhere!", "23") == ("d.example", "c.example")
    taken = read("[a]\ntype=transport\nbind=127.0.0.9\nnosuch=1\n[b]\ntype=transport\n", "18.10.0")
    assert taken.transports["b"].host == "127.0.0.9"
    assert problem(taken, "transport-leftovers").severity == "warning"


@pytest.mark.parametrize(
    ("bad", "release", "found"),
    [
        ("nosuch=1", "18.10.0", "a"),
        ("nosuch=1", "22.5.2", "a"),
        ("nosuch=1", "23", None),
        ("bind=nowhere!", "20.15.2", "a"),
        ("bind=nowhere!", "23", "b"),
        ("", "18.10.0", "b"),
    ],
)
def test_whose_socket_is_found_after_a_refused_transport(bad: str, release: str, found: str | None) -> None:
    """A socket that takes over leftovers is found under the refused section's id, in the newest not at all."""
    text = f"[a]\ntype=transport\n{bad}\n[b]\ntype=transport\nbind=127.0.0.1\nsymmetric_transport=yes\ndomain=d\n"
    configuration = read(
        f"{text}[u@d]\ntype=endpoint\n[i]\ntype=identify\nendpoint=u@d\nmatch_header=Contact: <sip:c@h\\;x-ast-txp=b>\n",
        release,
    )
    request = Request(source="192.0.2.1", port=5060, from_uri="sip:u@h", release=release)
    section = transport_section(configuration, request)

    assert list(configuration.transports) == ["b"]
    assert (section.id if section is not None else None) == found
    assert (Engine(configuration).identify(request) is not None) == (found == "b")
    assert Engine(configuration).explain(request).match == Engine(configuration).identify(request)


def test_the_place_of_a_socket_with_another_id() -> None:
    """The refused section's id, not its own, says which of two sockets on one address is found first."""
    sections = (
        "[{first}]\ntype=transport\nnosuch=1\n[{second}]\ntype=transport\nbind=127.0.0.1\n"
        "[{third}]\ntype=transport\nprotocol=tcp\nbind=127.0.0.1\ndomain=d\n[u@d]\ntype=endpoint\n"
    )

    def found(release: str, first: str, second: str, third: str) -> tuple[str | None, bool]:
        configuration = read(sections.format(first=first, second=second, third=third), release)
        request = Request(source="192.0.2.1", port=5060, from_uri="sip:u@h", release=release)
        section = transport_section(configuration, request)
        engine = Engine(configuration)
        assert engine.explain(request).match == engine.identify(request)
        return section.id if section is not None else None, engine.identify(request) is not None

    # Buckets: a-udp 16, b-tcp 18, t1 42, t3 44.
    assert found("18.10.0", "a-udp", "t3", "b-tcp") == ("a-udp", False)
    assert found("18.10.0", "t3", "a-udp", "b-tcp") == ("b-tcp", True)
    assert found("23", "a-udp", "t3", "b-tcp") == ("b-tcp", True)


def test_a_socket_by_either_id() -> None:
    """Whoever knows on which section a request came in may name it by the refused section's id, as Asterisk does."""
    text = "[z]\ntype=transport\nnosuch=1\n[b]\ntype=transport\nbind=127.0.0.1\n[a]\ntype=transport\nbind=127.0.0.2\n"
    text += "domain=d\n[u@d]\ntype=endpoint\n"
    configuration = read(text, "18.10.0")
    engine = Engine(configuration)

    def found(id: str | None) -> tuple[str | None, bool]:
        request = Request(
            source="192.0.2.1", port=5060, from_uri="sip:u@h", release="18.10.0", transport_section=id
        )
        section = transport_section(configuration, request)
        assert engine.explain(request).match == engine.identify(request)
        return section.id if section is not None else None, engine.identify(request) is not None

    assert found("z") == found("b") == ("z", False)
    assert found("a") == found(None) == found("nosuch") == ("a", True)
