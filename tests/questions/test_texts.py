"""Headers and request URIs whose winner changes: literals, expressions, both, and several headers at once."""

from __future__ import annotations

import itertools
import random

import pytest
from older import OlderRelease

from identify.configuration import Configuration
from identify.engine import Engine
from identify.questions.changes.texts import text_changes
from identify.questions.witnesses import Sides, message

#: Of three sections, trunk-b and trunk-a fall into one bucket in this file order, and trunk-c into a later one.
TWO = """
[trunk-b]
type = identify
endpoint = b
{first}
[trunk-a]
type = identify
endpoint = a
{second}
[trunk-c]
type = identify
endpoint = c
match = 203.0.113.9
"""


def two(first: str, second: str, option: str = "match_header = X-A: ") -> str:
    return TWO.format(first=option + first, second=option + second)


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("1", "1", "1"),
        ("12", "/^1/", "12"),
        ("/^1/", "12", "12"),
        ("/^1/", "/2$/", "12"),
        ("/^(a|b)c{2,3}$/", "/cc$/", "acc"),
        ("/^[[:digit:]]+$/", "/^[^3-9]+$/", "0"),
        ("/./", "/b/", "b"),
        ("/^a.*z$/", "/^.{4}$/", "a00z"),
        ("//", "/^$/", ""),
    ],
)
def test_value_of_both(upgraded, first, second, value):
    """A value that satisfies both rules is found, whether they are literals or expressions."""
    found = upgraded(two(first, second))

    (finding,) = found.findings
    assert finding.kind == "winner"
    assert found.pairs() == {("trunk-b", "trunk-a")}
    assert finding.details == (value,)
    assert f"\r\nX-A: {value}\r\n".encode() in finding.witness.message
    assert found.answer.undecided == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1", "2"),
        ("12", "/^2/"),
        ("/^1/", "/^2/"),
        ("/^a+$/", "/b/"),
        ("/^(ab)*$/", "/^(ab)*a$/"),
        ("/^[[:digit:]]+$/", "/[[:alpha:]]/"),
    ],
)
def test_no_value_of_both(upgraded, first, second):
    """Where no value satisfies both, only a request with the header twice changes."""
    found = upgraded(two(first, second))

    (finding,) = found.findings
    assert finding.what.startswith("requests with X-A twice change from ")
    assert finding.witness.message.count(b"\r\nX-A: ") == 2
    assert found.answer.undecided == ()


def test_two_headers(upgraded):
    """Rules for different headers meet in a request that has both."""
    found = upgraded(TWO.format(first="match_header = X-A: 1", second="match_header = X-B: /^2/"))

    (finding,) = found.findings
    assert finding.what == (
        "requests with both X-A and X-B change from identify 'trunk-b' (endpoint 'b') to identify 'trunk-a' (endpoint 'a')"
    )
    assert finding.details == ("X-A: 1", "X-B: /^2/")


def test_many_headers(upgraded, monkeypatch):
    """Beyond a number of findings about two headers the rest is undecided."""
    monkeypatch.setattr("identify.questions.changes.combinations.MOST_FOUND", 1)
    rules = "".join(
        f"[{id}]\ntype = identify\nendpoint = {endpoint}\nmatch_header = X-{id}: 1\n"
        for id, endpoint in zip(("9", "8", "7", "z", "a1"), "abcab", strict=True)
    )
    found = upgraded(rules)

    assert len(found.findings) == 1
    assert found.answer.undecided[-1].what == "further requests with two headers"


def test_behind_a_third_rule(upgraded):
    """A value that a third rule gets in both releases is no finding; one beside it is searched."""
    text = two("/^1/", "/2$/") + "[A]\ntype = identify\nendpoint = c\nmatch_header = X-A: /^12$/\n"
    found = upgraded(text)

    values = [finding.details for finding in found.findings if "for 1 value" in finding.what]
    assert values == [("102",)]
    assert found.answer.undecided == ()


def test_hidden_by_a_third_rule(upgraded):
    """Where a third rule gets all values of both, nothing changes but a header that is there twice."""
    text = two("/^1.*2$/", "/2$/") + "[A]\ntype = identify\nendpoint = c\nmatch_header = X-A: /1/\n"
    found = upgraded(text)

    assert all("twice" in finding.what for finding in found.findings)
    assert found.answer.undecided == ()


@pytest.mark.parametrize(
    ("first", "second", "uri"),
    [
        ("/^sip:1/", "/@trunk/", b"sip:1@trunk"),
        (r"sip:100@trunk\;user=phone", "/user=phone/", b"sip:100@trunk;user=phone"),
        ("/^tel:/", "/12$/", b"tel:12"),
    ],
)
def test_request_uri(upgraded, first, second, uri):
    """A request URI that PJSIP reads and prints so that both rules match is found."""
    found = upgraded(two(first, second, "match_request_uri = "))

    (finding,) = found.findings
    assert found.pairs() == {("trunk-b", "trunk-a")}
    assert finding.witness.message.startswith(b"OPTIONS " + uri + b" SIP/2.0\r\n")
    assert found.answer.undecided == ()


def test_from(upgraded):
    """A header that PJSIP reads itself gets a value of its usual form."""
    found = upgraded(two("/alice/", "/example/", "match_header = From: "))

    assert found.pairs() == {("trunk-b", "trunk-a")}
    assert b"From: " in found.findings[0].witness.message


def test_compact_name_never_matches(upgraded):
    """A rule with the short name of a header that PJSIP knows matches nothing, so it changes nothing."""
    found = upgraded(two("/alice/", "/example/", "match_header = f: "))

    assert found.findings == ()
    assert found.answer.undecided == ()


@pytest.mark.parametrize("second", [r"/(1)\1/", r"/\b1/", "/é/"])
def test_not_understood(upgraded, second):
    """An expression that isn't understood is undecided, unless a guess shows the difference."""
    found = upgraded(two("/^0$/", second))

    (undecided,) = found.answer.undecided
    assert "one of the expressions isn't understood" in undecided.reason
    assert len(undecided.origins) == 2
    assert not any("twice" not in finding.what for finding in found.findings)

    guessed = upgraded(two("/^11$/", r"/(1)\1/"))
    assert guessed.pairs() == {("trunk-b", "trunk-a")}
    assert guessed.answer.undecided == ()


def test_too_large_together(upgraded, monkeypatch):
    """A search that reaches its bound is undecided."""
    monkeypatch.setattr("identify.questions.changes.asking.MOST_STATES", 3)
    found = upgraded(two("/^aaaaab/", "/baaaaa$/"))

    assert [undecided.reason for undecided in found.answer.undecided] == [
        "the expressions are too large together"
    ]


def test_too_much_together(upgraded, monkeypatch):
    """Pairs that are left when all searches together have reached their bound are counted as undecided."""
    monkeypatch.setattr("identify.questions.changes.asking.MOST_STATES_TOGETHER", 3)
    rules = "".join(
        f"[{id}]\ntype = identify\nendpoint = {endpoint}\nmatch_header = X-A: /^aaaa.*{id}/\n"
        for id, endpoint in zip(("9", "8", "7", "z", "a1"), "abcab", strict=True)
    )
    answer = upgraded(rules).answer

    assert any("pairs of expressions" in undecided.what for undecided in answer.undecided)
    assert "undecided" in answer.verdict


def test_answered_before_header(upgraded):
    """Anonymous callers are no witnesses where they have an endpoint; where others are refused, nothing is claimed."""
    text = two("/^1/", "/2$/") + "[anonymous]\ntype = endpoint\n"
    assert upgraded(text).pairs() == {("trunk-b", "trunk-a")}

    found = upgraded(text, bits=1)

    assert found.findings == ()
    reasons = {undecided.reason for undecided in found.answer.undecided}
    assert "anonymous comes before it and answers requests that were tried" in reasons


def test_every_source_is_covered(upgraded):
    """Where ip answers every source, no header is ever looked at."""
    text = "[all]\ntype = identify\nendpoint = c\nmatch = 0.0.0.0/0,::/0\n"
    found = upgraded(two("/^1/", "/2$/") + text)

    assert [undecided.reason for undecided in found.answer.undecided] == [
        "ip comes before it and answers requests that were tried"
    ]


PATTERNS = (
    "1",
    "2",
    "12",
    "21",
    "/1/",
    "/^1/",
    "/2$/",
    "/^[12]+$/",
    "/^1*$/",
    "/^(12)+$/",
    "/./",
    "/^2.?1/",
    "/[^1]$/",
)
IDS = ("trunk-b", "trunk-a", "trunk-c", "Trunk", "z", "a1", "10", "9", "8")


def header_configuration(rng: random.Random) -> str:
    sections = [f"[{id}]\ntype = endpoint\n" for id in "abc"]
    for id in rng.sample(IDS, rng.randint(2, 6)):
        endpoint = rng.choice("aaabbbcccx")
        rule = rng.choice(PATTERNS)
        sections.append(f"[{id}]\ntype = identify\nendpoint = {endpoint}\nmatch_header = X-A: {rule}\n")
    return "".join(sections)


@pytest.mark.parametrize("seed", range(80))
def test_found_is_what_asking_all_values_finds(seed):
    """For generated rules of one header, the pairs of winners found are those of all short values."""
    text = header_configuration(random.Random(seed))
    before = Configuration.from_files({"pjsip.conf": text}, release=OlderRelease())
    after = Configuration.from_files({"pjsip.conf": text})
    engines = Engine(before), Engine(after)
    expected = set()
    for length in range(6):
        for letters in itertools.product("123", repeat=length):
            data = message([("X-A", "".join(letters).encode())])
            answers = tuple(engine.identify_message(data, "192.0.2.1", 5060) for engine in engines)
            if answers[0] != answers[1]:
                expected.add(answers)

    findings, undecided = text_changes(Sides.of(before, after), "header")

    single = [finding for finding in findings if "twice" not in finding.what]
    assert {(finding.witness.before, finding.witness.after) for finding in single} == expected
    assert undecided == []
