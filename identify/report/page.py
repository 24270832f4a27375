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

from identify.configuration import Configuration
from identify.errors import MissingLibraryError
from identify.report.contents import Chart, Page
from identify.report.tables import comparison_tables, result_tables, traces
from identify.simulation.comparison import Comparison
from identify.simulation.outcomes import Outcome
from identify.simulation.results.columns import percent, share, time_text
from identify.simulation.results.entries import Reading
from identify.simulation.results.result import Result
from identify.simulation.results.timeline import Timeline
from identify.strings import shown
from identify.version import __version__

__all__ = ["comparison_page", "rendered", "require_libraries", "result_page"]

TEMPLATES = Path(__file__).parent / "templates"

#: Styles in attributes are plotly's way to place text; images are what its download button draws.
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


def result_page(result: Result, *, config: str, traffic: Sequence[str]) -> str:
    """Return the page of a simulation as HTML; charts are those of its timeline."""
    require_libraries()
    asked = result.asked
    facts = [
        ("messages", f"{result.messages:,}"),
        ("asked about", f"{asked:,}"),
        ("identified", _of(result.outcomes[Outcome.IDENTIFIED], asked)),
        ("unidentified", _of(result.outcomes[Outcome.UNIDENTIFIED], asked)),
        *_undetermined(result),
        ("denied by the endpoint's ACL", f"{result.outcomes[Outcome.ENDPOINT_ACL]:,}"),
        ("unidentified sources", f"{len(result.strangers.rows):,}"),
        ("security events", f"{sum(result.events.values()):,}"),
        ("asked for credentials", f"{result.challenged:,}"),
    ]
    if result.expectations.given:
        right = result.expectations.checked - result.expectations.failed
        facts.append(("as expected", f"{right:,} of {result.expectations.given:,}"))
    return rendered(
        Page(
            title=f"{shown(config)}: {_listed(traffic)}",
            subtitle=_span(result.first, result.last),
            facts=facts,
            warnings=_losses((config, result.configuration)),
            remarks=[*result.remarks, *_remarks(result.readings)],
            charts=_charts([(result.timeline, "")]),
            tables=result_tables(result),
        )
    )


def comparison_page(
    comparison: Comparison,
    timelines: tuple[Timeline | None, Timeline | None],
    *,
    config: str,
    against: str,
    traffic: Sequence[str],
) -> str:
    """Return the page of a comparison as HTML."""
    require_libraries()
    return rendered(
        Page(
            title=f"{shown(config)} → {shown(against)}: {_listed(traffic)}",
            subtitle="What changes from the first configuration to the second.",
            facts=[
                ("messages", f"{comparison.messages:,}"),
                ("requests that change", f"{comparison.changed:,}"),
                *(
                    [("undetermined with both", f"{comparison.undetermined:,}")]
                    if comparison.undetermined
                    else []
                ),
                ("kinds of change", f"{len(comparison.changes):,}"),
            ],
            warnings=_losses(*zip((config, against), comparison.configurations, strict=True)),
            remarks=[*comparison.remarks, *_remarks(comparison.readings)],
            charts=_charts([(timelines[0], "before"), (timelines[1], "after")]),
            charts_last=True,
            tables=comparison_tables(comparison),
            traces=list(traces(comparison)),
        )
    )


def _remarks(readings: Iterable[Reading]) -> list[str]:
    return [remark for reading in readings for remark in reading.remarks]


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


def _charts(timelines: Sequence[tuple[Timeline | None, str]]) -> list[Chart]:
    from identify.report.charts import timeline_charts  # noqa: PLC0415 (imports an extra)

    return [
        chart
        for timeline, which in timelines
        if timeline is not None
        for chart in timeline_charts(timeline, which=which)
    ]


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _losses(*configurations: tuple[str, Configuration]) -> list[str]:
    """Return what was lost of configurations, each with its path."""
    return [
        configuration.losses.described(path) for path, configuration in configurations if configuration.losses
    ]


def _span(first: int, last: int) -> str:
    if first < 0:
        return "The traffic has no times."
    return f"{time_text(first)} to {time_text(last)}, all times in UTC"


def _undetermined(result: Result) -> list[tuple[str, str]]:
    """Return the fact of how many answers aren't known, unless all are."""
    count = result.outcomes[Outcome.UNDETERMINED]
    return [("undetermined", _of(count, result.asked))] if count else []


def _of(part: int, whole: int) -> str:
    return f"{part:,} ({percent(share(part, whole))})"


def _listed(paths: Sequence[str]) -> str:
    names = [shown(Path(path).name or path) for path in paths[:3]]
    return ", ".join(names) + (f" and {len(paths) - 3:,} more" if len(paths) > 3 else "")
