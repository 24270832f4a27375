"""What tells that a long command of the build goes on: a line at once, a line at the end, and its output only if it fails."""

from __future__ import annotations

import subprocess
import sys

import pytest
from consoles import ROOT

PROGRESS = ROOT / ".ci" / "progress.py"


def told(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command under it."""
    return subprocess.run(
        [sys.executable, str(PROGRESS), *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("code", "status", "last", "shown"),
    [
        ("print('alarm')", 0, "done in", ""),
        ("import sys; print('alarm'); sys.exit(3)", 3, "failed after", "alarm\n"),
        ("import os; os.write(2, b'alarm'); os.kill(os.getpid(), 9)", 1, "failed after", "alarm"),
    ],
)
def test_output_is_kept_unless_it_fails(code: str, status: int, last: str, shown: str) -> None:
    """Success is two lines; a failure shows what the command printed and has its status, a signal 1."""
    ran = told("Installing it", "--", sys.executable, "-c", code)

    first, end = ran.stdout.splitlines()
    assert first == "Installing it (0 s)"
    assert end.startswith(f"Installing it: {last} ")
    assert (ran.returncode, ran.stderr) == (status, shown)


def test_lines_while_it_runs() -> None:
    """Without a terminal a line comes every few seconds."""
    ran = told("Waiting", "--", sys.executable, "-c", "import time; time.sleep(4.5)")

    assert len(ran.stdout.splitlines()) >= 3


def test_wrong_usage() -> None:
    """Without a command there is nothing to run."""
    assert told("Waiting", "--").returncode == 1
