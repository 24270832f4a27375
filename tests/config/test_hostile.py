"""Hostile configurations: whatever multiplies is bounded, so that a small text takes little time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).parent.parent / "long" / "hostile.py"
#: Bytes of a configuration: enough that what heirs multiply meets the limits.
SIZE = 24_000
#: Seconds of CPU time after which something hangs, several times what any takes.
SECONDS = 20
MEGABYTES = 300


@pytest.mark.parametrize("what", [["--every", "7"], ["--only-mixtures", "--mixtures", "12"]])
def test_everything_ends(what: list[str]) -> None:
    """Constructs of the language at their most, and mixtures: read, printed and compiled for one of two releases.

    Each seventh construct and release are of every kind; the long form has all of them.
    """
    command = [sys.executable, str(RUNNER), "--size", str(SIZE), *what]
    command += ["--seconds", str(SECONDS), "--megabytes", str(MEGABYTES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
