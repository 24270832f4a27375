"""``sip-identify bench``: figures of a configuration, as text and as JSON, with made requests and with traffic."""

from __future__ import annotations

import json

import pytest

from identify import traffic
from identify.errors import ConfigError
from identify.traffic import Batch, Reader

QUICK = ("--seconds", "0.001")

INVITE = (
    b"INVITE sip:100@192.168.0.2 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 192.168.0.1:5060;branch=z9hG4bK1\r\n"
    b"Max-Forwards: 70\r\nFrom: <sip:bob@caller.example>;tag=1\r\nTo: <sip:100@192.168.0.2>\r\n"
    b"Call-ID: 1@192.168.0.1\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@192.168.0.1>\r\nContent-Length: 0\r\n\r\n"
)


class Messages(Reader):
    """A reader of given batches."""

    def __init__(self, *batches):
        super().__init__("messages", "given")
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def bench(run, config, *arguments):
    """Return what the command prints as JSON."""
    result = run("bench", config, *QUICK, "--json", *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_each_way_is_measured(run, config):
    """Every way of asking has figures for every identifier that answers one of the requests made."""
    found = bench(run, config)

    ways = {(figure["path"], figure["identifier"]) for figure in found["figures"]}
    answering = {"line", "ip", "username", "none"}
    assert ways == {
        *((path, name) for path in ("message", "request", "messages") for name in answering),
        *((path, name) for path in ("source", "sources") for name in ("ip", "none")),
    }


def test_figures(run, config):
    """A figure has requests, a rate, the time of a scan, and latencies unless it is of a batch call."""
    for figure in bench(run, config)["figures"]:
        assert figure["requests"] > 0
        assert figure["per_second"] > 0
        assert figure["scan"] > 0
        if figure["path"] in ("sources", "messages"):
            assert figure["median"] is None is figure["percentile_99"]
        else:
            assert 0 <= figure["median"] <= figure["percentile_99"]


def test_summary(run, config):
    """The configuration's own numbers stand before the figures."""
    found = bench(run, config)

    numbers = {name: found[name] for name in ("command", "endpoints", "identifies", "address_rules")}
    assert numbers == {"command": "bench", "endpoints": 2, "identifies": 1, "address_rules": 2}
    assert found["compile_seconds"] > 0
    assert found["table_bytes"] > 0


def test_text(run, config):
    """As text, each figure is a line under a heading."""
    lines = run("bench", config, *QUICK).stdout.split("\n")

    assert lines[0].startswith("2 endpoints, 1 identifies with 2 address rules: compiled in ")
    assert lines[3].split("  ")[0] == "Path"
    assert sum(line.startswith("messages ") for line in lines) == 4


def test_traffic(run, config, monkeypatch):
    """With traffic, its received requests are what is measured with; what Asterisk sent or would drop isn't."""
    batch = Batch()
    batch.append(INVITE, frame=1, source="192.168.0.1", port=5060)
    batch.append(INVITE, frame=2, source="192.168.0.2", port=5060, direction=traffic.Direction.SENT)
    batch.append(b"SIP/2.0 200 OK\r\n\r\n", frame=3, source="192.168.0.1", port=5060)
    batch.append(INVITE, frame=4, source="192.168.0.9", port=5060, local="192.168.0.2", local_port=5060)
    monkeypatch.setattr(traffic, "open_traffic", lambda path: Messages(batch), raising=False)

    found = bench(run, config, "--traffic", "some.pcap")

    assert (found["requests"], found["passed_over"]) == (2, 1)
    requests = {
        figure["identifier"]: figure["requests"] for figure in found["figures"] if figure["path"] == "message"
    }
    assert requests == {"ip": 1, "none": 1}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file or directory"), "nothing.pcap: No such file or directory"),
        (ConfigError("of no known format", "nothing.pcap"), "nothing.pcap: of no known format"),
    ],
)
def test_unreadable_traffic(run, config, monkeypatch, error, said):
    """Traffic that can't be read ends the command with the status of unusable input, naming the file once."""

    def fail(path):
        raise error

    monkeypatch.setattr(traffic, "open_traffic", fail, raising=False)

    result = run("bench", config, "--traffic", "nothing.pcap")

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("nothing.pcap") == 1


def test_traffic_without_requests(run, config, monkeypatch):
    """Where there is nothing to measure with, the command says so."""
    monkeypatch.setattr(traffic, "open_traffic", lambda path: Messages(), raising=False)

    result = run("bench", config, "--traffic", "empty.pcap")

    assert result.exit_code == 2
    assert "no request" in result.stderr


@pytest.mark.parametrize("value", ["0", "nan", "61", "x"])
def test_wrong_time(run, config, value):
    """A time that can't be measured for is refused."""
    assert run("bench", config, "--seconds", value).exit_code == 2


def test_unreadable_configuration(run, tmp_path):
    """A configuration that can't be read ends with status 2."""
    assert run("bench", str(tmp_path / "nothing")).exit_code == 2
