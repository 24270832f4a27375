"""Situations that users of Asterisk have reported: the cause stands on the screen, where it is looked for first.

``tests/data/reported`` has a folder for each; its configuration has one mistake, or its traffic one difficulty.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPORTED = Path(__file__).parents[1] / "data" / "reported"

EXPLAIN = ("explain", ".", "request.sip", "--source", "198.51.100.7:5060", "--offline")
PROBLEMS = ("show", "problems", ".", "--offline")

#: Folder, arguments, exit status, and what the screen says, each a piece of one line, in this order.
SCREENS = [
    (
        "notices",
        ("simulate", ".", "traffic.log", "--year", "2022"),
        0,
        [
            "4 messages",
            "notices of requests",
            "identified 4",
            "trunk ip trunk 4",
            "no SIP messages of 4 requests",
        ],
    ),
    (
        "notices",
        ("verify", ".", "traffic.log", "--year", "2022"),
        1,
        [
            "4 requests, 4 with a verdict",
            "4 differ",
            "the log says not identified, we say trunk by ip",
            "not reloaded",
        ],
    ),
    (
        "host-name",
        EXPLAIN,
        3,
        [
            "undetermined: trunk by ip, else not identified",
            "the addresses of 'sip.provider.example' in identify 'trunk' (pjsip.conf:14)",
            "--names FILE",
            "identify 'trunk' (pjsip.conf:11) has match item sip.provider.example",
        ],
    ),
    (
        "refused-identify",
        EXPLAIN,
        1,
        [
            "not identified",
            "[lost] ip: identify 'trunk' (pjsip.conf:11) would cover 198.51.100.7 with 198.51.100.7, but Asterisk "
            "refuses it: line 15: match_header 'X-Trunk=main' has no ':'",
            "Lost from .: the identify 'trunk' (1 error)",
        ],
    ),
    (
        "from-literal",
        EXPLAIN,
        1,
        [
            "not identified",
            "[near] header: identify 'trunk' (pjsip.conf:14)",
            "the printed From ends in ';tag=t1', so a literal never equals it; "
            r"as /<sip:291@198\.51\.100\.7>/ it would match",
        ],
    ),
    ("from-literal", PROBLEMS, 0, ["pjsip.conf:14: note: match_header", "a literal never equals it"]),
    (
        "no-slashes",
        EXPLAIN,
        1,
        [
            "not identified",
            "[near] request_uri: identify 'trunk' (pjsip.conf:14)",
            r"isn't an expression, as it has no slashes; as /^sip:\+?12025550199@/ it would match",
        ],
    ),
    ("no-slashes", PROBLEMS, 0, ["pjsip.conf:14: note: match_request_uri", "looks like an expression"]),
    (
        "unknown-type",
        EXPLAIN,
        1,
        [
            "not identified",
            "[lost] ip: section 'trunk' (pjsip.conf:11) would cover 198.51.100.7",
            "type 'identity' is unknown (did you mean 'identify'?)",
            "Lost from .: the section 'trunk' (1 warning), see: sip-identify show problems .",
        ],
    ),
    (
        "line-tokens",
        EXPLAIN,
        3,
        [
            "undetermined: a or b by line, else a by ip",
            "the line token of registration 'a' (pjsip.conf:6)",
            "the line token of registration 'b' (pjsip.conf:24)",
            "--line-token ID=TOKEN",
        ],
    ),
    (
        "no-addresses",
        PROBLEMS,
        1,
        [
            "pjsip.conf:14: error: match item '198.51.100.1-198.51.100.9'",
            "no ranges with a hyphen and takes this for a host name: write networks such as",
            "198.51.100.0/28",
            "pjsip.conf:18: error",
            "quotes are not removed",
            "pjsip.conf:22: error",
            "separated by commas, not blanks",
            "pjsip.conf:26: error",
            "no wildcards",
        ],
    ),
    (
        "other-port",
        ("simulate", ".", "traffic.pcap"),
        0,
        [
            "sent 1",
            "taken for Asterisk's: 198.51.100.7:5060 (guessed by the port",
            "no request counts as received by Asterisk",
            "--local 203.0.113.5:5160",
        ],
    ),
    (
        "other-port",
        ("simulate", ".", "traffic.pcap", "--local", "203.0.113.5:5160"),
        0,
        ["identified 1", "trunk ip trunk 1"],
    ),
    (
        "tunnels",
        ("simulate", ".", "traffic.pcap"),
        0,
        ["4 messages", "identified 1", "retransmission 3", "trunk ip trunk 1", "1 ip-in-ip, 1 gre, 1 vxlan"],
    ),
]


@pytest.mark.parametrize(("folder", "arguments", "status", "said"), SCREENS)
def test_screen(run, monkeypatch, folder, arguments, status, said):
    """The screen says what is right of the reported situation, in the order of importance, and ends with the status."""
    monkeypatch.chdir(REPORTED / folder)

    result = run(*arguments)

    assert result.exit_code == status
    screen = re.sub(r" +", " ", f"{result.stdout}\n{result.stderr}")
    at = 0
    for piece in said:
        found = screen.find(piece, at)
        assert found >= 0, f"{piece!r} isn't said, or too early, in:\n{screen}"
        at = found
