"""A run measures the rows that it was asked for and keeps the others; processes are measured to their end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import rows
from benchmarks.against import processes
from benchmarks.publishing import __main__ as publishing
from benchmarks.publishing import results
from benchmarks.publishing.results import Result
from benchmarks.publishing.rounds import Effort
from benchmarks.rows import ROWS

OPTIONAL = {id for id, row in ROWS.items() if row.optional}


@pytest.fixture
def measured(monkeypatch):
    """Measure nothing; give the ids of the rows that would have been."""
    ids = []

    def measure(row, effort, date):
        ids.append(row.id)
        return Result(date=date), {}

    monkeypatch.setattr(publishing, "measure", measure)
    return ids


def run(path, only=(), *, resume=False):
    publishing.run(path, Effort(), list(only), resume=resume, quick=False)


def test_optional_rows_are_measured_by_their_whole_id():
    """They are left out of a full run and of one by a part of the id that they share with others."""
    every = {row.id for row in publishing.chosen_rows([])}
    some = {row.id for row in publishing.chosen_rows(["simulate"])}

    assert every == set(ROWS) - OPTIONAL
    assert some == {"simulate-100k"}
    assert [row.id for row in publishing.chosen_rows(["simulate-1M"])] == ["simulate-1M"]


def test_resuming_measures_the_rows_without_a_result(tmp_path, measured):
    """Rows that are new since a finished run are measured too, and none again; a full run begins anew."""
    path = tmp_path / "results.json"
    run(path, ["command-help"])
    run(path, ["command-"], resume=True)

    assert measured.count("command-help") == 1
    assert {"command-show", "command-show-cpu"} <= set(measured)
    assert not results.load(path)["finished"]

    run(path, resume=True)

    assert sorted(measured) == sorted(set(ROWS) - OPTIONAL)
    assert results.load(path)["finished"]

    run(path, ["simulate-1M"])
    assert "simulate-1M" in results.load(path)["rows"]
    measured.clear()
    run(path)

    assert set(measured) == set(results.load(path)["rows"]) == set(ROWS) - OPTIONAL


def test_a_process_is_measured_to_its_end():
    """Its time, its CPU time and its peak of memory are those of the process, whatever it prints."""
    spent = processes.run(
        [sys.executable, "-c", "import time; time.sleep(0.2); print(len(b'.' * (1 << 26)))"]
    )

    assert spent.seconds >= 0.2
    assert 0 < spent.cpu < spent.seconds
    assert spent.peak > 1 << 26


def test_a_failing_process_is_no_figure():
    """A command that fails ends the side with its status as the reason."""
    with pytest.raises(RuntimeError, match="ended with status 3"):
        processes.run(
            [sys.executable, "-c", "import os, sys; sys.exit(int(os.environ['STATUS']))"], {"STATUS": "3"}
        )


def test_a_missing_tshark_is_named(tmp_path, monkeypatch):
    """Where tshark isn't installed its side is missing and says so, and no version of it is published."""
    monkeypatch.setenv("PATH", str(tmp_path))
    processes.tshark_version.cache_clear()

    with pytest.raises(FileNotFoundError, match="tshark is not installed"):
        processes.tshark(tmp_path / "traffic.pcap")
    assert processes.tshark_version() is None
    processes.tshark_version.cache_clear()


def test_no_loose_benchmarks():
    """Every benchmark belongs to a folder that something runs, and every module of rows has published ones."""
    folder = Path(rows.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "row"}

    assert [path.name for path in folder.parent.glob("*.py")] == ["__init__.py"]
    assert {subject.__name__.rpartition(".")[2] for subject in rows._SUBJECTS} == modules
