"""The bar on a terminal: how far several processes are, and none where nobody wants it."""

from __future__ import annotations

import io
import sys

import click
import pytest

from identify.commands.output.printing import QUIET
from identify.commands.traffic.progress import progress
from identify.simulation.runs.work import Task


class Terminal(io.StringIO):
    """A terminal that remembers what was drawn."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch):
    """Let standard error be a terminal, and return it; pytest has its own during the making of fixtures."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    return sys.stderr


@pytest.mark.parametrize(
    ("done", "shown"),
    [([(1, 2)], "1.0/2.0 kB"), ([(1, 4), (3, 4), (0, 4)], "1.5/2.0 kB"), ([(1, 2), (0, 2)], "2.0/2.0 kB")],
)
def test_stretches_of_a_file(monkeypatch, tmp_path, done, shown):
    """A process that is done with its stretch, whichever that is, has done as much of the file as others will."""
    terminal = on_terminal(monkeypatch)
    path = tmp_path / "traffic"
    path.write_bytes(b"x" * 2000)

    with progress([str(path)]) as move:
        for part, parts in done:
            move(0, Task(str(path), part, parts))

    assert terminal.getvalue().rpartition("reading")[2].count(shown) == 1


def test_quiet(monkeypatch, tmp_path):
    """With --quiet nothing is drawn."""
    terminal = on_terminal(monkeypatch)
    with click.Context(click.Command("any")) as context:
        context.meta[QUIET] = True
        with progress([str(tmp_path)]) as move:
            move(0, Task(str(tmp_path)))

    assert terminal.getvalue() == ""
