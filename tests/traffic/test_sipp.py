"""Calls of a real SIPp on loopback, as recorded and as made now: the endpoint that each belongs to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import sipp

from identify.configuration import Configuration
from identify.simulation import Outcome, simulate
from identify.simulation.simulation import Simulation
from identify.traffic import open_traffic

DATA = Path(sipp.SCENARIO).parent


def answers(path):
    """Return (transport, source, port, method, outcome, endpoint, identifier) of the requests of a capture, counted."""
    simulation = Simulation(Configuration.from_path(DATA / "pjsip.conf"))
    with open_traffic(path) as reader:
        rows = [row for rows in simulation.rows(reader) for row in rows]
        assert reader.problems == []
    return Counter(
        (row.transport, row.source, row.port, row.method, row.outcome, row.endpoint, row.identifier)
        for row in rows
        if row.outcome is not Outcome.RESPONSE
    )


def wanted():
    """Return the same as it follows from the configuration, by hand: only INVITEs are outside of dialogs."""
    expected = Counter()
    for run in sipp.RUNS:
        outcome = Outcome.IDENTIFIED if run.endpoint is not None else Outcome.UNIDENTIFIED
        place = (run.transport, run.local, run.port)
        expected[(*place, "INVITE", outcome, run.endpoint, run.identifier)] += sipp.CALLS
        for method in ("ACK", "BYE"):
            expected[(*place, method, Outcome.IN_DIALOG, None, None)] += sipp.CALLS
    return expected


def test_shipped_capture():
    """A recorded capture of calls over UDP and TCP, IPv4 and IPv6, is identified as its configuration says."""
    assert answers(DATA / "calls.pcap.gz") == wanted()


def test_shipped_capture_in_all():
    """The totals of the recorded capture add up, and nothing of it is passed over but what has no SIP."""
    with open_traffic(DATA / "calls.pcap.gz") as reader:
        result = simulate(Configuration.from_path(DATA / "pjsip.conf"), reader)

    calls = sipp.CALLS * len(sipp.RUNS)
    assert result.outcomes[Outcome.IN_DIALOG] == 2 * calls
    assert result.outcomes[Outcome.IDENTIFIED] + result.outcomes[Outcome.UNIDENTIFIED] == calls
    assert result.outcomes[Outcome.RESPONSE] == 3 * calls
    assert set(result.readings[0].counts) <= {"tcp-empty"}


@pytest.mark.slow
@pytest.mark.needs("sipp", "tcpdump", "capture")
def test_calls_made_now(tmp_path):
    """SIPp's calls of this moment, captured, are identified in the same way."""
    path = tmp_path / "calls.pcap"

    sipp.record(path, tmp_path)

    assert answers(path) == wanted()
