"""``sip-identify simulate --html``: what it writes, with which other options, and what it says where it can't."""

from __future__ import annotations

import shlex
import sys
from datetime import datetime, timezone
from pathlib import Path

import pages
import pytest
from click.testing import CliRunner

from identify.commands.main import sip_identify

from .conftest import CALLS, CONFIGURATION, SCRIPT, capture


@pytest.fixture
def path(tmp_path):
    """Give where the report goes."""
    return tmp_path / "report.html"


def run(*arguments):
    """Run the command."""
    return CliRunner().invoke(sip_identify, ["simulate", *map(str, arguments)], prog_name="sip-identify")


def said(found):
    """Return what was printed, without the frame and the ends of lines of an error."""
    return " ".join(found.output.replace("│", " ").split())


def read(path):
    """Return the page that was written."""
    return pages.Page(path.read_text(encoding="utf-8"))


def test_report_beside_the_tables(config, traffic, path):
    """The report is written, and what is printed stays the same."""
    without = run(config, traffic)
    found = run(config, traffic, "--html", path)

    assert (found.exit_code, found.output) == (0, without.output)
    assert read(path).facts["messages"] == str(len(CALLS))
    assert read(path).series("endpoints-over-time")


def test_processes(config, tmp_path, path):
    """Several processes give the report of one."""
    files = []
    for number in range(3):
        files.append(tmp_path / f"{number}.pcap")
        files[-1].write_bytes(capture(CALLS[number:], 100 * number))
    alone = tmp_path / "alone.html"

    assert run(config, *files, "--html", alone).exit_code == 0
    assert run(config, *files, "--html", path, "--jobs", 3).exit_code == 0
    assert read(path).charts == read(alone).charts
    assert read(path).facts["messages"] == str(sum(len(CALLS[number:]) for number in range(3)))


def test_against(config, traffic, tmp_path, path):
    """With --against the page has the changes and charts of both, and the exit status says that something changes."""
    other = tmp_path / "other.conf"
    other.write_text(
        CONFIGURATION.replace("match = 192.168.0.1\n", "match = 192.168.0.99\n"), encoding="utf-8"
    )

    assert run(config, traffic, "--against", other, "--html", path).exit_code == 1

    page = read(path)
    assert [(row["endpoint before"], row["after"], row["requests"]) for row in page.rows("changes")] == [
        (SCRIPT, "unidentified", "5")
    ]
    assert page.verdict == "5 of 16 messages change: 5 are no longer identified."
    assert page.series("outcomes-over-time-before") == {"identified": 10, "unidentified": 6}
    assert page.series("outcomes-over-time-after") == {"identified": 5, "unidentified": 11}


def test_expectations(config, traffic, tmp_path, path):
    """What isn't as expected stands in the report."""
    expected = tmp_path / "expected.jsonl"
    run(config, traffic, "--record", expected)
    lines = expected.read_text(encoding="utf-8").replace('"expect": null', '"expect": "someone<b>"', 1)
    expected.write_text(lines, encoding="utf-8")

    assert run(config, traffic, "--expect", expected, "--html", path).exit_code == 1

    page = read(path)
    assert page.facts["as expected"] == f"{len(CALLS) - 1} of {len(CALLS)}"
    assert [(row["expected"], row["found"], row["outcome"]) for row in page.rows("mismatches")] == [
        ("someone<b>", "none", "unidentified")
    ]


def test_commands(config, traffic, path):
    """The commands on the page say what the page says: with the options that were given, of the frame that is named."""
    run(
        config,
        traffic,
        "--zone",
        "Europe/Berlin",
        "--local",
        "192.168.0.2",
        "--assume-dialogs",
        "--html",
        path,
    )
    explaining, showing, *others = read(path).commands
    found = CliRunner().invoke(sip_identify, shlex.split(explaining)[1:], prog_name="sip-identify")

    assert explaining == shlex.join(
        [
            *("sip-identify", "simulate", config, "--assume-dialogs", "--local", "192.168.0.2"),
            *("--zone", "Europe/Berlin", traffic, "--explain", "11"),
        ]
    )
    assert (found.exit_code, found.output.partition(" to ")[0]) == (
        0,
        "frame 11: OPTIONS from 198.51.100.9:5060",
    )
    assert shlex.split(showing) == ["tshark", "-r", traffic, "-Y", "frame.number==11", "-V"]
    assert len(others) == 4


def test_circumstances(config, traffic, path):
    """The page says as which release the traffic was answered, when it was made, and what was read."""
    run(config, traffic, "--release", "18", "--html", path)
    page = read(path)

    assert "as Asterisk 18" in page.text
    assert f"made {datetime.now(timezone.utc):%Y-%m-%d}" in page.text
    assert [(row["file of"], row["file"], row["bytes"]) for row in page.rows("files")] == [
        ("configuration", config, f"{Path(config).stat().st_size:,}"),
        ("traffic", traffic, f"{Path(traffic).stat().st_size:,}"),
    ]
    assert "--release 18" in page.commands[0]


def test_nothing_changes(config, traffic, path):
    """A comparison without changes says so, and draws no chart twice."""
    assert run(config, traffic, "--against", config, "--html", path).exit_code == 0
    page = read(path)

    assert page.verdict == (
        f"Nothing changes: {len(CALLS)} messages have the same outcome and endpoint with both configurations."
    )
    assert set(page.charts) == {"outcomes-over-time", "endpoints-over-time"}
    assert "changes" not in page.tables


def test_losses(config, traffic, path, tmp_path):
    """What was lost of a configuration stands on the page, of both in a comparison; so do expectations unmet."""
    broken = tmp_path / "broken.conf"
    broken.write_text(CONFIGURATION + "[x<b>]\ntype=identity\n", encoding="utf-8")
    line = f"Lost from {broken}: the section 'x<b>' (1 warning)"
    expected = tmp_path / "expected.jsonl"
    expected.write_text('{"traffic": "calls.pcap", "frame": 999, "expect": null}\n', encoding="utf-8")

    run(broken, traffic, "--expect", expected, "--html", path)
    alone = read(path)
    run(config, traffic, "--against", broken, "--html", path)
    compared = read(path)
    run(config, traffic, "--html", path)

    assert line in alone.text
    assert ("p", "class", "warning") in alone.attributes
    assert "the section 'x<b>'" in [row["lost"] for row in alone.rows("configuration")]
    assert f"sip-identify show problems {broken}" in alone.commands
    assert alone.facts["as expected"] == "0 of 1"
    assert [(row["frame"], row["expected"]) for row in alone.rows("unmet")] == [("999", "none")]
    assert line in compared.text
    assert ("p", "class", "warning") not in read(path).attributes


@pytest.mark.parametrize("library", ["plotly", "jinja2"])
def test_missing_library(config, traffic, path, monkeypatch, library):
    """Without a library of the extra the command says what to install, before it reads anything."""
    monkeypatch.setitem(sys.modules, library, None)
    found = run(config, "missing.pcap", "--html", path)

    assert found.exit_code == 2
    assert "pip install 'sip-identify[report]'" in said(found)
    assert not path.exists()
    assert run(config, traffic).exit_code == 0


def test_unwritable(config, tmp_path):
    """A report that can't be written ends the command before it reads anything."""
    found = run(config, "missing.pcap", "--html", tmp_path / "no" / "report.html")

    assert found.exit_code == 2
    assert "No such file or directory" in said(found)
    assert str(tmp_path) in found.output.replace("│\n│ ", "")


def test_last_report_is_kept(config, path):
    """A report of last time stays where the traffic can't be read."""
    path.write_text("last time", encoding="utf-8")

    assert run(config, "missing.pcap", "--html", path).exit_code == 2
    assert path.read_text(encoding="utf-8") == "last time"


def test_not_with_explain(config, traffic, path):
    """There is no report of single frames."""
    found = run(config, traffic, "--explain", 1, "--html", path)

    assert found.exit_code == 2
    assert "--html cannot be used with --explain" in said(found)
