"""What ``explain``, ``simulate`` and ``verify`` are given: pasted messages, traffic, directories, arguments mixed up."""

from __future__ import annotations

import html
import io
import json
import os
import shutil
from pathlib import Path

import pytest

from identify.commands.traffic import files
from identify.configuration import Configuration
from identify.simulation.runs import choosing, tracing
from identify.simulation.runs.work import RunPlan

from .conftest import CONFIGURATION, MESSAGE, REQUESTS

REFUSED = 2
ANSWER = "trunk (by ip, section by-address)"
SENT = MESSAGE.format(user="bob", to="").replace("\n", "\r\n")
TEXT = SENT.replace("\r\n", "\n")
LINE = f"<--- Received SIP request ({len(SENT)} bytes) from UDP:192.168.0.1:5060 --->\n"
PASTED = f"{LINE}{TEXT}\n"


def lines(text, mark):
    """Return a text with a mark in front of each line."""
    return "".join(f"{mark}{line}\n" for line in text.split("\n")[:-1])


FORMS = {
    "as it is": PASTED,
    "with CRLF": PASTED.replace("\n", "\r\n"),
    "a log file": f"[Nov 22 19:52:11] VERBOSE[123] res_pjsip_logger.c: {LINE}{SENT}\n",
    "a console with dates": lines(PASTED, "[2026-11-22 19:52:11] "),
    "a console in colours": f"\x1b[1;36m{LINE.rstrip()}\x1b[0m\n{TEXT}\n",
    "indented": lines(PASTED, "    "),
    "quoted": lines(PASTED, "> "),
    "quoted and trimmed": "\n".join(line.rstrip() for line in lines(PASTED, "> ").split("\n")),
    "fenced": f"The log says:\n\n```text\n{PASTED}```\nAny idea?\n",
    "HTML": html.escape(PASTED),
    "a byte order mark": f"\ufeff{PASTED}",
    "without the empty line": PASTED.rstrip(),
    "with a line below": f"{PASTED}<------------->\n",
    "ngrep": "U 192.168.0.1:5060 -> 192.168.0.2:5060 #1\n" + TEXT.replace("\n", ".\n") + "\n",
}


def said(result):
    """Return all that was printed, without the frame and the ends of lines of an error."""
    return " ".join(result.output.replace("│", " ").split())


@pytest.fixture
def given(tmp_path):
    """Give a function that writes a file and returns its path."""

    def write(content, name="given"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.mark.parametrize("form", FORMS)
def test_pasted_with_its_line(run, config, given, form):
    """The line above a message says where it came from, however it was copied; no --source is needed."""
    result = run("explain", config, given(FORMS[form]))

    assert result.stdout.startswith(ANSWER)
    assert "INVITE from 192.168.0.1:5060" in result.stderr
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("text", "without"),
    [
        (lines(TEXT, "  > "), "what is in front of each line"),
        (lines(TEXT, "\t"), "what is in front of each line"),
        (f"~~~\n{TEXT}~~~\n", "marks of code"),
        (html.escape(TEXT), ""),
        (f"\n{html.escape(TEXT)}", "entities of HTML"),
        (f"\ufeff{TEXT}", "a byte order mark"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (json.dumps(SENT), "line ends written as"),
        (f"\x1b[0m{TEXT}\x1b[0m", "colours"),
    ],
)
def test_pasted_alone(run, config, given, text, without):
    """A message that was copied without the line above it is read without what copying added, and that is said."""
    result = run("explain", config, given(text), "-s", "192.168.0.1")

    assert result.stdout.startswith(ANSWER)
    assert without in result.stderr
    assert "is read without" in result.stderr


def test_message_stays_what_was_received(run, config, given):
    """What begins as a message is taken byte for byte, whatever stands in it, such as a record of a log."""
    forged = SENT.replace("Content-Length: 0", f"Content-Length: {len(PASTED)}") + PASTED.replace(
        "192.168", "10.9"
    )

    result = run("explain", config, given(forged), "-s", "192.168.0.1")

    assert result.stdout.startswith(ANSWER)
    assert "is read without" not in result.stderr


def test_without_source(run, config, given):
    """A message alone without --source is an error that says what is missing, and what its Via has."""
    result = run("explain", config, given(TEXT))

    assert result.exit_code == REFUSED
    assert "--source ADDR[:PORT] is missing" in said(result)
    assert "its Via has 192.168.0.1:5060" in said(result)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (PASTED.replace("Received", "Transmitting").replace("from", "to", 1), "only 1 sent"),
        ("SIP/2.0 200 OK\n" + TEXT.split("\n", 1)[1], "1 response"),
    ],
)
def test_not_received(run, config, given, text, what):
    """A message that Asterisk sent, or a response, isn't identified, which is said."""
    text = text if text.startswith("<") else LINE.replace("request", "response") + text

    result = run("explain", config, given(text))

    assert result.exit_code == REFUSED
    assert what in said(result)


def test_other_source(run, config, given):
    """--source is taken in place of the source in the file, which is said; without a difference nothing is."""
    other = run("explain", config, given(PASTED), "-s", "10.0.0.1")
    same = run("explain", config, given(PASTED), "-s", "192.168.0.1")

    assert other.stdout.startswith("not identified")
    assert "--source 10.0.0.1:5060 is taken in place of 192.168.0.1:5060" in other.stderr
    assert same.stdout.startswith(ANSWER)
    assert "in place of" not in same.stderr


def test_more_than_one_message(run, config, given):
    """Of several messages without lines above them the first is explained, which is said; simulate takes none."""
    path = given(TEXT + TEXT)

    assert "only the first is explained" in run("explain", config, path, "-s", "192.168.0.1").stderr
    assert f"explain takes the first: sip-identify explain {config} {path}" in said(
        run("simulate", config, path)
    )


def test_requests_are_listed(run, config, traffic):
    """Of several requests none is explained without a choice: they are listed with what became of them."""
    result = run("explain", config, traffic)
    listed = json.loads(run("explain", config, traffic, "--json").stdout)

    assert result.exit_code == REFUSED
    assert result.stdout.startswith(f"{len(REQUESTS)} requests in ")
    assert "identified: alice@office.example" in result.stdout
    assert [(each["frame"], each["source"], each["method"]) for each in listed["requests"]] == [
        (number, source, method) for number, (source, _, method) in enumerate(REQUESTS, 1)
    ]
    assert listed["more"] == 0


@pytest.mark.parametrize(
    ("arguments", "frame"),
    [
        (("--last",), 5),
        (("--frame", "3"), 3),
        (("--frame", "traffic.pcap:3"), 3),
        (("--call-id", "1@192.168.0.1"), 2),
        (("-s", "203.0.113.7"), 3),
        (("-s", "192.168.0.1:5060", "--last"), 2),
        (("-t", "UDP", "--last"), 5),
    ],
)
def test_chosen(run, config, traffic, arguments, frame):
    """A chosen request is explained as ``simulate --explain`` does, with its source, transport and socket."""
    trace = run("simulate", config, traffic, "--explain", str(frame)).stdout

    result = run("explain", config, traffic, *arguments)

    assert result.stdout == trace.split("\n", 1)[1]
    assert trace.split("\n")[0] in result.stderr


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--frame", "99"), "no SIP message in frame 99"),
        (("--call-id", "nobody"), "none of 5 requests is with the Call-ID 'nobody'"),
        (("-s", "10.0.0.1"), "none of 5 requests is from 10.0.0.1"),
        (("-t", "tcp"), "none of 5 requests is over tcp"),
        (("--frame", "6"), "only requests that Asterisk received"),
        (("--transport-section", "udp", "--last"), "--transport-section is for a message alone"),
    ],
)
def test_nothing_fits(run, config, traffic, arguments, what):
    """What fits no request of the traffic is an error that says so."""
    result = run("explain", config, traffic, *arguments)

    assert result.exit_code == REFUSED
    assert what in said(result)


def test_chosen_as_json(run, config, traffic):
    """The JSON of a chosen request has its place besides the explanation's own fields."""
    found = json.loads(run("explain", config, traffic, "--frame", "3", "--json").stdout)

    assert (found["message"]["frame"], found["message"]["local"]) == (3, "192.168.0.3:5060")
    assert found["match"]["endpoint"] == "alice@office.example"


def test_what_another_request_answers(run, config, given):
    """A retransmission isn't identified, and doesn't look as if it were; the first of several is said to be that."""
    path = given(PASTED * 2)

    first = run("explain", config, path, "--call-id", "1@192.168.0.1")
    last = run("explain", config, path, "--last")

    assert (first.exit_code, last.exit_code) == (0, 1)
    assert "the first of 2 that fit; the others are in the frames 13" in first.stderr
    assert last.stdout.startswith("not identified: retransmission")


def test_standard_input(run, config, traffic):
    """Traffic of standard input is read once."""
    result = run("explain", config, "-", "--last", input=Path(traffic).read_bytes())

    assert result.stdout == run("explain", config, traffic, "--last").stdout


def test_last_of_a_long_log(monkeypatch):
    """The last request of a long log is found with one trace for each batch, and as many lines as a list has."""
    traced = []
    monkeypatch.setattr(choosing, "trace_of", lambda *args: traced.append(1) or tracing.trace_of(*args))
    plan = RunPlan(configuration=Configuration.from_files({"pjsip.conf": CONFIGURATION}))
    log = io.BytesIO(f"[Nov 22 19:52:11] VERBOSE[123] res_pjsip_logger.c: {LINE}{SENT}\n".encode() * 5000)

    found = choosing.find_request(
        plan, ["long"], choosing.Choice(last=True), open=lambda path: plan.open(log)
    )

    assert found.requests == found.fitting == 5000
    assert len(traced) <= 4
    assert len(found.listed) == choosing.MOST_LISTED


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("traffic.pcap", "-m", "traffic.pcap"), "are the same: give one of them"),
        ((), "MESSAGE is missing"),
        (("message", "-s", "192.168.0.1", "--last"), "--last chooses one message of traffic"),
        (("message", "-s", "192.168.0.1", "--frame", "x"), "'x' is not a frame"),
    ],
)
def test_wrong_usage(run, config, traffic, given, arguments, what):
    """What can't be meant is wrong usage."""
    places = {"traffic.pcap": traffic, "message": given(TEXT)}

    result = run("explain", config, *(places.get(word, word) for word in arguments))

    assert result.exit_code == REFUSED
    assert what in said(result)


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "TRAFFIC", "CONFIG"),
        ("simulate", "TRAFFIC", "FOLDER"),
        ("verify", "TRAFFIC", "CONFIG"),
        ("explain", "TRAFFIC", "CONFIG"),
        ("explain", "MESSAGE", "FOLDER"),
        ("bench", "TRAFFIC", "--traffic", "CONFIG"),
    ],
)
def test_mixed_up(run, config, traffic, given, tmp_path, words):
    """Where the configuration stands in the place of the traffic, the error is the command as it is meant."""
    folder = tmp_path / "etc"
    folder.mkdir()
    shutil.copy(config, folder)
    places = {"TRAFFIC": traffic, "CONFIG": config, "FOLDER": str(folder), "MESSAGE": given(TEXT)}
    command, first, *options, last = (places.get(word, word) for word in words)

    result = run(command, first, *options, last)

    assert result.exit_code == REFUSED
    meant = " ".join(["sip-identify", command, last, *options, first])
    assert f"CONFIG comes first: {meant}".replace(" ", "") in said(result).replace(" ", "")


@pytest.fixture
def folder(tmp_path, traffic):
    """Give a directory of a capture, a log and what is no traffic, among it a pipe."""
    path = tmp_path / "traffic"
    path.mkdir()
    shutil.move(traffic, path / "b.pcap")
    (path / "a.log").write_text(PASTED)
    (path / "notes.txt").write_text("nothing\n")
    (path / "old").mkdir()
    os.mkfifo(path / "pipe")
    return path


def test_directory(run, config, folder):
    """A directory stands for the traffic in it, sorted by name; what is skipped is named, and no pipe is opened."""
    result = run("simulate", config, str(folder), "-o", "-")
    by_name = run("simulate", config, str(folder / "a.log"), str(folder / "b.pcap"), "-o", "-")

    assert result.stdout == by_name.stdout
    assert [line.split(": ", 1) for line in result.stderr.split("\n")[:3]] == [
        [str(folder / "notes.txt"), "skipped: not traffic"],
        [str(folder / "old"), "skipped: a directory"],
        [str(folder / "pipe"), "skipped: not a file"],
    ]


def test_directory_in_other_commands(run, config, folder):
    """``explain`` finds a request in a directory, by its file; ``verify`` takes only the logs in one."""
    explained = run("explain", config, str(folder), "--frame", "b.pcap:3")
    verified = run("verify", config, str(folder))

    assert explained.stdout.startswith("alice@office.example (by username)")
    assert f"{folder / 'b.pcap'}: skipped: pcap, not log" in verified.stderr
    assert f"{folder / 'a.log'}: 1 requests" in verified.stdout


def test_directory_of_too_many_files(run, config, folder, monkeypatch):
    """A directory of more files than the limit is refused before any is opened."""
    monkeypatch.setattr(files, "MOST_FILES", 4)

    result = run("simulate", config, str(folder))

    assert result.exit_code == REFUSED
    assert "has more than 4 files" in said(result)


def test_files_of_the_same_name(run, config, folder):
    """Files of the same name in two directories are told apart by their paths, but not where only names are known."""
    shutil.copy(folder / "b.pcap", folder / "old" / "b.pcap")
    paths = [str(folder), str(folder / "old")]

    assert run("simulate", config, *paths).stdout.startswith("13 messages")
    refused = run("simulate", config, *paths, "--record", str(folder / "answers.jsonl"))
    assert refused.exit_code == REFUSED
    assert "have the same name, by which --record tells files apart" in said(refused)
