"""The command as a process: terminals, pipes, failures, completion, help."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys

import pytest
from consoles import ROOT

from identify.commands.main import sip_identify

EXAMPLE = ROOT / "examples" / "outbound-proxy"
EXPLAIN = ["explain", "pjsip.conf", "-m", "requests/invite.sip", "-s", "192.168.0.1"]
COLOURLESS = ("NO_COLOR", "FORCE_COLOR", "TERM")


def environment(**more):
    """Return the environment without what steers colours, with this checkout first on Python's path."""
    inherited = {name: value for name, value in os.environ.items() if name not in COLOURLESS}
    return {**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm", **more}


def process(*arguments, **more):
    """Run the command in the example's folder."""
    return subprocess.run(
        [sys.executable, "-m", "identify.commands", *arguments],
        cwd=EXAMPLE,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def on_terminal(*arguments, **more):
    """Run the command with a terminal as its output and return what it wrote there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "identify.commands", *arguments]
    with subprocess.Popen(command, cwd=EXAMPLE, env=environment(**more), stdout=theirs) as running:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # What Linux says when the other side is closed.
                break
            if not part:
                break
            written += part
        running.wait(timeout=120)
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def test_colours_on_a_terminal():
    """On a terminal the answer and the verdicts are coloured, and the text is the same."""
    plain = process(*EXPLAIN).stdout

    coloured = on_terminal(*EXPLAIN)

    assert "\x1b[32m" in coloured
    assert "\x1b" not in plain
    for escape in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"):
        coloured = coloured.replace(escape, "")
    assert coloured == plain


def test_asterisks_own_output_on_a_terminal(tmp_path):
    """What is byte for byte as Asterisk's in a pipe has escapes on a terminal: controls, and what reverses text."""
    path = tmp_path / "pjsip.conf"
    path.write_text(
        "[e]\ntype=endpoint\n[i\x1b[2J\u202e\u2066\u2028\x7f\x85\u200b]\ntype=identify\nendpoint=e\nmatch=192.0.2.3\n"
    )

    raw = process("show", "identifies", str(path)).stdout
    shown = on_terminal("show", "identifies", str(path))

    assert " Identify:  i\x1b[2J\u202e\u2066\u2028\x7f\x85\u200b/e\n" in raw
    assert " Identify:  i\\x1b[2J\\u202e\\u2066\\u2028\\x7f\\x85\\u200b/e\n" in shown
    assert shown.count("\n") == raw.count("\n")


def test_no_colours_where_they_are_not_wanted():
    """NO_COLOR is heeded on a terminal."""
    assert "\x1b" not in on_terminal(*EXPLAIN, NO_COLOR="1")


def test_any_locale():
    """What a locale can't show is escaped, not a failure."""
    ran = process(*EXPLAIN, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert ran.returncode == 0
    assert ran.stdout.startswith("myitsp (by ip, section myitsp)\n")


def test_closed_pipe():
    """A reader that goes away ends the command as it ends other programs, without a word."""
    command = [sys.executable, "-m", "identify.commands", *EXPLAIN]
    with subprocess.Popen(
        command, cwd=EXAMPLE, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        running.stdout.close()
        error = running.stderr.read()
        running.wait(timeout=120)

    assert error == b""
    assert running.returncode == -signal.SIGPIPE


def test_own_failure_is_no_answer(tmp_path):
    """A failure of the program has a status that can't be taken for "not identified"."""
    code = "import identify.commands.ask.explain as e; e.load = lambda *arguments: 1 / 0; import identify.commands.main as m; m.main()"

    ran = subprocess.run(
        [sys.executable, "-c", code, *EXPLAIN],
        cwd=EXAMPLE,
        env=environment(),
        capture_output=True,
        check=False,
    )

    assert ran.returncode == 70
    assert b"ZeroDivisionError" in ran.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(run, shell):
    """The script of each shell asks the command by the variable that the command heeds."""
    result = run("completion", shell)

    assert result.exit_code == 0
    assert "_SIP_IDENTIFY_COMPLETE" in result.stdout
    assert "sip-identify" in result.stdout


def completions(line, cwd=EXAMPLE):
    """Return what bash would be offered for the last word of a line."""
    words = line.split(" ")
    code = "from identify.commands.main import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=environment(
            _SIP_IDENTIFY_COMPLETE="bash_complete", COMP_WORDS=" ".join(words), COMP_CWORD=str(len(words) - 1)
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    return [line.partition(",")[2] for line in ran.stdout.split()]


def test_completion_of_commands():
    """Commands are completed."""
    assert completions("sip-identify show ident") == ["identifiers", "identifies"]


def test_completion_of_transport_sections():
    """Transport sections are those of the configuration already typed."""
    assert completions("sip-identify explain pjsip.conf --transport-section i") == ["ipv4-udp"]


def test_completion_of_registrations():
    """Registrations that have a line are offered with the sign before the token."""
    folder = EXAMPLE.parent / "multiple-itsps"

    assert completions("sip-identify explain pjsip.conf --line-token itsp", folder) == [
        "itsp-one=",
        "itsp-two=",
    ]


def test_completion_without_a_configuration():
    """A configuration that can't be read offers nothing and breaks nothing."""
    assert completions("sip-identify explain nothing --transport-section i") == []


def commands():
    """Return every command with the words that lead to it."""
    found = [()]
    for name, listed in sip_identify.commands.items():
        found.append((name,))
        found += [(name, subcommand) for subcommand in getattr(listed.load(), "commands", ())]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(run, words, option):
    """Every command has help that begins with its usage."""
    result = run(*words, option)

    assert result.exit_code == 0
    assert f"Usage: {' '.join(['sip-identify', *words])}" in result.output


def test_version(run):
    """The version is the distribution's."""
    assert run("--version").output.strip().endswith("0.1.0")
