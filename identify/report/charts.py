"""The charts of a timeline, as figures of plotly, and their legends.

All charts of a page have one axis of time, and what is the same twice is drawn once: no chart has only series that
another one has already, and before and after a change that doesn't show there is one chart and not two.
Plotly interprets some HTML in names, such as links, so names are escaped for it too; ``templates/page.js`` puts the
page's colours into a chart.

Why plotly: it is MIT-licensed and widely used; its Python package contains plotly.js and has few dependencies; the
library runs without eval, so that the page's policy can forbid it, and draws SVG.  The price is size: it is larger than
the alternatives.  Bokeh draws on a canvas and depends on NumPy; Vega-Altair needs a JavaScript engine to embed its own
library offline.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import attrs
import plotly.graph_objects as go

from identify.report.colours import (
    GREY,
    MOST_ENDPOINTS,
    endpoint_colour,
    identifier_colour,
    outcome_colour,
)
from identify.report.contents import Chart, Entry
from identify.simulation.outcomes import Outcome
from identify.simulation.results.timeline import Series, Timeline
from identify.strings import shown

__all__ = ["charts_note", "timeline_charts"]

MILLISECOND = 1_000_000
#: Endpoints of a timeline that are looked at, more than it keeps apart in long traffic.
MOST_LISTED = 100_000
#: Characters of a name in a legend, which has several in a line.
LONGEST_NAME = 40
HEIGHT = 240
#: The shortest span of a chart, in buckets, so that a single bucket doesn't fill it.
LEAST_BUCKETS = 40
#: Up to this many messages in a bucket, every number has a tick.
FEW = 8

#: Not requests to Asterisk: most of a capture, and hidden until a reader chooses them.
HIDDEN = {outcome.value for outcome in Outcome if not outcome.is_request}

UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms"))


@attrs.frozen(kw_only=True)
class _Subject:
    """What a chart may show of each timeline: its series, their colours, and which of them are hidden at first."""

    id: str
    title: str
    series: Sequence[Sequence[Series]]
    colour: Callable[[str | None], str]
    hidden: frozenset[str | None] = frozenset()
    note: str = ""

    @property
    def told(self) -> set[tuple[tuple[int, int], ...]]:
        """The counts of all series that say something: not those of requests without an answer, or of a remainder."""
        return {
            tuple(series.counts.items())
            for every in self.series
            for series in every
            if series.name not in (None, "none", "undetermined")
        }

    def highest(self, every: Sequence[Series]) -> int:
        """Return the most messages in a bucket of a timeline's series, without those that are hidden at first."""
        return _highest(series for series in every if series.name not in self.hidden)


def timeline_charts(timelines: Sequence[tuple[Timeline, str]]) -> list[Chart]:
    """Return charts of outcomes, identifiers and endpoints over time; no chart if no message has a time.

    Each timeline has a word that says whose it is, ``before`` or ``after``, empty if there is only one.
    """
    timelines = [(timeline, which) for timeline, which in timelines if timeline.starts]
    if not timelines:
        return []
    every = [timeline for timeline, _ in timelines]
    charts: list[Chart] = []
    told: set[tuple[tuple[int, int], ...]] = set()
    # Nothing changes for a request that another identifier identifies as the same endpoint.
    identifiers = [_identifiers(every)] if len(every) == 1 else []
    for subject in (_outcomes(every), *identifiers, _endpoints(every)):
        # What Asterisk does with traffic is drawn in any case.
        if charts and subject.told <= told:
            continue
        told |= subject.told
        charts += _drawn(subject, timelines)
    return charts


def charts_note(timelines: Sequence[tuple[Timeline, str]]) -> str:
    """Return what a reader should know about all charts of these timelines."""
    timeline = timelines[0][0]
    untimed = timeline.untimed
    return (
        f"Messages per {_duration(timeline.width // MILLISECOND)}, in UTC. "
        "Drag to zoom all charts, double-click to zoom out; click a name to hide or show it."
        + (f" {untimed:,} messages without a time aren't shown." if untimed else "")
    )


def _outcomes(timelines: Sequence[Timeline]) -> _Subject:
    series = [timeline.outcomes() for timeline in timelines]
    names = {each.name for every in series for each in every}
    # Traffic without anything else is shown all the same.
    hidden = names & HIDDEN if not names <= HIDDEN else set()
    return _Subject(
        id="outcomes",
        title="Outcomes",
        series=series,
        colour=lambda name: outcome_colour(name or ""),
        hidden=frozenset(hidden),
        note=f"What isn't a request to Asterisk ({_listed(hidden)}) is hidden at first." if hidden else "",
    )


def _identifiers(timelines: Sequence[Timeline]) -> _Subject:
    return _Subject(
        id="identifiers",
        title="Identifiers",
        series=[timeline.identifiers() for timeline in timelines],
        colour=lambda name: identifier_colour(name or ""),
    )


def _endpoints(timelines: Sequence[Timeline]) -> _Subject:
    """Return the most frequent endpoints of all timelines together: each has the same colour in every chart."""
    found = [timeline.endpoints(MOST_LISTED) for timeline in timelines]
    totals: Counter[str] = Counter()
    for every in found:
        totals.update({series.name: series.total for series in every if series.name is not None})
    ranked = sorted(totals, key=lambda name: (-totals[name], name))
    # A single one would be called a remainder otherwise.
    frequent = ranked if len(ranked) <= MOST_ENDPOINTS + 1 else ranked[:MOST_ENDPOINTS]
    places = {name: place for place, name in enumerate(frequent)}
    series = [_together(every, places) for every in found]
    rest = sum(each.total for every in series for each in every if each.name is None)
    # A large remainder would press the others down to a line.
    hidden = rest > sum(totals[name] for name in frequent)
    note = ""
    if rest:
        also = ", and hidden at first" if hidden else ""
        note = f"The {len(frequent)} most frequent endpoints; all others are grey{also}."
    return _Subject(
        id="endpoints",
        title="Endpoints",
        series=series,
        colour=lambda name: GREY if name is None else endpoint_colour(places[name]),
        hidden=frozenset({None}) if hidden else frozenset(),
        note=note,
    )


def _together(every: Iterable[Series], places: dict[str, int]) -> list[Series]:
    """Return the series of the endpoints that have a place, in that order, then one of all others."""
    apart: list[Series] = []
    others: Counter[int] = Counter()
    for series in every:
        if series.name in places:
            apart.append(series)
        else:
            others.update(series.counts)
    apart.sort(key=lambda series: places[series.name or ""])
    return [*apart, Series(None, dict(sorted(others.items())))] if others else apart


def _drawn(subject: _Subject, timelines: Sequence[tuple[Timeline, str]]) -> list[Chart]:
    """Return the charts of a subject: one for each timeline, or one if they are all the same."""
    span = _range([timeline for timeline, _ in timelines])
    same = len(timelines) > 1 and all(series == subject.series[0] for series in subject.series)
    charts = []
    for (timeline, which), series in zip(timelines, subject.series, strict=True):
        suffix = ", the same before and after" if same else f", {which}" if which else ""
        if series:
            charts.append(
                _chart(
                    f"{subject.id}-over-time{'-' + which if which and not same else ''}",
                    subject.title + suffix,
                    subject,
                    timeline.width // MILLISECOND,
                    span,
                    series,
                    # Before and after have the same scale.
                    0 if len(timelines) == 1 or same else max(map(subject.highest, subject.series)),
                )
            )
        if same:
            break
    return charts


def _chart(
    id: str,
    title: str,
    subject: _Subject,
    width: int,
    span: list[int],
    every: Sequence[Series],
    top: int,
) -> Chart:
    figure = go.Figure(
        data=[
            go.Bar(
                name=_name(series.name),
                # Plotly's dates are milliseconds.
                x=[start // MILLISECOND for start in series.counts],
                y=list(series.counts.values()),
                width=width,
                offset=0,
                marker={"line": {"width": 0}},
                hovertemplate="%{y:,}",
                visible=series.name not in subject.hidden,
            )
            for series in every
        ],
        layout={
            "template": "none",
            "barmode": "stack",
            "height": HEIGHT,
            "hovermode": "x unified",
            "hoverlabel": {"namelength": -1},
            "margin": {"l": 50, "r": 10, "t": 10, "b": 36},
            # The page has legends of its own, which take nothing from the plot where there is little room.
            "showlegend": False,
            "dragmode": "zoom",
            "xaxis": {
                "type": "date",
                "range": span,
                "hoverformat": "%Y-%m-%d %H:%M:%S.%L UTC" if width < 1_000 else "%Y-%m-%d %H:%M:%S UTC",
                "tickangle": 0,
                "nticks": 6,
            },
            "yaxis": {
                "rangemode": "tozero",
                "range": [0, top * 1.05] if top else None,
                "fixedrange": True,
                "tickformat": ",~f",
                # For few messages, no ticks between whole numbers.
                "dtick": 1 if _highest(every) <= FEW else None,
            },
        },
    )
    return Chart(
        id=id,
        title=title,
        note=subject.note,
        figure=figure.to_plotly_json(),
        legend=[
            Entry(
                name="all others" if series.name is None else _clipped(series.name),
                colour=subject.colour(series.name),
                total=series.total,
                drawn=series.name not in subject.hidden,
            )
            for series in every
        ],
        half=bool(top),
    )


def _highest(every: Iterable[Series]) -> int:
    """Return the most messages in a bucket."""
    totals: Counter[int] = Counter()
    for series in every:
        totals.update(series.counts)
    return max(totals.values(), default=0)


def _range(timelines: Sequence[Timeline]) -> list[int]:
    """Return the span of all charts, in milliseconds; a short one has some room at both ends."""
    width = max(timeline.width for timeline in timelines) // MILLISECOND
    first = min(timeline.starts[0] for timeline in timelines) // MILLISECOND
    end = max(timeline.starts[-1] + timeline.width for timeline in timelines) // MILLISECOND
    room = max(width, (LEAST_BUCKETS * width - (end - first)) // 2)
    return [first - room, end + room]


def _name(name: str | None) -> str:
    return "<i>all others</i>" if name is None else html.escape(_clipped(name), quote=False)


def _clipped(name: str) -> str:
    return shown(name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "...")


def _duration(milliseconds: int) -> str:
    for unit, text in UNITS:
        if milliseconds % unit == 0:
            return f"{milliseconds // unit:,} {text}"
    return f"{milliseconds} ms"


def _listed(names: Iterable[str | None]) -> str:
    return ", ".join(sorted(name for name in names if name))
