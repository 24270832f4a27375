"""The command ``upgrade``: exit statuses, what it prints, its JSON, and traffic."""

from __future__ import annotations

import json
from pathlib import Path

import captures
import pytest
from click.testing import CliRunner, Result

from identify.commands.main import sip_identify

EXAMPLE = Path(__file__).parents[2] / "examples" / "upgrade"
RELEASES = ["--from", "20.15.2", "--to", "22.6.0"]
PLAIN = "[a]\ntype = endpoint\n[i]\ntype = identify\nendpoint = a\nmatch = 192.0.2.1\n"


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(sip_identify, ["upgrade", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def config(tmp_path):
    """Write a pjsip.conf."""

    def write(text: str) -> Path:
        (tmp_path / "pjsip.conf").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_something_changes():
    """Status 1; the first line is the verdict, then the finding with places, witness and advice."""
    result = run(EXAMPLE, *RELEASES)

    assert result.exit_code == 1
    lines = result.output.split("\n")
    assert lines[0] == "1 thing changes from 20.15.2 to 22.6.0"
    assert lines[2] == "Requests that get another endpoint"
    assert "(pjsip.conf:32, pjsip.conf:27)" in lines[3]
    assert lines[4] == (
        "  source 198.51.100.70:5060: was endpoint shop (identify 'shop'), becomes endpoint itsp (identify 'itsp')"
    )
    assert lines[6].startswith("  to do: ")


def test_nothing_changes(config):
    """Status 0 and one line."""
    result = run(config(PLAIN), *RELEASES)

    assert result.exit_code == 0
    assert result.output == "nothing changes from 20.15.2 to 22.6.0\n"


def test_configuration_that_is_lost_as_a_whole(config):
    """Where nothing changes because neither release loads anything, the errors are pointed at, for the later release."""
    result = run(config(PLAIN + "#include missing.conf\n"), "--from", "20.15.2", "--to", "22.6.0")

    assert result.exit_code == 0
    assert "the whole file pjsip.conf (1 error), see: sip-identify show problems" in result.stderr
    assert result.stderr.endswith(" --release 22.6.0\n")


def test_downgrade(config):
    """A downgrade may refuse what the newer release took."""
    result = run(
        config(PLAIN + "[d]\ntype = endpoint\nfollow_redirect_methods = message\n"),
        "--from",
        "23",
        "--to",
        "18.10",
    )

    assert result.exit_code == 1
    assert "18.10 refuses endpoint 'd'" in result.output
    assert "Whatever the configuration is" in result.output


def test_undecided(config):
    """Status 3 where nothing was found and something couldn't be decided; the output says what."""
    objects = (
        ("trunk-b", "192.0.2.0/24"),
        ("trunk-a", "sip.provider.example"),
        ("trunk-c", "203.0.113.0/24"),
    )
    text = "".join(f"[{id}]\ntype = identify\nendpoint = a\nmatch = {match}\n" for id, match in objects)
    result = run(config("[a]\ntype = endpoint\n" + text), *RELEASES, "--offline")

    assert result.exit_code == 3
    assert "undecided" in result.output.split("\n")[0]
    assert "\nUndecided\n" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--from", "20"],
        ["--from", "20.15.2", "--to", "nonsense"],
        ["--from", "13.18.3", "--to", "23"],
        [*RELEASES, "--line-token", "nobody=abc"],
        [*RELEASES, "missing.pcap"],
        [*RELEASES, "same.pcap", "same.pcap"],
    ],
)
def test_wrong_usage(config, arguments):
    """Status 2 for missing or unknown releases, unknown registrations, and traffic that can't be read."""
    assert run(config(PLAIN), *arguments).exit_code == 2


def test_missing_configuration(tmp_path):
    """Status 2 for a configuration that doesn't exist."""
    assert run(tmp_path / "none.conf", *RELEASES).exit_code == 2


def test_json():
    """The JSON has the verdict, the findings, what is undecided, the notes, and null without traffic."""
    result = run(EXAMPLE, *RELEASES, "--json")

    content = json.loads(result.output)
    assert result.exit_code == 1
    assert content["command"] == "upgrade"
    assert content["changed"] is True
    assert [finding["kind"] for finding in content["findings"]] == ["winner"]
    assert content["undecided"] == []
    assert content["traffic"] is None


def test_traffic():
    """With traffic the requests that change are counted, with both traces."""
    result = run(EXAMPLE, EXAMPLE / "traffic.pcap", *RELEASES)

    assert result.exit_code == 1
    assert "\nTraffic\n3 messages\n1 change with 22.6.0\n" in result.output

    content = json.loads(run(EXAMPLE, EXAMPLE / "traffic.pcap", *RELEASES, "--json").output)
    assert content["traffic"]["changed"] == 1
    assert content["traffic"]["changes"][0]["trace_before"].startswith("shop (by ip, section shop)")
    assert content["traffic"]["changes"][0]["trace_after"].startswith("itsp (by ip, section itsp)")


def test_traffic_that_alone_changes(config, tmp_path):
    """A request with a tel: URI is answered 416 by the older release: its traffic shows it, the configuration doesn't."""
    message = (
        b"OPTIONS sip:192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nFrom: <tel:+123>;tag=1\r\n"
        b"To: <sip:192.0.2.2>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
    frames = [captures.framed(captures.datagram(message, "192.0.2.1", "192.0.2.2"), captures.ETHERNET)]
    (tmp_path / "tel.pcap").write_bytes(captures.pcap(frames))

    result = run(config(PLAIN), tmp_path / "tel.pcap", "--from", "18.10.0", "--to", "22.6.0")

    assert result.output.startswith("nothing of this configuration changes from 18.10.0 to 22.6.0, but")
    assert "1 change with 22.6.0" in result.output
    assert result.exit_code == 1


def test_token_of_a_registration_that_is_accepted_anew(config):
    """A token may be of a registration that only the newer release loads."""
    text = (
        "[udp]\ntype = transport\nprotocol = udp\nbind = 192.0.2.2\n[r]\ntype = registration\nline = yes\nendpoint = a\n"
        "server_uri = sip:p.example\nclient_uri = sip:me@p.example\nuser_agent = x\n"
    )
    arguments = ["--from", "18.10.0", "--to", "23", "--line-token", "r=abcdefg"]
    result = run(config(PLAIN + text), *arguments)

    assert result.exit_code == 1
    assert "registration 'r'" in result.output


def test_many_findings(config):
    """Of many findings of a kind a screen is printed, and how many more there are."""
    text = PLAIN + "".join(
        f"[e{number}]\ntype = endpoint\nfollow_redirect_methods = message\n" for number in range(25)
    )
    result = run(config(text), "--from", "18.10.0", "--to", "23")

    assert result.output.count("\n- 18.10.0 refused endpoint") == 20
    assert "\n... and 5 more\n" in result.output


def test_text_is_escaped(config):
    """Nothing in a configuration steers a terminal."""
    result = run(
        config(PLAIN + "[\x1b[2J]\ntype = endpoint\nfollow_redirect_methods = message\n"),
        "--from",
        "18.10",
        "--to",
        "23",
    )

    assert "\x1b" not in result.output
