"""``sip-identify verify``: agreement with recorded logs, and every planted difference found."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
LOGS = sorted(
    path
    for path in SAMPLES.glob("*/*")
    if path.name
    in {"full.log.gz", "full.plain.gz", "full.json.gz", "console.txt.gz", "console-remote.txt.gz"}
)
#: Identified requests of each sample whose verdict is in its log.
VERDICT = re.compile(
    rb"(Identify '[^']+' SIP message matched to endpoint )(\S+?)(\r?\n)|(Retrieved anonymous endpoint ')([^']+)(')"
)


def verified(run, folder, *logs):
    """Return the JSON of a verification of logs by a sample's configuration."""
    result = run("verify", str(folder / "etc"), *map(str, logs), "--json")
    assert result.exit_code in (0, 1), result.output
    return json.loads(result.stdout)["logs"], result.exit_code


@pytest.mark.parametrize("log", LOGS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_recorded_logs_agree(run, log):
    """No verdict in a recorded log differs from ours, and nearly all that are there were compared."""
    expected = [json.loads(line) for line in (log.parent / "expected.jsonl").read_text().splitlines()]
    asked = sum(request["identified"] is True for request in expected)

    (found,), status = verified(run, log.parent, log)

    assert found["differences"] == []
    assert status == 0
    # Without debug messages only failures and what authentication says are in the log.
    assert found["compared"] >= (0.94 * asked if log.parent.name != "nodebug-lo" else 15)


def test_planted_verdicts_are_found(run, tmp_path):
    """Every verdict that is changed in a log is told with its line, ours and theirs, and nothing else is."""
    folder = SAMPLES / "headers-lo"
    text = gzip.decompress((folder / "full.log.gz").read_bytes())
    (sound,), _ = verified(run, folder, folder / "full.log.gz")
    places = list(VERDICT.finditer(text))[::7]
    planted = bytearray(text)
    for place in reversed(places):
        start, end = place.span(2) if place[2] else place.span(5)
        planted[start:end] = b"impostor"
    path = tmp_path / "full.log"
    path.write_bytes(planted)

    (found,), status = verified(run, folder, path)

    assert status == 1
    assert len(places) > 10
    assert found["differing"] == len(places)
    assert found["compared"] == sound["compared"]
    assert all("impostor" in difference["theirs"] for difference in found["differences"])


def test_planted_configuration(run, tmp_path):
    """Against a configuration that lacks an identify, its requests differ, one by one."""
    folder = SAMPLES / "office-lo"
    text = (folder / "etc" / "pjsip.conf").read_text()
    changed = text.replace("[trunk-a]\ntype=identify", "[trunk-a](!)\ntype=identify")
    if changed == text:
        changed = re.sub(r"\[trunk-a\](\s+type\s*=\s*identify)", r"[trunk-a](!)\1", text)
    assert changed != text
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "pjsip.conf").write_text(changed)
    (sound,), _ = verified(run, folder, folder / "full.log.gz")

    (found,), status = verified(run, tmp_path, folder / "full.log.gz")

    assert status == 1
    lost = sum("trunk-a by ip" in difference["theirs"] for difference in found["differences"])
    assert lost == found["differing"] > 20
    assert found["compared"] == sound["compared"]


def test_text(run):
    """The text has the counts of agreement by identifier."""
    folder = SAMPLES / "office-lo"

    result = run("verify", str(folder / "etc"), str(folder / "full.log.gz"))

    assert result.exit_code == 0
    assert "146 agree: 60 by ip, 40 not identified, 46 by username" in result.stdout


def test_no_log(run, tmp_path):
    """A file that is no log of Asterisk's ends the command with its name."""
    path = tmp_path / "rows.jsonl"
    path.write_text('{"source": "192.0.2.1", "message": "x"}\n')

    result = run("verify", str(SAMPLES / "office-lo" / "etc"), str(path))

    assert result.exit_code == 2
    assert "rows.jsonl" in result.output.replace("\n", "")
