"""The charts of a timeline, as figures of plotly.

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
from collections.abc import Sequence

import plotly.graph_objects as go

from identify.report.contents import Chart
from identify.simulation.outcomes import Outcome
from identify.simulation.results.timeline import Series, Timeline
from identify.strings import shown

__all__ = ["timeline_charts"]

MILLISECOND = 1_000_000
#: Endpoints with a colour of their own: more can't be told apart.
MOST_ENDPOINTS = 10
#: Characters of a name in a legend, which has several in a line.
LONGEST_NAME = 40
#: The number of the page's grey; its colours are numbered from 0.
GREY = 16
#: That of undetermined requests, behind the grey one.
UNDETERMINED = 17
HEIGHT = 360
#: The shortest span of a chart, in buckets, so that a single bucket doesn't fill it.
LEAST_BUCKETS = 40
#: Up to this many messages in a bucket, every number has a tick.
FEW = 8

#: Of identifiers and endpoints: without the colours of identified and unidentified among the outcomes.
COLOURS = (4, 8, 11, 6, 2, 7, 5, 10, 12, 13)

OUTCOME_COLOURS = {outcome.value: number for number, outcome in enumerate(Outcome)}
#: Not requests to Asterisk: most of a capture, and hidden until a reader chooses them.
HIDDEN = {outcome.value for outcome in Outcome if not outcome.is_request}

UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms"))


def timeline_charts(timeline: Timeline, *, which: str = "") -> list[Chart]:
    """Return charts of outcomes, identifiers and endpoints over time; no chart if no message has a time.

    ``which`` names the configuration if there are two.
    """
    outcomes = timeline.outcomes()
    if not outcomes:
        return []
    suffix = f", {which}" if which else ""
    untimed = f" {timeline.untimed:,} messages without a time aren't shown." if timeline.untimed else ""
    hidden = [series.name for series in outcomes if series.name in HIDDEN]
    # Traffic without anything else is shown all the same.
    hidden = hidden if len(hidden) < len(outcomes) else []
    note = (
        f"Click an entry of the legend to show or hide it; {_listed(hidden)} hidden at first."
        if hidden
        else ""
    )
    charts = [
        _chart(
            f"outcomes-over-time{'-' + which if which else ''}",
            f"Outcomes over time{suffix}",
            note + untimed,
            timeline,
            outcomes,
            [OUTCOME_COLOURS.get(series.name or "", GREY) for series in outcomes],
            hidden,
        )
    ]
    for what, found in (
        ("Identifiers", timeline.identifiers()),
        ("Endpoints", timeline.endpoints(MOST_ENDPOINTS)),
    ):
        # An endpoint may be called "none" as well.
        own: dict[str | None, int] = (
            {None: GREY, "none": GREY, "undetermined": UNDETERMINED}
            if what == "Identifiers"
            else {None: GREY}
        )
        colours = [
            own[series.name] if series.name in own else COLOURS[number % len(COLOURS)]
            for number, series in enumerate(found)
        ]
        if found:
            charts.append(
                _chart(
                    f"{what.lower()}-over-time{'-' + which if which else ''}",
                    f"{what} over time{suffix}",
                    untimed.strip(),
                    timeline,
                    found,
                    colours,
                    [],
                )
            )
    return charts


def _chart(
    id: str,
    title: str,
    note: str,
    timeline: Timeline,
    every: Sequence[Series],
    colours: Sequence[int],
    hidden: Sequence[str | None],
) -> Chart:
    width = timeline.width // MILLISECOND
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
                visible="legendonly" if series.name in hidden else True,
            )
            for series in every
        ],
        layout={
            "template": "none",
            "barmode": "stack",
            "height": HEIGHT,
            "hovermode": "x unified",
            "hoverlabel": {"namelength": -1},
            "margin": {"l": 60, "r": 20, "t": 30, "b": 40},
            "legend": {"orientation": "h", "y": -0.22, "yanchor": "top", "traceorder": "normal"},
            "showlegend": True,
            "xaxis": {"type": "date", "range": _range(timeline), "hoverformat": "%Y-%m-%d %H:%M:%S.%L UTC"},
            "yaxis": {
                "title": {"text": f"messages per {_duration(width)}"},
                "rangemode": "tozero",
                "tickformat": ",~f",
                # For few messages, no ticks between whole numbers.
                "dtick": 1 if _highest(every) <= FEW else None,
            },
        },
    )
    return Chart(id=id, title=title, note=note, figure=figure.to_plotly_json(), colours=colours)


def _highest(every: Sequence[Series]) -> int:
    """Return the most messages in a bucket, with those that are hidden at first."""
    totals: Counter[int] = Counter()
    for series in every:
        totals.update(series.counts)
    return max(totals.values(), default=0)


def _range(timeline: Timeline) -> list[int]:
    """Return the span of all charts, in milliseconds; a short one has some room at both ends."""
    starts, width = timeline.starts, timeline.width // MILLISECOND
    first, end = starts[0] // MILLISECOND, starts[-1] // MILLISECOND + width
    room = max(width, (LEAST_BUCKETS * width - (end - first)) // 2)
    return [first - room, end + room]


def _name(name: str | None) -> str:
    if name is None:
        return "<i>all others</i>"
    clipped = name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "..."
    return html.escape(shown(clipped), quote=False)


def _duration(milliseconds: int) -> str:
    for unit, text in UNITS:
        if milliseconds % unit == 0:
            return f"{milliseconds // unit:,} {text}"
    return f"{milliseconds} ms"


def _listed(names: Sequence[str | None]) -> str:
    words = ", ".join(name for name in names if name)
    return f"{words} {'is' if len(names) == 1 else 'are'}"
