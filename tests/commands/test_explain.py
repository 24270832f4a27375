"""``sip-identify explain``: the answer, the trace, the exit status, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from identify.configuration import Configuration
from identify.engine import Engine
from identify.request import Request

from .conftest import DEFAULT, DEFAULT_AS_JSON

REFUSED = 2
UNDETERMINED = 3


def test_answer_is_the_first_line(run, config, message):
    """The first line is the answer, and an identified request ends with status 0."""
    result = run("explain", config, "--message", message(), "--source", "192.168.0.1:5060")

    assert result.stdout.split("\n")[0] == "trunk (by ip, section by-address)"
    assert result.exit_code == 0


def test_not_identified(run, config, message):
    """A request of nobody says so on the first line and ends with status 1."""
    result = run("explain", config, "--message", message(), "--source", "10.0.0.1:5060")

    assert result.stdout.split("\n")[0] == "not identified"
    assert result.exit_code == 1


def test_plain_output_is_the_librarys(run, config, message):
    """Without a terminal the output is the explanation's own text, without colours, and the release."""
    path = message(user="alice")
    engine = Engine(Configuration.from_path(config), line_tokens={"provider": "abcdefg"})
    explanation = engine.explain(Request.from_message(Path(path).read_bytes(), "192.168.0.1", 5060))

    result = run("explain", config, "-m", path, "-s", "192.168.0.1:5060", "--line-token", "provider=abcdefg")

    assert result.stdout == f"{explanation}\n{DEFAULT}\n"


def test_colours_where_they_are_forced(run, config, message, monkeypatch):
    """FORCE_COLOR brings the terminal's colours, and they are all that differs."""
    arguments = ("explain", config, "-m", message(), "-s", "192.168.0.1", "--line-token", "provider=abcdefg")
    plain = run(*arguments)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")

    coloured = run(*arguments)

    assert coloured.stdout.startswith("\x1b[32m\x1b[1mtrunk (by ip, section by-address)\x1b[0m\n")
    assert "\x1b[" not in plain.stdout


def test_screening_is_said(run, config, message):
    """A request that Asterisk answers before it identifies is said to be one, on the second line."""
    path = Path(message())
    path.write_text(path.read_text().replace("Contact: <sip:caller@192.168.0.1>\n", ""))

    result = run("explain", config, "-m", str(path), "-s", "192.168.0.1")

    assert "400 missing contact" in result.stdout.split("\n")[1]
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("rules", "status", "first"),
    [
        (
            "[a]\ntype=acl\ndeny=192.168.0.0/16\n",
            1,
            "not identified; identification would find: trunk (by ip",
        ),
        ("[trunk](+)\ndeny=192.168.0.0/16\n", 1, "not identified: trunk (by ip"),
        ("[a]\ntype=acl\ncontact_deny=192.168.0.0/16\n", 1, "not identified; "),
        ("[a]\ntype=acl\ndeny=10.0.0.0/8\n", 0, "trunk (by ip"),
    ],
)
def test_denied_by_an_access_list(run, config, message, rules, status, first):
    """What an access list denies doesn't look like what is served: not by the first line, nor by the exit status."""
    path = Path(config)
    path.write_text(path.read_text() + rules)

    result = run("explain", config, "-m", message(), "-s", "192.168.0.1")

    assert result.stdout.startswith(first)
    assert result.exit_code == status


def test_lost_objects_are_pointed_to(run, config, message):
    """Errors of the configuration are pointed to on standard error, because the answer may be due to them."""
    result = run("explain", config, "-m", message(), "-s", "10.0.0.1")

    assert f"Lost from {config}: the identify 'broken' (1 error), see: sip-identify show" in result.stderr


def test_lost_sections_are_pointed_to(run, message, tmp_path):
    """A section that is lost by a warning is pointed to as well."""
    (tmp_path / "pjsip.conf").write_text("[a]\ntype=identity\nmatch=10.0.0.1\n[b]\ntype=identity\n")

    result = run("explain", str(tmp_path), "-m", message(), "-s", "10.0.0.1")

    assert f"Lost from {tmp_path}: the section 'a', the section 'b' (2 warnings), see:" in result.stderr


@pytest.mark.parametrize("text", ["x" * 20, "INVITE sip:100@192.168.0.2 SIP/2.0\nno header at all\n\n"])
def test_dropped_message(run, config, tmp_path, text):
    """A message that Asterisk drops is not identified, with the reason and where it was found."""
    path = tmp_path / "bad.sip"
    path.write_text(text)

    result = run("explain", config, "-m", str(path), "-s", "192.168.0.1")

    first, second, *_ = result.stdout.split("\n")
    assert first == "not identified"
    assert second.startswith("Asterisk drops this message before it looks at it: ")
    assert "(at byte " in second
    assert result.exit_code == 1


def test_dropped_message_as_json(run, config, tmp_path):
    """The JSON of a dropped message has the reason and the offset instead of steps."""
    path = tmp_path / "bad.sip"
    path.write_bytes(b"\r\n" * 20)

    result = run("explain", config, "-m", str(path), "-s", "192.168.0.1", "--json")

    found = json.loads(result.stdout)
    assert set(found["dropped"]) == {"reason", "offset"}
    assert (found["match"], found["screening"], found["steps"]) == (None, None, [])
    assert result.exit_code == 1


def test_too_large_message_is_not_read_to_its_end(run, config):
    """Endless standard input ends with an answer."""
    with open("/dev/zero", "rb") as endless:
        result = run("explain", config, "-m", "-", "-s", "192.168.0.1", input=endless)

    assert result.exit_code in (1, REFUSED)
    assert result.output


def test_json_is_the_explanations(run, config, message):
    """The JSON is the explanation's own, with the version of its schema and the release."""
    path = message(user="alice")
    engine = Engine(Configuration.from_path(config), line_tokens={"provider": "abcdefg"})
    explanation = engine.explain(Request.from_message(Path(path).read_bytes(), "192.168.0.1", 5060))

    result = run(
        "explain", config, "-m", path, "-s", "192.168.0.1", "--json", "--line-token", "provider=abcdefg"
    )

    beginning = {"schema_version": 1, "command": "explain", "release": DEFAULT_AS_JSON, "dropped": None}
    found = json.loads(result.stdout)
    assert found.pop("configuration")["errors"] == 1
    assert found == {**beginning, **explanation.as_dict()}
    assert result.stdout.isascii()


def test_json_keeps_bytes_that_are_not_utf8(run, tmp_path):
    """Names that aren't UTF-8 come out as lone surrogates, from which their bytes can be made again."""
    path = tmp_path / "pjsip.conf"
    path.write_bytes(b"[caf\xe9]\ntype=endpoint\n")

    result = run("show", "endpoints", str(path), "--json")

    (endpoint,) = json.loads(result.stdout)["endpoints"]
    assert endpoint["id"].encode("utf-8", "surrogateescape") == b"caf\xe9"


def test_standard_input(run, config, message):
    """A dash reads the message from standard input."""
    data = Path(message()).read_bytes()

    result = run("explain", config, "--message", "-", "--source", "192.168.0.1", input=data)

    assert result.stdout.startswith("trunk (by ip")


def test_directory_as_configuration(run, config, message):
    """CONFIG may be the directory, as /etc/asterisk."""
    result = run("explain", str(Path(config).parent), "-m", message(), "-s", "192.168.0.1")

    assert result.exit_code == 0


@pytest.mark.parametrize(
    "source",
    [
        "192.168.0.1",
        "192.168.0.1:1",
        "192.168.0.1:65535",
        "2001:db8::1",
        "[2001:db8::1]",
        "[2001:db8::1]:5061",
    ],
)
def test_sources(run, config, message, source):
    """IPv4 and IPv6 are taken with and without a port."""
    result = run("explain", config, "-m", message(), "-s", source)

    assert result.stdout.startswith("trunk (by ip")


@pytest.mark.parametrize(
    "source",
    [
        "proxy.example",
        "192.168.0.1:",
        "192.168.0.1:0",
        "192.168.0.1:65536",
        "192.168.0.1:sip",
        "192.168.0.1:٥٠٦٠",
        "192.168.0.300",
        "[192.168.0.1",
        "[2001:db8::1]5060",
        "",
    ],
)
def test_bad_sources(run, config, message, source):
    """What is no address with a port is a wrong usage."""
    result = run("explain", config, "-m", message(), "-s", source)

    assert result.exit_code == REFUSED
    assert result.stdout == ""
    assert "--source" in result.stderr


def test_local_address_finds_the_transport(run, config, message):
    """The local address chooses the transport section, and with it the domain that names are tried with."""
    path = message(user="alice")

    other = run("explain", config, "-m", path, "-s", "10.0.0.1", "--local", "192.168.0.2:5060")
    office = run("explain", config, "-m", path, "-s", "10.0.0.1", "--local", "192.168.0.3")

    assert other.stdout.startswith("not identified")
    assert office.stdout.startswith("alice@office.example (by username)")


def test_transport_section_by_name(run, config, message):
    """The transport section can be named."""
    path = message(user="alice")

    result = run("explain", config, "-m", path, "-s", "10.0.0.1", "--transport-section", "office")

    assert result.stdout.startswith("alice@office.example (by username)")


def test_unknown_transport_section(run, config, message):
    """A transport section that isn't there is a mistake of the caller, not an answer."""
    result = run("explain", config, "-m", message(), "-s", "10.0.0.1", "--transport-section", "offise")

    assert result.exit_code == REFUSED
    assert "offise" in result.stderr
    assert "office" in result.stderr


def test_line_token(run, config, message):
    """A token given for a registration identifies what carries it."""
    path = message(to=";line=abcdefg")

    result = run("explain", config, "-m", path, "-s", "10.0.0.1", "--line-token", "provider=abcdefg")

    assert result.stdout.startswith("trunk (by line, section provider)")


def test_line_token_is_secret_otherwise(run, config, message):
    """Without a given token it isn't known: what may be one leaves the answer open, what can't be doesn't."""
    result = run("explain", config, "-m", message(to=";line=abcdefg"), "-s", "10.0.0.1")
    other = run("explain", config, "-m", message(to=";line=ABCDEFG"), "-s", "10.0.0.1")

    assert result.exit_code == UNDETERMINED
    assert result.stdout.startswith("undetermined: ")
    assert other.exit_code == 1


@pytest.mark.parametrize("value", ["provider", "provider=", "=abcdefg", "nobody=abcdefg", "plain=abcdefg"])
def test_bad_line_tokens(run, config, message, value):
    """A token without a registration that has a line is a mistake of the caller."""
    result = run("explain", config, "-m", message(), "-s", "10.0.0.1", "--line-token", value)

    assert result.exit_code == REFUSED
    assert result.stdout == ""


def test_line_token_twice(run, config, message):
    """One registration has one token."""
    twice = ["--line-token", "provider=abcdefg", "--line-token", "provider=hijklmn"]

    result = run("explain", config, "-m", message(), "-s", "10.0.0.1", *twice)

    assert result.exit_code == REFUSED


@pytest.mark.parametrize("missing", ["config", "message"])
def test_unreadable_input(run, config, message, tmp_path, missing):
    """A file that can't be read ends with status 2 and its name on standard error."""
    paths = {"config": config, "message": message(), missing: str(tmp_path / "nothing.here")}

    result = run("explain", paths["config"], "-m", paths["message"], "-s", "10.0.0.1")

    assert result.exit_code == REFUSED
    assert result.stdout == ""
    assert "nothing.here" in result.stderr.replace("\n", "")


def test_directory_as_message(run, config, tmp_path):
    """A directory is no message."""
    result = run("explain", config, "-m", str(tmp_path), "-s", "10.0.0.1")

    assert result.exit_code == REFUSED


@pytest.mark.parametrize(
    "arguments", [["explain"], ["explain", "pjsip.conf"], ["show"], ["nonsense"], ["show", "nonsense"]]
)
def test_wrong_usage(run, arguments):
    """A call that lacks or has too much of something ends with status 2."""
    assert run(*arguments).exit_code == REFUSED
