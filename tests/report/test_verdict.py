"""The first sentence of a page: each outcome has its part in it, and how it is to be taken."""

from __future__ import annotations

from collections import Counter

import pytest

from identify.configuration import Configuration
from identify.report.verdict import comparison_verdict, result_verdict, span_text
from identify.simulation import Comparison, Outcome
from identify.simulation.results.changes import Change, Standing
from identify.simulation.results.expectations import Expectations
from identify.simulation.results.result import Result

NOTHING = Configuration.from_files({"pjsip.conf": ""})


def result_of(outcomes, sources=0, **others):
    """Return a result with these outcomes, the refused ones of a number of sources."""
    result = Result(
        configuration=NOTHING, messages=sum(outcomes.values()), outcomes=Counter(outcomes), **others
    )
    for number in range(sources):
        result.strangers.row(bytes(10) + b"\xff\xff" + bytes([192, 0, 2, number])).unidentified += 1
    return result


@pytest.mark.parametrize(
    ("outcomes", "sources", "verdict", "tone"),
    [
        ({}, 0, "There is nothing to identify: the traffic has no SIP messages.", "unsure"),
        ({Outcome.IDENTIFIED: 1}, 0, "1 of 1 request is identified.", "good"),
        ({Outcome.IDENTIFIED: 1_200}, 0, "All 1,200 requests are identified.", "good"),
        (
            {Outcome.IDENTIFIED: 3, Outcome.UNIDENTIFIED: 1},
            1,
            "3 of 4 requests are identified; 1 from 1 source isn't: 192.0.2.0.",
            "bad",
        ),
        (
            {Outcome.UNIDENTIFIED: 5, Outcome.ENDPOINT_ACL: 1},
            5,
            "0 of 6 requests are identified; 6 from 5 sources aren't: 192.0.2.0, 192.0.2.1, 192.0.2.2 and 2 more. "
            "1 of these is denied by an endpoint's access list.",
            "bad",
        ),
        (
            {Outcome.IDENTIFIED: 1, Outcome.UNDETERMINED: 2, Outcome.UNKNOWN_DIALOG: 1},
            0,
            "1 of 4 requests is identified. 2 are undetermined: the answer depends on what isn't known here. "
            "1 belongs to no live dialog.",
            "unsure",
        ),
        (
            {Outcome.ACL: 2, Outcome.RESPONSE: 1},
            0,
            "There is nothing to identify: of 3 messages none is a request for which Asterisk looks for an endpoint "
            "(2 acl, 1 response). Before it identifies: 2 are denied by an object of type=acl.",
            "bad",
        ),
        (
            {Outcome.FOREIGN: 1},
            0,
            "There is nothing to identify: of 1 message none is a request for which Asterisk looks for an endpoint "
            "(1 foreign). Foreign ones are neither to nor from an address of Asterisk's: --local ADDR says which it has.",
            "unsure",
        ),
    ],
)
def test_result(outcomes, sources, verdict, tone):
    """Requests that aren't identified are counted with their sources; what isn't known is told apart from both."""
    assert result_verdict(result_of(outcomes, sources)) == (verdict, tone)


def test_expectations():
    """Expectations that aren't met make the verdict bad, also if every request is identified."""
    result = result_of(
        {Outcome.IDENTIFIED: 2}, expectations=Expectations(checked=2, failed=1, unmet_in_all=1)
    )

    assert result_verdict(result) == ("All 2 requests are identified. 2 of 3 expectations aren't met.", "bad")


@pytest.mark.parametrize(
    ("changes", "undetermined", "verdict", "tone"),
    [
        (
            [],
            0,
            "Nothing changes: 9 messages have the same outcome and endpoint with both configurations.",
            "good",
        ),
        ([], 1, "Nothing changes, as far as it is known. 1 request is undetermined with both.", "unsure"),
        ([("a", "b")], 0, "1 of 9 messages changes: 1 is identified as another endpoint.", "unsure"),
        (
            [("a", ""), ("", "a"), ("", "a")],
            2,
            "3 of 9 messages change: 1 is no longer identified, 2 are newly identified. "
            "2 requests are undetermined with both.",
            "bad",
        ),
    ],
)
def test_comparison(changes, undetermined, verdict, tone):
    """A change is told by what it comes to; to lose an endpoint is bad, and nothing changing is said in words."""

    def standing(endpoint):
        return Standing(Outcome.IDENTIFIED if endpoint else Outcome.UNIDENTIFIED, endpoint)

    comparison = Comparison(NOTHING, NOTHING)
    comparison.messages, comparison.undetermined = 9, undetermined
    comparison.changes.update(Change(standing(before), standing(after)) for before, after in changes)

    assert comparison_verdict(comparison) == (verdict, tone)


def test_span():
    """A time is told to the second, and the date once."""
    second = 10**9
    now = 1_700_000_000 * second

    assert span_text(now, now + 1) == "2023-11-14 22:13:20 UTC"
    assert span_text(now, now + 4 * second) == "2023-11-14 22:13:20 to 22:13:24 UTC"
    assert span_text(now, now + 86_400 * second) == "2023-11-14 22:13:20 to 2023-11-15 22:13:20 UTC"
    assert span_text(-1, -1) == "the traffic has no times"
