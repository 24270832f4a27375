"""What a row of the published tables is: sides that are measured alternately, and targets that compare them.

A side is made in a process of its own, by a worker, so making it may take long and leave anything behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any

import attrs

__all__ = ["GROUPS", "OURS", "Row", "Target", "Work", "calls", "hot_calls"]

OURS = "ours"

#: The tables of docs/performance.md, by the name of their markers.
GROUPS = (
    "source",
    "message",
    "expressions",
    "automata",
    "batch",
    "building",
    "reading",
    "explaining",
    "captures",
    "simulate",
    "command",
    "asterisk",
    "loading",
)


@attrs.frozen(kw_only=True)
class Work:
    """What a worker times: ``loop`` does ``items`` things; or ``value``, a figure that was taken when it was made."""

    loop: Callable[[], object] = lambda: None
    items: int = 1
    value: float | None = None
    #: Whether CPU time is taken in place of the clock's: that of all threads of the process.
    cpu: bool = False
    #: What was answered to the first questions, as numbers: sides that are compared have to agree.
    answers: Callable[[], Sequence[int]] | None = None

    @property
    def clock(self) -> Callable[[], float]:
        """What its loop is timed with."""
        return time.process_time if self.cpu else time.perf_counter


@attrs.frozen(kw_only=True)
class Target:
    """A bound on the quotient of two sides' times, or on one side's figure where ``under`` is None.

    Of several sides in ``over`` the fastest counts.  Missing ones are left out; a target without any isn't judged.
    """

    text: str
    over: tuple[str, ...]
    under: str | None = None
    least: float | None = None
    most: float | None = None
    #: Whether it says something only where two threads do twice the work of one.
    two_cores: bool = False

    def met(self, value: float) -> bool:
        """Return whether a quotient or figure is within the bound."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@attrs.frozen(kw_only=True)
class Row:
    """One row: ``unit`` is ns, ms, M/s (times that are shown as such), bytes, MB (of bytes) or % (of shares)."""

    id: str
    title: str
    group: str
    sides: Mapping[str, Callable[[], Work]] = attrs.field(repr=False)
    targets: tuple[Target, ...] = ()
    #: Sides that are ours under other conditions, or what nothing can fall below: no rivals.
    bounds: tuple[str, ...] = ()
    unit: str = "ns"
    #: Whether making the sides takes many seconds or much memory; a quick run leaves these out.
    heavy: bool = False
    #: Whether it takes so long that only a run that names it measures it; without a result it stands in no table.
    optional: bool = False
    #: Whether it stands in the short table of the README.
    short: bool = False
    rounds: int | None = None
    #: Shown below the title.
    note: str = ""

    @property
    def rivals(self) -> tuple[str, ...]:
        """The sides that do the same work as ours."""
        return tuple(side for side in self.sides if side != OURS and side not in self.bounds)


def calls(function: Callable[[Any], object], items: Sequence[Any]) -> Callable[[], None]:
    """Return a loop of one call for each item."""

    def loop() -> None:
        for item in items:
            function(item)

    return loop


def hot_calls(function: Callable[..., object], *arguments: object, count: int) -> Callable[[], None]:
    """Return a loop of calls with the same two arguments; ten a turn, so that the loop costs next to nothing."""
    first, second = arguments

    def loop() -> None:
        for _ in repeat(None, count // 10):
            function(first, second)
            function(first, second)
            function(first, second)
            function(first, second)
            function(first, second)
            function(first, second)
            function(first, second)
            function(first, second)
            function(first, second)
            function(first, second)

    return loop
