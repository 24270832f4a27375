"""The run: workers of a row's sides alternately, round after round, and again where the machine was unsteady."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from benchmarks.material.address_tables import ROOT
from benchmarks.publishing.results import Result, is_steady
from benchmarks.rows.row import OURS, Row

__all__ = ["Effort", "measure"]

#: Tables of a million take seconds to make for each worker.
HEAVY_ROUNDS = 3
#: Making a peer's database for the first time takes minutes.
TIMEOUT = 600
#: Significant digits of what is kept.
DIGITS = 5
LONGEST_REASON = 160


@attrs.frozen(kw_only=True)
class Effort:
    """How much is measured: rounds of a row, values of a worker, the least seconds of a value."""

    rounds: int = 5
    #: Rounds that may be added for unsteady ones.
    spare: int = 3
    values: int = 3
    seconds: float = 0.05


Worker = Callable[[Row, str, Effort], "dict[str, Any] | str"]


def measure(
    row: Row, effort: Effort, date: str, worker: Worker | None = None
) -> tuple[Result, dict[str, str]]:
    """Measure a row; return the result and what pyperf says of the machine."""
    ask = worker if worker is not None else run_worker
    result = Result(date=date)
    machine: dict[str, str] = {}
    answers: dict[str, int | None] = {}
    wanted = min(row.rounds or (HEAVY_ROUNDS if row.heavy else effort.rounds), effort.rounds)
    sides = list(row.sides)
    while len(result.rounds) < wanted + (effort.spare if wanted > 1 else 0):
        if sum(map(is_steady, result.rounds)) >= wanted:
            break
        round_: dict[str, Any] = {"sides": {}, "canaries": [], "two": 0.0}
        twos = []
        for side in sides:
            if side in result.missing:
                continue
            found = ask(row, side, effort)
            if isinstance(found, str):
                result.missing[side] = found
                continue
            round_["sides"][side] = _rounded(statistics.median(found["values"]))
            round_["canaries"] += map(_rounded, found["canaries"])
            twos.append(found["two"])
            answers[side] = found["answers"]
            machine |= found["metadata"]
        if not round_["sides"]:
            break
        round_["two"] = _rounded(min(twos))
        result.rounds.append(round_)
        # No side always comes first.
        sides = sides[1:] + sides[:1]
    ours = answers.get(OURS)
    result.disagreeing = [
        side for side, digest in answers.items() if None not in (digest, ours) and digest != ours
    ]
    return result, machine


def run_worker(row: Row, side: str, effort: Effort) -> dict[str, Any] | str:
    """Run one worker; return what it found, or why there is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "found.json"
        command = [sys.executable, "-m", "benchmarks.publishing.worker", row.id, side, str(output)]
        command += ["--values", str(effort.values), "--seconds", str(effort.seconds)]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"took longer than {TIMEOUT} s"
        if done.returncode:
            return _reason(done.stderr, done.returncode)
        found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return found


def _reason(stderr: str, status: int) -> str:
    """Return the last line of a traceback, without paths of this machine."""
    lines = [line for line in stderr.strip().split("\n") if line and not line.startswith(" ")]
    last = lines[-1] if lines else f"ended with status {status}"
    return last.replace(str(ROOT), ".").replace(str(Path.home()), "~")[:LONGEST_REASON]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
