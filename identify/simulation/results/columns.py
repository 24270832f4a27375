"""A table for people and programs: its columns, each defined once for every form in which the table is shown.

Knows kinds of values, how a column's value comes from a row, and the text and the JSON of it; nothing of what the rows
are about.  Whoever shows a table (JSON, Arrow, a terminal, a page) chooses columns and decides how each kind looks.

>>> fruit = Table(name="fruit", title="Fruit", columns=(Column("name", Kind.TEXT), Column("weight", Kind.COUNT)))
>>> apple = attrs.make_class("Apple", ["name", "weight"])("apple", 1200)
>>> fruit.objects([apple]), [column.text(apple) for column in fruit.columns]
([{'name': 'apple', 'weight': 1200}], ['apple', '1,200'])
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from operator import attrgetter
from typing import Any

import attrs

from identify.strings import escaped, shown

__all__ = ["Column", "Kind", "Table", "percent", "share", "time_text"]

NANOSECONDS = 1_000_000_000


class Kind(enum.Enum):
    """What a column holds, with the type of its values; any of them may be None."""

    #: str: a name or a word, which anyone may have chosen.
    TEXT = enum.auto()
    #: str: a sentence, shown in full.
    PROSE = enum.auto()
    #: str: the lines of an explanation, safe as they are.
    TRACE = enum.auto()
    #: int: how many.
    COUNT = enum.auto()
    #: float: a part of 1, see :func:`share`.
    SHARE = enum.auto()
    #: int: nanoseconds since the epoch, -1 unknown.
    TIME = enum.auto()
    #: bool.
    FLAG = enum.auto()
    #: int: a packet or a line of the traffic.
    FRAME = enum.auto()
    #: list[int]: several of these.
    FRAMES = enum.auto()


@attrs.frozen
class Column:
    """One column.

    ``name`` is that of the field in JSON and of the column in Arrow; a dot makes a field of a nested object.  ``value``
    takes the value out of a row, by default the attribute of that name.  ``title`` is the heading for people,
    ``short_title`` that of a terminal.

    People read ``absent`` where the value is None, or what it returns for the row, and after the value what ``suffix``
    returns for the row.  A column that is ``derived`` follows from others, or from the traffic itself: programs don't
    get it.
    """

    name: str
    kind: Kind
    value: Callable[[Any], Any] = attrs.field(
        default=attrs.Factory(lambda self: attrgetter(self.name), takes_self=True), kw_only=True
    )
    title: str = attrs.field(
        default=attrs.Factory(lambda self: self.name.replace("_", " "), takes_self=True), kw_only=True
    )
    short_title: str = attrs.field(
        default=attrs.Factory(lambda self: self.title, takes_self=True), kw_only=True
    )
    absent: str | Callable[[Any], str] = attrs.field(default="", kw_only=True)
    suffix: Callable[[Any], str] | None = attrs.field(default=None, kw_only=True)
    derived: bool = attrs.field(default=False, kw_only=True)

    def text(self, row: Any) -> str:
        """Return the value as people read it, safe for a terminal."""
        value = self.value(row)
        if value is not None:
            text = _TEXTS[self.kind](value)
        else:
            text = self.absent if isinstance(self.absent, str) else self.absent(row)
        return text if self.suffix is None else text + self.suffix(row)


@attrs.frozen(kw_only=True)
class Table:
    """The columns of a table with the names of the whole: ``name`` for programs, ``title`` for people."""

    name: str
    title: str
    columns: tuple[Column, ...]

    @property
    def data(self) -> tuple[Column, ...]:
        """The columns for programs."""
        return tuple(column for column in self.columns if not column.derived)

    def pick(self, *names: str) -> tuple[Column, ...]:
        """Return the columns of these names, in this order."""
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in names)

    def objects(self, rows: Iterable[Any], *, without: Iterable[str] = ()) -> list[dict[str, Any]]:
        """Return the rows as objects of JSON, with the columns for programs but those ``without``."""
        columns = [column for column in self.data if column.name not in without]
        return [_object(columns, row) for row in rows]

    def mapping(self, rows: Iterable[Any]) -> dict[str, Any]:
        """Return the rows of a table of two columns for programs as one object of JSON: the second by the first."""
        key, value = self.data
        return {key.value(row): value.value(row) for row in rows}


def share(part: int, whole: int) -> float:
    """Return which part of the whole it is; of an empty whole everything is 0."""
    return part / whole if whole else 0.0


def percent(value: float) -> str:
    """Return a share as people read it.

    >>> percent(share(1, 3))
    '33.3 %'
    """
    return f"{100 * value:.1f} %"


def time_text(nanoseconds: int) -> str | None:
    """Return a time as RFC 3339 has it, None where it is unknown."""
    if nanoseconds < 0:
        return None
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    try:
        text = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return None
    return f"{text}.{rest:09d}Z" if rest % 1000 else f"{text}.{rest // 1000:06d}Z"


def _object(columns: Iterable[Column], row: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in columns:
        *outer, name = column.name.split(".")
        inner = found
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[name] = column.value(row)
    return found


def _second(nanoseconds: int) -> str:
    """Return a time to the second, empty where it is unknown."""
    return (time_text(nanoseconds) or "")[:19].replace("T", " ")


_TEXTS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: shown,
    Kind.PROSE: escaped,
    Kind.TRACE: str,
    Kind.COUNT: lambda value: f"{value:,}",
    Kind.SHARE: percent,
    Kind.TIME: _second,
    Kind.FLAG: lambda value: "yes" if value else "no",
    Kind.FRAME: str,
    Kind.FRAMES: lambda value: ", ".join(map(str, value)),
}
