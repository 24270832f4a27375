"""``sip-identify simulate``: every option in every mode is honoured, which shows, or refused with the reason."""

from __future__ import annotations

import json
import re
from pathlib import Path

import captures
import pytest
from consoles import ROOT

from identify.commands.traffic import running
from identify.commands.traffic.modes import HONOURED, NEEDS_OUTPUT, OTHER_MODE, TABLE, Mode
from identify.commands.traffic.options import FORMATS
from identify.simulation.runs import cluster
from identify.simulation.runs.work import run as run_here
from identify.traffic import opening

from .conftest import CALL, DEFAULT, frames

MODES = {
    Mode.RUN: [],
    Mode.JOBS: ["--jobs", "2"],
    Mode.DASK: ["--dask", "tcp://127.0.0.1:1"],
    Mode.AGAINST: ["--against", "other.conf"],
    Mode.EXPLAIN: [word for number in (1, 4, 7) for word in ("--explain", str(number))],
}
OPTIONS = {
    "--output": ["--output", "rows.jsonl"],
    "--only": ["--only", "unidentified"],
    "--where": ["--where", "source=198.51.100.9"],
    "--limit": ["--limit", "1"],
    "--html": ["--html", "report.html"],
    "--record": ["--record", "recorded.jsonl"],
    "--expect": ["--expect", "expected.jsonl"],
    "--json": ["--json"],
    "--assume-dialogs": ["--assume-dialogs"],
    "--release": ["--release", "23"],
    "--offline": ["--offline"],
    "--names": ["--names", "hosts"],
    "--partial": ["--partial"],
    "--strict": ["--strict"],
    "--jobs": ["--jobs", "2"],
    "--dask": ["--dask", "tcp://127.0.0.1:1"],
    "--against": ["--against", "other.conf"],
    "--explain": ["--explain", "1"],
    "standard input": [],
}
PAIRS = [
    (mode, option)
    for option, cells in TABLE.items()
    for mode, cell in cells.items()
    if cell != OTHER_MODE and mode.value != option
]


@pytest.fixture
def simulate(run, config, other, traffic, tmp_path, monkeypatch):
    """Give a function that runs the command in a folder with its inputs; a cluster is played by this process.

    Frame 7 of the capture has the To tag of a dialog that nobody has seen.
    """
    inside = CALL.format(source="198.51.100.9", user="mallory", method="INFO", number=9)
    inside = inside.replace("To: <sip:100@192.168.0.2>", "To: <sip:100@192.168.0.2>;tag=9")
    packet = captures.framed(
        captures.datagram(inside.encode(), "198.51.100.9", "192.168.0.2"), captures.ETHERNET
    )
    with open(traffic, "ab") as file:
        file.write(captures.pcap([packet])[24:])
    Path(tmp_path, "expected.jsonl").write_text(
        '{"traffic": "traffic.pcap", "frame": 1, "expect": "nobody"}\n'
    )
    Path(tmp_path, "hosts").write_text("192.0.2.1 unused.example\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cluster, "run_on_dask", lambda plan, paths, address, done: run_here(plan, paths))

    def invoke(*arguments, path=traffic):
        data = Path(traffic).read_bytes() if path == "-" else None
        return run("simulate", config, path, *arguments, input=data)

    return invoke


def said(result):
    """Return what was printed, without the frame and the ends of lines of an error."""
    return " ".join(result.output.replace("│", " ").split())


def arguments(mode, option):
    """Return the words of a mode together with an option."""
    return [*MODES[mode], *OPTIONS[option]]


@pytest.mark.parametrize(
    ("mode", "option"),
    [(mode, option) for mode, option in PAIRS if TABLE[option][mode] not in (HONOURED, NEEDS_OUTPUT)],
)
def test_refused(simulate, mode, option):
    """What doesn't go together is wrong usage: both options are named, with the reason."""
    path = {"path": "-"} if option == "standard input" else {}

    result = simulate(*arguments(mode, option), **path)

    assert result.exit_code == 2
    either = (f"{option} cannot be used with {mode.value}", f"{mode.value} cannot be used with {option}")
    assert any(f"{text}: {TABLE[option][mode]}" in said(result) for text in either)


@pytest.mark.parametrize(
    ("mode", "option"), [(mode, option) for mode, option in PAIRS if TABLE[option][mode] == NEEDS_OUTPUT]
)
def test_needs_output(simulate, mode, option):
    """What chooses rows is refused where none are written, and chooses among those that are."""
    refused = simulate(*arguments(mode, option))
    honoured = simulate(*arguments(mode, option), *OPTIONS["--output"])

    assert refused.exit_code == 2
    assert f"{option} needs --output" in said(refused)
    assert honoured.exit_code == 0
    rows = [json.loads(line) for line in Path("rows.jsonl").read_text().splitlines()]
    wanted = {"--only": [4, 5], "--where": [4, 5, 7], "--limit": [1]}
    assert [row["frame"] for row in rows] == wanted[option]


@pytest.mark.parametrize(
    ("mode", "option"), [(mode, option) for mode, option in PAIRS if TABLE[option][mode] == HONOURED]
)
def test_honoured(simulate, mode, option, monkeypatch):
    """What goes together has the effect of both."""
    plain = simulate(*MODES[mode])
    processes = []
    inner = running.compare_files_in_processes
    monkeypatch.setattr(
        running,
        "compare_files_in_processes",
        lambda *given, **named: processes.append(given[3]) or inner(*given, **named),
    )
    result = simulate(*arguments(mode, option), path="-" if option == "standard input" else "traffic.pcap")

    changed = 1 if "--against" in (mode.value, option) else 0
    # Something of the configuration is lost.
    others = {"--expect": 1, "--strict": 2}
    assert result.exit_code == others.get(option, changed), result.output
    check = EFFECTS[option]
    check(mode, plain.stdout, result.stdout)
    assert processes == (
        [2] if (mode, option) in ((Mode.AGAINST, "--jobs"), (Mode.JOBS, "--against")) else []
    )


def is_json(mode, plain, found):
    """The output is one JSON object, of the mode."""
    names = {Mode.AGAINST: "simulate --against", Mode.EXPLAIN: "simulate --explain"}
    assert json.loads(found)["command"] == names.get(mode, "simulate")


def has_rows(mode, plain, found):
    """A row for each request is in the file, and the output stays."""
    assert len(Path("rows.jsonl").read_text().splitlines()) == 6
    assert found == plain


def has_page(mode, plain, found):
    """The report is written, and the output stays."""
    assert Path("report.html").read_text().lower().startswith("<!doctype html>")
    assert found == plain


def has_record(mode, plain, found):
    """Each answer is in the file, and the output stays."""
    assert len(Path("recorded.jsonl").read_text().splitlines()) == 6
    assert found == plain


def is_checked(mode, plain, found):
    """The answers are held against the expected ones."""
    assert "0 of 1 as expected" in found


def has_dialogs(mode, plain, found):
    """The request inside of an unseen dialog counts as one of a live dialog."""
    assert "unknown dialog" in plain
    assert "unknown dialog" not in found


def is_the_same(mode, plain, found):
    """Processes and standard input change nothing of the output, nor do answers about names where there are none.

    Nor does --strict, which is about the exit status.
    """
    assert found == plain


def is_of_the_release(mode, plain, found):
    """The output names the release that was given; it is the same answer, because the newest is the default."""
    assert plain.count(DEFAULT) == 1
    assert found == plain.replace(DEFAULT, "as Asterisk 23")


def compares(mode, plain, found):
    """Changes are printed, and no totals."""
    assert "3 change with other.conf" in found
    assert found != plain


def has_frames(*wanted):
    """Only some of the messages of the frames are explained."""

    def check(mode, plain, found):
        assert re.findall(r"^frame (\d+)", plain, re.MULTILINE) == ["1", "4", "7"]
        assert re.findall(r"^frame (\d+)", found, re.MULTILINE) == list(wanted)

    return check


EFFECTS = {
    "--output": has_rows,
    "--only": has_frames("4"),
    "--where": has_frames("4", "7"),
    "--limit": has_frames("1"),
    "--html": has_page,
    "--record": has_record,
    "--expect": is_checked,
    "--json": is_json,
    "--assume-dialogs": has_dialogs,
    "--release": is_of_the_release,
    "--offline": is_the_same,
    "--names": is_the_same,
    "--partial": is_the_same,
    "--strict": is_the_same,
    "--jobs": is_the_same,
    "--against": compares,
    "standard input": is_the_same,
}


def test_pairs_of_modes_say_the_same():
    """Two options that each ask for a mode go together or not, whichever of them is looked up."""
    modes = [mode for mode in Mode if mode is not Mode.RUN]

    assert all(TABLE[mode.value][other] == TABLE[other.value][mode] for mode in modes for other in modes)


def test_three_together(simulate):
    """With --against and --jobs, both are held against what else is given."""
    together = [*MODES[Mode.AGAINST], *MODES[Mode.JOBS]]

    assert "standard input cannot be used with --jobs" in said(simulate(*together, path="-"))
    assert "--only cannot be used with --against" in said(simulate(*together, *OPTIONS["--only"]))


@pytest.mark.parametrize("jobs", [2, 3])
def test_comparison_in_processes(run, config, other, traffic, tmp_path, jobs):
    """Files and stretches that are compared in several processes have the changes, frames and traces of one process."""
    second = tmp_path / "second.pcap"
    requests = [("198.51.100.9", f"caller-{number}", "OPTIONS") for number in range(40)]
    second.write_bytes(captures.pcap(frames(requests, 100)))
    given = ["simulate", config, traffic, str(second), "--against", other]

    alone, together = run(*given, "--json"), run(*given, "--json", "--jobs", str(jobs))

    assert json.loads(alone.stdout)["changed"] == 42
    assert json.loads(together.stdout) == json.loads(alone.stdout)
    assert together.exit_code == alone.exit_code == 1


WORDS = {HONOURED: "yes", NEEDS_OUTPUT: "with `-o`", OTHER_MODE: "-"}


def test_page_has_the_table():
    """The reference shows the table of the program, cell by cell, and every reason of a refusal."""
    page = (ROOT / "docs" / "reference" / "command.md").read_text(encoding="utf-8")
    table = page.partition("### Modes")[2].partition("\n### ")[0]
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line[:1] == "|"
    ]
    modes = (Mode.RUN, Mode.JOBS, Mode.DASK, Mode.AGAINST, Mode.EXPLAIN)

    assert rows[0][1:] == [mode.value for mode in modes]
    assert {row[0]: row[1:] for row in rows[2:]} == {
        option: [WORDS.get(cells[mode], "no").strip("`") for mode in modes] for option, cells in TABLE.items()
    }
    for cells in TABLE.values():
        for reason in cells.values():
            assert reason in WORDS or reason in table


def test_formats():
    """The formats that the option offers are those of the readers."""
    assert sorted(opening.FORMATS) == sorted(FORMATS)
