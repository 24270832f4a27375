"""HEP in captures: what ``simulate`` believes, and what it says about it."""

from __future__ import annotations

import json

import captures
import pytest

CONFIGURATION = """
[tr]
type=transport
protocol=udp
bind={bind}:5060
[trunk]
type=endpoint
[reg]
type=registration
server_uri=sip:itsp
client_uri=sip:me@itsp
line=yes
endpoint=trunk
transport=tr
"""
ASTERISK, STRANGER, AGENT, COLLECTOR = "10.0.0.1", "203.0.113.66", "10.0.0.1", "198.51.100.9"


def sip(method, uri, to, contact, call):
    """Return a request."""
    return (
        f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {STRANGER};branch=z9hG4bK{call}\r\nFrom: <sip:x@y>;tag=1\r\n"
        f"To: <{to}>\r\nContact: <{contact}>\r\nCall-ID: {call}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
    ).encode()


REGISTER = sip("REGISTER", "sip:itsp", "sip:me@itsp", f"sip:s@{ASTERISK}:5060;line=aaaaaaa", "r")
CALL = captures.datagram(
    sip("INVITE", f"sip:s@{ASTERISK};line=aaaaaaa", f"sip:s@{ASTERISK}", "sip:a@b", "i"),
    STRANGER,
    ASTERISK,
    40000,
)


def carried(source, target, port, inner_port=5060):
    """Return a packet of HEP in which Asterisk sends a REGISTER with a token."""
    packet = captures.hep(REGISTER, ASTERISK, "192.0.2.77", inner_port)
    return captures.datagram(packet, source, target, 40000, port)


@pytest.fixture
def simulated(run, tmp_path):
    """Return a function that simulates packets, the bind being one address, and returns the JSON and what is printed."""

    def simulate(packets, *arguments, bind=ASTERISK):
        config, traffic = tmp_path / "pjsip.conf", tmp_path / "traffic.pcap"
        config.write_text(CONFIGURATION.format(bind=bind))
        traffic.write_bytes(captures.pcap(packets, captures.RAW))
        found = json.loads(run("simulate", str(config), str(traffic), "--json", *arguments).stdout)
        return found, run("simulate", str(config), str(traffic), *arguments)

    return simulate


@pytest.mark.parametrize(
    ("bind", "jobs", "port"),
    [(ASTERISK, (), 9), ("0.0.0.0", (), 9), ("0.0.0.0", (), 5060), (ASTERISK, ("--jobs", "2"), 5060)],
)
def test_forged_token(simulated, bind, jobs, port):
    """A REGISTER in a stranger's HEP teaches no token, before and after the stranger's call; the output says so."""
    forged = carried(STRANGER, ASTERISK, port)
    # A start of processes takes its time.
    for packets in ([forged, CALL], [CALL, forged])[: 1 if jobs else 2]:
        found, printed = simulated(packets, *jobs, bind=bind)

        assert (found["messages"], found["endpoints"], found["line_tokens"]) == (1, [], {})
        reading = found["readings"][0]
        assert reading["counts"]["hep-untrusted"] == 1
        assert (reading["hep_messages"], reading["untrusted_hep"]) == (
            0,
            [] if port == 5060 else [f"{ASTERISK}:{port}"],
        )
        said = (
            "from Asterisk's own SIP sockets"
            if port == 5060
            else f"to {ASTERISK}:9; --hep {ASTERISK}:9 believes"
        )
        assert said in printed.stderr


def test_believed_where_it_is_named(simulated):
    """HEP from a named collector teaches the token, and how many messages depend on it is said; a stranger's doesn't."""
    packets = [carried(AGENT, COLLECTOR, 9060), carried(STRANGER, ASTERISK, 9), CALL]
    for hep in (f"{COLLECTOR}:9060", COLLECTOR, "9060"):
        found, printed = simulated(packets, "--hep", hep)

        assert found["line_tokens"] == {"reg": "aaaaaaa"}
        assert found["endpoints"][0]["identifier"] == "line"
        assert found["readings"][0]["hep_messages"] == 1
        assert "1 messages of" in printed.stderr
        assert "depend on HEP" in printed.stderr
    assert simulated(packets)[0]["line_tokens"] == {}


def test_asterisks_own_socket(simulated):
    """What is sent to a SIP socket of the configuration, or of --local, isn't believed by its port; with any it is."""
    packets = [carried(STRANGER, ASTERISK, 5060), CALL]

    assert simulated(packets, "--hep", "5060")[0]["line_tokens"] == {}
    assert simulated(packets, "--hep", ASTERISK, "--local", ASTERISK)[0]["line_tokens"] == {}
    assert simulated(packets, "--hep", "any")[0]["line_tokens"] == {"reg": "aaaaaaa"}
    assert simulated([packets[0]])[0]["messages"] == 0
    assert simulated([packets[0]], "--local", f"{ASTERISK}:5070")[0]["messages"] == 1


def test_explain_and_against(run, simulated, tmp_path):
    """Traces and comparisons believe what a run believes."""
    packets = [carried(AGENT, COLLECTOR, 9060), CALL]
    simulated(packets)
    config, traffic = str(tmp_path / "pjsip.conf"), str(tmp_path / "traffic.pcap")
    (tmp_path / "after").mkdir()
    (tmp_path / "after" / "pjsip.conf").write_text(
        CONFIGURATION.format(bind=ASTERISK).replace("line=yes\nendpoint=trunk", "")
    )
    for arguments, outcome, changed in (((), "undetermined", 1), (("--hep", "9060"), "identified", 1)):
        traced = json.loads(run("simulate", config, traffic, "--explain", "2", "--json", *arguments).stdout)
        assert traced["messages"][0]["outcome"] == outcome
        compared = json.loads(
            run(
                "simulate", config, traffic, "--against", str(tmp_path / "after"), "--json", *arguments
            ).stdout
        )
        assert compared["changed"] == changed
        assert compared["changes"][0]["before"]["outcome"] == outcome


def test_several_captures(run, simulated, tmp_path):
    """A capture of nothing but HEP is believed alone, but not beside others, where it may be a stranger's packets."""
    assert simulated([carried(STRANGER, ASTERISK, 9)])[0]["line_tokens"] == {"reg": "aaaaaaa"}
    config, forged, calls = (str(tmp_path / name) for name in ("pjsip.conf", "traffic.pcap", "calls.pcap"))
    (tmp_path / "calls.pcap").write_bytes(captures.pcap([CALL], captures.RAW))
    for arguments, tokens in ((), {}), (("--hep", f"{ASTERISK}:9"), {"reg": "aaaaaaa"}):
        result = run("simulate", config, forged, calls, "--json", *arguments)
        assert json.loads(result.stdout)["line_tokens"] == tokens


def test_said_by_every_command(run, simulated, tmp_path):
    """Every command that reads captures says once what depends on HEP and what of it isn't believed; --json doesn't."""
    simulated([carried(AGENT, COLLECTOR, 9060), CALL])
    config, traffic = str(tmp_path / "pjsip.conf"), str(tmp_path / "traffic.pcap")
    commands = [
        ("simulate", config, traffic),
        ("simulate", config, traffic, "--against", config),
        ("simulate", config, traffic, "--explain", "2"),
        ("upgrade", config, traffic, "--from", "20.0.0", "--to", "20.1.0"),
    ]
    for command in commands:
        printed = run(*command).stderr
        assert printed.count(f"sent to {COLLECTOR}:9060; --hep {COLLECTOR}:9060 believes") == 1
        assert "depend on HEP" not in printed
        assert run(*command, "--hep", "9060").stderr.count("traffic.pcap depend on HEP") == 1
    assert "HEP" not in run(*commands[0], "--json").stderr


@pytest.mark.parametrize("hep", ["9x", "192.0.2.300", "0", "auto,any"])
def test_wrong_collector(run, tmp_path, hep):
    """What is no collector is named before anything is read."""
    result = run("simulate", str(tmp_path), "missing.pcap", "--hep", hep)

    assert result.exit_code == 2
    assert f"'{hep}' is not an address or port of a collector" in " ".join(
        result.output.replace("│", " ").split()
    )
