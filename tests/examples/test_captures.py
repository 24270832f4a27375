"""The captures of the scenarios: they are what the requests give, and the simulation answers as expected."""

from __future__ import annotations

import json

import example_traffic
import pytest

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
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["requests"]
    simulation = Simulation(Configuration.from_path(folder))

    with open_traffic(folder / "traffic.pcap") as reader:
        rows = [row for rows in simulation.rows(reader) for row in rows if row.outcome is not Outcome.SENT]

    found = [
        None
        if row.endpoint is None
        else {"endpoint": row.endpoint, "identifier": row.identifier, "section": row.section}
        for row in rows
    ]
    assert found == [case["answer"] for case in cases]
    assert simulation.result.line_tokens == example_traffic.tokens_of(cases)
