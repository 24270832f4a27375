"""``sip-identify show``: what was loaded, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from identify.configuration import Configuration

from .conftest import DEFAULT_AS_JSON

KINDS = ("identifiers", "identifies", "endpoints", "registrations", "problems")


def as_json(run, kind, config):
    """Return the list that the command prints."""
    found = json.loads(run("show", kind, config, "--json").stdout)
    assert found["schema_version"] == 1
    assert found["command"] == f"show {kind}"
    assert found["release"] == DEFAULT_AS_JSON
    assert set(found) == {"schema_version", "command", "release", "configuration", kind, "unknowns"}
    return found[kind]


def test_identifiers(run, config):
    """The identifiers stand one on a line, in the order in which they are asked."""
    order = ["line", "ip", "username", "anonymous", "header", "request_uri", "auth_username"]

    assert run("show", "identifiers", config).stdout.split() == order
    assert as_json(run, "identifiers", config) == order


def test_identifies_as_asterisk_prints_them(run, config):
    """The identify objects are printed byte for byte as Asterisk prints them."""
    result = run("show", "identifies", config)

    assert result.stdout == Configuration.from_path(config).show_identifies()
    assert " Identify:  by-address/trunk\n      Match: 192.168.0.1/32\n" in result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_what_isnt_known_is_said(run, tmp_path, kind):
    """A list that may not be all there is says so, on standard error and in JSON; Asterisk's listing stays as it is."""
    text = "[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=sip.provider.example\n"
    (tmp_path / "pjsip.conf").write_text(text)
    (tmp_path / "sorcery.conf").write_text("[res_pjsip]\nendpoint=realtime,ps_endpoints\n")

    result = run("show", kind, str(tmp_path), "--offline")
    found = json.loads(run("show", kind, str(tmp_path), "--offline", "--json").stdout)

    assert (
        "Not known: the addresses of 'sip.provider.example' in identify 'i' (pjsip.conf:6)" in result.stderr
    )
    assert "(sorcery.conf:2)" in result.stderr
    assert [unknown["kind"] for unknown in found["unknowns"]] == ["names", "objects"]
    assert "Not known" not in result.stdout


def test_identifies_in_bytes(run, tmp_path):
    """A name that isn't UTF-8 is printed in its own bytes."""
    path = tmp_path / "pjsip.conf"
    path.write_bytes(b"[caf\xe9]\ntype=identify\nendpoint=e\nmatch=192.0.2.1\n")

    assert b" Identify:  caf\xe9/e\n" in run("show", "identifies", str(path)).stdout_bytes


def test_identifies_as_json(run, tmp_path):
    """The JSON has every rule with its place; masks are addresses, because they may have holes."""
    path = tmp_path / "pjsip.conf"
    path.write_text(
        "[i]\ntype=identify\nendpoint=nobody\nmatch=10.0.0.5:5061/255.0.0.255,!2001:db8::/32\n"
        "match_header=X-A: /^b/\nmatch_request_uri=sip:x@y\n"
    )

    (found,) = as_json(run, "identifies", str(path))

    place = {"file": "pjsip.conf", "line": 4, "template": None}
    first = {"address": "10.0.0.5", "mask": "255.0.0.255", "port": 5061, "negated": False, "host": None}
    second = {"address": "2001:db8::", "mask": "ffff:ffff::", "port": None, "negated": True, "host": None}
    assert found["match"] == [
        {"text": "10.0.0.5:5061/255.0.0.255", **first, "origin": place},
        {"text": "!2001:db8::/32", **second, "origin": place},
    ]
    assert found["match_header"] == {
        "name": "X-A",
        "literal": None,
        "regex": "^b",
        "origin": {**place, "line": 5},
    }
    assert found["match_request_uri"] == {"literal": "sip:x@y", "regex": None, "origin": {**place, "line": 6}}
    assert (found["endpoint"], found["endpoint_exists"]) == ("nobody", False)


def test_endpoints(run, config):
    """Each endpoint is listed with what points to it."""
    heading, _alice, trunk, *_ = run("show", "endpoints", config).stdout.split("\n")

    assert heading.split("  ")[0] == "Endpoint"
    assert trunk.split() == ["trunk", "username,ip", "by-address", "provider", "pjsip.conf:12"]
    assert as_json(run, "endpoints", config)[1] == {
        "id": "trunk",
        "identify_by": ["username", "ip"],
        "identifies": ["by-address"],
        "registrations": ["provider"],
        "origin": {"file": "pjsip.conf", "line": 12, "template": None},
    }


def test_registrations(run, config):
    """Each registration is listed with its line."""
    _heading, plain, provider, *_ = run("show", "registrations", config).stdout.split("\n")

    assert plain.split()[:3] == ["plain", "no", "-"]
    assert provider.split()[:3] == ["provider", "yes", "trunk"]
    assert [(entry["id"], entry["endpoint"]) for entry in as_json(run, "registrations", config)] == [
        ("plain", None),
        ("provider", "trunk"),
    ]


def test_problems(run, config):
    """Each problem is one line with its place, its severity, its code and what is lost."""
    (line,) = [line for line in run("show", "problems", config).stdout.split("\n") if "192.168.0.300" in line]
    (found,) = [entry for entry in as_json(run, "problems", config) if entry["severity"] == "error"]

    assert line.startswith("pjsip.conf:26: error: ")
    assert f"({found['code']})" in line
    assert found["lost"]
    assert found["lost"] in line
    assert set(found) == {"code", "severity", "file", "line", "section", "message", "lost"}


def test_problems_cannot_steer_a_terminal(run, tmp_path):
    """Control characters of a configuration reach the terminal as escapes only."""
    path = tmp_path / "pjsip.conf"
    path.write_bytes(b"[a\x1b[2J]\ntype=endpoint\nno\x1b[2Jsuch=1\n[b\x1b[2J]\ntype=endpoint\n")

    shown = "".join(run("show", kind, str(path)).stdout for kind in ("problems", "endpoints"))

    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown


@pytest.mark.parametrize("kind", ["endpoints", "registrations", "identifies", "problems"])
def test_nothing(run, tmp_path, kind):
    """An empty configuration has nothing of a kind, which is no failure."""
    path = tmp_path / "pjsip.conf"
    path.write_text("")

    result = run("show", kind, str(path))

    assert result.stdout.strip() in ("No objects found.", "No problems found.")
    assert result.exit_code == 0
    assert as_json(run, kind, str(path)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_unreadable_configuration(run, tmp_path, kind):
    """A configuration that can't be read ends with status 2."""
    result = run("show", kind, str(tmp_path / "nothing"))

    assert result.exit_code == 2
    assert result.stdout == ""
