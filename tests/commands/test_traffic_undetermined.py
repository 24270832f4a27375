"""``simulate`` and ``verify`` where something of the configuration isn't known: said first, with what settles it."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pages
import pytest

from .conftest import CONFIGURATION

OFFICE = Path(__file__).parents[1] / "data" / "samples" / "office-lo"

#: What hosts of this name have isn't known; of the requests two come from the address that the trunk had.
NAMED = CONFIGURATION.replace("match = 192.168.0.1,2001:db8::/64", "match = sip.provider.example")
WHAT = "the addresses of 'sip.provider.example' in identify 'by-address'"


@pytest.fixture
def named(tmp_path):
    """Give the path of a configuration with a host name."""
    path = tmp_path / "named" / "pjsip.conf"
    path.parent.mkdir()
    path.write_text(NAMED)
    return str(path)


def test_summary(run, named, traffic):
    """The summary begins with it: how many, what they depend on and where that is, what settles it; status 0."""
    result = run("simulate", "--offline", named, traffic)
    lines = result.stdout.splitlines()

    assert result.exit_code == 0
    assert (
        lines[1]
        == "5 requests are undetermined: their answers depend on what isn't known of the configuration"
    )
    (unknown,) = [line for line in lines if WHAT in line and "pjsip.conf:" in line]
    assert unknown.split()[0] == "5"
    assert lines[lines.index("Settled by") + 1].startswith("the names' addresses")
    assert ["undetermined", "5", "83.3", "%"] in [line.split() for line in lines]
    assert ["203.0.113.7", "1"] in [line.split()[:2] for line in lines]
    assert "may be theirs" in result.stderr


def test_json(run, named, traffic):
    """JSON has the unknowns and the sources."""
    found = json.loads(run("simulate", "--offline", named, traffic, "--json").stdout)

    assert found["outcomes"]["undetermined"] == 5
    assert [(unknown["what"], unknown["requests"]) for unknown in found["unknowns"]] == [(WHAT, 5)]
    assert [(row["source"], row["requests"]) for row in found["undetermined"]] == [
        ("192.168.0.1", 2),
        ("198.51.100.9", 2),
        ("203.0.113.7", 1),
    ]
    assert found["strangers"] == []


def test_rows(run, named, traffic):
    """Rows can be chosen by the outcome and by what they depend on."""
    every = run(
        "simulate", "--offline", named, traffic, "-o", "-", "--only", "undetermined"
    ).stdout.splitlines()
    chosen = run(
        "simulate", "--offline", named, traffic, "-o", "-", "--where", f"unknown={WHAT}"
    ).stdout.splitlines()
    other = run("simulate", "--offline", named, traffic, "-o", "-", "--where", "unknown=").stdout.splitlines()

    assert every == chosen
    assert {json.loads(line)["unknown"] for line in every} == {WHAT}
    assert (len(every), len(other)) == (5, 0)


def test_processes_add_up(run, named, traffic):
    """Two processes say what one says."""
    one = json.loads(run("simulate", "--offline", named, traffic, "--json").stdout)
    two = json.loads(run("simulate", "--offline", named, traffic, "--json", "-j", "2").stdout)

    assert one == two


def test_trace(run, named, traffic):
    """A trace says undetermined in its first line, and in its explanation."""
    result = run("simulate", "--offline", named, traffic, "--explain", "1")
    first, second, *_ = result.stdout.splitlines()

    assert result.exit_code == 0
    assert first.endswith(": undetermined")
    assert second.startswith("undetermined: trunk by ip")


def test_expectations(run, config, named, traffic, tmp_path):
    """An undetermined request meets no expectation, and none is recorded for it."""
    record = str(tmp_path / "expected.jsonl")
    empty = str(tmp_path / "none.jsonl")
    run("simulate", "--offline", config, traffic, "--record", record)
    run("simulate", "--offline", named, traffic, "--record", empty)
    result = run("simulate", "--offline", named, traffic, "--expect", record)

    assert Path(empty).read_text() == ""
    assert result.exit_code == 1
    assert "0 of 5 as expected, 5 undetermined" in result.stdout
    assert "expected none, found no known answer (undetermined)" in result.stdout


def test_against(run, config, named, traffic):
    """It is a change to become undetermined; what is undetermined with both is told apart from no change."""
    changed = run("simulate", "--offline", config, traffic, "--against", named)
    both = run("simulate", "--offline", named, traffic, "--against", named)

    assert changed.exit_code == 1
    assert "5 change with" in changed.stdout
    assert both.exit_code == 0
    assert "5 are undetermined with both: whether they change isn't known" in both.stdout


def test_page(run, named, traffic, tmp_path):
    """The page has the fact and both tables."""
    path = tmp_path / "report.html"
    run("simulate", "--offline", named, traffic, "--html", str(path))
    page = pages.Page(path.read_text())

    assert page.facts["undetermined"] == "5 (100.0 %)"
    assert page.rows("unknowns")[0]["unknown"] == WHAT
    assert [row["requests"] for row in page.rows("undetermined")] == ["2", "2", "1"]


@pytest.fixture
def sample(tmp_path):
    """Give a sample's configuration with a host name in place of its trunk's networks, and its log."""
    folder = tmp_path / "sample"
    shutil.copytree(OFFICE / "etc", folder)
    path = folder / "pjsip.conf"
    text = path.read_text()
    changed = text.replace("match=198.51.100.0/24\nmatch=10.1.3.0/255.255.255.0", "match=trunk-a.example")
    assert changed != text
    path.write_text(changed)
    log = tmp_path / "full.log"
    log.write_bytes(gzip.decompress((OFFICE / "full.log.gz").read_bytes()))
    return folder, log


def test_verify(run, sample):
    """What the log says is one of the possible answers: neither agreement nor difference, with what would settle it."""
    folder, log = sample
    sound = json.loads(run("verify", "--offline", str(OFFICE / "etc"), str(log), "--json").stdout)["logs"][0]
    result = run("verify", "--offline", str(folder), str(log), "--json")
    found = json.loads(result.stdout)["logs"][0]
    text = run("verify", "--offline", str(folder), str(log)).stdout

    assert result.exit_code == 0
    assert (found["differing"], found["undetermined"]) == (0, sound["undetermined"])
    assert found["possible"] == found["unknowns"][0]["requests"] > 20
    assert found["possible"] + found["compared"] == sound["compared"]
    assert "'trunk-a.example'" in found["unknowns"][0]["what"]
    assert f"{found['possible']:,} have one of the possible answers" in text
    assert "settled by" in text


def test_verify_impossible(run, sample):
    """A verdict that no content has is a difference, told with what is possible."""
    folder, log = sample
    data = log.read_bytes()
    assert b"to endpoint trunk-a" in data
    log.write_bytes(data.replace(b"to endpoint trunk-a", b"to endpoint impostor"))
    result = run("verify", "--offline", str(folder), str(log), "--json")
    found = json.loads(result.stdout)["logs"][0]

    assert result.exit_code == 1
    assert found["differing"] > 20
    assert {difference["ours"].partition(":")[0] for difference in found["differences"]} == {"undetermined"}
    assert all("trunk-a" in difference["ours"] for difference in found["differences"])
