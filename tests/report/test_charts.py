"""Which charts there are, and in which colours: the same thing has the same colour, and nothing is drawn twice."""

from __future__ import annotations

from array import array

import pytest

from identify.identifiers import NAMES
from identify.model import Match
from identify.report.charts import timeline_charts
from identify.report.colours import identifier_colour, outcome_colour
from identify.simulation import Outcome
from identify.simulation.results.timeline import Timeline
from identify.simulation.rows import OUTCOMES, AnswerColumns, Rows
from identify.traffic.batch import Batch

NOW = 1_700_000_000_000_000_000


def timeline(answers, matches):
    """Return a timeline of requests, a second apart, with an answer each: an index into the matches, or -1."""
    count = len(answers)
    codes = bytearray(
        OUTCOMES.index(Outcome.UNIDENTIFIED if answer < 0 else Outcome.IDENTIFIED) for answer in answers
    )
    batch = Batch(
        times=array("q", [NOW + number * 10**9 for number in range(count)]), frames=array("Q", range(count))
    )
    made = Timeline()
    made.feed(
        Rows(
            batch,
            AnswerColumns(codes, array("i", answers), bytearray(count)),
            bytearray(count),
            tuple(matches),
        )
    )
    return made


def legend(chart):
    """Return the colours of a chart by name."""
    return {entry.name: entry.colour for entry in chart.legend}


def test_colours_are_fixed():
    """Each outcome and identifier has a colour of its own, whatever else there is; none is that of unidentified."""
    assert len({outcome_colour(outcome.value) for outcome in Outcome}) == len(Outcome)
    assert len({identifier_colour(name) for name in NAMES}) == len(NAMES)
    assert identifier_colour("none") == outcome_colour("unidentified")


def test_before_and_after():
    """An endpoint has one colour before and after, though it is the first in one and the last in the other."""
    a, b = Match("a", "ip", "a"), Match("b", "ip", "b")
    before, after = timeline([0, 0, 0, 1], [a, b]), timeline([0, 1, 1, 1], [a, b])
    charts = {chart.id: chart for chart in timeline_charts([(before, "before"), (after, "after")])}

    assert set(charts) == {"outcomes-over-time", "endpoints-over-time-before", "endpoints-over-time-after"}
    assert legend(charts["endpoints-over-time-before"]) == legend(charts["endpoints-over-time-after"])
    ranges = [chart.figure["layout"]["yaxis"]["range"] for chart in charts.values() if chart.half]
    assert len(ranges) == 2
    assert ranges[0] == ranges[1]


@pytest.mark.parametrize(
    ("answers", "ids"),
    [
        ([0, 0, -1], ["outcomes"]),
        ([0, 1, -1], ["outcomes", "identifiers"]),
        ([0, 2, -1], ["outcomes", "endpoints"]),
        ([0, 1, 2], ["outcomes", "identifiers", "endpoints"]),
    ],
)
def test_nothing_is_drawn_twice(answers, ids):
    """There is no chart whose series are those of another: one endpoint is what was identified, by one identifier."""
    matches = [Match("a", "ip", "a"), Match("b", "username", None), Match("c", "ip", "c")]
    charts = timeline_charts([(timeline(answers, matches), "")])

    assert [chart.id for chart in charts] == [f"{id}-over-time" for id in ids]


@pytest.mark.parametrize(("busy", "drawn"), [(3, True), (1, False)])
def test_many_endpoints(busy, drawn):
    """Of very many endpoints nine have a colour; the others are one grey series, hidden where it would hide the nine."""
    matches = [Match(f"e{number:02}", "ip", "x") for number in range(30)]
    answers = [*range(30), *(number for number in range(9) for _ in range(busy - 1))]
    (chart,) = [
        chart for chart in timeline_charts([(timeline(answers, matches), "")]) if "endpoints" in chart.id
    ]

    assert [entry.name for entry in chart.legend] == [f"e0{number}" for number in range(9)] + ["all others"]
    assert len({entry.colour for entry in chart.legend}) == 10
    assert (chart.legend[-1].total, chart.legend[-1].colour, chart.legend[-1].drawn) == (21, "grey", drawn)
