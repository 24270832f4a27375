"""A bar of how much of the traffic is read, on standard error and only on a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from identify.commands.output.printing import is_quiet
from identify.simulation.runs.work import Task
from identify.traffic.batch import Reader
from identify.writing import not_interrupted

__all__ = ["progress"]

#: Takes the number of messages since its last call and their reader, or what another process has done.
Mover = Callable[[int, "Reader | Task"], None]


@contextlib.contextmanager
def progress(paths: Sequence[str]) -> Iterator[Mover]:
    """Show the bar while the traffic is read; yields the function that moves it."""
    if is_quiet() or not sys.stderr.isatty():
        yield lambda _count, _reader: None
        return
    # Imported here because most runs of a script have no terminal, and start faster without.
    from rich import console as terminals  # noqa: PLC0415
    from rich import progress as bars  # noqa: PLC0415

    class Terminal(terminals.Console):
        """A terminal whose cursor stays, because a signal may end the process at any time."""

        def show_cursor(self, show: bool = True) -> bool:
            return False

    sizes = {path: _size(path) for path in paths}
    known = sum(size for size in sizes.values() if size)
    bar = bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.DownloadColumn(),
        bars.TextColumn("{task.fields[rate]}"),
        bars.TimeElapsedColumn(),
        bars.TimeRemainingColumn(),
        console=Terminal(stderr=True),
        transient=True,
    )
    # Its thread gets no signals: the thread that waits for them otherwise has to get them.
    with not_interrupted():
        bar.start()
    try:
        task = bar.add_task("reading", total=known if all(sizes.values()) else None, rate="")
        before: dict[str | Task, int] = {}
        messages = 0

        def move(count: int, moved: Reader | Task) -> None:
            nonlocal messages
            messages += count
            if isinstance(moved, Task):
                # Stretches of a file are equal, and end in any order.
                before[moved] = (sizes.get(moved.path) or 0) // moved.parts
            else:
                before[moved.name] = moved.position
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = f"{messages / elapsed:,.0f} messages/s" if elapsed and messages else ""
            bar.update(task, completed=sum(before.values()), rate=rate)

        yield move
    finally:
        bar.stop()


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size if path != "-" else None
    except OSError:
        return None
