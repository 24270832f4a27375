"""The page: contents as HTML, with everything that it needs inside.

Strategy
1. One file without any address.  A policy in the page forbids it to load anything, and to run any script but the two
   whose digests it names: the page's own, and plotly's.
2. Text is escaped by Jinja; charts are JSON in which ``<`` and ``&`` are escapes.
3. Plotly's library is compressed, which makes the page less than half as large; the page's script unpacks it and
   inserts exactly the text whose digest the policy has.
4. The same contents give the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from identify.configuration import Configuration
from identify.errors import MissingLibraryError
from identify.report.contents import Page, Trouble
from identify.report.given import Given, short_name
from identify.report.tables import (
    FIRST_PROBLEMS,
    comparison_tables,
    first_tables,
    further_tables,
    read_tables,
    traces,
    trouble,
)
from identify.report.verdict import (
    comparison_facts,
    comparison_verdict,
    result_facts,
    result_verdict,
    span_text,
    time_of_day,
)
from identify.simulation.comparison import Comparison
from identify.simulation.results.entries import Reading
from identify.simulation.results.result import Result
from identify.simulation.results.timeline import Timeline
from identify.strings import escaped, shown
from identify.version import __version__

__all__ = ["comparison_page", "rendered", "require_libraries", "result_page"]

TEMPLATES = Path(__file__).parent / "templates"

#: Styles in attributes are plotly's way to place text.
POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


def require_libraries() -> None:
    """Raise :class:`~identify.errors.MissingLibraryError` unless the libraries for a page are installed."""
    try:
        import jinja2  # noqa: F401, PLC0415 (an extra)
        import plotly  # noqa: F401, PLC0415
    except ImportError as error:
        raise MissingLibraryError(
            "a report needs libraries that aren't installed: pip install 'sip-identify[report]'"
        ) from error


def result_page(result: Result, given: Given) -> str:
    """Return the page of a simulation as HTML; charts are those of its timeline."""
    require_libraries()
    configurations = [(given.config, result.configuration)]
    verdict, tone = result_verdict(result)
    return rendered(
        Page(
            title=f"What Asterisk does with {given.traffic_names}, configured by {short_name(given.config)}",
            verdict=verdict,
            tone=tone,
            circumstances=_circumstances(given, result.first, result.last),
            troubles=_troubles(configurations, result.readings, given),
            facts=result_facts(result),
            remarks=[*result.remarks, *_remarks(result.readings)],
            first=first_tables(result, given),
            **_charts([(result.timeline, "")]),
            tables=[*further_tables(result), *read_tables(configurations, result.readings, given)],
        )
    )


def comparison_page(
    comparison: Comparison, timelines: tuple[Timeline | None, Timeline | None], given: Given
) -> str:
    """Return the page of a comparison as HTML."""
    require_libraries()
    against = given.against or ""
    configurations = list(zip((given.config, against), comparison.configurations, strict=True))
    verdict, tone = comparison_verdict(comparison)
    return rendered(
        Page(
            title=f"What changes for {given.traffic_names}: from {_apart(given.config, against)}",
            verdict=verdict,
            tone=tone,
            circumstances=_circumstances(given, *_span(timelines[0])),
            troubles=_troubles(configurations, comparison.readings, given),
            facts=comparison_facts(comparison),
            remarks=[*comparison.remarks, *_remarks(comparison.readings)],
            first=comparison_tables(comparison),
            traces=list(traces(comparison)),
            **_charts([(timelines[0], "before"), (timelines[1], "after")]),
            tables=read_tables(configurations, comparison.readings, given),
        )
    )


def rendered(page: Page) -> str:
    """Return contents as HTML, to be written as UTF-8."""
    import jinja2  # noqa: PLC0415 (an extra)
    from markupsafe import Markup  # noqa: PLC0415 (Jinja's)

    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    library = _library() if page.charts else ""
    digests = [_digest(text) for text in (script, library) if text]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    packed = base64.b64encode(gzip.compress(library.encode(), mtime=0)).decode() if library else ""
    html: str = environment.get_template("page.html.jinja").render(
        page=page,
        policy=POLICY.format(scripts=" ".join(digests)),
        style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),  # noqa: S704 (our own)
        script=Markup(script),  # noqa: S704 (our own)
        library=packed,
        version=__version__,
    )
    # Bytes that weren't UTF-8 are lone surrogates, which no file can hold.
    return html.encode("utf-8", "backslashreplace").decode()


def _library() -> str:
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 (an extra)

    return str(get_plotlyjs())


def _charts(timelines: Sequence[tuple[Timeline | None, str]]) -> dict[str, Any]:
    """Return the fields of a page about its charts."""
    from identify.report.charts import charts_note, timeline_charts  # noqa: PLC0415 (imports an extra)

    known = [(timeline, which) for timeline, which in timelines if timeline is not None]
    charts = timeline_charts(known)
    return {"charts": charts, "charts_note": charts_note(known) if charts else ""}


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _circumstances(given: Given, first: int, last: int) -> list[str]:
    """Return as what, of which time and when the page was made."""
    made = time_of_day(given.made)
    found = [
        given.release,
        f"traffic of {span_text(first, last)}" if first >= 0 else "the traffic has no times",
    ]
    return [text for text in (*found, f"made {made} UTC" if made else "") if text]


def _span(timeline: Timeline | None) -> tuple[int, int]:
    """Return the first and the last time of a timeline, to the width of what it counts."""
    starts = timeline.starts if timeline is not None else []
    return (starts[0], starts[-1]) if starts else (-1, -1)


def _troubles(
    configurations: Iterable[tuple[str, Configuration]], readings: Iterable[Reading], given: Given
) -> list[Trouble]:
    """Return what was lost of the configurations, then of the traffic."""
    found = [trouble(path, configuration, given) for path, configuration in configurations]
    problems = [
        f"{escaped(reading.name)}: {escaped(problem)}" for reading in readings for problem in reading.problems
    ]
    if problems:
        found.append(
            Trouble(
                sentence="Not all of the traffic could be read",
                problems=problems[:FIRST_PROBLEMS],
                left_out=len(problems[FIRST_PROBLEMS:]),
            )
        )
    return [each for each in found if each is not None]


def _remarks(readings: Iterable[Reading]) -> list[str]:
    return [remark for reading in readings for remark in reading.remarks]


def _apart(before: str, after: str) -> str:
    """Return both names, with their folders where they are the same without them."""
    names = short_name(before), short_name(after)
    return "{} to {}".format(*(names if names[0] != names[1] else (shown(before), shown(after))))
