"""Logs that have only notices of requests: what ``simulate`` and ``verify`` say of them."""

from __future__ import annotations

import json

import pytest

CONFIG = "[trunk]\ntype=endpoint\n[trunk]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.7\n"
LOG = "".join(
    f"[Jul  9 10:06:5{number}] NOTICE[3378]: res_pjsip/pjsip_distributor.c:676 log_failed_request: Request 'INVITE' "
    f"from '<sip:100{number}@sip.example>' failed for '{source}:5060' (callid: c{number}@x) - "
    "No matching endpoint found\n"
    for number, source in enumerate(["198.51.100.7", "203.0.113.9"])
) + (
    "[Jul  9 10:06:55] WARNING[3378] pjproject: <?>: \tsip_transport.c Dropping 159 bytes packet from UDP "
    "192.0.2.9:5099 : PJSIP syntax error exception when parsing 'From' header on line 3 col 7\n"
)


@pytest.fixture
def paths(tmp_path):
    """Give a configuration and a log."""
    (tmp_path / "pjsip.conf").write_text(CONFIG)
    (tmp_path / "log").write_text(LOG)
    return str(tmp_path / "pjsip.conf"), str(tmp_path / "log")


def test_simulate(run, paths):
    """The requests of notices are answered, said to be notices, and the packets that were dropped are listed."""
    result = run("simulate", *paths)
    found = json.loads(run("simulate", *paths, "--json").stdout)

    assert result.exit_code == 0
    assert "all of them are notices of requests that failed when they were logged" in result.stdout
    assert "192.0.2.9" in result.stdout
    assert "pjsip set logger on" in result.stderr
    assert (found["messages"], found["notices"]) == (2, 2)
    assert found["outcomes"] == {"identified": 1, "unidentified": 1}
    assert [(each["source"], each["packets"]) for each in found["dropped_packets"]] == [("192.0.2.9", 1)]


@pytest.mark.parametrize("arguments", [["--explain", "1"], ["-o", "-"]])
def test_what_is_not_told(run, paths, arguments):
    """An explanation says what a notice doesn't tell; in rows it is null."""
    text = run("simulate", *paths, *arguments).stdout

    if arguments[0] == "--explain":
        assert "not told are To, the request URI" in text
        assert "trunk (by ip, section trunk)" in text
    else:
        rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        assert [(row["transport"], row["local"], row["endpoint"]) for row in rows] == [
            (None, None, "trunk"),
            (None, None, None),
        ]


def test_verify(run, paths):
    """A notice is a verdict; where it differs, the configuration is another one than Asterisk had."""
    result = run("verify", *paths)
    (found,) = json.loads(run("verify", *paths, "--json").stdout)["logs"]

    assert result.exit_code == 1
    assert "it was changed since, or not reloaded" in result.stdout
    assert (found["requests"], found["notices"], found["agreed"], found["differing"]) == (
        2,
        2,
        {"none": 1},
        1,
    )
    assert found["differences"][0]["notice"] is True


def test_processes(run, paths):
    """Several processes find the same."""
    one, two = (json.loads(run("simulate", *paths, "--json", *jobs).stdout) for jobs in ([], ["-j", "2"]))

    assert one == two
