"""The whole answer: its order, its words, what depends on something unknown, and its form as JSON."""

from __future__ import annotations

import json

import attrs
from older import OlderRelease

from identify.config.releases import NEWEST
from identify.configuration import Configuration
from identify.model import Unknown
from identify.questions.findings import KINDS, UNCOUNTED
from identify.questions.upgrading import upgrade

OVERLAP = """
[trunk-b]
type = identify
endpoint = b
match = 192.0.2.0/24
[trunk-a]
type = identify
endpoint = a
match = {match}
[trunk-c]
type = identify
endpoint = c
match = 203.0.113.0/24
"""


def test_dialects(upgraded):
    """Every difference in how requests are read is a note, in the words of both releases; the same bits say nothing."""
    answer = upgraded("", bits=31).answer

    assert len(answer.notes) == 5
    assert answer.notes[3] == (
        "requests with a list of only commas, such as 'Allow: ,,', are dropped by 20.15.2 and identified by 23"
    )
    assert upgraded("", bits=0).answer.notes == ()
    assert not answer.changed


def test_order_of_findings(upgraded):
    """Findings come in the order of their kinds, and every kind has a heading."""
    text = OVERLAP.format(match="192.0.2.7\nmatch_request_uri = /^sip:7/")
    found = upgraded(text, before="18.10.0", after="22.8.1")

    kinds = [finding.kind for finding in found.findings]
    assert kinds == sorted(kinds, key=list(KINDS).index)
    assert set(UNCOUNTED) < set(KINDS)


def test_names_that_are_not_known(upgraded):
    """An identify with a name that isn't resolved is neither refused nor accepted; what its place changes is undecided."""
    answer = upgraded(OVERLAP.format(match="sip.provider.example")).answer

    assert answer.findings == ()
    (undecided,) = answer.undecided
    assert "'sip.provider.example'" in undecided.what
    assert "it changes places with 1 identify: 'trunk-b'" in undecided.what
    assert "settled by" in undecided.reason
    assert answer.verdict == "nothing was found that changes from 20.15.2 to 23, and 1 thing is undecided"


def test_names_whose_place_stays(upgraded):
    """A name that isn't known is of no interest if its object keeps its place."""
    text = OVERLAP.format(match="192.0.2.7").replace("203.0.113.0/24", "sip.provider.example")
    answer = upgraded(text).answer

    assert [finding.kind for finding in answer.findings] == ["winner"]
    assert answer.undecided == ()
    # trunk-c comes behind both, so it can't take the witness away.
    assert answer.findings[0].depends_on == ()


def test_witness_that_depends_on_a_name(upgraded):
    """A witness that an object with unknown names could get says so."""
    text = (
        OVERLAP.format(match="192.0.2.7")
        + "[A]\ntype = identify\nendpoint = c\nmatch = sip.provider.example\n"
    )
    found = upgraded(text)

    (finding,) = found.findings
    assert [unknown.kind for unknown in finding.depends_on] == ["names"]
    assert finding.as_dict()["depends_on"] == [finding.depends_on[0].what]


def test_objects_that_are_not_known():
    """Where objects may come from elsewhere, that is told, and every witness depends on it."""
    files = {"pjsip.conf": "[a]\ntype=endpoint\n[b]\ntype=endpoint\n" + OVERLAP.format(match="192.0.2.7")}
    unknown = Unknown(
        kind="objects",
        what="identify objects in a database",
        reason="it wasn't asked",
        settles="a dump",
        types=frozenset({"identify"}),
    )
    before, after = (
        attrs.evolve(Configuration.from_files(files, release=release), unknowns=(unknown,))
        for release in (OlderRelease(), NEWEST)
    )

    answer = upgrade(before, after)

    assert answer.findings[0].depends_on == (unknown,)
    assert [undecided.reason for undecided in answer.undecided] == ["it wasn't asked; settled by a dump"]


def test_line_tokens_are_the_same_on_both_sides(upgraded):
    """A token that isn't told is generated once, so that registrations with a line change nothing."""
    text = (
        "[udp]\ntype = transport\nprotocol = udp\nbind = 192.0.2.1\n"
        "[r]\ntype = registration\nserver_uri = sip:p.example\nclient_uri = sip:me@p.example\nline = yes\nendpoint = a\n"
    )
    answer = upgraded(text).answer

    assert answer.findings == ()


def test_as_dict(upgraded):
    """The answer as values for JSON has each finding with its places, problems and witness."""
    answer = upgraded(OVERLAP.format(match="192.0.2.7")).answer

    content = json.loads(json.dumps(answer.as_dict()))

    assert content["from"] == "20.15.2"
    assert content["to"] == "23"
    assert content["changed"] is True
    (finding,) = content["findings"]
    assert finding["witness"]["source"] == "192.0.2.7"
    assert finding["witness"]["before"] == {"endpoint": "b", "identifier": "ip", "section": "trunk-b"}
    assert finding["witness"]["message"].startswith("OPTIONS sip:")
    assert finding["origins"] == [
        {"file": "pjsip.conf", "line": 8, "template": None},
        {"file": "pjsip.conf", "line": 12, "template": None},
    ]
