"""What a page is made of, as plain values: facts, charts, tables, traces; nothing of HTML.

Text in here may come from anyone who can send a packet.  Its control characters are escapes already; what HTML would
take for markup is escaped where it is put into the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

__all__ = ["Cell", "Chart", "Heading", "Page", "PageTable", "Trace"]


@attrs.frozen
class Cell:
    """A cell: its text, and in a column of numbers the number to sort by."""

    text: str
    key: int | float | None = None


@attrs.frozen
class Heading:
    """A column's heading, whether it holds numbers, and whether it holds sentences."""

    title: str
    numeric: bool = False
    prose: bool = False


@attrs.frozen(kw_only=True)
class PageTable:
    """A sortable table; ``left_out`` counts the rows beyond the maximum."""

    id: str
    title: str
    note: str = ""
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    left_out: int = 0


@attrs.frozen(kw_only=True)
class Chart:
    """A figure of plotly as values for JSON; ``colours`` has the number of a colour for each of its traces."""

    id: str
    title: str
    note: str = ""
    figure: Mapping[str, Any]
    colours: Sequence[int]


@attrs.frozen(kw_only=True)
class Trace:
    """Why a request is identified as it is, before and after."""

    title: str
    before: str
    after: str


@attrs.frozen(kw_only=True)
class Page:
    """A whole page.

    ``warnings`` stand above all else, ``facts`` are labels with values, ``charts_last`` puts the charts below the rest.
    """

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    warnings: Sequence[str] = ()
    remarks: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    charts_last: bool = False
    tables: Sequence[PageTable] = ()
    traces: Sequence[Trace] = ()
