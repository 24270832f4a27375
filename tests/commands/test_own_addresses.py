"""Which addresses were taken for Asterisk's, and what came in tunnels, as the command says it."""

from __future__ import annotations

import json

import captures
import pytest

CONFIGURATION = """
[transport-udp]
type=transport
protocol=udp
bind=0.0.0.0:5060
[trunk]
type=endpoint
[trunk]
type=identify
endpoint=trunk
match=198.51.100.7
"""
PROVIDER, ASTERISK = "198.51.100.7", "203.0.113.5"
#: A request to another port than that of the bind, from a source that has it.
FORWARDED = captures.datagram(captures.sip(), PROVIDER, ASTERISK, 5060, 5160)
GUESS = "taken for Asterisk's: 198.51.100.7:5060 (guessed by the port of bind=0.0.0.0:5060 of transport-udp alone)"


@pytest.fixture
def files(tmp_path):
    """Return a function that writes a configuration and a capture of packets, and returns their paths."""

    def write(*packets):
        config, traffic = tmp_path / "pjsip.conf", tmp_path / "traffic.pcap"
        config.write_text(CONFIGURATION)
        traffic.write_bytes(captures.pcap(packets, captures.RAW))
        return str(config), str(traffic)

    return write


@pytest.mark.parametrize("jobs", [[], ["-j", "2"]])
def test_guess(run, files, jobs):
    """A guess is named below the outcomes, and if no request counts as received, with an address to copy for --local."""
    paths = files(FORWARDED)
    printed = run("simulate", *paths, *jobs)

    assert f"\nsent     1         100.0 %\n{GUESS}; --local names others\n" in printed.stdout
    assert printed.stderr == (
        f"no request counts as received by Asterisk, 1 sent by it; {GUESS}; "
        "if 203.0.113.5:5160 is Asterisk's, say --local 203.0.113.5:5160\n"
    )
    told = run("simulate", *paths, *jobs, "--local", "203.0.113.5:5160")
    assert "identified  1" in told.stdout
    assert "taken for" not in told.stdout + told.stderr


def test_guess_in_json(run, files):
    """The JSON has the addresses and the likeliest other one."""
    found = json.loads(run("simulate", *files(FORWARDED), "--json").stdout)

    assert found["sockets"] == {
        "basis": "guess",
        "binds": [{"transport": "transport-udp", "bind": "0.0.0.0:5060"}],
        "addresses": ["198.51.100.7:5060"],
        "likeliest": "203.0.113.5:5160",
    }


def test_guess_of_a_comparison(run, files):
    """A comparison in which nothing was received says so: that nothing changes means little then."""
    config, traffic = files(FORWARDED)
    for jobs in ([], ["-j", "2"]):
        assert (
            "say --local 203.0.113.5:5160\n"
            in run("simulate", config, traffic, "--against", config, *jobs).stderr
        )
    found = json.loads(run("simulate", config, traffic, "--against", config, "--json").stdout)
    assert found["sockets"]["likeliest"] == "203.0.113.5:5160"


def test_guess_of_a_trace(run, files):
    """The trace of a message that counts as sent says what that depends on."""
    assert (
        f": sent\n{GUESS}; --local names others\n"
        in run("simulate", *files(FORWARDED), "--explain", "1").stdout
    )


def test_tunnels(run, files):
    """Messages in tunnels are counted on standard error and in JSON."""
    inside = [captures.ipv4(captures.datagram(captures.sip(n), PROVIDER, ASTERISK), 4) for n in range(2)]
    paths = files(*inside)

    assert "2 messages of " in run("simulate", *paths).stderr
    assert "came in tunnels, with the addresses inside: 2 ip-in-ip\n" in run("simulate", *paths).stderr
    found = json.loads(run("simulate", *paths, "--json").stdout)
    assert (found["outcomes"]["identified"], found["readings"][0]["tunnels"]) == (2, {"ip-in-ip": 2})
