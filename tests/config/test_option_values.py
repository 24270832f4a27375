"""Values that refuse an object: every recorded probe, and rules that no single probe shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from loading import load, problem

from identify.config.objects.schema import option_tables

PROBES = json.loads(
    (Path(__file__).parent.parent / "data" / "option-values.json").read_text(encoding="utf-8")
)

#: What an object of the type had besides the probed option.
BESIDES = {
    "endpoint": {},
    "aor": {},
    "auth": {"username": "u", "password": "p"},
    "identify": {"endpoint": "e", "match_request_uri": "sip:x"},
    "registration": {
        "server_uri": "sip:192.0.2.1",
        "client_uri": "sip:me@192.0.2.1",
        "line": "yes",
        "endpoint": "e",
    },
    "domain_alias": {"domain": "d"},
    "acl": {},
    "transport": {"bind": "127.0.0.1:5080"},
    "global": {},
}
ATTRIBUTES = {
    "endpoint": "endpoints",
    "aor": "aors",
    "auth": "auths",
    "identify": "identifies",
    "registration": "registrations",
    "domain_alias": "domain_aliases",
    "acl": "acls",
    "transport": "transports",
}
#: Refused by the machine that was probed: files that it lacked, a module that it hadn't loaded.
MACHINE = {
    (type_name, name)
    for type_name in PROBES
    for name, option in option_tables()[type_name].items()
    if option.kind in ("file", "profile")
}
#: Probes that were refused for what that machine had: an OAuth account that was missing, addresses of others.
EXCEPTIONS = {
    ("auth", "auth_type", "google_oauth"),
    ("transport", "bind", "1"),
    ("transport", "bind", "0"),
    ("transport", "bind", "1.5"),
    ("transport", "bind", "10.0.0.1"),
}


def exists(type_name: str, name: str, value: str) -> bool:
    """Return whether an object with that option is created."""
    lines = {**BESIDES[type_name], name: value}
    text = "[t]\ntype=transport\nbind=127.0.0.1:5060\n[x]\ntype=" + type_name + "\n"
    text += "".join(f"{key}={line}\n" for key, line in lines.items())
    configuration = load(text)
    if type_name == "global":
        return configuration.settings.origin is not None
    return "x" in getattr(configuration, ATTRIBUTES[type_name])


@pytest.mark.parametrize(
    ("type_name", "name"), [(type_name, name) for type_name in PROBES for name in PROBES[type_name]]
)
def test_recorded_probes(type_name: str, name: str) -> None:
    """Each value is accepted or refused as the running Asterisk did."""
    probes = PROBES[type_name][name]
    skip = {probe for kind, option, probe in EXCEPTIONS if (kind, option) == (type_name, name)}

    accepted = [value for value in probes["accepted"] if not exists(type_name, name, value)]
    refused = [value for value in probes["refused"] if value not in skip and exists(type_name, name, value)]

    assert accepted == []
    if (type_name, name) in MACHINE:
        assert all(exists(type_name, name, value) for value in probes["refused"])
    else:
        assert refused == []


@pytest.mark.parametrize(
    ("lines", "accepted"),
    [
        ("allow=!all,ulaw|ALAW , g722:20", True),
        ("allow=ulaw,nosuch", False),
        ("allow=!nosuch,ulaw", False),
        ("allow=ulaw&alaw", False),
        ("disallow=", True),
        ("disallow=all\nallow=opus", True),
        ("timers_min_se=90", True),
        ("timers_min_se=300\ntimers_sess_expires=200", False),
        ("timers_min_se=2000\ntimers_sess_expires=3000", True),
        ("rtp_port_start=10000\nrtp_port_end=20000", True),
        ("rtp_port_start=20000\nrtp_port_end=10000", False),
        ("deny=0.0.0.0/0\npermit=10.0.0.0/8,!10.1.0.0/16", True),
        ("deny=10.0.0.1:5060", False),
        (
            "codec_prefs_incoming_offer=prefer: pending, operation: intersect, keep: all, transcode: allow",
            True,
        ),
        ("codec_prefs_incoming_offer=operation: union", False),
        (
            "codec_prefs_outgoing_offer=prefer: configured, operation: union, keep: first, transcode: prevent",
            True,
        ),
        ("set_var=NAME=value", True),
        ("dtmf_mode=RFC4733", True),
        ("tos_audio=ef", True),
        ("aors=missing\nauth=missing\ntransport=missing\nacl=missing", True),
        ("outbound_proxy=sip:192.168.0.1\\;lr", True),
    ],
)
def test_endpoint_options(lines: str, accepted: bool) -> None:
    """Values that users have, and pairs."""
    assert ("e" in load(f"[e]\ntype=endpoint\n{lines}\n").endpoints) is accepted


def test_files_are_pointed_out_not_refused() -> None:
    """Whether a file exists on the machine can't be known here."""
    found = problem(load("[e]\ntype=endpoint\ndtls_cert_file=/etc/c.pem\n"), "option-unchecked")

    assert (found.severity, found.line) == ("note", 3)


def test_every_default_is_accepted() -> None:
    """A default that its own option refused would be a wrong rule."""
    for type_name in PROBES:
        for option in option_tables()[type_name].values():
            assert not option.default or option.check is None or option.check(option.default) is None
