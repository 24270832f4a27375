"""What a page is made of, as plain values: a verdict, facts, charts, tables, traces; nothing of HTML.

Text in here may come from anyone who can send a packet.  Its control characters are escapes already; what HTML would
take for markup is escaped where it is put into the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

__all__ = ["Cell", "Chart", "Entry", "Fact", "Heading", "Page", "PageTable", "Tone", "Trace", "Trouble"]

#: How something is to be taken: it works, it doesn't, it isn't sure, or it is only a number.
Tone = Literal["good", "bad", "unsure", ""]


@attrs.frozen
class Cell:
    """A cell: its text, and in a column of numbers the number to sort by.

    ``bar`` is a part of 1 that is drawn behind it, ``colour`` the name of the colour that its text has in charts,
    ``commands`` are commands to copy.
    """

    text: str
    key: int | float | None = None
    bar: float | None = None
    colour: str = ""
    commands: Sequence[str] = ()


@attrs.frozen
class Heading:
    """A column's heading, and whether it holds numbers (also times, as such), or sentences."""

    title: str
    numeric: bool = False
    prose: bool = False
    time: bool = False


@attrs.frozen(kw_only=True)
class PageTable:
    """A sortable table; ``left_out`` counts the rows beyond the maximum.

    ``wide`` tables have a line of the page for themselves, and become cards where the page is narrow.
    """

    id: str
    title: str
    note: str = ""
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    left_out: int = 0
    wide: bool = False
    tone: Tone = ""


@attrs.frozen(kw_only=True)
class Entry:
    """An entry of a chart's legend: a series, the name of its colour, its sum, and whether it is drawn at first."""

    name: str
    colour: str
    total: int
    drawn: bool = True


@attrs.frozen(kw_only=True)
class Chart:
    """A figure of plotly as values for JSON; ``legend`` has an entry for each of its traces.

    ``half`` charts stand beside each other where there is room.
    """

    id: str
    title: str
    note: str = ""
    figure: Mapping[str, Any]
    legend: Sequence[Entry]
    half: bool = False


@attrs.frozen(kw_only=True)
class Trace:
    """Why a request is identified as it is, before and after."""

    title: str
    before: str
    after: str


@attrs.frozen(kw_only=True)
class Trouble:
    """What is wrong with a configuration: a sentence, the first problems, how many more, and a command for all."""

    sentence: str
    problems: Sequence[str] = ()
    left_out: int = 0
    command: str = ""
    tone: Tone = ""


@attrs.frozen(kw_only=True)
class Fact:
    """A number with its label and its share; ``main`` facts are large, the others follow; ``note`` explains one."""

    label: str
    value: str
    share: str = ""
    tone: Tone = ""
    main: bool = False
    note: str = ""


@attrs.frozen(kw_only=True)
class Page:
    """A whole page, from top to bottom.

    ``title`` says in words what was simulated, ``verdict`` what came of it, ``circumstances`` as of what release, of
    which time, and when it was made.  ``first`` are tables above the charts, ``tables`` those below, and
    ``charts_note`` is about all charts.
    """

    title: str
    verdict: str
    tone: Tone
    circumstances: Sequence[str] = ()
    troubles: Sequence[Trouble] = ()
    facts: Sequence[Fact] = ()
    remarks: Sequence[str] = ()
    first: Sequence[PageTable] = ()
    traces: Sequence[Trace] = ()
    charts: Sequence[Chart] = ()
    charts_note: str = ""
    tables: Sequence[PageTable] = ()
