"""The explanation as a whole: order, answer, text and JSON."""

import json

import pytest

from identify.explain import REASON_KINDS
from identify.strings import quoted, quoted_list


@pytest.fixture
def configuration(make):
    """A configuration in which several identifiers have answers."""

    def build(order):
        return make.configuration(
            make.identify("i", "trunk", "10.0.0.0/8"),
            make.endpoint("trunk"),
            make.endpoint("alice"),
            order=order,
        )

    return build


def test_first_identifier_with_an_answer_decides(configuration, ask):
    """The effective order decides between identifiers; later answers stay in their steps."""
    request = {"source": "10.0.0.1", "from_uri": "sip:alice@h"}

    by_ip = ask(configuration(("line", "ip", "username")), **request)
    by_name = ask(configuration(("line", "username", "ip")), **request)

    assert (by_ip.match.endpoint, by_ip.match.identifier, by_ip.match.section) == ("trunk", "ip", "i")
    assert (by_name.match.endpoint, by_name.match.identifier, by_name.match.section) == (
        "alice",
        "username",
        None,
    )
    assert [(step.identifier, step.endpoint) for step in by_ip.steps] == [
        ("line", None),
        ("ip", "trunk"),
        ("username", "alice"),
    ]
    assert str(by_ip.steps[2].reasons[-1]) == "would have matched, but 'ip' came first"
    assert "would have matched" not in str(by_ip.steps[1])


def test_giving_up_leaves_the_next_identifier(make, ask):
    """A missing endpoint ends its identifier, not the search."""
    configuration = make.configuration(make.identify("i", "nope", "10.0.0.0/8"), make.endpoint("alice"))

    match = ask(configuration, source="10.0.0.1", from_uri="sip:alice@h").match

    assert (match.endpoint, match.identifier) == ("alice", "username")


def test_text(configuration, ask):
    """The text begins with the answer and goes on with steps and reasons."""
    text = str(ask(configuration(("ip", "username")), source="10.0.0.1", from_uri="sip:alice@h"))

    assert text.splitlines() == [
        "trunk (by ip, section i)",
        "ip: trunk",
        "  [match] identify 'i' (pjsip.conf:1) covers 10.0.0.1 with 10.0.0.0/8: endpoint 'trunk'",
        "username: alice",
        "  [match] From user 'alice' is endpoint 'alice' (pjsip.conf:3)",
        "  [note] would have matched, but 'ip' came first",
    ]


def test_text_of_a_screened_request(configuration, ask):
    """What is answered before identification is on the second line."""
    explanation = ask(configuration(("ip",)), from_uri="http://h")

    assert explanation.screening == "416 from"
    assert str(explanation).splitlines()[:2] == [
        "not identified",
        "Asterisk answers this request before it would identify it: 416 from",
    ]


def test_as_dict(configuration, ask):
    """The shape of the JSON is fixed."""
    explanation = ask(configuration(("line", "ip")), source="10.0.0.1")

    assert json.loads(json.dumps(explanation.as_dict())) == {
        "match": {"endpoint": "trunk", "identifier": "ip", "section": "i"},
        "undetermined": False,
        "possible": [{"endpoint": "trunk", "identifier": "ip", "section": "i", "any_endpoint": False}],
        "unknowns": [],
        "screening": "pass",
        "outcome": "identified",
        "refusals": [],
        "nearest": [],
        "steps": [
            {
                "identifier": "line",
                "endpoint": None,
                "section": None,
                "reasons": [
                    {
                        "verdict": "no",
                        "text": "neither the To URI nor the request URI has a line parameter",
                        "origin": None,
                    }
                ],
            },
            {
                "identifier": "ip",
                "endpoint": "trunk",
                "section": "i",
                "reasons": [
                    {
                        "verdict": "match",
                        "text": "identify 'i' (pjsip.conf:1) covers 10.0.0.1 with 10.0.0.0/8: endpoint 'trunk'",
                        "origin": {"file": "pjsip.conf", "line": 1, "template": None},
                    }
                ],
            },
        ],
    }
    assert ask(configuration(("line",))).as_dict()["match"] is None


def test_verdicts_are_documented(configuration, ask):
    """Every verdict that is given is one of the listed."""
    explanation = ask(configuration(("line", "ip", "username", "header", "request_uri", "anonymous")))

    assert {reason.verdict for step in explanation.steps for reason in step.reasons} <= set(REASON_KINDS)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a b", "'a b'"),
        ("é", "'é'"),
        ("\x1b[2J\n", r"'\x1b[2J\x0a'"),
        ("\udcff", r"'\xff'"),
        ("\u202e", r"'\u202e'"),
        ("\U000e0001", r"'\U000e0001'"),
        ("x" * 121, "'" + "x" * 120 + "...'"),
    ],
)
def test_values_are_safe_to_show(value, shown):
    """What came from the network is clipped and can't command a terminal."""
    assert quoted(value) == shown


def test_lists_of_values_are_short():
    """A list of values ends in dots after the fourth."""
    assert quoted_list(["1", "2", "3", "4"]) == "'1', '2', '3', '4'"
    assert quoted_list(["1", "2", "3", "4", "5"]) == "'1', '2', '3', '4', ..."
