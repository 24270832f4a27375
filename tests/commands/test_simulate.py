"""``sip-identify simulate``: the tables, rows, comparisons, expectations and traces of small captures."""

from __future__ import annotations

import csv
import json

import captures
import pyarrow.parquet
import pytest

CALL = (
    "{method} sip:100@192.168.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{number}\r\n"
    "From: <sip:{user}@office.example>;tag={number}\r\nTo: <sip:100@192.168.0.2>\r\n"
    "Call-ID: {number}@{source}\r\nCSeq: 1 {method}\r\nContact: <sip:{user}@{source}>\r\nContent-Length: 0\r\n\r\n"
)

#: (source, From user, method): by ip, by ip, by username, and twice by nothing.
REQUESTS = [
    ("192.168.0.1", "bob", "INVITE"),
    ("192.168.0.1", "bob", "OPTIONS"),
    ("203.0.113.7", "alice", "REGISTER"),
    ("198.51.100.9", "mallory", "REGISTER"),
    ("198.51.100.9", "=1+1", "INVITE"),
]

CHANGED = """\
[udp]
type = transport
protocol = udp
bind = 192.168.0.2:5060

[office]
type = transport
protocol = udp
bind = 192.168.0.3:5060
domain = office.example

[trunk]
type = endpoint

[newcomer]
type = endpoint

[by-address]
type = identify
endpoint = trunk
match = 192.168.0.1

[new-address]
type = identify
endpoint = newcomer
match = 198.51.100.0/24

[alice@office.example]
type = endpoint
"""


def frames(requests, first=0):
    """Return a packet for each request; ``first`` makes their numbers others than those of another capture."""
    return [
        captures.framed(
            captures.datagram(
                CALL.format(source=source, user=user, method=method, number=number).encode(),
                source,
                "192.168.0.3" if user == "alice" else "192.168.0.2",
            ),
            captures.ETHERNET,
        )
        for number, (source, user, method) in enumerate(requests, first)
    ]


@pytest.fixture
def traffic(tmp_path):
    """Give the path of a capture of the requests above and a response."""
    response = captures.datagram(
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.168.0.1:5060;branch=z9hG4bK1\r\nFrom: <sip:bob@office.example>;tag=1\r\n"
        b"To: <sip:100@192.168.0.2>;tag=2\r\nCall-ID: 1@192.168.0.1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
        "192.168.0.2",
        "192.168.0.1",
    )
    path = tmp_path / "traffic.pcap"
    path.write_bytes(captures.pcap([*frames(REQUESTS), captures.framed(response, captures.ETHERNET)]))
    return str(path)


@pytest.fixture
def other(tmp_path):
    """Give the path of a configuration that identifies one more source."""
    path = tmp_path / "other.conf"
    path.write_text(CHANGED)
    return str(path)


def summary(run, *arguments):
    """Return the JSON of a run."""
    found = json.loads(run("simulate", *arguments, "--json").stdout)
    assert found["command"] == "simulate"
    return found


def rows_of(run, config, traffic, *arguments):
    """Return the rows that are printed."""
    result = run("simulate", config, traffic, "-o", "-", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_summary_as_json(run, config, traffic):
    """Outcomes, endpoints with their shares, strangers and unused rules are in the JSON."""
    found = summary(run, config, traffic)

    assert found["messages"] == 6
    assert found["outcomes"] == {"identified": 3, "unidentified": 2, "response": 1}
    endpoints = {one["endpoint"]: one for one in found["endpoints"]}
    assert endpoints["trunk"]["requests"] == 2
    assert endpoints["trunk"]["share"] == pytest.approx(2 / 5)
    assert endpoints["trunk"]["section"] == "by-address"
    assert endpoints["alice@office.example"]["identifier"] == "username"
    assert [(one["source"], one["unidentified"], one["events"]) for one in found["strangers"]] == [
        ("198.51.100.9", 2, 2)
    ]
    assert [one["section"] for one in found["unused_rules"]] == ["provider"]
    assert found["readings"][0]["format"] == "pcap"


def test_summary_as_tables(run, config, traffic):
    """The tables name outcomes, endpoints with their share, strangers with the nearest miss, unused rules."""
    result = run("simulate", config, traffic)

    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["identified", "3", "50.0", "%"] in lines
    assert ["trunk", "ip", "by-address", "2", "40.0", "%", "1"] in lines
    (stranger,) = [line for line in result.stdout.splitlines() if line.startswith("198.51.100.9")]
    assert "From user 'mallory' has no endpoint" in stranger
    assert ["provider", "line", "trunk"] in lines


def test_rows(run, config, traffic):
    """A row a received request comes in order, with the answer; a response has none."""
    rows = rows_of(run, config, traffic)

    assert [row["frame"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0] == {
        "frame": 1,
        "time": "2023-11-14T22:13:20.000000Z",
        "source": "192.168.0.1",
        "port": 5060,
        "transport": "udp",
        "local": "192.168.0.2:5060",
        "method": "INVITE",
        "outcome": "identified",
        "endpoint": "trunk",
        "identifier": "ip",
        "section": "by-address",
        "traffic": traffic,
    }
    assert rows[4]["outcome"] == "unidentified"
    assert rows[4]["endpoint"] is None


@pytest.mark.parametrize(
    ("arguments", "frames"),
    [
        (("--only", "unidentified"), [4, 5]),
        (("--only", "response"), [6]),
        (("--only", "unidentified", "--only", "response"), [4, 5, 6]),
        (("--where", "source=192.168.0.0/24"), [1, 2]),
        (("--where", "source!=192.168.0.0/24,203.0.113.7"), [4, 5]),
        (("--where", "endpoint="), [4, 5]),
        (("--where", "endpoint!=", "--where", "method=INVITE,REGISTER"), [1, 3]),
        (("--where", "identifier=username"), [3]),
        (("--where", "local=192.168.0.3"), [3]),
        (("--where", "frame=2"), [2]),
        (("--limit", "2"), [1, 2]),
        (("--limit", "0"), []),
        (("--only", "unidentified", "--limit", "1"), [4]),
    ],
)
def test_selection(run, config, traffic, arguments, frames):
    """Outcomes, conditions and a limit choose rows, together."""
    assert [row["frame"] for row in rows_of(run, config, traffic, *arguments)] == frames


@pytest.mark.parametrize(
    ("condition", "said"),
    [("colour=red", "frame, source"), ("source", "FIELD=VALUE"), ("source=example.org", "example.org")],
)
def test_bad_condition(run, config, traffic, condition, said):
    """A condition that can't be read ends the command and says what is expected."""
    result = run("simulate", config, traffic, "-o", "-", "--where", condition)

    assert result.exit_code == 2
    assert said in result.output


def test_csv_and_parquet_hold_the_same(run, config, traffic, tmp_path):
    """The three formats of rows hold the same values."""
    rows = rows_of(run, config, traffic)
    for name in ("rows.csv", "rows.parquet"):
        assert run("simulate", config, traffic, "-o", str(tmp_path / name)).exit_code == 0

    with open(tmp_path / "rows.csv", newline="") as file:
        found = list(csv.DictReader(file))
    assert [{key: value or None for key, value in row.items()} for row in found] == [
        {key: None if value is None else str(value) for key, value in row.items()} for row in rows
    ]
    table = pyarrow.parquet.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [{**row, "time": None} for row in table] == [{**row, "time": None} for row in rows]
    assert table[0]["time"].isoformat() == "2023-11-14T22:13:20+00:00"


def test_unknown_ending(run, config, traffic):
    """Rows aren't written to a file whose ending names no format."""
    result = run("simulate", config, traffic, "-o", "rows.txt")

    assert result.exit_code == 2
    assert ".jsonl, .csv, .parquet" in result.output


def test_record_and_expect(run, config, other, traffic, tmp_path):
    """Recorded answers hold for the same configuration, and tell what another one does differently."""
    expected = str(tmp_path / "expected.jsonl")
    assert run("simulate", config, traffic, "--record", expected).exit_code == 0

    again = run("simulate", config, traffic, "--expect", expected)
    changed = run("simulate", other, traffic, "--expect", expected)

    assert again.exit_code == 0
    assert "5 of 5 as expected" in again.stdout
    assert changed.exit_code == 1
    assert "3 of 5 as expected" in changed.stdout
    assert "frame 4 from 198.51.100.9: expected none, found newcomer (identified)" in changed.stdout


def test_expected_in_rows(run, config, tmp_path):
    """Rows that say which endpoint they expect are a test by themselves."""
    rows = [
        {"source": source, "port": 5060, "local": "192.168.0.2:5060", "expect": expected,
         "message": CALL.format(source=source, user="bob", method="OPTIONS", number=number)}
        for number, (source, expected) in enumerate([("192.168.0.1", "trunk"), ("192.168.0.9", None), ("192.168.0.8", "trunk")])
    ]  # fmt: skip
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    result = run("simulate", config, str(path))

    assert result.exit_code == 1
    assert "2 of 3 as expected" in result.stdout
    assert "frame 3 from 192.168.0.8: expected trunk, found none" in result.stdout


def test_against(run, config, other, traffic):
    """Only what changes is told: from what to what, how often, with an example and both traces."""
    result = run("simulate", config, traffic, "--against", other)

    assert result.exit_code == 1
    assert "2 change with" in result.stdout
    assert ["unidentified", "newcomer", "2", "4,", "5"] in [
        line.split() for line in result.stdout.splitlines()
    ]
    assert "before: not identified" in result.stdout
    assert "after: newcomer (by ip, section new-address)" in result.stdout


def test_against_itself(run, config, traffic):
    """Nothing changes against the same configuration, which is status 0."""
    result = run("simulate", config, traffic, "--against", config)

    assert result.exit_code == 0
    assert "nothing changes" in result.stdout


def test_against_as_json(run, config, other, traffic):
    """The JSON has the changes with their frames and traces."""
    found = json.loads(run("simulate", config, traffic, "--against", other, "--json").stdout)

    (change,) = found["changes"]
    assert change["before"] == {"outcome": "unidentified", "endpoint": None}
    assert change["after"] == {"outcome": "identified", "endpoint": "newcomer"}
    assert change["requests"] == 2
    assert change["frames"] == [4, 5]
    assert change["trace_after"].startswith("newcomer (by ip")


def test_explain(run, config, traffic):
    """The trace of a packet's request is that of ``explain``, below a line that says what became of it."""
    result = run("simulate", config, traffic, "--explain", "3")

    first, answer, *_ = result.stdout.splitlines()
    assert first == "frame 3: REGISTER from 203.0.113.7:5060 to 192.168.0.3:5060 over udp: identified"
    assert answer == "alice@office.example (by username)"


def test_explain_a_response(run, config, traffic):
    """What isn't a received request is named, without a trace."""
    assert run("simulate", config, traffic, "--explain", "6").stdout.splitlines() == [
        "frame 6: OPTIONS from 192.168.0.2:5060 to 192.168.0.1:5060 over udp: response"
    ]


def test_explain_a_frame_without_message(run, config, traffic):
    """A packet that has no SIP message is wrong usage."""
    result = run("simulate", config, traffic, "--explain", "77")

    assert result.exit_code == 2
    assert "no SIP message in 77" in result.output


def test_line_tokens(run, config, tmp_path):
    """Tokens come from options and from a file, and identify by line."""
    message = CALL.format(source="203.0.113.9", user="x", method="OPTIONS", number=1)
    message = message.replace("<sip:100@192.168.0.2>", "<sip:s@192.168.0.2;line=abcdefg>")
    packet = captures.framed(
        captures.datagram(message.encode(), "203.0.113.9", "192.168.0.2"), captures.ETHERNET
    )
    traffic = tmp_path / "line.pcap"
    traffic.write_bytes(captures.pcap([packet]))
    tokens = tmp_path / "tokens.json"
    tokens.write_text('{"provider": "abcdefg"}')

    for arguments in (("--line-token", "provider=abcdefg"), ("--line-tokens", str(tokens))):
        (row,) = rows_of(run, config, str(traffic), *arguments)
        assert (row["endpoint"], row["identifier"], row["section"]) == ("trunk", "line", "provider")
    assert rows_of(run, config, str(traffic))[0]["endpoint"] is None
    assert run("simulate", config, str(traffic), "--line-token", "plain=x").exit_code == 2
    tokens.write_text("[]")
    assert run("simulate", config, str(traffic), "--line-tokens", str(tokens)).exit_code == 2


def test_jobs(run, config, traffic, tmp_path):
    """Several processes come to the same totals and the same rows as one."""
    second = tmp_path / "second.pcap"
    second.write_bytes(
        captures.pcap(frames([("192.168.0.1", f"caller-{number}", "OPTIONS") for number in range(50)], 100))
    )
    paths = [traffic, str(second)]

    one = summary(run, config, *paths, "-o", str(tmp_path / "one.jsonl"))
    two = summary(run, config, *paths, "-o", str(tmp_path / "two.jsonl"), "--jobs", "2")

    assert one == two
    assert one["messages"] == 56
    assert (tmp_path / "one.jsonl").read_text() == (tmp_path / "two.jsonl").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--against", "other.conf", "--explain", "1"), "--explain doesn't go with --against"),
        (("--against", "other.conf", "--record", "x"), "--against doesn't go with --record"),
        (("--explain", "1", "--jobs", "2"), "--jobs doesn't go with --explain"),
        (("--jobs", "2", "--limit", "1"), "--jobs doesn't go with --limit"),
        (("--zone", "Mars/Olympus"), "no time zone"),
        (("--column", "source"), "FIELD=COLUMN"),
        (("--local", "example.org"), "is not a valid address"),
        (("--expect", "missing.jsonl"), "missing.jsonl"),
    ],
)
def test_wrong_usage(run, config, traffic, arguments, said):
    """Options that can't go together or can't be read are told by name."""
    result = run("simulate", config, traffic, *arguments)

    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())


def test_no_traffic(run, config, tmp_path):
    """A file that is missing or is no traffic is named, with the formats that are known."""
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))

    missing = run("simulate", config, str(tmp_path / "nothing.pcap"))
    unknown = run("simulate", config, str(path))

    assert missing.exit_code == unknown.exit_code == 2
    assert "nothing.pcap" in missing.output.replace("\n", "")
    assert "content that begins with" in " ".join(unknown.output.replace("│", " ").split())


def test_damage_is_told(run, config, traffic, tmp_path):
    """Of a capture that is cut the beginning is simulated, and standard error says that it is cut."""
    path = tmp_path / "cut.pcap"
    with open(traffic, "rb") as file:
        path.write_bytes(file.read()[:-20])

    result = run("simulate", config, str(path))

    assert result.exit_code == 0
    assert result.stdout.startswith("5 messages")
    assert "cut.pcap" in result.stderr
