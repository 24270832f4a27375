"""``sip-identify resolve``: names and what they give, lock files, what has changed, and which requests that changes."""

import json

import captures
import pytest
from nameserver import NameServer, resolver_configuration

import identify.config.hostnames
from identify.config.hostnames import LockFile, SystemResolver

from .conftest import DEFAULT

CONFIGURATION = """\
[provider]
type = endpoint

[other]
type = endpoint

[provider]
type = identify
endpoint = provider
match = sip.provider.example, backup.provider.example:5070

[other]
type = identify
endpoint = other
match = sip.provider.example
match = 198.51.100.64/26
"""

CALL = (
    "INVITE sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {0}:5060;branch=z9hG4bK{1}\r\nFrom: <sip:x@a.example>;tag=1\r\n"
    "To: <sip:100@192.0.2.1>\r\nCall-ID: {1}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@{0}>\r\nContent-Length: 0\r\n\r\n"
)


@pytest.fixture
def zone():
    """The zone of a provider, for tests to change."""
    return {
        "_sip._udp.sip.provider.example": {"SRV": [[1, 1, 5060, "edge.provider.example"]]},
        "edge.provider.example": {"A": ["198.51.100.7"], "AAAA": ["2001:db8::7"]},
        "backup.provider.example": {"A": ["198.51.100.8"]},
    }


@pytest.fixture
def resolve(run, zone, tmp_path, monkeypatch):
    """Run the command on a configuration with a name server that has the zone."""
    (tmp_path / "pjsip.conf").write_text(CONFIGURATION)
    files = resolver_configuration(tmp_path, options="attempts:1")
    with NameServer(zone) as server:

        class Asking(SystemResolver):
            def __init__(self, **arguments):
                super().__init__(**arguments, port=server.port, timeout=0.25)

        monkeypatch.setattr(identify.config.hostnames, "SystemResolver", Asking, raising=False)
        options = ["--resolv-conf", files["resolv_conf"], "--hosts", files["hosts"]]
        yield lambda *arguments: run("resolve", str(tmp_path / "pjsip.conf"), *options, *map(str, arguments))


def test_text(resolve):
    """Each name with its places, what was asked, and what it gives."""
    result = resolve()

    assert result.exit_code == 0
    assert result.stdout == (
        "sip.provider.example\n"
        "  pjsip.conf:10: identify provider, endpoint provider\n"
        "  pjsip.conf:15: identify other, endpoint other\n"
        "  SRV _sip._udp.sip.provider.example: edge.provider.example (TTL 300)\n"
        "  addresses of edge.provider.example: 198.51.100.7, 2001:db8::7 (TTL 300)\n"
        "  SRV _sip._tcp.sip.provider.example: none\n"
        "  SRV _sips._tcp.sip.provider.example: none\n"
        "  gives 198.51.100.7, 2001:db8::7\n"
        "\n"
        "backup.provider.example:5070\n"
        "  pjsip.conf:10: identify provider, endpoint provider\n"
        "  addresses of backup.provider.example: 198.51.100.8 (TTL 300)\n"
        "  gives 198.51.100.8\n"
        f"{DEFAULT}\n"
    )


def test_failures(resolve, zone):
    """A name that is refused and one that nobody answers for are told apart; with --here both are refused."""
    del zone["backup.provider.example"]
    zone["edge.provider.example"] = {"rcode": "SERVFAIL"}

    shown = resolve().stdout
    assert (
        "  refuses the identify: 'backup.provider.example:5070' (host 'backup.provider.example'): Name or"
        in shown
    )
    assert "  not known: no answer here: 127.0.0.1 answered SERVFAIL for A edge.provider.example\n" in shown
    shown = resolve("--here").stdout
    assert "(host 'edge.provider.example'): Temporary failure in name resolution\n" in shown
    assert "\n  not known" not in shown


def test_json(resolve):
    """The same as JSON, with every query that was sent."""
    found = json.loads(resolve("--json").stdout)

    assert (found["command"], found["drift"], found["traffic"]) == ("resolve", None, None)
    names = {name["name"]: name for name in found["names"]}
    name = names["sip.provider.example"]
    assert name["addresses"] == ["198.51.100.7", "2001:db8::7"]
    assert (name["failure"], name["known"], name["srv_lookups"]) == (None, True, True)
    assert [use["identify"] for use in name["uses"]] == ["provider", "other"]
    assert name["uses"][1]["origin"] == {"file": "pjsip.conf", "line": 15, "template": None}
    assert [lookup["type"] for lookup in name["lookups"]] == ["SRV", "addresses", "SRV", "SRV"]
    queries = name["lookups"][1]["queries"]
    assert [(query["type"], query["outcome"], query["ttl"]) for query in queries] == [
        ("A", "answered", 300),
        ("AAAA", "answered", 300),
    ]


def test_lock_and_check(resolve, tmp_path):
    """What was locked a moment ago hasn't changed."""
    assert resolve("--lock", tmp_path / "lock").exit_code == 0
    assert set(LockFile.read(tmp_path / "lock").addresses) == {
        "edge.provider.example",
        "backup.provider.example",
    }
    result = resolve("--check", tmp_path / "lock")

    assert (result.exit_code, result.stdout) == (
        0,
        f"all 2 names have the same addresses as in {tmp_path / 'lock'}\n{DEFAULT}\n",
    )


def test_drift(resolve, zone, tmp_path):
    """Added and removed addresses, and a name that fails now; the status says that something has changed."""
    resolve("--lock", tmp_path / "lock")
    zone["edge.provider.example"] = {"A": ["198.51.100.9"], "AAAA": ["2001:db8::7"]}
    del zone["backup.provider.example"]
    result = resolve("--check", tmp_path / "lock")

    assert result.exit_code == 1
    assert "sip.provider.example: changed\n" in result.stdout
    assert "  + 198.51.100.9\n  - 198.51.100.7\n" in result.stdout
    assert "2001:db8::7" not in result.stdout
    assert "backup.provider.example:5070: has no address now\n" in result.stdout
    found = json.loads(resolve("--check", tmp_path / "lock", "--json").stdout)
    drift = {one["name"]: one for one in found["drift"]}
    assert drift["sip.provider.example"]["status"] == "changed"
    assert drift["sip.provider.example"]["added"] == ["198.51.100.9"]
    assert drift["backup.provider.example:5070"]["status"] == "fails"


def test_no_answer_is_no_drift(resolve, zone, tmp_path):
    """If all that differs is that nobody answers, the status says that it isn't known."""
    resolve("--lock", tmp_path / "lock")
    zone["backup.provider.example"] = {"rcode": "SERVFAIL"}
    result = resolve("--check", tmp_path / "lock")

    assert result.exit_code == 3
    assert "backup.provider.example:5070: no answer now\n" in result.stdout
    assert "  - " not in result.stdout


def test_names_that_are_new(resolve, tmp_path):
    """A name that the lock file doesn't have is drift."""
    (tmp_path / "hosts.txt").write_text("198.51.100.8 backup.provider.example\n")
    result = resolve("--check", tmp_path / "hosts.txt")

    assert result.exit_code == 1
    assert "sip.provider.example: not known before\n" in result.stdout


def test_traffic(resolve, zone, tmp_path):
    """With traffic, it says which requests get another endpoint by what has changed."""
    resolve("--lock", tmp_path / "lock")
    zone["edge.provider.example"] = {"A": ["198.51.100.9"]}
    calls = [CALL.format(f"198.51.100.{host}", host).encode() for host in (7, 9, 70)]
    frames = [
        captures.framed(captures.datagram(call, f"198.51.100.{host}", "192.0.2.1"), captures.ETHERNET)
        for host, call in zip((7, 9, 70), calls, strict=True)
    ]
    (tmp_path / "calls.pcap").write_bytes(captures.pcap(frames))
    result = resolve("--check", tmp_path / "lock", tmp_path / "calls.pcap")

    assert result.exit_code == 1
    assert "2 change with the addresses of today" in result.stdout
    found = json.loads(resolve("--check", tmp_path / "lock", tmp_path / "calls.pcap", "--json").stdout)
    assert (found["traffic"]["messages"], found["traffic"]["changed"]) == (3, 2)


def test_nothing_to_resolve(run, tmp_path):
    """A configuration without names says so, and a lock file of it is an empty one."""
    (tmp_path / "pjsip.conf").write_text("[a]\ntype = identify\nendpoint = a\nmatch = 192.0.2.1\n")
    result = run("resolve", str(tmp_path), "--lock", str(tmp_path / "lock"))

    assert (result.exit_code, result.stdout) == (
        0,
        f"the configuration has no host names to resolve\n{DEFAULT}\n",
    )
    assert LockFile.read(tmp_path / "lock").addresses == {}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--lock", "a", "--names", "b"), "--lock writes new answers"),
        (("traffic.pcap",), "TRAFFIC needs --check"),
        (("--check", "missing"), "missing: No such file"),
        (("--names", "missing"), "missing: No such file"),
    ],
)
def test_wrong_usage(resolve, arguments, says):
    """What can't be done ends with status 2 and the reason."""
    result = resolve(*arguments)

    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize("options", [["--offline"], ["--names", "hosts"]])
def test_lock_needs_answers(resolve, tmp_path, options):
    """A lock file is written from answers of today, so asking nobody is wrong usage."""
    options = [str(tmp_path / word) if word == "hosts" else word for word in options]

    result = resolve("--lock", tmp_path / "lock", *options)

    assert result.exit_code == 2
    assert f"and {options[0]} asks for none" in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "lock").exists()


def test_offline(resolve):
    """Offline the names are listed with their places, and none is known."""
    result = resolve("--offline")

    assert result.exit_code == 0
    assert "pjsip.conf:15: identify other, endpoint other" in result.stdout
    assert result.stdout.count("  not known: ") == 2
    assert "gives" not in result.stdout


def test_names_of_wizards_and_transports(resolve, zone, tmp_path):
    """A wizard's hosts are in the file of wizards; the name that a transport binds to belongs to no identify."""
    (tmp_path / "pjsip.conf").write_text("[t]\ntype = transport\nbind = pbx.example:5060\n")
    (tmp_path / "pjsip_wizard.conf").write_text(
        "[w]\ntype = wizard\nremote_hosts = backup.provider.example\nidentify/srv_lookups = no\n"
    )
    zone["pbx.example"] = {"A": ["192.0.2.5"]}

    assert resolve().stdout == (
        "backup.provider.example\n"
        "  pjsip_wizard.conf:3: identify w-identify, endpoint w\n"
        "  addresses of backup.provider.example: 198.51.100.8 (TTL 300)\n"
        "  gives 198.51.100.8\n"
        "\n"
        "pbx.example\n"
        "  bind of a transport\n"
        "  addresses of pbx.example: 192.0.2.5 (TTL 300)\n"
        "  gives 192.0.2.5\n"
        f"{DEFAULT}\n"
    )
