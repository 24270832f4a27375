"""Large files of each shape: the run that measures them reads all, and sees what grows out of proportion."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import large_files
import pytest

RUNNER = Path(large_files.__file__)


@pytest.mark.parametrize("first", [0, 3])
def test_shapes_are_read(first: int) -> None:
    """A small file of some shapes is read without an error, and each has its row."""
    done = subprocess.run(
        [sys.executable, str(RUNNER), "--megabytes", "0.01", "--every", "7", "--first", str(first)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    names = [name for name, _ in large_files.shapes()][first::7]
    rows = done.stdout.splitlines()
    assert [row.startswith(name) for row, name in zip(rows, names, strict=False)] == [True] * len(names)
    assert rows[-1] == "0 shapes take too much or grow out of proportion"


def test_shapes_have_their_size() -> None:
    """A shape of a size has about so many bytes, and twice as many of twice the size."""

    def sizes(size: int) -> Iterator[int]:
        for _, shape in large_files.shapes():
            yield sum(map(len, shape(size).values()))

    for (name, _), small, large in zip(large_files.shapes(), sizes(100_000), sizes(200_000), strict=True):
        assert 40_000 < small < 250_000, name
        assert 1.5 < large / small < 2.5, name


def test_growth_is_seen() -> None:
    """Four times the size may take six times as much, sixteen times is too much; what is too small says nothing."""
    assert large_files.growth([0.1, 0.2, 0.4], large_files.LEAST_SECONDS) == 4
    assert large_files.growth([1, 4, 16], large_files.LEAST_SECONDS) == 16
    assert large_files.growth([0.001, 0.01, 0.05], large_files.LEAST_SECONDS) == 1
