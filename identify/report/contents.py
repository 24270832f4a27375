"""What a page is made of, as plain values: facts, charts, tables, traces; nothing of HTML.

Text in here may come from anyone who can send a packet.  It is made harmless for the eye here (control characters are
written as escapes); what HTML would take for markup is escaped where it is put into the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from identify.strings import shown

__all__ = ["Cell", "Chart", "Column", "Page", "Table", "Trace", "name", "number", "sentence", "share"]


@attrs.frozen
class Cell:
    """A cell: its text, and the number that it is sorted by in a column of numbers."""

    text: str
    key: int | float | None = None


@attrs.frozen
class Column:
    """A column's heading, whether it holds numbers, and whether it holds sentences."""

    title: str
    numeric: bool = False
    prose: bool = False


@attrs.frozen(kw_only=True)
class Table:
    """A sortable table; ``left_out`` rows are more than it has."""

    id: str
    title: str
    note: str = ""
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    left_out: int = 0


@attrs.frozen(kw_only=True)
class Chart:
    """A figure of plotly as JSON's values; ``colours`` has the number of a colour for each of its traces."""

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
    """A whole page; ``facts`` are labels with values, ``charts_last`` puts the charts below all else."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    remarks: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    charts_last: bool = False
    tables: Sequence[Table] = ()
    traces: Sequence[Trace] = ()


def name(text: str) -> Cell:
    """Return a cell with a name out of a configuration or a message."""
    return Cell(shown(text))


def sentence(text: str) -> Cell:
    """Return a cell with a sentence whose values are clipped and harmless already."""
    return Cell(text)


def number(count: int, suffix: str = "") -> Cell:
    """Return a cell with a count."""
    return Cell(f"{count:,}{suffix}", count)


def share(part: int, whole: int) -> Cell:
    """Return a cell with a share in percent."""
    return Cell(f"{100 * part / whole:.1f} %", part / whole) if whole else Cell("-", 0)
