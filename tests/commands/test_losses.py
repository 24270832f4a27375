"""What was lost is said by every command, in JSON too, and decides the status where that is asked for."""

from __future__ import annotations

import gzip
import json

import captures
import pytest
from consoles import ROOT

from identify.commands import reading
from identify.commands.output.status import Status, first_status
from identify.configuration import Configuration
from identify.traffic.captures.skipped import SKIP_REASONS
from identify.traffic.logs.records import REPEATED, RESIZED
from identify.traffic.losses import HARMLESS, lost_counts
from identify.traffic.texts.reader import NOT_SIP

from .conftest import CONFIGURATION, MESSAGE, REQUESTS, frames
from .test_config_options import COMMANDS, LOG

GOOD = CONFIGURATION.replace("192.168.0.300", "192.168.0.30")
#: What a configuration loses, by the text below it: an object by an error, a section by a warning.
LOST = {
    "error": ("the identify 'lost'", "[lost]\ntype=identify\nendpoint=trunk\nmatch=192.168.0.300\n", (1, 0)),
    "warning": ("the section 'lost'", "[lost]\ntype=identity\nendpoint=trunk\nmatch=192.168.0.3\n", (0, 1)),
}
PROBLEMS = ("show", "problems")
#: The verdicts of the log are those of another configuration.
STATUS = {("verify",): 1}
#: As many lines of the log as end with a message.
LOG_LINES = 73


@pytest.fixture
def call(run, tmp_path):
    """Give a function that runs a command with a configuration of this text and all else that it needs."""
    (tmp_path / "message.sip").write_text(MESSAGE.format(user="bob", to=""))
    (tmp_path / "calls.pcap").write_bytes(captures.pcap(frames(REQUESTS)))
    # The first lines are enough, and have all of their messages.
    lines = gzip.decompress(LOG.read_bytes()).splitlines(keepends=True)
    (tmp_path / "full.log").write_bytes(b"".join(lines[:LOG_LINES]))
    more = {
        ("explain",): ["-m", str(tmp_path / "message.sip"), "-s", "192.168.0.1"],
        ("bench",): ["--seconds", "0.001"],
        ("simulate",): [str(tmp_path / "calls.pcap")],
        ("verify",): [str(tmp_path / "full.log")],
        ("upgrade",): ["--from", "22.6.0", "--to", "23"],
    }

    def invoke(words, content, *options):
        path = tmp_path / "pjsip.conf"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return run(*words, str(path), *more.get(words, ()), "--offline", *options)

    return invoke


def said(result):
    """Return all that was printed, without the frame and the ends of lines of an error."""
    return " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_lost(call, words):
    """A configuration that is loaded whole is said nothing about, and --strict changes nothing."""
    strict = call(words, GOOD, "--strict", "--json")
    found = json.loads(strict.stdout)["configuration"]

    assert strict.exit_code == STATUS.get(words, 0)
    assert "Lost" not in strict.stderr
    assert (found["errors"], found["warnings"], found["lost"]) == (0, 0, [])
    assert found["objects"] == 8


@pytest.mark.parametrize(
    ("words", "how"),
    [*((words, "error") for words in COMMANDS), (PROBLEMS, "warning"), (("explain",), "warning")],
)
def test_something_lost(call, tmp_path, words, how):
    """What is lost stands on standard error and in JSON; it decides the status of what asks for it, and of --strict."""
    what, text, (errors, warnings) = LOST[how]
    plain = call(words, GOOD + text)
    as_json = call(words, GOOD + text, "--json")
    strict = call(words, GOOD + text, "--strict")

    line = f"Lost from {tmp_path / 'pjsip.conf'}: {what} (1 {how})"
    for result in (plain, as_json, strict):
        assert [each.split(", see:")[0] for each in result.stderr.splitlines()].count(line) == 1
    pointer = f"see: sip-identify show problems {tmp_path / 'pjsip.conf'}"
    assert (pointer in plain.stderr) is (words != PROBLEMS)
    found = json.loads(as_json.stdout)["configuration"]
    assert (found["errors"], found["warnings"]) == (errors, warnings)
    assert [problem["lost"] for problem in found["lost"]] == [what]
    assert plain.exit_code == as_json.exit_code == {**STATUS, PROBLEMS: 1}.get(words, 0)
    assert strict.exit_code == 2
    if words != ("bench",):
        assert strict.stdout == plain.stdout


@pytest.mark.parametrize("command", ["simulate", "upgrade"])
def test_two_configurations(call, tmp_path, command):
    """With two configurations each says what it loses, and in JSON both do."""
    after = tmp_path / "after.conf"
    after.write_text(GOOD + LOST["warning"][1])
    more = ["--against", str(after)] if command == "simulate" else []
    result = call((command,), GOOD + LOST["error"][1], *more)
    found = json.loads(call((command,), GOOD + LOST["error"][1], *more, "--json").stdout)

    lines = [line for line in result.stderr.splitlines() if line.startswith("Lost from")]
    assert len(lines) == (2 if command == "simulate" else 1)
    second = found["configuration_after"]
    assert (second["errors"], second["warnings"]) == ((0, 1) if command == "simulate" else (1, 0))


#: Files that aren't configurations, and what is said of them.
OTHERS = {
    "capture": (captures.pcap(frames(REQUESTS[:1])), "traffic (capture)"),
    "log": (b"[Nov 30 10:00:00] VERBOSE[1] loader.c: x\n" * 3, "traffic (log)"),
    "rows": (b'{"source": "192.0.2.1", "message": "x"}\n', "traffic (json)"),
    "list": (b'[{"source": "192.0.2.1", "message": "x"}]\n', "traffic (json)"),
    "passwd": (
        b"root:x:0:0:root:/root:/bin/bash\nsshd:x:1:1::/:/bin/false\n",
        "nothing that makes an object",
    ),
    "program": (b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 40 + b"\n[\n", "binary"),
    "message": (MESSAGE.encode(), "one SIP message"),
    "compressed": (gzip.compress(GOOD.encode()), "compressed (gzip)"),
    "page": (b"# Title\n\nText.\n\n[link](elsewhere)\n", "nothing that makes an object"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_no_configuration(call, name):
    """A file that is something else is wrong usage: what it is, and which order the arguments have."""
    content, what = OTHERS[name]
    result = call(("simulate",), content)

    assert result.exit_code == 2
    assert "is not a configuration: it " in said(result)
    assert what in said(result)
    assert "sip-identify simulate CONFIG TRAFFIC..." in said(result)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_takes_it(call, words):
    """No command takes a capture as CONFIG."""
    assert call(words, OTHERS["capture"][0]).exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        "type=endpoint\n[trunk]\ntype=endpoint\n",
        "[trunk]\nendpoint=trunk\n",
        "[]\n[ ]\n",
        "root\n#include more.conf\n",
        ";--\nroot:x:0\n--;\n",
        "; only a comment\n",
        "root\n[global]\nuser_agent=x\n",
        "[2026]\ntype=nothing\n",
        "[ ] ; empty\n;--\n[Nov 30 10:00:00] VERBOSE[1] loader.c: x\n--;\n",
    ],
)
def test_configurations_without_objects(call, text):
    """What may be meant as a configuration, however broken, is read as one: its problems are what helps."""
    assert call(("show", "endpoints"), text).exit_code == 0
    assert call(PROBLEMS, text).exit_code in (0, 1)


def test_empty_configuration(call, tmp_path):
    """A configuration without objects is none the less one, and that nothing is in it is said."""
    result = call(("simulate",), "; nothing\n", "--strict")

    assert result.exit_code == 0
    assert f"{tmp_path / 'pjsip.conf'} has no objects" in result.stderr


def test_directory_without_configuration(run, tmp_path):
    """Of a directory without a pjsip.conf that is said, not that a file which nobody named doesn't exist."""
    result = run("show", "endpoints", str(tmp_path))

    assert result.exit_code == 2
    assert "no pjsip.conf in this directory" in said(result)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (MESSAGE.encode(), "one SIP message, not traffic; explain takes it"),
        (b"; comment\r\n[trunk](template)\r\ntype=endpoint\r\n", "a configuration, not traffic"),
    ],
)
def test_no_traffic(call, run, config, tmp_path, content, what):
    """Of what is given as traffic and isn't any it is said what it is and where it belongs."""
    path = tmp_path / "given"
    path.write_bytes(content)

    result = run("simulate", config, str(path))

    assert result.exit_code == 2
    assert what in said(result)


def test_directory_as_traffic(run, config, tmp_path):
    """A directory with a configuration and no traffic is said to be that."""
    result = run("simulate", config, str(tmp_path))

    assert result.exit_code == 2
    assert "is a configuration without any file of traffic" in said(result)


@pytest.mark.parametrize(
    ("content", "status", "what"),
    [
        (b"[trunk]\ntype=endpoint\n" + b";" * 40, 2, "not a message but a configuration"),
        (b"", 2, "is empty"),
        (b"\x7fELF" + bytes(60), 1, "doesn't begin as a SIP message does"),
        (MESSAGE.encode().rstrip(), 1, "no empty line after the headers"),
    ],
    ids=["configuration", "nothing", "binary", "cut"],
)
def test_no_message(run, config, tmp_path, content, status, what):
    """Of what is given as a message and would be dropped it is said what it is, if that is something else."""
    path = tmp_path / "given"
    path.write_bytes(content)

    result = run("explain", config, "-m", str(path), "-s", "192.168.0.1")

    assert result.exit_code == status
    assert what in said(result)


@pytest.mark.parametrize(
    ("option", "address", "hinted"),
    [
        ("-s", "2001:db8::1:5060", True),
        ("--local", "2001:db8::1:5061", True),
        ("-s", "2001:db8::1", False),
        ("-s", "[2001:db8::1]:5060", False),
        ("-s", "1:2:3:4:5:6:7:5060", False),
    ],
)
def test_port_without_brackets(run, config, message, option, address, hinted):
    """An IPv6 address whose end looks like a port is read as an address, which is said."""
    given = {"-s": "192.0.2.1", option: address}

    result = run("explain", config, "-m", message(), *(word for pair in given.items() for word in pair))

    assert result.exit_code in (0, 1)
    assert ("is read as an address without a port" in result.stderr) is hinted
    if hinted:
        assert f"it is [2001:db8::1]:{address[-4:]}" in result.stderr


EXPECTED = '{{"traffic": "{}", "frame": {}, "expect": "trunk"}}\n'


def test_expectations_that_meet_nothing(call, tmp_path):
    """What is expected of messages that aren't there isn't as expected; another file name is told."""
    expected = tmp_path / "expected.jsonl"
    expected.write_text(
        "".join(EXPECTED.format(*each) for each in [("calls.pcap", 1), ("calls.pcap", 99), ("x", 1)])
    )
    options = ["--expect", str(expected)]

    result = call(("simulate",), GOOD, *options)
    found = json.loads(call(("simulate",), GOOD, *options, "--json").stdout)["expected"]

    assert result.exit_code == 1
    assert "1 of 3 as expected, 2 met no message" in result.stdout
    assert "calls.pcap: no SIP message in frame 99: expected trunk" in result.stdout
    assert "x (no such file in the traffic): no SIP message in frame 1" in result.stdout
    assert (found["checked"], found["failed"], found["unmet_in_all"]) == (1, 0, 2)
    assert [unmet["known_file"] for unmet in found["unmet"]] == [True, False]
    assert call(("simulate",), GOOD, *options, "--strict").exit_code == 2


def test_lost_traffic(call, tmp_path):
    """With --strict messages that were lost of the traffic are a loss, and packets without SIP aren't."""
    whole = (tmp_path / "calls.pcap").read_bytes() if (tmp_path / "calls.pcap").exists() else b""
    other = captures.framed(captures.datagram(b"\x80" * 40, "192.168.0.1", "192.168.0.2"), captures.ETHERNET)
    (tmp_path / "calls.pcap").write_bytes(captures.pcap([*frames(REQUESTS), other]))
    harmless = call(("simulate",), GOOD, "--strict")
    (tmp_path / "calls.pcap").write_bytes(whole[:-9])
    for more in ([], ["--explain", "1"], ["--against", str(tmp_path / "pjsip.conf")]):
        cut = call(("simulate",), GOOD, "--strict", *more)
        assert cut.exit_code == 2
        assert "1 problem with the input" in cut.stderr

    assert harmless.exit_code == 0
    assert "skipped: 1 other-udp" in harmless.stderr


def test_skipped_is_said_beside_rows(call):
    """Rows on standard output leave no table to say it beside, so what was skipped stands on standard error."""
    assert "Lost from" in call(("simulate",), GOOD + LOST["error"][1], "-o", "-").stderr


def test_harmless_reasons():
    """Reasons that lose nothing are some of captures, listed with them, and two of logs, one of texts; any other one is a loss."""
    page = (ROOT / "docs" / "reference" / "captures.md").read_text(encoding="utf-8")
    listed = page.partition("whether they have any: ")[2].partition(".\n")[0]

    assert set(SKIP_REASONS) > HARMLESS - {REPEATED, RESIZED, NOT_SIP}
    assert {name.strip("`") for name in listed.split(", ")} == HARMLESS - {REPEATED, RESIZED, NOT_SIP}
    assert lost_counts({"arp": 1, "tcp-gap": 2, "row-malformed": 3, "new": 0}) == {
        "tcp-gap": 2,
        "row-malformed": 3,
    }


def test_frame_of_several_files(run, config, tmp_path):
    """A frame's number that fits several files is explained in each, and how to name one is said."""
    for name in ("a.pcap", "b.pcap"):
        (tmp_path / name).write_bytes(captures.pcap(frames(REQUESTS[:1], ord(name[0]))))
    files = [str(tmp_path / name) for name in ("a.pcap", "b.pcap")]

    both = run("simulate", config, *files, "--explain", "1")
    one = run("simulate", config, *files, "--explain", "b.pcap:1", "--json")

    assert "frame 1 is in 2 files; a.pcap:1 is that of one" in both.stderr
    assert "is in 2 files" not in one.stderr
    assert [message["traffic"] for message in json.loads(one.stdout)["messages"]] == [files[1]]


@pytest.mark.parametrize("condition", ["outcome=idenfitied", "identifier!=ips", "transport=sctp"])
def test_words_of_conditions(run, config, traffic, condition):
    """A condition with a word that no row can have is wrong usage: it would silently select nothing, or everything."""
    result = run("simulate", config, traffic, "-o", "-", "--where", condition)

    assert result.exit_code == 2
    assert "is not a valid" in said(result)


def test_priority():
    """What is certain goes before what isn't known, and what can't be used before everything."""
    assert first_status() is Status.DONE
    assert first_status(Status.DONE, Status.UNDETERMINED) is Status.UNDETERMINED
    assert first_status(Status.UNDETERMINED, Status.DIFFERS) is Status.DIFFERS
    assert first_status(Status.DIFFERS, Status.UNUSABLE, Status.UNDETERMINED) is Status.UNUSABLE


HOSTILE = "\x1b[2J\u202e\u2028\x7f\u200b"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_steers_a_terminal(call, words):
    """No command prints a control character of a configuration; what is for pipes only has a test of its own."""
    text = (
        GOOD
        + f"[e{HOSTILE}]\ntype=endpoint\n[i{HOSTILE}]\ntype=identify\nendpoint=e{HOSTILE}\nmatch=192.168.0.9\n"
    )
    text += f"[r{HOSTILE}]\ntype=registration\nserver_uri=sip:a@b\nclient_uri=sip:a@b\n[x{HOSTILE}]\ntype=no{HOSTILE}\n"

    result = call(words, text, *(["--json"] if words == ("show", "identifies") else []))

    assert not set(HOSTILE) - set("[2J") & set(result.output)


def test_swapped_in_a_program(tmp_path):
    """Outside of a command there is no order of arguments to tell."""
    path = tmp_path / "pjsip.conf"
    path.write_bytes(OTHERS["capture"][0])

    with pytest.raises(reading.UnusableError, match=r"traffic \(capture\)$"):
        reading._check_is_configuration(str(path), Configuration.from_path(path))


def test_losses_without_a_name(call, tmp_path):
    """What is only a line has its place beside it."""
    result = call(("show", "endpoints"), "[a]\ntype=endpoint\nno sign\nno other\n")

    assert (
        f"Lost from {tmp_path / 'pjsip.conf'}: the line at pjsip.conf:3, the line at pjsip.conf:4"
        in result.stderr
    )


def test_listed_losses_are_bounded(call):
    """JSON counts all losses and lists the first."""
    text = GOOD + "".join(f"[s{number}]\ntype=nothing\n" for number in range(150))

    found = json.loads(call(PROBLEMS, text, "--json").stdout)["configuration"]

    assert (found["warnings"], len(found["lost"])) == (150, 100)
    assert "and 146 more (150 warnings)" in call(PROBLEMS, text).stderr
