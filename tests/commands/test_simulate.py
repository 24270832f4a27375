"""``sip-identify simulate``: the tables, rows, comparisons, expectations and traces of small captures."""

from __future__ import annotations

import base64
import csv
import json
import os
import shutil
import string

import captures
import pyarrow.parquet
import pytest

from .conftest import CALL, DEFAULT, frames


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
    endpoints = {endpoint["endpoint"]: endpoint for endpoint in found["endpoints"]}
    assert endpoints["trunk"]["requests"] == 2
    assert endpoints["trunk"]["share"] == pytest.approx(2 / 5)
    assert endpoints["trunk"]["section"] == "by-address"
    assert endpoints["alice@office.example"]["identifier"] == "username"
    assert [
        (source["source"], source["unidentified"], source["events"]) for source in found["strangers"]
    ] == [("198.51.100.9", 2, 2)]
    assert [rule["section"] for rule in found["unused_rules"]] == ["provider"]
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


def test_lost_objects_are_pointed_to(run, config, traffic, tmp_path):
    """On standard error stands what to look at if the configuration isn't loaded whole, for each that is compared."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "sorcery.conf").write_text("[res_pjsip_endpoint_identifier_ip]\nidentify=memory\n")
    (other / "pjsip.conf").write_text("[a]\ntype=endpoint\n[a]\ntype=identify\nendpoint=a\nmatch=10.0.0.1\n")
    hints = [
        f"Lost from {path}: {found}, see: sip-identify show problems {path}"
        for found, path in (
            ("the identify 'broken' (1 error)", config),
            ("every identify of pjsip.conf at sorcery.conf:2 (1 warning)", other),
        )
    ]

    alone = run("simulate", config, traffic)
    rows = run("simulate", str(other), traffic, "-o", "-")
    both = run("simulate", config, traffic, "--against", str(other))
    json = run("simulate", config, traffic, "--json")

    assert hints[0] in alone.stderr
    assert hints[1] in rows.stderr
    assert all(hint in both.stderr for hint in hints)
    assert hints[0] in json.stderr


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
        "unknown": None,
        "refused_by": None,
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


def test_what_strangers_put_into_csv(run, config, tmp_path):
    """Rows are written exactly; the one cell that strangers choose, the method, can't call anything as a formula."""
    lines = (f"{chr(code)}x{chr(other)}y" for code in range(256) for other in (*b"=@|!:/( \t", code))
    path = tmp_path / "calls.jsonl"
    with open(path, "w", encoding="utf-8") as file:
        for start in (*lines, "+cmd|' /C calc'!A0", '=HYPERLINK("http://h")', "@SUM(1)"):
            message = CALL.format(method=start, source="192.0.2.1", user="a", number=1).encode("latin-1")
            row = {"source": "192.0.2.1", "message_b64": base64.b64encode(message).decode()}
            file.write(json.dumps(row) + "\n")
    rows = rows_of(run, config, str(path))
    assert run("simulate", config, str(path), "-o", str(tmp_path / "rows.csv")).exit_code == 0

    with open(tmp_path / "rows.csv", newline="") as file:
        found = [row["method"] for row in csv.DictReader(file)]
    assert found == [row["method"] or "" for row in rows]
    assert "+x+y" in found
    others = set("".join(found)) - set(string.ascii_letters + string.digits)
    assert others == set("!%'*+-._`~")


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


def test_frames_of_several_files(run, config, other, traffic, tmp_path):
    """In several files a frame's number isn't enough: JSON, traces and mismatches name the file, for --explain."""
    copy = str(tmp_path / "copy.pcap")
    shutil.copy(traffic, copy)
    found = summary(run, config, copy, traffic)

    assert {(row["traffic"], row["frame"]) for row in found["strangers"]} == {(copy, 4)}
    assert f"Frame {copy}:4: " in run("simulate", config, copy, traffic, "--against", other).stdout
    assert "Frame 4: " in run("simulate", config, copy, "--against", other).stdout


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
        "frame 6: OPTIONS from 192.168.0.2:5060 to 192.168.0.1:5060 over udp: response",
        DEFAULT,
    ]


def test_explain_a_frame_without_message(run, config, traffic):
    """A packet that has no SIP message is an error that names the frame and the file."""
    result = run("simulate", config, traffic, "--explain", "77")

    assert result.exit_code == 2
    said = "".join(result.output.replace("│", " ").split())
    assert f"nosipmessageinframe77of{traffic}" in said.lower()


@pytest.fixture
def second(tmp_path):
    """Give the path of a second capture of eight requests, whose last two frames the first doesn't have."""
    path = tmp_path / "second.pcap"
    path.write_bytes(
        captures.pcap(frames([("192.168.0.1", f"caller-{n}", "OPTIONS") for n in range(8)], 100))
    )
    return str(path)


def heads(result, *paths):
    """Return the lines of an output that name a file or say what became of a message."""
    assert result.exit_code == 0, result.output
    return [line for line in result.stdout.splitlines() if line in paths or line.startswith("frame ")]


def test_explain_in_several_files(run, config, traffic, second):
    """A frame is explained of every file that has it, below the file's name; it may be in the second one only."""
    both = heads(run("simulate", config, traffic, second, "--explain", "2"), traffic, second)
    only = heads(
        run("simulate", config, traffic, second, "--explain", "7", "--explain", "1"), traffic, second
    )

    ours = "frame {}: OPTIONS from 192.168.0.1:5060 to 192.168.0.2:5060 over udp: identified"
    assert both == [traffic, ours.format(2), second, ours.format(2)]
    first = "frame 1: INVITE from 192.168.0.1:5060 to 192.168.0.2:5060 over udp: identified"
    assert only == [traffic, first, second, ours.format(7), ours.format(1)]


@pytest.mark.parametrize("name", [lambda path: path, os.path.basename])
def test_explain_in_one_of_several_files(run, config, traffic, second, name):
    """A frame may be given with its file, by path or by name."""
    found = heads(run("simulate", config, traffic, second, "--explain", f"{name(second)}:2"), traffic, second)

    assert found[0] == second
    assert len(found) == 2


def test_explain_what_no_file_has(run, config, traffic, second):
    """The error says which frames are in none of the files, and which files these are."""
    absent = run(
        "simulate", config, traffic, second, "--explain", "7", "--explain", "9", "--explain", "traffic.pcap:8"
    )
    unknown = run("simulate", config, traffic, second, "--explain", "third.pcap:1")

    assert absent.exit_code == unknown.exit_code == 2
    said = "".join(absent.output.replace("│", " ").split())
    assert f"NoSIPmessageinframe9ortraffic.pcap:8of{traffic},{second}".lower() in said.lower()
    assert "third.pcap: no such file in TRAFFIC" in " ".join(unknown.output.replace("│", " ").split())


def test_explain_as_json(run, config, traffic):
    """Traces come as JSON: the fields of a row, and the explanation as ``explain`` prints it, or null."""
    found = json.loads(run("simulate", config, traffic, "--explain", "3", "--explain", "6", "--json").stdout)

    assert found["command"] == "simulate --explain"
    request, response = found["messages"]
    assert request["traffic"] == traffic
    assert (request["frame"], request["outcome"], request["dropped"]) == (3, "identified", None)
    assert request["explanation"]["match"] == {
        "endpoint": "alice@office.example",
        "identifier": "username",
        "section": None,
    }
    assert (response["outcome"], response["explanation"]) == ("response", None)


EVERY = [word for number in range(1, 7) for word in ("--explain", str(number))]


@pytest.mark.parametrize(
    ("arguments", "frames"),
    [
        ((), [1, 2, 3, 4, 5, 6]),
        (("--only", "response"), [6]),
        (("--only", "unidentified", "--only", "response"), [4, 5, 6]),
        (("--where", "source=192.168.0.0/24,198.51.100.9"), [1, 2, 4, 5, 6]),
        (("--where", "endpoint=", "--only", "unidentified"), [4, 5]),
        (("--limit", "2"), [1, 2]),
        (("--limit", "1", "--only", "unidentified"), [4]),
    ],
)
def test_explain_a_selection(run, config, traffic, arguments, frames):
    """Outcomes, conditions and a limit choose among the messages of the frames."""
    result = run("simulate", config, traffic, *EVERY, *arguments, "--json")

    assert [message["frame"] for message in json.loads(result.stdout)["messages"]] == frames


def test_explain_nothing_selected(run, config, traffic):
    """Where the frame is there, but not selected, nothing is printed but a note on standard error."""
    result = run("simulate", config, traffic, "--explain", "5", "--only", "response")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "no message of these frames is selected" in result.stderr


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
        (("--explain", "x"), "'x' is not a frame"),
        (("--explain", "a.pcap:"), "is not a frame"),
        (("--explain", "-1"), "is not a frame"),
        (("--zone", "Mars/Olympus"), "'Mars/Olympus' is not a known time zone"),
        (("--column", "source"), "FIELD=COLUMN"),
        (("--local", "example.org"), "is not a valid address"),
        (("--expect", "missing.jsonl"), "missing.jsonl"),
    ],
)
def test_wrong_usage(run, config, traffic, arguments, said):
    """Options that can't be read are named."""
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
