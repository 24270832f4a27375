"""The captures of the scenarios: they are what the requests give, and the simulation answers as expected."""

from __future__ import annotations

from pathlib import Path

import example_traffic
import pytest
from click.testing import CliRunner

from identify.commands.main import sip_identify
from identify.configuration import Configuration
from identify.simulation import Outcome
from identify.simulation.simulation import Simulation
from identify.traffic import open_traffic

scenarios = pytest.mark.parametrize("scenario", example_traffic.SCENARIOS)


@scenarios
def test_capture_is_up_to_date(scenario):
    """A scenario's capture has its requests as they are now."""
    folder = example_traffic.EXAMPLES / scenario

    assert (folder / "traffic.pcap").read_bytes() == example_traffic.capture(folder)


@scenarios
def test_simulation_answers_as_expected(scenario):
    """Every request of a capture gets its scenario's answer; line tokens are learned from Asterisk's REGISTERs."""
    folder = example_traffic.EXAMPLES / scenario
    cases = example_traffic.cases_of(folder)
    simulation = Simulation(Configuration.from_path(folder))

    with open_traffic(folder / "traffic.pcap") as reader:
        rows = [row for rows in simulation.rows(reader) for row in rows if row.outcome is not Outcome.SENT]

    assert {row.outcome for row in rows} <= {Outcome.IDENTIFIED, Outcome.UNIDENTIFIED}
    found = [
        None
        if row.endpoint is None
        else {"endpoint": row.endpoint, "identifier": row.identifier, "section": row.section}
        for row in rows
    ]
    assert found == [case["answer"] for case in cases]
    assert simulation.result.line_tokens == example_traffic.tokens_of(cases)


@scenarios
def test_expectations_are_met_and_recorded(scenario, tmp_path, monkeypatch):
    """``--expect`` of a scenario's file finds every request as expected, and ``--record`` writes the same file."""
    monkeypatch.chdir(example_traffic.EXAMPLES)
    paths = [scenario, f"{scenario}/traffic.pcap"]
    expected = f"{scenario}/expected.jsonl"

    checked = CliRunner().invoke(sip_identify, ["simulate", *paths, "--expect", expected])
    CliRunner().invoke(sip_identify, ["simulate", *paths, "--record", str(tmp_path / "recorded.jsonl")])

    written = (tmp_path / "recorded.jsonl").read_text()
    assert (
        written
        == Path(expected).read_text()
        == example_traffic.expectations(example_traffic.EXAMPLES / scenario)
    )
    assert checked.exit_code == 0
    assert f"{written.count(chr(10))} of {written.count(chr(10))} as expected" in checked.output
