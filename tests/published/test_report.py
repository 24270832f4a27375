"""The published tables follow from the results alone, and a changed figure is noticed."""

from __future__ import annotations

import json

import pytest

from benchmarks.publishing import report, results
from benchmarks.publishing.results import Result
from benchmarks.publishing.rounds import Effort, measure
from benchmarks.rows import ROWS
from benchmarks.rows.row import GROUPS, OURS, Row, Target, Work

STEADY = [1.0, 1.01]
UNSTEADY = [1.0, 1.9]


def round_of(ours: float, peer: float, canaries=STEADY, two=1.0):
    return {"sides": {OURS: ours, "pytricia, frozen": peer}, "canaries": list(canaries), "two": two}


@pytest.fixture
def kept():
    """Give results of one row: two steady rounds and a disturbed one."""
    row = Result(
        rounds=[round_of(50e-9, 150e-9), round_of(40e-9, 140e-9), round_of(90e-9, 100e-9, UNSTEADY)],
        missing={"py-radix": "ModuleNotFoundError: No module named 'radix'"},
        date="2026-11-22",
    )
    machine = {"cpu_model_name": "a processor", "python_version": "3.11.7 (64-bit)"}
    return {
        "machine": machine,
        "versions": {"pytricia": "1.3.0"},
        "command": "make bench-publish",
        "date": "2026-11-22",
        "finished": False,
        "rows": {"source-hit-v4-1k": row},
    }


@pytest.fixture
def document(tmp_path):
    """Give a document with a table's markers."""
    path = tmp_path / "page.md"
    path.write_text("Before.\n\n<!-- figures: source -->\nold\n<!-- end of figures -->\n\nAfter.\n")
    return path


def line_of(kept, title):
    (line,) = [text for text in report.tables(kept)["source"].split("\n") if text.startswith(f"| {title} |")]
    return line


def test_medians_and_quotients_of_steady_rounds(kept):
    """A row shows the medians of the steady rounds, and the median and extremes of their quotients."""
    line = line_of(kept, "1,000 rules, random hits")

    assert "| 45 ns |" in line
    assert "pytricia, frozen: 145 ns, 3.25 × (3 to 3.5)" in line
    assert "at least 3 × pytricia, frozen: 3.25 × (3 to 3.5), met" in line


def test_missing_peers_are_shown_with_the_reason(kept):
    """A peer that couldn't be measured is in the table, with what it failed with."""
    assert "py-radix: missing (ModuleNotFoundError: No module named 'radix')" in line_of(
        kept, "1,000 rules, random hits"
    )


def test_missed_targets_are_shown(kept):
    """A target that isn't met says so in its table and is listed among the missed ones."""
    kept["rows"]["source-hit-v4-1k"].rounds = [round_of(50e-9, 100e-9)]

    assert "2 × (2 to 2), **missed**" in line_of(kept, "1,000 rules, random hits")
    assert (
        "1,000 rules, random hits: at least 3 × pytricia, frozen; it is 2 × (2 to 2)."
        in report.tables(kept)["missed"]
    )


def test_faster_rivals_are_shown(kept):
    """A rival that is faster is listed with the missed targets, without a target too; a bound isn't."""
    sides = {OURS: 2e-6, "google-re2 Set": 1e-6, "Hyperscan": 3e-6}
    kept["rows"]["expressions-10"] = Result(rounds=[{"sides": sides, "canaries": STEADY, "two": 1.0}])
    sides = {OURS: 2e-6, "empty compiled method": 1e-6}
    kept["rows"]["message-none"] = Result(rounds=[{"sides": sides, "canaries": STEADY, "two": 1.0}])

    missed = report.tables(kept)["missed"]

    assert "google-re2 Set is faster: peer ÷ ours is 0.5 × (0.5 to 0.5)." in missed
    assert "Hyperscan" not in missed
    assert "empty" not in missed


def test_a_row_without_steady_rounds_says_so(kept):
    """Where the machine was unsteady all the time, the figures are shown with that remark."""
    kept["rows"]["source-hit-v4-1k"].rounds = [round_of(50e-9, 150e-9, UNSTEADY)]

    assert "50 ns<br>no steady round" in line_of(kept, "1,000 rules, random hits")


def test_rows_that_were_not_measured_are_shown(kept):
    """A row without results is in the table too."""
    assert "| 10 rules, random hits | not measured | | |" in report.tables(kept)["source"]


def test_optional_rows_are_shown_once_they_were_measured(kept):
    """A row that only a run by its name measures stands in no table before; a note is shown below the title."""
    title = "simulate a capture of 1,000,000 requests"
    assert title not in report.tables(kept)["simulate"]
    assert "<br>Scapy reads the first 2,000 packets only | not measured" in report.tables(kept)["captures"]

    sides = {OURS: 4.0, "tshark": 80.0}
    kept["rows"]["simulate-1M"] = Result(rounds=[{"sides": sides, "canaries": STEADY, "two": 1.0}])
    kept["rows"]["simulate-1M-memory"] = Result(
        rounds=[{"sides": {OURS: 1.5e8, "100,000 requests": 7.5e7}, "canaries": STEADY, "two": 1.0}]
    )

    assert f"| {title}, the whole command | 4 s | tshark: 80 s, 20 ×" in report.tables(kept)["simulate"]
    assert "| 150 MB | 100,000 requests: 75 MB, 0.5 ×" in report.tables(kept)["simulate"]


def test_rows_of_other_days_are_told(kept):
    """Where some rows were measured later than others, the first and the last day are shown."""
    assert "| date | 2026-11-22 |" in report.tables(kept)["machine"]

    kept["rows"]["message-none"] = Result(date="2026-11-30")

    assert "| date | 2026-11-22 to 2026-11-30 |" in report.tables(kept)["machine"]


def test_every_marker_has_a_table(kept):
    """There is a table for each group, of empty results too."""
    empty = results.load(results.RESULTS.with_name("nothing.json"))

    for made in (report.tables(kept), report.tables(empty)):
        assert {*GROUPS, "short", "machine", "missed"} == set(made)
        assert all(text.endswith("\n") for text in made.values())


def test_two_threads_are_judged_where_there_are_two_cores(kept):
    """What needs two cores isn't judged where two threads of the canary took longer than one."""
    target = Target(text="", over=(OURS,), under="pytricia, frozen", least=0.1, two_cores=True)
    alone = Result(rounds=[round_of(1, 1, two=1.8)])

    assert alone.judged(target) is None
    assert Result(rounds=[round_of(1, 1)]).judged(target) is True


def test_check_notices_a_changed_figure(kept, document):
    """A document with a figure that isn't the results' is stale, before and after it was once written."""
    assert report.stale(kept, (document,)) == [document]
    document.write_text(report.rewritten(document.read_text(), report.tables(kept)))
    assert report.stale(kept, (document,)) == []

    document.write_text(document.read_text().replace("45 ns", "44 ns"))

    assert report.stale(kept, (document,)) == [document]


def test_what_is_around_the_markers_stays(kept, document):
    """Only what stands between the markers is written."""
    text = report.rewritten(document.read_text(), report.tables(kept))

    assert text.startswith("Before.\n\n<!-- figures: source -->\n| |")
    assert text.endswith("|\n<!-- end of figures -->\n\nAfter.\n")
    assert "old" not in text


def test_results_survive_their_file(kept, tmp_path):
    """Results read back are those that were written."""
    path = tmp_path / "results.json"

    results.save(kept, path)

    assert results.load(path) == kept
    assert json.loads(path.read_text())["rows"]["source-hit-v4-1k"]["missing"]


def worker(canaries=STEADY, failing=(), answers=None):
    """Return a worker that measures nothing, and the list of what it was asked."""
    asked = []

    def ask(row, side, effort):
        asked.append(side)
        if side in failing:
            return "ImportError: no"
        found = canaries.pop(0) if isinstance(canaries[0], list) else canaries
        return {
            "values": [1.0, 2.0, 3.0],
            "canaries": found,
            "two": 1.0,
            "answers": (answers or {}).get(side),
            "metadata": {"platform": "here"},
        }

    return ask, asked


ROW = Row(id="r", title="r", group="source", sides={OURS: Work, "a": Work, "b": Work})


def test_sides_alternate():
    """Each round has each side once, and no side always comes first."""
    ask, asked = worker()

    result, machine = measure(ROW, Effort(rounds=3), "today", ask)

    assert asked == [OURS, "a", "b", "a", "b", OURS, "b", OURS, "a"]
    assert [round_["sides"] for round_ in result.rounds] == [{OURS: 2.0, "a": 2.0, "b": 2.0}] * 3
    assert machine == {"platform": "here"}


def test_unsteady_rounds_are_done_again():
    """A round whose canaries differ is kept and another one is measured, a few times."""
    ask, _ = worker([[1.0, 1.0], [1.0, 2.0], [1.0, 1.0], *([[1.0, 1.0]] * 6)])

    result, _ = measure(ROW, Effort(rounds=2, spare=2), "today", ask)

    assert len(result.rounds) == 3
    assert len(result.steady) == 2


def test_a_failing_side_ends_alone():
    """A side that fails is asked once, and the others go on."""
    ask, asked = worker(failing=("a",))

    result, _ = measure(ROW, Effort(rounds=3), "today", ask)

    assert result.missing == {"a": "ImportError: no"}
    assert asked.count("a") == 1
    assert result.median("b") == 2.0


def test_sides_that_answer_otherwise_are_told():
    """What isn't the same answer isn't a comparison, and the table says so."""
    ask, _ = worker(answers={OURS: 1, "a": 2, "b": 1})

    result, _ = measure(ROW, Effort(rounds=1), "today", ask)

    assert result.disagreeing == ["a"]


def test_documents_are_those_of_the_results():
    """The committed documents show the committed results."""
    assert report.stale(results.load()) == []


def test_rows_are_consistent():
    """Targets only name sides of their rows, and each row belongs to a table."""
    for row in ROWS.values():
        assert row.group in GROUPS
        assert OURS in row.sides
        for target in row.targets:
            assert {*target.over, *([target.under] if target.under else [])} <= set(row.sides)
            assert (target.least is None) != (target.most is None)
