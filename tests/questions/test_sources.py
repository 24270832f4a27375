"""Sources whose winner changes: what is found equals what asking about every source finds."""

from __future__ import annotations

import itertools
import random

import pytest
from older import OlderRelease, hash_order

from identify.addresses import format_address
from identify.configuration import Configuration
from identify.engine import Engine
from identify.questions.changes import sources
from identify.questions.witnesses import Sides

IDS = ("trunk-b", "trunk-a", "trunk-c", "trunk-d", "Trunk", "z", "a", "10", "9", "8")
ENDPOINTS = ("a", "b", "c")
PORTS = (5060, 5061, 5070)


def test_order_of_the_fixture() -> None:
    """The hash order of the tests is that of three identify objects seen on a running 20.15.2."""
    assert hash_order(["trunk-b", "trunk-a", "trunk-c"], 3) == ["trunk-b", "trunk-a", "trunk-c"]
    assert hash_order(["tango", "alpha", "mike", "bravo", "zulu"], 5) == [
        "tango",
        "zulu",
        "alpha",
        "mike",
        "bravo",
    ]


OVERLAP = """
[trunk-b]
type = identify
endpoint = b
match = 192.0.2.0/24
[trunk-a]
type = identify
endpoint = a
match = 192.0.2.64/26
match = 192.0.2.0:5070/30
[trunk-c]
type = identify
endpoint = c
match = 203.0.113.0/24
"""


def test_overlap(upgraded):
    """The winner of an overlap is found with its ranges, also with one that is only for a port."""
    found = upgraded(OVERLAP)

    (finding,) = found.findings
    assert finding.kind == "winner"
    assert finding.count == 2
    assert finding.details == ("192.0.2.64 to 192.0.2.127", "192.0.2.0 to 192.0.2.3 (port 5070)")
    assert str(finding.witness) == (
        "source 192.0.2.64:5060: was endpoint b (identify 'trunk-b'), becomes endpoint a (identify 'trunk-a')"
    )
    assert [origin.line for origin in finding.origins] == [8, 12]
    assert found.answer.verdict == "1 thing changes from 20.15.2 to 23"


def test_reverse(upgraded):
    """A downgrade changes the same sources the other way round."""
    found = upgraded(OVERLAP, before="23", after=OlderRelease())

    assert found.pairs() == {("trunk-a", "trunk-b")}


def test_disjoint_networks_change_nothing(upgraded):
    """An order that changes between networks that don't meet is no finding."""
    found = upgraded(OVERLAP.replace("192.0.2.0/24", "198.51.100.0/24"))

    assert found.answer.findings == ()
    assert found.answer.undecided == ()
    assert found.answer.verdict == "nothing changes from 20.15.2 to 23"


def test_same_endpoint(upgraded):
    """Where another object of the same endpoint wins, that is told but isn't a change."""
    found = upgraded(OVERLAP.replace("endpoint = a", "endpoint = b"))

    assert [finding.kind for finding in found.findings] == ["same-endpoint"]
    assert not found.answer.changed


def test_missing_endpoint(upgraded):
    """An object whose endpoint is missing gives its sources to nobody, on the side on which it comes first."""
    found = upgraded(OVERLAP.replace("endpoint = a", "endpoint = nobody"))

    assert found.pairs() == {("trunk-b", None)}


def test_negation_takes_the_witness_away(upgraded):
    """Sources that a negated item excludes aren't in the ranges."""
    found = upgraded(OVERLAP.replace("192.0.2.64/26", "192.0.2.64/26,!192.0.2.96/27"))

    assert "192.0.2.64 to 192.0.2.95" in found.findings[0].details


def test_mapped_addresses_are_of_ipv4(upgraded):
    """Ranges of IPv6 leave out IPv4-mapped addresses, which no item of IPv6 covers."""
    text = OVERLAP.replace("192.0.2.64/26", "::/16").replace("192.0.2.0/24", "::/0")
    found = upgraded(text)

    (finding,) = (finding for finding in found.findings if finding.kind == "winner")
    assert finding.details[:2] == (
        ":: to ::fffe:ffff:ffff",
        "::1:0:0:0 to 0:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    )


def test_two_objects_of_one_id(upgraded):
    """An object of a wizard with an id of pjsip.conf is tried too, but only in older releases."""
    wizard = "[w]\ntype = wizard\nremote_hosts = 198.51.100.7\n"
    found = upgraded(
        "[w-identify]\ntype = identify\nendpoint = a\nmatch = 192.0.2.1\n",
        files={"pjsip_wizard.conf": wizard},
    )

    kinds = {finding.kind: finding for finding in found.findings}
    assert str(kinds["winner"].witness) == (
        "source 198.51.100.7:5060: was endpoint w (identify 'w-identify'), becomes no endpoint"
    )
    assert kinds["refused"].what.startswith("23 refuses identify 'w-identify': ")


def test_masks_with_holes_are_exact(upgraded):
    """Masks with holes are split into parts, so that an overlap behind another object is found."""
    found = upgraded(
        "[trunk-b]\ntype = identify\nendpoint = b\nmatch = 10.1.0.0/16\n"
        "[trunk-a]\ntype = identify\nendpoint = a\nmatch = 10.0.0.5/255.0.0.255\n"
        "[trunk-c]\ntype = identify\nendpoint = c\nmatch = 10.0.0.0/255.0.255.0\n"
    )

    assert found.pairs() == {("trunk-b", "trunk-a")}
    assert found.answer.undecided == ()


def test_bounds_are_told(upgraded):
    """What is beyond a bound isn't passed over in silence."""
    found = upgraded(OVERLAP)
    sides = Sides.of(found.before, found.after)

    _, undecided = sources.source_changes(sides, most_points=2)
    assert [one.what for one in undecided] == ["which identify has the sources of addresses"] * 2

    holes = upgraded(OVERLAP.replace("192.0.2.64/26", "192.0.2.64/255.0.255.192"))
    _, undecided = sources.source_changes(Sides.of(holes.before, holes.after), most_parts=5)
    assert "masks have holes" in undecided[0].what


def test_answered_before_ip(upgraded):
    """Sources that another identifier answers first show with a tel: caller, or are undecided where that is refused."""
    text = "[global]\ntype = global\nendpoint_identifier_order = anonymous,ip\n[anonymous]\ntype = endpoint\n"
    (finding,) = upgraded(OVERLAP + text).findings
    assert b"\r\nFrom: <tel:" in finding.witness.message

    found = upgraded(OVERLAP + text, bits=1)
    assert found.findings == ()
    (undecided,) = found.answer.undecided
    assert undecided.reason == "an identifier that comes before ip answers the requests that were tried"
    assert found.answer.verdict == (
        "nothing was found that changes from 20.15.2 to 23, and 1 thing is undecided"
    )


def network(rng: random.Random, holes: bool) -> str:
    """Return a match item inside 10.0.0.0/28, or all of it and more."""
    port = rng.choice(["", "", "", ":5061", ":5070"])
    address = f"10.0.0.{rng.randrange(16)}{port}"
    if holes and rng.random() < 0.5:
        return f"{address}/255.255.255.{rng.choice([245, 250, 253, 240, 1, 9])}"
    return rng.choice(["", "", "!"]) + f"{address}/{rng.choice([26, 28, 29, 30, 31, 32])}"


def configuration(rng: random.Random, holes: bool) -> str:
    """Return a configuration of identify objects that overlap."""
    sections = [f"[{id}]\ntype = endpoint\n" for id in ENDPOINTS]
    for id in rng.sample(IDS, rng.randint(2, 7)):
        items = ",".join(network(rng, holes) for _ in range(rng.randint(1, 4)))
        endpoint = rng.choice([*ENDPOINTS, *ENDPOINTS, "nobody"])
        sections.append(f"[{id}]\ntype = identify\nendpoint = {endpoint}\nmatch = {items}\n")
    return "".join(sections)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("holes", [False, True], ids=["plain", "holes"])
def test_found_is_what_asking_all_sources_finds(seed, holes):
    """For generated objects, the pairs of winners found are those of all sources of a small universe."""
    text = configuration(random.Random(f"{seed} {holes}"), holes)
    before = Configuration.from_files({"pjsip.conf": text}, release=OlderRelease())
    after = Configuration.from_files({"pjsip.conf": text})
    engines = Engine(before), Engine(after)
    # Masks with holes can reach beyond the last byte: these addresses stand for the rest.
    universe = [0x0A000000 + low for low in range(256)]
    expected = set()
    for source, port in itertools.product(universe, PORTS):
        answers = tuple(engine.identify_source(format_address(4, source), port) for engine in engines)
        if answers[0] != answers[1]:
            expected.add(answers)

    findings, undecided = sources.source_changes(Sides.of(before, after))

    found = {(finding.witness.before, finding.witness.after) for finding in findings}
    assert found == expected
    assert undecided == []
